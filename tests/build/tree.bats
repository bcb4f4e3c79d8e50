#!/usr/bin/env bats
# What a build leaves behind.

@test "the build tree holds exactly one executable file named capwrap" {
    run find "$BUILD_DIR" -type f -name capwrap -perm /111
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "$CAPWRAP" ]
}
