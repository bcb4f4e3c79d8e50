#!/usr/bin/env bats
# docker.nightly.bats with the Docker of Debian 13, at every change: the engine in common use. That of the
# machine's own Debian, the other engines of 13 and those of sid are tested in the nightly tier.

load ../../support/common
load current

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

setup() {
    require_root
}

@test "Docker of Debian 13: everything of docker.nightly.bats" {
    on trixie docker.nightly
}
