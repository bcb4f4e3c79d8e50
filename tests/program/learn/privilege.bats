#!/usr/bin/env bats
# Where checks cannot be watched: the error names what is missing, and --no-trace as the alternative.

# shellcheck disable=SC2154 # bats sets output and stderr
load ../../support/common
load learn

setup() {
    require_root
    cd "$PUBLIC" || return
}

# cannot PATTERN COMMAND...: asserts that capwrap-learn exits with 125 and this error, and that nothing ran.
cannot() {
    local pattern=$1
    shift
    attempt "$@" touch "$MARKER"
    assert_failure 125
    assert_regex "$stderr" "^capwrap-learn: $pattern"
    did_not_run
}

# shellcheck disable=SC2016
without_tracefs='umount -l /sys/kernel/tracing /sys/kernel/debug/tracing 2>/dev/null; exec "$@"'

@test "an ordinary user is refused, and the hint names the requirement" {
    cannot '(watch: .*SYS_ADMIN|bounding|user|groups).*' as_user 1000 1000 -- "$CAPWRAP_LEARN" --
    assert_regex "$stderr" 'hint: .*(--no-trace|root)'
}

@test "an ordinary user can learn by trying, with the capabilities that he has: none" {
    attempt as_user 1000 1000 -- "$CAPWRAP_LEARN" --no-trace --json -o "$LEARNED" -- true
    needs "" confirmed
    limited 'does not hold .*NET_RAW'
    assert_equal "$(told .user)" 1000
    attempt as_user 1000 1000 -- "$CAPWRAP_LEARN" --no-trace -u nobody -- true
    assert_failure 125
    assert_regex "$stderr" 'SETUID'
}

@test "if a seccomp filter blocks perf_event_open, the error names it and --no-trace" {
    cannot 'watch: perf_event_open: it requires CAP_PERFMON.*' \
        "$SUPPORT_BIN/seccomp-errno" perf_event_open EPERM "$CAPWRAP_LEARN" --
    assert_regex "$stderr" 'hint: .*--no-trace'
}

@test "without SYS_ADMIN and PERFMON perf_event_open is refused" {
    cannot 'watch: .*' setpriv --bounding-set=-sys_admin,-perfmon "$CAPWRAP_LEARN" --
    assert_regex "$stderr" 'hint: .*--no-trace'
}

@test "if tracefs is not mounted and cannot be mounted, the error names SYS_ADMIN" {
    cannot 'watch: tracefs cannot be read: .*SYS_ADMIN' \
        unshare --mount --propagation private -- bash -c "$without_tracefs" - \
        setpriv --bounding-set=-sys_admin "$CAPWRAP_LEARN" --
}

@test "without a mounted tracefs watching works, and tracefs is not left mounted" {
    local before
    before=$(cat /proc/self/mountinfo)
    attempt unshare --mount --propagation private -- bash -c "$without_tracefs" - \
        "$CAPWRAP_LEARN" --json -o "$LEARNED" -- grep -c tracefs /proc/self/mountinfo
    assert_output 0
    assert_equal "$(told .method)" tracepoint
    assert_equal "$(cat /proc/self/mountinfo)" "$before"
}

@test "a mounted tracefs requires no SYS_ADMIN" {
    # shellcheck disable=SC2016
    attempt unshare --mount --propagation private -- bash -c '
        { mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; } && exec setpriv --bounding-set=-sys_admin "$@"' - \
        "$CAPWRAP_LEARN" --json -o "$LEARNED" -- "$ASKS" raw
    needs NET_RAW
    limited 'does not hold .*SYS_ADMIN'
}

@test "with Docker's default capabilities, trying finds the answer where watching is refused" {
    local docker=chown,dac_override,fsetid,fowner,mknod,net_raw,setgid,setuid,setfcap,setpcap,net_bind_service,sys_chroot,kill,audit_write
    local drop=-all,+${docker//,/,+}
    local in_docker=("$SUPPORT_BIN/seccomp-errno" perf_event_open EPERM
        setpriv --bounding-set="$drop")
    cannot 'watch: ' "${in_docker[@]}" "$CAPWRAP_LEARN" --
    attempt "${in_docker[@]}" "$CAPWRAP_LEARN" --no-trace --json -o "$LEARNED" -- "$ASKS" raw
    needs NET_RAW confirmed
    [ "$(told .runs)" -le 14 ]
}

@test "a small limit of locked memory makes small rings, not an error" {
    # The limit is per user, over all processes: another process of root may be watching.
    local held
    held=$("$PROBE" --only permitted | cut -d = -f 2)
    held=$(printf '%x' $((16#$held & ~16#$(mask IPC_LOCK))))
    attempt prlimit --memlock=0 "$START_AS" --uid 54321 --gid 54321 --groups 54321 --permitted "$held" \
        --effective "$held" --inheritable "$held" --ambient "$held" -- \
        "$CAPWRAP_LEARN" --json -o "$LEARNED" -- "$ASKS" raws 100
    needs NET_RAW
    assert_equal "$(checks NET_RAW)" 100
}
