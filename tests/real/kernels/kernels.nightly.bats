#!/usr/bin/env bats
# The kernels of Debian 12, 13 and sid in QEMU: tests/support/self-test on the packaged program and on the static one,
# what depends on the version of the kernel, and capwrap-learn (tests/program/learn/kernels-init has the claims),
# which uses a kprobe where there is no tracepoint, before Linux 6.14. The machines are booted side by side.
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
    for suite in bookworm trixie sid; do
        image=$(debian_kernel "$suite") || return 1
        qemu "$suite" "$image"
        INITRAMFS=learner qemu "$suite-learn" "$image"
    done
}

teardown_file() {
    job_end "$MACHINES"/*/
}

@test "Linux 6.1 and 6.12, of Debian 12 and 13: the self-test" {
    self_tested bookworm '6\.1\.'
    self_tested trixie '6\.12\.'
}

@test "Linux 6.1 and 6.12: --dry-run does not see a Landlock domain, the real run does" {
    landlock_forbids bookworm 0
    landlock_forbids trixie 0
}

@test "Linux 6.12: int 0x80 from a 64-bit program makes and enters no user namespace under --disable-userns" {
    int80_filtered trixie
}

# by_kprobe SUITE VERSION
by_kprobe() {
    report_of "$1-learn"
    assert_output --partial "# watched by kprobe, Linux $2."
    passed learn
    part learn | grep '^#' >&3
}

@test "Linux 6.1 and 6.12: a kprobe, removed afterwards, and by the next run when a run is killed at any stage" {
    by_kprobe bookworm 6.1
    by_kprobe trixie 6.12
}

@test "sid's kernel in QEMU: the self-test" {
    self_tested sid '([7-9]|[1-9][0-9])\.'
    part /programs/capwrap | grep '^#' >&3
}

@test "sid's kernel: --dry-run reports what a Landlock domain forbids, as the real run does" {
    landlock_forbids sid 126
}

@test "sid's kernel: int 0x80 from a 64-bit program makes and enters no user namespace under --disable-userns" {
    int80_filtered sid
}

@test "sid's kernel: the tracepoint is used, and no probe is made" {
    report_of sid-learn
    assert_output --partial '# watched by tracepoint, Linux '
    passed learn
    part learn | grep '^#' >&3
}

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$MACHINES"/*/
}
