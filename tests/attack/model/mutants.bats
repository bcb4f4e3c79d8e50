#!/usr/bin/env bats
# A capwrap that skips one step of its transition is noticed: by its own proof, by another step, or
# by the model. A failure that the model reports for a broken one can be replayed.

load ../../support/common

setup() {
    require_root
    model=$SRC_DIR/tests/attack/model
}

# broken ROW: CAPWRAP is one that skips this step from here on.
broken() {
    run "$SRC_DIR/tests/support/skip-step" "$PUBLIC/build" "$1"
    [[ $status != 0 ]] || CAPWRAP=$output
}

@test "skipping any step of the table is noticed, with the proof and without" {
    run "$model/mutants"
    printf '# %s\n' "${lines[@]}" >&3
    assert_success
    run jq '.mutants >= 17 and .missed == [] and .missed_without_verify == ["un-keep-caps"]' \
        <<<"$(counts)"
    assert_output true
}

@test "a failure is shrunk to a simple case, and the command printed with it reproduces it" {
    local real=$CAPWRAP
    broken fds
    run "$model/compare-starts" --cases 400 --seed 1
    assert_equal "$status" 1
    assert_output --partial 'descriptors: fds is 0,1,2,'
    case=$(sed -n "s/^  tests.attack.model.compare-starts --replay '\(.*\)'$/\1/p" <<<"$output" | head -n 1)
    # one descriptor, one option, and nothing else
    assert_regex "$case" '^\{"before": \{"fds": \[.\]\}, "request": \{"close_fds": true\}\}$'
    run "$model/compare-starts" --replay "$case"
    assert_equal "$status" 1
    assert_line --partial 'descriptors: fds is 0,1,2,'
    CAPWRAP=$real run "$model/compare-starts" --replay "$case"
    assert_success
    assert_line 'as the model says'
}

@test "a step that the table does not have cannot be skipped" {
    broken nonsense
    assert_equal "$status" 1
    assert_output --partial 'no step "nonsense"'
}
