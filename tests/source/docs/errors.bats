#!/usr/bin/env bats
# docs/errors.md: every code of FAIL_CODE_LIST is provoked in every place, and the page has its message and its hint.

load ../../support/common

@test "docs/errors.md has what capwrap prints in each place, for every code" {
    require_root
    run "$SRC_DIR/tests/source/docs/errors.py" generate --check
    assert_success
}

@test "a message, a hint and a code that the page does not have are noticed" {
    require_root
    mkdir -p "$BATS_TEST_TMPDIR/tree/tests/source" "$BATS_TEST_TMPDIR/tree/docs"
    cp -r "$SRC_DIR/tests/source/docs" "$BATS_TEST_TMPDIR/tree/tests/source/"
    local script=$BATS_TEST_TMPDIR/tree/tests/source/docs/errors.py
    sed -i '/("no-process"/d; /^PLACES/,/^ *"systemd"/c PLACES = {"shell": "a shell"}' "$script"
    sed 's/find the sandbox that answers calls/find a sandbox that answers calls/' "$SRC_DIR/docs/errors.md" >"$BATS_TEST_TMPDIR/tree/docs/errors.md"
    SRC_DIR=$BATS_TEST_TMPDIR/tree run "$script" generate --check
    assert_failure 1
    assert_line 'errors.py: no case for no-process'
    assert_line --regexp '^\+- hint: .find the sandbox'
    assert_line --regexp '^-- hint: .find a sandbox'
}
