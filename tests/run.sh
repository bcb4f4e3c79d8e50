#!/usr/bin/env bash
# Builds capwrap and runs its tests. See --help.
set -euo pipefail

usage() {
    cat <<'END'
Usage: tests/run.sh [--unprivileged | --real | --nightly]

Installs what the tests need, builds, and runs the tests. Needs root, or sudo. Tests leave the
machine as it was: users, mounts and servers exist in namespaces of their own.

  (no option)     the release build: what needs one compiler and no real system
  --unprivileged  of that, what needs neither root, network nor git; installs nothing
  --real          what every change goes through: both compilers, sanitizers, a static build, a
                  little fuzzing, container engines, systemd, the linters, contrib/quickstart.sh
  --nightly       what takes too long for that: all mutants and faults, twenty thousand random
                  cases, an hour of fuzzing, test coverage
  --help          this text

tests/tiers says which tests those are. --real and --nightly need Debian 12 on amd64, whose kernels,
cross compilers and packages they use, and with them a skipped test is a failure.
The last line is "N passed, N failed". Exit status: 0 when nothing failed and something ran.
END
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$here"
# shellcheck source=contrib/packages.bash
source contrib/packages.bash

passed=0
failed=0
runs=0

mode=plain
case ${1:-} in
    '') ;;
    --unprivileged | --real | --nightly) mode=${1#--} ;;
    --help | -h)
        usage
        exit 0
        ;;
    *) die "unknown option: $1" "Try tests/run.sh --help" ;;
esac
[ $# -le 1 ] || die "one option at most" "Try tests/run.sh --help"

# How many tests of a JUnit file have, or have not, the status "run" (which is CTest's word for
# passed; fail, notrun and disabled are the others).
junit_count() {
    local cases=''
    [ ! -e "$2" ] || cases=$(tr '\n' ' ' <"$2" | grep -oE '<testcase [^>]*>' || true)
    case $1 in
        passed) grep -c ' status="run"' <<<"$cases" || true ;;
        failed) grep '^<' <<<"$cases" | grep -vc ' status="run"' || true ;;
    esac
}

# count NAME PASSED FAILED: one more result for the closing line.
count() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    say "$1: $2 passed, $3 failed"
}

# build PRESET
build() {
    say "building $1"
    if ! cmake --preset "$1" || ! cmake --build --preset "$1"; then
        count "build of $1" 0 1
        return 1
    fi
}

# run_ctest user|root PRESET CTEST_OPTION...
run_ctest() {
    local who=$1 preset=$2 run=() folder result status=0 ok bad
    shift 2
    folder=build/$preset/Testing
    runs=$((runs + 1))
    result=$here/$folder/$mode-$runs.xml
    mkdir -p "$folder"
    rm -f "$result"
    [ "$who" = user ] ||
        run=("${as_root[@]}" env "PATH=$PATH" "CI=${CI:-}" "TIER=${TIER:-}")
    say "testing $preset: ctest $*"
    # One more than there are processors: much of the time a test waits for a container or a machine.
    "${run[@]}" ctest --preset "$preset" --parallel $(($(nproc) + 1)) --output-junit "$result" \
        --test-output-size-passed 1000000 --no-tests=ignore "$@" </dev/null || status=$?
    # What a run as root wrote must not stand in the way of the next one without.
    [ ${#run[@]} -eq 0 ] || "${as_root[@]}" chown -R "$(id -u):$(id -g)" "$folder"
    ok=$(junit_count passed "$result")
    bad=$(junit_count failed "$result")
    # A run that broke off is a failure of its own.
    [ "$bad" -gt 0 ] || [ "$status" -eq 0 ] || bad=1
    count "$preset ($*)" "$ok" "$bad"
}

# run_all PRESET WITHOUT NAMES: the tests that tests/tiers means by that. Those that need no root run
# as whoever this is, the others as root. None at all is a failure.
run_all() {
    local preset=$1 without=$2 names=$3 before=$((passed + failed))
    if [ "$(id -u)" -eq 0 ]; then
        run_ctest root "$preset" -LE "$without" -R "$names"
    else
        run_ctest user "$preset" -L 'unprivileged|lint|fuzz' -LE "$without" -R "$names"
        run_ctest root "$preset" -LE "unprivileged|lint|fuzz|$without" -R "$names"
    fi
    [ $((passed + failed)) -gt "$before" ] || count "$preset ($names)" 0 1
}

# run_tier TIER: its runs in tests/tiers, one after the other.
run_tier() {
    local kind tier preset without names
    while read -r kind tier preset without names; do
        [ "$kind $tier" = "run $1" ] || continue
        ! build "$preset" || run_all "$preset" "$without" "$names"
    done <tests/tiers
}

# run_script SCRIPT: one more test.
run_script() {
    say "$1"
    if "$1" </dev/null; then
        count "$1" 1 0
    else
        count "$1" 0 1
    fi
}

need_linux
case $mode in
    unprivileged)
        need_all build test
        need_cmake
        ! build release || run_ctest user release -L unprivileged
        ;;
    plain)
        install_missing build test
        find_root
        need_cmake
        run_tier plain
        ;;
    real)
        need_debian_12 /etc/os-release
        export CI=true
        install_missing build test lint real musl show
        find_root
        need_cmake
        run_tier real
        run_script contrib/quickstart.sh
        ;;
    nightly)
        need_debian_12 /etc/os-release
        export CI=true TIER=nightly
        install_missing build test lint real musl show nightly
        find_root
        need_cmake
        run_tier nightly
        ;;
esac

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
