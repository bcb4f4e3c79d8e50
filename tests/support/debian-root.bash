# A fresh Debian in a folder, and commands in it. Source it after support/common.
# shellcheck shell=bash

# debian_root FOLDER VARIANT PACKAGES: of the machine's own sources, and so of its release; VARIANT is one
# of mmdebstrap's. What apt knows already is not fetched again. It ends with whoever calls this, even when
# that is killed.
debian_root() {
    local sources=() file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
        [[ ! -s $file ]] || sources+=("$file")
    done
    # shellcheck disable=SC2016 # expands in mmdebstrap's shell
    setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child \
        --mount-proc mmdebstrap --quiet --mode=root --variant="$2" --include="$3" \
        --setup-hook='cp -a /var/lib/apt/lists "$1/var/lib/apt/"' '' "$1" "${sources[@]}"
}

# in_root COMMAND...: in the folder ROOT, with processes and a network of its own.
in_root() {
    # shellcheck disable=SC2016 # expands in the inner shell
    unshare --mount --propagation private --net --pid --fork --kill-child -- /bin/bash -c '
        mount -t proc proc "$1/proc" && ip link set lo up &&
            { [ ! -d "$1/dev" ] || mount --rbind /dev "$1/dev"; } && exec chroot "$@"' in_root "$ROOT" "$@"
}
