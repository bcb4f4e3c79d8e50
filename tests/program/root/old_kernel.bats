#!/usr/bin/env bats
# Kernels older than capwrap, or one of its options, requires. A seccomp filter
# answers as they would: EINVAL to an option that prctl(2) does not have yet, ENOSYS to a call that is
# not there.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

EINVAL=22
AMBIENT=prctl:47 GET_NO_NEW_PRIVS=prctl:39 SET_NO_NEW_PRIVS=prctl:38 BOUNDING=prctl:23

setup() {
    require_root
}

# lacking CALL:ANSWER... -- COMMAND...: COMMAND, where these calls are answered like that.
lacking() {
    local filters=() word
    split_at_dashes "$@"
    for word in "${BEFORE[@]}"; do
        filters+=("$SUPPORT_BIN/seccomp-errno" "${word%=*}" "${word##*=}")
    done
    attempt "${filters[@]}" "${AFTER[@]}"
}

# as_www MISSING... -- OPTION...
as_www() {
    split_at_dashes "$@"
    lacking "${BEFORE[@]}" -- "$CAPWRAP" --user www-data --keep NET_BIND_SERVICE "${AFTER[@]}" -- \
        "${MARKED[@]}"
}

hint_is() {
    assert_regex "${stderr_lines[1]}" "^  hint: use Linux $1 or later"
}

@test "before 4.3, without the ambient set, there is one clear error" {
    as_www "$AMBIENT=$EINVAL" --
    refused start 'this kernel has no ambient set: Invalid argument'
    hint_is 4.3
}

@test "before 4.3 the error is the same without --keep, with --dry-run, --status and --list-caps" {
    lacking "$AMBIENT=$EINVAL" -- "$CAPWRAP" -- "${MARKED[@]}"
    refused start 'this kernel has no ambient set'
    lacking "$AMBIENT=$EINVAL" -- "$CAPWRAP" --dry-run --user www-data -- "${MARKED[@]}"
    refused start 'this kernel has no ambient set'
    lacking "$AMBIENT=$EINVAL" -- "$CAPWRAP" --status
    refused start 'this kernel has no ambient set'
    lacking "$AMBIENT=$EINVAL" -- "$CAPWRAP" --list-caps
    refused start 'this kernel has no ambient set'
}

@test "before 3.5, also without no_new_privs, the error is the same, with --no-new-privs and without" {
    as_www "$AMBIENT=$EINVAL" "$GET_NO_NEW_PRIVS=$EINVAL" "$SET_NO_NEW_PRIVS=$EINVAL" --
    refused start 'this kernel has no ambient set'
    as_www "$AMBIENT=$EINVAL" "$GET_NO_NEW_PRIVS=$EINVAL" "$SET_NO_NEW_PRIVS=$EINVAL" -- --no-new-privs
    refused start 'this kernel has no ambient set'
}

@test "no_new_privs that cannot be read, or cannot be set, is refused" {
    as_www "$GET_NO_NEW_PRIVS=$EINVAL" --
    refused start 'the kernel does not tell the no_new_privs flag: Invalid argument'
    as_www "$SET_NO_NEW_PRIVS=$EINVAL" -- --no-new-privs
    refused no-new-privs 'Invalid argument'
}

@test "before 2.6.25, without a bounding set of the process, there is one clear error" {
    as_www "$BOUNDING=$EINVAL" "$AMBIENT=$EINVAL" --
    refused start 'the kernel does not tell the bounding set'
}

@test "before 5.9, without close_range, --close-fds is refused and everything else works" {
    as_www close_range=ENOSYS -- --close-fds
    refused fds 'not implemented'
    hint_is 5.9
    as_www close_range=ENOSYS --
    holds_exactly "$(mask NET_BIND_SERVICE)"
}

@test "without the system calls added after 4.3 everything except --close-fds works" {
    local missing=() number
    for ((number = 325; number < 475; number++)); do # mlock2 of 4.4, and all that came after it
        missing+=("$number=ENOSYS")
    done
    as_www "${missing[@]}" -- --no-new-privs --lock-securebits
    holds_exactly "$(mask NET_BIND_SERVICE)"
    is_user 33 33 33
    assert_line no_new_privs=1
    assert_line securebits=ef
    quiet
}
