#!/usr/bin/env bats
# capwrap-learn on programs whose true sets are known, and that docs/learn-accuracy.md says so:
# tests/learn/truth.py, on a root file system of Debian's packages as that of recipes.bats.

load ../support/common

PACKAGES=(nginx-light lighttpd haproxy caddy nodejs python3 busybox-static redis-server dnsmasq-base
    unbound tcpdump iputils-ping iproute2 nftables coreutils util-linux bsdutils grep libcap2-bin
    e2fsprogs dash libcap-ng0 procps tar findutils strace socat attr lsof traceroute mount bash rsync)

setup_file() {
    require_root
    : "${CAPWRAP_LEARN:?is not set: the program under test}"
    export ROOT=$BATS_FILE_TMPDIR/root PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
    mmdebstrap --quiet --variant=extract --include="${PACKAGES[*]}" bookworm "$ROOT"
    chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    mkdir "$ROOT/recipes"
    cd "$SRC_DIR/contrib/docker/go" || return
    CGO_ENABLED=0 GOCACHE=$BATS_FILE_TMPDIR/go go build -o "$ROOT/recipes/go-server" .
}

@test "each of many programs is learned exactly, and a watched run alone misses nothing" {
    run "$SRC_DIR/tests/learn/truth.py" "$ROOT" "$SRC_DIR/docs/learn-accuracy.md"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
    run jq '.programs >= 40 and .exact == .programs and .missed_by_the_watch == 0 and .mean_runs <= 5' \
        <<<"$(counts)"
    assert_output true
}

# one_program NAME EXPRESSION: that program of a list that the sed expression has changed.
one_program() {
    cp -r "$SRC_DIR/tests/real" "$SRC_DIR/tests/learn" "$BATS_TEST_TMPDIR"
    sed -i "/^\[$1\]/,/^\$/ $2" "$BATS_TEST_TMPDIR"/*/*.ini
    run "$BATS_TEST_TMPDIR/learn/truth.py" "$ROOT" --one "$1"
    assert_failure 1
}

@test "the README says of how many programs, and with how many runs" {
    local count
    count=$(grep -cE '^\| .*\|.*\|.*\|.*\|.*\|$' "$SRC_DIR/docs/learn-accuracy.md")
    grep -F "Of $((count - 1)) programs with known needs it was right on each" "$SRC_DIR/README.md"
}

@test "a truth that is none is found" {
    one_program ls 's/^keep =.*/keep = CHOWN/'
    assert_output --partial 'ls: works without CHOWN'
    assert_output --partial "ls: the watch missed {'CHOWN'}"
    one_program nsenter 's/^keep =.*/keep = SYS_ADMIN, SYS_CHROOT/'
    assert_output --partial 'nsenter: does not work with it'
    assert_output --partial "nsenter: learned ['SYS_CHROOT', 'SYS_PTRACE', 'SYS_ADMIN']"
}
