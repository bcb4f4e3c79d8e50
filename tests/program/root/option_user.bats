#!/usr/bin/env bats
# --user: the user and the group that the program runs as, with the machine's own user database.
# The caller is root with supplementary groups that must not be left over.

# shellcheck disable=SC2034,SC2154 # run sets output and stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    FROM=("$START_AS" --groups "0,4,27,54321" --)
}

# become OPTION...: capwrap starts the probe with these options, as the dry run has said.
become() {
    runs "$@" -- "$PROBE"
}

ascending() {
    tr ' ' '\n' <<<"$1" | sort -nu | paste -sd, -
}

@test "the name of a user means its UID, its primary group and its supplementary groups" {
    local user
    for user in www-data daemon nobody games mail; do
        become --user "$user"
        is_user "$(id -u "$user")" "$(id -g "$user")" "$(ascending "$(id -G "$user")")"
        quiet
    done
}

@test "the UID of a user that has an entry means the same as the name" {
    local user named
    for user in www-data daemon nobody; do
        become --user "$user"
        named=$(grep -v '^ppid=\|^pid=\|^session_keyring=' <<<"$output")
        become --user "$(id -u "$user")"
        assert_equal "$(grep -v '^ppid=\|^pid=\|^session_keyring=' <<<"$output")" "$named"
        quiet
    done
}

@test "with USER:GROUP the program has that group and no other" {
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

@test "a uid without an entry is refused where no group is given" {
    run ! getent passwd 54321
    refuses user group-needed 54321 -- --user 54321
    refuses user group-needed 54321 -- --user 54321 --groups none
    refuses user group-needed 54321 -- --user 54321 --groups 5
    refuses user group-needed 54321 -- --user 54321 --groups keep
    refuses user group-needed 54321 -- --user 54321 --groups init
}

@test "a uid without an entry runs with the group that is given" {
    become --user 54321:54322
    is_user 54321 54322 54322
    quiet
    become --user 54321:daemon
    is_user 54321 "$(id -g daemon)" "$(id -g daemon)"
    become --user 4294967294:4294967294
    is_user 4294967294 4294967294 4294967294
}

@test "the program has group 0 only if it was named" {
    become --user 54321:0
    is_user 54321 0 0
    become --user 54321:root
    is_user 54321 0 0
}

@test "--user root as root: root's groups come from the database" {
    become --user root
    is_user 0 0 "$(ascending "$(id -G root)")"
    quiet
    become --user 0:0
    is_user 0 0 0
    quiet
}

@test "all four uids and all four gids change" {
    FROM=("$START_AS" --uid "0,0,1000" --gid "0,0,1001" --permitted all --)
    become --user 5:6
    is_user 5 6 6
    quiet
}

@test "without --user the IDs and groups stay" {
    become
    is_user 0 0 0,4,27,54321
    quiet
    FROM=("$START_AS" --uid 77 --gid 78 --groups "79,80" --)
    become -q
    is_user 77 78 79,80
}

@test "a saved uid of 0 is replaced" {
    FROM=("$START_AS" --uid "77,77,0" --gid 78 --groups 78 --)
    become --user 77:78 -n
    is_user 77 78 78
}

# ---- the caller is that user already ----

@test "a caller that is the target user already needs no privilege" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted 0 --effective 0 --)
    become --user 1000:1000
    is_user 1000 1000 1000
    assert_line "permitted=$NONE"
    assert_line "effective=$NONE"
    assert_line "inheritable=$NONE"
    assert_line "ambient=$NONE"
    noted bounding
    FROM=("$START_AS" --uid 77 --gid 78 --groups "9,10" --bounding 0 --)
    become --user 77:78 --groups keep
    is_user 77 78 9,10
    quiet
    FROM=("$START_AS" --uid 77 --gid 78 --groups "9,78" --bounding 0 --)
    become --user 77:78 --groups 9
    is_user 77 78 9,78
    quiet
    FROM=("$START_AS" --uid 33 --gid 33 --groups 33 --bounding 0 --)
    become --user www-data
    is_user 33 33 33
    quiet
}

@test "a caller with another primary group than the target's needs CAP_SETGID" {
    FROM=("$START_AS" --uid 1000 --gid 2000 --groups 1000 --permitted 0 --effective 0
        --bounding 0 --)
    refuses gid need-setgid SETGID -- --user 1000:1000
    FROM=("$START_AS" --uid 77 --gid 78 --groups 78 --bounding 0 --)
    refuses gid need-setgid SETGID -- --user 77:80 --groups keep
}

@test "another user needs CAP_SETUID" {
    FROM=("${ORDINARY[@]}" --bounding 0 --)
    refuses groups need-setuid 'SETGID.*SETUID|SETUID.*SETGID' -- --user 1001:1001
    refuses uid need-setuid SETUID -- --groups keep --user 1001:1000
    FROM=("$START_AS" --uid 77 --gid 78 --groups 78 --bounding 0 --)
    refuses uid need-setuid SETUID -- --user 79:78
}

@test "all missing capabilities are named in one error" {
    FROM=("${ORDINARY[@]}" --)
    refuses groups need-setuid SETUID -- --user 1001:1001
    for cap in SETUID SETGID SETPCAP; do error_says "$cap"; done
}

@test "root with few capabilities needs SETGID and SETUID to run the program as another user" {
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETUID SETPCAP)" --)
    refuses groups need-setgid SETGID -- --user 1000:1000 --keep NET_BIND_SERVICE
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETGID SETPCAP)" --)
    refuses uid need-setuid SETUID -- --user 1000:1000 --keep NET_BIND_SERVICE
}
