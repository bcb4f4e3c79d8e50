#!/usr/bin/env bats
# What kernels.bats and learn-kernels.bats show, on Debian 12's kernel in QEMU. The two machines are booted side
# by side.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job
load kernels

setup_file() {
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    begin_machines 3000
    initramfs
    qemu 6.1 linux-image-cloud-amd64
    learner_initramfs
    qemu 6.1-learn linux-image-cloud-amd64 learner
}

teardown_file() {
    job_end "$MACHINES"/*/
}

@test "Linux 6.1, Debian's for clouds in QEMU: the self-test" {
    self_tested 6.1 '6\.1\.'
}

@test "Linux 6.1: a kprobe, removed afterwards, and by the next run when a run is killed at any stage" {
    report_of 6.1-learn
    passed learn
    part learn | grep '^#' >&3
}

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$MACHINES"/*/
}
