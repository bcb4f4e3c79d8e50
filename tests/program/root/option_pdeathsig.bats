#!/usr/bin/env bats
# --pdeathsig: the signal that the program gets when its parent exits.

# shellcheck disable=SC2034,SC2154 # run sets stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
}

@test "the program starts with the requested signal, given as a name or as a number" {
    local word
    for word in TERM SIGTERM sigterm 15; do
        runs --pdeathsig "$word" -- "$PROBE"
        assert_line pdeathsig=15
    done
    runs --pdeathsig=64 -- "$PROBE"
    assert_line pdeathsig=64
}

@test "the signal is set after a change of identity, which clears it" {
    runs --user 1000:1000 --keep NET_BIND_SERVICE --pdeathsig KILL -- "$PROBE"
    assert_line pdeathsig=9
    assert_line ruid=1000
}

@test "an ordinary user's program also gets the signal" {
    FROM=("${ORDINARY[@]}" --)
    runs --pdeathsig USR1 -- "$PROBE"
    assert_line pdeathsig=10
}

@test "the requested signal replaces the caller's, and 0 clears it" {
    FROM=("$START_AS" --pdeathsig 9 --)
    runs --pdeathsig TERM -- "$PROBE"
    assert_line pdeathsig=15
    runs --pdeathsig 0 -- "$PROBE"
    assert_line pdeathsig=0
    runs --user 1000:1000 --pdeathsig 0 -- "$PROBE"
    assert_line pdeathsig=0
}

@test "the program is terminated by the signal when its parent exits" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    /bin/bash -c '"$1" --user 1000:1000 --pdeathsig KILL -- sleep 300 & echo $! >"$0"
        until grep -qx sleep "/proc/$!/comm"; do sleep 0.02; done' "$PUBLIC/pid" "$CAPWRAP" 3>&-
    local pid
    pid=$(cat "$PUBLIC/pid")
    until ! kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

@test "a parent that exits during the transition: the program does not start" {
    # -D: the tracer is not the parent. The uid is changed, and setresuid(2) returns a second later.
    # shellcheck disable=SC2016 # expanded by the shell that is started
    /bin/bash -c 'strace -D -qq -o "$0/trace" -e trace=setresuid \
            -e inject=setresuid:delay_exit=1s:when=1 \
            "$1" --user 1000:1000 --pdeathsig TERM -- "${@:2}" 2>"$0/stderr" &
        until grep -q "^Uid:.1000" "/proc/$!/status"; do sleep 0.02; done' \
        "$PUBLIC" "$CAPWRAP" "${MARKED[@]}" 3>&-
    until grep -q hint "$PUBLIC/stderr"; do sleep 0.02; done
    status=125 output='' stderr=$(cat "$PUBLIC/stderr")
    refused parent-death 'parent'
}

@test "a program whose file capabilities would clear the signal is refused" {
    require_suid_mount
    install -m 755 "$PROBE" "$PUBLIC/probe"
    setcap cap_net_raw=ep "$PUBLIC/probe"
    refuses program file-capabilities 'disarm the parent-death signal' -- \
        --user 1000:1000 --keep NET_RAW --pdeathsig TERM -- "$PUBLIC/probe" --marker "$MARKER"
    hint_says 'setcap -r'
    # Nothing is cleared if there is no signal.
    runs --user 1000:1000 --keep NET_RAW --pdeathsig 0 -- "$PUBLIC/probe"
    assert_line pdeathsig=0
}

@test "a program that cannot be inspected is refused if a signal was requested" {
    install -m 711 "$PROBE" "$PUBLIC/probe"
    refuses program unreadable -- --user 1000:1000 --no-new-privs --pdeathsig TERM -- \
        "$PUBLIC/probe" --marker "$MARKER"
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs --pdeathsig 0 -- "$PUBLIC/probe"
    assert_success
    assert_line pdeathsig=0
}

@test "an argument that is not a signal and a repeated option are refused" {
    local word
    for word in 65 -1 015 +9 0x9 NOSUCH SIGSIGTERM 'TERM ' 4294967311 RTMIN; do
        refuses pdeathsig usage "'${word/+/[+]}' is not a known signal" -- --pdeathsig "$word"
    done
    refuses pdeathsig usage 'given twice' -- --pdeathsig TERM --pdeathsig TERM
    hint_says 'leave out one of the two'
}
