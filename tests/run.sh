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

tests/tiers says which tests those are. The tests of all builds run in one queue, and the slowest ones
are named at the end. What takes long to fetch or to compile, and how long each test took, is kept in the folder that
CAPWRAP_TEST_CACHE names, or in ~/.cache/capwrap-tests. --real and --nightly need Debian on amd64, whose kernels,
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

# What this run leaves behind for whoever asks later (tests/source/docs/testing.py): PART.xml is of ctest,
# run.xml of this script.
readonly folder=build/tiers/$mode
readonly queue=$here/tests/support/queue
cases=()

# junit_count passed|failed FILE PRESET: how many tests of that build have, or have not, the status "run" (which
# is CTest's word for passed; fail, notrun and disabled are the others).
junit_count() {
    local found=''
    [ ! -e "$2" ] || found=$(tr '\n' ' ' <"$2" | grep -oE "<testcase name=\"$3/[^>]*>" || true)
    case $1 in
        passed) grep -c ' status="run"' <<<"$found" || true ;;
        failed) grep '^<' <<<"$found" | grep -vc ' status="run"' || true ;;
    esac
}

# count NAME PASSED FAILED: one more result for the closing line.
count() {
    passed=$((passed + $2))
    failed=$((failed + $3))
    say "$1: $2 passed, $3 failed"
}

# took NAME STATUS SECONDS: one more case of run.xml.
took() {
    local status=run
    [ "$2" -eq 0 ] || status=fail
    cases+=("<testcase name=\"$1\" status=\"$status\" time=\"$3\"/>")
}

# build PRESET: what it says, its exit status and its seconds go to files.
build() {
    local status=0 started=$SECONDS
    { tests/support/cached cmake --preset "$1" && cmake --build --preset "$1" --parallel "$(nproc)"; } \
        >"$folder/$1.log" 2>&1 </dev/null || status=1
    echo "$status $((SECONDS - started))" >"$folder/$1.built"
}

# build_all PRESET...: side by side, one for each processor. Sets built.
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
        # One that was killed has written nothing.
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

# rows_of TIER: its runs in tests/tiers, each as PRESET WITHOUT NAMES, of the presets that could be built.
rows_of() {
    local kind tier preset without names
    while read -r kind tier preset without names; do
        [ "$kind $tier" != "run $1" ] || [[ $built != *" $preset "* ]] || echo "$preset $without $names"
    done <tests/tiers
}

# presets_of TIER: each once.
presets_of() {
    awk -v tier="$1" '$1 == "run" && $2 == tier && !seen[$3]++ { print $3 }' tests/tiers
}

# run_queue PART ROW...: the tests of these rows of all builds in one queue; PART as tests/support/queue has it.
# That of root runs as root.
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
    # More than twice as many as there are processors: much of the time a test waits for a container or a machine.
    "${run[@]}" ctest --test-dir "$folder/$part" --parallel $((2 * $(nproc) + 1)) --output-on-failure \
        --output-junit "$result" --test-output-size-passed 1000000 --no-tests=ignore </dev/null || status=$?
    # What a run as root wrote must not stand in the way of the next one without.
    [ ${#run[@]} -eq 0 ] || "${as_root[@]}" chown -R "$(id -u):$(id -g)" "$folder"
    for preset in $(printf '%s\n' "$@" | cut -d ' ' -f 1 | sort -u); do
        ok=$(junit_count passed "$result" "$preset")
        bad=$(junit_count failed "$result" "$preset")
        [ "$bad" -eq 0 ] || status=0
        count "$preset" "$ok" "$bad"
    done
    # A run that broke off is a failure of its own.
    [ "$status" -eq 0 ] || count "ctest" 0 1
}

# run_tier TIER: what needs no root as whoever this is, the rest as root.
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

# run_script SCRIPT: one more test.
run_script() {
    local status=0 started=$SECONDS
    say "$1"
    tests/support/cached "$1" </dev/null || status=1
    took "$1" "$status" $((SECONDS - started))
    count "$1" $((1 - status)) "$status"
}

# find_cache: what is kept from run to run, outside the tree: roots of Debian, how long each test took, and what was
# compiled, for a checkout in any folder.
find_cache() {
    cache=$(tests/support/root-cache --place)
    root_cache=$cache
    [ "$(id -u)" -eq 0 ] || root_cache=$("${as_root[@]}" env \
        "CAPWRAP_TEST_CACHE=${CAPWRAP_TEST_CACHE:-}" tests/support/root-cache --place)
    export CAPWRAP_TEST_CACHE=$cache
    export CCACHE_DIR=$cache/ccache CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=true CCACHE_MAXSIZE=2G
}

# close_run: what is left behind, and the ten slowest tests.
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

# start: what all have in common. The others leave nothing outside the tree.
start() {
    need_cmake
    mkdir -p "$folder"
    rm -f "$folder"/*.{xml,built,log}
    cache=$here/$folder
    root_cache=''
    [[ $mode != real && $mode != nightly ]] || find_cache
}

need_linux
# How much a test does follows from the option alone: a run that a test of the nightly tier starts is one as
# anybody starts it.
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
