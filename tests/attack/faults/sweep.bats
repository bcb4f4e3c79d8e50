#!/usr/bin/env bats
# Every system call that capwrap makes fails or lies once: the program starts exactly as asked or
# not at all. sweep.py describes the method. The same sweep over other launchers shows that it can fail.
# (A failure names its fault; sweep.py --replay shows it in full.)

load ../../support/common

setup() {
    require_root
    sweep="$SRC_DIR/tests/attack/faults/sweep.py"
    attack_from_here
}

# The table of the last sweep, into the test log.
show_table() {
    sed -n '/^case /,/^summary: /s/^/# /p' <<<"$output" >&3
}

# finds_wrong_starts_in TOOL [OPTION...]: the sweep fails.
finds_wrong_starts_in() {
    command -v "$1" >/dev/null || skip "$1 is not installed"
    run "$sweep" --tool "$@"
    assert_equal "$status" 1
    show_table
    run jq '.wrong > 0' <<<"$(counts)"
    assert_output true
}

@test "every row of the transition table is exercised by a case of the sweep" {
    run "$sweep" --rows
    assert_success
    assert_line --regexp '^uid: .*by-name'
    refute_line --partial 'by no case'
}

# The share of the faults: one of this many, different ones each time.
share() {
    echo "--share=$("$SRC_DIR/tests/support/tier" sweep-share)"
}

@test "after any single fault or lie the program has started exactly as requested, or not at all" {
    mapfile -t cases < <(cases_for_this_build)
    run "$sweep" "$(share)" "${cases[@]}"
    show_table
    assert_success
    summary=$(counts)
    run jq '.wrong + .unnamed + .missed' <<<"$summary"
    assert_output 0
    # At least several hundred, and neither all refused nor all harmless.
    run jq '.injections > 500 and .refused > 100 and .exact > 100 and .before_main > 0' \
        <<<"$summary"
    assert_output true
    # Each row that these cases exercise has failed with its own message.
    rows=$("$sweep" --rows "${cases[@]}" | sed -n '/by no case\|not active here/!s/:.*//p' |
        jq --raw-input --null-input '[inputs]')
    run jq --compact-output --argjson rows "$rows" '$rows - .steps_named' <<<"$summary"
    assert_output '[]'
}

@test "the sweep finds wrong starts in setpriv" {
    finds_wrong_starts_in setpriv "$(share)"
}

@test "the sweep finds wrong starts in gosu" {
    finds_wrong_starts_in gosu
}
