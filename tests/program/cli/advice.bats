#!/usr/bin/env bats
# What people type first, and the hint that they get: it names the words that were typed, and the line that it
# shows can be pasted.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

# advises STATUS STEP HINT -- ARGUMENT...: capwrap ARGUMENT... is refused at this step, and the hint is HINT.
advises() {
    local wanted=$1 step=$2 hint=$3
    shift 4
    printf 'case:'
    printf ' %q' "$@"
    printf '\n'
    run "-$wanted" --separate-stderr "$CAPWRAP" "$@"
    failed_with "$wanted" "$step"
    assert_equal "${stderr_lines[1]}" "  hint: $hint"
}

@test "USER where COMMAND belongs, as gosu has it: the hint is the same line with --user" {
    advises 127 program 'root is a user: did you mean capwrap --user root -- id' -- root id
    advises 127 program 'root is a user: did you mean capwrap --user root -- id -u' -- root id -u
    advises 127 program 'root:root is a user: did you mean capwrap --user root:root -- id' -- root:root id
    advises 127 program '1000:1000 is a user: did you mean capwrap --user 1000:1000 -- ls /' -- 1000:1000 ls /
    advises 127 program '1000 is a user: did you mean capwrap --user 1000 -- COMMAND' -- 1000
    # shellcheck disable=SC2016 # not to be expanded
    advises 127 program 'root is a user: did you mean capwrap --user root -- sh -c ...' -- root sh -c 'echo $0'
}

@test "USER where COMMAND belongs, in the dry run" {
    run -127 --separate-stderr "$CAPWRAP" --dry-run root id
    assert_regex "$stderr" 'hint: root is a user: did you mean capwrap --user root -- id$'
}

@test "a name that is no user, or a user beside --user, gets the hint of every missing program" {
    local plain='check the name and PATH, or give the whole path'
    advises 127 program "$plain" -- no-such-program id
    advises 127 program "$plain" -- :root id
    advises 127 program "$plain" -- --user "$(id -u):$(id -g)" --groups keep -- root id
    advises 127 program "$plain" -- ''
    advises 127 program "$plain" -- "$(printf 'x%.0s' {1..150})" id
}

@test "--status 1, --version extra: what to write instead" {
    advises 125 options 'write --status=1' -- --status 1
    advises 125 options 'leave out extra' -- --version extra
    advises 125 options 'leave out id' -- --list-caps id
    advises 125 options 'leave out one of the two' -- -qv id
}

@test "a mistyped option: the nearest one" {
    advises 125 options 'write --no-new-privs' -- --no-new-priv id
    advises 125 options 'write --keep' -- --kep NET_RAW id
    advises 125 options 'see capwrap --help' -- --reuid=1 id
}

@test "capabilities as other tools write them: the list that --keep takes" {
    local name
    for name in NET_RAW+ep cap_net_raw=p +net_raw net-raw cap-net-raw NETRAW '"NET_RAW"'; do
        advises 125 keep 'write --keep NET_RAW (commas separate names)' -- --keep "$name" id
    done
    advises 125 keep 'write --keep CHOWN,KILL (commas separate names)' -- --keep 'CAP_CHOWN CAP_KILL' id
    advises 125 keep 'name capabilities as capwrap --list-caps does, separated by commas' -- --keep NOPE id
    advises 125 want 'write --want NET_RAW (commas separate names)' -- --want NET_RAW+ep id
}

@test "ALL and NONE are all and none" {
    run -0 "$CAPWRAP" --keep ALL true
    run -0 "$CAPWRAP" --keep None true
}

@test "a control character, a blank or a quote in a name is named" {
    local crlf='remove the carriage return from the value: it comes from a file with CRLF line ends'
    advises 125 user "$crlf" -- --user $'1002\r:1000\r' id
    advises 125 user "$crlf" -- --user $'nobody-here\r' id
    advises 125 groups "$crlf" -- --groups $'5\r' id
    advises 127 program "$crlf" -- $'id\r'
    advises 125 user 'remove the quote from the value' -- --user '"root"' id
    advises 125 user 'remove the blank from the value' -- --user 'root ' id
    advises 125 user 'remove the control character from the value' -- --user $'ro\xe2\x80\x8bot' id
    advises 127 program 'write the program and each argument as a word of its own: the name holds a blank' -- 'id -u'
    run -125 --separate-stderr "$CAPWRAP" --keep $'CHOWN\r' id
    assert_regex "$stderr" ": it holds a carriage return"$'\n'"  hint: write --keep CHOWN \(commas"
}
