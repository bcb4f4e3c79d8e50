#!/usr/bin/env bats
# --help of each program is printed from the rows of its options. The options that it lists, and no others,
# are in the manual page and in the completions, with their letters.

setup() {
    CAPWRAP_LEARN=${CAPWRAP_LEARN:-$CAPWRAP-learn}
}

# Options in text, one a line. An option in these places is a word of its own.
options_in() {
    grep -oE -- '(^|[^[:alnum:]_-])(--[a-z]+(-[a-z]+)*|-[a-zA-Z])($|[^[:alnum:]_-])' |
        grep -oE -- '--[a-z]+(-[a-z]+)*|-[a-zA-Z]'
}

# help_options PROGRAM
help_options() {
    "$1" --help | sed -nE 's/^ +(-[a-zA-Z], )?(--[a-z-]+).*/\1\n\2/p' | options_in | sort -u
}

# manual_options PAGE
manual_options() {
    sed -nE '/^\.It Fl /p' "$SRC_DIR/docs/$1" | grep -oE 'Fl [^ ]+' | sed 's/^Fl /-/' | options_in |
        sort -u
}

# In commands, up to the -- that ends the options.
used_options() {
    grep -oE 'capwrap( +-[^|`]*)' "$SRC_DIR/README.md" | sed -E 's/ -- .*| --$//' |
        tr ' ' '\n' | options_in | sort -u
}

# same PROGRAM LEAST COMMAND...: what the command prints is what --help lists, at least LEAST options.
same() {
    help_options "$1" >"$BATS_TEST_TMPDIR/help"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -gt "$2" ]
    "${@:3}" | diff "$BATS_TEST_TMPDIR/help" -
}

@test "the manual pages have the options of --help, and no other" {
    same "$CAPWRAP" 20 manual_options capwrap.1
    same "$CAPWRAP_LEARN" 15 manual_options capwrap-learn.1
}

@test "the completions for bash, zsh and fish are those generated from --help" {
    export CAPWRAP_LEARN
    run "$SRC_DIR/tests/source/docs/docs.py" completions --check
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "every option of capwrap that the README uses exists" {
    help_options "$CAPWRAP" >"$BATS_TEST_TMPDIR/help"
    used_options >"$BATS_TEST_TMPDIR/used"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/used")" -gt 3 ]
    run comm -13 "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/used"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "an option in a completion that --help does not list is found, and so is a missing one" {
    local copy=$BATS_TEST_TMPDIR/copy
    mkdir -p "$copy/contrib" "$copy/tests/source" "$copy/tests/attack/fuzz"
    cp "$SRC_DIR/tests/attack/fuzz/command_line.dict" "$copy/tests/attack/fuzz/"
    cp -r "$SRC_DIR/contrib/completions" "$copy/contrib/"
    cp -r "$SRC_DIR/tests/source/docs" "$copy/tests/source/"
    export CAPWRAP_LEARN SRC_DIR=$copy
    sed -i 's/--strict/--lenient/' "$copy/contrib/completions/capwrap.bash"
    run "$copy/tests/source/docs/docs.py" completions --check
    echo "$output"
    [ "$status" -eq 1 ]
    grep -E -- '^-.* --lenient( |$)' <<<"$output"
    grep -E -- '^[+].* --strict( |$)' <<<"$output"
}
