#!/usr/bin/env bats
# The script that CTest runs every file of tests with: what must not pass for success. And what tests/run.sh
# refuses before it does anything.

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

# ---- tests/run.sh ----

# machine NAME: uname -m says so; and packages cannot be had.
machine() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    # shellcheck disable=SC2016 # for the script's own shell
    printf '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo %s\n' "$1" >"$BATS_TEST_TMPDIR/bin/uname"
    printf '#!/bin/sh\nexit 1\n' | tee "$BATS_TEST_TMPDIR/bin/apt-get" >"$BATS_TEST_TMPDIR/bin/cmake"
    chmod +x "$BATS_TEST_TMPDIR"/bin/*
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# is_debian_12 OS_RELEASE_LINE...: as contrib/packages.bash sees it.
is_debian_12() {
    printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/os-release"
    # shellcheck disable=SC2016 # for the inner shell
    run bash -euc 'source "$1" && need_debian_12 "$2"' run.sh "$SRC_DIR/contrib/packages.bash" \
        "$BATS_TEST_TMPDIR/os-release"
    echo "$output"
}

@test "the real systems need Debian 12 on amd64, and any other system is named and refused" {
    machine x86_64
    is_debian_12 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"' ID=debian 'VERSION_ID="12"'
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    is_debian_12 ID=ubuntu 'VERSION_ID="24.04"'
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = 'run.sh: error: this is ubuntu 24.04 on x86_64, and Debian 12 on amd64 is needed' ]
    is_debian_12 ID=debian 'VERSION_ID="13"'
    [ "$status" -eq 1 ]
    is_debian_12 ID=arch
    [[ $output == *"this is arch on x86_64,"* ]]
    is_debian_12 ""
    [[ $output == *"this is unknown on x86_64,"* ]]
    machine aarch64
    is_debian_12 ID=debian 'VERSION_ID="12"'
    [[ $output == *"this is debian 12 on aarch64,"* ]]
}

@test "tests/run.sh --real and --nightly refuse another system before they install or build anything" {
    local option
    machine aarch64
    # A copy that has nothing to build, for the case that they do not.
    mkdir -p "$BATS_TEST_TMPDIR/copy"/{tests,contrib}
    cp "$SRC_DIR/tests/run.sh" "$BATS_TEST_TMPDIR/copy/tests/"
    cp "$SRC_DIR/contrib/packages.bash" "$BATS_TEST_TMPDIR/copy/contrib/"
    for option in --real --nightly; do
        run "$BATS_TEST_TMPDIR/copy/tests/run.sh" "$option"
        echo "$output"
        [ "$status" -eq 1 ]
        [[ ${lines[0]} == "run.sh: error: this is "*" on aarch64, and Debian 12 on amd64 is needed" ]]
    done
}
