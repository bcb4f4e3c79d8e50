#!/usr/bin/env bats
# What the caller passes on besides ids and capabilities: limits, signals, arguments.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
}

teardown() {
    end_background
}

@test "execve fails with EAGAIN if RLIMIT_NPROC of the user is reached: 126, and the limit is named" {
    # the kernel looks at the limit when the uid changes, and does not count the process itself yet
    in_background sleep "$START_AS" --uid 23456 --gid 23456 --groups none -- sleep 300
    in_background sleep "$START_AS" --uid 23456 --gid 23456 --groups none -- sleep 300
    FROM=("$START_AS" --nproc 1 --)
    attempt "${FROM[@]}" "$CAPWRAP" --user 23456:23456 -- "${MARKED[@]}"
    failed_with 126 exec 'RLIMIT_NPROC'
    error_says 'Resource temporarily unavailable'

    # a rehearsal asks the kernel; before Linux 6.14 only execve can know
    dry_run --user 23456:23456 -- "${MARKED[@]}"
    if [[ $(printf '%s\n' 6.14 "$(uname -r)" | sort -V | head -n 1) == 6.14 ]]; then
        assert_equal "$(jq -r '"\(.exit) \(.error.step) \(.error.code)"' <<<"$output")" \
            '126 exec process-limit'
    else
        assert_success
    fi

    FROM=("$START_AS" --nproc 3 --)
    runs --user 23456:23456 -- "$PROBE"
    is_user 23456 23456 23456
}

@test "the program inherits the disposition of SIGPIPE, with a note and without" {
    for signal in default ignore; do
        attempt as_user 1000 1000 -- env "--$signal-signal=PIPE" "$CAPWRAP" -- \
            grep SigIgn: /proc/self/status
        noted
        local ignored=$((16#${output##*[[:space:]]} >> 12 & 1))
        [[ $signal == default && $ignored == 0 ]] || [[ $signal == ignore && $ignored == 1 ]]
    done
}

@test "an empty argument list is a usage error" {
    attempt "$START_AS" --empty-argv -- "$CAPWRAP"
    assert_equal "$status" 125
    error_says '^capwrap: options: '
}

@test "an argument list of two megabytes reaches the program complete" {
    local long count=15
    printf -v long '%0131000d' 0
    local arguments=()
    for ((i = 0; i < count; i++)); do arguments+=("$long"); done
    FROM=(/usr/bin/env -i)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE" \
        "${arguments[@]}"
    holds_exactly "$NBS"
    assert_line "argc=$((count + 1))"
}

@test "an argument list that is too long with the program's environment: 126, and the error names this cause" {
    local long home count=15
    printf -v long '%0131000d' 0
    printf -v home '/%0131000d' 0
    local arguments=("${long:0:100000}")
    for ((i = 0; i < count; i++)); do arguments+=("$long"); done
    echo "far:x:1000:1000::$home:/bin/sh" >"$PUBLIC/passwd"
    echo "far:x:1000:" >"$PUBLIC/group"
    FROM=(with_users "$PUBLIC/passwd" "$PUBLIC/group" -- /usr/bin/env -i)
    attempt "${FROM[@]}" "$CAPWRAP" --user far -- "${MARKED[@]}" "${arguments[@]}"
    failed_with 126 exec 'Argument list too long'
}
