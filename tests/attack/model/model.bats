#!/usr/bin/env bats
# An independent model of capabilities(7): first the kernel has to agree with it, then capwrap.

load ../../support/common

setup() {
    require_root
    model=$SRC_DIR/tests/attack/model
    cases=$("$SRC_DIR/tests/support/tier" model-cases)
    # a start takes many times as long there
    if grep -q -e __asan_init -e __gcov_ "$CAPWRAP"; then cases=$((cases / 10)); fi
}

# What the last run printed, into the test log.
show() {
    printf '# %s\n' "${lines[@]}" >&3
}

# counted EXPRESSION: it is true of the counts.
counted() {
    run jq "$1" <<<"$(counts)"
    assert_output true
}

@test "the kernel does what the model of capabilities(7) says, whatever the sequence of calls" {
    run "$model/kernel-check" --cases "$cases"
    show
    assert_success
    # Most calls succeed, and many programs are executed: otherwise little was compared.
    counted '.differences == 0 and .operations > 4 * .cases
        and .refused * 2 < .operations and .execs > .cases and .userns * 5 > .cases'
}

@test "from any start, capwrap reaches exactly the promised state, or refuses what cannot be done" {
    run "$model/compare-starts" --cases "$cases" --table
    show
    assert_success
    # Neither mostly refused nor mostly started, and both kinds of refusal.
    summary=$(counts)
    run jq '.failures == 0 and .started * 4 >= .cases and .refused * 4 >= .cases
        and .refused_by_rule > 0 and .refused_as_impossible > 0
        and .userns * 8 > .cases and .file_capability_mode * 20 > .cases' <<<"$summary"
    assert_output true
    # Every row of the table was made, and every reason for a refusal was met; but for the label, whose security
    # module this kernel may not have (tests/real/kernels/security-modules.nightly.bats).
    ((cases >= 2000)) || return 0
    run jq --compact-output '[.rows_unmet, .codes_unmet]' <<<"$summary"
    assert_output '[["label"],[]]'
}
