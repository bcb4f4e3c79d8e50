#!/usr/bin/env bats
# --reset-env: the program gets a new environment.

# shellcheck disable=SC2034,SC2154 # run sets output and stderr; states.bash reads FROM
load ../../support/common
load ../../support/login
load ../../support/states

setup() {
    login_setup
    sed -i '/^joe:/s,/bin/sh,/bin/false,; /^nohome:/s,/bin/sh,,' "$users"
    DATABASE=(with_users "$users" "$groups" --)
    CALLER=(env -i PATH=/opt/bin:/usr/bin TERM=xterm HOME=/root USER=root LOGNAME=root SHELL=/bin/zsh
        LD_LIBRARY_PATH=/nowhere TOKEN=secret MAIL=/m)
    FROM=("${DATABASE[@]}" "${CALLER[@]}")
}

# gets OPTION... -- VARIABLE...: the program's whole environment is this.
gets() {
    split_at_dashes "$@"
    attempt "${FROM[@]}" "$CAPWRAP" "${BEFORE[@]}" -- /usr/bin/env
    assert_success
    assert_equal "$(sort <<<"$output")" "$(printf '%s\n' "${AFTER[@]}" | sort)"
    # the rehearsal names the same variables
    dry_run "${BEFORE[@]}" -- /usr/bin/env
    assert_equal "$(jq -r '.program.environment[]' <<<"$output" | sort)" \
        "$(printf '%s\n' "${AFTER[@]%%=*}" | sort)"
}

@test "of the caller's environment only TERM reaches the program" {
    gets --reset-env --user joe -- HOME=/home/joe USER=joe LOGNAME=joe SHELL=/bin/false \
        PATH=/usr/bin:/bin TERM=xterm
    gets --reset-env --user 1001:5 --keep NET_RAW -- HOME=/home/joe USER=joe LOGNAME=joe \
        SHELL=/bin/false PATH=/usr/bin:/bin TERM=xterm
}

@test "an entry without a home or a shell gives / and /bin/sh" {
    gets --reset-env --user nohome -- HOME=/ USER=nohome LOGNAME=nohome SHELL=/bin/sh \
        PATH=/usr/bin:/bin TERM=xterm
}

@test "a user without an entry has HOME=/ and no names" {
    gets --reset-env --user 6001:6001 -- HOME=/ PATH=/usr/bin:/bin TERM=xterm
}

@test "without --user the variables are the caller's own user's" {
    gets --reset-env -- HOME=/root USER=root LOGNAME=root SHELL=/bin/sh PATH=/usr/bin:/bin TERM=xterm
    gets --reset-env --groups none -- HOME=/root USER=root LOGNAME=root SHELL=/bin/sh \
        PATH=/usr/bin:/bin TERM=xterm
    FROM=("${DATABASE[@]}" "$START_AS" --uid 1001 --gid 7 --groups none --permitted 0 --effective 0
        --inheritable 0 --ambient 0 -- "${CALLER[@]}")
    gets --reset-env --no-new-privs -- HOME=/home/joe USER=joe LOGNAME=joe SHELL=/bin/false \
        PATH=/usr/bin:/bin TERM=xterm
    attempt "${FROM[@]}" "$CAPWRAP" --reset-env --no-new-privs -- "$PROBE"
    is_user 1001 7 ''
}

@test "a caller without TERM, or without any variable, passes none" {
    FROM=("${DATABASE[@]}" env -i)
    gets --reset-env --user joe -- HOME=/home/joe USER=joe LOGNAME=joe SHELL=/bin/false \
        PATH=/usr/bin:/bin
}

