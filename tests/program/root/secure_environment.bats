#!/usr/bin/env bats
# A capwrap with file capabilities holds what its caller does not: variables that change how programs are
# loaded do not reach the program from the caller's environment, whatever C library capwrap was built with.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; other shells expand
load ../../support/common
load ../../support/states

setup() {
    require_root
    require_suid_mount
    NBS=$(mask NET_BIND_SERVICE)
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0
        --bounding "$NBS" --)
    # what glibc's own list holds, in one of its releases, and musl's
    UNSAFE=(GCONV_PATH GETCONF_DIR GLIBC_TUNABLES HOSTALIASES LD_AOUT_LIBRARY_PATH LD_AOUT_PRELOAD
        LD_AUDIT LD_BIND_NOT LD_BIND_NOW LD_DEBUG LD_DEBUG_OUTPUT LD_DYNAMIC_WEAK LD_HWCAP_MASK
        LD_LIBRARY_PATH LD_ORIGIN_PATH LD_PREFER_MAP_32BIT_EXEC LD_PRELOAD LD_PROFILE LD_SHOW_AUXV
        LD_USE_LOAD_BIAS LD_VERBOSE LD_WARN LOCALDOMAIN LOCPATH MALLOC_ARENA_MAX MALLOC_ARENA_TEST
        MALLOC_CHECK_ MALLOC_MMAP_MAX_ MALLOC_MMAP_THRESHOLD_ MALLOC_PERTURB_ MALLOC_TCACHE_COUNT
        MALLOC_TOP_PAD_ MALLOC_TRACE MALLOC_TRIM_THRESHOLD_ MUSL_LOCPATH NIS_PATH NLSPATH
        RESOLV_HOST_CONF RES_OPTIONS TMPDIR TZDIR)
    SAFE=(A=1 HOME=/h LANG=C LD=x LD_PRELOADED=x PATH=/usr/bin:/bin TERM=dumb TMP=/x TZ=UTC USER=u)
    # start-as is dynamic itself, so the variables come after it
    DIRTY=(env -i "${SAFE[@]}")
    local name
    for name in "${UNSAFE[@]}"; do DIRTY+=("$name=/nonexistent"); done
}

# Every word of the C library that may be a variable, one a line. LD_TRACE_LOADED_OBJECTS would end the
# program.
words_of_the_library() {
    # shellcheck disable=SC2046 # paths without blanks
    strings -a $(awk '$6 ~ /^\// { print $6 }' /proc/self/maps | sort -u) | grep -oE '[A-Z][A-Z0-9_]{2,}' |
        grep -v ^LD_TRACE_ | sort -u
}

# dirty ARG...: capwrap ARG... from the state, in that environment, with env(1) as the program.
dirty() {
    attempt "${FROM[@]}" "${DIRTY[@]}" "$CAPWRAP" "$@" -- /usr/bin/env
}

@test "with file capabilities no unsafe variable reaches the program" {
    granted_capwrap cap_net_bind_service=p
    dirty --keep NET_BIND_SERVICE
    assert_success
    assert_equal "$(sort <<<"$output")" "$(printf '%s\n' "${SAFE[@]}" | sort)"
}

@test "without file capabilities all unsafe variables reach the program unchanged" {
    FROM=()
    DIRTY=(env -i TMPDIR=/nonexistent NLSPATH=x TZDIR=/nonexistent)
    dirty --user 1000:1000 --no-login-env
    assert_success
    assert_equal "$(sort <<<"$output")" $'NLSPATH=x\nTMPDIR=/nonexistent\nTZDIR=/nonexistent'
}

@test "all copies of an unsafe variable are removed" {
    granted_capwrap cap_net_bind_service=p
    attempt "${FROM[@]}" "$START_AS" --env-dup NLSPATH=1 --env-dup NLSPATH=2 --env-dup B=2 -- \
        env -i "$START_AS" --env-dup TMPDIR=/a --env-dup B=2 --env-dup TMPDIR=/b -- \
        "$CAPWRAP" --keep NET_BIND_SERVICE -- /usr/bin/env
    assert_success
    assert_output B=2
}

@test "-v names the variables that capwrap removed, and says if the C library removed some" {
    granted_capwrap cap_net_bind_service=p
    dirty -v --keep NET_BIND_SERVICE
    assert_success
    local list
    list=$(IFS=, && echo "${UNSAFE[*]}")
    if strings -a "$CAPWRAP" | grep -qE '^glibc\.|/ld-linux'; then
        assert_regex "$stderr" "capwrap: environment: the C library has removed those of these that were set: $list"$'\n'
        # those that its release leaves; no release of it knows musl's
        assert_regex "$stderr" 'capwrap: environment: removed, because of AT_SECURE: .*MUSL_LOCPATH'
    else
        refute_regex "$stderr" 'C library'
        assert_regex "$stderr" "removed, because of AT_SECURE: $list"$'\n'
    fi
    DIRTY=(env -i A=1)
    dirty -v --keep NET_BIND_SERVICE
    refute_regex "$stderr" 'AT_SECURE'
}

@test "the list contains every variable that this machine's C library removes" {
    local words name dropped
    mapfile -t words < <(words_of_the_library)
    install -m 755 "$(type -P env)" "$PUBLIC/env"
    setcap cap_net_bind_service=p "$PUBLIC/env"
    attempt "${FROM[@]}" env -i "${words[@]/%/=/nonexistent}" "$PUBLIC/env"
    assert_success
    mapfile -t dropped < <(printf '%s\n' "${words[@]}" | grep -vxFf <(cut -d= -f1 <<<"$output"))
    for name in "${dropped[@]}"; do
        [[ " ${UNSAFE[*]} " == *" $name "* ]] || fail "the C library removes $name, and the list lacks it"
    done
    # every release of glibc removes these two: it shows that glibc removed variables at all
    ! printf '%s\n' "${words[@]}" | grep -qx GLIBC_PRIVATE || [[ " ${dropped[*]} " == *" LD_PRELOAD "*" TMPDIR "* ]] ||
        fail "it removed only: ${dropped[*]}"
}

@test "the manual page names each unsafe variable" {
    for name in "${UNSAFE[@]}"; do
        grep -qE "^\.Ev (.* )?$name( |$)" "$SRC_DIR/docs/capwrap.1" || fail "$name is not in the manual"
    done
}
