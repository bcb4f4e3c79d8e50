#!/usr/bin/env bats
# --selinux-label: usage errors, and the refusals on a kernel without active SELinux. Its effect with SELinux
# is tested in separate machines: tests/real/kernels/security-modules.nightly.bats.

# shellcheck disable=SC2154 # bats sets output
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

@test "for an ordinary user the label is refused in the same way" {
    absent_module_is_refused_to_a_user
}

@test "a label that is empty, too long, or given twice is a usage error" {
    wrong_labels_are_refused
}

@test "a label with --pdeathsig is refused: a change of label may clear the signal" {
    label_with_pdeathsig_is_refused
}

# by_file SCRIPT WORD...: WORD... as before Linux 6.8, without the two calls. SCRIPT makes the file of /proc in
# their place, in a directory that no kernel reads.
by_file() {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    attempt unshare --mount --propagation private -- /bin/bash -c '
        mount -t tmpfs none /proc && mkdir -p /proc/thread-self/attr && cd /proc/thread-self/attr &&
            eval "$1" && cd / || exit 99
        shift
        exec "$@"' sh "$1" "$SUPPORT_BIN/seccomp-errno" 459 ENOSYS "$SUPPORT_BIN/seccomp-errno" 460 ENOSYS "${@:2}"
}

@test "before Linux 6.8 the label is written to its file and read from it" {
    by_file 'touch exec; chmod 666 exec' "$CAPWRAP" --user 1000:1000 "$OPTION" "$LABEL" -- \
        cat /proc/thread-self/attr/exec
    assert_success
    assert_output "$LABEL"
}

@test "before Linux 6.8 a label file that is missing, refuses the label or does not return it is an error" {
    local asked=("$CAPWRAP" --user 1000:1000 "$OPTION" "$LABEL" -- "${MARKED[@]}")
    by_file true "${asked[@]}"
    refused label 'SELinux is not active on this kernel'
    by_file 'mkdir exec' "${asked[@]}"
    refused start 'SELinux does not tell what execve enters: Is a directory'
    by_file 'touch exec; chmod 444 exec' "${asked[@]}"
    refused label 'Permission denied'
    by_file 'ln -s /dev/full exec' "${asked[@]}"
    refused label 'No space left'
    by_file 'ln -s /dev/null exec' "${asked[@]}"
    refused verify "SELinux would not enter $LABEL at execve"
}
