#!/usr/bin/env bats
# The learner where there is no tracepoint (before Linux 6.14): Debian 13's kernel in QEMU, with a kprobe in its
# place (Debian 12's: kernels.nightly.bats). tests/program/learn/kernels-init has the claims.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job
load kernels

setup_file() {
    begin_machines 1500
    learner_initramfs
    qemu 6.12 learner
}

teardown_file() {
    job_end "$MACHINES"/*/
}

@test "Linux 6.12: a kprobe, removed afterwards, and by the next run when a run is killed at any stage" {
    report_of 6.12
    passed learn
    part learn | grep '^#' >&3
}

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$MACHINES"/*/
}
