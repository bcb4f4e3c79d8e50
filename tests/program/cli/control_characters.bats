#!/usr/bin/env bats
# Names may come from any user: no control or format character of one reaches the terminal or JSON.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

# The bytes of a name, and what is shown of it: control characters of 7 and 8 bits, alone and in UTF-8,
# direction marks and overrides, separators, zero widths, tags, and invalid UTF-8.
NAMES=(
    $'\e[31m' '\x1b[31m'
    $'a\nb\rc\td' 'a\x0ab\x0dc\x09d'
    $'\x7f' '\x7f'
    $'\x9b31m' '\x9b31m'
    $'\xc2\x9b31m' '\u009b31m'
    $'\xe2\x80\xaeexe.txt' '\u202eexe.txt'
    $'\xe2\x81\xa6x\xe2\x81\xa9' '\u2066x\u2069'
    $'\xe2\x80\xa8' '\u2028'
    $'x\xe2\x80\x8by' 'x\u200by'
    $'\xf3\xa0\x80\x81' '\U000e0001'
    $'\xff\xc3' '\xff\xc3'
    $'gr\xc3\xbc\xc3\x9fe' $'gr\xc3\xbc\xc3\x9fe'
)

# shown_as TEXT CMD...: TEXT is in what CMD says on standard error, in lines of their own kind.
shown_as() {
    local text=$1 said
    shift
    printf 'case: %q' "$text"
    run -127 --separate-stderr "$@" || true
    [[ $stderr == *"$text"* ]] || fail "not shown as $text: $stderr"
    while IFS= read -r said; do
        [[ $said == capwrap:* || $said == '  hint: '* ]] || fail "a line of its own: $said"
    done <<<"$stderr"
    [[ ! $stderr =~ [$'\x01'-$'\x09'$'\x0b'-$'\x1f'$'\x7f'] ]] || fail "a control character: $stderr"
}

@test "an error shows control and format characters as escapes" {
    local place
    for ((place = 0; place < ${#NAMES[@]}; place += 2)); do
        shown_as "no-such-${NAMES[place + 1]}" "$CAPWRAP" -- "no-such-${NAMES[place]}"
        shown_as "no-such-${NAMES[place + 1]}" "$CAPWRAP" --dry-run -- "no-such-${NAMES[place]}"
    done
}

@test "option arguments are escaped in the same way" {
    local place options
    for ((place = 0; place < ${#NAMES[@]}; place += 2)); do
        for options in --user --groups --keep --decode --no-such-option=; do
            attempt "$CAPWRAP" "$options" "x${NAMES[place]}" -- true
            [[ $status == 125 ]] || fail "$options: status $status"
            [[ $output$stderr != *[$'\x01'-$'\x09'$'\x0b'-$'\x1f'$'\x7f']* ]] || fail "$stderr"
        done
    done
}

@test "JSON escapes control characters, and a JSON parser restores the name" {
    local place name
    for ((place = 0; place < ${#NAMES[@]}; place += 2)); do
        name=$PUBLIC/${NAMES[place]}
        cp "$(type -P true)" "$name"
        attempt "$CAPWRAP" --dry-run --json -- "$name"
        assert_success
        [[ ! $output =~ [$'\x01'-$'\x1f'$'\x7f'] ]] || fail "a control character: $output"
        [[ $output != *$'\xe2\x80\xae'* && $output != *$'\xc2\x9b'* ]] || fail "as it is: $output"
        [[ ${NAMES[place]} == *[$'\xff\x9b']* ]] ||
            assert_equal "$(jq -r .program.path <<<"$output")" "$name"
        attempt "$CAPWRAP" --dry-run -- "$name"
        [[ $output == *"$PUBLIC/${NAMES[place + 1]}"* ]] || fail "not shown as ${NAMES[place + 1]}: $output"
    done
}
