#!/usr/bin/env bats
# docs/testing.md has the counts of a complete run of each tier: testing.py.

load ../../support/common

setup() {
    testing=$SRC_DIR/tests/source/docs/testing.py
    page=$BATS_TEST_TMPDIR/testing.md
}

@test "the page has the counts of both tiers, and neither has a failure" {
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

# a_run: a tree with the results of a run of the tier "real", and a git: $TREE.
a_run() {
    TREE=$BATS_TEST_TMPDIR/tree
    mkdir -p "$TREE"/{bin,docs,tests/source/docs,build/tiers/real}
    cp "$testing" "$TREE/tests/source/docs/"
    cp "$SRC_DIR/docs/testing.md" "$TREE/docs/"
    printf '#!/bin/sh\necho abc1234\n' >"$TREE/bin/git"
    chmod +x "$TREE/bin/git"
    cat >"$TREE/build/tiers/real/all.xml" <<'XML'
<testsuite name="(empty)" tests="4">
<testcase name="release/unit/plan" time="0.04" status="run"><system-out/></testcase>
<testcase name="dev/unit/plan" time="1.6" status="run"><system-out/></testcase>
<testcase name="release/mutation/mutation" time="61.2" status="run"><system-out># summary: {"mutants": 1030, "survived": 0, "seed": 1030}
</system-out></testcase>
<testcase name="release/root/target" time="1.2" status="fail"><system-out/></testcase>
</testsuite>
XML
    cat >"$TREE/build/tiers/real/run.xml" <<'XML'
<testsuite name="tests/run.sh --real" time="790" processors="2">
<testcase name="build of release" status="run" time="9"/>
<testcase name="contrib/quickstart.sh" status="run" time="5"/>
</testsuite>
XML
}

@test "what the page states about a run is in its results: the time, the slowest tests, the counts" {
    a_run
    PATH=$TREE/bin:$PATH run "$TREE/tests/source/docs/testing.py" real
    assert_success
    run sed -n '/^<!-- counts: real -->/,/^<!-- end -->/p' "$TREE/docs/testing.md"
    assert_line --regexp '^Commit abc1234, [0-9-]{10}, Linux .*: 3 of 4 tests passed\.$'
    assert_line 'The run took 13 minutes on 2 processors.'
    assert_line '| release | 9 | 3 | 62 |'
    assert_line '| dev | 0 | 1 | 2 |'
    assert_line '| mutation/mutation | mutants 1,030 |'
    run grep -A 4 '^| slowest tests ' "$TREE/docs/testing.md"
    assert_output "$(printf '%s\n' '| slowest tests | build | seconds |' '|---|---|---:|' \
        '| mutation/mutation | release | 61 |' '| unit/plan | dev | 2 |' '| root/target | release | 1 |')"
    # The other tier's part is unchanged.
    diff <(sed -n '/counts: nightly/,$p' "$TREE/docs/testing.md") <(sed -n '/counts: nightly/,$p' "$SRC_DIR/docs/testing.md")
}

@test "an unfinished run does not count" {
    a_run
    rm "$TREE/build/tiers/real/run.xml"
    PATH=$TREE/bin:$PATH run "$TREE/tests/source/docs/testing.py" real
    assert_failure 2
    assert_output 'testing.py: no results of real in build/'
    cmp "$TREE/docs/testing.md" "$SRC_DIR/docs/testing.md"
}

@test "a tier that was not run and unknown arguments are reported" {
    run "$testing" sometimes
    assert_failure 2
    assert_output --partial 'testing.py real|nightly'
}
