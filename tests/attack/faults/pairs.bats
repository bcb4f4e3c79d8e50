#!/usr/bin/env bats
# A step lies, and so does the check that should notice it: the program starts exactly as asked or
# not at all, except for those pairs that no program can notice. pairs.py lists them with the reasons.

load ../../support/common

setup() {
    require_root
    pairs="$SRC_DIR/tests/attack/faults/pairs.py"
    attack_from_here
}

@test "every row of the transition table writes a state that has independent readers, or changes nothing" {
    run "$pairs" --rows
    assert_success
    assert_line 'uid: user ids'
    refute_line --partial 'in no state'
}

@test "a step that lies is noticed unless every independent reader lies consistently with it" {
    mapfile -t cases < <(cases_for_this_build)
    run "$pairs" "${cases[@]}"
    sed -n '/^what /,/^summary: /s/^/# /p' <<<"$output" >&3
    assert_success
    # The attack is real: most lies are noticed, and those that cannot be noticed have an effect.
    run jq '.attacks > 500 and .refused > 400 and .beyond > 50 and
        .wrong + .unnamed + .undetected + .redundant == 0' <<<"$(counts)"
    assert_output true
}

@test "the threat model lists the false answers that are not noticed" {
    run "$pairs" --table
    assert_success
    diff <(sed -n '/^<!-- generated: lies -->$/,/^<!-- end -->$/{/^<!--/!p}' \
        "$SRC_DIR/docs/threat-model.md") - <<<"$output"
}
