#!/usr/bin/env bats
# The program's descriptors: --close-fds, and --chown-stdio, which hands over pipes and nothing else.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common

setup() {
    require_root
    www=$(id -u www-data)
}

# ---- --close-fds ----

@test "--close-fds leaves nothing above 2" {
    attempt "$START_AS" --open 7=/etc/passwd --open 9=/dev/null --open 900=/etc/passwd -- \
        "$CAPWRAP" --user www-data --close-fds -- "$PROBE" --only fds
    assert_success
    assert_output 'fds=0,1,2'
    quiet
    attempt "$START_AS" --open 7=/etc/passwd -- "$CAPWRAP" --close-fds -k chown -n -- "$PROBE" --only fds
    assert_output 'fds=0,1,2'
}

@test "without --close-fds what was inherited stays" {
    local before
    attempt "$START_AS" --open 7=/etc/passwd --open 900=/etc/passwd -- "$PROBE" --only fds
    before=$output
    assert_regex ",$before," ',7,(.*,)?900,'
    attempt "$START_AS" --open 7=/etc/passwd --open 900=/etc/passwd -- \
        "$CAPWRAP" --user www-data -- "$PROBE" --only fds
    assert_output "$before"
}

@test "--close-fds is refused when a supervisor passed sockets to this process" {
    attempt bash -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh \
        "$CAPWRAP" --user www-data --close-fds -- "${MARKED[@]}"
    refused fds 'LISTEN_PID'
    attempt bash -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh \
        "$CAPWRAP" --close-fds --user www-data --dry-run -- "${MARKED[@]}"
    assert_equal "$status" 125
}

@test "LISTEN_PID of another process is no obstacle" {
    attempt env LISTEN_PID=1 LISTEN_FDS=1 "$CAPWRAP" --user www-data --close-fds -- "$PROBE" --only fds
    assert_success
    assert_output 'fds=0,1,2'
    attempt bash -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh "$CAPWRAP" --user www-data -- "$PROBE" --only pid
    assert_success
}

# ---- closed standard streams ----

@test "a standard stream that was closed is closed for the program, too" {
    local fd
    for fd in 0 1 2; do
        attempt "$START_AS" --close "$fd" -- "$CAPWRAP" --user www-data -- sh -c \
            'state=closed; test ! -e "/proc/$$/fd/$2" || state=open; echo $state >"$1"' \
            sh "$PUBLIC/state$fd" "$fd"
        assert_success
        assert_equal "$(cat "$PUBLIC/state$fd")" closed
    done
}

# ---- --chown-stdio ----

# owners: the program that says who owns its three streams, on descriptor 5, which is a file.
owners() {
    printf '%s' 'stat -L -c %u:%g /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2 >&5'
}

# through_pipes OPTION...: the owners of three anonymous pipes that a program gets as its streams.
through_pipes() {
    : >"$PUBLIC/owners"
    chmod 666 "$PUBLIC/owners"
    run bash -o pipefail -c 'program=$1 out=$2 err=$3; shift 3
        sleep 0.2 | { "$@" -- bash -c "$program" 2>&1 1>&4 5>"$out" | cat >"$err"; } 4>&1 | cat' \
        sh "$(owners)" "$PUBLIC/owners" "$PUBLIC/stderr" "$CAPWRAP" "$@"
    assert_success
}

@test "pipes become the user's, and keep their group" {
    through_pipes --user www-data --chown-stdio
    assert_equal "$(sort -u "$PUBLIC/owners")" "$www:0"
    assert_equal "$(wc -l <"$PUBLIC/owners")" 3
    assert_equal "$(cat "$PUBLIC/stderr")" ''
}

@test "without --chown-stdio pipes stay root's" {
    through_pipes --user www-data
    assert_equal "$(sort -u "$PUBLIC/owners")" '0:0'
}

@test "CHOWN is given up afterwards" {
    attempt "$CAPWRAP" --user www-data --chown-stdio -- "$PROBE"
    holds_exactly "$(mask)"
    quiet
    attempt "$CAPWRAP" --user www-data --chown-stdio --keep net_raw -n --lock-securebits -- "$PROBE"
    holds_exactly "$(mask net_raw)"
    quiet
}

@test "with --chown-stdio the program can open /dev/stdout and /dev/stderr again" {
    run bash -c '"$@" | cat' sh "$CAPWRAP" --user www-data --chown-stdio -- \
        sh -c 'echo reopened >/dev/stdout'
    assert_output reopened
    run bash -c '{ "$@" 2>&1 >/dev/null; } | cat' sh "$CAPWRAP" --user www-data --chown-stdio -- \
        sh -c 'echo reopened >/dev/stderr'
    assert_output reopened
    run bash -o pipefail -c '"$@" 2>/dev/null | cat' sh "$CAPWRAP" --user www-data -- \
        sh -c 'echo reopened >/dev/stdout'
    assert_failure
    refute_output reopened
}

