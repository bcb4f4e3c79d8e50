#!/usr/bin/env bats
# --assert=PID: whether a process has the state that this command line would give it.

# shellcheck disable=SC2154 # bats sets output, status and stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    cd "$PUBLIC" || return
}

teardown() {
    end_background
}

# started ARG...: capwrap ARG... starts a program in the background; its number is left in $PID.
started() {
    in_background sleep "$CAPWRAP" -q "$@" -- sleep 300
    PID=${BACKGROUND[-1]}
}

# asserts STATUS ARG...: capwrap --assert=$PID ARG... as text and as JSON, which stays in $output; the
# text stays in $text. Neither writes to standard error.
asserts() {
    local wanted=$1
    shift
    attempt "$CAPWRAP" --assert="$PID" "$@"
    quiet
    assert_equal "$status" "$wanted"
    text=$output
    attempt "$CAPWRAP" --json --assert="$PID" "$@"
    quiet
    assert_equal "$status" "$wanted"
    assert_equal "$(jq -c '[.pid, .outcome, .exit]' <<<"$output")" \
        "[$PID,\"$([[ $wanted == 0 ]] && echo as-asked || echo different)\",$wanted]"
}

# differences: of the main thread, as one line.
differences() {
    jq -r '.threads[0].differences | join(" ")' <<<"$output"
}

@test "--assert with the command line that started a program succeeds" {
    local line
    local -a options
    for line in '--user 1000:1000' '--user 1000:1000 --groups 4,5 --keep NET_RAW --no-new-privs' \
        '--keep CHOWN,KILL' '--keep all' '--groups none --keep NET_RAW -n' '--groups keep' \
        '--user 33 --no-login-env --keep 13,NET_BIND_SERVICE' '--user 1000:1000 --want NET_RAW,63' \
        '--user 1000:1000 -n --disable-userns' '--user 1000:1000 -n --strict'; do
        echo "case: $line"
        read -ra options <<<"$line"
        started "${options[@]}"
        asserts 0 "${options[@]}"
        assert_equal "$(differences)" ''
        assert_regex "$text" "^process $PID \(sleep\): as asked"
    done
}

@test "each part that differs is named, with what is there and what was asked for" {
    started --user 1000:1000 --keep NET_RAW
    asserts 1 --user 1000:1000 --keep NET_RAW,KILL --no-new-privs --disable-userns
    assert_equal "$(differences)" \
        'permitted effective inheritable bounding ambient no_new_privs seccomp'
    assert_equal "$(jq -c '.threads[0] | [.more, .less]' <<<"$output")" '[[],["KILL"]]'
    assert_regex "$text" $'\n  permitted +holds less: KILL\n'
    assert_regex "$text" $'\n  no_new_privs +no; asked: yes\n'
    assert_regex "$text" $'\n  seccomp +no filter; asked: a filter\n'
    assert_regex "$text" "^process $PID \(sleep\): not as asked"$'\n'"thread $PID \(sleep\):"$'\n'
    assert_regex "$text" $'\nthreads: 1, not as asked: 1$'

    asserts 1 --user 1001:1002 --groups 4
    assert_equal "$(differences)" \
        'uid gid groups permitted effective inheritable bounding ambient'
    assert_equal "$(jq -c '.threads[0] | [.more, .less]' <<<"$output")" '[["NET_RAW"],[]]'
    assert_regex "$text" $'\n  uid +real 1000, effective 1000, saved 1000, fs 1000; asked: 1001\n'
    assert_regex "$text" $'\n  gid +real 1000, .*; asked: 1002\n'
    assert_regex "$text" $'\n  groups +1000; asked: 4,1002\n'
    assert_regex "$text" $'\n  ambient +holds more: NET_RAW\n'

    asserts 1 --user 1000:1000 --keep KILL
    assert_regex "$text" $'\n  ambient +holds more: NET_RAW; holds less: KILL\n'
}

@test "a program that was started without capwrap differs, and its sets are printed in short form" {
    in_background sleep sleep 300
    PID=${BACKGROUND[-1]}
    asserts 1 --groups keep
    assert_equal "$(differences)" 'permitted effective bounding'
    assert_regex "$text" $'\n  bounding +holds more: all( but SYS_RESOURCE)?\n'
}

