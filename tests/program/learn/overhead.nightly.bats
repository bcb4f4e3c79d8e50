#!/usr/bin/env bats
# The cost of being watched: overhead.py. Runs at night, when the machine is idle.

load ../../support/common

@test "watching costs each load at most ten percent" {
    require_root
    run "$SRC_DIR/tests/program/learn/overhead.py"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
}
