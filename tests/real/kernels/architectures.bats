#!/usr/bin/env bats
# capwrap for other processors, built as a release is: 32 bits (i386, which most machines run themselves), and
# arm64 and s390x, which is big-endian, through qemu-user. They are built side by side. What capwrap
# starts there is this machine's own probe: qemu-user passes execve to the kernel.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job

UNIT_TESTS=(number capname list passwd_lines program) # parsers of numbers, of files, and of file capabilities

setup_file() {
    [[ $(id -u) == 0 ]] || { echo "these tests need root" >&2 && return 1; }
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    export BUILT=$BATS_FILE_TMPDIR/built arch
    remember_machine
    mkdir -p "$BUILT"
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR" "$BUILT"
    if ! fetch_sources >"$BUILT/log" 2>&1; then
        cat "$BUILT/log" >&2
        return 1
    fi
    for arch in i386 arm64 s390x; do
        build_for "$arch" "$BUILT/$arch"
    done
}

# build_for ARCH FOLDER: into that directory, as the job FOLDER/job.
build_for() {
    job "$2/job" "$SRC_DIR/tests/real/kernels/architectures-build" "$1" "$BUILT/fetched" "$2" "${UNIT_TESTS[@]}"
}

teardown_file() {
    job_end "$BUILT"/*/job
}

fetch_sources() {
    "$SRC_DIR/contrib/release/fetch.sh" --allow-stale "$BUILT/fetched" i386 arm64 s390x &&
        (cd "$BUILT/fetched" && APT_CONFIG=$PWD/apt/conf apt-get -qq source --download-only --tar-only cmocka)
}

# built ARCH: waits until it is.
built() {
    job_wait "$BUILT/$1/job"
    [[ -x $BUILT/$1/build/capwrap ]] || fail "$(cat "$BUILT/$1/job/log")"
}

# is_for ARCH ELF PROCESSOR LINKED: what file(1) says of the program, in this order. PROCESSOR is a
# pattern: file 5.44 says "Intel 80386", file 5.46 "Intel i386".
is_for() {
    local IFS='*'
    built "$1"
    # shellcheck disable=SC2053 # a pattern
    [[ $(file --brief "$BUILT/$1/build/capwrap") == "$2"*$3*"$4"* ]] ||
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
    # As many as docs/testing.md says.
    [[ $(grep -c '^ok ' <<<"$output") == "$(sed -n 's/^1\.\.//p' <<<"$output")" ]]
    grep -q ": $(grep -c '^ok ' <<<"$output") claims" "$SRC_DIR/docs/testing.md"
}

# unit_tested ARCH [EMULATOR]
unit_tested() {
    local test
    for test in "${UNIT_TESTS[@]}"; do
        run "${@:2}" "$BUILT/$1/build/tests/test_$test"
        assert_success
        assert_output --regexp '\[  PASSED  \] [1-9][0-9]* test'
        refute_output --partial 'FAILED'
    done
}

# emulator_of_i386: none where this machine runs such programs itself.
emulator_of_i386() {
    "$BUILT/i386/build/capwrap" --version >/dev/null 2>&1 || command -v qemu-i386-static
}

@test "i386: the self-test, natively if possible, including the highest IDs, which have their own system calls there" {
    is_for i386 'ELF 32-bit LSB' 'Intel @(80|i)386' 'static-pie linked'
    # shellcheck disable=SC2046 # no word or one
    self_tested $(emulator_of_i386) "$BUILT/i386/build/capwrap"
}

@test "i386: the self-test, through qemu-user" {
    built i386
    self_tested "$(command -v qemu-i386-static)" "$BUILT/i386/build/capwrap"
}

@test "arm64: the self-test, through qemu-user" {
    is_for arm64 'ELF 64-bit LSB' 'ARM aarch64' 'static-pie linked'
    self_tested "$(command -v qemu-aarch64-static)" "$BUILT/arm64/build/capwrap"
}

@test "s390x, big-endian: the self-test, through qemu-user; file capabilities are read correctly" {
    is_for s390x 'ELF 64-bit MSB' 'IBM S/390' 'static-pie linked'
    self_tested "$(command -v qemu-s390x-static)" "$BUILT/s390x/build/capwrap"
}

@test "the parsers' unit tests, on each architecture" {
    built i386
    # shellcheck disable=SC2046
    unit_tested i386 $(emulator_of_i386)
    built arm64
    unit_tested arm64 qemu-aarch64-static
    built s390x
    unit_tested s390x qemu-s390x-static
}

# ---- the self-test itself ----

@test "the self-test also passes on this machine's own kernel and processor" {
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
    run "$SRC_DIR/tests/real/kernels/architectures-build" pdp11 "$BUILT/fetched" "$BATS_TEST_TMPDIR" text
    assert_failure 1
    assert_line --partial 'sysroot.sh: error: unknown architecture pdp11'
}

# ---- a libcap-ng of another processor ----

@test "this machine's libcap-ng is refused for another processor, as an archive and as a library, and the error says why" {
    local shared
    built arm64
    for shared in OFF ON; do
        PKG_CONFIG_LIBDIR='' PKG_CONFIG_PATH=/usr/lib/$(gcc -print-multiarch)/pkgconfig run cmake -S "$SRC_DIR" \
            -B "$BATS_TEST_TMPDIR/$shared" -G Ninja -DCMAKE_TOOLCHAIN_FILE="$SRC_DIR/cmake/cross.cmake" \
            -DCAPWRAP_TARGET=aarch64-linux-gnu -DCAPWRAP_SHARED_LIBCAP_NG=$shared -DBUILD_TESTING=OFF
        assert_failure
        output=$(tr -s '\n ' ' ' <<<"$output")
        assert_output --regexp "libcap-ng.(a|so) cannot be linked by .*aarch64-linux-gnu-gcc: it is for another processor than aarch64, or for another C library"
    done
}

@test "another architecture's archive of libcap-ng is refused in a sysroot" {
    built arm64
    cp -a "$BUILT/arm64/sysroot" "$BATS_TEST_TMPDIR/sysroot"
    cp "$BUILT/i386/sysroot/lib/libcap-ng.a" "$BATS_TEST_TMPDIR/sysroot/lib/"
    sed -i "s|^prefix=.*|prefix=$BATS_TEST_TMPDIR/sysroot|" "$BATS_TEST_TMPDIR/sysroot/lib/pkgconfig/libcap-ng.pc"
    run cmake -S "$SRC_DIR" -B "$BATS_TEST_TMPDIR/build" -G Ninja -DCAPWRAP_STATIC=ON -DBUILD_TESTING=OFF \
        -DCMAKE_TOOLCHAIN_FILE="$SRC_DIR/cmake/cross.cmake" -DCAPWRAP_SYSROOT="$BATS_TEST_TMPDIR/sysroot"
    assert_failure
    assert_output --partial 'cannot be linked by'
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$BUILT"/*/job
}

@test "a test that is killed while a program is built leaves the machine as it was" {
    local folder=$BATS_TEST_TMPDIR
    killed_job_leaves_nothing "$folder/job" "$folder/log" build_for i386 "$folder"
}
