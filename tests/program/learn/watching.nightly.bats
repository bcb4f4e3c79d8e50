#!/usr/bin/env bats
# The cost of a watch of running processes for others, and that it keeps nothing about ended ones: watching.py. Runs at
# night, when the machine is idle.

load ../../support/common

@test "the memory of a watch does not grow with time, and others pay at most ten percent" {
    require_root
    run "$SRC_DIR/tests/program/learn/watching.py"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
}