# left_alone FILE: as each of the three streams, FILE keeps its owner.
left_alone() {
    local file=$1 owner fd
    owner=$(stat -c %u:%g "$file")
    : >"$PUBLIC/owners"
    chmod 666 "$PUBLIC/owners"
    for fd in 0 1 2; do
        run bash -c 'program=$1 out=$2 file=$3 fd=$4; shift 4
            exec 5>"$out"; eval "exec $fd<>\"\$file\""; exec "$@" -- bash -c "$program"' \
            sh "$(owners)" "$PUBLIC/owners" "$file" "$fd" "$CAPWRAP" --user www-data --chown-stdio
        assert_success
        assert_equal "$(stat -c %u:%g "$file")" "$owner"
        assert_equal "$(sed -n $((fd + 1))p "$PUBLIC/owners")" "$owner"
    done
}

@test "a file is left alone" {
    : >"$PUBLIC/file"
    left_alone "$PUBLIC/file"
}

@test "a FIFO on disk is left alone" {
    mkfifo "$PUBLIC/fifo"
    left_alone "$PUBLIC/fifo"
}

@test "devices are left alone" {
    local device
    for device in null zero full ptmx tty0; do
        [[ -e /dev/$device ]] || continue
        left_alone "/dev/$device"
    done
}

@test "a socket is left alone" {
    run /usr/bin/python3 - "$CAPWRAP" <<'EOF2'
import os, socket, subprocess, sys

ours, theirs = socket.socketpair()
subprocess.run([sys.argv[1], "--user", "www-data", "--chown-stdio", "--", "true"],
               stdin=theirs, stdout=theirs, stderr=theirs, check=True)
print(os.fstat(theirs.fileno()).st_uid)
EOF2
    assert_success
    assert_output 0
}

# on_terminal HOW: the owner of a pseudo-terminal's slave before and while a program runs on it as
# www-data: started by its session's leader (leader), by a child of that (child), or by the leader
# of a session that has no terminal, for whom it is a stranger's (stranger).
on_terminal() {
    run /usr/bin/python3 - "$CAPWRAP" "$1" <<'EOF2'
import os, pty, sys

capwrap, how = sys.argv[1:]
command = [capwrap, "--user", "www-data", "--chown-stdio", "--", "sh", "-c", "stat -L -c %u /dev/fd/0"]
master, slave = pty.openpty()
pid = os.fork()
if pid == 0:
    os.setsid()
    os.close(master)
    if how != "stranger":
        os.close(os.open(os.ttyname(slave), os.O_RDWR))  # now this session's terminal
    for fd in 0, 1, 2:
        os.dup2(slave, fd)
    print(os.fstat(0).st_uid, flush=True)
    if how != "child":
        os.execv(capwrap, command)
    os._exit(os.spawnv(os.P_WAIT, capwrap, command))
os.close(slave)
text = b""
try:
    while chunk := os.read(master, 1000):
        text += chunk
except OSError:
    pass
print(text.decode().replace("\r", ""), end="")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF2
    assert_success
}

@test "a terminal becomes the user's when capwrap leads its session" {
    on_terminal leader
    assert_output "$(printf '0\n%s' "$www")"
}

@test "a terminal whose session capwrap does not lead is left alone" {
    on_terminal child
    assert_output "$(printf '0\n0')"
}

@test "a terminal that is not the one of capwrap's own session is left alone" {
    on_terminal stranger
    assert_output "$(printf '0\n0')"
}

@test "--chown-stdio without CAP_CHOWN is refused when there is something to hand over" {
    local few
    few=$(mask setuid setgid setpcap)
    attempt bash -c '"$@" 2>&1 >/dev/null | cat >&2; exit "${PIPESTATUS[0]}"' sh \
        "$START_AS" --bounding "$few" --permitted "$few" -- \
        "$CAPWRAP" --user www-data --chown-stdio -- "${MARKED[@]}"
    refused stdio CHOWN
}

@test "--chown-stdio without CAP_CHOWN is no obstacle where there is nothing to hand over" {
    local few
    few=$(mask setuid setgid setpcap)
    run bash -c 'exec "$@" </dev/null >/dev/null 2>"$0"' "$PUBLIC/stderr" \
        "$START_AS" --bounding "$few" --permitted "$few" -- \
        "$CAPWRAP" --user www-data --chown-stdio -- true
    assert_success
    assert_equal "$(cat "$PUBLIC/stderr")" ''
}
