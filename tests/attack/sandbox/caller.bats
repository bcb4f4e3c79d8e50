#!/usr/bin/env bats
# What else a hostile caller can set up for a start: limits, signals, a tracer, very many arguments.
# shellcheck disable=SC2154 # bats sets status, output and stderr

load ../../support/common

setup() {
    require_root
    ASKED=(--user 1000:1000 --keep NET_BIND_SERVICE --no-new-privs --close-fds)
    KEYS=ruid,euid,suid,rgid,egid,sgid,groups,permitted,effective,inheritable,bounding,ambient,no_new_privs
    EXACT=$("$CAPWRAP" "${ASKED[@]}" -- "$PROBE" --only "$KEYS")
    started=0 stopped=0
}

# exact_or_nothing CMD...: CMD ends in capwrap and the probe. What the probe prints is as without all
# this, or it prints nothing, and the exit status is not 0.
exact_or_nothing() {
    local said status=0
    said=$("$@" 2>"$PUBLIC/stderr") || status=$?
    if [[ -n $said ]]; then
        assert_equal "$said" "$EXACT"
        started=$((started + 1))
    else
        [[ $status != 0 ]] || fail "success, and nothing ran: $*"
        stopped=$((stopped + 1))
    fi
}

@test "the state with which every start below is compared is correct" {
    attempt "$CAPWRAP" "${ASKED[@]}" -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$(mask NET_BIND_SERVICE)"
    assert_line no_new_privs=1
    assert_equal "$(wc -w <<<"$EXACT")" 13
}

@test "under any limit the program starts as requested or not at all" {
    local resource value
    for resource in as core cpu data fsize locks memlock msgqueue nofile nproc rss sigpending stack; do
        for value in 0 1 4 65536 1048576 4194304 16777216; do
            exact_or_nothing prlimit "--$resource=$value" \
                "$CAPWRAP" "${ASKED[@]}" -- "$PROBE" --only "$KEYS"
        done
    done
    echo "# $started started, $stopped did not" >&3
    [ "$started" -gt 20 ]
    [ "$stopped" -gt 5 ]
}

@test "arguments and environment of the kernel's maximum size start, and larger ones are refused" {
    local words
    for words in 1 14 100; do # of 131071 bytes, the longest that there is; 16 of them are 2 MiB
        # shellcheck disable=SC2016 # expands in the inner shell
        exact_or_nothing bash -c '
            word=$(head -c 131071 /dev/zero | tr "\0" x)
            n=$1 arguments=()
            shift
            while ((n--)); do arguments+=("$word"); done
            ulimit -s 8192
            exec "$@" "${arguments[@]}"' sh "$words" \
            "$CAPWRAP" "${ASKED[@]}" -- "$PROBE" --only "$KEYS"
    done
    assert_equal "$started $stopped" "2 1"
    # shellcheck disable=SC2016 # expands in the inner shell
    exact_or_nothing bash -c 'i=0; while ((i++ < 20000)); do export "CAPWRAP_$i=$i"; done; exec "$@"' \
        sh "$CAPWRAP" "${ASKED[@]}" -- "$PROBE" --only "$KEYS"
    assert_equal "$started" 3
}

@test "blocked and ignored signals change nothing, and are inherited" {
    exact_or_nothing env --block-signal --ignore-signal=CHLD,HUP,SYS \
        "$CAPWRAP" "${ASKED[@]}" -- "$PROBE" --only "$KEYS"
    assert_equal "$started" 1
    attempt env --block-signal=USR1 "$CAPWRAP" "${ASKED[@]}" -- grep SigBlk: /proc/self/status
    assert_output --regexp '0{13}200$'
}

@test "an unprivileged tracer gains nothing from a capwrap with file capabilities" {
    install -m 755 "$CAPWRAP" "$PUBLIC/capwrap"
    setcap cap_net_bind_service=p "$PUBLIC/capwrap"
    attempt as_user 1000 1000 -- "$PUBLIC/capwrap" --keep NET_BIND_SERVICE -n -- \
        "$PROBE" --only ambient
    assert_output "ambient=$(mask NET_BIND_SERVICE)"
    attempt as_user 1000 1000 -- strace -qq -o /dev/null \
        "$PUBLIC/capwrap" --keep NET_BIND_SERVICE -n -- "${MARKED[@]}"
    refused keep
}
