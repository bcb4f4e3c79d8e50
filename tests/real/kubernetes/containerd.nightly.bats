#!/usr/bin/env bats
# The manifests on the runtime that clusters run: containerd of Debian sid, in a root of it.

load ../../support/common
load ../engines/current

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

PACKAGES=(bats bats-assert bats-file bats-support busybox containerd containernetworking-plugins
    golang-k8s-cri-api-dev iproute2 iptables jq libcap-ng0 libcap2-bin procps python3-grpc-tools python3-grpcio
    python3-yaml runc util-linux)

setup() {
    require_root
}

@test "containerd of sid: everything of containerd/containerd.bats" {
    local root
    root=$("$SRC_DIR/tests/support/root-cache" --run="$SRC_DIR/tests/real/kubernetes/containerd/trim" \
        containerd-sid sid "${PACKAGES[@]}") || return 1
    dpkg-query --admindir "$root/var/lib/dpkg" --show containerd runc
    in_root_of "$root" tests/real/kubernetes/containerd/containerd.bats
}
