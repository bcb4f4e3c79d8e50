#!/usr/bin/env bats
# The column of docs/known-failures-details.md that takes a booted systemd.

load ../../support/common

setup() {
    require_root
}

@test "services of systemd behave as on the page, if its version is that of the page" {
    run "$SRC_DIR/tests/attack/known-failures/in-systemd" --check "$SRC_DIR/docs/known-failures-details.md"
    echo "$output"
    assert_success
}

@test "a cell for systemd that differs from the measured one is found" {
    sed 's/^\(| 11 .*|\) [^|]* |$/\1 **wrong** |/; /^In roots of their own/s/systemd .*/systemd 0./' \
        "$SRC_DIR/docs/known-failures-details.md" >"$BATS_TEST_TMPDIR/page.md"
    run "$SRC_DIR/tests/attack/known-failures/in-systemd" --check "$BATS_TEST_TMPDIR/page.md"
    assert_success
    assert_output --partial 'was measured with'
    assert_output --partial 'is stale: case 11 (HOME of the new user), systemd: **wrong**; now right'
}

@test "in-systemd refuses what it does not know" {
    run "$SRC_DIR/tests/attack/known-failures/in-systemd" --markdown
    assert_failure 2
}
