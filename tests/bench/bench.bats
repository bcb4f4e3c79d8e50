#!/usr/bin/env bats
# What a start costs: bench.py measures, docs/performance-details.md reports. No test here checks a time.

# shellcheck disable=SC2154 # run sets output and stderr
load ../support/common

setup() {
    require_root
    bench=$SRC_DIR/tests/bench/bench.py
    page=$SRC_DIR/tests/bench/performance_page.py
    # The static program is built for the tests of real systems, where these run.
    [[ -x ${CAPWRAP_MUSL-} ]] || unset CAPWRAP_MUSL
    export PYTHONDONTWRITEBYTECODE=1
}

# baseline NAME FOLDER: one of the baselines, and the tools, built.
baseline() {
    /usr/bin/python3 -c '
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import programs
folder = pathlib.Path(sys.argv[2])
programs.build_tools(folder, [sys.argv[3]])
print(programs.file_of(folder, sys.argv[3]))' "$SRC_DIR/tests/bench" "$2" "baseline, $1"
}

# state COMMAND...: what the program is started with, but what differs from start to start. The
# caller has a session keyring that is not the program's to have.
state() {
    "$START_AS" --new-session-keyring-with-key bench -- "$@" "$PUBLIC/probe" | sed -E '/^p?pid=/d; s/^(session_keyring)=[0-9]+/\1/'
}

@test "a baseline reaches exactly the state that capwrap reaches" {
    local name baseline
    cp "$PROBE" "$PUBLIC/probe"
    export HOME=/root USER=root LOGNAME=root
    run state "$CAPWRAP" --user 54321:54321 --keep NET_BIND_SERVICE --no-new-privs --
    is_user 54321 54321 54321
    holds_exactly "$(mask NET_BIND_SERVICE)"
    assert_line no_new_privs=1
    assert_line home=/
    local want=$output
    for name in 'no libc' 'static glibc' 'dynamic glibc' ${CAPWRAP_MUSL:+'static musl'}; do
        mkdir "$BATS_TEST_TMPDIR/$name"
        baseline=$(baseline "$name" "$BATS_TEST_TMPDIR/$name")
        run state "$baseline"
        assert_output "$want"
    done
}

# asked COMMAND...: how often each system call is made by which capwrap asks. A baseline drops from the
# bounding set what is not in it, too.
asked() {
    strace -o "$BATS_TEST_TMPDIR/asked" "$@" "$PUBLIC/probe" >/dev/null
    grep -oE '^(prctl\([A-Z_]+|keyctl\([A-Z_]+|[gs]etres[ug]id|setfs[ug]id|getgroups|capget|faccessat2|execveat|statfs|readlinkat|getxattr)' \
        "$BATS_TEST_TMPDIR/asked" | grep -v PR_CAPBSET_DROP | sort | uniq -c
}

@test "the rungs between the baseline and capwrap make capwrap's queries, and are linked as named" {
    local rungs=$BATS_TEST_TMPDIR/rungs
    cp "$PROBE" "$PUBLIC/probe"
    mkdir "$rungs"
    /usr/bin/python3 -c '
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import programs
folder = pathlib.Path(sys.argv[2])
programs.build_tools(folder, ["baseline, dynamic glibc"])
programs.build_rungs(folder, {"capwrap, dynamic glibc": sys.argv[3]})' "$SRC_DIR/tests/bench" "$rungs" "$CAPWRAP"
    run asked "$rungs/baseline-dynamic-glibc-asking"
    assert_line --regexp '^ *1 getxattr$'
    run asked "$CAPWRAP" --user 54321:54321 --no-login-env --keep NET_BIND_SERVICE --no-new-privs --
    local want=$output
    assert_line --regexp '^ *[0-9]{2} prctl\(PR_CAPBSET_READ$'
    for name in with-libcap-ng hardened; do
        run asked "$rungs/baseline-dynamic-glibc-$name"
        assert_output "$want"
    done
    readelf --dynamic --wide "$rungs/baseline-dynamic-glibc-hardened" | grep -q BIND_NOW
}

@test "in every change's run the static program is measured too" {
    [[ ${TIER-} != real || -n ${CAPWRAP_MUSL-} ]]
}

@test "no ratio is above twice its goal, and no cost grows much faster than linearly" {
    # What others do on this machine is in one run's ratios; what capwrap costs is in those of each run.
    for try in 1 2 3; do
        run --separate-stderr "$bench" --short
        printf '%s\n' "run $try" "$output" "$stderr"
        [[ $status -ne 0 ]] || break
    done
    echo "# summary: $(counts)" >&3
    assert_success
    (($(counts | jq .goals) == 6 + ${CAPWRAP_MUSL:+1} + 0))
    (($(counts | jq .growths) == 7))
}

