#!/usr/bin/env bats
# Who the program is: user, group and supplementary groups, with the machine's own database.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

setup() {
    require_root
}

# as USER...: what the program is when root starts it with these options; one user with groups that
# must not be left over is the caller.
become() {
    attempt "$START_AS" --groups 0,4,27,54321 -- "$CAPWRAP" "$@" -- "$PROBE"
}

refuses() {
    refused_by "$1" "$2" "$START_AS" --groups 0,4,27,54321 -- "$CAPWRAP" "${@:3}"
}

ascending() {
    tr ' ' '\n' <<<"$1" | sort -nu | paste -sd, -
}

# ---- who ----

@test "a user's name gives its uid, its own group and its own supplementary groups" {
    local user
    for user in www-data daemon nobody games mail; do
        become --user "$user"
        is_user "$(id -u "$user")" "$(id -g "$user")" "$(ascending "$(id -G "$user")")"
        quiet
    done
}

@test "a uid with an entry is the same as its name" {
    local user named
    for user in www-data daemon nobody; do
        become --user "$user"
        named=$(grep -v '^ppid=\|^pid=\|^session_keyring=' <<<"$output")
        become --user "$(id -u "$user")"
        assert_success
        assert_equal "$(grep -v '^ppid=\|^pid=\|^session_keyring=' <<<"$output")" "$named"
        quiet
    done
}

@test "an explicit group is the only group" {
    become --user www-data:daemon
    is_user "$(id -u www-data)" "$(id -g daemon)" "$(id -g daemon)"
    quiet
    become --user "$(id -u www-data):$(id -g daemon)"
    is_user "$(id -u www-data)" "$(id -g daemon)" "$(id -g daemon)"
    become --user "www-data:$(id -g daemon)"
    is_user "$(id -u www-data)" "$(id -g daemon)" "$(id -g daemon)"
    become --user "$(id -u www-data):daemon"
    is_user "$(id -u www-data)" "$(id -g daemon)" "$(id -g daemon)"
}

@test "a uid without an entry is refused without a group" {
    run ! getent passwd 54321
    refuses user 54321 --user 54321
    refuses user 54321 --user 54321 --groups none
    refuses user 54321 --user 54321 --groups 5
    refuses user 54321 --user 54321 --groups keep
    refuses user 54321 --user 54321 --groups init
}

@test "a uid without an entry runs with the group beside it" {
    become --user 54321:54322
    is_user 54321 54322 54322
    quiet
    become --user 54321:daemon
    is_user 54321 "$(id -g daemon)" "$(id -g daemon)"
    become --user 4294967294:4294967294
    is_user 4294967294 4294967294 4294967294
}

@test "group 0 is the program's only where it was named" {
    become --user 54321:0
    is_user 54321 0 0
    become --user 54321:root
    is_user 54321 0 0
}

@test "root to root: root's own group and groups from the database" {
    become --user root
    is_user 0 0 "$(ascending "$(id -G root)")"
    quiet
    become --user 0:0
    is_user 0 0 0
    quiet
}

@test "all four uids and all four gids change" {
    attempt "$START_AS" --uid 0,0,1000 --gid 0,0,1001 --permitted all -- \
        "$CAPWRAP" --user 5:6 -- "$PROBE"
    is_user 5 6 6
    quiet
}

@test "without --user the identity stays" {
    become
    is_user 0 0 0,4,27,54321
    quiet
    attempt "$START_AS" --uid 77 --gid 78 --groups 79,80 -- "$CAPWRAP" -q -- "$PROBE"
    is_user 77 78 79,80
}

@test "a saved uid of root that was left over is not there for the program" {
    attempt "$START_AS" --uid 77,77,0 --gid 78 --groups 78 -- "$CAPWRAP" --user 77:78 -n -- "$PROBE"
    is_user 77 78 78
}

# ---- supplementary groups ----

@test "--groups none leaves the primary group alone, never an empty list" {
    become --user www-data --groups none
    is_user "$(id -u www-data)" "$(id -g www-data)" "$(id -g www-data)"
    become --user 54321:54322 --groups none
    is_user 54321 54322 54322
    become --groups none
    is_user 0 0 0
    quiet
}

@test "--groups LIST takes names and numbers, adds the primary group and knows no duplicates" {
    become --user www-data --groups "daemon,7,54321,daemon,7,$(id -g daemon)"
    is_user "$(id -u www-data)" "$(id -g www-data)" \
        "$(ascending "$(id -g daemon) 7 54321 $(id -g www-data)")"
    become --user www-data:mail --groups 9
    is_user "$(id -u www-data)" "$(id -g mail)" "$(ascending "$(id -g mail) 9")"
    become --user www-data:mail --groups mail
    is_user "$(id -u www-data)" "$(id -g mail)" "$(id -g mail)"
    become --groups 9
    is_user 0 0 0,9
}

