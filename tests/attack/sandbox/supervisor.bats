#!/usr/bin/env bats
# A supervisor that answers capwrap's system calls in the kernel's place, and lies
# (seccomp_unotify(2), seccomp-false-success). tests/attack/faults/pairs.py does the same for all pairs.
# shellcheck disable=SC2154 # bats sets status, output and stderr

load ../../support/common

setup() {
    require_root
    ASKED=(--user 1000:1000 --groups 2000 --keep NET_BIND_SERVICE --no-new-privs)
}

# lied_to WORDS CMD...: capwrap runs CMD, and these calls lie to it.
lied_to() {
    local words=$1
    shift
    attempt "$SUPPORT_BIN/seccomp-false-success" 1 "$words" "$CAPWRAP" "${ASKED[@]}" -- "$@"
}

# notices STEP PATTERN WORDS: refused, with nothing started.
notices() {
    lied_to "$3" "${MARKED[@]}"
    refused "$1" "$2"
}

@test "calls without a false answer reach the kernel unchanged" {
    lied_to getresuid "$PROBE"
    is_user 1000 1000 1000,2000
    holds_exactly "$(mask NET_BIND_SERVICE)"
}

@test "a setresuid that reports success and changes no ID is noticed" {
    notices verify 'uid 0 could be taken back' setresuid
}

@test "a setresuid that lies is noticed also if changing back is refused as after a real change" {
    notices verify 'differs from the goal in uid' setresuid,regain-uid
}

@test "a setresuid that lies, with two of three readers lying consistently, is noticed by any third" {
    notices verify 'uid 0 could be taken back' setresuid,getresuid,setfsuid
    notices verify 'differs from the goal in uid' setresuid,regain-uid,setfsuid
    notices verify 'differs from the goal in uid' setresuid,regain-uid,getresuid
}

@test "a PR_SET_NO_NEW_PRIVS that reports success and changes nothing is noticed" {
    notices verify 'differs from the goal in no_new_privs' PR_SET_NO_NEW_PRIVS
}

@test "no_new_privs that also reads as set is noticed by a filter that is refused because it is not set" {
    notices verify 'no_new_privs' PR_SET_NO_NEW_PRIVS,PR_GET_NO_NEW_PRIVS
}

@test "a supervisor that refuses every filter cannot hide that no_new_privs is not set" {
    # EACCES for every use of PR_SET_SECCOMP (22): not a sign that no_new_privs is off.
    attempt "$SUPPORT_BIN/seccomp-errno" prctl:22 13 "$CAPWRAP" "${ASKED[@]}" -- "$PROBE"
    is_user 1000 1000 1000,2000
    assert_line no_new_privs=1
}

@test "groups, capabilities and a bounding set that were not changed are noticed" {
    notices verify 'differs from the goal in groups' setgroups
    notices ambient 'PR_CAP_AMBIENT' capset
    notices ambient 'PR_CAP_AMBIENT' capset,capget
    notices verify 'differs from the goal in bounding' PR_CAPBSET_DROP
    notices verify 'differs from the goal in ambient' PR_CAP_AMBIENT_RAISE
}

@test "a supervisor that lies to capwrap consistently is not noticed: no program can detect it" {
    lied_to setresuid,regain-uid,getresuid,setfsuid "$PROBE"
    assert_success
    assert_line ruid=0
    lied_to PR_SET_NO_NEW_PRIVS,PR_GET_NO_NEW_PRIVS,PR_SET_SECCOMP "$PROBE"
    assert_success
    assert_line no_new_privs=0
    lied_to PR_CAPBSET_DROP,PR_CAPBSET_READ "$PROBE"
    assert_success
    refute_line "bounding=$(mask NET_BIND_SERVICE)"
}

@test "what no program inside can detect is visible from outside, where --assert reports it" {
    "$SUPPORT_BIN/seccomp-false-success" 1 setresuid,regain-uid,getresuid,setfsuid \
        "$CAPWRAP" "${ASKED[@]}" -- sleep 60 &
    local supervisor=$! child='' name=''
    for _ in {1..200}; do
        child=$(cat "/proc/$supervisor/task/$supervisor/children") && child=${child%% *}
        [[ -z $child ]] || name=$(cat "/proc/$child/comm")
        [[ $name != sleep ]] || break
        sleep 0.05
    done
    run "$CAPWRAP" --status="$child"
    local shown=$status state=$output
    run "$CAPWRAP" --assert="$child" "${ASKED[@]}"
    kill "$child"
    wait "$supervisor" || true
    assert_failure 1
    assert_line --regexp '^  uid +real 0, effective 0, saved 0, fs 0; asked: 1000$'
    assert_equal "$shown" 0
    assert_regex "$state" $'\n *uid +0\n'
}
