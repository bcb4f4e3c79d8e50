#!/usr/bin/env bash
# Builds capwrap and runs its tests. See --help.
set -euo pipefail

usage() {
    cat <<'END'
Usage: tests/run.sh [--unprivileged | --real | --nightly]

Installs the packages that the tests need, builds capwrap, and runs the tests. Needs root or sudo.
The tests create users, mounts and servers only in namespaces of their own.

  (no option)     the release build: the tests that need one compiler and no real system
  --unprivileged  of those, the tests that need neither root, network nor git; installs nothing
  --real          the tests that every change must pass: both compilers, sanitizers, a static build,
                  short fuzzing, container engines, systemd, the linters, contrib/quickstart.sh
  --nightly       the tests that take too long for --real: all mutants and faults, twenty thousand
                  random cases, an hour of fuzzing, test coverage
  --help          show this help

tests/tiers lists the tests of each option. The tests of all builds run in one queue; the slowest
ones are printed at the end. Downloads, compiled files and the duration of each test are cached in
the directory CAPWRAP_TEST_CACHE, by default ~/.cache/capwrap-tests. --real and --nightly need Debian
on amd64, because they use its kernels, cross compilers and packages; a skipped test is then a failure.
The last line is "N passed, N failed". Exit status: 0 if at least one test ran and none failed.
END
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$here"
# shellcheck source=contrib/packages.bash
source contrib/packages.bash

passed=0
failed=0

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
[ $# -le 1 ] || die "more than one argument" "Try tests/run.sh --help"

# The results of this run, which tests/source/docs/testing.py reads: ctest writes PART.xml, this script
# writes run.xml.
readonly folder=build/tiers/$mode
readonly queue=$here/tests/support/queue
cases=()

# junit_count passed|failed FILE PRESET: prints how many tests of that build have, or do not have, the status "run"
# (CTest's word for passed; the other statuses are fail, notrun and disabled).
junit_count() {
    local found=''
    [ ! -e "$2" ] || found=$(tr '\n' ' ' <"$2" | grep -oE "<testcase name=\"$3/[^>]*>" || true)
    case $1 in
        passed) grep -c ' status="run"' <<<"$found" || true ;;
        failed) grep '^<' <<<"$found" | grep -vc ' status="run"' || true ;;
    esac
}

# count NAME PASSED FAILED: adds a result to the totals of the last line.
count() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    say "$1: $2 passed, $3 failed"
}

# took NAME STATUS SECONDS: adds a case to run.xml.
took() {
    local status=run
    [ "$2" -eq 0 ] || status=fail
    cases+=("<testcase name=\"$1\" status=\"$status\" time=\"$3\"/>")
}

# build PRESET: writes the output, the exit status and the seconds to files.
build() {
    local status=0 started=$SECONDS
    { tests/support/cached cmake --preset "$1" && cmake --build --preset "$1" --parallel "$(nproc)"; } \
        >"$folder/$1.log" 2>&1 </dev/null || status=1
    echo "$status $((SECONDS - started))" >"$folder/$1.built"
}

