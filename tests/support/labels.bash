# The common part of the tests of --apparmor-profile and --selinux-label, which are in their own option_*.bats. Source
# this after support/states. Set OPTION, LABEL and MODULE, the module's name, before.
# shellcheck shell=bash
# shellcheck disable=SC2154 # run sets stderr

# without_module CMD...: runs CMD as on a kernel without the module, even if it has one: a filter answers
# lsm_get_self_attr(2) with EOPNOTSUPP.
without_module() {
    attempt "$SUPPORT_BIN/seccomp-errno" 459 95 "$@"
}

absent_module_is_refused() {
    local more
    for more in '' --dry-run; do
        # shellcheck disable=SC2086 # no word, or one
        without_module "$CAPWRAP" $more --user 1000:1000 "$OPTION" "$LABEL" -- "${MARKED[@]}"
        refused label "$MODULE is not active on this kernel"
        assert_regex "$stderr" 'hint: start the kernel with this security module, or leave out the option'
    done
}

absent_module_is_refused_to_a_user() {
    without_module "$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0 \
        --inheritable 0 --ambient 0 -- "$CAPWRAP" "$OPTION" "$LABEL" -- "${MARKED[@]}"
    refused label "$MODULE is not active on this kernel"
}

wrong_labels_are_refused() {
    local long name=${OPTION#--}
    long=$(printf '%01025d' 0)
    attempt "$CAPWRAP" "$OPTION" '' -- "${MARKED[@]}"
    refused "(options|$name)" 'empty'
    attempt "$CAPWRAP" "$OPTION" "$long" -- "${MARKED[@]}"
    refused "$name" 'a label has at most 1024 bytes'
    attempt "$CAPWRAP" "$OPTION" "$LABEL" "$OPTION" "$LABEL" -- "${MARKED[@]}"
    refused "(options|$name)" 'twice'
}

label_with_pdeathsig_is_refused() {
    attempt "$CAPWRAP" --pdeathsig TERM "$OPTION" "$LABEL" -- "${MARKED[@]}"
    refused label '--pdeathsig'
}