@test "a service that narrowed itself holds less" {
    started --keep NET_RAW,SETPCAP
    asserts 0 --keep NET_RAW,SETPCAP
    in_background sleep "$CAPWRAP" -q --keep NET_RAW,SETPCAP -- "$CAPWRAP" -q --keep NET_RAW -- sleep 300
    PID=${BACKGROUND[-1]}
    asserts 1 --keep NET_RAW,SETPCAP
    assert_regex "$text" $'\n  permitted +holds less: SETPCAP\n'
    asserts 0 --keep NET_RAW
}

@test "a wider bounding set is a difference, a note under no_new_privs, and a difference under --strict" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted "$(mask NET_RAW)"
        --effective "$(mask NET_RAW)" --inheritable "$(mask NET_RAW)" --ambient "$(mask NET_RAW)" --)
    in_background sleep "${FROM[@]}" sleep 300
    PID=${BACKGROUND[-1]}
    asserts 1 --user 1000:1000 --groups none --keep NET_RAW
    assert_equal "$(differences)" 'groups bounding'

    in_background sleep "${FROM[@]}" "$CAPWRAP" -qn --keep NET_RAW -- sleep 300
    PID=${BACKGROUND[-1]}
    asserts 1 --user 1000:1000 --keep NET_RAW -n
    assert_equal "$(differences)" groups
    assert_equal "$(jq -r '.notes[].code' <<<"$output")" bounding-left
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$(mask NET_RAW)"
        --effective "$(mask NET_RAW)" --inheritable "$(mask NET_RAW)" --ambient "$(mask NET_RAW)" --)
    in_background sleep "${FROM[@]}" "$CAPWRAP" -qn --keep NET_RAW -- sleep 300
    PID=${BACKGROUND[-1]}
    asserts 0 --user 1000:1000 --keep NET_RAW -n
    assert_regex "$text" $'\nnote: the bounding set is wider'
    asserts 0 --user 1000:1000 --keep NET_RAW # asked for or not, no_new_privs is on
    asserts 1 --user 1000:1000 --keep NET_RAW -n --strict
    assert_equal "$(differences)" bounding
    asserts 0 --user 1000:1000 --keep NET_RAW -n --quiet
    refute_regex "$text" 'note:'
}

@test "what was wanted and is not held is a note, and a difference under --strict" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETUID SETGID SETPCAP)" --permitted "$(mask NET_RAW SETUID SETGID SETPCAP)" --effective "$(mask NET_RAW SETUID SETGID SETPCAP)" --inheritable 0 --)
    in_background sleep "${FROM[@]}" "$CAPWRAP" -q --user 1000:1000 --keep NET_RAW --want KILL -- sleep 300
    PID=${BACKGROUND[-1]}
    asserts 0 --user 1000:1000 --keep NET_RAW --want KILL
    assert_equal "$(jq -r '.notes[].code' <<<"$output")" want-left-out
    assert_regex "$text" $'\nnote: KILL: wanted, and the process does not hold it$'
    asserts 1 --user 1000:1000 --keep NET_RAW --want KILL --strict --quiet
    assert_regex "$text" $'\nthreads: 1, not as asked: 0\nnote: KILL: wanted'
    asserts 0 --user 1000:1000 --want NET_RAW
    asserts 1 --user 1000:1000
}

# The main thread gives up everything; a second one is as it was before.
@test "one thread that differs is enough, and it is named" {
    cat >threads.py <<'END'
import ctypes, os, threading
libc = ctypes.CDLL(None, use_errno=True)
there = threading.Barrier(2)
def stay():
    with open("thread.new", "w") as file:
        file.write(str(threading.get_native_id()))
    there.wait()
    threading.Event().wait()
threading.Thread(target=stay, daemon=True).start()
there.wait()
if libc.prctl(24, 13, 0, 0, 0): # PR_CAPBSET_DROP, NET_RAW
    os._exit(99)
os.rename("thread.new", "thread")
threading.Event().wait()
END
    in_background python3 "$CAPWRAP" -q --keep NET_RAW,SETPCAP -- python3 threads.py
    PID=${BACKGROUND[-1]}
    until [[ -e thread ]]; do
        kill -0 "$PID" || fail "the process with threads has ended"
        sleep 0.05
    done
    asserts 1 --keep NET_RAW,SETPCAP
    assert_equal "$(jq -c '[.threads[] | .differences]' <<<"$output")" '[["bounding"],[]]'
    assert_regex "$text" $'\n  bounding +holds less: NET_RAW\n'
    assert_regex "$text" $'\nthreads: 2, not as asked: 1$'
    asserts 1 --keep SETPCAP
    assert_equal "$(jq -c '[.threads[] | .tid]' <<<"$output")" "[$PID,$(cat thread)]"
    assert_equal "$(jq -c '[.threads[1].differences | length]' <<<"$output")" '[5]'
}

