#!/usr/bin/env bats
# The bounding set: narrowed to what is kept, which needs CAP_SETPCAP, or left under no_new_privs.

load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    THREE=$(mask NET_BIND_SERVICE SETUID SETGID)
    THREE_ROOT=("$START_AS" --bounding "$THREE" --)
    # the bounding set is at its goal already, and what changes ids is inheritable
    NARROW_ROOT=("$START_AS" --inheritable "$(mask SETUID SETGID)" --bounding "$NBS" --)
}

@test "the bounding set is narrowed to what is kept" {
    FROM=("$START_AS" --bounding "$(mask setuid setgid setpcap net_raw chown)" --)
    runs --user www-data --keep net_raw,chown -- "$PROBE"
    holds_exactly "$(mask net_raw chown)"
    quiet
}

@test "SETPCAP can be kept, and then the bounding set is SETPCAP only" {
    FROM=("$START_AS" --bounding "$(mask SETPCAP SETUID SETGID KILL)" --)
    runs --user 1000:1000 --keep SETPCAP -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$(mask SETPCAP)"
    quiet
}

# ---- without CAP_SETPCAP ----

@test "without SETPCAP a bounding set that is at its goal is accepted" {
    local few
    FROM=("${NARROW_ROOT[@]}")
    assert_equal "$("${FROM[@]}" "$PROBE" --only permitted)" "permitted=$THREE"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
    few=$(mask SETUID SETGID)
    FROM=("$START_AS" --bounding "$few" --permitted "$few" --)
    runs --user www-data --keep setuid,setgid -- "$PROBE"
    holds_exactly "$few"
    quiet
}

@test "without SETPCAP an empty bounding set is accepted, also with --strict" {
    FROM=("$START_AS" --inheritable "$(mask SETUID SETGID)" --bounding 0 --)
    runs --strict --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    quiet
}

@test "without SETPCAP a wide bounding set is refused, and the hint names both remedies" {
    FROM=("${THREE_ROOT[@]}")
    refuses bounding need-setpcap SETPCAP -- --user 1000:1000 --keep NET_BIND_SERVICE
    hint_says '(--no-new-privs.* or .*SETPCAP|SETPCAP.* or .*--no-new-privs)'
    refuses bounding need-setpcap SETPCAP -- --strict --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "without SETPCAP --no-new-privs lets the bounding set stay wide, with one note" {
    FROM=("${THREE_ROOT[@]}")
    runs --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS" "$THREE"
    assert_line no_new_privs=1
    noted 'bounding'
}
