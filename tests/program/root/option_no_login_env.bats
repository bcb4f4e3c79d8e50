#!/usr/bin/env bats
# --no-login-env: HOME, USER and LOGNAME stay as they are, and no entry is needed for them.

# shellcheck disable=SC2034,SC2154,SC2030,SC2031 # run sets output and stderr; exports end with their test
load ../../support/common
load ../../support/login

setup() { login_setup; }

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
