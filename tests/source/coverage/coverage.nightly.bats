#!/usr/bin/env bats
# How much of src the suite runs, and that what it does not run is explained: see measure-coverage and report.py.

setup_file() {
    export TMPDIR=$BATS_FILE_TMPDIR COVERED=$BATS_FILE_TMPDIR/build
    # Every user that the program runs as, in root's group or not, has to reach what it starts.
    chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    # The suite has limits of its own.
    unset BATS_TEST_TIMEOUT
}

EXPLAINED=$SRC_DIR/tests/source/coverage/explained

# report FILE: compares the counts of the first test with these explanations, and fails.
report() {
    run "$SRC_DIR/tests/source/coverage/report.py" "$COVERED" "$1"
    echo "$output"
    [ "$status" -eq 1 ]
}

# The first line that is explained as one that never ran, and as one that is covered partly.
first_never() { grep '^> ' "$EXPLAINED" | grep -v -m 1 -E '^> (partly|varies): '; }
first_partly() { grep -m 1 '^> partly: ' "$EXPLAINED"; }

@test "95 % of the lines and 90 % of the branches are covered, and the rest is explained" {
    run "$SRC_DIR/tests/source/coverage/measure-coverage" "$COVERED"
    echo "$output"
    grep '^summary: ' <<<"$output" | sed 's/^/# /' >&3
    [ "$status" -eq 0 ]
}

@test "a line without an explanation is found" {
    local kind row
    for kind in never partly; do
        row=$("first_$kind")
        grep -vxF -e "$row" "$EXPLAINED" >"$BATS_TEST_TMPDIR/explained"
        report "$BATS_TEST_TMPDIR/explained"
        [[ $output == *"not explained, at src/"*$'\n'"$row"$'\n'*'"stale": 0}' ]]
    done
}

@test "an explanation without a reason is refused" {
    local row
    row=$(first_never)
    # its paragraph alone, with its first line and what it explains
    row=$row awk -v RS= 'index($0 "\n", "\n" ENVIRON["row"] "\n") { print }' "$EXPLAINED" |
        grep -E '^> |^src/[^ ]*: [^ ]*$' >"$BATS_TEST_TMPDIR/explained"
    grep -qxF -e "$row" "$BATS_TEST_TMPDIR/explained"
    report "$BATS_TEST_TMPDIR/explained"
    [[ $output == *"not explained, at src/"*$'\n'"$row"$'\n'*'"stale": 0}' ]]
}

# In src/core/fail.c, fail_hint is two lines, which run.
@test "an explanation of covered or removed code is found, and code that varies must exist" {
    local row
    for row in 'return -1;' 'partly: return -1;' 'return 1;' 'varies: return 1;'; do
        { cat "$EXPLAINED" && printf '\nsrc/core/fail.c: fail_hint\n> %s\nWhy.\n' "$row"; } \
            >"$BATS_TEST_TMPDIR/explained"
        report "$BATS_TEST_TMPDIR/explained"
        [[ $output == *$'explained, and covered or gone:\nsrc/core/fail.c: fail_hint\n> '"$row"$'\n'* ]]
        [[ $output == *'"unexplained": 0, "stale": 1}' ]]
    done
    { cat "$EXPLAINED" && printf '\nsrc/core/fail.c: fail_hint\n> varies: return -1;\nWhy.\n'; } \
        >"$BATS_TEST_TMPDIR/explained"
    run "$SRC_DIR/tests/source/coverage/report.py" "$COVERED" "$BATS_TEST_TMPDIR/explained"
    [ "$status" -eq 0 ]
}

@test "a share below the limits is found" {
    # the counts of src/users alone: of src/core and src/capwrap nothing ran
    mkdir "$BATS_TEST_TMPDIR/part"
    cd "$COVERED"
    find src -path '*/users/*.gc*' -exec cp --parents {} "$BATS_TEST_TMPDIR/part" \;
    run "$SRC_DIR/tests/source/coverage/report.py" "$BATS_TEST_TMPDIR/part" /dev/null
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'"lines_percent": 0.0'*'"unexplained": 0'* ]]
}
