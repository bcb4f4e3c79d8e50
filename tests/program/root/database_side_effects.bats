#!/usr/bin/env bats
# A module of the user database leaves side effects in capwrap: they do not reach the program.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; other shells expand
load ../../support/common

setup_file() {
    export MODULES=$BATS_FILE_TMPDIR/modules
    mkdir -p "$MODULES"
    "${CC:-cc}" -O2 -shared -fPIC -o "$MODULES/libnss_capwraptest.so.2" \
        "$SRC_DIR/tests/program/root/nss-module.c" -lpthread
    printf 'passwd: files capwraptest\ngroup: files capwraptest\n' >"$MODULES/nsswitch.conf"
    chmod o+x "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR/file" 2>/dev/null || true
}

setup() {
    require_root
    ASKED=(--user mod)
}

is_static() {
    ! readelf --program-headers "$CAPWRAP" | grep -q INTERP
}

# with_module WHAT CMD...: CMD where the module is used, which leaves WHAT behind.
with_module() {
    local what=$1
    shift
    unshare --mount --propagation private -- /bin/bash -c '
        mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf || exit 99
        export LD_LIBRARY_PATH=$1 LEAVES=$2
        shift 2
        exec "$@"' with_module "$MODULES" "$what" "$@"
}

# seen WHAT [CMD...]: what the program of the module's user finds: descriptors, the working directory,
# umask, and the signals that are ignored or blocked. A static build asks no module, and knows no such
# user.
seen() {
    local what=$1
    shift
    attempt with_module "$what" "$@" "$CAPWRAP" "${ASKED[@]}" -- /bin/sh -c \
        '"$0" --only ruid,groups,fds,cwd,umask; grep -E "^Sig(Ign|Blk|Cgt)" /proc/self/status' "$PROBE"
    if is_static; then
        assert_equal "$status" 125
        return
    fi
    assert_success
    assert_line ruid=7200
    assert_line groups=7201,7202
    assert_equal "$stderr" ""
}

# leaves_nothing WHAT [CMD...]: the same as where the module leaves nothing behind.
leaves_nothing() {
    local clean
    seen nothing "${@:2}"
    clean=$output
    seen "$@"
    assert_equal "$output" "$clean"
}

@test "a descriptor that a module left open is not inherited, and earlier ones are" {
    leaves_nothing descriptor bash -c 'exec 7</ "$@"' bash
    is_static || assert_line --regexp '^fds=(.*,)?7(,|$)'
}

@test "the working directory is the caller's" {
    cd /usr
    leaves_nothing cwd
    is_static || assert_line cwd=/usr
}

@test "umask is the caller's" {
    leaves_nothing umask bash -c 'umask 027; exec "$@"' bash
    is_static || assert_line umask=0027
}

@test "signals that the caller ignores stay ignored, and no others" {
    leaves_nothing signal,mask bash -c 'trap "" HUP; exec "$@"' bash
    is_static || assert_line --regexp $'^SigIgn:\t[0-9a-f]*1$'
}

@test "all side effects together are undone, also with a numeric user and without a list of descriptors" {
    ASKED=(--user 7200)
    cd /usr
    leaves_nothing descriptor,cwd,umask,signal,mask bash -c 'umask 027; exec "$@"' bash
    leaves_nothing descriptor,cwd,umask,signal,mask bash -c \
        'mount -t proc -o subset=pid proc /proc; exec "$@"' bash
}

@test "a thread that a module left running is an error that names the module" {
    attempt with_module thread "$CAPWRAP" --user mod -- "${MARKED[@]}"
    refused user
    is_static || assert_regex "$stderr" 'thread.*libnss_capwraptest\.so\.2'
    attempt with_module thread "$CAPWRAP" --dry-run --user mod -- "${MARKED[@]}"
    assert_equal "$status" 125
}

@test "without /proc the thread is also found" {
    attempt with_module thread bash -c 'mount -t tmpfs none /proc && exec "$@"' bash "$CAPWRAP" \
        --user mod -- "${MARKED[@]}"
    refused user
    is_static || assert_regex "$stderr" 'thread.*libnss_capwraptest\.so\.2'
    # if unshare is also blocked, as by Docker's filter, the side effect cannot be detected: no refusal
    attempt with_module thread bash -c 'mount -t tmpfs none /proc && exec "$@"' bash \
        "$SUPPORT_BIN/seccomp-errno" "$(printf '#include <sys/syscall.h>\nSYS_unshare\n' | cc -E -P - | tail -n 1)" \
        EPERM "$CAPWRAP" --user mod -- "$PROBE" --only ruid
    is_static || assert_line ruid=7200
}

@test "with numeric IDs alone no module is loaded" {
    ASKED=(--user 7200:7201 --groups 7202 --no-login-env)
    attempt with_module thread "$CAPWRAP" "${ASKED[@]}" -- "$PROBE" --only ruid
    assert_success
    assert_line ruid=7200
}
