# For tests of capwrap-learn. Source this after support/common.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output, status, stderr

: "${CAPWRAP_LEARN:?is not set: the absolute path of capwrap-learn}"
export ASKS=$SUPPORT_BIN/asks

# learned OPTION... -- COMMAND...: runs `attempt` with capwrap-learn; its report is in $LEARNED, an older one is
# removed.
export LEARNED=${PUBLIC-}/learned.json
learned() {
    rm -f "$LEARNED"
    attempt "$CAPWRAP_LEARN" --json -o "$LEARNED" "$@"
}

# told FILTER: prints a value of that report, by a jq filter.
told() {
    jq -r "$1" "$LEARNED"
}

# needs NAMES [STATE]: asserts success and these capabilities (joined by commas, or nothing).
needs() {
    [[ $status == 0 ]] || told '.reasons[]?' || true
    assert_success
    assert_equal "$(told '.keep | join(",")')" "$1"
    assert_equal "$(told .state)" "${2-observed}"
}

# not_confirmed CODE: asserts that the answer was not confirmed, and the code of the reason.
not_confirmed() {
    assert_failure 2
    assert_equal "$(told .state)" "not confirmed"
    run told '.reasons[].code'
    assert_line "$1"
}

# Prints the verdict on one capability, "" if the report does not mention it.
verdict() {
    told ".capabilities[] | select(.name == \"$1\").verdict"
}

# checks NAME: prints how often the capability was asked for.
checks() {
    told "[.capabilities[] | select(.name == \"$1\").checks] | add // 0"
}

# limited PATTERN: asserts that the code or the text of one of the reported limits matches.
limited() {
    assert_regex "$(told '.limits[] | .code, .text')" "$1"
}

# Waits until a file exists that another process creates.
wait_for_file() {
    local i
    for ((i = 0; i < 1200; i++)); do
        [[ ! -e $1 ]] || return 0
        sleep 0.05
    done
    fail "$1 did not come"
}

# watch_says PROCESS FILE PATTERN: waits until that process of capwrap-learn has written the pattern to FILE.
watch_says() {
    until grep -q "$3" "$2"; do
        kill -0 "$1" 2>/dev/null || fail "it ended: $(cat "$2")"
        sleep 0.02
    done
}
