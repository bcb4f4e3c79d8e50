#!/usr/bin/env bats
# The files that a build makes.

@test "the build tree holds exactly one executable file named capwrap" {
    # static-musl: a build of its own, for the tests of real systems
    run find "$BUILD_DIR" -path "$BUILD_DIR/static-musl" -prune -o -type f -name capwrap -perm /111 -print
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "$CAPWRAP" ]
}
