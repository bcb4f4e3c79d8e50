#!/usr/bin/env bats
# What is reported, as text and as JSON (docs/learn.schema.json).

# shellcheck disable=SC2154 # bats sets output and stderr
load ../../support/common
load learn

setup() {
    require_root
    cd "$PUBLIC" || return
}

# valid: the report is one that the schema takes and that no key can be added to or taken from.
valid() {
    run "$SRC_DIR/tests/source/docs/validate.py" --strict learn.schema.json <"$LEARNED"
    echo "$output"
    assert_success
    assert_equal "$(wc -l <"$LEARNED")" 1
}

@test "the report of a run that is watched is valid" {
    learned -- sh -c "$ASKS raw; cat /etc/shadow"
    assert_success
    valid
}

@test "the report of a search is valid, with and without a watch" {
    learned --verify --check NET_RAW -- sh -c "$ASKS raw && ps >/dev/null"
    assert_success
    valid
    learned --no-trace --check none -- "$ASKS" raw
    assert_failure 1
    valid
}

@test "the report of what could not be confirmed is valid" {
    learned --verify --test false --timeout 1 -- true
    assert_failure 2
    valid
}

@test "whatever the command's words hold, the report is valid" {
    # shellcheck disable=SC2016
    learned -u 4000:4000 -- printf '%s' $'a"b\\c\n\e[31m\xff' "" '$HOME'
    assert_success
    valid
    assert_equal "$(told .user)" 4000
    assert_equal "$(told '.command[2]')" $'a"b\\c\n\e[31m\xef\xbf\xbd'
}

@test "the text goes to standard error, and fits 80 columns but for the ready lines" {
    attempt "$CAPWRAP_LEARN" -v -- sh -c "$ASKS raw; ps >/dev/null; exit 3"
    assert_success
    assert_regex "$stderr" $'\n  needs +'
    run sed '/^At a shell$/,$d' <<<"$stderr"
    run awk 'length > 80' <<<"$output"
    assert_output ""
}

@test "what is needed stands first; what is ignored is told with -v only" {
    attempt "$CAPWRAP_LEARN" --verify -- sh -c "$ASKS raw && ps >/dev/null"
    run grep -E '^  [A-Z_]+: ' <<<"$stderr"
    assert_line --index 0 '  NET_RAW: needed'
    assert_line --index 1 --regexp ': not needed$'
    refute_output --partial ignored
    attempt "$CAPWRAP_LEARN" -v -- true
    assert_regex "$stderr" '  SYS_ADMIN: ignored'
}

@test "that a program did not end well with everything either is said, and nothing is confirmed" {
    run "$CAPWRAP_LEARN" --verify -- sh -c 'exit 3'
    assert_failure 2
    assert_output --partial 'with everything kept it ended with status 3'
}

@test "what a program calls itself cannot write to a terminal" {
    cp "$ASKS" "$PUBLIC/"$'a\e[31m'
    attempt "$CAPWRAP_LEARN" -- "$PUBLIC/"$'a\e[31m' raw
    assert_success
    refute [ -z "$stderr" ]
    run grep -c $'\e' <<<"$stderr"
    assert_output 0
}

@test "no progress is told where standard error is no terminal" {
    attempt "$CAPWRAP_LEARN" -o "$PUBLIC/report" --verify -- "$ASKS" raw
    assert_success
    # But for the bound, which is told before the second run.
    assert_regex "$stderr" '^capwrap-learn: at most 60 runs in all, each of at most [0-9]+ s$'
    assert_regex "$(cat report)" 'state +confirmed'
}

@test "help is within 80 columns and names every option; the version is capwrap's" {
    attempt "$CAPWRAP_LEARN" --help
    assert_success
    run awk 'length > 80' <<<"$output"
    assert_output ""
    assert_equal "$("$CAPWRAP_LEARN" --version)" "$("$CAPWRAP" --version | sed s/capwrap/capwrap-learn/)"
}

@test "a hint names no option that there is not" {
    attempt "$CAPWRAP_LEARN" -u 4242 -- true
    assert_failure 125
    assert_regex "$stderr" 'hint: name the group as well: --user UID:GID$'
    attempt unshare --user --map-root-user "$CAPWRAP_LEARN" --no-trace -- true
    assert_failure 125
    assert_regex "$stderr" 'hint: learn outside of this user namespace'
}

@test "help and version that cannot be written end with 125" {
    local option
    for option in --help --version; do
        attempt bash -c 'exec "$@" >/dev/full' sh "$CAPWRAP_LEARN" "$option"
        assert_failure 125
    done
}

@test "wrong usage ends with 125, one error and one hint" {
    attempt "$CAPWRAP_LEARN" --nope
    assert_failure 125
    assert_equal "$stderr" $'capwrap-learn: options: \'--nope\' is not an option\n  hint: see capwrap-learn --help'
}
