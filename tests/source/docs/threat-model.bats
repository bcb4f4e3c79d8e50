#!/usr/bin/env bats
# docs/threat-model.md: each statement that is marked as tried names its tests, which exist.

load ../../support/common

setup() {
    claims=$SRC_DIR/tests/source/docs/claims.py
    page=$BATS_TEST_TMPDIR/threat-model.md
}

@test "each statement of the threat model that is marked as tried names a test that exists" {
    run "$claims" "$SRC_DIR/docs/threat-model.md"
    assert_success
    refute_output
}

@test "a mark without a test, one that names no existing test, and a page without a mark are found" {
    sed '/^Tests: .*"--lock-securebits does not apply/d' "$SRC_DIR/docs/threat-model.md" >"$page"
    run "$claims" "$page"
    assert_failure 1
    assert_output --partial 'names no test: A program without any capability may make a user namespace'
    sed 's/"the program inherits oom_score_adj"/"the program inherits nothing"/' \
        "$SRC_DIR/docs/threat-model.md" >"$page"
    run "$claims" "$page"
    assert_failure 1
    assert_output 'no such test: the program inherits nothing'
    sed 's/row 28\](known-failures-details.md#28-/row 46](known-failures-details.md#46-/' "$SRC_DIR/docs/threat-model.md" >"$page"
    run "$claims" "$page"
    assert_failure 1
    assert_output --partial 'no such test: [row 46](known-failures-details.md#46-'
    sed 's/ ✓//g' "$SRC_DIR/docs/threat-model.md" >"$page"
    run "$claims" "$page"
    assert_failure 2
}
