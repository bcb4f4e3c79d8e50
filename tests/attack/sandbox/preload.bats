#!/usr/bin/env bats
# Root preloads a library that overrides calls of the C library (preload.c). What capwrap does about
# it, and what not: docs/adr/0006-calls-through-libc.md.
# shellcheck disable=SC2154 # bats sets status, output and stderr

load ../../support/common

setup_file() {
    export PRELOAD=$BATS_FILE_TMPDIR/preload.so
    "${CC:-cc}" -O2 -shared -fPIC -o "$PRELOAD" "$SRC_DIR/tests/attack/sandbox/preload.c"
    chmod o+x "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR/file" 2>/dev/null || true
}

setup() {
    require_root
    ASKED=(--user 1000:1000 --groups 2000 --keep NET_BIND_SERVICE --no-new-privs)
}

# A static program has no loader that would preload anything.
is_static() {
    ! readelf --program-headers "$CAPWRAP" | grep -q INTERP
}

# preloaded LIES CMD...: CMD runs with the library, which then lies about these functions.
preloaded() {
    local lies=$1
    shift
    attempt env LIES="$lies" LD_PRELOAD="$PRELOAD" "$@"
}

# The program, without the library: its output has to be true.
HONEST=(env -u LD_PRELOAD -u LIES)

exact() {
    is_user 1000 1000 1000,2000
    holds_exactly "$(mask NET_BIND_SERVICE)"
    assert_line no_new_privs=1
}

# notices LIES STEP: refused, with nothing started; a static build is not even lied to.
notices() {
    if is_static; then
        preloaded "$1" "$CAPWRAP" "${ASKED[@]}" -- "${HONEST[@]}" "$PROBE"
        exact
        return
    fi
    preloaded "$1" "$CAPWRAP" "${ASKED[@]}" -- "${HONEST[@]}" "${MARKED[@]}"
    refused "$2"
}

@test "the library itself changes nothing" {
    preloaded nothing "$CAPWRAP" "${ASKED[@]}" -- "${HONEST[@]}" "$PROBE"
    exact
}

@test "a library whose writers report success and change nothing is noticed" {
    notices setresuid verify
    notices setresgid verify
    notices setgroups verify
    notices prctl working-caps
    notices capset ambient
}

@test "a library that lies in all of the C library's privilege functions is noticed" {
    notices setresuid,setresgid,setgroups,prctl,capset,getresuid,getresgid,getgroups verify
    notices setresuid,getresuid verify
    notices capset,capget effective
}

@test "functions that only read are not called: lies in them change nothing" {
    preloaded getresuid,getresgid,getgroups "$CAPWRAP" "${ASKED[@]}" -- "${HONEST[@]}" "$PROBE"
    exact
}

@test "a syscall(2) that returns without a result is noticed" {
    notices syscall start
}

@test "a library that lies consistently in setresuid and in syscall(2) is believed: it is root's own" {
    preloaded consistent "$CAPWRAP" "${ASKED[@]}" -- "${HONEST[@]}" "$PROBE"
    assert_success
    if is_static; then exact; else assert_line ruid=0; fi
}

@test "the loader does not load a caller's library into a capwrap with file capabilities" {
    install -m 755 "$CAPWRAP" "$PUBLIC/capwrap"
    setcap cap_net_bind_service=p "$PUBLIC/capwrap"
    cp "$PRELOAD" "$PUBLIC/preload.so"
    attempt as_user 1000 1000 -- env LIES=prctl LD_PRELOAD="$PUBLIC/preload.so" \
        "$PUBLIC/capwrap" --keep NET_BIND_SERVICE --no-new-privs -- "$PROBE" --only ambient,no_new_privs
    assert_success
    assert_line "ambient=$(mask NET_BIND_SERVICE)"
    assert_line no_new_privs=1
}
