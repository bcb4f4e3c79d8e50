#!/usr/bin/env bats
# --apparmor-profile: usage errors, and the refusals on a kernel without active AppArmor. Its effect with AppArmor
# is tested in separate machines: tests/real/kernels/security-modules.nightly.bats.

load ../../support/common
load ../../support/states
load ../../support/labels

setup() {
    require_root
    export OPTION=--apparmor-profile LABEL=web MODULE=AppArmor
}

@test "a kernel without AppArmor is refused before anything changes, in the dry run as well" {
    absent_module_is_refused
}

@test "for an ordinary user the label is refused in the same way" {
    absent_module_is_refused_to_a_user
}

@test "a label that is empty, too long, or given twice is a usage error" {
    wrong_labels_are_refused
}

@test "a label with --pdeathsig is refused: a change of label may clear the signal" {
    label_with_pdeathsig_is_refused
}
