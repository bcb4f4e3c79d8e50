#!/usr/bin/env bats
# The files of this directory with the engines of Debian 13 and sid: podman, and runc and crun by themselves, and
# sid's Docker.

load ../../support/common
load current

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

setup() {
    require_root
}

@test "docs/measured-refusals.md names the engines that are tried" {
    local table release others='sid'
    table=$(sed -n '/^<!-- measured: engine-versions -->$/,/^<!-- end -->$/p' "$SRC_DIR/docs/measured-refusals.md" | grep '^|')
    # The content of sid changes daily, and the machine's own release may not be that of the document.
    release=$(source /etc/os-release && echo "$VERSION_ID")
    grep -q "^| $release " <<<"$table" || others+='|[0-9]+'
    diff <(grep -vE "^\| ($others) " <<<"$table") \
        <("$SRC_DIR/tests/real/engines/engine-versions" | grep -vE "^\| ($others) ")
}

@test "podman of Debian 13: everything of podman.bats" {
    on trixie podman
}

@test "runc and crun of Debian 13: everything of oci.bats" {
    on trixie oci
}

@test "Docker of sid: everything of docker.nightly.bats" {
    on sid docker.nightly
}

@test "podman of sid: everything of podman.bats" {
    on sid podman
}

@test "runc and crun of sid: everything of oci.bats" {
    on sid oci
}
