#!/usr/bin/env bats
# --want: capabilities that the program holds if they are permitted, and runs without otherwise.

# shellcheck disable=SC2034,SC2154 # run sets stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
}

@test "a capability that is permitted is held, as with --keep" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW IPC_LOCK SETUID SETGID SETPCAP)" --)
    runs --user 1000:1000 --want NET_RAW,IPC_LOCK -- "$PROBE"
    assert_line "permitted=$(mask NET_RAW IPC_LOCK)"
    assert_line "ambient=$(mask NET_RAW IPC_LOCK)"
    assert_equal "$stderr" ''
}

@test "a wanted capability that is not permitted is left out, and a note names it" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETUID SETGID SETPCAP)" --)
    runs --user 1000:1000 --want NET_RAW,IPC_LOCK --want 0 -- "$PROBE"
    assert_line "permitted=$(mask NET_RAW)"
    assert_equal "$stderr" \
        'capwrap: note: CHOWN,IPC_LOCK: wanted, and not permitted here: the program starts without'
    dry_run --user 1000:1000 --want NET_RAW,IPC_LOCK -- "$PROBE"
    assert_equal "$(jq -r '.notes[] | "\(.code) \(.text)"' <<<"$output")" \
        'want-left-out IPC_LOCK: wanted, and not permitted here: the program starts without'
}

@test "an ordinary user without capabilities gets no wanted capability, and the program starts" {
    FROM=("${ORDINARY[@]}" --)
    runs --want NET_RAW --no-new-privs -- "$PROBE"
    assert_line "permitted=$NONE"
}

@test "--strict refuses a wanted capability that would be left out" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETUID SETGID SETPCAP)" --)
    refuses want strict 'IPC_LOCK: wanted, and not permitted here' -- \
        --user 1000:1000 --strict --want NET_RAW,IPC_LOCK
    hint_says 'leave out --strict, or --want'
    runs --user 1000:1000 --strict --want NET_RAW -- "$PROBE"
}

@test "a capability in both lists has to be permitted" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETUID SETGID SETPCAP)" --)
    refuses keep cap-not-permitted IPC_LOCK -- --user 1000:1000 --want IPC_LOCK --keep IPC_LOCK
}

@test "a capability that this kernel does not have is left out" {
    runs --user 1000:1000 --want 63 --keep NET_RAW -- "$PROBE"
    assert_line "permitted=$(mask NET_RAW)"
}

@test "an empty element, an unknown name, all and none are refused" {
    local list
    for list in ',' 'NET_RAW,' ',NET_RAW' 'NET_RAW,,CHOWN'; do
        refuses want usage "the list '$list' has an empty element" -- --want "$list"
    done
    for list in all none NOSUCH 64 NET_RAW,nosuch; do
        refuses want usage "'${list#*,}' is not a capability" -- --want "$list"
    done
    hint_says 'capwrap --list-caps'
}
