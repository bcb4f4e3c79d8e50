#!/usr/bin/env bats
# --no-login-env: HOME, USER and LOGNAME stay as they are, and no entry is needed for them.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr; exports end with their test
load ../../support/common

setup() {
    require_root
    users=$PUBLIC/passwd
    groups=$PUBLIC/group
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'joe:x:1001:1001:Joe:/home/joe:/bin/sh' >"$users"
    printf '%s\n' 'root:x:0:' >"$groups"
    export HOME=/root USER=root LOGNAME=root
}

keys=home,user,logname,home_count,user_count,logname_count

# login OPTION...: the three variables of a program that root starts with these options.
login() {
    attempt with_users "$users" "$groups" -- "${before[@]}" "$CAPWRAP" "$@" -- "$PROBE" --only "$keys"
    assert_success
    quiet
}

# is_login HOME USER LOGNAME
is_login() {
    local count=1
    [[ $2 != unset ]] || count=0
    assert_output "$(printf '%s\n' "home=$1" "user=$2" "logname=$3" home_count=1 \
        "user_count=$count" "logname_count=$count")"
}

before=()

@test "--no-login-env leaves the three variables as they are" {
    login --user joe --no-login-env
    is_login /root root root
    login --user 6001:6001 --no-login-env
    is_login /root root root
    before=("$START_AS" --env-dup HOME=/second --)
    login --user joe --no-login-env
    assert_line home=/root
    assert_line home_count=2
    before=(env -u HOME -u USER -u LOGNAME)
    login --user joe --no-login-env
    assert_line home=unset
    assert_line user=unset
}

@test "numbers with --no-login-env do not need the user database" {
    chmod 000 "$(cp /etc/passwd "$PUBLIC/passwd" && echo "$PUBLIC/passwd")"
    attempt with_users "$PUBLIC/passwd" "$PUBLIC/passwd" -- "$CAPWRAP" --user 1000:1000 --no-login-env \
        -- "$PROBE" --only euid
    assert_output euid=1000
}
