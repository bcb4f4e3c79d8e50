#!/usr/bin/env bats
# capwrap in podman's containers: the images of contrib/docker, as in docker.nightly.bats, and where podman differs
# from Docker: what a user that is not root starts with, user namespaces, and what stays when nothing is
# said.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # inner shells; set_up and tests are subshells; bats
load ../../support/common
load ../../support/states
load podman

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

net_raw=$(mask NET_RAW)

setup_file() {
    require_root
    remember_machine
    podman_start
    support_folder
    capwrap_image
    shipped_images
}

teardown_file() {
    close_room
}

# pings [PODMAN OPTION...] -- [CAPWRAP ARGUMENT...]: a ping that requires NET_RAW, because no user may have
# an ICMP socket otherwise.
pings() {
    attempt in_container --sysctl 'net.ipv4.ping_group_range=1 0' "$@" busybox ping -c 1 127.0.0.1
}

# ---- a start as root ----

@test "a start as root: an ordinary user that holds exactly NET_RAW uses it" {
    pings "${ROOT_START[@]}" --cap-add NET_RAW -- capwrap --user 1000:1000 --keep NET_RAW \
        --no-new-privs --
    assert_success
    assert_output --partial '1 packets received'
    quiet
    attempt in_container "${ROOT_START[@]}" --cap-add NET_RAW -- capwrap --user 1000:1000 \
        --keep NET_RAW --no-new-privs -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_raw"
    quiet
}

@test "without the capability the same ping fails: as an ordinary user, and through capwrap" {
    pings --cap-drop all --user 1000 --
    assert_failure 1
    assert_regex "$stderr" 'permission denied'
    pings "${ROOT_START[@]}" --cap-add NET_RAW -- capwrap --user 1000:1000 --
    assert_failure 1
    assert_regex "$stderr" 'permission denied'
}

@test "podman's default set and seccomp profile: nothing is missing" {
    attempt in_container -- capwrap --user 1000:1000 --keep NET_RAW -- \
        sh -c 'grep ^Seccomp: /proc/self/status && exec /support/probe'
    assert_line 'Seccomp:	2'
    is_user 1000 1000 1000
    holds_exactly "$net_raw"
    quiet
}

@test "podman's default profile lets a program make a user namespace, and --disable-userns does not" {
    attempt in_container -- capwrap --user 1000:1000 --no-new-privs -- unshare --user true
    assert_success
    attempt in_container -- capwrap --user 1000:1000 --no-new-privs --disable-userns -- unshare --user true
    assert_failure 1
    assert_regex "$stderr" 'unshare.*: Operation not permitted'
}

@test "podman leaves ports below 1024 to those with the capability, unlike Docker" {
    run in_container -- cat /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 1024
}

@test "under a read-only root nothing is missing" {
    attempt in_container "${ROOT_START[@]}" --read-only --read-only-tmpfs=false --cap-add NET_RAW -- \
        capwrap --user 1000:1000 --keep NET_RAW --no-new-privs -- \
        sh -c '! touch /tmp/x && exec /support/probe'
    holds_exactly "$net_raw"
    assert_equal "$stderr" 'touch: /tmp/x: Read-only file system'
}

@test "with --init, process 1 is podman's and holds everything; the program is its child" {
    attempt in_container "${ROOT_START[@]}" --cap-add NET_RAW --init -- capwrap \
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
            --security-opt "$more" -- capwrap --keep NET_RAW -- /support/probe
        is_user 1000 1000 1000
        holds_exactly "$net_raw"
        quiet
    done
    assert_line no_new_privs=1
}

@test "what is not kept is also removed from the ambient set; the bounding set requires SETPCAP" {
    attempt in_container --cap-drop all --cap-add NET_RAW,CHOWN --user 1000:1000 -- \
        capwrap --keep NET_RAW -- /support/probe
    refused bounding SETPCAP
    attempt in_container --cap-drop all --cap-add NET_RAW,CHOWN --user 1000:1000 -- \
        capwrap --keep NET_RAW --no-new-privs -- /support/probe
    holds_exactly "$net_raw" "$(mask NET_RAW CHOWN)"
    noted SETPCAP
    attempt in_container --cap-drop all --cap-add NET_RAW,SETPCAP --user 1000:1000 -- \
        capwrap --keep NET_RAW -- /support/probe
    holds_exactly "$net_raw"
    quiet
}

@test "without --cap-add such a user holds nothing, and capwrap explains why nothing can be kept" {
    attempt in_container --user 1000:1000 -- capwrap --keep NET_RAW -- /support/probe
    refused keep 'in the bounding set only'
}

@test "USER app with a file-capability capwrap: a raw socket works, and in podman without capwrap" {
    the_user_image_has_a_raw_socket
    attempt podman run --rm --cap-drop ALL --cap-add NET_RAW --entrypoint python3 user-ping \
        /app/ping.py 127.0.0.1
    assert_output '127.0.0.1 answers'
    attempt podman run --rm --entrypoint python3 user-ping /app/ping.py 127.0.0.1
    assert_failure
    assert_regex "$stderr" 'PermissionError'
}

