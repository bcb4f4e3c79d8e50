#!/usr/bin/env bats
# What kernels.bats and learn-kernels.bats show, on the kernels of Debian 12 and sid in QEMU. The machines are booted
# side by side.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job
load kernels

setup_file() {
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    begin_machines 3000
    initramfs
    learner_initramfs
    local suite image
    for suite in bookworm sid; do
        image=$(debian_kernel "$suite") || return 1
        qemu_with "$suite" "$image"
        INITRAMFS=learner qemu_with "$suite-learn" "$image"
    done
}

teardown_file() {
    job_end "$MACHINES"/*/
}

@test "Linux 6.1, Debian's for clouds in QEMU: the self-test" {
    self_tested bookworm '6\.1\.'
}

@test "Linux 6.1: --dry-run does not see a Landlock domain, the real run does" {
    landlock_forbids bookworm 0
}

@test "Linux 6.1: a kprobe, removed afterwards, and by the next run when a run is killed at any stage" {
    report_of bookworm-learn
    assert_output --partial '# watched by kprobe, Linux 6.1.'
    passed learn
    part learn | grep '^#' >&3
}

@test "sid's kernel in QEMU: the self-test" {
    self_tested sid '([7-9]|[1-9][0-9])\.'
    part /programs/capwrap | grep '^#' >&3
}

@test "sid's kernel: --dry-run tells what a Landlock domain forbids, as the real run" {
    landlock_forbids sid 126
}

@test "sid's kernel: int 0x80 from a 64-bit program makes and enters no user namespace under --disable-userns" {
    int80_filtered sid
}

@test "sid's kernel: the tracepoint, and no probe is made" {
    report_of sid-learn
    assert_output --partial '# watched by tracepoint, Linux '
    passed learn
    part learn | grep '^#' >&3
}

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$MACHINES"/*/
}