@test "an ordinary user asserts root's processes and its own" {
    started --user 1000:1000 --keep NET_RAW -n
    FROM=("${ORDINARY[@]}" --)
    attempt "${FROM[@]}" "$CAPWRAP" --assert="$PID" --user 1000:1000 --keep NET_RAW -n
    assert_success
    attempt "${FROM[@]}" "$CAPWRAP" --assert="$PID" --keep NET_RAW -n # its own ids, other groups
    assert_failure 1
    assert_line --regexp '^  groups +1000; asked: none$'
    attempt as_user 12345 12345 -- "$CAPWRAP" --assert="$PID" --user 1000:1000 --keep NET_RAW -n
    assert_success
    attempt as_user 12345 12345 -- "$CAPWRAP" --assert=1 --user 1000:1000
    assert_failure 1
}

@test "nothing is changed, and no system call that could is made" {
    started --user 1000:1000 --keep NET_RAW -n
    attempt strace -f -y -o trace "$CAPWRAP" --assert="$PID" --user 1000:1000 --keep NET_RAW -n
    assert_success
    refute_regex "$(without_counts trace)" '(setresuid|setresgid|setgroups|capset|PR_CAPBSET_DROP|PR_CAP_AMBIENT_RAISE|PR_SET_|seccomp|fchown|keyctl|kill|ptrace|clone|fork|O_RDWR|O_WRONLY)'
}

@test "options whose effect cannot be read from another process are refused and named" {
    started --user 1000:1000
    local option
    for option in --lock-securebits --chown-stdio --close-fds --pdeathsig=TERM -v; do
        attempt "$CAPWRAP" --user 1000:1000 --assert="$PID" "$option"
        refused assert "--assert does not take $([[ $option == -v ]] && echo --verbose || echo "${option%=*}")"
        hint_says 'leave it out'
        assert_output ''
    done
    attempt "$CAPWRAP" --assert="$PID" --dry-run
    refused assert '--assert does not take --dry-run'
    attempt "$CAPWRAP" --assert="$PID" -- "${MARKED[@]}"
    refused options "--assert only inspects: it does not start '$PROBE'"
    hint_says "leave out $PROBE"
    assert_output ''
}

@test "a request that no start could meet is refused, as in a start" {
    started --user 1000:1000
    attempt "$CAPWRAP" --assert="$PID" --keep 63
    refused assert '63: this kernel does not have it'
    attempt "$CAPWRAP" --assert="$PID" --user no-such-user
    refused user 'no such user'
    attempt "$CAPWRAP" --assert="$PID" --keep NO_SUCH
    refused keep 'NO_SUCH'
}

@test "with --disable-userns the no_new_privs that counts is that of the process" {
    # it inherits it, as the start line without -n allows
    in_background sleep setpriv --no-new-privs "$CAPWRAP" -q --user 1000:1000 --disable-userns -- sleep 300
    PID=${BACKGROUND[-1]}
    asserts 0 --user 1000:1000 --disable-userns
    started --user 1000:1000
    asserts 1 --user 1000:1000 --disable-userns
    assert_equal "$(differences)" 'no_new_privs seccomp'
    # the caller's own shows nothing
    attempt setpriv --no-new-privs "$CAPWRAP" --assert="$PID" --user 1000:1000 --disable-userns
    assert_failure 1
    assert_line --regexp '^  no_new_privs +no; asked: yes$'
}

