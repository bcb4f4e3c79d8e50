#!/usr/bin/env bats
# docs/threat-model.md: each statement that is marked as tried has tests, which exist: threat-model.tests.

load ../../support/common

setup() {
    claims=$SRC_DIR/tests/source/docs/claims.py
    tests=$SRC_DIR/tests/source/docs/threat-model.tests
    page=$BATS_TEST_TMPDIR/threat-model.md
    changed=$BATS_TEST_TMPDIR/threat-model.tests
}

@test "each section of the threat model has a test for each mark, and each test exists" {
    run "$claims" "$SRC_DIR/docs/threat-model.md" "$tests"
    assert_success
    refute_output
}

@test "a mark without a test, a test that is none, and a page without a mark are found" {
    sed 's/^memory ✓:/memory ✓ ✓:/' "$SRC_DIR/docs/threat-model.md" >"$page"
    run "$claims" "$page" "$tests"
    assert_failure 1
    assert_output '2 marks and 1 tests: other-processes-of-the-same-user'
    sed 's/: the program inherits oom_score_adj/: the program inherits nothing/; s/row 28/row 46/; s/^other-proc/another-proc/' \
        "$tests" >"$changed"
    run "$claims" "$SRC_DIR/docs/threat-model.md" "$changed"
    assert_failure 1
    assert_line --regexp '^no such test, or no mark: what-is-inherited .*: the program inherits nothing$'
    assert_line --regexp '^no such test, or no mark: tiocsti.* row 46$'
    assert_line --regexp '^no such test, or no mark: another-processes-of-the-same-user '
    assert_line '1 marks and 0 tests: other-processes-of-the-same-user'
    sed 's/ ✓//g' "$SRC_DIR/docs/threat-model.md" >"$page"
    run "$claims" "$page" "$tests"
    assert_failure 2
}
