#!/usr/bin/env bats
# Names of users in place of a command, and names that are similar to those of the database: each test has a user
# database of its own.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

setup() {
    require_root
    users=$PUBLIC/passwd
    groups=$PUBLIC/group
    printf '%s\n' root:x:0:0:root:/root:/bin/sh webservd:x:113:121::/:/bin/sh sshd:x:105:65534::/:/bin/sh >"$users"
    printf '%s\n' root:x:0: webservd:x:121: docker:x:999: >"$groups"
    cp "$PROBE" "$PUBLIC/webservd"
    export PATH=$PUBLIC:$PATH
}

start() {
    attempt with_users "$users" "$groups" -- "$@"
}

# refuses_both HINT ARG...: refused, as the rehearsal has it, and nothing runs.
refuses_both() {
    local hint=$1 real
    shift
    start "$CAPWRAP" "$@"
    refused program 'webservd is a user and a program'
    assert_equal "${stderr_lines[1]}" "  hint: $hint"
    assert_output ''
    did_not_run
    real=$stderr
    start "$CAPWRAP" --dry-run --json "$@"
    assert_equal "$(jq -r '"\(.outcome) \(.exit) \(.error.code)"' <<<"$output")" 'refused 125 usage'
    assert_equal "${stderr_lines[0]}" "${real%%$'\n'*}"
    did_not_run
}

@test "root does not run a program that has the name of a user, without --" {
    refuses_both 'for the user write capwrap --user webservd -- id; for the program, capwrap -- webservd id' webservd id
    refuses_both 'for the user write capwrap --keep none -n --user webservd -- id -u; for the program, capwrap --keep none -n -- webservd id -u' \
        --keep none -n webservd id -u
    refuses_both 'for the user write capwrap --user webservd -- COMMAND; for the program, capwrap -- webservd' webservd
}

@test "with --, with a path, with --user and as another user the program runs" {
    start "$CAPWRAP" -- webservd --only euid
    assert_output euid=0
    start "$CAPWRAP" "$PUBLIC/webservd" --only euid
    assert_output euid=0
    start "$CAPWRAP" --user webservd webservd --only euid
    assert_output euid=113
    start "$START_AS" --uid 1500 --gid 1500 --groups none --permitted 0 --effective 0 --inheritable 0 --ambient 0 -- \
        "$CAPWRAP" webservd --only euid
    assert_output euid=1500
    start "$CAPWRAP" id -u
    assert_output 0
}

@test "without such a program it is reported as not found, and the hint is the line with --user" {
    rm "$PUBLIC/webservd"
    run -127 --separate-stderr with_users "$users" "$groups" -- "$CAPWRAP" webservd id
    assert_equal "${stderr_lines[1]}" '  hint: webservd is a user: did you mean capwrap --user webservd -- id'
}

@test "a mistyped user or group: the hint is the nearest name of the database" {
    local user
    for user in webserv wesbervd webservd9 Webservd; do
        start "$CAPWRAP" --user "$user" -- "${MARKED[@]}"
        refused user "$user: no such user"
        assert_equal "${stderr_lines[1]}" "  hint: write webservd instead of $user"
    done
    start "$CAPWRAP" --user webserv:docker -- "${MARKED[@]}"
    refused user
    assert_equal "${stderr_lines[1]}" '  hint: write webservd instead of webserv'
    start "$CAPWRAP" --user webservd:dokcer -- "${MARKED[@]}"
    refused user
    assert_equal "${stderr_lines[1]}" '  hint: write docker instead of dokcer'
    start "$CAPWRAP" --groups 5,dockers -- "${MARKED[@]}"
    refused groups
    assert_equal "${stderr_lines[1]}" '  hint: write docker instead of dockers'
    start "$CAPWRAP" --assert=1 --user webserv
    refused user
    assert_equal "${stderr_lines[1]}" '  hint: write webservd instead of webserv'
}

@test "a name that is similar to none gets the plain hint, and one with a blank the hint about the blank" {
    start "$CAPWRAP" --user nginx -- "${MARKED[@]}"
    refused user
    assert_regex "${stderr_lines[1]}" '(add the user to the system|give numbers)'
    start "$CAPWRAP" --user 'webservd ' -- "${MARKED[@]}"
    refused user
    assert_equal "${stderr_lines[1]}" '  hint: remove the blank from the value'
}

@test "a UID without an entry: the hint is a value that is accepted" {
    start "$CAPWRAP" --user 5555 -- "${MARKED[@]}"
    refused user
    assert_equal "${stderr_lines[1]}" '  hint: name the group as well, as in --user 5555:5555'
    start "$CAPWRAP" --user 5555:5555 -- "$PROBE" --only euid,egid
    assert_output $'euid=5555\negid=5555'
}
