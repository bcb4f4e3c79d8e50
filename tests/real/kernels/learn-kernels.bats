#!/usr/bin/env bats
# The learner where there is no tracepoint (before Linux 6.14): two of Debian's kernels in QEMU, with a
# kprobe in its place. Booted once, side by side; tests/program/learn/kernels-init has the claims.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job
load kernels

setup_file() {
    [[ $(id -u) == 0 ]] || { echo "these tests need root" >&2 && return 1; }
    export MACHINES=$BATS_FILE_TMPDIR/machines MACHINE_SECONDS=1500
    mkdir "$MACHINES"
    remember_machine
    "$SRC_DIR/tests/support/tier" sweep-share >"$BATS_FILE_TMPDIR/share"
    "$SRC_DIR/tests/real/kernels/initramfs" "$SRC_DIR/tests/program/learn/kernels-init" \
        /programs/capwrap-learn="$CAPWRAP_LEARN" /bin/asks="$SUPPORT_BIN/asks" \
        /bin/strace="$(command -v strace)" /share="$BATS_FILE_TMPDIR/share" \
        /etc/passwd="$SRC_DIR/tests/program/learn/kernels.passwd" \
        /etc/group="$SRC_DIR/tests/support/self-test.group" >"$MACHINES/initramfs"
    qemu 6.1 linux-image-cloud-amd64
    qemu 6.12 linux-image-6.12-cloud-amd64
}

teardown_file() {
    job_end "$MACHINES"/*/
}

@test "Linux 6.1: a kprobe, removed afterwards, and by the next run when a run is killed at any stage" {
    report_of 6.1
    passed learn
    part learn | grep '^#' >&3
}

@test "Linux 6.12: a kprobe, removed afterwards, and by the next run when a run is killed at any stage" {
    report_of 6.12
    passed learn
}

@test "afterwards the machine is as before" {
    jobs_leave_nothing "$MACHINES"/*/
}
