#!/usr/bin/env bats
# The session keyring: root's is replaced where the identity changes.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
}

teardown() {
    end_background
}

with_key() {
    attempt "$START_AS" --new-session-keyring-with-key capwrap-test -- "$@"
}

@test "without capwrap a program that changed from root to another user can read root's key" {
    with_key "$START_AS" --uid 33 --gid 33 --groups none -- keyctl pipe %user:capwrap-test
    assert_success
    assert_output secret
}

@test "after a change of identity root's key cannot be found" {
    local user
    FROM=("$START_AS" --new-session-keyring-with-key capwrap-test --)
    attempt "${FROM[@]}" keyctl search @s user capwrap-test
    assert_success # without capwrap it is there
    runs --user 1000:1000 -- "$PROBE"
    assert_regex "$(value_of session_keyring)" '^[0-9]+,1000$'
    for user in www-data 54321:54321 1000:1000; do
        attempt "${FROM[@]}" "$CAPWRAP" --user "$user" -- keyctl search @s user capwrap-test
        assert_failure 1
        assert_regex "$stderr" 'not available'
        attempt "${FROM[@]}" "$CAPWRAP" --user "$user" -- keyctl pipe %user:capwrap-test
        assert_failure
        refute_output --partial secret
    done
}

@test "after a change of identity root's key cannot be read by its serial number" {
    with_key bash -c 'serial=$(keyctl search @s user capwrap-test) || exit 99
        keyctl pipe "$serial"; echo; exec "$@" "$serial"' sh "$CAPWRAP" --user www-data -- keyctl pipe
    assert_failure 1
    assert_output secret # once, from root
}

@test "a change of the uid only, or of the gid only, replaces the session keyring" {
    FROM=("$START_AS" --new-session-keyring-with-key capwrap-test --)
    for user in 1000:0 0:1000; do
        attempt "${FROM[@]}" "$CAPWRAP" --user "$user" -- keyctl search @s user capwrap-test
        assert_failure 1
        assert_regex "$stderr" 'not available'
    done
}

@test "the new session keyring is empty and belongs to the user" {
    with_key bash -c '"$1" --only session_keyring; exec "$2" -u www-data -- "$1" --only session_keyring' \
        sh "$PROBE" "$CAPWRAP"
    assert_success
    quiet
    assert_regex "${lines[0]}" '^session_keyring=[0-9]+,0$'
    assert_regex "${lines[1]}" "^session_keyring=[0-9]+,$(id -u www-data)$"
    assert_not_equal "${lines[0]%,*}" "${lines[1]%,*}"
    with_key "$CAPWRAP" --user www-data -- keyctl rlist @s
    assert_success
    assert_output ''
}

@test "the program can use the new session keyring" {
    with_key "$CAPWRAP" --user www-data -- \
        sh -c 'keyctl add user mine value @s >/dev/null && keyctl pipe %user:mine'
    assert_success
    assert_output value
}

@test "without a change of identity the session keyring stays" {
    local options
    for options in '' '--user root' '--user 0:0' '--keep NET_BIND_SERVICE'; do
        echo "case: $options"
        # shellcheck disable=SC2086 # words
        with_key bash -c '"$1" --only session_keyring; shift; exec "$@"' sh "$PROBE" "$CAPWRAP" \
            $options -- "$PROBE" --only session_keyring
        assert_success
        assert_equal "${#lines[@]}" 2
        assert_equal "${lines[0]}" "${lines[1]}"
        # shellcheck disable=SC2086 # words
        with_key "$CAPWRAP" $options -- keyctl search @s user capwrap-test
        assert_success
    done
}

@test "in a user namespace an unmapped id that reads as the requested one is a change of identity" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt "$START_AS" --new-session-keyring-with-key secret -- \
        "$SUPPORT_BIN/in-userns" --as 2000,2000 --uid-map 65534,3000,1 --gid-map 65534,3000,1 \
        --keep-caps sh -c '"$1" --only session_keyring; exec "$2" --user 65534:65534 --groups keep -n -- \
            "$1" --only session_keyring' sh "$PROBE" "$CAPWRAP"
    assert_success
    assert_equal "${#lines[@]}" 2
    [ "${lines[0]%%,*}" != "${lines[1]%%,*}" ]
}

@test "an exhausted key quota is an error that names the quota" {
    # 200 keys are what a user may have (proc_sys_kernel-keys: /proc/sys/kernel/keys/maxkeys), here and in the
    # other builds whose tests run now: a user for each
    local user=$((300000 + $$))
    # shellcheck disable=SC2016 # expanded by the shell that is started
    in_background sleep "$START_AS" --uid "$user" --gid "$user" --groups none -- \
        keyctl session - /bin/bash -c '
        while keyctl add user "k$((++n))" x @s; do :; done
        exec sleep 300' >"$PUBLIC/log" 2>&1
    # the kernel lets the first session keyring of a process exceed the quota
    FROM=("$START_AS" --new-session-keyring-with-key capwrap-test --)
    refuses keyring key-quota -- --user "$user:$user"
}

@test "a seccomp filter that blocks keyctl blocks it for the program too, and capwrap starts it" {
    for errno in EPERM ENOSYS; do
        FROM=("$SUPPORT_BIN/seccomp-errno" keyctl "$errno")
        runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
        is_user 1000 1000 1000
        holds_exactly "$NBS"
        assert_line "session_keyring=$errno"
    done
}
