#!/usr/bin/env bats
# capwrap-learn on programs whose true sets are known, compared with docs/learn-accuracy.md:
# tests/program/learn/truth.py, on the root file system that tests/real/recipes/programs makes.

load ../../support/common

: "${PROGRAMS:?is not set: a root file system, as tests/real/recipes/programs makes it}"
: "${CAPWRAP_LEARN:?is not set: the program under test}"

setup_file() {
    require_root
    export ROOT=$BATS_FILE_TMPDIR/root PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
    cp -a "$PROGRAMS" "$ROOT"
    chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
}

@test "each program is learned exactly, and a single watched run misses nothing" {
    run "$SRC_DIR/tests/program/learn/truth.py" "$ROOT" "$SRC_DIR/docs/learn-accuracy.md" \
        "$("$SRC_DIR/tests/support/tier" learned-programs)"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
    run jq '.exact == .programs and .missed_by_the_watch == 0 and .mean_runs <= 6 and .most_runs <= 60' <<<"$(counts)"
    assert_output true
}

@test "driven as a first user would, no program gets a wrong set confirmed" {
    run "$SRC_DIR/tests/program/learn/firstuse.py" "$ROOT" "$SRC_DIR/docs/learn-accuracy.md" \
        "$("$SRC_DIR/tests/support/tier" first-programs)"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
    run jq '.wrong_and_confirmed == 0 and .mean_runs <= 6 and .most_runs <= 60' <<<"$(counts)"
    assert_output true
}

# one_program NAME EXPRESSION: that program of a list that the sed expression has changed.
one_program() {
    cp -r "$SRC_DIR/tests" "$BATS_TEST_TMPDIR"
    sed -i "/^\[$1\]/,/^\$/ $2" "$BATS_TEST_TMPDIR"/tests/{real/recipes,program/learn}/*.ini
    run "$BATS_TEST_TMPDIR/tests/program/learn/truth.py" "$ROOT" --one "$1"
    assert_failure 1
}

# rows MARK: how many rows the table behind that mark has.
rows() {
    sed -n "/<!-- measured: $1 -->/,/<!-- end -->/p" "$SRC_DIR/docs/learn-accuracy.md" | grep -c '^| .*: `'
}

@test "docs/learning.md states the number of programs" {
    local known first
    known=$(rows accuracy)
    first=$(rows 'first use')
    ((known > 40 && first >= 60))
    grep -F "Of $known programs with known needs it was right on each" "$SRC_DIR/docs/learning.md"
    grep -F "of $first programs that were driven" "$SRC_DIR/docs/learning.md"
}

@test "an invalid truth is found" {
    one_program ls 's/^keep =.*/keep = CHOWN/'
    assert_output --partial 'ls: works without CHOWN'
    assert_output --partial "ls: the watch missed {'CHOWN'}"
    one_program nsenter 's/^keep =.*/keep = SYS_ADMIN, SYS_CHROOT/'
    assert_output --partial 'nsenter: does not work with it'
    assert_output --partial "nsenter: learned ['SYS_CHROOT', 'SYS_PTRACE', 'SYS_ADMIN']"
}
