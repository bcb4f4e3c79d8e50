#!/usr/bin/env bats
# An ordinary user whose capabilities survive execve: they are ambient.

# shellcheck disable=SC2034 # states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    THREE=$(mask NET_BIND_SERVICE SETUID SETGID)
}

# ambient_user MASK [BOUNDING]: uid 1000 whose capabilities survive execve
ambient_user() {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$1" --effective "$1"
        --inheritable "$1" --ambient "$1" ${2:+--bounding "$2"} --)
}

@test "an ambient capability is kept without any other privilege" {
    local two
    ambient_user "$NBS" "$NBS"
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
    two=$(mask NET_RAW NET_BIND_SERVICE)
    ambient_user "$two" "$two"
    runs --strict --keep NET_RAW,NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$two"
    quiet
}

@test "an ambient capability that is not kept is dropped" {
    ambient_user "$THREE" "$NBS"
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "every ambient capability is dropped if nothing is kept" {
    ambient_user "$THREE" 0
    runs -- "$PROBE"
    holds_exactly "$NONE"
}

@test "an ambient capability outside the bounding set is kept" {
    ambient_user "$NBS" 0
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$NONE"
}

@test "with capabilities outside --keep in the bounding set, SETPCAP is required" {
    ambient_user "$NBS"
    refuses bounding need-setpcap SETPCAP -- --keep NET_BIND_SERVICE
    refuses bounding need-setpcap SETPCAP --
}

@test "under --no-new-privs the bounding set stays, with one note" {
    local two
    ambient_user "$NBS"
    runs --no-new-privs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$("$PROBE" --only bounding | cut -d= -f2)"
    noted bounding
    two=$(mask NET_RAW NET_BIND_SERVICE)
    ambient_user "$two" "$two"
    runs --no-new-privs --keep NET_RAW -- "$PROBE"
    holds_exactly "$(mask NET_RAW)" "$two"
    noted bounding
}

@test "with SETPCAP among the ambient capabilities the bounding set is narrowed" {
    ambient_user "$(mask SETPCAP NET_BIND_SERVICE)"
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
}

@test "with ambient SETUID, SETGID and SETPCAP the program runs as another user" {
    ambient_user "$(mask SETPCAP SETUID SETGID NET_BIND_SERVICE)"
    runs --strict --user 2000:3000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 2000 3000 3000
    holds_exactly "$NBS"
    quiet
}

@test "with ambient SETUID, SETGID and SETPCAP the program runs as root with the kept capability only" {
    ambient_user "$(mask SETPCAP SETUID SETGID NET_BIND_SERVICE)"
    runs --strict --user 0:0 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 0 0 0
    holds_exactly "$NBS"
    quiet
}
