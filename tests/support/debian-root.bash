# A fresh Debian in a folder, and commands in it. Source it after support/common.
# shellcheck shell=bash

# debian_root FOLDER NAME VARIANT PACKAGE...: a copy of the root NAME in the cache (tests/support/root-cache), of the
# machine's own sources, and so of its release; VARIANT is one of mmdebstrap's.
debian_root() {
    local made
    made=$("$(dirname "${BASH_SOURCE[0]}")/root-cache" --variant="$3" --with=/etc/os-release "$2" machine \
        "${@:4}") || return 1
    mkdir -p "$1"
    cp -a "$made/." "$1"
}

# in_root COMMAND...: in the folder ROOT, with processes and a network of its own.
in_root() {
    # shellcheck disable=SC2016 # expands in the inner shell
    unshare --mount --propagation private --net --pid --fork --kill-child -- /bin/bash -c '
        mount -t proc proc "$1/proc" && ip link set lo up &&
            { [ ! -d "$1/dev" ] || mount --rbind /dev "$1/dev"; } && exec chroot "$@"' in_root "$ROOT" "$@"
}
