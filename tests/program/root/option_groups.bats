#!/usr/bin/env bats
# --groups: the supplementary groups of the program, with the machine's own user database.
# The caller is root with supplementary groups that must not be left over.

# shellcheck disable=SC2154 # run sets output and stderr
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

@test "--groups none leaves the primary group, never an empty list" {
    become --user www-data --groups none
    is_user "$(id -u www-data)" "$(id -g www-data)" "$(id -g www-data)"
    become --user 54321:54322 --groups none
    is_user 54321 54322 54322
    become --groups none
    is_user 0 0 0
    quiet
}

@test "--groups LIST takes names and numbers, adds the primary group and removes duplicates" {
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

@test "--groups LIST may name group 0" {
    become --user 54321:54322 --groups 0
    is_user 54321 54322 0,54322
}

@test "--groups keep leaves the caller's list as it is" {
    become --user www-data --groups keep
    is_user "$(id -u www-data)" "$(id -g www-data)" 0,4,27,54321
    become --groups keep
    is_user 0 0 0,4,27,54321
}

@test "the caller's supplementary groups are not kept by default" {
    local user
    for user in www-data www-data:daemon 54321:54322 root 0:0; do
        become --user "$user"
        refute_regex ",$(value_of groups)," ',(4|27|54321),'
    done
}

@test "a list of the length of the longest argument is set whole" {
    local list
    list=$(seq -s, 100000 118000)
    ((${#list} > 125000))
    attempt "$CAPWRAP" --user 54321:100000 --groups "$list" -- "$PROBE" --only groups
    assert_success
    assert_output "groups=$list"
    quiet
}

@test "groups that are as requested already are not set again" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups "1000,2000" --permitted 0 --effective 0 --)
    become --user 1000:1000 --groups 1000,2000
    is_user 1000 1000 1000,2000
    FROM+=(strace -qq -o "$PUBLIC/trace" -e "trace=setgroups,setresgid")
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --groups 1000,2000 -- "$PROBE"
    is_user 1000 1000 1000,2000
    # the trace sees capwrap: the ids that are right already are set, which needs no capability
    grep -q '^setresgid(1000, 1000, 1000) *= 0' "$PUBLIC/trace"
    run ! grep '^setgroups' "$PUBLIC/trace"
}

@test "groups that are as requested except for a repetition need no capability" {
    attempt "$START_AS" --uid 1000 --gid 1000 --groups 1000,1000 -- "$CAPWRAP" --user 1000:1000 -n -- "$PROBE"
    assert_success
    assert_line euid=1000
}

@test "a caller with other supplementary groups than the target's needs CAP_SETGID" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups "1000,2000" --permitted 0 --effective 0
        --bounding 0 --)
    refuses groups need-setgid SETGID -- --user 1000:1000
    FROM=("$START_AS" --uid 77 --gid 78 --groups 78 --bounding 0 --)
    refuses groups need-setgid SETGID -- --user 77:78 --groups 5
}
