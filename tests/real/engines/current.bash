# The engines of Debian's later releases, on machines of their own (tests/support/in-system). Source it after
# support/common.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2154 # bats sets lines

# What the files of this directory run, and what replaces public images.
ENGINE_PACKAGES=(acl attr bats bats-assert bats-file bats-support busybox catatonit crun curl docker-buildx docker-cli
    docker-compose docker.io file golang-github-containers-common golang-go iproute2 iptables jq keyutils libcap-ng0
    libcap2-bin linux-libc-dev netavark nginx-light podman procps python3 runc strace util-linux)

# engine_root SUITE: a root with the engines of that suite.
engine_root() {
    "$SRC_DIR/tests/support/root-cache" "engines-$1" "$1" "${ENGINE_PACKAGES[@]}"
}

# given FOLDER: the tested program, as it was built on this machine.
given() {
    mkdir -p "$1/given"
    cp -r "$CAPWRAP" "$CAPWRAP_LEARN" "$SUPPORT_BIN" "$1/given/"
    cp -r "${CAPWRAP_MUSL%/*}" "$1/given/static"
    chmod -R a+rX "$1/given"
}

# on SUITE FILE: all of tests/real/engines/FILE.bats with the engines of that suite. $versions says which these are.
on() {
    local root
    root=$(engine_root "$1") || return 1
    # shellcheck disable=SC2034 # for the tests
    versions=$(dpkg-query --admindir "$root/var/lib/dpkg" --show --showformat '${Package} ${Version}, ' \
        docker.io containerd podman runc crun)
    in_root_of "$root" "tests/real/engines/$2.bats"
}

# in_root_of ROOT FILE: all of FILE in that root; it fails when a test of FILE does.
in_root_of() {
    given "$BATS_TEST_TMPDIR"
    # shellcheck disable=SC2016 # for the shell in the root
    tar --exclude=./build --exclude=./.git --create -C "$SRC_DIR" . -C "$BATS_TEST_TMPDIR" ./given |
        "$SRC_DIR/tests/support/in-system" "$1" bash -euc '
            mkdir /usr/src/capwrap && cd /usr/src/capwrap && tar --no-same-owner -xf -
            export SRC_DIR=$PWD CAPWRAP=$PWD/given/capwrap CAPWRAP_LEARN=$PWD/given/capwrap-learn
            export SUPPORT_BIN=$PWD/given/support-bin CAPWRAP_MUSL=$PWD/given/static/capwrap BATS_TEST_TIMEOUT=1800
            exec tests/support/run-bats "$1" </dev/null' in_root_of "$2"
}
