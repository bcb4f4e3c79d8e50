#!/usr/bin/env bats
# Many launches side by side, by name, while the user database is rewritten all the time in a private
# mount namespace. launches.c starts and compares, rewrite.py rewrites; each says how.
# SEED=N replays the same sequence of databases.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

CALLERS=64
MOST_RUNS=40 # on a busy machine a run has few versions
DIFFERENT='capwrap: user: joe: the user database gave two different answers'

setup_file() {
    "${CC:-cc}" -std=c17 -O2 -o "$BATS_FILE_TMPDIR/launches" "$SRC_DIR/tests/attack/load/launches.c"
    LAUNCHES=$("$SRC_DIR/tests/support/tier" launches)
    export LAUNCHES SEED=${SEED:-$(date +%s)}
}

setup() {
    require_root
    etc=$BATS_TEST_TMPDIR/etc
    mkdir "$etc"
    printf 'passwd: files\ngroup: files\n' >"$etc/nsswitch.conf"
    cp /etc/ld.so.cache "$etc"
}

# rewriting MODE: joe's database is rewritten until `rewriting_ends`, or until this shell ends.
rewriting() {
    echo "seed: $SEED"
    rm -rf "$etc"/v* # of a run before
    coproc REWRITER { exec /usr/bin/python3 "$SRC_DIR/tests/attack/load/rewrite.py" "$1" "$etc" "$SEED" 3>&-; }
    # Bash forgets these, and closes the descriptors, as soon as the process has ended.
    rewriter=$REWRITER_PID
    exec {told}<&"${REWRITER[0]}"
    read -r -u "$told" line
    assert_equal "$line" ready
}

# Sets databases, how many there were, and tells the counts.
rewriting_ends() {
    eval "exec ${REWRITER[1]}>&-"
    read -r -u "$told" _ databases
    exec {told}<&-
    wait "$rewriter"
    echo "# seed $SEED" >&3
    echo "# summary: {\"tool\": \"$1\", \"databases\": $databases, ${summary#\{}" >&3
}

# launch COUNT EXPECTED REFUSAL ARG...: capwrap ARG... that often; sets summary.
launch() {
    local count=$1 expected=$2 refusal=$3
    shift 3
    # shellcheck disable=SC2016 # expands in the inner shell
    run unshare --mount --propagation private -- /bin/bash -c \
        'mount --bind "$1" /etc || exit 99; shift; exec "$@"' launch "$etc" \
        "$BATS_FILE_TMPDIR/launches" "$count" "$CALLERS" "$expected" "$refusal" /etc/now -- \
        "$CAPWRAP" "$@" -- "$PROBE" --only "$(sed 's/=.*//' "$expected" | paste -sd ,)" </dev/null
    echo "$output"
    summary=$(counts)
}

# count KEY: of the summary
count() {
    jq ".$1" <<<"$summary"
}

# expected UID GID GROUPS HOME SET SECUREBITS NO_NEW_PRIVS FDS: what the probe is to print
expected() {
    printf '%s=%s\n' ruid "$1" euid "$1" suid "$1" fsuid "$1" rgid "$2" egid "$2" sgid "$2" \
        fsgid "$2" groups "$3" permitted "$5" effective "$5" inheritable "$5" bounding "$5" \
        ambient "$5" securebits "$6" no_new_privs "$7" pdeathsig 0 home "$4" user joe logname joe \
        home_count 1 user_count 1 logname_count 1 fds "$8"
}

@test "while all other lines of the databases change, every launch is exact and none is refused" {
    local groups
    groups=2001,$(seq -s , 3001 3100)
    expected 1001 2001 "$groups" /home/joe "$(mask NET_BIND_SERVICE)" 0 1 0,1,2,5,9 \
        >"$BATS_TEST_TMPDIR/expected"
    # 64 callers may leave the one that rewrites little time: as many runs as a race takes.
    for ((all = runs = 0; all < LAUNCHES / 100 && runs < MOST_RUNS; runs++, SEED++)); do
        rewriting lines
        launch "$LAUNCHES" "$BATS_TEST_TMPDIR/expected" '' --user joe --keep NET_BIND_SERVICE --no-new-privs
        assert_success
        rewriting_ends "other lines change"
        assert_equal "$(count exact)" "$LAUNCHES"
        all=$((all + databases))
    done
    ((all >= LAUNCHES / 100))
    # neither the size of the files nor the number of callers is seen in the memory of one
    (($(count 'most_kib') <= 2 * $(count 'least_kib')))
}

@test "while the user's entry changes, every launch uses one of its versions or is refused with a message about it" {
    expected '{100000}' '{200000}' '{200000},{300000},{400000}' '/home/{0}' "$(mask NET_RAW)" ef 0 0,1,2 \
        >"$BATS_TEST_TMPDIR/expected"
    ln -s now/passwd "$etc/passwd"
    ln -s now/group "$etc/group"
    # It was a race when both outcomes came often, and of many versions.
    for ((raced = runs = versions = refused = exact = 0; !raced && runs < MOST_RUNS; runs++, SEED++)); do
        rewriting entry
        launch $((LAUNCHES / 4)) "$BATS_TEST_TMPDIR/expected" "$DIFFERENT" \
            --user joe --keep NET_RAW --lock-securebits --close-fds
        assert_success
        rewriting_ends "the user changes"
        versions=$((versions + $(count versions)))
        refused=$((refused + $(count refused)))
        exact=$((exact + $(count exact)))
        raced=$((versions >= LAUNCHES / 100 && refused > 0 && exact >= LAUNCHES / 8))
    done
    ((raced))
}
