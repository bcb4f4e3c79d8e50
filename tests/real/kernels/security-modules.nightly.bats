#!/usr/bin/env bats
# --apparmor-profile and --selinux-label where a kernel confines by them: Debian's kernels in QEMU, with the profiles
# beside this file and with Debian's SELinux policy. Linux 6.1 has neither lsm_set_self_attr(2) nor AT_EXECVE_CHECK,
# sid's kernel has both. labels-apparmor and labels-selinux are what runs in the machines.

# shellcheck disable=SC2154 # bats sets output
load ../../support/common
load ../../support/as-before
load ../../support/job
load kernels

setup_file() {
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    begin_machines 3000
    policies
    security_initramfs
    qemu aa-old "$(debian_kernel bookworm)" security=apparmor
    qemu aa-new "$(debian_kernel sid)" security=apparmor
    qemu se-new "$(debian_kernel sid)" 'security=selinux selinux=1 enforcing=0'
}

teardown_file() {
    job_end "$MACHINES"/*/
}

# policies: what the kernels load, made by Debian's tools for an old kernel's features.
policies() {
    local root
    root=$("$SRC_DIR/tests/support/root-cache" security-modules trixie apparmor selinux-policy-default) || return 1
    # shellcheck disable=SC2016 # for the shell in the root
    "$SRC_DIR/tests/support/in-system" "$root" sh -euc '
        cat >/tmp/profiles
        features=/etc/apparmor.d/abi/3.0
        exec apparmor_parser --skip-cache --skip-kernel-load --stdout --policy-features "$features" \
            --kernel-features "$features" /tmp/profiles' \
        <"$SRC_DIR/tests/real/kernels/profiles" >"$MACHINES/apparmor" || return 1
    cp "$root"/etc/selinux/default/policy/policy.* "$MACHINES/selinux"
}

security_initramfs() {
    local kernels=$SRC_DIR/tests/real/kernels
    gcc -static -O2 -D_FILE_OFFSET_BITS=64 -o "$MACHINES/probe" "$SRC_DIR/tests/support/probe.c" || return 1
    "$kernels/initramfs" "$kernels/security-init" \
        /programs/capwrap="$CAPWRAP" /programs/capwrap-static="$CAPWRAP_MUSL" \
        /support/probe="$MACHINES/probe" /cases/labels.sh="$kernels/labels.sh" \
        /cases/apparmor="$kernels/labels-apparmor" /cases/selinux="$kernels/labels-selinux" \
        /policy/apparmor="$MACHINES/apparmor" /policy/selinux="$MACHINES/selinux" >"$MACHINES/initramfs"
}

# both_pass MACHINE: its cases, by the packaged and the static program.
both_pass() {
    report_of "$1"
    echo "$output"
    passed /programs/capwrap
    passed /programs/capwrap-static
}

@test "AppArmor, Linux 6.1: the program runs in the profile, or not at all" {
    both_pass aa-old
    assert_regex "$output" '# 6\.1\..*apparmor'
}

@test "AppArmor, sid's kernel: the program runs in the profile, or not at all" {
    both_pass aa-new
    assert_regex "$output" '# .*apparmor'
}

@test "SELinux, sid's kernel: the program runs in the context, or not at all" {
    both_pass se-new
    assert_regex "$output" '# .*selinux'
}

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$MACHINES"/*/
}
