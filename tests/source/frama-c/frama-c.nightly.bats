#!/usr/bin/env bats
# The value analysis of Frama-C over the strict parsers and the pure decisions: with any input at all
# no undefined behaviour, and their promises as assertions. tests/source/frama-c/analyze has the method.

setup() {
    analyze=$SRC_DIR/tests/source/frama-c/analyze
}

@test "the parsers, the plan and the rules of execve: nothing undefined, every promise proven" {
    run xargs -n 1 -P "$(nproc)" "$analyze" <<<"sets bits text cred anything"
    grep -E '^\[eva:alarm\]|alarms generated|^    (Assertions|Preconditions)' <<<"$output"
    [ "$status" -eq 0 ]
    [ "$(grep -c '^  0 alarms generated' <<<"$output")" -eq 5 ]
}

# with_change FILE OLD NEW: a copy of the sources with one change, in the test's directory.
with_change() {
    cp -r "$SRC_DIR/src" "$BATS_TEST_TMPDIR"
    grep -q "$2" "$SRC_DIR/src/$1"
    sed -i "s/$2/$3/" "$BATS_TEST_TMPDIR/src/$1"
}

@test "a number that wraps is found" {
    with_change text/number.c '> 19' '> 20'
    SRC_DIR=$BATS_TEST_TMPDIR run "$analyze" text
    [ "$status" -ne 0 ]
    [[ $output == *"unsigned overflow"* ]]
}

@test "a capability that no_new_privs does not mask is found" {
    with_change core/cred.c 'after->permitted .= now->permitted;' ';'
    SRC_DIR=$BATS_TEST_TMPDIR run "$analyze" cred
    [ "$status" -ne 0 ]
    [[ $output == *"'no_gain' got status"* ]]
}
