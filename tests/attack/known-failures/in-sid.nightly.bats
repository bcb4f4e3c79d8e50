#!/usr/bin/env bats
# The columns of docs/known-failures-details.md that take Debian sid: minijail0, and the others as they are there.

load ../../support/common

setup() {
    require_root
}

@test "the tools of Debian sid do what the page says, where their versions are those of the page" {
    run "$SRC_DIR/tests/attack/known-failures/in-sid" --check docs/known-failures-details.md
    echo "$output"
    assert_success
}

@test "a cell of the page that differs from the measured one is found" {
    # In the sources that in-sid takes: a copy.
    mkdir -p "$BATS_TEST_TMPDIR/top/docs" && cp -r "$SRC_DIR/tests" "$BATS_TEST_TMPDIR/top/"
    sed 's/^\(| 11 .*|\) [^|]* \(| [^|]* |\)$/\1 right \2/' "$SRC_DIR/docs/known-failures-details.md" \
        >"$BATS_TEST_TMPDIR/top/docs/known-failures-details.md"
    run "$BATS_TEST_TMPDIR/top/tests/attack/known-failures/in-sid" --check docs/known-failures-details.md
    [[ $output == *'was measured with'* ]] || assert_failure 1
    assert_output --partial 'is stale: case 11 (HOME of the new user), minijail0: right; now'
}
