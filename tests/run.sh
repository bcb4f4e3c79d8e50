#!/usr/bin/env bash
# Builds capwrap and runs its tests. See --help.
set -euo pipefail

usage() {
    cat <<'END'
Usage: tests/run.sh [--unprivileged | --real]

Installs what the tests need, builds the release preset and runs its tests. Needs root, or sudo.
Tests leave the machine as it was: users, mounts and servers exist in namespaces of their own.

  --unprivileged  only the tests that need neither root, network nor git; installs nothing
  --real          everything: release and dev (sanitizers) builds with gcc and clang, a static one,
                  the linters, and contrib/quickstart.sh. A skipped test is a failure here. To save
                  time, fault injection and the documents are tried on the release build by gcc
                  alone, the builds by clang run the unit, command-line and hardening tests only,
                  and the static one what concerns its own user database.
  --help          this text

The last line is "N passed, N failed". Exit status: 0 when nothing failed and something ran.
END
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$here"
# shellcheck source=contrib/packages.bash
source contrib/packages.bash

passed=0
failed=0

mode=default
case ${1:-} in
    '') ;;
    --unprivileged | --real) mode=${1#--} ;;
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

# build PRESET [CMAKE OPTION...]
build() {
    local preset=$1
    shift
    say "building $preset"
    if ! cmake --preset "$preset" "$@" || ! cmake --build --preset "$preset"; then
        count "build of $preset" 0 1
        return 1
    fi
}

# run_ctest user|root PRESET CTEST_OPTION...
run_ctest() {
    local who=$1 preset=$2 run=() folder result status=0 ok bad
    shift 2
    folder=build/$preset/Testing
    result=$here/$folder/junit.xml
    mkdir -p "$folder"
    rm -f "$result"
    [ "$who" = user ] || run=("${as_root[@]}" env "PATH=$PATH" "CI=${CI:-}")
    say "testing $preset: ctest $*"
    "${run[@]}" ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$result" "$@" \
        </dev/null || status=$?
    # What a run as root wrote must not stand in the way of the next one without.
    [ ${#run[@]} -eq 0 ] || "${as_root[@]}" chown -R "$(id -u):$(id -g)" "$folder"
    ok=$(junit_count passed "$result")
    bad=$(junit_count failed "$result")
    # A run that broke off, or that ran nothing, is a failure of its own.
    if [ $((ok + bad)) -eq 0 ] || { [ "$bad" -eq 0 ] && [ "$status" -ne 0 ]; }; then
        bad=$((bad + 1))
    fi
    count "$preset ($*)" "$ok" "$bad"
}

# run_all PRESET CTEST OPTION...: the tests that need no root as whoever this is, the others as root.
run_all() {
    local preset=$1
    shift
    if [ "$(id -u)" -eq 0 ]; then
        run_ctest root "$preset" "$@"
    else
        run_ctest user "$preset" -L unprivileged "$@"
        run_ctest root "$preset" -LE 'unprivileged|lint' "$@"
    fi
}

run_quickstart() {
    say "contrib/quickstart.sh"
    if contrib/quickstart.sh </dev/null; then
        count quickstart 1 0
    else
        count quickstart 0 1
    fi
}

need_linux
case $mode in
    unprivileged)
        need_all build test
        need_cmake
        ! build release || run_ctest user release -L unprivileged
        ;;
    default)
        install_missing build test
        find_root
        need_cmake
        ! build release || run_all release -LE lint
        ;;
    real)
        export CI=true
        install_missing build test lint real show
        find_root
        need_cmake
        ! build release || run_all release -LE lint
        ! build dev || run_all dev -LE 'lint|faults|docs'
        ! build release-clang || run_all release-clang -R '^(unit|cli)/|^hardening$'
        ! build dev-clang || run_all dev-clang -R '^(unit|cli)/|^hardening$'
        ! build static || run_all static -R '^(unit/entries|root/(identity|target|server))'
        ! build release || run_ctest user release -L lint
        run_quickstart
        ;;
esac

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
