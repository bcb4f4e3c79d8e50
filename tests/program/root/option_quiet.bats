#!/usr/bin/env bats
# --quiet: no notes.

# shellcheck disable=SC2034 # states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    THREE=$(mask NET_BIND_SERVICE SETUID SETGID)
    THREE_ROOT=("$START_AS" --bounding "$THREE" --)
}

@test "--quiet suppresses the note on the bounding set, and changes nothing else" {
    local option
    FROM=("${THREE_ROOT[@]}")
    for option in -q --quiet; do
        runs "$option" --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
        is_user 1000 1000 1000
        holds_exactly "$NBS" "$THREE"
        quiet
    done
}
