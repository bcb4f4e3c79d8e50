#!/usr/bin/env bats
# Without a usable /proc: absent, hidden, or of another pid namespace. The result is
# the same, because nothing that decides the result is read there.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
}

# in_mounts SCRIPT: FROM runs the SCRIPT in a mount namespace of its own, then the rest
in_mounts() {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM=(unshare --mount --propagation private -- /bin/bash -c "$1"' || exit 99
        exec "$@"' in_mounts)
}

# Every kind of start: one that changes the user, one that does not, and one without privilege.
all_starts_are_exact() {
    local around=("${FROM[@]}")
    runs --strict --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet

    runs --strict --keep NET_BIND_SERVICE --lock-securebits --no-new-privs -- "$PROBE"
    assert_line ruid=0
    holds_exactly "$NBS"
    assert_line securebits=ef

    runs --strict --user 65534:65534 --groups 5,6 -- "$PROBE"
    is_user 65534 65534 5,6,65534
    holds_exactly "$NONE"

    # a library that reads another process's sets instead of ours would find them full
    FROM=("$START_AS" --inheritable "$(mask SETUID SETGID)" --bounding "$NBS" -- "${around[@]}")
    if "${FROM[@]}" /bin/true 2>/dev/null; then fail "mounting needs more than this"; fi
    FROM=("${around[@]}" "$START_AS" --inheritable "$(mask SETUID SETGID)" --bounding "$NBS" --)
    runs --strict --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"

    FROM=("${around[@]}" "${ORDINARY[@]}" --)
    runs -- "$PROBE"
    is_user 1000 1000 ''
    assert_line "permitted=$NONE"
    noted bounding
    refuses keep cap-bounding-only NET_BIND_SERVICE -- --keep NET_BIND_SERVICE

    FROM=("${around[@]}" "$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$NBS"
        --effective "$NBS" --inheritable "$NBS" --ambient "$NBS" --bounding "$NBS" --)
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "/proc is not mounted: every kind of start works" {
    in_mounts 'mount -t tmpfs none /proc'
    all_starts_are_exact
}

@test "/proc is mounted with subset=pid: every kind of start works" {
    in_mounts 'mount -t proc -o subset=pid proc /proc && [[ ! -e /proc/sys ]]'
    all_starts_are_exact
}

@test "/proc is mounted with hidepid=invisible: every kind of start works" {
    in_mounts 'mount -t proc -o hidepid=invisible proc /proc'
    all_starts_are_exact
}

@test "/proc is that of a PID namespace that no longer exists: every kind of start works" {
    in_mounts 'unshare --pid --fork mount -t proc proc /proc && [[ ! -e /proc/self/status ]]'
    all_starts_are_exact
}

@test "/proc is that of the parent pid namespace, where our process ids name other processes: every kind of start works" {
    FROM=(unshare --pid --fork --)
    # shellcheck disable=SC2016 # expanded by the shell that is started
    assert_equal "$("${FROM[@]}" /bin/bash -c 'echo "$$ $(readlink /proc/self | grep -c "^$$\$")"')" \
        "1 0"
    all_starts_are_exact
}

@test "/proc is not mounted: a capwrap with file capabilities works" {
    require_suid_mount
    granted_capwrap cap_net_bind_service=p
    in_mounts 'mount -t tmpfs none /proc'
    FROM+=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted 0 --effective 0
        --bounding "$NBS" --)
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "/proc is not mounted in a user namespace: an unmapped root is not taken for 65534" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM=("$SUPPORT_BIN/in-userns" --uid-map "1000,1000,1" --gid-map "1000,1000,1" --keep-caps --
        unshare --mount -- /bin/bash -c 'mount -t tmpfs none /proc || exit 99; exec "$@"' absent)
    refuses gid unmapped-id 65534 -- --user 65534:65534 --groups keep
    refuses groups unmapped-id setgroups -- --user 65534:65534
    runs --strict --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "/proc is not mounted in a user namespace: an unmapped group is not taken for 65534" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM=("$START_AS" --groups 0 -- "$SUPPORT_BIN/in-userns" --uid-map "65534,65534,1"
        --gid-map "65534,65534,1" --deny-setgroups --keep-caps --
        unshare --mount -- /bin/bash -c 'mount -t tmpfs none /proc || exit 99; exec "$@"' absent)
    assert_equal "$("${FROM[@]}" "$PROBE" --only groups)" groups=65534
    refuses groups system-call setgroups -- --user 65534:65534
}

@test "/proc is not mounted: file capabilities for the root of another user namespace have no effect, or are refused" {
    require_suid_mount
    install -m 755 "$PROBE" "$PUBLIC/target"
    setcap -n 100000 cap_net_raw=ep "$PUBLIC/target"
    in_mounts 'mount -t tmpfs none /proc'
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- \
        "$PUBLIC/target" --marker "$MARKER"
    if [[ $status == 0 ]]; then
        holds_exactly "$NBS"
    else
        refused program "$PUBLIC/target"
    fi
}
