#!/usr/bin/env bats
# The hint of an error depends on the place in which it happens. The place is guessed from
# /.dockerenv, /run/.containerenv, KUBERNETES_SERVICE_HOST and JOURNAL_STREAM.
# shellcheck disable=SC2154 # bats sets status and stderr

load ../../support/common
load ../../support/states

PLACES=(shell docker podman kubernetes systemd)

setup() {
    require_root
}

# at PLACE -- CMD...: CMD in a root directory of its own that has the machine's directories, and of the
# files that tell a place just those of PLACE.
at() {
    # shellcheck disable=SC2016 # expands in the inner shell
    unshare --mount --propagation private -- /bin/bash -c '
        place=$1 root=$2
        shift 3
        mount -t tmpfs -o mode=755 none "$root" || exit 99
        for entry in /*; do
            if [[ -L $entry ]]; then
                cp -P "$entry" "$root/" || exit 99
            elif [[ -d $entry ]]; then
                mkdir "$root$entry" && mount --rbind "$entry" "$root$entry" || exit 99
            fi
        done
        mount -t tmpfs -o mode=755 none "$root/run" || exit 99
        case $place in
            docker) touch "$root/.dockerenv" ;;
            podman) touch "$root/run/.containerenv" ;;
            kubernetes) export KUBERNETES_SERVICE_HOST=10.0.0.1 && touch "$root/.dockerenv" ;;
            systemd) JOURNAL_STREAM=$(stat -Lc %d:%i /proc/self/fd/2) && export JOURNAL_STREAM ;;
        esac
        exec chroot "$root" "$@"' at "$1" "$BATS_TEST_TMPDIR/root" "${@:2}"
}

# advises PLACE PATTERN: capwrap ASKED, started from FROM at PLACE, is refused, and its hint matches.
advises() {
    mkdir -p "$BATS_TEST_TMPDIR/root"
    attempt at "$1" -- "${FROM[@]}" "$CAPWRAP" "${ASKED[@]}" -- "${MARKED[@]}"
    refused "$STEP"
    echo "# at $1"
    hint_says "$2"
}

@test "a capability that is not permitted: each place's way to permit it" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETUID SETGID SETPCAP)" --)
    ASKED=(--user 1000:1000 --keep "NET_ADMIN,SYS_TIME") STEP=keep
    advises shell 'start capwrap with NET_ADMIN,SYS_TIME in its bounding set$'
    advises docker 'start the container with --cap-add NET_ADMIN --cap-add SYS_TIME \(without a container: '
    advises podman 'start the container with --cap-add NET_ADMIN --cap-add SYS_TIME$'
    advises kubernetes 'add NET_ADMIN, SYS_TIME to securityContext\.capabilities\.add$'
    advises systemd 'add CAP_NET_ADMIN CAP_SYS_TIME to CapabilityBoundingSet=$'
}

@test "a capability in the bounding set only: start as root, or a capwrap with file capabilities" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --)
    ASKED=(--keep NET_RAW) STEP=keep
    advises shell 'run capwrap as root with --user$'
    advises docker 'start as root \(docker run --user 0\) .*--user, or .*file capabilities'
    advises podman 'start as root \(docker run --user 0\) .*--user, or .*file capabilities'
    advises kubernetes 'runAsUser: 0 .*--user, or .*file capabilities'
    advises systemd 'keep User= and write ExecStart=! with --user, or name it in AmbientCapabilities=$'
}

@test "a capwrap with file capabilities needs no start as root: the hint names the missing capability" {
    granted_capwrap cap_net_raw,cap_net_admin=p
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --bounding "$(mask NET_RAW)" --)
    ASKED=(--keep "NET_RAW,NET_ADMIN") STEP=keep
    advises docker 'start the container with --cap-add NET_ADMIN \(without a container: run capwrap as root\)$'
    advises podman 'start the container with --cap-add NET_ADMIN$'
    advises kubernetes 'add NET_ADMIN to securityContext\.capabilities\.add$'
    granted_capwrap cap_net_raw=p
    advises docker '--cap-add NET_ADMIN, and add the same to the file capabilities of capwrap in the image \('
    advises kubernetes 'add NET_ADMIN to securityContext\.capabilities\.add, and add the same to the file capabilities of capwrap in the image$'
}

@test "a start as root, or a change of user, takes no file capability: none is advised" {
    granted_capwrap cap_net_raw=p
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETPCAP)" --)
    ASKED=(--user 1000:1000 --keep NET_RAW) STEP=groups
    advises podman 'start the container with --cap-add SETGID --cap-add SETUID$'
    advises kubernetes 'add SETGID, SETUID to securityContext\.capabilities\.add$'
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0 --no-new-privs --)
    ASKED=(--user 33:33 --no-new-privs)
    advises podman 'start the container as root$'
    advises kubernetes 'set runAsUser: 0$'
}

@test "a capwrap whose file lacks the capability: it is named, with and without no_new_privs" {
    granted_capwrap cap_net_raw=p
    ASKED=(--keep NET_ADMIN) STEP=keep
    local option
    local -a start=("$START_AS" --uid 1000 --gid 1000 --groups none
        --bounding "$(mask NET_RAW NET_ADMIN)")
    for option in "" --no-new-privs; do
        FROM=("${start[@]}" ${option:+"$option"} --)
        advises docker 'add NET_ADMIN to the file capabilities of capwrap in the image$'
        advises kubernetes 'add NET_ADMIN to the file capabilities of capwrap in the image$'
        advises shell 'run capwrap as root with --user$'
    done
}

@test "no_new_privs and nothing permitted: a file can pass on what the caller holds, if it does" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --no-new-privs --)
    ASKED=(--keep NET_RAW) STEP=keep
    advises shell 'run capwrap as root with --user$'
    advises docker 'put a capwrap with file capabilities into the image, or start .* as root'
    advises podman 'put a capwrap with file capabilities into the image, or start .* as root'
    advises kubernetes 'put a capwrap with file capabilities into the image, or start .* as root'
    advises systemd 'keep User= and write ExecStart=! with --user, or name it in AmbientCapabilities=$'
    granted_capwrap cap_net_raw=p
    advises docker 'start .* as root .*: the file capabilities of capwrap gave nothing'
    advises kubernetes 'start .* as root .*: the file capabilities of capwrap gave nothing'
}

@test "SETPCAP is missing: the hint has --no-new-privs, or each place's way to permit it" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETUID SETGID)" --)
    ASKED=(--user 1000:1000 --keep NET_RAW) STEP=bounding
    advises shell 'add --no-new-privs, or start capwrap with SETPCAP in its bounding set$'
    advises docker 'add --no-new-privs, or .*--cap-add SETPCAP \('
    advises podman 'add --no-new-privs, or .*--cap-add SETPCAP$'
    advises kubernetes 'add --no-new-privs, or add SETPCAP to securityContext\.capabilities\.add$'
    advises systemd 'add --no-new-privs, or .*CAP_SETPCAP'
}

@test "SETUID and SETGID are missing: one hint names both, for each place" {
    FROM=("$START_AS" --bounding "$(mask NET_RAW SETPCAP)" --)
    ASKED=(--user 1000:1000 --keep NET_RAW) STEP=groups
    advises shell 'with SETGID,SETUID in its bounding set$'
    advises docker '--cap-add SETGID --cap-add SETUID \(without a container: start capwrap '
    advises podman '--cap-add SETGID --cap-add SETUID$'
    advises kubernetes 'add SETGID, SETUID to securityContext\.capabilities\.add$'
    advises systemd 'CAP_SETGID CAP_SETUID'
}

@test "a program with file capabilities: the same command everywhere" {
    install -m 755 "$PROBE" "$PUBLIC/target"
    setcap cap_net_raw=p "$PUBLIC/target"
    mkdir -p "$BATS_TEST_TMPDIR/root"
    for place in "${PLACES[@]}"; do
        attempt at "$place" -- "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- \
            "$PUBLIC/target" --marker "$MARKER"
        refused program
        hint_says "setcap -r $PUBLIC/target\$"
    done
}

@test "the place changes the hint, never the result" {
    mkdir -p "$BATS_TEST_TMPDIR/root"
    local states=()
    for place in "${PLACES[@]}"; do
        attempt at "$place" -- "$CAPWRAP" --user 1000:1000 --keep NET_RAW -- "$PROBE" --only \
            ruid,euid,groups,permitted,effective,inheritable,bounding,ambient,securebits,home
        assert_success
        quiet
        states+=("$output")
    done
    for state in "${states[@]}"; do assert_equal "$state" "${states[0]}"; done
}

@test "the privilege to change the user is missing: the hint names it before the bounding set" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0 --)
    ASKED=(--user 33:33) STEP=groups
    advises shell 'run capwrap as root$'
    error_says 'SETGID,SETUID,SETPCAP: required to change the user, but not permitted$'
    advises systemd 'keep User= and write ExecStart=!$'
    # root would also lack what is not in the bounding set
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --bounding "$(mask SETUID SETPCAP)" --permitted 0 --effective 0 --)
    advises shell 'run capwrap as root, with SETGID in its bounding set$'
    advises kubernetes 'set runAsUser: 0, and add SETGID to securityContext\.capabilities\.add$'
    advises systemd 'keep User= and write ExecStart=!, with CAP_SETGID in CapabilityBoundingSet=$'
}

@test "/.dockerenv alone is a weak sign: the hint also fits outside a container" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0 --)
    ASKED=(--user 33:33) STEP=groups
    advises docker 'start the container as root \(without a container: run capwrap as root\)$'
    advises podman 'start the container as root$'
}

@test "a journal to which standard error is not connected is not a sign of systemd" {
    mkdir -p "$BATS_TEST_TMPDIR/root"
    export JOURNAL_STREAM=8:1
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --)
    ASKED=(--keep NET_RAW) STEP=keep
    advises shell 'run capwrap as root with --user$'
}
