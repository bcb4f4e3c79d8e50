#!/usr/bin/env bats
# The first steps with capwrap on Debian's stable release and on the next one: a clone, a machine with what
# contrib/packages.bash names, and the commands of README.md. docs/testing.md says which systems these are.

load ../../support/common
load systems

setup() {
    require_root
}

# The README's commands, in its order. All that is needed is there, so nothing is fetched.
FIRST_HOUR='contrib/quickstart.sh && tests/run.sh'

@test "on Debian 13, contrib/quickstart.sh and tests/run.sh pass" {
    passes trixie run "$FIRST_HOUR"
    assert_regex "${lines[-1]}" '^[1-9][0-9]* passed, 0 failed$'
}

@test "on Debian sid, contrib/quickstart.sh and tests/run.sh pass" {
    passes sid run "$FIRST_HOUR"
    assert_regex "${lines[-1]}" '^[1-9][0-9]* passed, 0 failed$'
}

# unprivileged SUITE: as a user with nothing but an account, and a second group.
unprivileged() {
    # shellcheck disable=SC2016 # for the shell in the root
    passes "$1" unprivileged '
        useradd --create-home --groups users ordinary && chown -R ordinary . && runuser -u ordinary tests/run.sh -- --unprivileged'
    assert_regex "${lines[-1]}" '^[1-9][0-9]* passed, 0 failed$'
}

@test "on Debian 12, tests/run.sh --unprivileged passes as an ordinary user" {
    unprivileged bookworm
}

@test "on Debian 13, tests/run.sh --unprivileged passes as an ordinary user" {
    unprivileged trixie
}

# lacks SUITE PACKAGE: an ordinary user gets its name, and the command that installs it.
lacks() {
    local root
    root=$(system_root "$1")
    run in_system "$root" "dpkg --purge --force-depends $2 >/dev/null 2>&1
        useradd --create-home ordinary && runuser -u ordinary tests/run.sh -- --unprivileged"
    assert_failure
    assert_line --regexp '^run.sh: error: missing on this machine: '
    assert_line "  Packages: $2"
    assert_line "  As root: apt-get install --no-install-recommends $2"
    refute_line --partial 'building'
}

@test "where a package is missing, --unprivileged prints its name and the command, on Debian 12 and 13" {
    local suite
    for suite in bookworm trixie; do
        lacks "$suite" libcmocka-dev
        lacks "$suite" strace
    done
}

# every_preset SUITE: both compilers, warnings are errors.
every_preset() {
    # shellcheck disable=SC2016 # for the shell in the root
    passes "$1" presets '
        gcc --version && clang --version && cmake --version
        for preset in dev dev-clang release release-clang; do
            cmake --preset "$preset" -DCMAKE_COMPILE_WARNING_AS_ERROR=ON
            cmake --build --preset "$preset" --parallel "$(nproc)"
            ctest --preset "$preset" --parallel "$(nproc)" --output-on-failure -R "^unit/"
        done'
}

@test "on Debian 13, all presets build without a warning, and pass the unit tests" {
    every_preset trixie
}

@test "on Debian sid, all presets build without a warning, and pass the unit tests" {
    every_preset sid
}
