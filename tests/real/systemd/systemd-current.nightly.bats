#!/usr/bin/env bats
# systemd.bats and learn-units.bats with the systemd of Debian 13 and sid, each booted from a root of its own.

# shellcheck disable=SC2154 # bats sets output
load ../../support/common

setup() {
    require_root
}

# root_of SUITE: a root with its systemd.
root_of() {
    "$SRC_DIR/tests/support/root-cache" "systemd-$1" "$1" \
        curl iproute2 libcap-ng0 libnss-systemd procps python3 systemd-sysv
}

# booted SUITE FILE: all of that file, with the systemd of that suite.
booted() {
    local root variables=(PATH="$PATH" HOME="$HOME")
    local name
    for name in CI TIER TMPDIR CAPWRAP_TEST_CACHE SRC_DIR BUILD_DIR SUPPORT_BIN CAPWRAP CAPWRAP_MUSL CAPWRAP_LEARN; do
        [[ -z ${!name-} ]] || variables+=("$name=${!name}")
    done
    root=$(root_of "$1") || return 1
    dpkg-query --admindir "$root/var/lib/dpkg" --show systemd
    run env -i "${variables[@]}" BATS_TEST_TIMEOUT=1800 SYSTEM="$root" \
        "$SRC_DIR/tests/support/run-bats" "$SRC_DIR/tests/real/systemd/$2"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "systemd of Debian 13: everything of systemd.bats" {
    booted trixie systemd.bats
}

@test "systemd of Debian 13: everything of learn-units.bats" {
    booted trixie learn-units.bats
}

@test "systemd of sid: everything of systemd.bats" {
    booted sid systemd.bats
}

@test "systemd of sid: everything of learn-units.bats" {
    booted sid learn-units.bats
}

@test "docs/known-failures-details.md has systemd as sid's is, where the version is that of the page" {
    local root
    root=$(root_of sid) || return 1
    SYSTEM=$root run "$SRC_DIR/tests/attack/known-failures/in-systemd" --check "$SRC_DIR/docs/known-failures-details.md"
    echo "$output"
    assert_success
}
