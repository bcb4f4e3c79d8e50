#!/usr/bin/env bats
# capwrap-learn's manual page, --help and completions, against the program.

load ../../support/common
load offers

setup() {
    begin_completing
    MANUAL=$SRC_DIR/docs/capwrap-learn.1
    # The program's own table: "name letter", letter 0 for none.
    OPTIONS=$(sed -nE "/ OPTIONS\[\] = /,/^};/s/^ *\{\"([a-z-]+)\", ('(.)'|(0)), .*/\1 \3\4/p" \
        "$SRC_DIR/src/learn/options.c")
    (($(wc -l <<<"$OPTIONS") > 10)) || fail "the table of options is not read: $OPTIONS"
}

# each_option FUNCTION: calls it with each name and letter.
each_option() {
    local name letter
    while read -r name letter; do
        "$1" "$name" "$letter"
    done <<<"$OPTIONS"
}

# The text before a long option: its letter and a comma, or nothing.
with_letter() {
    [[ $1 == 0 ]] || printf -- '-%s%s, ' "$1" "$2"
}

in_help() {
    assert_line --regexp "^ +$(with_letter "$2" '')--$1([] =[]|$)"
}

in_manual() {
    assert_line --regexp "^ +$(with_letter "$2" '.*')--$1([] =[]|$)"
}

@test "--help and the manual page have exactly the options of the program, with their letters" {
    run "$CAPWRAP_LEARN" --help
    each_option in_help
    run bash -c 'mandoc -T ascii "$1" | col -bx' - "$MANUAL"
    each_option in_manual
    local word
    while read -r word; do
        [[ $'\n'$OPTIONS == *$'\n'"${word#--} "* || " --no-new-privs --self-test " == *" $word "* ]] ||
            fail "$word is no option"
    done < <(grep -oE -- '--[a-z]+(-[a-z]+)*' <<<"$output" | sort -u)
}

@test "every option is completed in bash, fish and zsh, and no other is offered" {
    local shell name word
    for shell in bash fish zsh; do
        run "$COMPLETE/complete.$shell" 'capwrap-learn --'
        assert_success
        local offered=$output
        while read -r name _; do
            grep -qE -- "^--$name([ =]|$)" <<<"$offered" || fail "$shell: no --$name in: $offered"
        done <<<"$OPTIONS"
        while read -r word; do
            [[ $'\n'$OPTIONS == *$'\n'"${word#--} "* ]] || fail "$shell offers $word"
        done < <(grep -oE '^--[a-z-]+' <<<"$offered")
    done
}

# The formats as the program names them: what it prints itself, and its configurations.
formats() {
    echo text json
    sed -nE 's/^    \{"([a-z]+)", "[A-Za-z ]+", write_.*/\1/p' "$SRC_DIR/src/learn/report/snippets.c"
}

@test "--help, the manual page and docs/learning.md have exactly the formats of the program" {
    local formats
    formats=$(formats | xargs)
    (($(wc -w <<<"$formats") == 7)) || fail "the table of formats is not read: $formats"
    assert_equal "$(sed -nE '/^\.Sh FORMATS/,/^\.Sh EXIT/s/^\.It Cm //p' "$MANUAL" | xargs)" "$formats"
    assert_equal "$("$CAPWRAP_LEARN" --help | tr -d '\n' | sed -E 's/.*--format FORMAT +(.*) +--json.*/\1/' |
        grep -oE '[a-z]+' | grep -xE "${formats// /|}" | xargs)" "$formats"
    # shellcheck disable=SC2016
    assert_equal "$(sed -nE '/^\| `--format`/,/^$/s/^\| (`[^|]*`) \|.*/\1/p' "$SRC_DIR/docs/learning.md" |
        tail -n +2 | tr -d '`,' | xargs)" "$formats"
}

@test "--format completes its formats, and no other" {
    local shell format
    for shell in bash fish zsh; do
        for format in $(formats); do
            offers "$shell" "capwrap-learn --format ${format:0:3}" "$format"
        done
    done
    offers bash 'capwrap-learn --format=ku' kubernetes
    offers fish 'capwrap-learn --format=ku' --format=kubernetes
    offers bash 'capwrap-learn --format json -o file-h' file-here
}

@test "--check completes capabilities, -o files, and after the options a command" {
    offers bash 'capwrap-learn --check=NET_RAW,CHECKP' NET_RAW,CHECKPOINT_RESTORE
    offers bash 'capwrap-learn --check ' none NET_RAW
    offers bash 'capwrap-learn -o file-h' file-here
    offers fish 'capwrap-learn --check=NET_RAW,CHECKP' --check=NET_RAW,CHECKPOINT_RESTORE
    offers zsh 'capwrap-learn --check NET_RAW,CHECKP' CHECKPOINT_RESTORE
    local shell
    for shell in bash fish zsh; do
        offers $shell 'capwrap-learn --verify -u root -- setpri' setpriv
        offers $shell 'capwrap-learn --test=x cat file-h' file-here
    done
}

@test "the manual page has exactly the rules about noise of the program" {
    local rules
    rules=$(sed -nE 's/^    \{\.name = "([a-z-]+)",.*/\1/p' "$SRC_DIR/src/learn/checks/noise.c")
    (($(wc -l <<<"$rules") > 5)) || fail "the table of rules is not read: $rules"
    assert_equal "$(sed -nE '/Dq ignored/,/^\.El/s/^\.It //p' "$MANUAL")" "$rules"
}
