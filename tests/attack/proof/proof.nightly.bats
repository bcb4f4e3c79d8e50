#!/usr/bin/env bats
# Runs of the model checker that are too long for every change: wider bounds, whether each theorem is
# about the cases that it names, and whether it would notice a mistake.

load ../../support/common

setup() {
    require_root
    proof=$SRC_DIR/tests/attack/proof/prove
}

# shown: what the last run printed, into the test log.
shown() {
    printf '# %s\n' "${lines[@]}" >&3
}

@test "every theorem is proven, with 64 capabilities too" {
    run "$proof" --tier nightly
    shown
    assert_success
    run jq '.proven == .theorems and .theorems >= 10' <<<"$(counts)"
    assert_output true
}

@test "the cases that a theorem is about can be reached" {
    run "$proof" --tier nightly --cover
    shown
    assert_success
    run jq '.missed == [] and .cases >= 30' <<<"$(counts)"
    assert_output true
}

@test "each mutant of the core is a counterexample to a theorem, or is explained" {
    run "$proof" --mutants
    shown
    assert_success
    run jq '.survived == [] and .mutants > 200' <<<"$(counts)"
    assert_output true
}
