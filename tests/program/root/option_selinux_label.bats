#!/usr/bin/env bats
# --selinux-label: what is refused where no SELinux confines, and before. What it does where one does is tried in
# machines of their own: tests/real/kernels/security-modules.nightly.bats.

load ../../support/common
load ../../support/states
load ../../support/labels

setup() {
    require_root
    export OPTION=--selinux-label LABEL=u:r:web_t:s0 MODULE=SELinux
}

@test "a kernel without SELinux is refused before anything changes, in the dry run as well" {
    absent_module_is_refused
}

@test "as an ordinary user it is refused in the same way" {
    absent_module_is_refused_to_a_user
}

@test "a label that is empty, too long, or given twice is a usage error" {
    wrong_labels_are_refused
}

@test "with --pdeathsig it is refused: a change of label may disarm the signal" {
    label_with_pdeathsig_is_refused
}
