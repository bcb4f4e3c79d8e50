#!/usr/bin/env bats
# Seccomp filters that answer each of capwrap's system calls, every time: with 0, EPERM, ENOSYS or
# EACCES, or by killing the process. answers.py describes the method.

load ../../support/common

setup() {
    require_root
    answers="$SRC_DIR/tests/attack/sandbox/answers.py"
    attack_from_here
}

@test "every system call that the sources name is made by some case, and so is answered" {
    run "$answers" --surface
    assert_success
    assert_line --regexp '^setresuid: .*by-name'
    refute_line --partial 'by no case'
}

@test "whatever a filter answers, the program has started as requested or has not started" {
    mapfile -t cases < <(cases_for_this_build)
    run "$answers" "${cases[@]}"
    sed -n '/^answer /,/^summary: /s/^/# /p' <<<"$output" >&3
    assert_success
    run jq '.answers > 200 and .refused > 80 and .killed > 40 and .exact > 20 and
        .wrong + .unnamed == 0' <<<"$(counts)"
    assert_output true
}
