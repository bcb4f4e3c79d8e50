# A fresh Debian in a directory, and commands in it. Source this after support/common.
# shellcheck shell=bash

# debian_root DIRECTORY NAME VARIANT PACKAGE...: copies the root NAME from the cache (tests/support/root-cache), which
# has the machine's own package sources and therefore its release; VARIANT is one of mmdebstrap's.
debian_root() {
    local made
    made=$("$(dirname "${BASH_SOURCE[0]}")/root-cache" --variant="$3" --with=/etc/os-release "$2" machine \
        "${@:4}") || return 1
    mkdir -p "$1"
    cp -a "$made/." "$1"
}

# in_root COMMAND...: runs COMMAND in the directory ROOT, with its own processes and network.
in_root() {
    # shellcheck disable=SC2016 # expands in the inner shell
    unshare --mount --propagation private --net --pid --fork --kill-child -- /bin/bash -c '
        mount -t proc proc "$1/proc" && ip link set lo up &&
            { [ ! -d "$1/dev" ] || mount --rbind /dev "$1/dev"; } && exec chroot "$@"' in_root "$ROOT" "$@"
}
