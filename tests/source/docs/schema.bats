#!/usr/bin/env bats
# What --json prints, and docs/json.schema.json.

load ../../support/common

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# valid ARG...: capwrap ARG... prints one document that the schema takes and that nothing can be
# added to or taken from; it stays in $output.
valid() {
    attempt "$@"
    local document=$output code=$status said=$stderr
    assert_equal "${#lines[@]}" 1
    run "$SRC_DIR/tests/source/docs/validate.py" --strict <<<"$document"
    assert_success
    output=$document status=$code stderr=$said
}

# field FILTER: a value in the document, for jq.
field() {
    jq -r "$1" <<<"$output"
}

@test "the document of a rehearsal that succeeds is valid" {
    require_root
    valid "$CAPWRAP" --dry-run --json --user 1000:1000 --keep NET_RAW,KILL --no-new-privs \
        --lock-securebits -- "$PROBE"
    assert_equal "$(field .outcome,.exit,.error)" $'ok\n0\nnull'
    assert_equal "$(field '.goal.permitted | join(",")')" KILL,NET_RAW
}

@test "the documents of --decode and --list-caps are valid" {
    valid "$CAPWRAP" --decode=2400 --json
    valid "$CAPWRAP" --list-caps --json
}

@test "the document of a refusal by the command line is valid" {
    valid "$CAPWRAP" --dry-run --json --user a:b:c -- "$PROBE"
    assert_equal "$(field '.outcome,.exit,.error.code,(.start | type),.steps,.program')" \
        $'refused\n125\nusage\nobject\nnull\nnull'
    valid "$CAPWRAP" --dry-run --json
    assert_equal "$(field .outcome,.exit,.error.code,.start,.steps,.program)" \
        $'refused\n125\nusage\nnull\nnull\nnull'
    assert_equal "$(field .error.step)" options
}

@test "the document of a refusal by the plan is valid, and contains the state at the start" {
    require_root
    valid "$START_AS" --bounding "$(mask NET_RAW)" -- "$CAPWRAP" --dry-run --json --keep KILL -- \
        "$PROBE"
    assert_equal "$(field .error.code,.start.uid.real,.goal)" $'cap-not-permitted\n0\nnull'
}

@test "the document of a program that is not found is valid, with status 127" {
    valid "$CAPWRAP" --dry-run --json -- "$BATS_TEST_TMPDIR/no-such-program"
    assert_equal "$status" 127
    assert_equal "$(field .exit,.error.code,.error.errno,.program)" \
        $'127\nnot-found\nENOENT\nnull'
}

@test "the document of a script names its interpreters" {
    printf '#!%s\n' "$PROBE" >"$PUBLIC/script"
    chmod 755 "$PUBLIC/script"
    valid "$CAPWRAP" --dry-run --json -- "$PUBLIC/script"
    assert_equal "$(field '.program.path, .program.interpreters[]')" "$PUBLIC/script"$'\n'"$PROBE"
}

@test "the document of a program with file capabilities contains them" {
    require_root
    cp "$PROBE" "$PUBLIC/probe"
    setcap cap_net_raw=ep "$PUBLIC/probe"
    valid "$CAPWRAP" --dry-run --json --user 1000:1000 --keep NET_RAW -- "$PUBLIC/probe"
    assert_equal "$(field '.notes[].code')" ambient-cleared
    assert_equal "$(field '.program.file_capabilities | tojson')" \
        '{"effective":true,"permitted":["NET_RAW"],"inheritable":[]}'
    valid "$CAPWRAP" --dry-run --json --user 1000:1000 -- "$PUBLIC/probe"
    assert_equal "$(field .outcome,.exit)" $'refused\n126'
}

@test "the document with a note is valid" {
    require_root
    valid "$START_AS" --permitted "$(mask NET_RAW)" --effective "$(mask NET_RAW)" --uid 1000 \
        --gid 1000 --groups none --inheritable "$(mask NET_RAW)" --ambient "$(mask NET_RAW)" -- \
        "$CAPWRAP" --dry-run --json --keep NET_RAW --no-new-privs -- "$PROBE"
    assert_equal "$(field '.notes[].code')" bounding-left
}

@test "the document of --status is valid" {
    valid "$CAPWRAP" --status --json
    assert_equal "$(field .state.uid.real)" "$(id -u)"
    valid "$CAPWRAP" --status=$$ --json
    assert_equal "$(field .pid,.state.securebits)" "$$"$'\nnull'
}

@test "the document of --assert is valid, whatever the outcome" {
    valid "$CAPWRAP" --json --assert=$$ --keep all --groups keep
    assert_equal "$(field .pid,.expected.state.securebits)" "$$"$'\nnull'
    valid "$CAPWRAP" --json --assert=$$ --user 1:1 --keep NET_RAW --want KILL --no-new-privs --disable-userns
    assert_equal "$status" 1
    assert_equal "$(field '.outcome, .expected.filter')" $'different\ntrue'
    valid "$CAPWRAP" --json --assert=$$ --want 63
    assert_equal "$(field '.notes[].code')" want-left-out
}

@test "the document of an error outside of a rehearsal is valid, and has the text of standard error" {
    local line error
    local -a words
    while read -r line; do
        echo "case: $line"
        read -ra words <<<"$line"
        valid "$CAPWRAP" "${words[@]}"
        assert_equal "$status" 125
        error="capwrap: $(field .error.step): $(field .error.text)"$'\n'"  hint: $(field .error.hint)"
        assert_equal "$(field '.outcome, .exit')" $'refused\n125'
        # shellcheck disable=SC2154 # attempt sets stderr
        assert_equal "$stderr" "$error"
    done <<END
--json --status=4194304
--json --status=x
--assert=4194304 --json
--assert=$$ --json --user no-such-user
--json --decode=xyz
--json --list-caps true
--json --status --strict
--json true
--json --no-such-option --status
END
}

@test "without --json, and where standard output cannot be written, there is no such document" {
    attempt "$CAPWRAP" --no-such-option --json --status
    assert_output ''
    attempt "$CAPWRAP" --status=4194304
    assert_output ''
    attempt bash -c 'exec "$@" >/dev/full' sh "$CAPWRAP" --status --json
    # shellcheck disable=SC2154 # attempt sets stderr_lines
    assert_equal "${#stderr_lines[@]}" 2
}

@test "the schema knows exactly the error codes and the steps of the code" {
    run jq -r '."$defs".error.properties.code.enum[]' "$SRC_DIR/docs/json.schema.json"
    assert_equal "$output" "$("$SUPPORT_BIN/facts" codes)"
    run jq -r '."$defs".step.properties.name.enum[]' "$SRC_DIR/docs/json.schema.json"
    assert_equal "$output" "$("$SUPPORT_BIN/facts" table | cut -f 1)"
}
