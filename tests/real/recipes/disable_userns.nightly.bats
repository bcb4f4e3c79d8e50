#!/usr/bin/env bats
# The errors of programs that make a user namespace, under --disable-userns, as docs/migration.md shows them. Each
# works without the option. In a Debian root of their packages, which is entered by pivot_root(2): a process in a
# chroot(2) may make no user namespace.

# shellcheck disable=SC2154 # bats sets output and status
load ../../support/common
load ../../support/states

PACKAGES=(bubblewrap chromium-headless-shell nodejs podman uidmap util-linux)

setup_file() {
    require_root
    ROOT=$("$SRC_DIR/tests/support/root-cache" --with=/etc/os-release userns-programs machine "${PACKAGES[@]}")
    export ROOT
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
}

# in_programs COMMAND...: on top of the root, as its root, with a loopback device. Nothing of it is kept.
in_programs() {
    mkdir -p "$BATS_TEST_TMPDIR/over"
    # shellcheck disable=SC2016 # expands in the inner shell
    timeout 300 unshare --mount --propagation private --net --pid --fork --kill-child -- /bin/bash -ec '
        mount -t tmpfs over "$1" && cd "$1" && mkdir up work root
        mount -t overlay -o "lowerdir=$2,upperdir=$PWD/up,workdir=$PWD/work" overlay root
        cd root
        mount -t proc proc proc && mount --rbind /dev dev && mount -t tmpfs tmp tmp && chmod 1777 tmp
        mount -t sysfs sys sys && mount -t tmpfs run run && ip link set lo up
        cp "$3" usr/bin/capwrap
        echo "app:x:1000:1000::/tmp/app:/bin/sh" >>etc/passwd && echo "app:x:1000:" >>etc/group
        mkdir before && pivot_root . before && cd / && umount --lazy before
        mount --make-rshared /
        install -d -o 1000 -g 1000 -m 700 tmp/app
        export HOME=/tmp/app XDG_RUNTIME_DIR=/tmp/app PATH=/usr/sbin:/usr/bin:/sbin:/bin
        exec "${@:4}"' in_programs "$BATS_TEST_TMPDIR/over" "$ROOT" "$CAPWRAP_MUSL" "$@" </dev/null 2>&1
}

rows() {
    "$SRC_DIR/tests/source/docs/docs.py" table docs/migration.md 'seen: disable-userns' |
        jq -c 'map(ltrimstr("`") | rtrimstr("`"))'
}

@test "each program works without the option, and with it prints what docs/migration.md shows" {
    local row package error count=0
    local -a words
    while read -r row; do
        read -ra words < <(jq -r '.[0]' <<<"$row")
        package=$(jq -r '.[1]' <<<"$row") error=$(jq -r '.[2]' <<<"$row")
        [[ " ${PACKAGES[*]} " == *" $package "* ]] || fail "$package is not in the root"
        run in_programs capwrap --quiet --user app --no-new-privs -- "${words[@]}"
        assert_success
        run in_programs capwrap --quiet --user app --no-new-privs --disable-userns -- "${words[@]}"
        assert_failure
        assert_output --partial "$error"
        count=$((count + 1))
    done < <(rows)
    assert_equal "$count" 4
}

@test "threads and processes of Go and Node.js work with the option" {
    run in_programs capwrap --quiet --user app --no-new-privs --disable-userns -- podman --version
    assert_success
    assert_line --regexp '^podman version [0-9.]+$'
    run in_programs capwrap --quiet --user app --no-new-privs --disable-userns -- node -e '
        const { Worker } = require("worker_threads")
        new Worker("require(\"child_process\").execSync(\"id -u\", {stdio: \"inherit\"})", {eval: true})
            .on("exit", code => console.log("thread ended with", code))'
    assert_success
    assert_line 1000
    assert_line 'thread ended with 0'
}

@test "podman with ranges of IDs already fails under --no-new-privs" {
    run in_programs sh -c 'echo app:100000:65536 | tee /etc/subuid >/etc/subgid
        exec capwrap --quiet --user app --no-new-privs -- podman unshare true'
    assert_failure
    assert_output --partial 'newuidmap: write to uid_map failed: Operation not permitted'
}
