#!/usr/bin/env bats
# --close-fds: the program inherits no descriptor above 2.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common
load ../../support/states

setup() {
    require_root
}

# with_closed FDS CMD...: CMD with these of the descriptors 0 to 2 closed
with_closed() {
    local close=() fd
    for fd in $1; do close+=(--close "$fd"); done
    shift
    "$START_AS" "${close[@]}" -- "$@"
}

@test "--close-fds closes every descriptor above 2" {
    attempt "$START_AS" --open 7=/etc/passwd --open 9=/dev/null --open 900=/etc/passwd -- \
        "$CAPWRAP" --user www-data --close-fds -- "$PROBE" --only fds
    assert_success
    assert_output 'fds=0,1,2'
    quiet
    attempt "$START_AS" --open 7=/etc/passwd -- "$CAPWRAP" --close-fds -k chown -n -- "$PROBE" --only fds
    assert_output 'fds=0,1,2'
}

@test "descriptors above 1024 are closed, and a false success of close_range is refused" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt bash -c 'ulimit -n 4096; exec 2000</etc/shadow; exec "$@"' sh \
        "$CAPWRAP" --close-fds -- bash -c '[ ! -e /proc/self/fd/2000 ] && echo closed'
    assert_output closed
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt bash -c 'ulimit -n 4096; exec 2000</etc/shadow; exec "$@"' sh \
        "$SUPPORT_BIN/seccomp-errno" close_range 0 "$CAPWRAP" --close-fds -- "${MARKED[@]}"
    refused fds
}

@test "with the lowest descriptor limit under which capwrap works, and with the highest, all are closed" {
    local limit
    for limit in 4 5 "$(ulimit -H -n)"; do
        attempt bash -c 'exec 3>&-; exec prlimit --nofile="$@"' sh "$limit:$limit" \
            "$CAPWRAP" --user 1000:1000 --no-login-env --close-fds -- "$PROBE" --only fds
        assert_success
        assert_output 'fds=0,1,2'
    done
}

@test "a /proc/self/fd that is not the kernel's is not used, and everything is closed" {
    attempt unshare --mount --propagation private -- /bin/bash -c '
        mount -t tmpfs none /proc && mkdir -p /proc/self/fd/3 || exit 99
        exec 7</etc/passwd
        exec "$@"' sh "$CAPWRAP" --user 1000:1000 --close-fds -- /bin/bash -c ': <&7'
    assert_failure 1
    assert_regex "$stderr" '7: Bad file descriptor'
}

@test "without --close-fds the program inherits the caller's descriptors, and none of capwrap's" {
    local before closed
    for closed in '' 0; do
        attempt with_closed "$closed" "$START_AS" --open 7=/etc/passwd --open 900=/etc/passwd -- \
            "$PROBE" --only fds
        before=$output
        assert_regex ",$before," ',7,(.*,)?900,'
        attempt with_closed "$closed" "$START_AS" --open 7=/etc/passwd --open 900=/etc/passwd -- \
            "$CAPWRAP" --user www-data -- "$PROBE" --only fds
        assert_output "$before"
    done
}

@test "--close-fds is refused where a supervisor passed sockets to this process" {
    local option
    for option in '' --dry-run; do
        attempt bash -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh \
            "$CAPWRAP" --user www-data --close-fds $option -- "${MARKED[@]}"
        refused fds 'LISTEN_PID'
    done
}

@test "LISTEN_PID of another process is ignored, and so is LISTEN_PID without --close-fds" {
    attempt env LISTEN_PID=1 LISTEN_FDS=1 "$CAPWRAP" --user www-data --close-fds -- "$PROBE" --only fds
    assert_success
    assert_output 'fds=0,1,2'
    attempt bash -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh "$CAPWRAP" --user www-data -- "$PROBE" --only pid
    assert_success
}
