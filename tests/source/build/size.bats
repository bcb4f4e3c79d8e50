#!/usr/bin/env bats
# The code that has to be read to trust capwrap stays short: tests/source/build/audit-size counts it.

MOST=6200 # lines of code in the privileged process; README and CONTRIBUTING quote how many there are

setup() {
    audit_size=$SRC_DIR/tests/source/build/audit-size
}

# A copy of what is counted, as SRC_DIR.
copy() {
    mkdir -p "$BATS_TEST_TMPDIR/copy/tests/source/build"
    cp -r "$SRC_DIR/src" "$BATS_TEST_TMPDIR/copy/"
    cp "$audit_size" "$BATS_TEST_TMPDIR/copy/tests/source/build/"
    audit_size=$BATS_TEST_TMPDIR/copy/tests/source/build/audit-size
    cd "$BATS_TEST_TMPDIR/copy/src" || return
}

@test "at most $MOST lines of code run in the privileged process" {
    run "$audit_size" -v
    printf '# %s\n' "${lines[@]}" >&3
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 6 ]
    [ "${lines[5]}" -gt 1000 ]
    [ "${lines[5]}" -le "$MOST" ]
}

@test "the README and CONTRIBUTING quote the figure" {
    local figure
    figure=$("$audit_size" | sed -E 's/([0-9])([0-9]{3})$/\1,\2/')
    grep -F "$figure lines of code" "$SRC_DIR/README.md"
    grep -F "$figure lines of code" "$SRC_DIR/CONTRIBUTING.md"
}

@test "comments and blank lines do not count, everything else does" {
    copy
    local before after
    before=$("$audit_size")
    cat >core/sample.c <<'END'
/* a comment */ int one; // and another

const char *two = "https://example.org /* not a comment */";
/*
 * int not_code;
 */
#include <stdio.h>
#define FOUR \
    5
#ifdef FOUR
char seven = '"'; /* "
   */
#endif
END
    after=$("$audit_size")
    [ $((after - before)) -eq 8 ]
}

@test "a file that a start runs is counted, whichever directory it is in" {
    copy
    local before folder
    for folder in core text users capwrap; do
        before=$("$audit_size")
        echo 'int one;' >"$folder/sample.c"
        [ "$("$audit_size")" -eq $((before + 1)) ]
    done
}
