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

@test "init in a LIST means the user's own groups" {
    printf 'web:x:1500:1500::/home/web:/bin/sh\n' >"$PUBLIC/passwd"
    printf 'web:x:1500:\nextra:x:44000:web,other\nlate:x:44001:\n' >"$PUBLIC/group"
    local list
    FROM=(with_users "$PUBLIC/passwd" "$PUBLIC/group" -- "${FROM[@]}")
    for list in init,44001 late,init init,late,44000,init; do
        become --user web --groups "$list"
        is_user 1500 1500 1500,44000,44001
    done
    become --user 1500:7 --groups init,9
    is_user 1500 7 7,9,44000
    FROM+=("$START_AS" --uid 1500 --gid 1500 --groups "1500,44000" --permitted 0 --effective 0 --)
    become --groups init,44000 --no-new-privs
    is_user 1500 1500 1500,44000
}

@test "a user without an entry has no groups of its own, also with others in the LIST" {
    refuses groups group-needed 'init: the user has no entry' -- --user 54321:54322 --groups 9,init
}

@test "an element that is not a group is named, not the whole list" {
    refuses groups unknown-group 'nosuch: no such group' -- --user www-data --groups adm,nosuch,users
    error_says '^capwrap: groups: nosuch: no such group'
    refuses groups unknown-group -- --user www-data --groups init,44000x
    error_says '^capwrap: groups: 44000x: no such group'
    refuses groups usage -- --user www-data --groups 7,4294967295,8
    error_says '^capwrap: groups: 4294967295: an id is'
    refuses groups usage -- --user www-data --groups "adm,$(printf 'x%.0s' {1..300}),8"
    error_says '^capwrap: groups: x{32}\.\.\.: the name is too long'
}

@test "none and keep stand alone, and an empty element or list is refused" {
    local list
    for list in none,9 init,none keep,9 9,keep none,keep; do
        refuses groups usage "'none' and 'keep' stand alone" -- --user www-data --groups "$list"
    done
    for list in ',' 'init,' ',init' '9,,init'; do
        refuses groups usage 'empty element' -- --user www-data --groups "$list"
    done
    refuses options usage 'the value of --groups [(]-G[)] is empty' -- --user www-data --groups ''
    refuses groups usage '--groups was given twice' -- --user www-data --groups init --groups 9
    hint_says 'leave out one of the two'
}

@test "more groups than the kernel accepts are refused, with their number" {
    printf 'web:x:1500:1500::/home/web:/bin/sh\n' >"$PUBLIC/passwd"
    seq 70000 138000 | sed 's/.*/g&:x:&:web/' >"$PUBLIC/group"
    FROM=(with_users "$PUBLIC/passwd" "$PUBLIC/group" -- "${FROM[@]}")
    refuses groups too-many-groups 'init: more than 65536 groups' -- --user web
    hint_says 'name the groups that the program needs: --groups LIST'
    become --user web --groups g70001
    is_user 1500 1500 1500,70001
    seq 70000 135534 | sed 's/.*/g&:x:&:web/' >"$PUBLIC/group"
    refuses groups too-many-groups 'more than 65536 groups' -- --user web --groups init,5
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

@test "a list as long as the longest argument is set completely" {
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

@test "a caller that differs only in supplementary groups gets the hint --groups keep, which works" {
    local from=("$START_AS" --uid 1000 --gid 1000 --groups "1000,2000" --permitted 0 --effective 0
        --inheritable 0 --ambient 0 --bounding)
    local bounding
    for bounding in "$(docker_default)" 0; do # a pod with fsGroup
        FROM=("${from[@]}" "$bounding" --)
        refuses groups need-setgid SETGID -- --user 1000:1000
        hint_says 'write --groups keep, which leaves the caller.s groups, or (run capwrap|start the container) as root'
        become --user 1000:1000 --groups keep
        is_user 1000 1000 1000,2000
    done
    refuses groups need-setuid -- --user 1001:1000
    hint_says '(run capwrap as root|start)'
    refuses groups need-setgid -- --user 1000:1001
    hint_says '(run capwrap as root|start)'
    refuses groups need-setgid -- --user 1000:1000 --lock-securebits
    hint_says '(run capwrap as root|start)'
}
