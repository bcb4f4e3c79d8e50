#!/usr/bin/env bats
# --pass-env: variables that --reset-env leaves as the caller has them.

# shellcheck disable=SC2034,SC2154 # run sets output and stderr; states.bash reads FROM
load ../../support/common
load ../../support/login
load ../../support/states

setup() {
    login_setup
    FROM=(with_users "$users" "$groups" -- env -i PATH=/usr/bin:/opt/bin HOME=/root TOKEN=secret
        TOKENS=more EMPTY= 'ODD NAME=1' NOTIFY_SOCKET=/run/notify)
}

# passes LIST -- VARIABLE...: the program gets these variables in addition to the user's own.
passes() {
    split_at_dashes "$@"
    attempt "${FROM[@]}" "$CAPWRAP" --reset-env --pass-env "${BEFORE[0]}" --user joe -- /usr/bin/env
    assert_success
    assert_equal "$(grep -vE '^(USER=joe|LOGNAME=joe|SHELL=/bin/sh)$' <<<"$output" | sort)" \
        "$(printf '%s\n' "${AFTER[@]}" | sort)"
    quiet
}

@test "only the named variables keep their values" {
    passes TOKEN -- HOME=/home/joe PATH=/usr/bin:/bin TOKEN=secret
    passes EMPTY,TOKENS,NOTIFY_SOCKET -- HOME=/home/joe PATH=/usr/bin:/bin EMPTY= TOKENS=more \
        NOTIFY_SOCKET=/run/notify
}

@test "a named variable takes precedence over a variable that would be set" {
    passes PATH,HOME -- HOME=/root PATH=/usr/bin:/opt/bin
}

@test "a variable that is not set is not passed, and a name that is listed twice is passed once" {
    passes NOSUCH,TOK,TOKEN,TOKEN -- HOME=/home/joe PATH=/usr/bin:/bin TOKEN=secret
    passes USER,SHELL,TERM -- HOME=/home/joe PATH=/usr/bin:/bin
}

@test "of several copies the first is passed, the one that getenv(3) returns" {
    FROM+=(TWICE=one "$START_AS" --env-dup TWICE=two --)
    passes TWICE -- HOME=/home/joe PATH=/usr/bin:/bin TWICE=one
}

@test "an ordinary user can also pass variables" {
    FROM=("${ORDINARY[@]}" -- env -i PATH=/usr/bin TOKEN=secret)
    attempt "${FROM[@]}" "$CAPWRAP" --reset-env --pass-env TOKEN --no-new-privs -- /usr/bin/env
    assert_success
    assert_line TOKEN=secret
    assert_line PATH=/usr/bin:/bin
}

@test "--pass-env is refused without --reset-env" {
    refuses options usage '--pass-env goes with --reset-env' -- --pass-env TOKEN
    hint_says 'add --reset-env'
}

@test "an empty list or element, a name with a value, and a repeated option are refused" {
    local list
    for list in ',' 'TOKEN,' ',TOKEN' 'TOKEN,,HOME'; do
        refuses pass-env usage "the list '$list' has an empty element" -- --reset-env --pass-env "$list"
    done
    # shellcheck disable=SC2016 # none of them is to expand
    for list in TOKEN=new HOME,TOKEN=new,PATH 'LC_*' '$TOKEN' A:B =x; do
        refuses pass-env usage "is not the name of a variable" -- --reset-env --pass-env "$list"
    done
    error_says "'=x'"
    refuses options usage "'=' stands alone" -- --reset-env --pass-env =
    refuses pass-env usage "'A B' is not the name of a variable: it contains a blank" -- --reset-env --pass-env 'A B'
    refuses options usage 'the value of --pass-env is empty' -- --reset-env --pass-env ''
    refuses pass-env usage '--pass-env was given twice' -- --reset-env --pass-env A --pass-env B
    hint_says 'leave out one of the two'
}
