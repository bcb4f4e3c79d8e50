# For tests of capwrap-learn. Source it after support/common.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output, status, stderr

: "${CAPWRAP_LEARN:?is not set: the absolute path of capwrap-learn}"
export ASKS=$SUPPORT_BIN/asks

# learned OPTION... -- COMMAND...: `attempt` of capwrap-learn; what it reports is in $LEARNED, and no
# older report is.
export LEARNED=${PUBLIC-}/learned.json
learned() {
    rm -f "$LEARNED"
    attempt "$CAPWRAP_LEARN" --json -o "$LEARNED" "$@"
}

# told FILTER: a value of that report, for jq.
told() {
    jq -r "$1" "$LEARNED"
}

# needs NAMES [STATE]: the learner ended well, with these capabilities (joined by commas, or nothing).
needs() {
    [[ $status == 0 ]] || told '.reasons[]?' || true
    assert_success
    assert_equal "$(told '.keep | join(",")')" "$1"
    assert_equal "$(told .state)" "${2-observed}"
}

# not_confirmed CODE: the learner said so, and why.
not_confirmed() {
    assert_failure 2
    assert_equal "$(told .state)" "not confirmed"
    run told '.reasons[].code'
    assert_line "$1"
}

# The verdict of one capability, "" when nothing is said of it.
verdict() {
    told ".capabilities[] | select(.name == \"$1\").verdict"
}

# checks NAME: how often it was asked for.
checks() {
    told "[.capabilities[] | select(.name == \"$1\").checks] | add // 0"
}

# limited PATTERN: the code or the text of one of the limits that are told matches.
limited() {
    assert_regex "$(told '.limits[] | .code, .text')" "$1"
}

# Until a file is there; for what another process is to have done first.
wait_for_file() {
    local i
    for ((i = 0; i < 1200; i++)); do
        [[ ! -e $1 ]] || return 0
        sleep 0.05
    done
    fail "$1 did not come"
}

# watch_says PROCESS FILE PATTERN: that learner has written it there; FILE is there.
watch_says() {
    until grep -q "$3" "$2"; do
        kill -0 "$1" 2>/dev/null || fail "it ended: $(cat "$2")"
        sleep 0.02
    done
}
