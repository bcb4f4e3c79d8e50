#!/usr/bin/env bats
# Whatever the program does, a report is written and nothing is left behind.

# shellcheck disable=SC2154 # bats sets output and stderr
load ../../support/common
load learn

setup() {
    require_root
    cd "$PUBLIC" || return
    # its path distinguishes it from those of tests that run in parallel
    cp "$ASKS" "$PUBLIC/asks"
    ASKS=$PUBLIC/asks
}

# No process of this test is left.
swept() {
    run pgrep -f "^$ASKS "
    assert_failure
}

# learning COMMAND...: starts capwrap-learn in the background; its process ID is in $LEARNER. The program has started
# when it has created the file "started".
learning() {
    # shellcheck disable=SC2153 # learn.bash has it
    rm -f "$LEARNED" started
    # A shell without job control starts background commands with SIGINT ignored.
    env --default-signal=INT "$CAPWRAP_LEARN" --json -o "$LEARNED" "$@" 3>&- &
    LEARNER=$!
    wait_for_file started
}

@test "a program that ignores all signals is ended by the timeout" {
    learned --timeout 1 -- "$ASKS" ignore raw sleep 1000
    needs NET_RAW
    limited 'still running when its time was up'
    swept
}

@test "a daemon that ignores all signals is ended too" {
    learned --timeout 1 -- "$ASKS" ignore daemon raw sleep 1000
    needs NET_RAW
    swept
}

@test "a child that outlives its parent is part of the run" {
    learned -- "$ASKS" orphan sleep 0.3 raw
    needs NET_RAW
}

@test "a program that closes all its descriptors is handled" {
    learned -- "$ASKS" close raw
    needs NET_RAW
}

@test "megabytes of output are passed through unchanged" {
    learned -- "$ASKS" print 20000000 raw
    assert_success
    "$CAPWRAP_LEARN" -o "$LEARNED" -- "$ASKS" print 20000000 >output
    assert_equal "$(wc -c <output)" 20000000
    assert_equal "$(tr -d x <output | wc -c)" 0
}

@test "standard input, output and error are the program's own" {
    echo input >in
    "$CAPWRAP_LEARN" -o "$LEARNED" -- sh -c 'readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2' \
        <in >out 2>err
    assert_equal "$(cat out)" "$PUBLIC/in"$'\n'"$PUBLIC/out"$'\n'"$PUBLIC/err"
    assert_equal "$(cat err)" ""
}

@test "closed descriptors stay closed, and no report is written to another file" {
    # shellcheck disable=SC2016
    "$CAPWRAP_LEARN" -o "$LEARNED" -- sh -c 'ls /proc/$$/fd >'"$PUBLIC/fds" <&- >&- 2>&- 3>&-
    run cat fds
    refute_line 2
    status=0
    "$CAPWRAP_LEARN" -o "$PUBLIC/report" -- "$PUBLIC/nothing" 2>&- 3>&- || status=$?
    assert_equal "$status" 127
    assert_equal "$(cat report)" ""
    status=0
    "$CAPWRAP_LEARN" -- true >&- 2>&- || status=$?
    assert_equal "$status" 125 # there is no place for a report
}

@test "a reset and a test have their own streams, even if capwrap-learn has none" {
    # shellcheck disable=SC2016
    local line='test /dev/null -ef /proc/$$/fd/0 || exit
        for fd in 1 2; do case $(readlink /proc/$$/fd/$fd) in /memfd:*) ;; *) exit 1 ;; esac; done'
    "$CAPWRAP_LEARN" -o report --verify --reset "$line; rm -f ran" --test "$line; test -e ran" -- \
        touch ran <&- >&- 2>&-
}

@test "the program inherits no descriptor, signal mask or ignored signal from capwrap-learn" {
    local command watched
    for command in 'ls /proc/self/fd' 'grep -E ^Sig(Blk|Ign|Cgt) /proc/self/status'; do
        # shellcheck disable=SC2086
        learned -- $command
        watched=$output
        # shellcheck disable=SC2086
        attempt $command
        assert_equal "$watched" "$output"
    done
}

@test "SIGTERM is passed to the program, and the report is written" {
    learning -- "$ASKS" raw touch started sleep 1000
    kill -TERM "$LEARNER"
    wait "$LEARNER"
    assert_equal "$(told '.keep[]')" NET_RAW
    limited 'it was interrupted'
    swept
}

@test "SIGINT is passed to the program, which may end as it likes" {
    # shellcheck disable=SC2016
    learning -- sh -c 'trap "echo done >ended; exit 5" INT; touch started; while :; do sleep 0.1; done'
    chmod 777 .
    kill -INT "$LEARNER"
    wait "$LEARNER"
    assert_equal "$(cat ended)" "done"
    limited 'it was interrupted, and ended with status 5'
}

@test "a program that is interrupted has not failed: it gets a configuration" {
    local signal
    for signal in INT TERM; do
        rm -f started
        # shellcheck disable=SC2016
        learning -- sh -c "$ASKS raw; trap 'exit 0' INT; touch started; while :; do sleep 0.1; done"
        kill "-$signal" "$LEARNER"
        wait "$LEARNER"
        limited 'it was interrupted, and ended'
        refute_regex "$(told '.limits[].code')" ended-with-failure
        assert_regex "$(told .snippets.capwrap)" '--keep NET_RAW'
    done
}

