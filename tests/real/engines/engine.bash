# What every container engine of these tests has in common: its room, its images, and the check that the machine
# stays as it was. Source it after support/common.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2154 # bats sets output and lines
source "$SRC_DIR/tests/support/as-before.bash"

# ---- the room ----

# new_room NAME: the directory of a room that is to be opened: $ROOM.
new_room() {
    ROOM=$(mktemp -d "/tmp/capwrap-$1.XXXXXX")
    export ROOM
    chmod 755 "$ROOM"
}

# open_room COMMAND...: COMMAND in an engine-room, which closes at close_room, or when this process and
# all that inherited descriptor $room_life from it have ended.
open_room() {
    export room_life
    mkfifo "$ROOM/life"
    # In no process group and below no process that whoever ends this test may end with it.
    (setsid "$SRC_DIR/tests/real/engines/sandbox" "$ROOM" "$@" <"$ROOM/life" >/dev/null 2>&1 3>&- &)
    exec {room_life}>"$ROOM/life"
}

# room_opens COMMAND...: waits until COMMAND, which shows that the room is in use, succeeds.
room_opens() {
    eventually "$@" >/dev/null 2>&1 || { room_log && return 1; }
}

# room_runs NAME: the room's command is that program.
room_runs() {
    [[ -s $ROOM/init ]] && grep -qsx "$1" "/proc/$(cat "$ROOM/init")/comm"
}

# close_room: ends everything in it, if that has not ended, and waits until it is cleaned up.
close_room() {
    [ ! -e "$ROOM/keeper" ] || kill "$(cat "$ROOM/keeper")"
    room_gone
}

room_gone() {
    local try
    for try in {1..600}; do
        [ -e "$ROOM" ] || return 0
        sleep 0.1
    done
    echo "$ROOM is still there after $try tries:" >&2
    room_log
    return 1
}

# room_log: what its command wrote.
room_log() {
    tail -n 20 "$ROOM/log" >&2
}

# room_processes: its process namespace, for as_before.
room_processes() {
    processes_of "/proc/$(cat "$ROOM/init")"
}

# ---- images and waiting ----

# image NAME: a tar file of this machine's programs in the role of a public image.
image() {
    "$SRC_DIR/tests/real/engines/docker-image.py" "$1"
}

# eventually COMMAND...: it succeeds within two minutes.
eventually() {
    local end=$((SECONDS + 120))
    until "$@"; do
        ((SECONDS < end)) || { echo "still not after two minutes: $*" >&2 && return 1; }
        sleep 0.2
    done
}

# ---- what a container holds ----

# status_shows UID INHERITABLE PERMITTED BOUNDING AMBIENT NO_NEW_PRIVS: lines of /proc/PID/status in
# $output; what is permitted is effective.
status_shows() {
    assert_line "Uid:	$1	$1	$1	$1"
    assert_line "CapInh:	$2"
    assert_line "CapPrm:	$3"
    assert_line "CapEff:	$3"
    assert_line "CapBnd:	$4"
    assert_line "CapAmb:	$5"
    assert_line "NoNewPrivs:	$6"
}

# process_1_holds UID NAME COMMAND...: COMMAND starts the capwrap of a container beside process 1, which is
# that user, with this capability in all five sets, and nothing else.
process_1_holds() {
    local uid=$1 name=$2 set
    run "${@:3}" --status=1
    assert_success
    assert_line --regexp "^ +uid +$uid( |\$)"
    for set in permitted effective inheritable bounding ambient; do
        assert_line --regexp "^ +$set +$name\$"
    done
    assert_line --regexp '^ +no_new_privs +yes'
}

# ---- the machine ----

# room_is_apart: changes in the room do not affect the machine: neither its mounts, network and
# processes, nor a file where engines write at fixed places.
room_is_apart() {
    local root kind place
    root=/proc/$(cat "$ROOM/init")
    for kind in mnt net pid; do
        [[ $(readlink "$root/ns/$kind") != "$(readlink "/proc/self/ns/$kind")" ]] || fail "$kind"
    done
    for place in /etc /run /var/lib /dev/shm; do
        [[ $(stat -c %d "$root/root$place") != "$(stat -c %d "$place")" ]] || fail "$place"
    done
}

# nothing_is_left PROCESSES: of the room, once it is gone.
nothing_is_left() {
    room_gone
    [[ -z $(find /sys/fs/cgroup -maxdepth 2 -name "${ROOM##*/}") ]] || fail 'a cgroup is left'
    eventually as_before "$1" >/dev/null || as_before "$1"
}

# leaves_nothing: the room, when it is closed.
leaves_nothing() {
    local processes
    processes=$(room_processes)
    room_is_apart
    close_room
    nothing_is_left "$processes"
}

# leaves_nothing_when_killed COMMAND...: neither does a room that COMMAND opens, and starts a container in,
# when the process that has done so is killed.
leaves_nothing_when_killed() {
    killed in_a_room_of_its_own "$@"
    ROOM=${lines[-2]} nothing_is_left "${lines[-1]}"
}

in_a_room_of_its_own() {
    "$@" && printf '%s\n' "$ROOM" "$(room_processes)"
}
