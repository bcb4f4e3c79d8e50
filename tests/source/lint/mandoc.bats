#!/usr/bin/env bats

@test "mandoc finds nothing in the man pages" {
    cd "$SRC_DIR/docs"
    command -v mandoc
    ls -- *.1
    # The pages name the project and not a system; examples come first, and the catalogue of codes last.
    # Which other man pages this machine has says nothing about ours.
    run bash -c 'mandoc -T lint -- *.1 2>&1 | grep -vE "outdated mandoc.db|referenced manual not found|operating system explicitly specified|conventional order: Sh (ENVIRONMENT|EXIT STATUS|DIAGNOSTICS)$"'
    echo "$output"
    [ -z "$output" ]
}

@test "mandoc finds a macro that does not exist" {
    { cat "$SRC_DIR/docs/capwrap.1" && echo '.Xyzzy'; } >"$BATS_TEST_TMPDIR/capwrap.1"
    run mandoc -T lint "$BATS_TEST_TMPDIR/capwrap.1"
    echo "$output"
    [[ $output == *"unknown macro"* ]]
}
