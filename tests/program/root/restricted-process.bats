#!/usr/bin/env bats
# What a process brings with it besides capabilities: ids that differ, limits, descriptors,
# arguments, keyrings, the parent-death signal.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
}

teardown() {
    end_background
}

# ---- installed set-id, real and effective ids that differ ----

@test "installed set-user-ID root: refused, whatever is asked for" {
    require_suid_mount
    install -o root -g root -m 4755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --)
    refuses start started-setid 'uid 1000 and 0' --
    refuses start started-setid 'uid 1000 and 0' -- --user 1000:1000
    refuses start started-setid 'uid 1000 and 0' -- --user 0:0 --keep all
    hint_says 'chmod (u-s|[ug+,-]*s|0?755)'
}

@test "installed set-user-ID of somebody else: refused" {
    require_suid_mount
    install -o 2000 -g root -m 4755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --)
    refuses start started-setid 'uid 1000 and 2000' --
}

@test "installed set-group-ID: refused" {
    require_suid_mount
    install -o root -g 2000 -m 2755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --)
    refuses start started-setid 'gid 1000 and 2000' --
    refuses start started-setid 'gid 1000 and 2000' -- --user 1000:2000
}

@test "installed set-user-ID and started under no_new_privs: the bit does not count" {
    install -o root -g root -m 4755 "$CAPWRAP" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    FROM=("${ORDINARY[@]}" --no-new-privs --)
    runs -- "$PROBE"
    is_user 1000 1000 ''
    assert_line "permitted=$NONE"
}

@test "real and effective uid differ: refused in both directions" {
    FROM=("$START_AS" --uid "0,1000,0" --)
    refuses start started-setid 'uid 0 and 1000' -- --user 1000:1000
    FROM=("$START_AS" --uid "1000,0,0" --)
    refuses start started-setid 'uid 1000 and 0' -- --user 1000:1000
}

@test "real uid 0, effective uid 1000 under no_new_privs: uid 0 would come back into reach" {
    FROM=("$START_AS" --uid "0,1000,1000" --no-new-privs --)
    refuses start started-setid 'uid 0 and 1000' --
}

@test "real and effective gid differ: refused" {
    FROM=("$START_AS" --gid "0,1000,0" --)
    refuses start started-setid 'gid 0 and 1000' -- --user 1000:1000
    FROM=("$START_AS" --gid "1000,0,1000" --)
    refuses start started-setid 'gid 1000 and 0' --
}

# ---- RLIMIT_NPROC ----

@test "RLIMIT_NPROC reached by the user: execve's EAGAIN is explained" {
    # the kernel looks at the limit when the uid changes, and does not count the process itself yet
    in_background sleep "$START_AS" --uid 23456 --gid 23456 --groups none -- sleep 300
    in_background sleep "$START_AS" --uid 23456 --gid 23456 --groups none -- sleep 300
    FROM=("$START_AS" --nproc 1 --)
    attempt "${FROM[@]}" "$CAPWRAP" --user 23456:23456 -- "${MARKED[@]}"
    failed_with 126 exec 'RLIMIT_NPROC'
    error_says 'Resource temporarily unavailable'

    # only execve can know
    dry_run --user 23456:23456 -- "${MARKED[@]}"
    assert_success

    FROM=("$START_AS" --nproc 3 --)
    runs --user 23456:23456 -- "$PROBE"
    is_user 23456 23456 23456
}

# ---- closed standard streams ----

# with_closed FDS CMD...: CMD with these of the descriptors 0 to 2 closed
with_closed() {
    local close=() fd
    for fd in $1; do close+=(--close "$fd"); done
    shift
    "$START_AS" "${close[@]}" -- "$@"
}

# The subsets of descriptors 0 to 2.
SUBSETS=('' '0' '1' '2' '0 1' '0 2' '1 2' '0 1 2')

