#!/usr/bin/env bats
# What the program inherits unintentionally: the threat model says what to do about it.

# shellcheck disable=SC2154,SC2016 # bats sets output, status and stderr; words expand in an inner shell
load ../../support/common
load ../../support/states

setup() {
    require_root
    ASKED=(--user 1000:1000 --no-new-privs)
    cd "$PUBLIC" || return
}

teardown() {
    end_background
}

# python WORD... of the system, without its modules.
python() {
    /usr/bin/python3 -I -S "$@"
}

@test "the program inherits the scheduling policy" {
    attempt chrt --batch 0 "$CAPWRAP" "${ASKED[@]}" -- chrt --pid 0
    assert_success
    assert_line --partial SCHED_BATCH
    attempt chrt --other 0 "$CAPWRAP" "${ASKED[@]}" -- chrt --pid 0
    assert_line --partial SCHED_OTHER
}

@test "the program inherits oom_score_adj" {
    attempt /bin/sh -c 'echo 321 >/proc/self/oom_score_adj && exec "$@"' sh \
        "$CAPWRAP" "${ASKED[@]}" -- cat /proc/self/oom_score_adj
    assert_success
    assert_output 321
}

@test "the program inherits running interval timers" {
    attempt python -c 'import os, signal, sys
signal.setitimer(signal.ITIMER_REAL, 1000)
os.execv(sys.argv[1], sys.argv[1:])' \
        "$CAPWRAP" "${ASKED[@]}" -- /usr/bin/python3 -I -S -c 'import signal
print(signal.getitimer(signal.ITIMER_REAL)[0] > 0)'
    assert_success
    assert_output True
}

@test "the program inherits the subreaper flag" {
    attempt python -c 'import ctypes, os, sys
PR_SET_CHILD_SUBREAPER = 36
ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
os.execv(sys.argv[1], sys.argv[1:])' \
        "$CAPWRAP" "${ASKED[@]}" -- /usr/bin/python3 -I -S -c 'import ctypes
PR_GET_CHILD_SUBREAPER, flag = 37, ctypes.c_int(7)
ctypes.CDLL(None).prctl(PR_GET_CHILD_SUBREAPER, ctypes.byref(flag), 0, 0, 0)
print(flag.value)'
    assert_success
    assert_output 1
}

@test "--lock-securebits does not apply in a user namespace that the program creates" {
    attempt "$CAPWRAP" --lock-securebits --no-new-privs -- "$PROBE" --only securebits
    assert_output securebits=ef
    attempt "$CAPWRAP" --lock-securebits --no-new-privs -- unshare --user "$PROBE" --only securebits
    assert_success
    assert_output securebits=0
}

# ---- the working directory ----

# Only root may search the directory; the requested user and what is kept decide whether the program may.
closed_folder() {
    mkdir closed
    chmod 700 closed
    cd closed || return
}

@test "a working directory that the new user may not search is a note, and under --strict a refusal" {
    closed_folder
    attempt "$CAPWRAP" "${ASKED[@]}" -- "$PROBE"
    noted 'may not search the working directory'
    attempt "$CAPWRAP" -q "${ASKED[@]}" -- "$PROBE"
    assert_success
    quiet
    attempt "$CAPWRAP" --dry-run --json "${ASKED[@]}" -- "$PROBE"
    assert_success
    assert_equal "$(jq -r '.notes[].code' <<<"$output")" directory-closed
    refuses program strict 'may not search the working directory' -- --strict "${ASKED[@]}"
    hint_says 'leave out --strict, or change to a directory'
}

@test "a working directory that the program may search is no note" {
    attempt "$CAPWRAP" --strict "${ASKED[@]}" -- "$PROBE"
    assert_success
    quiet
    closed_folder
    attempt "$CAPWRAP" --strict --user 1000:1000 --keep DAC_READ_SEARCH -- "$PROBE"
    assert_success
    quiet
    chown 1000:1000 .
    attempt "$CAPWRAP" --strict "${ASKED[@]}" -- "$PROBE"
    assert_success
    quiet
    chown 0:0 .
    attempt "$CAPWRAP" --strict --no-new-privs -- "$PROBE" # root, which owns it
    assert_success
    quiet
}

# ---- between uid and execve ----

# capwrap as user 1000 before execve: it waits to write the note on the working directory to a pipe that
# is full. Its number is in $PID.
waiting_before_execve() {
    closed_folder
    /usr/bin/python3 -I -S -c 'import os, sys
read, write = os.pipe()
os.set_blocking(write, False)
try:
    while True:
        os.write(write, b"x" * 4096)
except BlockingIOError:
    os.set_blocking(write, True)
os.dup2(write, 2)
os.set_inheritable(read, True) # nobody reads, and nobody ends it with SIGPIPE
os.execv(sys.argv[1], sys.argv[1:])' "$CAPWRAP" "${ASKED[@]}" -- "${MARKED[@]}" 3>&- &
    PID=$!
    BACKGROUND+=("$PID")
    until [[ $(awk '/^Uid:/ { print $2 }' "/proc/$PID/status") == 1000 ]]; do
        kill -0 "$PID" || fail "capwrap has ended"
        sleep 0.05
    done
}

@test "between the uid step and execve the new user can stop, limit and kill capwrap, but not trace or read it" {
    waiting_before_execve
    as_1000=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0 --)
    attempt "${as_1000[@]}" strace -p "$PID" -o /dev/null
    assert_failure
    assert_regex "$stderr" 'Operation not permitted'
    attempt "${as_1000[@]}" cat "/proc/$PID/environ"
    assert_failure
    attempt "${as_1000[@]}" prlimit --pid "$PID" --nofile=64:64
    assert_success
    attempt "${as_1000[@]}" kill -STOP "$PID"
    assert_success
    until [[ $(awk '/^State:/ { print $2 }' "/proc/$PID/status") == T ]]; do sleep 0.05; done
    attempt "${as_1000[@]}" kill -KILL "$PID"
    assert_success
    did_not_run
}
