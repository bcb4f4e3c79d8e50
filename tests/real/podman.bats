#!/usr/bin/env bats
# capwrap in podman's containers, where these differ from Docker's: what a user that is not root starts
# with, user namespaces, and what stays when nothing is said.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # inner shells; set_up and tests are subshells; bats
load ../support/common
load podman

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

net_raw=$(mask NET_RAW)

setup_file() {
    require_root
    machine_state >"$BATS_FILE_TMPDIR/before"
    podman_start
    podman_images
}

teardown_file() {
    close_room "$PODMAN_FOLDER"
}

# pings [PODMAN OPTION...] -- [CAPWRAP ARGUMENT...]: a ping that takes NET_RAW, because nobody may have
# an ICMP socket otherwise.
pings() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    attempt in_container --sysctl 'net.ipv4.ping_group_range=1 0' "${options[@]}" \
        "$@" busybox ping -c 1 127.0.0.1
}

# ---- a start as root ----

@test "a start as root: an ordinary user that holds exactly NET_RAW uses it" {
    pings "${ROOT_START[@]}" --cap-add NET_RAW -- /support/capwrap --user 1000:1000 --keep NET_RAW \
        --no-new-privs --
    assert_success
    assert_output --partial '1 packets received'
    quiet
    attempt in_container "${ROOT_START[@]}" --cap-add NET_RAW -- /support/capwrap --user 1000:1000 \
        --keep NET_RAW --no-new-privs -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_raw"
    quiet
}

@test "without the capability the same ping fails: as an ordinary user, and through capwrap" {
    pings --cap-drop all --user 1000 --
    assert_failure 1
    assert_regex "$stderr" 'permission denied'
    pings "${ROOT_START[@]}" --cap-add NET_RAW -- /support/capwrap --user 1000:1000 --
    assert_failure 1
    assert_regex "$stderr" 'permission denied'
}

@test "podman's default set and seccomp profile: nothing is missing" {
    attempt in_container -- /support/capwrap --user 1000:1000 --keep NET_RAW -- \
        sh -c 'grep ^Seccomp: /proc/self/status && exec /support/probe'
    assert_line 'Seccomp:	2'
    is_user 1000 1000 1000
    holds_exactly "$net_raw"
    quiet
}

@test "podman leaves ports below 1024 to those with the capability, unlike Docker" {
    run in_container -- cat /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 1024
}

@test "under a read-only root nothing is missing" {
    attempt in_container "${ROOT_START[@]}" --read-only --read-only-tmpfs=false --cap-add NET_RAW -- \
        /support/capwrap --user 1000:1000 --keep NET_RAW --no-new-privs -- \
        sh -c '! touch /tmp/x && exec /support/probe'
    holds_exactly "$net_raw"
    assert_equal "$stderr" 'touch: /tmp/x: Read-only file system'
}

@test "with --init, process 1 is podman's and keeps everything; the program is its child" {
    attempt in_container "${ROOT_START[@]}" --cap-add NET_RAW --init -- /support/capwrap \
        --user 1000:1000 --keep NET_RAW --no-new-privs -- \
        sh -c 'grep -E "^(Name|CapEff)" /proc/1/status; exec /support/probe'
    assert_line 'Name:	podman-init'
    assert_line "CapEff:	$(mask NET_RAW SETUID SETGID SETPCAP)"
    holds_exactly "$net_raw"
}

# ---- a start as an ordinary user ----

@test "podman makes an added capability ambient for a user that is not root, in all five sets" {
    attempt in_container --cap-drop all --cap-add NET_RAW --user 1000:1000 -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_raw"
}

@test "there a capwrap without file capabilities keeps it, also under no-new-privileges" {
    local more
    for more in label=disable no-new-privileges; do
        attempt in_container --cap-drop all --cap-add NET_RAW --user 1000:1000 \
            --security-opt "$more" -- /support/capwrap --keep NET_RAW -- /support/probe
        is_user 1000 1000 1000
        holds_exactly "$net_raw"
        quiet
    done
    assert_line no_new_privs=1
}

@test "what is not kept is gone from the ambient set as well; the bounding set takes SETPCAP" {
    attempt in_container --cap-drop all --cap-add NET_RAW,CHOWN --user 1000:1000 -- \
        /support/capwrap --keep NET_RAW -- /support/probe
    refused bounding SETPCAP
    attempt in_container --cap-drop all --cap-add NET_RAW,CHOWN --user 1000:1000 -- \
        /support/capwrap --keep NET_RAW --no-new-privs -- /support/probe
    holds_exactly "$net_raw" "$(mask NET_RAW CHOWN)"
    noted SETPCAP
    attempt in_container --cap-drop all --cap-add NET_RAW,SETPCAP --user 1000:1000 -- \
        /support/capwrap --keep NET_RAW -- /support/probe
    holds_exactly "$net_raw"
    quiet
}

@test "without --cap-add such a user holds nothing, and capwrap says why nothing can be kept" {
    attempt in_container --user 1000:1000 -- /support/capwrap --keep NET_RAW -- /support/probe
    refused keep 'in the bounding set only'
}

# ---- a user namespace ----

USER_NAMESPACE=(--uidmap 0:100000:65536 --gidmap 0:100000:65536)

@test "in a user namespace: exactly what is kept, as a user that this machine does not have" {
    attempt in_container "${USER_NAMESPACE[@]}" "${ROOT_START[@]}" --cap-add NET_RAW -- \
        /support/capwrap --user 1000:1000 --keep NET_RAW --no-new-privs -- \
        sh -c 'echo $(cat /proc/self/uid_map) && exec /support/probe'
    assert_line '0 100000 65536'
    is_user 1000 1000 1000
    holds_exactly "$net_raw"
    quiet
}

@test "in a user namespace: an id that it does not map is refused, and nothing runs" {
    attempt in_container "${USER_NAMESPACE[@]}" "${ROOT_START[@]}" -- \
        /support/capwrap --user 70000:70000 -- /support/probe
    refused groups 70000
}

# ---- the machine ----

@test "afterwards the machine is as before" {
    local namespace
    namespace=$(room_processes "$PODMAN_FOLDER")
    close_room "$PODMAN_FOLDER"
    eventually as_before "$BATS_FILE_TMPDIR/before" "$PODMAN_FOLDER" "$namespace"
}

@test "the machine is as before also when the test is killed while a container runs" {
    local folder namespace
    run bash -c '
        source "$SRC_DIR/tests/real/podman.bash"
        podman_start && import debian && podman run --detach debian sleep 600 || exit
        echo "$PODMAN_FOLDER"
        room_processes "$PODMAN_FOLDER"
        kill -KILL $$'
    assert_failure 137
    folder=${lines[-2]} namespace=${lines[-1]}
    room_gone "$folder"
    eventually as_before "$BATS_FILE_TMPDIR/before" "$folder" "$namespace"
}