@test "--user 1000 with --cap-add, a file-capability capwrap: exactly the kept one, also under no-new-privileges" {
    local more
    for more in label=disable no-new-privileges; do
        attempt in_user_image --user 1000:1000 --security-opt "$more" -- \
            capwrap --keep NET_RAW -- /support/probe
        is_user 1000 1000 1000
        holds_exactly "$net_raw"
        quiet
    done
    assert_line no_new_privs=1
}

@test "the same without --cap-add works; under no-new-privileges it is refused with an explanation" {
    attempt run_in user-ping --entrypoint '' --user 1000:1000 -- \
        capwrap --keep NET_RAW --no-new-privs -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_raw" "$(docker_default)"
    attempt run_in user-ping --entrypoint '' --user 1000:1000 --security-opt no-new-privileges -- \
        capwrap --keep NET_RAW -- /support/probe
    refused keep 'in the bounding set only, and no_new_privs is on: nothing was gained'
    assert_regex "$stderr" 'hint: .*start the container as root'
}

@test "only the group of app gets the capability from that capwrap" {
    its_group_alone_may_execute_it
}

# ---- what the options do, as with Docker ----

@test "drop ALL plus three, without SETPCAP: the bounding set stays, and a note says so" {
    with_three_there_is_a_note
}

@test "drop ALL plus four, with SETPCAP: all five sets are exact, and there is nothing to note" {
    with_four_all_is_exact
}

@test "with no-new-privileges set by podman, capwrap needs no option for no_new_privs" {
    no_new_privileges_needs_no_option
}

@test "a group that podman adds is gone with --user, and stays with --groups keep" {
    added_groups_are_gone
}

@test "a program that changes owners works with CHOWN and DAC_OVERRIDE, and with neither alone" {
    changing_owners_takes_two --cap-add CHOWN,DAC_OVERRIDE
}

@test "strace of another user's process works with SYS_PTRACE, and not without" {
    tracing_takes_one
}

@test "ip route works for uid 1000 with NET_ADMIN, and not without" {
    a_route_takes_one
}

# ---- the shipped images ----

@test "nginx logs to /dev/stdout with --chown-stdio, master and workers with one capability" {
    nginx_has_one_capability_and_its_log
}

@test "without --chown-stdio nginx cannot open /dev/stdout, unless the engine opens it to every user" {
    nginx_without_chown_stdio_has_no_log
}

@test "podman exec shows the sets of the server, which is process 1" {
    process_1_holds 101 NET_BIND_SERVICE podman exec nginx capwrap
}

@test "podman exec bypasses the ENTRYPOINT: it is root with the container's capabilities" {
    exec_bypasses nginx CHOWN,SETGID,SETUID,SETPCAP,NET_BIND_SERVICE
}

@test "podman exec through capwrap has exactly the requested state" {
    exec_through_capwrap nginx
}

@test "process 1 gets SIGTERM and stops at once; the Python server has no capability at all" {
    the_python_server_has_nothing_and_stops
}

@test "a health check bypasses the ENTRYPOINT as well" {
    start checked --health-interval=disable --health-cmd 'capwrap --status' "${THREE[@]}" python-server
    podman healthcheck run checked
    run podman inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' checked
    assert_regex "$output" 'uid +0'
    assert_regex "$output" 'effective +SETGID,SETUID,NET_BIND_SERVICE'
}

# ---- an entrypoint script ----

@test "the entrypoint script prepares as root and runs the program as PUID and PGID" {
    it_prepares_and_hands_over
}

@test "the entrypoint script gives the program what KEEP names" {
    it_keeps_what_is_named
}

@test "the entrypoint script works for an arbitrary uid that podman sets" {
    it_takes_an_arbitrary_uid
}

@test "the entrypoint script runs nothing for a PUID that is not a UID" {
    it_runs_nothing_for_no_uid
}

# ---- a user namespace ----

USER_NAMESPACE=(--uidmap 0:100000:65536 --gidmap 0:100000:65536)

@test "in a user namespace: exactly what is kept, as a user that this machine does not have" {
    attempt in_container "${USER_NAMESPACE[@]}" "${ROOT_START[@]}" --cap-add NET_RAW -- \
        capwrap --user 1000:1000 --keep NET_RAW --no-new-privs -- \
        sh -c 'echo $(cat /proc/self/uid_map) && exec /support/probe'
    assert_line '0 100000 65536'
    is_user 1000 1000 1000
    holds_exactly "$net_raw"
    quiet
}

@test "in a user namespace: an id that it does not map is refused, and nothing runs" {
    attempt in_container "${USER_NAMESPACE[@]}" "${ROOT_START[@]}" -- \
        capwrap --user 70000:70000 -- /support/probe
    refused groups 70000
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    leaves_nothing
}

a_container() {
    podman_start && small_image small && podman run --detach small sleep 600
}

@test "a test that is killed while a container runs leaves the machine as it was" {
    leaves_nothing_when_killed a_container
}
