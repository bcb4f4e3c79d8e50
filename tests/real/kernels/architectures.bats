#!/usr/bin/env bats
# capwrap for other processors: 32 bits (i386, which this machine runs itself), and arm64 and s390x,
# which is big-endian, through qemu-user. They are cross-compiled, static, side by side. What capwrap
# starts there is this machine's own probe: qemu-user hands execve to the kernel.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job

UNIT_TESTS=(number capname list passwd_lines program) # parsers of numbers, of files, and of file capabilities

setup_file() {
    [[ $(id -u) == 0 ]] || { echo "these tests need root" >&2 && return 1; }
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    export BUILT=$BATS_FILE_TMPDIR/built target
    remember_machine
    mkdir -p "$BUILT/sources"
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR" "$BUILT"
    if ! fetch_sources "${CAPWRAP_MUSL%/build/capwrap}" >"$BUILT/log" 2>&1; then
        cat "$BUILT/log" >&2
        return 1
    fi
    for target in i686-linux-gnu aarch64-linux-gnu s390x-linux-gnu; do
        build_for "$target" "$BUILT/$target"
    done
}

# build_for TARGET FOLDER: into that folder, as the job FOLDER/job.
build_for() {
    job "$2/job" "$SRC_DIR/tests/real/kernels/architectures-build" "$1" "$BUILT/sources" "$2" "${UNIT_TESTS[@]}"
}

teardown_file() {
    job_end "$BUILT"/*/job
}

# fetch_sources MUSL: the static program was built from libcap-ng's source package, in the folder MUSL,
# with package lists of its own; they name cmocka's as well.
fetch_sources() {
    cp "$1"/source/libcap-ng_* "$BUILT/sources/"
    (cd "$BUILT/sources" && apt-get -qq -o Dir::Etc::SourceList=/dev/null \
        -o "Dir::Etc::SourceParts=$1/apt/sources" -o "Dir::State::Lists=$1/apt/lists" \
        -o "Dir::Cache=$1/apt/cache" -o APT::Sandbox::User=root source --download-only cmocka)
}

# built TARGET: waits until it is.
built() {
    job_wait "$BUILT/$1/job"
    [[ -x $BUILT/$1/build/capwrap ]] || fail "$(cat "$BUILT/$1/job/log")"
}

# is_for TARGET WORD...: what file(1) says of the program, in this order.
is_for() {
    local IFS='*'
    built "$1"
    # shellcheck disable=SC2053 # a pattern
    [[ $(file --brief "$BUILT/$1/build/capwrap") == "${2}"*"$3"*"$4"* ]] ||
        fail "$(file "$BUILT/$1/build/capwrap")"
}

# self_test [EMULATOR] CAPWRAP: with its users, in a mount namespace.
self_test() {
    run with_users "$SRC_DIR/tests/support/self-test.passwd" "$SRC_DIR/tests/support/self-test.group" -- \
        "$SRC_DIR/tests/support/self-test" "$@"
}

# self_tested [EMULATOR] CAPWRAP: every claim holds.
self_tested() {
    self_test "$@"
    assert_success
    refute_line --regexp '^not ok|# skip'
    # As many as docs/platforms.md says.
    [[ $(grep -c '^ok ' <<<"$output") == "$(sed -n 's/^1\.\.//p' <<<"$output")" ]]
    grep -q ": $(grep -c '^ok ' <<<"$output") claims" "$SRC_DIR/docs/platforms.md"
}

# unit_tested TARGET [EMULATOR]
unit_tested() {
    local test
    for test in "${UNIT_TESTS[@]}"; do
        run "${@:2}" "$BUILT/$1/build/tests/test_$test"
        assert_success
        assert_output --regexp '\[  PASSED  \] [1-9][0-9]* test'
        refute_output --partial 'FAILED'
    done
}

@test "i386: the self-test, natively, down to the highest ids, which have calls of their own there" {
    is_for i686-linux-gnu 'ELF 32-bit LSB' 'Intel 80386' 'static-pie linked'
    self_tested "$BUILT/i686-linux-gnu/build/capwrap"
}

@test "arm64: the self-test, through qemu-user" {
    is_for aarch64-linux-gnu 'ELF 64-bit LSB' 'ARM aarch64' 'static-pie linked'
    self_tested "$(command -v qemu-aarch64-static)" "$BUILT/aarch64-linux-gnu/build/capwrap"
}

@test "s390x, big-endian: the self-test, through qemu-user; file capabilities are read right" {
    is_for s390x-linux-gnu 'ELF 64-bit MSB' 'IBM S/390' 'statically linked'
    self_tested "$(command -v qemu-s390x-static)" "$BUILT/s390x-linux-gnu/build/capwrap"
}

@test "the parsers' unit tests, on each of them" {
    built i686-linux-gnu
    unit_tested i686-linux-gnu
    built aarch64-linux-gnu
    unit_tested aarch64-linux-gnu qemu-aarch64-static
    built s390x-linux-gnu
    unit_tested s390x-linux-gnu qemu-s390x-static
}

# ---- the self-test itself ----

@test "on this machine's own kernel and processor the self-test passes as well" {
    self_tested "$CAPWRAP"
    self_tested "$CAPWRAP_MUSL"
}

# without STEP...: CAPWRAP is one that skips these steps.
without() {
    run "$SRC_DIR/tests/support/skip-step" "$PUBLIC/build" "$@"
    assert_success
    CAPWRAP=$output
}

@test "a capwrap that skips a step fails the self-test, with its own proof and without" {
    local step
    without bounding
    self_test "$CAPWRAP"
    assert_failure 1
    assert_output --partial '# capwrap: verify: '
    for step in bounding groups ambient working-caps no-new-privs; do
        without "$step" verify
        self_test "$CAPWRAP"
        printf 'without %s: %s\n' "$step" "$output"
        assert_failure 1
        assert_line --regexp '^not ok'
    done
}

@test "wrong usage is one clear error" {
    run "$SRC_DIR/tests/support/self-test"
    assert_failure 2
    assert_output 'self-test: usage: self-test [EMULATOR] CAPWRAP'
    run "$SRC_DIR/tests/support/self-test" /no/such/capwrap
    assert_failure 2
    assert_output 'self-test: /no/such/capwrap: no program'
    run "$SRC_DIR/tests/real/kernels/architectures-build" pdp11-linux-gnu /sources "$BATS_TEST_TMPDIR" text
    assert_failure 1
    assert_output 'architectures-build: no pdp11-linux-gnu-gcc'
}

# ---- the machine ----

@test "afterwards the machine is as before" {
    jobs_leave_nothing "$BUILT"/*/job
}

@test "the machine is as before also when the test is killed while a program is built" {
    local folder=$BATS_TEST_TMPDIR
    killed_job_leaves_nothing "$folder/job" "$folder/log" build_for i686-linux-gnu "$folder"
}
