#!/usr/bin/env bats
# An inherited parent-death signal, which the kernel clears when the ids change.

# shellcheck disable=SC2034,SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
}

@test "a parent-death signal is set again after a change of identity" {
    local signal
    for signal in 1 9 15 40; do
        FROM=("$START_AS" --pdeathsig "$signal" --)
        runs --user www-data -- "$PROBE"
        assert_line "pdeathsig=$signal"
        quiet
        runs --user 1000:1000 --keep net_bind_service --lock-securebits -n -- "$PROBE"
        assert_line "pdeathsig=$signal"
    done
}

@test "without a change of identity the parent-death signal stays" {
    FROM=("$START_AS" --pdeathsig 15 --)
    runs -- "$PROBE"
    assert_line pdeathsig=15
    runs --keep chown -n -- "$PROBE"
    assert_line pdeathsig=15
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    assert_line pdeathsig=15
    FROM=("$START_AS" --uid 77 --gid 78 --pdeathsig 15 --)
    runs -q -- "$PROBE"
    assert_line pdeathsig=15
}

@test "without a parent-death signal none is set" {
    local user
    for user in www-data 1000:1000; do
        runs --user "$user" -- "$PROBE"
        assert_line pdeathsig=0
    done
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

@test "the program gets the parent-death signal when its parent exits" {
    orphan "$START_AS" --pdeathsig 9 -- "$CAPWRAP" --user www-data -- sleep 600
    assert_equal "$status" 0
}

@test "without a parent-death signal the program continues when its parent exits" {
    orphan "$CAPWRAP" --user www-data -- sleep 600
    assert_equal "$status" 1
}

@test "the program is not started if the parent exited before its signal was set again" {
    # -D: the tracer is not the parent. The uid is changed, and setresuid(2) returns a second later.
    # shellcheck disable=SC2016 # expanded by the shell that is started
    /bin/bash -c 'strace -D -qq -o "$0/trace" -e trace=setresuid \
            -e inject=setresuid:delay_exit=1s:when=1 "$1" --pdeathsig 9 -- \
            "$2" --user 1000:1000 -- "${@:3}" 2>"$0/stderr" &
        until grep -q "^Uid:.1000" "/proc/$!/status"; do sleep 0.02; done' \
        "$PUBLIC" "$START_AS" "$CAPWRAP" "${MARKED[@]}" 3>&-
    local waited=0
    until grep -q hint "$PUBLIC/stderr" || ((++waited == 200)); do sleep 0.05; done
    status=125 output='' stderr=$(cat "$PUBLIC/stderr")
    refused parent-death 'parent'
}

@test "file capabilities of the program clear the parent-death signal: a note, or an error with --strict" {
    install -m 755 "$PROBE" "$PUBLIC/target"
    setcap cap_net_bind_service=ep "$PUBLIC/target"
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --user nobody --keep NET_BIND_SERVICE -- \
        "$PUBLIC/target" --only pdeathsig
    noted 'parent-death signal'
    assert_output pdeathsig=0
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --strict --user nobody \
        --keep NET_BIND_SERVICE -- "$PUBLIC/target" --marker "$MARKER"
    refused program
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --user nobody --keep NET_BIND_SERVICE -- \
        "$PROBE" --only pdeathsig
    quiet
    assert_output pdeathsig=15
}
