#!/usr/bin/env bats
# --status=PID: every thread, the program, the user namespace; and what it refuses to show.

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

# A process with three threads: the main one has given up NET_RAW in its bounding set and is
# no_new_privs, a second one is as it was, a third one is as the main one. Its number is in $PID, those
# of the threads in the file threads.
process_with_threads() {
    cat >threads.py <<'END'
import ctypes, os, threading
libc = ctypes.CDLL(None, use_errno=True)
CAP_NET_RAW, PR_SET_NAME, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 13, 15, 24, 38
numbers, there = {}, threading.Barrier(3)

def drop():
    if libc.prctl(PR_CAPBSET_DROP, CAP_NET_RAW, 0, 0, 0) or libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        os._exit(99)

def stay(name, change):
    libc.prctl(PR_SET_NAME, name, 0, 0, 0)
    if change:
        drop()
    numbers[name] = threading.get_native_id()
    there.wait()
    threading.Event().wait()

for name, change in ((b"wide\x1b[31m", False), (b"narrow", True)):
    threading.Thread(target=stay, args=(name, change), daemon=True).start()
drop()
there.wait()
with open("threads.new", "w") as file:
    file.write(f"{numbers[bytes(b'wide' + bytes([27]) + b'[31m')]} {numbers[b'narrow']}\n")
os.rename("threads.new", "threads")
threading.Event().wait()
END
    python3 threads.py 3>&- &
    PID=$!
    BACKGROUND+=("$PID")
    until [[ -e threads ]]; do
        kill -0 "$PID" || fail "the process with threads has ended"
        sleep 0.05
    done
    read -r WIDE NARROW <threads
}

@test "every thread is shown, and one that holds more than the main thread is named" {
    process_with_threads
    attempt "$CAPWRAP" --status="$PID" --json
    assert_success
    assert_equal "$(jq -c '[.threads[].tid]' <<<"$output")" \
        "$(jq -cn "[$PID] + ([$WIDE, $NARROW] | sort)")"
    assert_equal "$(jq -c "[.threads[] | select(.more != []) | .tid, .more]" <<<"$output")" \
        "[$WIDE,[\"NET_RAW\"]]"
    assert_equal "$(jq -c "[.threads[] | .state.no_new_privs] | sort" <<<"$output")" '[false,true,true]'
    assert_equal "$(jq -c "[.threads[0].state == .state, .state.no_new_privs]" <<<"$output")" '[true,true]'

    attempt "$CAPWRAP" --status="$PID"
    assert_success
    quiet
    assert_line --regexp "^thread $WIDE \(wide.x1b\[31m\), which differs .* bounding and holds more: NET_RAW:$"
    refute_line --partial "thread $NARROW"
    assert_line 'threads: 3, with another state than the main one: 1'
}

@test "the ID of a thread is refused, and its process is named" {
    process_with_threads
    for options in --status= '--json --status='; do
        # shellcheck disable=SC2086 # words
        attempt "$CAPWRAP" $options"$WIDE"
        refused status "$WIDE is the number of a thread of process $PID"
        hint_says 'give the number of the process'
        [[ $options == *json* ]] || assert_output ''
    done
}

@test "a process whose main thread has exited is shown with its other threads" {
    cat >headless.c <<'END'
#include <pthread.h>
#include <unistd.h>
static void *stay(void *name) { return (void)name, pause(), (void *)0; }
int main(void) {
    pthread_t thread;
    if (pthread_create(&thread, 0, stay, 0) != 0)
        return 1;
    pthread_exit(0);
}
END
    cc -o headless headless.c -pthread
    in_background headless ./headless
    PID=${BACKGROUND[0]}
    until [[ $(awk '$1 == "State:" { print $2 }' "/proc/$PID/task/$PID/status") == Z ]]; do sleep 0.05; done
    attempt "$CAPWRAP" --status="$PID" --json
    assert_success
    assert_equal "$(jq '.threads | length' <<<"$output")" 2
    assert_equal "$(jq -c '.program, .ended, [.threads[].ended]' <<<"$output")" \
        "\"$PUBLIC/headless\""$'\nfalse\n[true,false]'
    attempt "$CAPWRAP" --status="$PID"
    assert_success
    assert_line "process $PID (headless), whose main thread has ended:"
    assert_line --regexp "^  program +$PUBLIC/headless$"
}

