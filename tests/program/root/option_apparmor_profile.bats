#!/usr/bin/env bats
# --apparmor-profile: what is refused where no AppArmor confines, and before. What it does where one does is tried in
# machines of their own: tests/real/kernels/security-modules.nightly.bats.

# shellcheck disable=SC2154 # run sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    # The kernel of the machine may have the module. A filter answers the reader, lsm_get_self_attr(2), as one
    # without (EOPNOTSUPP).
    ABSENT=("$SUPPORT_BIN/seccomp-errno" 459 95)
}

@test "a kernel without AppArmor is refused before anything changes, in the dry run as well" {
    local more
    for more in '' --dry-run; do
        # shellcheck disable=SC2086 # no word, or one
        attempt "${ABSENT[@]}" "$CAPWRAP" $more --user 1000:1000 --apparmor-profile web -- "${MARKED[@]}"
        refused label 'AppArmor is not active on this kernel'
        assert_regex "$stderr" 'hint: start the kernel with this security module, or leave out the option'
    done
}

@test "as an ordinary user it is refused in the same way" {
    attempt "${ABSENT[@]}" "$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0 \
        --inheritable 0 --ambient 0 -- "$CAPWRAP" --apparmor-profile web -- "${MARKED[@]}"
    refused label 'AppArmor is not active on this kernel'
}

@test "a label that is empty, too long, or given twice is a usage error" {
    local long
    long=$(printf '%01025d' 0)
    attempt "$CAPWRAP" --apparmor-profile '' -- "${MARKED[@]}"
    refused '(options|apparmor-profile)' 'empty'
    attempt "$CAPWRAP" --apparmor-profile "$long" -- "${MARKED[@]}"
    refused apparmor-profile 'a label has at most 1024 bytes'
    attempt "$CAPWRAP" --apparmor-profile web --apparmor-profile web -- "${MARKED[@]}"
    refused '(options|apparmor-profile)' 'twice'
}

@test "with --pdeathsig it is refused: a change of label may disarm the signal" {
    attempt "$CAPWRAP" --pdeathsig TERM --apparmor-profile web -- "${MARKED[@]}"
    refused label '--pdeathsig'
}
