# podman with a storage of its own, and its images. Source it after support/common.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2034,SC2154 # the arrays are for the tests; bats sets status, output and stderr
source "$SRC_DIR/tests/real/engines/engine.bash"
source "$SRC_DIR/tests/real/engines/claims.bash"

ENGINE=podman
RUN_OPTIONS=(--network none)

# The capabilities that capwrap uses, and gives up.
ROOT_START=(--cap-drop all --cap-add SETUID --cap-add SETGID --cap-add SETPCAP)

# podman_start: a room in which podman runs.
podman_start() {
    new_room podman
    # podman 5 leaves NET_RAW and others out of its default set, unless that set is configured.
    cat >"$ROOM/containers.conf" <<END
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
default_capabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "NET_BIND_SERVICE", "NET_RAW", "SYS_CHROOT", "MKNOD", "AUDIT_WRITE", "SETFCAP"]
init_path = "/usr/bin/catatonit"
[engine]
events_logger = "none"
runtime = "crun"
[network]
network_backend = "netavark"
default_subnet = "$PODMAN_NETWORK.0.0/24"
END
    open_room catatonit -P # reaps what conmon leaves
    room_opens room_runs catatonit
}

# podman ARGUMENT...: Debian's, in that room. A command that does not exit in time is a failure.
podman() {
    "$SRC_DIR/tests/real/engines/podman" "$@"
}

# As in common.bash; repeated if it failed without any output. podman may lose what a container
# wrote immediately before its exit (containers/podman#9096), and every refusal prints a reason.
attempt() {
    run --separate-stderr "$@"
    [[ $status == 0 || -n $output$stderr ]] || run --separate-stderr "$@"
}

# small_image NAME: busybox and setcap as the public image of that name.
small_image() {
    image small | podman import --change 'ENV PATH=/usr/sbin:/usr/bin' - "$1" >/dev/null 2>&1
}
