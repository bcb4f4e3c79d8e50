#!/usr/bin/env bats
# A capwrap that is installed set-user-ID or set-group-ID, or whose real and effective ids differ.

# shellcheck disable=SC2034,SC2154 # bats sets stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
}

@test "capwrap installed set-user-ID root is refused, with any option" {
    require_suid_mount
    install -o root -g root -m 4755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --)
    refuses start started-setid 'uid 1000 and 0' --
    refuses start started-setid 'uid 1000 and 0' -- -n
    refuses start started-setid 'uid 1000 and 0' -- --user 1000:1000
    refuses start started-setid 'uid 1000 and 0' -- --user 33:33
    refuses start started-setid 'uid 1000 and 0' -- --user 0:0 --keep all
    hint_says 'chmod (u-s|[ug+,-]*s|0?755)'
}

@test "capwrap installed set-user-ID of another user is refused" {
    require_suid_mount
    install -o 2000 -g root -m 4755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --)
    refuses start started-setid 'uid 1000 and 2000' --
}

@test "capwrap installed set-group-ID, alone or with set-user-ID, is refused" {
    require_suid_mount
    install -o root -g 2000 -m 2755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --)
    refuses start started-setid 'gid 1000 and 2000' --
    refuses start started-setid 'gid 1000 and 2000' -- -n
    refuses start started-setid 'gid 1000 and 2000' -- --user 1000:2000
    refuses start started-setid 'gid 1000 and 2000' -- --user 33:33
    chmod 6755 "$PUBLIC/capwrap"
    refuses start started-setid '' -- -n
    refuses start started-setid '' -- --user 33:33
}

@test "a set-user-ID bit of capwrap has no effect under no_new_privs and is accepted" {
    install -o root -g root -m 4755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --no-new-privs --)
    runs -- "$PROBE"
    is_user 1000 1000 ''
    assert_line "permitted=$NONE"
}

@test "a real uid that differs from the effective one is refused" {
    local ids option
    for ids in 0,1000,0 1000,0,0 1000,0,1000 1000,1001,1000; do
        FROM=("$START_AS" --uid "$ids" --)
        for option in "" -n; do
            refuses start started-setid "uid ${ids%%,*} and [0-9]" -- $option
            refuses start started-setid "uid ${ids%%,*} and [0-9]" -- $option --user 1000:1000
        done
    done
    FROM=("$START_AS" --uid "0,1000,0" --)
    refuses start started-setid 'uid 0 and 1000' -- --user 1000:1000
    FROM=("$START_AS" --uid "1000,0,0" --)
    refuses start started-setid 'uid 1000 and 0' -- --user 1000:1000
}

@test "a real uid of 0 with another effective uid is refused also under no_new_privs" {
    FROM=("$START_AS" --uid "0,1000,1000" --no-new-privs --)
    refuses start started-setid 'uid 0 and 1000' --
}

@test "a real gid that differs from the effective one is refused" {
    local ids
    for ids in 0,1000,0 1000,0,0 1000,1001,1000; do
        FROM=("$START_AS" --gid "$ids" --)
        refuses start started-setid "gid ${ids%%,*} and [0-9]" --
        refuses start started-setid "gid ${ids%%,*} and [0-9]" -- --user www-data
    done
    FROM=("$START_AS" --gid "0,1000,0" --)
    refuses start started-setid 'gid 0 and 1000' -- --user 1000:1000
    FROM=("$START_AS" --gid "1000,0,1000" --)
    refuses start started-setid 'gid 1000 and 0' --
}
