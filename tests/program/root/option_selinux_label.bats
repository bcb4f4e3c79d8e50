#!/usr/bin/env bats
# --selinux-label: what is refused where no SELinux confines, and before. What it does where one does is tried in
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

@test "a kernel without SELinux is refused before anything changes, in the dry run as well" {
    local more
    for more in '' --dry-run; do
        # shellcheck disable=SC2086 # no word, or one
        attempt "${ABSENT[@]}" "$CAPWRAP" $more --user 1000:1000 --selinux-label u:r:web_t:s0 -- "${MARKED[@]}"
        refused label 'SELinux is not active on this kernel'
        assert_regex "$stderr" 'hint: start the kernel with this security module, or leave out the option'
    done
}

@test "as an ordinary user it is refused in the same way" {
    attempt "${ABSENT[@]}" "$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0 \
        --inheritable 0 --ambient 0 -- "$CAPWRAP" --selinux-label u:r:web_t:s0 -- "${MARKED[@]}"
    refused label 'SELinux is not active on this kernel'
}

@test "a label that is empty, too long, or given twice is a usage error" {
    local long
    long=$(printf '%01025d' 0)
    attempt "$CAPWRAP" --selinux-label '' -- "${MARKED[@]}"
    refused '(options|selinux-label)' 'empty'
    attempt "$CAPWRAP" --selinux-label "$long" -- "${MARKED[@]}"
    refused selinux-label 'a label has at most 1024 bytes'
    attempt "$CAPWRAP" --selinux-label u:r:web_t:s0 --selinux-label u:r:web_t:s0 -- "${MARKED[@]}"
    refused '(options|selinux-label)' 'twice'
}

@test "with --pdeathsig it is refused: a change of label may disarm the signal" {
    attempt "$CAPWRAP" --pdeathsig TERM --selinux-label u:r:web_t:s0 -- "${MARKED[@]}"
    refused label '--pdeathsig'
}