@test "with --no-login-env the login variables are the caller's, and no user database is read" {
    gets --reset-env --no-login-env --user joe -- HOME=/root USER=root LOGNAME=root \
        PATH=/usr/bin:/bin TERM=xterm
    chmod 000 "$users"
    FROM=("${DATABASE[@]}" "$START_AS" --bounding "$(docker_default)" -- "${CALLER[@]}")
    attempt "${FROM[@]}" strace -qq -o "$PUBLIC/trace" -e trace=openat "$CAPWRAP" --reset-env \
        --no-login-env --user 6001:6001 -- /bin/true
    assert_success
    run ! grep -E '"/etc/(passwd|group)"' "$PUBLIC/trace"
}

@test "of several copies the first TERM is passed" {
    FROM=("${DATABASE[@]}" env -i TERM=first "$START_AS" --env-dup TERM=second --env-dup HOME=/evil --)
    gets --reset-env --user joe -- HOME=/home/joe USER=joe LOGNAME=joe SHELL=/bin/false \
        PATH=/usr/bin:/bin TERM=first
}

@test "COMMAND is searched for in the PATH that the program gets" {
    mkdir "$PUBLIC/bin"
    install -m 755 "$PROBE" "$PUBLIC/bin/only-here"
    FROM=("${DATABASE[@]}" env -i "PATH=$PUBLIC/bin:/usr/bin")
    attempt "${FROM[@]}" "$CAPWRAP" --user joe -- only-here --only euid
    assert_output euid=1001
    fails_with 127 program not-found -- --reset-env --user joe -- only-here
    attempt "${FROM[@]}" "$CAPWRAP" --reset-env --pass-env PATH --user joe -- only-here --only euid
    assert_output euid=1001
    FROM=("${DATABASE[@]}" env -i PATH=/nowhere)
    attempt "${FROM[@]}" "$CAPWRAP" --reset-env --user joe -- env
    assert_line PATH=/usr/bin:/bin
}

@test "a library that the caller names in LD_PRELOAD is not loaded into the program" {
    FROM=("${DATABASE[@]}" env -i PATH=/usr/bin LD_PRELOAD=libc.so.6 LD_DEBUG=files)
    attempt "${FROM[@]}" "$CAPWRAP" -q --reset-env --user joe --keep NET_RAW -- /usr/bin/env
    assert_success
    refute_regex "$output" LD_
}

@test "with file capabilities the environment is also reset" {
    require_suid_mount
    granted_capwrap cap_net_raw=p
    FROM=("${DATABASE[@]}" "$START_AS" --uid 1001 --gid 1001 --groups none --permitted 0 --effective 0
        --inheritable 0 --ambient 0 -- "${CALLER[@]}" LD_PRELOAD=/nowhere.so)
    gets --reset-env --keep NET_RAW --no-new-privs -- HOME=/home/joe USER=joe LOGNAME=joe \
        SHELL=/bin/false PATH=/usr/bin:/bin TERM=xterm
    gets --reset-env --pass-env LD_PRELOAD,MAIL --keep NET_RAW --no-new-privs -- HOME=/home/joe \
        USER=joe LOGNAME=joe SHELL=/bin/false PATH=/usr/bin:/bin TERM=xterm MAIL=/m
}

@test "a user database that cannot be read is an error, also without --user" {
    chmod 000 "$users"
    FROM=("${DATABASE[@]}" "$START_AS" --uid 1001 --gid 1001 --groups none --permitted 0 --effective 0
        --inheritable 0 --ambient 0 -- "${CALLER[@]}")
    refuses user lookup 'cannot be read( \(.*\))?: Permission denied' -- --reset-env --no-new-privs
}

@test "the report names the variables, but no value" {
    attempt "${FROM[@]}" "$CAPWRAP" --dry-run --reset-env --pass-env TOKEN --user joe -- /usr/bin/env
    assert_success
    assert_line '  environment   TOKEN'
    assert_line '                TERM'
    refute_regex "$output" secret
    dry_run --user joe -- /usr/bin/env
    assert_equal "$(jq -r '.program.environment' <<<"$output")" null
}

@test "a value for --reset-env is refused" {
    refuses options usage '--reset-env takes no value' -- --reset-env=yes
}