@test "the program finds the standard streams open or closed as the caller had them" {
    # shellcheck disable=SC2016 # expanded by the program
    local look='open=; for fd in 0 1 2; do [ ! -e /proc/self/fd/$fd ] || open="$open $fd"; done
        echo "open:$open" >"$0"'
    for closed in "${SUBSETS[@]}"; do
        rm -f "$PUBLIC/found" "$PUBLIC/expected"
        with_closed "$closed" /bin/sh -c "$look" "$PUBLIC/expected"
        with_closed "$closed" "$CAPWRAP" --user 1000:1000 -- /bin/sh -c "$look" "$PUBLIC/found"
        assert_equal "closed:$closed $(cat "$PUBLIC/found")" \
            "closed:$closed $(cat "$PUBLIC/expected")"
    done
    assert_equal "$(cat "$PUBLIC/expected")" open: # the last one: all three closed
}

@test "closed standard streams are held by descriptors that nothing can be written to" {
    for closed in "${SUBSETS[@]}"; do
        local close=() fd
        for fd in $closed; do close+=(--close "$fd"); done
        strace -qq -o "$PUBLIC/trace" -e trace=?open,openat,execve "$START_AS" "${close[@]}" \
            -- "$CAPWRAP" --user nobody -- true
        run sed -nE 's/^open(at)?\(.*"\/", .*O_PATH.* = ([0-9]+)$/\2/p' "$PUBLIC/trace"
        assert_equal "${output//$'\n'/ }" "$closed"
    done
}

@test "with standard streams closed a rehearsal tells the truth, or fails" {
    for closed in "${SUBSETS[@]}"; do
        local status=0 wanted=0
        [[ $closed != *1* ]] || wanted=125
        with_closed "$closed" "$CAPWRAP" --dry-run --json --user nobody -- true \
            >"$PUBLIC/document" || status=$?
        assert_equal "closed:$closed status:$status" "closed:$closed status:$wanted"
        [[ $wanted == 125 ]] || assert_equal "$(jq -r .outcome "$PUBLIC/document")" ok
    done
}

@test "the program inherits the caller's descriptors and none of capwrap's" {
    for closed in '' 0; do
        attempt with_closed "$closed" "$START_AS" --open "5=/etc/passwd" -- "$PROBE" --only fds
        local expected=$output
        assert_regex "$expected" 5
        attempt with_closed "$closed" "$START_AS" --open "5=/etc/passwd" -- "$CAPWRAP" \
            --user nobody -- "$PROBE" --only fds
        assert_output "$expected"
    done
}

# written_by_capwrap TRACE: the files that it wrote to, one a line (but for the counts of a coverage
# build)
written_by_capwrap() {
    sed -n '/execve("[^"]*capwrap"/,$p' "$1" |
        sed -nE 's/^(write|writev|pwrite64|pwritev2?|sendto|sendmsg)\([0-9]+<([^>]*)>.* = [1-9][0-9]*$/\2/p' |
        sed '/\.gcda$/d' | sort -u
}

# refusal_lands CLOSED STATUS ARG...: capwrap ARG... ends with STATUS; what it says goes to the
# caller's standard error when that is open, and into no other file.
refusal_lands() {
    local closed=$1 wanted=$2 status=0 expected='' close=() fd
    shift 2
    for fd in $closed; do close+=(--close "$fd"); done
    : >"$PUBLIC/stderr"
    strace -y -qq -o "$PUBLIC/trace" "$START_AS" --open "2=$PUBLIC/stderr" \
        "${close[@]}" -- "$CAPWRAP" "$@" \
        </dev/null >/dev/null 2>&1 || status=$?
    assert_equal "closed:$closed status:$status" "closed:$closed status:$wanted"
    [[ $closed == *2* ]] || expected=$PUBLIC/stderr
    assert_equal "closed:$closed $(written_by_capwrap "$PUBLIC/trace")" "closed:$closed $expected"
    [[ $closed == *2* ]] || grep -q '^capwrap: ' "$PUBLIC/stderr"
    did_not_run
}

