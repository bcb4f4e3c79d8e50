#!/usr/bin/env bats
# capwrap-learn beside cap-audit of libcap-ng, in a guest that has what both need, and that docs/learn-accuracy.md
# says what they answered: tests/real/kernels/cap-audit.

# shellcheck disable=SC2154 # bats sets output
load ../../support/common
load ../../support/as-before

: "${CAPWRAP_LEARN:?is not set: the program under test}"

setup_file() {
    require_root
    remember_machine
}

@test "capwrap-learn confirms what each program needs, and the page has both answers" {
    run "$SRC_DIR/tests/real/kernels/cap-audit" "$BATS_FILE_TMPDIR/report" "$SRC_DIR/docs/learn-accuracy.md"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
    run jq '.programs >= 10 and .wrong == 0 and .exact == .programs and .answers_of_cap_audit == .programs' <<<"$(counts)"
    assert_output true
}

@test "an answer that is missing from the page and a wrong one are found" {
    local report=$BATS_FILE_TMPDIR/report page=$BATS_TEST_TMPDIR/page
    sed 's/^\(| chroot: .*\) SYS_CHROOT \(| [0-9]* |\)$/\1 none \2/' "$SRC_DIR/docs/learn-accuracy.md" >"$page"
    run "$SRC_DIR/tests/real/kernels/cap-audit.py" "$report" "$page"
    [[ $output == *'was measured with'* ]] || assert_failure 1
    assert_output --partial 'not as on the page: | chroot'
    sed 's/"state": "confirmed", "keep": \["SYS_TIME"\]/"state": "confirmed", "keep": ["SYS_TIME", "KILL"]/' \
        "$report" >"$BATS_TEST_TMPDIR/report"
    run "$SRC_DIR/tests/real/kernels/cap-audit.py" "$BATS_TEST_TMPDIR/report" "$page"
    assert_failure 1
    assert_output --partial "date: learned ['SYS_TIME', 'KILL'] (confirmed), and needs ['SYS_TIME']"
}

@test "the tests leave the machine as it was" {
    as_before
}
