#!/usr/bin/env bats
# What the kernel asks incidentally is not needed: tests each rule of src/learn/checks/noise.c on the running kernel.
# tests/unit/test_learn_noise.c tests the same rules on a simulated kernel.

# shellcheck disable=SC2154 # bats sets output and stderr
load ../../support/common
load learn

setup() {
    require_root
    cd "$PUBLIC" || return
}

# ignored NAME REASON: asserts that the capability was asked for, and ignored for that reason.
ignored() {
    assert_success
    [ "$(checks "$1")" -gt 0 ]
    assert_equal "$(verdict "$1")" ignored
    assert_regex "$(told ".capabilities[] | select(.name == \"$1\").reason")" "$2"
}

@test "overcommit: memory growth asks for SYS_ADMIN" {
    learned -- sh -c 'head -c 5000000 /dev/zero | sort >/dev/null'
    needs ""
    ignored SYS_ADMIN 'whenever memory grows'
}

@test "jit: compiling a seccomp filter asks for SYS_ADMIN" {
    learned -- "$SUPPORT_BIN/seccomp-errno" keyctl EPERM true
    assert_success
    needs ""
    ignored SYS_ADMIN .
}

@test "pid-sysctl: reading a sysctl of the PID namespace asks for SYS_ADMIN" {
    learned -- cat /proc/sys/kernel/pid_max
    needs ""
    ignored SYS_ADMIN .
}

@test "capset: giving up capabilities asks for SETPCAP" {
    learned -- "$CAPWRAP" -n -- true
    assert_success
    assert_equal "$(verdict SYS_ADMIN)" ignored
    learned -- capsh --caps= -- -c true
    ignored SETPCAP 'at every capset'
}

@test "overlay: what the mounter is asked for is not needed by the program; what the program is asked for is" {
    mkdir -p lower/closed work both
    chmod 700 lower/closed
    echo text >lower/secret
    chmod 600 lower/secret
    echo text >lower/open
    chmod 644 lower/open
    # shellcheck disable=SC2016
    attempt unshare --mount --propagation private -- bash -c '
        mount -t tmpfs tmpfs work && mkdir work/upper work/work &&
        mount -t overlay overlay -o lowerdir=lower,upperdir=work/upper,workdir=work/work both &&
        chmod 777 both && "$1" --json -o open.json -- sh -c "cat both/open; echo more >both/new" &&
        "$1" --json -o secret.json -- cat both/secret &&
        "$1" --json -o other.json -- "$2" seteuid 33 touch both/closed/file' - \
        "$CAPWRAP_LEARN" "$ASKS"
    assert_success
    export LEARNED=open.json
    assert_equal "$(told '.keep | join(",")')" ""
    [ "$(told '[.capabilities[] | select(.reason | test("mounted the overlay"))] | length')" -gt 0 ]
    export LEARNED=secret.json
    assert_equal "$(told '.keep | join(",")')" DAC_READ_SEARCH
    # Credentials that are new and seen only below the overlay are nevertheless the program's.
    export LEARNED=other.json
    assert_equal "$(told '.keep | join(",")')" DAC_OVERRIDE,DAC_READ_SEARCH,SETUID
}

@test "own-namespace: capabilities in a user namespace that the program creates do not count" {
    learned -- unshare --user --map-root-user chroot /
    assert_success
    ignored SYS_CHROOT 'user namespace that the program made'
    needs ""
}

@test "refused: what a program gave up and is refused is not needed" {
    learned -- capsh --caps= -- -c "$ASKS raw; true"
    assert_success
    ignored NET_RAW 'refused although everything was kept'
}

@test "opening a sysctl of the network is noise, but writing it counts" {
    learned -- cat /proc/sys/net/ipv4/ip_forward
    needs ""
    assert_equal "$(verdict NET_ADMIN)" ignored
    # shellcheck disable=SC2016
    attempt unshare --net "$CAPWRAP_LEARN" --json -o "$LEARNED" -- \
        sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
    needs NET_ADMIN
}
