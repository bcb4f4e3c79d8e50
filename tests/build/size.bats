#!/usr/bin/env bats
# What has to be read to trust capwrap stays short. Comments are free, so they are not counted.

LIMIT=1670

# Lines of code of C files. The compiler's own lexer removes the comments: it alone knows a comment
# from the same characters within a string.
code_lines() {
    local file
    for file in "$@"; do
        gcc -w -fpreprocessed -dD -E -x c "$file"
    done | grep -vcE '^# [0-9]+ |^[[:space:]]*$'
}

@test "src/core and src/capwrap have at most $LIMIT lines of code" {
    cd "$SRC_DIR/src"
    [ -e core/plan.c ] && [ -e capwrap/main.c ]
    local lines
    lines=$(code_lines core/*.[ch] capwrap/*.[ch])
    echo "# $lines lines of code in src/core and src/capwrap, of $LIMIT" >&3
    [ "$lines" -le "$LIMIT" ]
}

@test "comments and blank lines do not count, everything else does" {
    cat >"$BATS_TEST_TMPDIR/sample.c" <<'END'
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
    run code_lines "$BATS_TEST_TMPDIR/sample.c"
    echo "$output"
    [ "$output" -eq 8 ]
}
