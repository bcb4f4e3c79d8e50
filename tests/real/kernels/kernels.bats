#!/usr/bin/env bats
# capwrap on other kernels than this machine's: user-mode-linux, with all 41 capabilities, and Debian 13's
# in QEMU (Debian 12's: kernels.nightly.bats). They are booted once, side by side. In each of them
# tests/support/self-test runs on the packaged program and on the static one; user-mode-linux, which sees
# this machine's files, runs files of tests/program/root as well.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job
load kernels

setup_file() {
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    # In user mode each of these takes minutes; UML_SUITE=. runs all of them.
    export SUITE=${UML_SUITE:-server}
    begin_machines "$([[ $SUITE == server ]] && echo 3000 || echo 7000)"
    user_mode_linux uml "$SUITE"
    initramfs
    qemu 6.12
}

teardown_file() {
    job_end "$MACHINES"/*/
}

@test "user-mode-linux: the self-test, with each of 41 capabilities, and SYS_RESOURCE used" {
    local version
    version=$(linux.uml --version)
    self_tested uml "${version//./\\.}"
}

@test "user-mode-linux: files of the root suite" {
    local file files=0 tests=0
    report_of uml
    for file in $(cd "$SRC_DIR/tests/program/root" && printf '%s\n' *.bats | grep -E "$SUITE"); do
        passed "$file"
        files=$((files + 1))
        tests=$((tests + $(part "$file" | grep -c '^ok ')))
    done
    ((files > 0))
    echo "# $tests tests of $files files" >&3
}

@test "Linux 6.12, Debian's for clouds in QEMU: the self-test" {
    self_tested 6.12 '6\.12\.'
}

@test "Linux 6.12 in QEMU: int 0x80 from a 64-bit program makes and enters no user namespace under --disable-userns" {
    int80_filtered 6.12
}

@test "Linux 6.12 in QEMU: --dry-run does not see a Landlock domain, the real run does" {
    landlock_forbids 6.12 0
}

@test "a kernel that cannot be had, and wrong usage, are one clear error" {
    local unknown='kernels-image: apt knows no kernel for clouds of Linux 9.99: run apt-get update first, as root'
    run "$SRC_DIR/tests/real/kernels/image" 9.99 "$BATS_TEST_TMPDIR"
    assert_failure 1
    assert_output "$unknown"
    # Nor one whose package lists were never fetched, or are gone.
    printf 'Dir::State::Lists "%s"; Dir::Cache "%s";\n' "$BATS_TEST_TMPDIR"{,/cache} >"$BATS_TEST_TMPDIR/apt.conf"
    APT_CONFIG=$BATS_TEST_TMPDIR/apt.conf run "$SRC_DIR/tests/real/kernels/image" \
        6.12 "$BATS_TEST_TMPDIR"
    assert_failure 1
    assert_output "${unknown/9.99/6.12}"
    run "$SRC_DIR/tests/real/kernels/image"
    assert_failure 1
    assert_output 'kernels-image: usage: kernels-image VERSION FOLDER'
    run "$SRC_DIR/tests/real/kernels/initramfs" /bin/true here
    assert_failure 1
    assert_output "kernels-initramfs: 'here' is not PLACE=FILE, both absolute"
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$MACHINES"/*/
}

@test "the machine is as before also when the test is killed while another kernel runs" {
    MACHINES=$BATS_TEST_TMPDIR
    killed_job_leaves_nothing "$MACHINES/uml" "$MACHINES/uml/log" user_mode_linux uml none
}