@test "a list may name group 0" {
    become --user 54321:54322 --groups 0
    is_user 54321 54322 0,54322
}

@test "--groups keep leaves the caller's list as it is" {
    become --user www-data --groups keep
    is_user "$(id -u www-data)" "$(id -g www-data)" 0,4,27,54321
    become --groups keep
    is_user 0 0 0,4,27,54321
}

@test "--groups init is the database's list, beside an explicit group too" {
    become --user www-data --groups init
    is_user "$(id -u www-data)" "$(id -g www-data)" "$(ascending "$(id -G www-data)")"
}

@test "the supplementary groups of root are never kept by default" {
    local user
    for user in www-data www-data:daemon 54321:54322 root 0:0; do
        become --user "$user"
        assert_success
        refute_regex ",$(value_of groups)," ',(4|27|54321),'
    done
}

@test "a list as long as one argument can be is set whole" {
    local list
    list=$(seq -s, 100000 118000)
    ((${#list} > 125000))
    attempt "$CAPWRAP" --user 54321:100000 --groups "$list" -- "$PROBE" --only groups
    assert_success
    assert_output "groups=$list"
    quiet
}

# ---- what the start must look like ----

@test "a real uid that differs from the effective one is refused" {
    local ids
    for ids in 0,1000,0 1000,0,0 1000,0,1000 1000,1001,1000; do
        echo "case: $ids"
        attempt "$START_AS" --uid "$ids" -- "$CAPWRAP" -n -- "${MARKED[@]}"
        refused start
        attempt "$START_AS" --uid "$ids" -- "$CAPWRAP" -n --user 1000:1000 -- "${MARKED[@]}"
        refused start
    done
}

@test "a real gid that differs from the effective one is refused" {
    local ids
    for ids in 0,1000,0 1000,0,0 1000,1001,1000; do
        echo "case: $ids"
        attempt "$START_AS" --gid "$ids" -- "$CAPWRAP" -- "${MARKED[@]}"
        refused start
        attempt "$START_AS" --gid "$ids" -- "$CAPWRAP" --user www-data -- "${MARKED[@]}"
        refused start
    done
}

@test "capwrap installed setuid or setgid is refused" {
    local mode
    for mode in u+s g+s ug+s; do
        install -m 755 "$CAPWRAP" "$PUBLIC/setid"
        chgrp 54321 "$PUBLIC/setid"
        chmod "$mode" "$PUBLIC/setid"
        attempt as_user 1000 1000 -- "$PUBLIC/setid" -n -- "${MARKED[@]}"
        refused start
        attempt as_user 1000 1000 -- "$PUBLIC/setid" --user 33:33 -- "${MARKED[@]}"
        refused start
    done
}

# ---- who it already is ----

@test "the identity that is there already takes no privilege" {
    attempt "$START_AS" --uid 77 --gid 78 --groups 78 --bounding 0 -- \
        "$CAPWRAP" --user 77:78 -- "$PROBE"
    is_user 77 78 78
    quiet
    attempt "$START_AS" --uid 77 --gid 78 --groups 9,10 --bounding 0 -- \
        "$CAPWRAP" --user 77:78 --groups keep -- "$PROBE"
    is_user 77 78 9,10
    quiet
    attempt "$START_AS" --uid 77 --gid 78 --groups 9,78 --bounding 0 -- \
        "$CAPWRAP" --user 77:78 --groups 9 -- "$PROBE"
    is_user 77 78 9,78
    quiet
    attempt "$START_AS" --uid 33 --gid 33 --groups 33 --bounding 0 -- \
        "$CAPWRAP" --user www-data -- "$PROBE"
    is_user 33 33 33
    quiet
}

@test "what differs from what is there takes its capability, and is refused without" {
    local -a start=("$START_AS" --uid 77 --gid 78 --groups 78 --bounding 0 --)
    attempt "${start[@]}" "$CAPWRAP" --user 79:78 -- "${MARKED[@]}"
    refused '(uid|keyring)' 'SETUID'
    attempt "${start[@]}" "$CAPWRAP" --user 77:80 --groups keep -- "${MARKED[@]}"
    refused gid 'SETGID'
    attempt "${start[@]}" "$CAPWRAP" --user 77:78 --groups 5 -- "${MARKED[@]}"
    refused groups 'SETGID'
}
