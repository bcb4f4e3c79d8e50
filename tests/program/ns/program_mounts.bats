#!/usr/bin/env bats
# Programs on mounts of their own, and a real program with file capabilities on a network of its own.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    require_suid_mount
    NBS=$(mask NET_BIND_SERVICE)
    ASKED=(--user 1000:1000 --keep NET_BIND_SERVICE)
    mkdir "$PUBLIC/mount"
    TARGET=$PUBLIC/mount/target
}

# on_mount OPTIONS MODE OWNER:GROUP CAPS: the probe as $TARGET on a tmpfs that is mounted so
on_mount() {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM=(unshare --mount --propagation private -- /bin/bash -c '
        mount -t tmpfs -o mode=755 test "${1%/*}" && install -m 755 "$2" "$1" &&
            chown "$5" "$1" && chmod "$4" "$1" && { [[ -z $6 ]] || setcap "$6" "$1"; } &&
            mount -o "remount,$3" "${1%/*}" || exit 99
        shift 6
        exec "$@"' on_mount "$TARGET" "$PROBE" "$1" "$2" "$3" "$4")
}

@test "on a nosuid mount set-ID bits have no effect" {
    for mode in 4755 2755 6755; do
        on_mount nosuid "$mode" 0:2000 ''
        runs "${ASKED[@]}" -- "$TARGET"
        is_user 1000 1000 1000
        holds_exactly "$NBS"
        assert_line no_new_privs=0
    done
}

@test "on a nosuid mount file capabilities have no effect and do not clear the ambient set" {
    for caps in "=" cap_net_raw=ep cap_net_bind_service=p; do
        on_mount nosuid 755 0:0 "$caps"
        runs "${ASKED[@]}" -- "$TARGET"
        is_user 1000 1000 1000
        holds_exactly "$NBS"
    done
}

@test "on the same mount without nosuid, set-id bits and file capabilities have effect" {
    on_mount suid 4755 0:0 ''
    refuses program set-id "$TARGET" -- "${ASKED[@]}" -- "$TARGET" --marker "$MARKER"
    on_mount suid 755 0:0 cap_net_bind_service=p
    refuses program file-capabilities "$TARGET" -- "${ASKED[@]}" -- "$TARGET" --marker "$MARKER"
}

@test "set-ID bits of an interpreter on a nosuid mount have no effect" {
    printf '#!%s\n' "$TARGET" >"$PUBLIC/script"
    chmod 755 "$PUBLIC/script"
    on_mount nosuid 4755 0:0 ''
    runs "${ASKED[@]}" -- "$PUBLIC/script"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    on_mount suid 4755 0:0 ''
    refuses program set-id "$TARGET" -- "${ASKED[@]}" -- "$PUBLIC/script"
}

@test "on a noexec mount: 126, and the mount is named as a reason" {
    on_mount noexec 755 0:0 ''
    fails_with 126 program not-executable "$TARGET.*Permission denied" -- \
        "${ASKED[@]}" -- "$TARGET" --marker "$MARKER"
    hint_says 'noexec'
}

@test "an interpreter on a noexec mount: 126" {
    printf '#!%s\n' "$TARGET" >"$PUBLIC/script"
    chmod 755 "$PUBLIC/script"
    on_mount noexec 755 0:0 ''
    fails_with 126 program interpreter "$TARGET" -- "${ASKED[@]}" -- "$PUBLIC/script"
}

@test "a program on a file system without extended attributes runs" {
    # a ramfs has no extended attributes
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM=(unshare --mount --propagation private -- /bin/bash -c '
        mount -t ramfs test "${1%/*}" && chmod 755 "${1%/*}" && install -m 755 "$2" "$1" || exit 99
        shift 2
        exec "$@"' ramfs "$TARGET" "$PROBE")
    runs "${ASKED[@]}" -- "$TARGET"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "Debian's ping, whose file capabilities clear the ambient set, runs with NET_RAW kept" {
    # as its package installs it: cap_net_raw=ep
    install -m 755 "$(type -P ping)" "$PUBLIC/ping"
    setcap cap_net_raw=ep "$PUBLIC/ping"
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM=(unshare --net -- /bin/bash -c '
        ip link set lo up && echo 1 0 >/proc/sys/net/ipv4/ping_group_range || exit 99
        exec "$@"' net)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_RAW -- \
        "$PUBLIC/ping" -c 1 -W 5 127.0.0.1
    assert_success
    assert_line --partial '1 received'
    quiet

    attempt "${FROM[@]}" "$CAPWRAP" -v --user 1000:1000 --keep NET_RAW -- \
        "$PUBLIC/ping" -c 1 -W 5 127.0.0.1
    assert_success
    assert_regex "$stderr" 'note: [^'$'\n'']*ambient'

    dry_run --user 1000:1000 --keep NET_RAW -- "$PUBLIC/ping" -c 1 127.0.0.1
    assert_success
    assert_equal "$(jq -c '.program | [.after_exec.permitted, .after_exec.effective,
        .after_exec.ambient]' <<<"$output")" '[["NET_RAW"],["NET_RAW"],[]]'
    assert_regex "$(jq -r '.notes[].code' <<<"$output")" ambient
}
