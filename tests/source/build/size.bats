#!/usr/bin/env bats
# What has to be read to trust capwrap stays short. Comments are free, so they are not counted.

SOURCES=1830      # what is done; a tenth of it reads ELF files, for the dry run and for errors of execve
WITH_HEADERS=2210 # and what is promised of it

# Lines of code of C files. The compiler's own lexer removes the comments: it alone knows a comment
# from the same characters within a string.
code_lines() {
    local file
    for file in "$@"; do
        gcc -w -fpreprocessed -dD -E -x c "$file"
    done | grep -vcE '^# [0-9]+ |^[[:space:]]*$'
}

@test "src/core and src/capwrap have at most $SOURCES lines of code, $WITH_HEADERS with the headers" {
    cd "$SRC_DIR/src"
    [ -e core/plan.c ] && [ -e capwrap/main.c ]
    local sources headers
    sources=$(code_lines core/*.c capwrap/*.c)
    headers=$(code_lines core/*.h capwrap/*.h)
    echo "# $sources lines of code in the sources, $((sources + headers)) with the headers" >&3
    [ "$sources" -le "$SOURCES" ]
    [ $((sources + headers)) -le "$WITH_HEADERS" ]
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
