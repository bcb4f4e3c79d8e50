#!/usr/bin/env bats
# How much of src the suite runs, and that what it does not run is explained: see run and report.py.

setup_file() {
    export TMPDIR=$BATS_FILE_TMPDIR COVERED=$BATS_FILE_TMPDIR/build
    # Whoever the program becomes, in root's group or not, has to reach what it starts.
    chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    # The suite has limits of its own.
    unset BATS_TEST_TIMEOUT
}

report() {
    run "$SRC_DIR/tests/source/coverage/report.py" "$COVERED" "$1"
    echo "$output"
}

@test "95 % of the lines and 90 % of the branches run, and the rest is explained" {
    run "$SRC_DIR/tests/source/coverage/measure-coverage" "$COVERED"
    echo "$output"
    grep '^summary: ' <<<"$output" | sed 's/^/# /' >&3
    [ "$status" -eq 0 ]
}

@test "a line without an explanation is found" {
    sed '/free\|calloc\|NULL/d' "$SRC_DIR/tests/source/coverage/explained" >"$BATS_TEST_TMPDIR/explained"
    report "$BATS_TEST_TMPDIR/explained"
    [ "$status" -eq 1 ]
    [[ $output == *"not explained, at src/"* ]]
}

@test "an explanation of what is covered, and one without a reason, are found" {
    {
        cat "$SRC_DIR/tests/source/coverage/explained"
        printf '\nsrc/core/text.c: number_parse\n> return -EINVAL;\nIt runs.\n'
        printf '\nsrc/core/text.c: capname_parse\n> return -ENOENT;\n'
    } >"$BATS_TEST_TMPDIR/explained"
    report "$BATS_TEST_TMPDIR/explained"
    [ "$status" -eq 1 ]
    [[ $output == *"explained, and covered or gone:"*"> return -EINVAL;"* ]]
    [[ $output != *"> return -ENOENT;"* ]] # nothing is explained by it
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
