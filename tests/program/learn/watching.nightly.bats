#!/usr/bin/env bats
# What a watch of what runs costs others, and that it keeps nothing of what has ended: watching.py. At night, when the
# machine does nothing else.

load ../../support/common

@test "a watch takes no more memory the longer it lasts, and others pay no more than a tenth" {
    require_root
    run "$SRC_DIR/tests/program/learn/watching.py"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
}
