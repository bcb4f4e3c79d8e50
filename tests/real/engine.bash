# What every container engine of these tests has in common: its room, its images, and that the machine
# stays as it was. Source it after ../support/common.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output

# ---- the room ----

# open_room FOLDER COMMAND...: COMMAND in an engine-room, which closes at close_room, or when this process
# and all that inherited descriptor $room_life from it have ended.
open_room() {
    local folder=$1
    export room_life
    mkfifo "$folder/life"
    # In no process group and below no process that whoever ends this test may end with it.
    (setsid "$SRC_DIR/tests/real/engine-room" "$folder" "${@:2}" \
        <"$folder/life" >/dev/null 2>&1 3>&- &)
    exec {room_life}>"$folder/life"
}

# close_room FOLDER: ends everything in it, if that has not ended, and waits until it is cleaned up.
close_room() {
    [ ! -e "$1/keeper" ] || kill "$(cat "$1/keeper")"
    room_gone "$1"
}

room_gone() {
    local try
    for try in {1..600}; do
        [ -e "$1" ] || return 0
        sleep 0.1
    done
    echo "$1 is still there after $try tries:" >&2
    room_log "$1"
    return 1
}

# room_runs FOLDER NAME: the room is open, and its command is that program.
room_runs() {
    [[ -s $1/init ]] && grep -qsx "$2" "/proc/$(cat "$1/init")/comm"
}

# room_log FOLDER: what its command wrote.
room_log() {
    tail -n 20 "$1/log" >&2
}

# room_processes FOLDER: the name of the process namespace of the room.
room_processes() {
    readlink "/proc/$(cat "$1/init")/ns/pid"
}

# ---- images and waiting ----

# image NAME: a tar file of this machine's programs in the role of a public image.
image() {
    "$SRC_DIR/tests/real/docker-image.py" "$1"
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

# ---- the machine ----

# machine_state: what an engine could leave behind, but for what has its own name.
machine_state() {
    cat /proc/mounts
    ip -oneline link | cut -d: -f2
    iptables-save | grep -v '^#' || true
    ls /var/run/netns /etc/docker /run/docker* /var/lib/docker /var/lib/containerd \
        /run/containers /run/crun /run/libpod 2>&1 || true
    find /etc/containers /etc/cni /var/lib/containers /var/lib/cni -printf '%p %T@\n' 2>&1 || true
}

# as_before FILE FOLDER PID_NAMESPACE: the machine is as FILE tells, and of the room in FOLDER there is
# neither a file, a cgroup nor a process.
as_before() {
    diff "$1" <(machine_state) && [[ ! -e $2 ]] &&
        [[ -z $(find /sys/fs/cgroup -maxdepth 2 -name "${2##*/}") ]] &&
        ! readlink /proc/[0-9]*/ns/pid | grep -Fx "$3"
}