@test "with standard streams closed an error text lands in no file" {
    output=
    for closed in "${SUBSETS[@]}"; do
        refusal_lands "$closed" 125 --user nobody-of-this-name -- "${MARKED[@]}"
        refusal_lands "$closed" 125 --user nobody --keep 63 -- "${MARKED[@]}"
        refusal_lands "$closed" 127 --user nobody -- "$PUBLIC/missing"
        refusal_lands "$closed" 125 --unknown-option
    done
}

@test "with standard streams closed a note and the steps of -v land in no file" {
    output=
    for closed in "${SUBSETS[@]}"; do
        refusal_lands "$closed" 127 -v --no-new-privs --user nobody -- "$PUBLIC/missing"
    done
}

@test "with standard output closed --help fails and writes to no file" {
    for option in --help --version --list-caps; do
        run with_closed 1 strace -y -qq -o "$PUBLIC/trace" "$CAPWRAP" $option
        assert_equal "$option $status" "$option 125"
        refute_output --partial capng
    done
}

# ---- arguments ----

@test "an empty argument list is a usage error" {
    attempt "$START_AS" --empty-argv -- "$CAPWRAP"
    assert_equal "$status" 125
    error_says '^capwrap: options: '
}

@test "an argument list of two megabytes reaches the program whole" {
    local long count=15
    printf -v long '%0131000d' 0
    local arguments=()
    for ((i = 0; i < count; i++)); do arguments+=("$long"); done
    FROM=(/usr/bin/env -i)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE" \
        "${arguments[@]}"
    holds_exactly "$NBS"
    assert_line "argc=$((count + 1))"
}

@test "an argument list that is too long for the program's environment is explained" {
    local long home count=15
    printf -v long '%0131000d' 0
    printf -v home '/%0131000d' 0
    local arguments=("${long:0:100000}")
    for ((i = 0; i < count; i++)); do arguments+=("$long"); done
    echo "far:x:1000:1000::$home:/bin/sh" >"$PUBLIC/passwd"
    echo "far:x:1000:" >"$PUBLIC/group"
    FROM=(with_users "$PUBLIC/passwd" "$PUBLIC/group" -- /usr/bin/env -i)
    attempt "${FROM[@]}" "$CAPWRAP" --user far -- "${MARKED[@]}" "${arguments[@]}"
    failed_with 126 exec 'Argument list too long'
}

# ---- keyrings ----

@test "root's session keyring is out of the program's reach" {
    FROM=("$START_AS" --new-session-keyring-with-key capwrap-test --)
    attempt "${FROM[@]}" keyctl search @s user capwrap-test
    assert_success # without capwrap it is there
    runs --user 1000:1000 -- "$PROBE"
    assert_regex "$(value_of session_keyring)" '^[0-9]+,1000$'
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 -- keyctl search @s user capwrap-test
    assert_failure 1
    assert_regex "$stderr" 'not available'
}

@test "root's key is not readable by its number either" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    attempt "$START_AS" --new-session-keyring-with-key capwrap-test -- /bin/sh -c '
        key=$(keyctl search @s user capwrap-test) || exit 99
        keyctl print "$key" && exec "$0" --user 1000:1000 -- keyctl print "$key"' "$CAPWRAP"
    assert_failure 1
    assert_output secret # once, before the change
}

@test "a change of the uid alone, or of the gid alone, leaves root's session keyring too" {
    FROM=("$START_AS" --new-session-keyring-with-key capwrap-test --)
    for user in 1000:0 0:1000; do
        attempt "${FROM[@]}" "$CAPWRAP" --user "$user" -- keyctl search @s user capwrap-test
        assert_failure 1
        assert_regex "$stderr" 'not available'
    done
}

@test "the user's session keyring stays where the user stays" {
    FROM=("$START_AS" --new-session-keyring-with-key capwrap-test --)
    attempt "${FROM[@]}" "$CAPWRAP" --keep NET_BIND_SERVICE -- keyctl search @s user capwrap-test
    assert_success
}

