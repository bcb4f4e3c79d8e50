#!/usr/bin/env bats
# The options that --help lists, and nothing else, stand in the manual page, in the README's list
# and in the completions of each shell, with their letters. Each place is read as text here.

# Options in text, one a line. An option in these places is a word of its own.
options_in() {
    grep -oE -- '(^|[^[:alnum:]_-])(--[a-z]+(-[a-z]+)*|-[a-zA-Z])($|[^[:alnum:]_-])' |
        grep -oE -- '--[a-z]+(-[a-z]+)*|-[a-zA-Z]'
}

help_options() {
    "$CAPWRAP" --help | sed -nE 's/^ +(-[a-zA-Z], )?(--[a-z-]+).*/\1\n\2/p' | options_in
}

manual_options() {
    sed -nE '/^\.It Fl /p' "$SRC_DIR/docs/capwrap.1" |
        grep -oE 'Fl [^ ]+' | sed 's/^Fl /-/' | options_in
}

bash_options() {
    sed -n "/^    options='/,/'\$/p" "$SRC_DIR/contrib/completions/capwrap.bash" |
        tr " '" '\n' | options_in
}

# The part of each line of _arguments that stands before the description.
zsh_options() {
    sed -n '/^_arguments /,$p' "$SRC_DIR/contrib/completions/_capwrap" |
        sed -nE "s/^ +(.*)\[.*/\1/p" | tr "(){},=+' " '\n' | options_in
}

fish_options() {
    sed -nE 's/^complete -c capwrap -n __capwrap_no_command(( -s [a-zA-Z])?( -l [a-z-]+)).*/\1/p' \
        "$SRC_DIR/contrib/completions/capwrap.fish" |
        sed -E 's/ -s (.)/-\1\n/; s/ -l (.*)/--\1/' | options_in
}

readme_options() {
    sed -nE 's/^ +(-[a-zA-Z], )?(--[a-z-]+).*/\1\n\2/p' "$SRC_DIR/README.md" | options_in
}

# In commands, up to the -- that ends the options.
used_options() {
    grep -oE 'capwrap( +-[^|`]*)' "$SRC_DIR/README.md" | sed -E 's/ -- .*| --$//' |
        tr ' ' '\n' | options_in
}

same_as_help() {
    help_options | sort -u >"$BATS_TEST_TMPDIR/help"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/help")" -gt 20 ]
    "$@" | sort -u | diff "$BATS_TEST_TMPDIR/help" -
}

@test "the manual page has the options of --help, and no other" {
    same_as_help manual_options
}

@test "the completion for bash has the options of --help, and no other" {
    same_as_help bash_options
}

@test "the completion for zsh has the options of --help, and no other" {
    same_as_help zsh_options
}

@test "the completion for fish has the options of --help, and no other" {
    same_as_help fish_options
}

@test "the option list of the README is that of --help" {
    same_as_help readme_options
}

@test "every option of capwrap that the README uses exists" {
    help_options | sort -u >"$BATS_TEST_TMPDIR/help"
    used_options | sort -u >"$BATS_TEST_TMPDIR/used"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/used")" -gt 3 ]
    run comm -13 "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/used"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}
