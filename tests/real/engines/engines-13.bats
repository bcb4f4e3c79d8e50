#!/usr/bin/env bats
# docker.bats once more, with the Docker of Debian 13: what an engine that leaves a user what was added makes of
# the same images. The other engines of that release, and those of sid, are tried at night.

load ../../support/common
load current

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

setup() {
    require_root
}

@test "Docker of Debian 13: everything of docker.bats" {
    on trixie docker
}