@test "a zombie is shown with its last state and as exited" {
    python3 -c '
import os, time
if os.fork() == 0:
    os._exit(0)
time.sleep(300)' 3>&- &
    local parent=$!
    BACKGROUND+=("$parent")
    until PID=$(pgrep -P "$parent" python3) && grep -q '^State:.Z' "/proc/$PID/status"; do sleep 0.05; done
    attempt "$CAPWRAP" --status="$PID"
    assert_success
    quiet
    assert_line "process $PID (python3) has ended; its last state:"
    refute_line --regexp '^  program '
    attempt "$CAPWRAP" --status="$PID" --json
    assert_success
    assert_equal "$(jq -c '.program, .ended, [.threads[].ended]' <<<"$output")" $'null\ntrue\n[true]'
    run "$SRC_DIR/tests/source/docs/validate.py" --strict <<<"$output"
    assert_success

    attempt "$CAPWRAP" --status="$parent"
    refute_output --partial ended
    attempt "$CAPWRAP" --status="$parent" --json
    assert_equal "$(jq -c '.ended, [.threads[].ended]' <<<"$output")" $'false\n[false]'
}

@test "the program and the name are shown without control characters" {
    local rlo=$'\xe2\x80\xae' # U+202E
    local name=$'evil\e[31m'${rlo}txt.exe
    cp "$(type -P sleep)" "$name"
    "./$name" 300 3>&- &
    PID=$!
    BACKGROUND+=("$PID")
    until [[ $(readlink "/proc/$PID/exe") == *txt.exe ]]; do sleep 0.05; done
    attempt "$CAPWRAP" --status="$PID"
    assert_success
    assert_line --regexp '^  program +/.*/evil.x1b\[31m.u202etxt\.exe$'
    assert_line --regexp "^process $PID \(evil.x1b\[31m"
    refute_regex "$output" $'\e'"|$rlo"
    attempt "$CAPWRAP" --status="$PID" --json
    refute_regex "$output" $'\e'"|$rlo"
    assert_equal "$(jq -r .program <<<"$output")" "$PUBLIC/$name"
}

@test "a process in another user namespace is shown as such, also when /proc hides its link" {
    FROM=("$SUPPORT_BIN/in-userns" --uid-map "0,1000,1" --gid-map "0,1000,1" --)
    in_background in-userns "${FROM[@]}" sleep 300
    PID=$(child_of "${BACKGROUND[0]}" sleep)
    attempt "$CAPWRAP" --status="$PID"
    assert_success
    assert_line --regexp '^  user namespace another one'
    attempt "$CAPWRAP" --status="$PID" --json
    assert_equal "$(jq -r .user_namespace <<<"$output")" other
    attempt as_user 2000 2000 -- "$CAPWRAP" --status="$PID" --json # only the maps are readable
    assert_equal "$(jq -r '.user_namespace, .program' <<<"$output")" $'other\nnull'
    attempt as_user 2000 2000 -- "$CAPWRAP" --status=1 --json
    assert_equal "$(jq -r '.user_namespace, .program' <<<"$output")" $'null\nnull'
    attempt "$CAPWRAP" --status=$$ --json
    assert_equal "$(jq -r .user_namespace <<<"$output")" this
}

@test "the /proc of another PID namespace is refused, whether that is a parent or a child" {
    for pid in 1 2 $$; do
        attempt unshare --pid --fork -- "$CAPWRAP" --status="$pid"
        refused status 'of another pid namespace'
        hint_says 'mount the /proc'
        assert_output ''
    done
    in_background unshare unshare --mount --pid --fork --mount-proc --kill-child -- sleep 300
    PID=$(child_of "${BACKGROUND[0]}" sleep)
    attempt nsenter --mount --target "$PID" -- "$CAPWRAP" --status=1
    refused status 'of another pid namespace'
    attempt nsenter --mount --pid --target "$PID" -- "$CAPWRAP" --status=1 --json
    assert_success
    assert_equal "$(jq -r '.name' <<<"$output")" sleep
}

@test "without /proc --status shows capwrap itself, and refuses every number" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt unshare --mount -- /bin/sh -c 'mount -t tmpfs none /proc && "$1" --status' sh "$CAPWRAP"
    assert_success
    # shellcheck disable=SC2016
    attempt unshare --mount -- /bin/sh -c 'mount -t tmpfs none /proc && "$1" --status=1' sh "$CAPWRAP"
    refused status '/proc does not tell'
}

# From the Nth open(2) on, nothing is found any more.
@test "a process that exits while it is read gives one clear error, at every point" {
    local nth total told=0
    in_background sleep sleep 300
    PID=${BACKGROUND[0]}
    total=$(strace -e trace=openat -o /dev/stdout "$CAPWRAP" --status="$PID" | grep -c '^openat')
    for ((nth = 1; nth <= total; nth++)); do
        for error in ENOENT ESRCH; do
            attempt strace -o trace -e trace=openat -e "inject=openat:error=$error:when=$nth+" \
                "$CAPWRAP" --status="$PID"
            grep -q "\"\(status\|task\|task/$PID/status\)\".*INJECTED" trace || continue
            told=$((told + 1))
            refused status "process $PID ended while it was read: No such process"
            assert_output ''
        done
    done
    ((told >= 6)) || fail "only $told places"
}
