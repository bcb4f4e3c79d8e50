#!/usr/bin/env bats
# What a change of identity must take away or give back besides ids: root's session keyring, and the
# parent-death signal, which the kernel clears on the way.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common

setup() {
    require_root
}

# ---- session keyring ----

with_key() {
    attempt "$START_AS" --new-session-keyring-with-key capwrap-test -- "$@"
}

@test "without capwrap a program that dropped root reads root's key" {
    with_key "$START_AS" --uid 33 --gid 33 --groups none -- keyctl pipe %user:capwrap-test
    assert_success
    assert_output secret
}

@test "after a change of identity root's key is out of reach" {
    with_key "$CAPWRAP" --user www-data -- keyctl pipe %user:capwrap-test
    assert_failure
    refute_output --partial secret
    with_key "$CAPWRAP" --user www-data -- keyctl search @s user capwrap-test
    assert_failure
}

@test "root's key is out of reach by its serial number, too" {
    with_key bash -c 'serial=$(keyctl search @s user capwrap-test) || exit 99
        keyctl pipe "$serial"; echo; exec "$@" "$serial"' sh "$CAPWRAP" --user www-data -- keyctl pipe
    assert_failure 1
    assert_output secret # once, from root
}

@test "the new session keyring is empty and the user's own" {
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

@test "the user of the new keyring can use it" {
    with_key "$CAPWRAP" --user www-data -- \
        sh -c 'keyctl add user mine value @s >/dev/null && keyctl pipe %user:mine'
    assert_success
    assert_output value
}

@test "another uid without an entry gets a new keyring, too" {
    with_key "$CAPWRAP" --user 54321:54321 -- keyctl search @s user capwrap-test
    assert_failure
}

@test "without a change of identity the session keyring stays" {
    local options
    for options in '' '--user root' '--user 0:0'; do
        echo "case: $options"
        # shellcheck disable=SC2086 # words
        with_key bash -c '"$1" --only session_keyring; shift; exec "$@"' sh "$PROBE" "$CAPWRAP" \
            $options -- "$PROBE" --only session_keyring
        assert_success
        assert_equal "${#lines[@]}" 2
        assert_equal "${lines[0]}" "${lines[1]}"
    done
}

# ---- parent-death signal ----

@test "a parent-death signal is set again after the change of identity" {
    local signal
    for signal in 1 9 15 40; do
        attempt "$START_AS" --pdeathsig "$signal" -- "$CAPWRAP" --user www-data -- \
            "$PROBE" --only pdeathsig
        assert_output "pdeathsig=$signal"
        quiet
        attempt "$START_AS" --pdeathsig "$signal" -- "$CAPWRAP" --user www-data \
            --keep net_bind_service --lock-securebits -n -- "$PROBE" --only pdeathsig
        assert_output "pdeathsig=$signal"
    done
}

@test "without a change of identity the parent-death signal is still there" {
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" -- "$PROBE" --only pdeathsig
    assert_output 'pdeathsig=15'
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --keep chown -n -- "$PROBE" --only pdeathsig
    assert_output 'pdeathsig=15'
    attempt "$START_AS" --uid 77 --gid 78 --pdeathsig 15 -- "$CAPWRAP" -q -- "$PROBE" --only pdeathsig
    assert_output 'pdeathsig=15'
}

@test "where there was none, none is set" {
    attempt "$CAPWRAP" --user www-data -- "$PROBE" --only pdeathsig
    assert_output 'pdeathsig=0'
}

# orphan CMD...: starts CMD under a parent that is killed once the program runs, and says in
# $status whether the program was gone (0) or still there (1) afterwards. The program is a sleep.
orphan() {
    local parent child waited
    bash -c '"$@" & echo $! >"$0.tmp" && mv "$0.tmp" "$0"; wait' "$PUBLIC/child" "$@" 3>&- &
    parent=$!
    for ((waited = 0; waited < 200; waited++)); do
        child=$(cat "$PUBLIC/child" 2>/dev/null) || child=
        [[ -z $child || $(cat "/proc/$child/comm" 2>/dev/null) != sleep ]] || break
        sleep 0.05
    done
    [[ $(cat "/proc/$child/comm") == sleep ]] || fail "the program did not start"
    kill -KILL "$parent"
    wait "$parent" || true
    status=1
    for ((waited = 0; waited < 40; waited++)); do
        if ! grep -q '^State:[[:space:]]*[^ZX]' "/proc/$child/status" 2>/dev/null; then
            status=0
            break
        fi
        sleep 0.05
    done
    ((status == 0)) || kill -KILL "$child"
}

@test "the parent-death signal is delivered to the program when the parent ends" {
    orphan "$START_AS" --pdeathsig 9 -- "$CAPWRAP" --user www-data -- sleep 600
    assert_equal "$status" 0
}

@test "without a parent-death signal the program outlives its parent" {
    orphan "$CAPWRAP" --user www-data -- sleep 600
    assert_equal "$status" 1
}