@test "a capwrap that takes ten times as long is found" {
    printf '#!/bin/sh\nsleep 0.02\nexec %q "$@"\n' "$CAPWRAP" >"$PUBLIC/slow"
    chmod 755 "$PUBLIC/slow"
    CAPWRAP=$PUBLIC/slow run "$bench" --short --part time
    echo "$output"
    assert_failure 1
    assert_line --regexp '^bench: time: capwrap, dynamic glibc is [0-9.]+ of setpriv, the same job, more than twice 0.75$'
}

@test "a capwrap whose cost grows with the square of the groups is found" {
    cat >"$PUBLIC/steep" <<END
#!/bin/sh
length=\${#4}
sleep "0.\$(printf %09d \$((length * length / 16)))"
exec "$CAPWRAP" "\$@"
END
    chmod 755 "$PUBLIC/steep"
    CAPWRAP=$PUBLIC/steep run "$bench" --short --part growth --rounds 1 --laps 1
    echo "$output"
    assert_failure 1
    assert_line --regexp '^bench: groups in --groups: the cost of capwrap, dynamic glibc grows with the power [0-9.]+$'
}

@test "a launcher that does not start the program is not measured" {
    printf '#!/bin/sh\nexec true\n' >"$PUBLIC/idle"
    printf '#!/bin/sh\nexit 3\n' >"$PUBLIC/failing"
    chmod 755 "$PUBLIC/idle" "$PUBLIC/failing"
    CAPWRAP=$PUBLIC/failing run "$bench" --short --part time
    assert_failure
    assert_line --partial 'launch: wait status 0x300 of'
    CAPWRAP=$PUBLIC/idle run "$bench" --short --part counts
    assert_failure
    assert_line --partial "account: $PUBLIC/idle did not execute"
}

# counted KEY COMMAND...: what account counts.
counted() {
    local key=$1
    shift
    "$BATS_TEST_TMPDIR/tools/account" -i "$@" "$BATS_TEST_TMPDIR/tools/target" | jq ".$key"
}

@test "what is counted is what strace counts, and instruction by instruction" {
    local tools=$BATS_TEST_TMPDIR/tools turns length
    mkdir "$tools"
    baseline 'dynamic glibc' "$tools"
    strace -f -o "$BATS_TEST_TMPDIR/calls" "$tools/baseline-dynamic-glibc" "$tools/target"
    run counted calls "$tools/baseline-dynamic-glibc"
    assert_output "$(($(grep -n "execve(\"$tools/target\"" "$BATS_TEST_TMPDIR/calls" | cut -d: -f1) - 1))"
    # a loop of two instructions, and a string instruction
    for turns in 1000 3000; do
        length=$((turns / 100))
        "${CC:-cc}" -O1 -nostdlib -static -ffreestanding -fno-stack-protector -o "$tools/loop-$turns" \
            -I "$SRC_DIR/tests/bench" -x c - <<END
#include <asm/unistd.h>
#include "nolibc.h"
static char text[64];
void start(const long *stack) {
    long count = $turns, length = $length;
    char *to = text;
    __asm__ volatile("1: dec %0\n\tjnz 1b" : "+r"(count));
    __asm__ volatile("rep stosb" : "+c"(length), "+D"(to) : "a"(0) : "memory");
    for (;;)
        call(__NR_execve, stack[2], (long)(stack + 2), 0, 0, 0);
}
END
    done
    assert_equal $(($(counted instructions "$tools/loop-3000") - $(counted instructions "$tools/loop-1000"))) 4000
}

@test "docs/performance-details.md has every program, goal and growth, with the date and machine of the measurement" {
    run "$page" --check
    assert_success
    refute_output
}

@test "a page that lacks a part of it is found" {
    local copy=$BATS_TEST_TMPDIR/performance-details.md
    cp "$SRC_DIR/docs/performance-details.md" "$SRC_DIR/docs/performance-details.svg" "$BATS_TEST_TMPDIR/"
    sed -i -e '/^| gosu /d' -e '/^| peak memory /d' -e '/^| capabilities dropped | capwrap, static musl/d' \
        -e 's/^Measured on .*/Measured once./' "$copy"
    sed -i '/>chpst</d' "$BATS_TEST_TMPDIR/performance-details.svg"
    run "$page" --check "$copy"
    assert_failure 1
    assert_output - <<'END'
performance-details.md: stamp: what was measured when, in 15 rounds or more is missing
performance-details.md: time: gosu is missing
performance-details.md: counts: gosu is missing
performance-details.md: names: gosu is missing
performance-details.md: goals: peak memory, capwrap, dynamic glibc / su-exec is missing
performance-details.md: growth: capabilities dropped, capwrap, static musl is missing
performance-details.md: plot: chpst is missing
END
}