@test "groups that equal the main thread's are printed once" {
    in_background python3 "$START_AS" --groups 4,27,54321 -- python3 -c '
import ctypes, threading
def other():
    ctypes.CDLL(None).syscall(116, 1, (ctypes.c_uint * 1)(77))  # setgroups, of this thread alone
    threading.Event().wait()
for target in (other, threading.Event().wait, threading.Event().wait):
    threading.Thread(target=target).start()'
    PID=${BACKGROUND[-1]}
    local -a threads=()
    until ((${#threads[@]} == 4)) && grep -qx $'Groups:\t77 ' /proc/"$PID"/task/*/status; do
        sleep 0.05
        threads=("/proc/$PID/task"/*)
    done
    attempt "$CAPWRAP" --assert="$PID" --keep all --groups 5
    assert_failure 1
    assert_equal "$(grep -c '^  groups  *4,27,54321; asked: 0,5$' <<<"$output")" 1
    assert_equal "$(grep -c "^  groups  *as in thread $PID\$" <<<"$output")" 2
    assert_equal "$(grep -c '^  groups  *77; asked: 0,5$' <<<"$output")" 1
}

@test "the ID of a thread is refused, and its process is named" {
    in_background python3 python3 -c 'import threading; threading.Thread(target=threading.Event().wait).start()'
    PID=${BACKGROUND[-1]}
    local -a threads=()
    until ((${#threads[@]} == 2)); do
        sleep 0.05
        threads=("/proc/$PID/task"/*)
    done
    local thread=${threads[0]##*/}
    [[ $thread != "$PID" ]] || thread=${threads[1]##*/}
    attempt "$CAPWRAP" --assert="$thread" --keep all
    refused assert "$thread is the number of a thread of process $PID"
    hint_says 'give the number of the process'
}

@test "a zombie is refused" {
    python3 -c '
import os, time
if os.fork() == 0:
    os._exit(0)
time.sleep(300)' 3>&- &
    BACKGROUND+=($!)
    until PID=$(pgrep -P "$!" python3) && grep -q '^State:.Z' "/proc/$PID/status"; do sleep 0.05; done
    attempt "$CAPWRAP" --assert="$PID" --keep all
    refused assert "process $PID has ended: No such process"
    assert_output ''
}

# From the Nth open(2) on, nothing is found any more.
@test "a process that exits while it is read gives one clear error, at every point" {
    local nth total told=0 error
    started --user 1000:1000
    total=$(strace -e trace=openat -o /dev/stdout "$CAPWRAP" --assert="$PID" --user 1000:1000 | grep -c '^openat')
    for ((nth = 1; nth <= total; nth++)); do
        for error in ENOENT ESRCH; do
            # shellcheck disable=SC2016 # expands in the inner shell
            attempt bash -c 'strace -o trace -e trace=openat -e "inject=openat:error=$1:when=$2+" \
                "${@:3}" || exit $(($? == 127 ? 1 : $?))' sh "$error" "$nth" \
                "$CAPWRAP" --assert="$PID" --user 1000:1000
            grep -q "\"\(status\|task\|task/$PID/status\)\".*INJECTED" trace || continue
            told=$((told + 1))
            refused assert "process $PID ended while it was read: No such process"
            assert_output ''
        done
    done
    ((told >= 6)) || fail "only $told places"
}

@test "processes that exit at any time give one of the three outcomes" {
    local turn pid
    for ((turn = 0; turn < 60; turn++)); do
        sh -c 'exit 0' &
        pid=$!
        attempt "$CAPWRAP" --assert="$pid" --keep all
        case $status in
        0 | 1) assert_line --regexp '^process ' ;;
        *) refused assert "$pid" && assert_output '' ;;
        esac
        wait "$pid"
    done
}

@test "a filter cannot be checked on a kernel that does not report the seccomp mode" {
    started --user 1000:1000 -n
    sed '/^Seccomp/d' "/proc/$PID/status" >status
    # shellcheck disable=SC2016 # expands in the inner shell
    local hidden=(unshare --mount -- /bin/sh -c
        'mount --bind status "/proc/$1/status" && mount --bind status "/proc/$1/task/$1/status" &&
         shift && exec "$@"' sh "$PID")
    attempt "${hidden[@]}" "$CAPWRAP" --assert="$PID" --user 1000:1000 -n
    assert_success
    attempt "${hidden[@]}" "$CAPWRAP" --assert="$PID" --user 1000:1000 -n --disable-userns
    refused assert "/proc/$PID does not tell the seccomp mode"
    assert_output ''
    attempt "${hidden[@]}" "$CAPWRAP" --assert="$PID" --user 1000:1000 -n --json
    assert_equal "$(jq -c '.threads[0].seccomp' <<<"$output")" null
}
