#!/usr/bin/env bats
# docs/platforms.md: what depends on the kernel's version is written there, once.

load ../../support/common

# versions: those of Linux that standard input names, one a line.
versions() {
    grep -ohE '(Linux|[Bb]efore|from) [2-9]\.[0-9]+(\.[0-9]+)?' | grep -oE '[0-9.]+$' | sort -u
}

rows() {
    sed -n '/^<!-- kernel versions -->$/,/^$/p' "$SRC_DIR/docs/platforms.md" | awk -F ' *[|] *' '$2 ~ /^[0-9.]+$/ { print $2 }' |
        sort -u
}

# kernels: those that are named because tests run there.
kernels() {
    printf '%s\n' 6.1 6.12 6.18
}

@test "each version of Linux that the program and its manual pages name has a row in docs/platforms.md" {
    rows >"$BATS_TEST_TMPDIR/rows"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/rows")" -ge 10 ]
    run comm -23 <(cat "$SRC_DIR"/docs/{capwrap,capwrap-learn}.1 "$SRC_DIR"/docs/{design,threat-model,learning}.md |
        cat - <(find "$SRC_DIR/src" -name '*.[ch]' -exec cat {} +) | versions) \
        <(sort -u "$BATS_TEST_TMPDIR/rows" <(kernels))
    echo "$output"
    [ -z "$output" ]
}
