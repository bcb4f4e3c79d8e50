#!/usr/bin/env bats
# --assert=PID at the command line: what it takes, and what it prints.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

@test "--assert compares a process of this user with what this user would request" {
    sleep 300 3>&- &
    local pid=$!
    until grep -qx sleep "/proc/$pid/comm"; do sleep 0.05; done
    attempt "$CAPWRAP" --assert="$pid" --keep NET_RAW
    kill "$pid"
    assert_failure 1
    quiet
    assert_line "process $pid (sleep): not as asked"
    assert_line --partial 'holds less: NET_RAW'
    refute_line --regexp '^  (uid|gid|groups) '
}

@test "a process id is a decimal number from 1 to 2147483647, given once" {
    local pid
    for pid in 0 00 01 -1 +1 ' 1' '1 ' 0x1 1x self thread-self 1/../1 ../1 2147483648 \
        4294967297 18446744073709551617 '1 2'; do
        echo "case: $pid"
        attempt "$CAPWRAP" --assert="$pid"
        refused assert 'a process id is a decimal number from 1 to 2147483647'
        assert_equal "${stderr_lines[0]#capwrap: assert: "$pid"}" ': a process id is a decimal number from 1 to 2147483647'
        assert_equal "${#stderr_lines[@]}" 2
        assert_output ''
    done
    attempt "$CAPWRAP" --assert=
    refused options 'the value of --assert is empty'
    attempt "$CAPWRAP" --assert=1 --assert=2
    refused assert '--assert was given twice'
    attempt "$CAPWRAP" --assert
    refused options
    attempt "$CAPWRAP" --assert=1 --status
    refused options
}

@test "a process that has exited or never existed is refused" {
    local pid
    true &
    pid=$!
    wait "$pid"
    attempt "$CAPWRAP" --assert="$pid" --json
    refused assert "$pid"
    assert_equal "$(jq -r '"\(.outcome) \(.exit) \(.error.code) \(.error.errno)"' <<<"$output")" \
        'refused 125 no-process ENOENT'
    attempt "$CAPWRAP" --assert 2147483647
    refused assert '/proc/2147483647 cannot be read: No such file or directory'
}

@test "--assert with --dry-run is refused, and no rehearsal is printed" {
    local options
    for options in "--assert=$$ --dry-run" "--dry-run --assert=$$" "--dry-run --assert=$$ --keep none"; do
        echo "case: $options"
        # shellcheck disable=SC2086 # words
        attempt "$CAPWRAP" $options
        refused assert '--assert does not take --dry-run'
        assert_output ''
    done
    attempt "$CAPWRAP" --json --dry-run --assert=$$
    refused assert
    assert_equal "$(jq -r '[.outcome, .error.step] | join(" ")' <<<"$output")" 'refused assert'
}

@test "output that cannot be written is an error" {
    local options
    for options in "--assert=$$" "--json --assert=$$"; do
        # shellcheck disable=SC2086 # words
        attempt bash -c 'exec "$@" >/dev/full' sh "$CAPWRAP" $options
        refused output
        # shellcheck disable=SC2086
        attempt bash -c 'exec "$@" >&-' sh "$CAPWRAP" $options
        refused output
    done
}

@test "the name of a thread is shown without control characters" {
    local name=$'evil\e[31m'
    cp "$(type -P sleep)" "$PUBLIC/$name"
    "$PUBLIC/$name" 300 3>&- &
    local pid=$!
    until [[ $(readlink "/proc/$pid/exe") == *evil* ]]; do sleep 0.05; done
    attempt "$CAPWRAP" --assert="$pid" --keep 0
    kill "$pid"
    assert_failure 1
    refute_regex "$output" $'\e'
    assert_line --regexp "^process $pid \(evil.x1b\[31m\): not as asked$"
    assert_line --regexp "^thread $pid \(evil.x1b\[31m\):$"
}
