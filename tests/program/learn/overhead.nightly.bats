#!/usr/bin/env bats
# What it costs a program to be watched: overhead.py. At night, when the machine does nothing else.

load ../../support/common

@test "being watched takes no load more than a tenth more" {
    require_root
    run "$SRC_DIR/tests/program/learn/overhead.py"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
}
