# What shells offer on TAB. Source it after support/common.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output

# In a directory with one file, "file-here"; complete.SHELL is in $COMPLETE.
begin_completing() {
    COMPLETE=$SRC_DIR/tests/source/docs
    export ZCOMPDUMP=$BATS_FILE_TMPDIR/zcompdump
    cd "$BATS_TEST_TMPDIR" || return
    : >file-here
}

# offers SHELL LINE CANDIDATE...: these are among what the shell offers.
offers() {
    local shell=$1 line=$2 candidate
    shift 2
    run "$COMPLETE/complete.$shell" "$line"
    assert_success
    for candidate; do
        grep -qxFe "$candidate" <<<"$output" || fail "$shell: '$line' offers no $candidate: $output"
    done
}
