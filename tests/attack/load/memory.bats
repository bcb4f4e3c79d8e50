#!/usr/bin/env bats
# Memory and descriptors of every kind of run, under valgrind: each one up to execve (the program
# here is a file that execve refuses, so that capwrap ends itself and its memory is looked at) and
# each kind of refusal.

# shellcheck disable=SC2154 # bats sets status and output
load ../../support/common

setup() {
    require_root
    export TMPDIR=$PUBLIC
    queue=$BATS_TEST_TMPDIR/queue
    printf 'no format' >"$PUBLIC/program"
    chmod 755 "$PUBLIC/program"
    PROGRAM=$PUBLIC/program
    ORDINARY=("$START_AS" --uid 1000 --gid 1000 --groups 1000)
}

# ends STATUS [COMMAND...] -- ARG...: to be checked, see memcheck
ends() {
    printf '%q ' "$SRC_DIR/tests/attack/load/memcheck" "$@" >>"$queue"
    printf '\n' >>"$queue"
}

# all_clean WHAT: all that were named so far, as many at a time as there are processors.
all_clean() {
    local count
    count=$(wc -l <"$queue")
    echo "$count runs"
    ((count >= 5))
    run xargs -d '\n' -n 1 -P "$(nproc)" bash -c <"$queue"
    echo "$output"
    assert_success
    assert_output ''
    echo "# summary: {\"tool\": \"$1\", \"runs\": $count}" >&3
}

# script NAME LINE: a script with this first line
script() {
    printf '%s\n' "$2" >"$PUBLIC/$1"
    chmod 755 "$PUBLIC/$1"
}

@test "up to execve no memory is leaked and no descriptor is left open" {
    local many close_fds=126
    # valgrind 3.24 keeps descriptors of its own open, where capwrap finds them; 3.27 does not
    printf 'valgrind-3.27\n%s\n' "$(valgrind --version)" | sort --version-sort --check=quiet || close_fds=125
    many=$(seq -s , 5000 5299)
    ends 126 -- "$PROGRAM"
    ends 126 -- --user nobody --keep NET_RAW --no-new-privs "$PROGRAM"
    ends 126 -- -v --user nobody --keep NET_RAW --lock-securebits --chown-stdio "$PROGRAM"
    ends "$close_fds" -- --user nobody --close-fds "$PROGRAM"
    ends 126 -- --user 1000:1000 --groups "$many" --no-login-env "$PROGRAM"
    ends 126 -- --user www-data --groups init --strict "$PROGRAM"
    ends 126 "$START_AS" --groups "$many" -- --user nobody "$PROGRAM"
    ends 126 "$START_AS" --pdeathsig 15 -- --user nobody "$PROGRAM"
    ends 126 "${ORDINARY[@]}" -- --no-new-privs "$PROGRAM"
    all_clean "up to execve"
}

@test "modes that only inspect leak no memory and leave no descriptor open" {
    ends 0 -- --help
    ends 0 -- --list-caps
    ends 0 -- --decode=00000000a80425fb
    ends 125 -- --decode=xyz
    ends 0 -- --status=1 --json
    ends 125 -- --status=999999999
    # valgrind takes the question whether a program could be executed for its execution
    ends 126 -- --dry-run --user nobody --keep NET_RAW "$PROGRAM"
    ends 126 -- --dry-run --json --user www-data --groups init "$PROGRAM"
    ends 127 -- --dry-run --json --user nobody no-such-program
    ends 125 -- --dry-run --user nobody-of-this-name /usr/bin/id
    all_clean "only looking"
}

@test "a refusal before anything changes leaks no memory and leaves no descriptor open" {
    ends 125 -- --no-such-option
    ends 125 -- --keep NET_RAW,bogus "$PROGRAM"
    ends 125 -- --user "$(printf '%0600d' 7)" "$PROGRAM"
    ends 125 -- --user nobody-of-this-name "$PROGRAM"
    ends 125 -- --user nobody:no-such-group "$PROGRAM"
    ends 125 -- --user 54321 "$PROGRAM"
    ends 125 -- --user nobody --groups adm,no-such-group "$PROGRAM"
    ends 125 -- --keep 63 "$PROGRAM"
    ends 125 "$START_AS" --bounding "$(mask CHOWN)" -- --user nobody --keep NET_RAW "$PROGRAM"
    ends 125 "$START_AS" --securebits 20 -- --user nobody --keep NET_RAW "$PROGRAM"
    ends 125 "${ORDINARY[@]}" -- --user root "$PROGRAM"
    ends 125 "${ORDINARY[@]}" -- --keep NET_RAW "$PROGRAM"
    ends 125 "${ORDINARY[@]}" -- --strict "$PROGRAM"
    all_clean "refused before"
}

@test "a refusal during the transition leaks no memory and leaves no descriptor open" {
    script lost '#!/no/such/interpreter'
    script empty '#!'
    script loop "#!$PUBLIC/loop"
    cp "$PROGRAM" "$PUBLIC/set-id"
    cp "$PROGRAM" "$PUBLIC/with-caps"
    cp "$PROGRAM" "$PUBLIC/secret"
    chmod 4755 "$PUBLIC/set-id"
    chmod 711 "$PUBLIC/secret"
    setcap cap_net_raw=ep "$PUBLIC/with-caps"
    ends 127 -- --user nobody no-such-program
    ends 126 -- --user nobody "$PUBLIC"
    ends 126 -- --user nobody "$PUBLIC/lost"
    ends 126 -- --user nobody "$PUBLIC/empty"
    ends 126 -- --user nobody "$PUBLIC/loop"
    ends 125 -- --user nobody "$PUBLIC/set-id"
    ends 126 -- --user nobody "$PUBLIC/with-caps"
    ends 125 -- --user nobody --keep NET_RAW,CHOWN "$PUBLIC/with-caps"
    ends 125 -- --user nobody "$PUBLIC/secret"
    all_clean "refused during"
}

@test "a leaked block and a descriptor that is left open are found" {
    printf '%s\n' '#include <fcntl.h>' '#include <stdlib.h>' 'int main(int count, char **words) {' \
        '    (void)words; if (count > 1) return open("/", O_RDONLY) < 0;' \
        '    void *volatile lost = malloc(7); lost = 0; return lost != 0; }' >"$PUBLIC/leaky.c"
    "${CC:-cc}" -o "$PUBLIC/leaky" "$PUBLIC/leaky.c"
    CAPWRAP=$PUBLIC/leaky run "$SRC_DIR/tests/attack/load/memcheck" 0 --
    assert_failure
    assert_output --partial 'definitely lost: 7 bytes'
    CAPWRAP=$PUBLIC/leaky run "$SRC_DIR/tests/attack/load/memcheck" 0 -- descriptor
    assert_failure
    assert_output --partial 'Open file descriptor'
}
