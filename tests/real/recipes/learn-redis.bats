#!/usr/bin/env bats
# capwrap-learn watches redis behind an entrypoint of the kind that official images have: as root it gives the data
# to the user, and starts itself again as that user by gosu.

# shellcheck disable=SC2016 # inner shells
load ../../support/common
load ../../support/states
load ../../program/learn/learn

: "${PROGRAMS:?is not set: a root file system, as tests/real/recipes/programs makes it}"
: "${CAPWRAP_LEARN:?is not set: the program under test}"

setup() {
    require_root
    cd "$BATS_TEST_TMPDIR" || return
    export LEARNED=$PWD/learned.json
    mkdir layers root
    chmod 1777 .
    cat >entrypoint <<'END'
#!/bin/sh -e
if [ "$(id -u)" = 0 ]; then
    find /data ! -user redis -exec chown redis {} +
    exec gosu redis "$0" "$@"
fi
exec "$@"
END
    SERVER=
}

teardown() {
    [[ -z $SERVER ]] || end_tree "$SERVER"
}

# in_image COMMAND...: this process becomes one of a container of that image: on an overlay, with these capabilities,
# and with this directory as /mnt.
in_image() {
    exec unshare --mount --propagation private -- bash -euc '
        mount -t tmpfs tmpfs layers
        mkdir layers/upper layers/work
        mount -t overlay -o "lowerdir=$1,upperdir=layers/upper,workdir=layers/work" overlay root
        mkdir -p root/data root/etc root/mnt root/usr/local/bin
        printf "root:x:0:0::/root:/bin/sh\nredis:x:999:999::/data:/bin/sh\n" >root/etc/passwd
        printf "root:x:0:\nredis:x:999:\n" >root/etc/group
        touch root/data/dump.old
        install -m 755 entrypoint root/usr/local/bin/
        mount --bind "$PWD" root/mnt
        mount -t proc proc root/proc
        export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        kept=$2
        shift 2
        exec "$CAPWRAP" --keep "$kept" -- /usr/sbin/chroot root "$@"' \
        in_image "$PROGRAMS" "$(IFS=, && echo "${DOCKER_DEFAULT[*]}")" "$@" 3>&-
}

# client WORD...: what redis answers, asked from outside of the watched processes.
client() {
    nsenter --mount --root --target "$SERVER" -- /usr/bin/redis-cli -s /mnt/socket "$@"
}

@test "redis needs chown, setuid and setgid to start, and nothing as a server" {
    in_image /bin/sh -c 'touch /mnt/ready; until [ -e /mnt/go ]; do sleep 0.05; done
        exec entrypoint redis-server --port 0 --unixsocket /mnt/socket --save ""' >log 2>&1 &
    SERVER=$!
    wait_for_file ready
    : >said
    "$CAPWRAP_LEARN" --json -o "$LEARNED" --pid "$SERVER" 2>said 3>&- &
    local watcher=$!
    watch_says "$watcher" said process
    touch go
    wait_for_file socket
    until [[ $(client ping) == PONG ]]; do sleep 0.05; done
    client set key value
    client shutdown nosave || true
    wait "$watcher" # nobody is left
    assert_equal "$(told '.used | join(",")')" CHOWN,SETGID,SETUID
    assert_equal "$(told '.phases[0].uid')" 0
    assert_equal "$(told '.phases[-1] | "\(.uid):\(.gid) \(.capabilities | join(","))"')" "999:999 "
    assert_equal "$(told '.programs[] | select(.name == "redis-server") | .used | join(",")')" ""
    run told '.unused[]'
    assert_line NET_RAW
    assert_line DAC_OVERRIDE
}