# build_all PRESET...: builds as many at a time as there are processors. Sets built.
build_all() {
    local preset status seconds
    say "building $*"
    built=' '
    for preset; do
        while [ "$(jobs -pr | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
        build "$preset" &
    done
    wait
    for preset; do
        # A build that was killed has written no status.
        read -r status seconds < <(cat "$folder/$preset.built" || echo 1 0)
        took "build of $preset" "$status" "$seconds"
        if [ "$status" -eq 0 ]; then
            say "built $preset in $seconds seconds"
            built+="$preset "
        else
            cat "$folder/$preset.log"
            count "build of $preset" 0 1
        fi
    done
}

# rows_of TIER: prints its runs in tests/tiers, each as PRESET WITHOUT NAMES, for the presets that were built.
rows_of() {
    local kind tier preset without names
    while read -r kind tier preset without names; do
        [ "$kind $tier" != "run $1" ] || [[ $built != *" $preset "* ]] || echo "$preset $without $names"
    done <tests/tiers
}

# presets_of TIER: prints each preset once.
presets_of() {
    awk -v tier="$1" '$1 == "run" && $2 == tier && !seen[$3]++ { print $3 }' tests/tiers
}

# run_queue PART ROW...: runs the tests of these rows, of all builds, in one queue. PART is that of
# tests/support/queue; the part "root" runs as root.
run_queue() {
    local part=$1 run=() status=0 result=$here/$folder/$1.xml preset ok bad
    shift
    rm -rf "${folder:?}/$part" "$result"
    if ! printf '%s\n' "$@" | "$queue" make "$folder/$part" "$part" "$cache/seconds-$mode"; then
        count "rows of tests/tiers that have tests" 0 1
    fi
    [ "$part" != root ] || run=("${as_root[@]}" env "PATH=$PATH" "CI=${CI:-}" "TIER=${TIER:-}"
        "CAPWRAP_TEST_CACHE=$root_cache")
    say "testing"
    # More than two tests for each processor, because a test often waits for a container or a virtual machine.
    "${run[@]}" ctest --test-dir "$folder/$part" --parallel $((2 * $(nproc) + 1)) --output-on-failure \
        --output-junit "$result" --test-output-size-passed 1000000 --no-tests=ignore </dev/null || status=$?
    # Files that root wrote must not block the next run without root.
    [ ${#run[@]} -eq 0 ] || "${as_root[@]}" chown -R "$(id -u):$(id -g)" "$folder"
    for preset in $(printf '%s\n' "$@" | cut -d ' ' -f 1 | sort -u); do
        ok=$(junit_count passed "$result" "$preset")
        bad=$(junit_count failed "$result" "$preset")
        [ "$bad" -eq 0 ] || status=0
        count "$preset" "$ok" "$bad"
    done
    # If ctest itself fails, that counts as one more failure.
    [ "$status" -eq 0 ] || count "ctest" 0 1
}

# run_tier TIER: runs the tests that need no root as the caller, the others as root.
run_tier() {
    local presets rows
    mapfile -t presets < <(presets_of "$1")
    build_all "${presets[@]}"
    mapfile -t rows < <(rows_of "$1")
    [ ${#rows[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -eq 0 ]; then
        run_queue all "${rows[@]}"
    else
        run_queue user "${rows[@]}"
        run_queue root "${rows[@]}"
    fi
}

# run_script SCRIPT: runs the script as one more test.
run_script() {
    local status=0 started=$SECONDS
    say "$1"
    tests/support/cached "$1" </dev/null || status=1
    took "$1" "$status" $((SECONDS - started))
    count "$1" $((1 - status)) "$status"
}

# find_cache: sets the directories that are kept between runs, outside the tree: roots of Debian, the duration of each
# test, and compiled files, which are valid for a checkout in any directory.
find_cache() {
    cache=$(tests/support/root-cache --place)
    root_cache=$cache
    [ "$(id -u)" -eq 0 ] || root_cache=$("${as_root[@]}" env \
        "CAPWRAP_TEST_CACHE=${CAPWRAP_TEST_CACHE:-}" tests/support/root-cache --place)
    export CAPWRAP_TEST_CACHE=$cache
    export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=true CCACHE_MAXSIZE=2G
}

# close_run: writes run.xml, and prints the ten slowest tests.
close_run() {
    local results=("$folder"/*.xml)
    if [ -e "${results[0]}" ]; then
        "$queue" times "${results[@]}" >"$cache/seconds-$mode"
        say "the slowest tests, in seconds:"
        head -n 10 "$cache/seconds-$mode"
    fi
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo "<testsuite name=\"tests/run.sh --$mode\" time=\"$SECONDS\" processors=\"$(nproc)\">"
        printf '%s\n' "${cases[@]}"
        echo '</testsuite>'
    } >"$folder/run.xml"
    say "$((SECONDS / 60)) minutes and $((SECONDS % 60)) seconds"
}

# start: the part that all modes share. Only real and nightly write outside the tree.
start() {
    need_cmake
    mkdir -p "$folder"
    rm -f "$folder"/*.{xml,built,log}
    cache=$here/$folder
    root_cache=''
    [[ $mode != real && $mode != nightly ]] || find_cache
}

need_linux
# How much a test does depends on the option alone, not on an inherited TIER: a test of the nightly tier also runs
# this script.
export TIER=$mode
case $mode in
    unprivileged)
        need_all build test
        start
        build_all release
        [ "$built" = ' ' ] || run_queue unprivileged 'release none .'
        ;;
    plain)
        install_missing build test
        find_root
        start
        run_tier plain
        ;;
    real)
        need_debian
        export CI=true
        install_missing build test lint real musl show
        find_root
        start
        run_tier real
        run_script contrib/quickstart.sh
        ;;
    nightly)
        need_debian
        export CI=true
        install_missing build test lint real musl show
        find_root
        start
        run_tier nightly
        ;;
esac
close_run

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
