#!/usr/bin/env bats
# The script that CTest runs every file of tests with: what must not pass for success.

setup() {
    FILE="$BATS_TEST_TMPDIR/some.bats"
}

# run_bats [NAME=VALUE...]: as from CTest, and not as from within a test, where bats puts its own
# folder in front.
run_bats() {
    run env -i PATH="${PATH#*/bats-core:}" TMPDIR="$BATS_TEST_TMPDIR" "$@" "$SRC_DIR/tests/support/run-bats" "$FILE"
    echo "$output"
}

@test "a file whose tests pass is a success" {
    echo '@test "one" { true; }' >"$FILE"
    run_bats CI=true
    [ "$status" -eq 0 ]
}

@test "a test that fails is a failure" {
    printf '@test "one" { true; }\n@test "two" { false; }\n' >"$FILE"
    run_bats
    [ "$status" -ne 0 ]
}

@test "a file without a test is a failure" {
    echo '# nothing' >"$FILE"
    run_bats
    [ "$status" -ne 0 ]
    [[ $output == *"0 tests ran"* ]]
}

@test "a file that does not exist is a failure" {
    run_bats
    [ "$status" -ne 0 ]
}

@test "a file that breaks off before its last test is a failure" {
    echo '@test "one" { true; }' >"$FILE"
    # shellcheck disable=SC2016 # for the file's own shell
    echo '@test "two" { kill -KILL $PPID; kill -KILL $$; }' >>"$FILE"
    run_bats
    [ "$status" -ne 0 ]
}

@test "a skipped test is a failure under CI, and told of elsewhere" {
    printf '@test "one" { true; }\n@test "two" { skip "not here"; }\n' >"$FILE"
    run_bats CI=true
    [ "$status" -ne 0 ]
    [[ $output == *"1 of 2 tests were skipped"* ]]
    run_bats
    [ "$status" -eq 0 ]
    [[ $output == *"1 of 2 tests were skipped"* ]]
}

@test "a test that hangs is stopped" {
    echo '@test "one" { sleep 100; }' >"$FILE"
    run_bats BATS_TEST_TIMEOUT=1
    [ "$status" -ne 0 ]
    [[ $output == *"not ok 1"* ]]
    [ "$SECONDS" -lt 50 ]
}
