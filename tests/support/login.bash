# shellcheck shell=bash
# HOME, USER and LOGNAME of programs that root starts, with the test's own user database. Source this after common.

# For setup: a user database with root and four other users, and root's own three variables.
login_setup() {
    require_root
    users=$PUBLIC/passwd
    groups=$PUBLIC/group
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' 'joe:x:1001:1001:Joe:/home/joe:/bin/sh' \
        'nohome:x:1002:1002:::/bin/sh' 'relative:x:1003:1003::home/rel:/bin/sh' \
        'blank:x:1004:1004::/home/with blank:/bin/sh' >"$users"
    printf '%s\n' 'root:x:0:' >"$groups"
    export HOME=/root USER=root LOGNAME=root
}

keys=home,user,logname,home_count,user_count,logname_count

# login OPTION...: starts the probe with these options as root; $output has its three variables.
login() {
    attempt with_users "$users" "$groups" -- "${before[@]}" "$CAPWRAP" "$@" -- "$PROBE" --only "$keys"
    assert_success
    quiet
}

# is_login HOME USER LOGNAME: asserts these values
is_login() {
    local count=1
    [[ $2 != unset ]] || count=0
    assert_output "$(printf '%s\n' "home=$1" "user=$2" "logname=$3" home_count=1 \
        "user_count=$count" "logname_count=$count")"
}

before=()
