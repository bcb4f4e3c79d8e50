#!/usr/bin/env bats
# docs/testing.md tells the counts of a whole run of each tier: testing.py.

load ../../support/common

setup() {
    testing=$SRC_DIR/tests/source/docs/testing.py
    page=$BATS_TEST_TMPDIR/testing.md
}

@test "the page has the counts of both tiers, and neither tells of a failure" {
    run "$testing" --check
    assert_success
    refute_output
}

@test "a tier without counts, with a failure, or without an attack is found" {
    sed '/<!-- counts: nightly -->/,/<!-- end -->/d' "$SRC_DIR/docs/testing.md" >"$page"
    run "$testing" --check "$page"
    assert_failure 1
    assert_line 'docs/testing.md: nightly: no whole run'
    sed -E 's/: ([0-9,]+) of ([0-9,]+) tests passed/: 1 of \2 tests passed/' "$SRC_DIR/docs/testing.md" >"$page"
    run "$testing" --check "$page"
    assert_failure 1
    assert_line 'docs/testing.md: real: no whole run'
    sed '/^| faults\/pairs/d' "$SRC_DIR/docs/testing.md" >"$page"
    run "$testing" --check "$page"
    assert_failure 1
    assert_line 'docs/testing.md: nightly: no counts of faults/pairs'
}

@test "a tier that has not been run, and other words, are told" {
    run "$testing" sometimes
    assert_failure 2
    assert_output --partial 'testing.py real|nightly'
}
