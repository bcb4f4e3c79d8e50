#!/usr/bin/env bats
# The static program of images (musl, its own reading of the user database) passes what the packaged
# one passes.

load ../../support/common

setup_file() {
    [[ $(id -u) == 0 ]] || return 1
    export CAPWRAP=$CAPWRAP_MUSL
}

# passes FOLDER: every test of it, none skipped.
passes() {
    local file files=()
    mapfile -t files < <(cd "$SRC_DIR/tests/program" && find "$1" -name '*.bats' | sort)
    ((${#files[@]} > 0))
    for file in "${files[@]}"; do
        CI=true run "$SRC_DIR/tests/support/in-copy" "$SRC_DIR/tests/support/run-bats" \
            "$SRC_DIR/tests/program/$file"
        [[ $status == 0 ]] || { printf '%s\n' "$output"; return 1; }
    done
}

@test "the program is static and position-independent" {
    run file "$CAPWRAP_MUSL"
    assert_output --partial 'static-pie linked'
    run readelf --dynamic --wide "$CAPWRAP_MUSL"
    refute_output --partial NEEDED
    [[ $(readelf --program-headers --wide "$CAPWRAP_MUSL") == *GNU_RELRO* ]]
    [[ $(readelf --program-headers --wide "$CAPWRAP_MUSL") != *INTERP* ]]
}

@test "the program passes the tests of the built program as root" {
    passes root
}

@test "the program passes the tests in namespaces" {
    passes ns
}

@test "the program passes the tests of the command line" {
    passes cli
}
