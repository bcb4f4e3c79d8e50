#!/usr/bin/env bats
# HOME, USER and LOGNAME become those of --user's user.

# shellcheck disable=SC2154,SC2030,SC2031 # run sets output and stderr; exports end with their test
load ../../support/common
load ../../support/login

setup() { login_setup; }

@test "HOME, USER and LOGNAME are set to the user's values" {
    login --user joe
    is_login /home/joe joe joe
    login --user joe:5
    is_login /home/joe joe joe
}

@test "the uid of a user gives the same variables as the name" {
    login --user 1001
    is_login /home/joe joe joe
    login --user 1001:5
    is_login /home/joe joe joe
}

@test "the variables are also set if the user does not change" {
    export HOME=/elsewhere USER=x LOGNAME=y
    login --user root
    is_login /root root root
    login --user 0:0
    is_login /root root root
}

@test "a user without an entry has HOME=/, and no USER and LOGNAME" {
    login --user 6001:6001
    is_login / unset unset
}

@test "HOME is / where the entry has no home" {
    login --user nohome
    is_login / nohome nohome
}

@test "HOME is the home of the entry, unchanged" {
    login --user blank
    is_login '/home/with blank' blank blank
}

@test "variables that were not set are set" {
    before=(env -u HOME -u USER -u LOGNAME)
    login --user joe
    is_login /home/joe joe joe
    login --user 6001:6001
    is_login / unset unset
}

@test "an empty environment gets the three variables and nothing else" {
    attempt with_users "$users" "$groups" -- env -i "$CAPWRAP" --user joe -- /usr/bin/env
    assert_success
    assert_equal "$(sort <<<"$output")" $'HOME=/home/joe\nLOGNAME=joe\nUSER=joe'
}

@test "no other variable changes" {
    attempt with_users "$users" "$groups" -- env -i A=1 HOMER=h USERS=u LOGNAMES=l HOME=/root \
        _HOME=x SHELL=/bin/sh MAIL=/m B= "$CAPWRAP" --user joe -- /usr/bin/env
    assert_success
    assert_equal "$(sort <<<"$output")" "$(printf '%s\n' A=1 B= HOME=/home/joe HOMER=h \
        LOGNAME=joe LOGNAMES=l MAIL=/m SHELL=/bin/sh USER=joe USERS=u _HOME=x)"
}

@test "all copies of a variable are removed before it is set" {
    before=("$START_AS" --env-dup HOME=/evil --env-dup USER=evil --env-dup LOGNAME=evil
        --env-dup HOME=/worse --)
    attempt "${before[@]}" "$PROBE" --only "$keys"
    assert_line home_count=3
    assert_line user_count=2
    login --user joe
    is_login /home/joe joe joe
    login --user 6001:6001
    is_login / unset unset
    # and a shell, which may read another copy than the C library, agrees
    # shellcheck disable=SC2016 # expands in the shell under test
    attempt with_users "$users" "$groups" -- "${before[@]}" "$CAPWRAP" --user joe -- \
        sh -c 'echo "$HOME $USER $LOGNAME"'
    assert_output '/home/joe joe joe'
}

@test "an entry of the environment without = does not hide the variable after it" {
    attempt with_users "$users" "$groups" -- "$START_AS" --env-dup HOME --env-dup USER \
        --env-dup HOME=/evil -- "$CAPWRAP" --user joe -- "$PROBE" --only "$keys"
    assert_success
    is_login /home/joe joe joe
}

@test "without --user HOME, USER and LOGNAME stay" {
    export HOME=/elsewhere USER=x LOGNAME=y
    login
    is_login /elsewhere x y
    login --groups none
    is_login /elsewhere x y
}

@test "the working directory stays" {
    attempt with_users "$users" "$groups" -- "$START_AS" --chdir "$PUBLIC" -- \
        "$CAPWRAP" --user joe -- "$PROBE" --only cwd
    assert_output "cwd=$PUBLIC"
}

@test "control characters in a home are not printed" {
    printf 'odd:x:1009:1009::/home/\033[31modd:/bin/sh\n' >>"$users"
    attempt with_users "$users" "$groups" -- "$CAPWRAP" -v --user odd -- true
    refute_regex "$stderr" $'\033'
}