@test "an exhausted key quota is named" {
    # 200 keys are what a user may have (proc_sys_kernel-keys: /proc/sys/kernel/keys/maxkeys)
    # shellcheck disable=SC2016 # expanded by the shell that is started
    in_background sleep "$START_AS" --uid 23457 --gid 23457 --groups none -- \
        keyctl session - /bin/bash -c '
        while keyctl add user "k$((++n))" x @s; do :; done
        exec sleep 300' >"$PUBLIC/log" 2>&1
    # the kernel lets the first session keyring of a process exceed the quota
    FROM=("$START_AS" --new-session-keyring-with-key capwrap-test --)
    refuses keyring key-quota -- --user 23457:23457
}

@test "a seccomp filter that blocks keyctl blocks it for the program too: capwrap goes on" {
    for errno in EPERM ENOSYS; do
        FROM=("$SUPPORT_BIN/seccomp-errno" keyctl "$errno")
        runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
        is_user 1000 1000 1000
        holds_exactly "$NBS"
        assert_line "session_keyring=$errno"
    done
}

@test "a seccomp filter that blocks a call of the transition is a named refusal" {
    FROM=("$SUPPORT_BIN/seccomp-errno" setresuid EPERM)
    refuses uid system-call setresuid -- --user 1000:1000
    FROM=("$SUPPORT_BIN/seccomp-errno" setresgid EPERM)
    refuses gid system-call setresgid -- --user 1000:1000
    FROM=("$SUPPORT_BIN/seccomp-errno" capset EPERM)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- "${MARKED[@]}"
    refused '(effective|working-caps)' capset
    FROM=("$SUPPORT_BIN/seccomp-errno" setgroups EPERM)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 -- "${MARKED[@]}"
    refused groups setgroups
}

# ---- parent-death signal ----

@test "a parent-death signal outlives the change of identity" {
    FROM=("$START_AS" --pdeathsig 15 --)
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    assert_line pdeathsig=15
    FROM=("$START_AS" --pdeathsig 9 --)
    runs --user 1000:1000 -- "$PROBE"
    assert_line pdeathsig=9
}

@test "a parent-death signal stays where the identity stays" {
    FROM=("$START_AS" --pdeathsig 15 --)
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    assert_line pdeathsig=15
}

@test "no parent-death signal is invented" {
    runs --user 1000:1000 -- "$PROBE"
    assert_line pdeathsig=0
}

@test "the re-armed parent-death signal works: the program ends with its parent" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    /bin/bash -c '"$1" --pdeathsig 9 -- "$2" --user 1000:1000 -- sleep 300 & echo $! >"$0"
        until grep -qx sleep "/proc/$!/comm"; do sleep 0.02; done' \
        "$PUBLIC/pid" "$START_AS" "$CAPWRAP" 3>&-
    local pid waited=0
    pid=$(cat "$PUBLIC/pid")
    while kill -0 "$pid" 2>/dev/null && ((++waited < 100)); do sleep 0.05; done
    if kill -0 "$pid" 2>/dev/null; then
        kill "$pid"
        fail "the program outlived its parent"
    fi
}

@test "a parent that ended while its signal was cleared: the program does not start" {
    # -D: the tracer is no parent. The uid is changed, and setresuid(2) returns a second later.
    # shellcheck disable=SC2016 # expanded by the shell that is started
    /bin/bash -c 'strace -D -qq -o "$0/trace" -e trace=setresuid \
            -e inject=setresuid:delay_exit=1s:when=1 "$1" --pdeathsig 9 -- \
            "$2" --user 1000:1000 -- "${@:3}" 2>"$0/stderr" &
        until grep -q "^Uid:.1000" "/proc/$!/status"; do sleep 0.02; done' \
        "$PUBLIC" "$START_AS" "$CAPWRAP" "${MARKED[@]}" 3>&-
    local waited=0
    until grep -q hint "$PUBLIC/stderr" || ((++waited == 200)); do sleep 0.05; done
    status=125 output='' stderr=$(cat "$PUBLIC/stderr")
    refused parent-death 'parent'
}
