# podman with a storage of its own, and its images. Source it after ../support/common.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2034 # the arrays are for the tests
source "$SRC_DIR/tests/real/engine.bash"

# The capabilities that capwrap uses, and gives up.
ROOT_START=(--cap-drop all --cap-add SETUID --cap-add SETGID --cap-add SETPCAP)

# podman_start: a room in which podman runs.
podman_start() {
    PODMAN_FOLDER=$(mktemp -d /tmp/capwrap-podman.XXXXXX)
    export PODMAN_FOLDER
    cat >"$PODMAN_FOLDER/containers.conf" <<'END'
[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
init_path = "/usr/bin/catatonit"
[engine]
events_logger = "none"
runtime = "crun"
[network]
network_backend = "netavark"
END
    open_room "$PODMAN_FOLDER" catatonit -P # reaps what conmon leaves
    eventually room_runs "$PODMAN_FOLDER" catatonit || { room_log "$PODMAN_FOLDER" && return 1; }
}

# podman ARGUMENT...: Debian's, in that room. What should end and does not is a failure.
podman() {
    "$SRC_DIR/tests/real/podman" "$@"
}

# import NAME: busybox and setcap as the public image of that name.
import() {
    image small | podman import --change 'ENV PATH=/usr/sbin:/usr/bin' - "$1" >/dev/null 2>&1
}

# build NAME FILE FOLDER: as the head of each Dockerfile says.
build() {
    podman build --quiet --tag "$1" --file "$2" "$3" >/dev/null
}

# podman_images: the image with the static capwrap alone, and what stands in for public ones. Containers
# find capwrap and the probe in /support.
podman_images() {
    local support=$PODMAN_FOLDER/support
    mkdir "$support"
    cp "$SUPPORT_BIN/probe" "$support/"
    cp -r "$CAPWRAP_MUSL" "${CAPWRAP_MUSL%/*}/licenses" "$support/"
    chmod a+rx "$PODMAN_FOLDER" "$support"/*
    import docker.io/library/debian:stable-slim
    podman tag debian:stable-slim docker.io/library/busybox:stable
    build capwrap "$SRC_DIR/contrib/docker/capwrap.Dockerfile" "$support"
}

# in_container [PODMAN OPTION...] -- ARGUMENT...: a container that is removed again.
in_container() {
    local options=()
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    podman run --rm --network none --volume "$PODMAN_FOLDER/support:/support:ro" "${options[@]}" \
        debian:stable-slim "${@:2}"
}