@test "a test that was interrupted is not said to have ended" {
    # The first time it is tried without the program.
    learning --test 'test -e alone || { touch alone; exit 1; }; touch started; sleep 1000' -- \
        "$ASKS" raw sleep 1000
    kill -TERM "$LEARNER"
    status=0
    wait "$LEARNER" || status=$?
    assert_equal "$status" 2
    assert_equal "$(told '.reasons[].code')" interrupted
    swept
}

@test "a program that ignores SIGTERM is killed after a while" {
    learning -- "$ASKS" ignore raw touch started sleep 1000
    local begin=$SECONDS
    kill -TERM "$LEARNER"
    wait "$LEARNER"
    [ $((SECONDS - begin)) -lt 900 ]
    assert_equal "$(told '.keep[]')" NET_RAW
    swept
}

@test "an interrupted search ends as not confirmed, with the smallest set that worked" {
    learning --verify -- sh -c "$ASKS raw && if test -e started; then sleep 1000; else touch started; fi"
    sleep 1
    kill -TERM "$LEARNER"
    status=0
    wait "$LEARNER" || status=$?
    assert_equal "$status" 2
    assert_equal "$(told .state)" "not confirmed"
    swept
}

# interrupted_in LINE OPTION...: the learner gets SIGTERM while that line, which has made the file "started", runs.
interrupted_in() {
    NAP="sleep 1000.$BASHPID" # by which it is told from those of other tests
    learning "${@:2}" "$1" "test -e again || { touch again; exit 0; }; touch started; $NAP" -- true
    local begin=$SECONDS
    kill -TERM "$LEARNER"
    status=0
    wait "$LEARNER" || status=$?
    [ $((SECONDS - begin)) -lt 300 ]
    rm -f again
}

@test "SIGTERM ends a reset, a test and a fixture's line that run without the program" {
    interrupted_in --reset --verify
    assert_equal "$status" 2
    assert_equal "$(told '.reasons[].code')" interrupted
    assert_equal "$(told '.runs')" 1
    touch again
    interrupted_in --reset --verify
    assert_equal "$status" 125
    assert_equal "$(told .error.text)" "it was interrupted before the program was started"
    touch again
    interrupted_in --test --timeout 1000
    assert_equal "$status" 125
    touch again
    interrupted_in --fixture-ready --timeout 1000 --fixture 'sleep 1000'
    assert_equal "$status" 125
    run pgrep -xf "$NAP"
    assert_failure
}

@test "SIGUSR1 is passed on to the program" {
    # shellcheck disable=SC2016
    learning -- sh -c 'trap "exit 3" USR1; touch started; while :; do sleep 0.1; done'
    kill -USR1 "$LEARNER"
    wait "$LEARNER"
    limited 'status 3'
}

@test "a full disk is reported, and the report goes to standard error instead" {
    attempt "$CAPWRAP_LEARN" -o /dev/full -- "$ASKS" raw
    assert_failure 125
    assert_regex "$stderr" 'needs +NET_RAW'
    assert_regex "$stderr" 'capwrap-learn: output: /dev/full cannot be written: No space left'
    attempt "$CAPWRAP_LEARN" --json -o /dev/full -- true
    assert_failure 125
}

@test "a file that cannot be opened is reported before anything runs" {
    attempt "$CAPWRAP_LEARN" -o "$PUBLIC/nowhere/file" -- touch ran
    assert_failure 125
    assert_regex "$stderr" 'output: .* cannot be opened'
    [ ! -e ran ]
}

@test "standard error without a reader does not end capwrap-learn" {
    # shellcheck disable=SC2016
    run bash -c '{ "$1" -- true; echo "status $?" >status; } 2>&1 | true' - "$CAPWRAP_LEARN"
    sleep 0.2
    assert_regex "$(cat status)" '^status (0|125)$'
}

@test "a process that already has children is refused" {
    # shellcheck disable=SC2016
    attempt bash -c 'sleep 1 & exec "$1" -- true' - "$CAPWRAP_LEARN"
    assert_failure 125
    assert_regex "$stderr" 'processes: this process has children already'
}

@test "an ignored SIGCHLD has no effect, and is inherited" {
    attempt env --ignore-signal=CHLD "$CAPWRAP_LEARN" --json -o "$LEARNED" -- \
        "$ASKS" raw exec grep '^SigIgn' /proc/self/status
    needs NET_RAW
    assert_output $'SigIgn:\t0000000000010000'
}

@test "the program is not found: 127; not executable: 126; refused by the launcher: 125" {
    attempt -127 "$CAPWRAP_LEARN" -- "$PUBLIC/nothing"
    assert_regex "$stderr" '^capwrap-learn: program: .*nothing: not found'
    touch file
    attempt "$CAPWRAP_LEARN" -- ./file
    assert_failure 126
    attempt "$CAPWRAP_LEARN" -u nobody-here -- true
    assert_failure 125
    assert_regex "$stderr" 'user: nobody-here: no such user'
}

@test "a program on a terminal can use it, and the terminal is restored afterwards" {
    run "$SRC_DIR/tests/program/learn/terminal.py" "$CAPWRAP_LEARN"
    echo "$output"
    assert_success
}
