#!/usr/bin/env bats
# capwrap-learn watches containers that already run: of a Docker daemon, of podman, and of runc alone.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # inner shells; set_up and tests are subshells; bats
load ../../support/common
load ../../program/learn/learn

setup_file() {
    require_root
    export FILES=$BATS_FILE_TMPDIR/files
}

setup() {
    rm -rf "$FILES"
    mkdir -p "$FILES/support"
    cp "$ASKS" "$PROBE" "$FILES/support"
    chmod -R a+rwX "$FILES"
    : >"$FILES/file"
    export LEARNED=$FILES/learned.json
    WATCHER=
}

teardown() {
    [[ -z ${ROOM-} || ! -e $ROOM ]] || close_room
}

# in_room COMMAND...: among the processes and mounts of the engine, as an administrator of it.
in_room() {
    nsenter --target "$(cat "$ROOM/init")" --mount --net --pid --wd="$FILES" -- "$@"
}

# watching OPTION...: in that room; the watch has started when this returns.
watching() {
    : >"$FILES/said"
    in_room env --default-signal=INT "$CAPWRAP_LEARN" --json -o "$LEARNED" "$@" 2>"$FILES/said" 3>&- &
    WATCHER=$!
    says process
}

# says PATTERN: the watch has written that.
says() {
    watch_says "$WATCHER" "$FILES/said" "$1"
}

# watched: stops the watch and waits for it.
watched() {
    wait_for_file "$FILES/done"
    in_room pkill -INT -x capwrap-learn
    wait "$WATCHER"
}

# The actions of an entrypoint that drops root, and then an action that its server is refused.
ENTRYPOINT='/files/support/asks wait /files/go
chown 33:33 /files/file
python3 -c "import os; os.setgroups([]); os.setgid(33); os.setuid(33)
os.execv(\"/files/support/asks\", [\"asks\", \"raw\"])"
touch /files/done
exec sleep 1000'

# An engine whose containers hold five of which the entrypoint uses three.
FIVE=(--cap-drop ALL --cap-add CHOWN --cap-add SETUID --cap-add SETGID --cap-add NET_RAW --cap-add KILL)

used_three_of_five() {
    assert_equal "$(told '.used | join(",")')" CHOWN,SETGID,SETUID
    assert_equal "$(told '.unused | join(",")')" KILL
    assert_equal "$(told '.refused | join(",")')" NET_RAW
    assert_equal "$(told '.held | sort | join(",")')" CHOWN,KILL,NET_RAW,SETGID,SETUID
    assert_equal "$(told '.phases[-1] | "\(.uid):\(.gid) \(.capabilities | join(","))"')" "33:33 "
    assert_equal "$(told '.snippets.dockerfile')" \
        "# docker run --cap-drop ALL --cap-add CHOWN --cap-add SETGID --cap-add SETUID IMAGE"
    limited start-not-seen
}

@test "a container of Docker is found by its name, by a prefix of its ID, and after a restart" {
    load docker
    docker_start
    import debian >/dev/null
    docker run --detach --name web "${FIVE[@]}" --volume "$FILES:/files" debian sh -c "$ENTRYPOINT" >/dev/null
    watching --container web
    assert_equal "$(cat "$FILES/said")" "capwrap-learn: container web: 2 processes"
    touch "$FILES/go"
    watched
    used_three_of_five

    rm "$FILES"/{go,done}
    docker rm --force web >/dev/null
    docker run --detach --name other --volume "$FILES:/files" debian \
        /files/support/asks wait /files/go raw touch /files/done sleep 1000 >/dev/null
    local id
    id=$(docker inspect --format '{{.Id}}' other)
    watching --container "${id:0:12}" --for 10m
    docker restart --time 0 other >/dev/null
    says "started again"
    touch "$FILES/go"
    watched
    assert_equal "$(told '.used | join(",")')" NET_RAW
    assert_equal "$(told '.programs[] | select(.name == "asks").processes')" 2
    attempt in_room "$CAPWRAP_LEARN" --container no-such-container
    assert_failure 125
    docker stop --time 0 other >/dev/null
    attempt in_room "$CAPWRAP_LEARN" --container other
    assert_failure 125
    assert_regex "$stderr" 'container other does not run'
}

@test "a container of podman" {
    load podman
    podman_start
    import debian >/dev/null 2>&1
    # As podman of this machine, which finds the storage of the room by itself.
    mkdir "$FILES/bin"
    printf '#!/bin/sh\nexec env CONTAINERS_CONF=%s TMPDIR=%s /usr/bin/podman %s "$@"\n' \
        "$ROOM/containers.conf" "$ROOM" "--root $ROOM/data --runroot $ROOM/run --tmpdir $ROOM/tmp
--storage-driver overlay --cgroup-manager cgroupfs" | tr '\n' ' ' | sed 's/^#!\/bin\/sh /#!\/bin\/sh\n/' >"$FILES/bin/podman"
    chmod 755 "$FILES/bin/podman"
    podman run --detach --name web "${RUN_OPTIONS[@]}" "${FIVE[@]}" --volume "$FILES:/files" debian \
        sh -c "$ENTRYPOINT" >/dev/null
    PATH=$FILES/bin:$PATH watching --container web
    touch "$FILES/go"
    watched
    used_three_of_five
}

# box OPTION...: runc starts a container with these options, and it is watched while it asks.
box() {
    bundle "$@" -- asks wait /files/go raw bind 80
    rm -f "$ROOM/rootfs/files"/*
    oci runc run --detach box >"$ROOM/out" 2>&1 3>&-
    watching --pid "$(oci runc state box | jq .pid)"
    touch "$ROOM/rootfs/files/go"
    wait "$WATCHER" # no process is left then
    oci runc delete --force box
}

@test "containers that runc runs: as an ordinary user, as in a pod, and in a user namespace" {
    load oci
    oci_start
    cp "$ASKS" "$ROOM/rootfs/bin"
    mkdir "$ROOM/rootfs/files"
    chmod 777 "$ROOM/rootfs/files"
    box --uid 1000 --capabilities NET_RAW,KILL --start kept
    assert_equal "$(told '.programs[] | select(.name == "asks") | "\(.phases[0].uid) \(.user_namespace)"')" "1000 first"
    assert_equal "$(told '.used | join(",")')" ""
    assert_equal "$(told '.refused | join(",")')" "NET_BIND_SERVICE,NET_RAW"
    box --capabilities NET_RAW,KILL,SETUID --start all --user-namespace "$OUTER_ROOT"
    assert_equal "$(told '.programs[] | select(.name == "asks") | "\(.phases[0].uid) \(.user_namespace)"')" \
        "$OUTER_ROOT other"
    limited user-namespace
    assert_equal "$(told '(.used + .outside) | join(",")')" NET_RAW
}
