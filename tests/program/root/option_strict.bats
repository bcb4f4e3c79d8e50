#!/usr/bin/env bats
# --strict: notes are errors.

# shellcheck disable=SC2034 # states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    THREE=$(mask NET_BIND_SERVICE SETUID SETGID)
    THREE_ROOT=("$START_AS" --bounding "$THREE" --)
}

@test "--strict refuses a wide bounding set also under no_new_privs" {
    FROM=("${THREE_ROOT[@]}")
    refuses bounding strict -- --strict --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE
    FROM=("$START_AS" --bounding "$THREE" --no-new-privs --)
    refuses bounding strict -- --strict --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "--strict refuses an ordinary user's wide bounding set" {
    FROM=("${ORDINARY[@]}" --)
    refuses bounding strict -- --strict
    refuses bounding strict -- --strict --no-new-privs
}

@test "--strict accepts an ordinary user's empty bounding set, without a note" {
    FROM=("${ORDINARY[@]}" --bounding 0 --)
    runs --strict -- "$PROBE"
    holds_exactly "$NONE"
    quiet
}

@test "--strict refuses a program whose file capabilities clear the ambient set" {
    install -m 755 "$PROBE" "$PUBLIC/target"
    setcap cap_net_bind_service=ep "$PUBLIC/target"
    refuses program strict "$PUBLIC/target" -- --strict --user 1000:1000 --keep NET_BIND_SERVICE -- \
        "$PUBLIC/target" --marker "$MARKER"
}
