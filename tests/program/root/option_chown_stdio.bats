#!/usr/bin/env bats
# --chown-stdio: only pipes and the terminal of the session are given to the user.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common
load ../../support/states

setup() {
    require_root
    www=$(id -u www-data)
}

# owners: the program that prints the owners of its three streams, on descriptor 5, which is a file.
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

@test "pipes are given to the user and keep their group" {
    through_pipes --user www-data --chown-stdio
    assert_equal "$(sort -u "$PUBLIC/owners")" "$www:0"
    assert_equal "$(wc -l <"$PUBLIC/owners")" 3
    assert_equal "$(cat "$PUBLIC/stderr")" ''
}

@test "without --chown-stdio pipes stay root's" {
    through_pipes --user www-data
    assert_equal "$(sort -u "$PUBLIC/owners")" '0:0'
}

@test "the program does not hold CAP_CHOWN" {
    runs --user www-data --chown-stdio -- "$PROBE"
    holds_exactly "$(mask)"
    runs --user www-data --chown-stdio --keep net_raw -n --lock-securebits -- "$PROBE"
    holds_exactly "$(mask net_raw)"
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

@test "the owner of a file stays" {
    : >"$PUBLIC/file"
    left_alone "$PUBLIC/file"
}

@test "the owner of a FIFO on disk stays" {
    mkfifo "$PUBLIC/fifo"
    left_alone "$PUBLIC/fifo"
}

@test "the owner of a device stays" {
    local device
    for device in null zero full ptmx tty0; do
        [[ -e /dev/$device ]] || continue
        left_alone "/dev/$device"
    done
}

@test "the owner of a socket stays" {
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
# of a session that has no terminal, whose terminal it is not (stranger).
on_terminal() {
    run /usr/bin/python3 - "$CAPWRAP" "$1" <<'EOF2'
import os, pty, sys

capwrap, how = sys.argv[1:]
command = [capwrap, "-q", "--user", "www-data", "--chown-stdio", "--", "sh", "-c", "stat -L -c %u /dev/fd/0"]
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

@test "a terminal is given to the user if capwrap leads its session" {
    on_terminal leader
    assert_output "$(printf '0\n%s' "$www")"
}

@test "the owner of a terminal stays if capwrap does not lead its session" {
    on_terminal child
    assert_output "$(printf '0\n0')"
}

@test "the owner of a terminal of another session stays" {
    on_terminal stranger
    assert_output "$(printf '0\n0')"
}

@test "the owner of a file on devpts that is no terminal stays" {
    local file
    for file in /dev/pts /dev/pts/ptmx; do
        echo "case: $file"
        attempt "$START_AS" --open "0=$file" -- "$CAPWRAP" --user nobody --chown-stdio -- \
            stat -Lc %u /proc/self/fd/0
        assert_success
        assert_output 0
    done
}

# ---- streams whose owner cannot be changed ----

# on_terminal_of_another OPTION...: capwrap with these options on a terminal whose session its parent leads,
# as behind docker run --init, tini or su -c; what is shown there is left in $output. The program opens
# /dev/stdout again.
on_terminal_of_another() {
    run /usr/bin/python3 - "$CAPWRAP" --user www-data "$@" -- sh -c 'echo reopened >/dev/stdout' <<'EOF2'
import os, pty, sys

pid, master = pty.fork()
if pid == 0:
    os._exit(os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:]))
text = b""
try:
    while chunk := os.read(master, 1000):
        text += chunk
except OSError:
    pass
print(text.decode().replace("\r", ""), end="")
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
EOF2
}

@test "a terminal that stays another user's gives a note, and an error under --strict" {
    on_terminal_of_another --chown-stdio
    assert_failure
    assert_line --index 0 'capwrap: note: standard output and error are not handed over, and the user may not open them again (/dev/stdout, /dev/stderr)'
    assert_line --partial 'Permission denied' # as the note says
    refute_output --partial reopened
    on_terminal_of_another --chown-stdio --strict
    assert_equal "$status" 125
    assert_line --index 0 'capwrap: stdio: standard output or error is not handed over, and the user may not open it again: Permission denied'
    assert_line --index 1 --regexp '^  hint: leave out --strict, or start capwrap as the leader'
    assert_equal "${#lines[@]}" 2
    on_terminal_of_another --strict # without --chown-stdio
    refute_output --partial capwrap:
}

@test "a program that may open the terminal by a capability gets no note" {
    on_terminal_of_another --chown-stdio --strict --keep DAC_OVERRIDE
    assert_success
    assert_output reopened
}

# to_file MODE WORD...: capwrap with these options, as www-data, whose standard output is a file of root's.
to_file() {
    local file=$PUBLIC/out
    rm -f "$file"
    : >"$file"
    chmod "$1" "$file"
    run bash -c 'file=$0; exec "$@" 2>&1 >"$file" </dev/null | cat' "$file" "$CAPWRAP" --user www-data "${@:2}"
}

@test "a file that the user may not reopen gives a note, one that it may reopen gives none" {
    to_file 644 --chown-stdio -- true
    assert_output 'capwrap: note: standard output is not handed over, and the user may not open it again (/dev/stdout)'
    to_file 666 --chown-stdio --strict -- true
    assert_output ''
    to_file 644 --chown-stdio -q -- true
    assert_output ''
    to_file 644 -- true
    assert_output ''
    run bash -c 'exec "$@" >/dev/null 2>"$0" </dev/null' "$PUBLIC/out" "$CAPWRAP" --user www-data --chown-stdio -- true
    assert_equal "$(cat "$PUBLIC/out")" \
        'capwrap: note: standard error is not handed over, and the user may not open it again (/dev/stderr)'
}

@test "the rehearsal prints the same note and the same refusal" {
    : >"$PUBLIC/err"
    chmod 644 "$PUBLIC/err"
    run bash -c '"$@" 2>"$0" | cat' "$PUBLIC/err" "$CAPWRAP" --dry-run --json --user www-data --chown-stdio -- true
    assert_equal "$(jq -r '.notes[].code' <<<"$output")" stdio-closed
    run bash -c '"$@" 2>"$0" | cat' "$PUBLIC/err" "$CAPWRAP" --dry-run --json --strict --user www-data --chown-stdio -- true
    assert_equal "$(jq -r '"\(.outcome) \(.exit) \(.error.step) \(.error.code)"' <<<"$output")" \
        'refused 125 stdio strict'
}

@test "a socket, which no process can reopen, gives a note, and an error under --strict" {
    run /usr/bin/python3 - "$CAPWRAP" <<'EOF2'
import socket, subprocess, sys

ours, theirs = socket.socketpair()
for more in [], ["--strict"]:
    done = subprocess.run([sys.argv[1], "--user", "www-data", "--chown-stdio", *more, "--", "true"],
                          stdin=subprocess.DEVNULL, stdout=theirs, stderr=subprocess.PIPE, text=True)
    print(done.returncode, done.stderr, end="")
EOF2
    assert_line --index 0 '0 capwrap: note: standard output is not handed over, and the user may not open it again (/dev/stdout)'
    assert_line --index 1 --regexp '^125 capwrap: stdio: .*: No such device or address$'
    assert_line --index 2 '  hint: leave out --strict, or --chown-stdio: nobody can open a socket again'
}

@test "a stream that cannot be inspected again is reported as not reopenable" {
    local call
    for call in fcntl:error=EBADF:when=3 fcntl:error=EBADF:when=2 '?fstat,newfstatat:error=EIO:when=2'; do
        echo "case: $call"
        : >"$PUBLIC/out"
        chmod 644 "$PUBLIC/out"
        run bash -c 'file=$0; exec "$@" 2>&1 >"$file" </dev/null | cat' "$PUBLIC/out" \
            strace -qq -o /dev/null -P "$PUBLIC/out" -e "inject=$call" \
            "$CAPWRAP" --user www-data --chown-stdio -- true
        if [[ $call == *=3 ]]; then # there is no third call
            assert_output --partial 'standard output is not handed over'
        else
            assert_output ''
        fi
    done
}

@test "a closed stream is not reopenable by the user" {
    run bash -c 'exec "$@" >&- 2>/dev/null' sh "$CAPWRAP" --user www-data --chown-stdio --strict -- true
    assert_success
}

@test "--chown-stdio without CAP_CHOWN is refused if a stream has to change its owner" {
    local few option
    few=$(mask setuid setgid setpcap)
    for option in '' --dry-run; do
        attempt bash -c '"$@" 2>&1 >/dev/null | cat >&2; exit "${PIPESTATUS[0]}"' sh \
            "$START_AS" --bounding "$few" --permitted "$few" -- \
            "$CAPWRAP" --user www-data --chown-stdio $option -- "${MARKED[@]}"
        refused stdio CHOWN
    done
}

@test "--chown-stdio without CAP_CHOWN is accepted if no stream has to change its owner" {
    local few
    few=$(mask setuid setgid setpcap)
    : >"$PUBLIC/stderr"
    chmod 666 "$PUBLIC/stderr"
    run bash -c 'exec "$@" </dev/null >/dev/null 2>"$0"' "$PUBLIC/stderr" \
        "$START_AS" --bounding "$few" --permitted "$few" -- \
        "$CAPWRAP" --user www-data --chown-stdio -- true
    assert_success
    assert_equal "$(cat "$PUBLIC/stderr")" ''
}
