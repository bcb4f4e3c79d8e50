#!/usr/bin/env bats
# --dry-run: the transition is made in a child and reported, and the program does not run.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common

@test "--dry-run prints the current state, the goal, the steps and what the program will hold, and runs nothing" {
    local heading found=
    attempt "${AS_ORDINARY[@]}" "$CAPWRAP" --dry-run --no-new-privs -- "${MARKED[@]}"
    assert_success
    did_not_run
    for heading in now: goal: steps: program: 'the program will hold:' 'outcome: it would start'; do
        assert_line "$heading"
    done
    # in this order, each once
    found=$(grep -nE '^(now|goal|steps|program|the program will hold|outcome)' <<<"$output" | cut -d: -f2 |
        paste -sd' ')
    assert_equal "$found" 'now goal steps program the program will hold outcome'
    assert_line --regexp '^ +no_new_privs +no$'
    assert_line --regexp '^ +no_new_privs +yes$'
    assert_line --regexp '^ +path +/.*/probe$'
    assert_line --regexp '^note: .*bounding'
}

@test "--dry-run -v also explains the position of each step" {
    attempt "$CAPWRAP" --dry-run --no-new-privs --keep none -- "$PROBE"
    local plain=$output
    refute_line --partial 'late: only userns'
    assert_line --regexp '^  no-new-privs  on$'
    attempt "$CAPWRAP" --dry-run -v --no-new-privs --keep none -- "$PROBE"
    assert_line --regexp '^ +late: only userns, the proof and execve follow$'
    assert_equal "$(grep -vE '^ {16,}' <<<"$output")" "$plain"
}

@test "--dry-run does not read standard input" {
    run bash -c 'echo "still here" | { "$1" --dry-run -- cat >/dev/null; cat; }' sh "$CAPWRAP"
    assert_output 'still here'
}

@test "--dry-run refuses what a real run refuses, with the same status and messages" {
    local -a words
    local options real real_status
    printf '#!/bin/sh\n' >"$PUBLIC/not-executable"
    while read -r options; do
        echo "case: $options"
        read -ra words <<<"$options"
        real_status=0
        real=$("${AS_ORDINARY[@]}" "$CAPWRAP" -q "${words[@]}" 2>&1 >/dev/null) || real_status=$?
        ((real_status > 124))
        attempt "-$real_status" "${AS_ORDINARY[@]}" "$CAPWRAP" -q --dry-run "${words[@]}"
        assert_equal "$stderr" "$real"
        refute_line 'outcome: it would start'
        attempt "-$real_status" "${AS_ORDINARY[@]}" "$CAPWRAP" -q --dry-run --json "${words[@]}"
        assert_equal "$stderr" "$real"
        assert_equal "$(jq .exit <<<"$output")" "$real_status"
        assert_equal "$(jq -r .outcome <<<"$output")" refused
        assert_equal "$(jq -r '"capwrap: \(.error.step): \(.error.text)\n  hint: \(.error.hint)"' <<<"$output")" "$real"
    done <<END
--user no-such-user true
--user 4294967296 true
--user 1:2 true
--groups 5 true
--keep chown true
--keep nope true
--lock-securebits true
--strict true
--user 12345 true
--no-such-option true
$PUBLIC/not-executable
$PUBLIC/no-such-file
no-such-command
END
}

@test "--dry-run prints an error once on standard error" {
    attempt "${AS_ORDINARY[@]}" "$CAPWRAP" --dry-run --keep chown -- "${MARKED[@]}"
    refused keep CHOWN
}

@test "control characters in names of files do not reach the terminal" {
    local evil=$'x\e[31m\x07'
    printf '#!%s\n' "$PUBLIC/$evil" >"$PUBLIC/script"
    cp "$(type -P true)" "$PUBLIC/$evil"
    chmod 755 "$PUBLIC/script" "$PUBLIC/$evil"
    attempt "$CAPWRAP" --dry-run -- "$PUBLIC/$evil"
    assert_success
    refute_regex "$output$stderr" $'[\e\x07]'
    attempt "$CAPWRAP" --dry-run -- "$PUBLIC/script"
    assert_success
    refute_regex "$output$stderr" $'[\e\x07]'
    attempt "$CAPWRAP" --dry-run --json -- "$PUBLIC/script"
    assert_equal "$(jq -r '.program.interpreters[0]' <<<"$output")" "$PUBLIC/$evil"
    refute_regex "$output$stderr" $'[\e\x07]'
}
