#!/usr/bin/env bats
# Programs with privilege of their own: set-id bits and file capabilities. Each is run for real
# wherever capwrap accepts it, and the probe's account is compared with what was asked for.

# shellcheck disable=SC2034,SC2154 # bats sets stderr, and states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    require_suid_mount
    NBS=$(mask NET_BIND_SERVICE)
    ASKED=(--user 1000:1000 --keep NET_BIND_SERVICE)
    TARGET=$PUBLIC/target
    cp "$PROBE" "$TARGET"
    chmod 755 "$TARGET"
}

# with_caps TEXT: the target has these file capabilities
with_caps() {
    setcap "$1" "$TARGET"
    getcap "$TARGET" | grep -q . || fail "setcap $1 left nothing"
}

runs_as_asked() {
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

# The program holds it as permitted and effective; the file cleared the ambient set.
runs_without_ambient() {
    is_user 1000 1000 1000
    assert_line "permitted=$1"
    assert_line "effective=$1"
    assert_line "inheritable=$1"
    assert_line "bounding=$1"
    assert_line "ambient=$NONE"
}

target_refused() {
    refuses program "$1" "$TARGET" -- "${@:2}" -- "$TARGET" --marker "$MARKER"
}

# ---- set-id bits ----

@test "a set-user-ID program of another user is refused, with the remedies" {
    for owner in 0 2000; do
        chown "$owner" "$TARGET"
        chmod 4755 "$TARGET"
        target_refused set-id "${ASKED[@]}"
        hint_says '--no-new-privs'
        target_refused set-id --user 1000:1000
    done
}

@test "a set-user-ID program of root's is refused even when it would hold the same capabilities" {
    chmod 4755 "$TARGET"
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETUID SETGID SETPCAP)" --)
    target_refused set-id "${ASKED[@]}"
}

@test "a set-group-ID program of another group is refused" {
    chgrp 2000 "$TARGET"
    chmod 2755 "$TARGET"
    target_refused set-id "${ASKED[@]}"
    hint_says '--no-new-privs'
}

@test "set-user-ID and set-group-ID bits do not count under --no-new-privs" {
    for mode in 4755 2755 6755; do
        chown 0:2000 "$TARGET"
        chmod "$mode" "$TARGET"
        runs --no-new-privs "${ASKED[@]}" -- "$TARGET"
        runs_as_asked
        assert_line no_new_privs=1
    done
}

@test "set-id bits do not count under an inherited no_new_privs" {
    chmod 6755 "$TARGET"
    FROM=("$START_AS" --no-new-privs --)
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
}

@test "a set-group-ID bit without group execute permission does not count" {
    chgrp 2000 "$TARGET"
    chmod 2745 "$TARGET"
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
}

@test "set-id bits that lead to the same user and group change nothing" {
    chown 1000:1000 "$TARGET"
    for mode in 4755 2755 6755; do
        chmod "$mode" "$TARGET"
        runs "${ASKED[@]}" -- "$TARGET"
        runs_as_asked
    done
}

@test "a set-user-ID program of root's changes nothing for root" {
    chmod 4755 "$TARGET"
    runs --keep NET_BIND_SERVICE -- "$TARGET"
    holds_exactly "$NBS"
}

@test "a set-user-ID program of an ordinary user is refused for root" {
    chown 1000 "$TARGET"
    chmod 4755 "$TARGET"
    target_refused set-id --keep NET_BIND_SERVICE
}

# ---- file capabilities: the attribute clears the ambient set ----

@test "an empty file capability attribute takes what is kept: refused, with the remedy" {
    with_caps '='
    target_refused file-capabilities "${ASKED[@]}"
    hint_says "setcap -r $TARGET"
    target_refused file-capabilities --no-new-privs "${ASKED[@]}"
}

@test "an empty file capability attribute does not matter when nothing is kept" {
    with_caps '='
    runs --user 1000:1000 -- "$TARGET"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
}

@test "the kept capability as permitted only: not effective, refused" {
    with_caps cap_net_bind_service=p
    target_refused file-capabilities "${ASKED[@]}"
    hint_says "setcap -r $TARGET"
}

@test "the kept capability as inheritable only: not effective, refused" {
    with_caps cap_net_bind_service=i
    target_refused file-capabilities "${ASKED[@]}"
}

@test "the kept capability as permitted and effective: held, without ambient" {
    with_caps cap_net_bind_service=ep
    runs "${ASKED[@]}" -- "$TARGET"
    runs_without_ambient "$NBS"
}

@test "the kept capability as inheritable and effective: held, without ambient" {
    with_caps cap_net_bind_service=ei
    runs "${ASKED[@]}" -- "$TARGET"
    runs_without_ambient "$NBS"
}

@test "the kept capability as permitted and effective under no_new_privs: held" {
    with_caps cap_net_bind_service=ep
    runs --no-new-privs "${ASKED[@]}" -- "$TARGET"
    runs_without_ambient "$NBS"
    assert_line no_new_privs=1
}

@test "an ambient set that comes out empty is told under -v and in the document, and not else" {
    with_caps cap_net_bind_service=ep
    attempt "$CAPWRAP" "${ASKED[@]}" -- "$TARGET"
    assert_success
    quiet
    attempt "$CAPWRAP" -v "${ASKED[@]}" -- "$TARGET"
    assert_success
    assert_regex "$stderr" 'note: [^'$'\n'']*ambient'
    dry_run "${ASKED[@]}" -- "$TARGET"
    assert_regex "$(jq -r '.notes[].code' <<<"$output")" ambient
}

@test "an ambient set that comes out empty is refused under --strict" {
    with_caps cap_net_bind_service=ep
    target_refused strict --strict "${ASKED[@]}"
}

@test "one of two kept capabilities in the file: the other would be lost, refused" {
    with_caps cap_net_bind_service=ep
    target_refused file-capabilities --user 1000:1000 --keep NET_BIND_SERVICE,NET_RAW
    with_caps cap_net_bind_service,cap_net_raw=ep
    runs --user 1000:1000 --keep NET_BIND_SERVICE,NET_RAW -- "$TARGET"
    runs_without_ambient "$(mask NET_BIND_SERVICE NET_RAW)"
}

@test "a permitted capability of the file outside the bounding set is not gained" {
    with_caps cap_net_raw=p
    runs --user 1000:1000 -- "$TARGET"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    with_caps cap_net_raw,cap_net_bind_service=p
    target_refused file-capabilities "${ASKED[@]}"
}

@test "an inheritable capability of the file that is not kept is not gained" {
    with_caps cap_net_raw=i
    FROM=("$START_AS" --inheritable all --)
    runs --user 1000:1000 -- "$TARGET"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    with_caps 'cap_net_raw=ei cap_net_bind_service=ep'
    runs "${ASKED[@]}" -- "$TARGET"
    runs_without_ambient "$NBS"
}

@test "an effective capability of the file outside the bounding set: execve's EPERM is explained" {
    with_caps cap_net_raw=ep
    fails_with 126 program outside-bounding "$TARGET" -- "${ASKED[@]}" -- "$TARGET" \
        --marker "$MARKER"
    hint_says '(setcap -r|--keep)'
    fails_with 126 program outside-bounding "$TARGET" -- --user 1000:1000 -- "$TARGET" \
        --marker "$MARKER"
    fails_with 126 program outside-bounding "$TARGET" -- --no-new-privs --user 1000:1000 -- \
        "$TARGET" --marker "$MARKER"
    # the kernel says the same of the same state
    run "$START_AS" --bounding 0 --uid 1000 --gid 1000 -- "$TARGET"
    assert_failure 99
    assert_output --partial 'Operation not permitted'
}

@test "an effective capability in a bounding set that had to stay is not gained under no_new_privs" {
    with_caps cap_net_bind_service=ep
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETUID SETGID)" --)
    runs --no-new-privs --user 1000:1000 -- "$TARGET"
    is_user 1000 1000 1000
    holds_exactly "$NONE" "$(mask NET_BIND_SERVICE SETUID SETGID)"
}

@test "an ordinary user's program with file capabilities is refused while they would be gained" {
    with_caps cap_net_bind_service=ep
    FROM=("${ORDINARY[@]}" --)
    target_refused file-capabilities
    runs --no-new-privs -- "$TARGET"
    assert_line "permitted=$NONE"
    assert_line "effective=$NONE"
}

@test "file capabilities for another user namespace's root do not count" {
    setcap -n 100000 cap_net_raw=ep "$TARGET"
    getcap -n "$TARGET" | grep -q 'rootid=100000'
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
    setcap -n 100000 '=' "$TARGET"
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
}

@test "effective file capabilities outside the bounding set stop root's execve as well" {
    with_caps cap_net_raw=ep
    run "$START_AS" --bounding "$NBS" -- "$TARGET"
    assert_failure 99 # as the kernel says it
    assert_output --partial 'Operation not permitted'
    fails_with 126 program outside-bounding "$TARGET" -- --keep NET_BIND_SERVICE -- "$TARGET" \
        --marker "$MARKER"
}

@test "root's own program with file capabilities: uid 0 has what is kept, file or not" {
    for caps in "=" cap_net_bind_service=p cap_net_raw=p cap_net_bind_service=ep; do
        with_caps "$caps"
        runs --keep NET_BIND_SERVICE -- "$TARGET"
        runs_as_root_without_ambient
    done
}

runs_as_root_without_ambient() {
    assert_line ruid=0
    assert_line "permitted=$NBS"
    assert_line "effective=$NBS"
    assert_line "inheritable=$NBS"
    assert_line "bounding=$NBS"
    assert_line "ambient=$NONE"
}

@test "a set-user-ID program with file capabilities is refused" {
    chmod 4755 "$TARGET"
    with_caps cap_net_bind_service=ep
    target_refused set-id "${ASKED[@]}"
}

@test "an attribute that no kernel understands is not guessed at" {
    # revision 7, as setfattr can write it on a file system without the kernel's check
    run setfattr -n security.capability -v 0x0000000700040000000000000000000000000000 "$TARGET"
    assert_failure # the kernel refuses to store it
}

# ---- scripts ----

@test "set-id bits and file capabilities of a script do not count" {
    printf '#!%s\n' "$PROBE" >"$PUBLIC/script"
    chown 0:2000 "$PUBLIC/script"
    chmod 6755 "$PUBLIC/script"
    runs "${ASKED[@]}" -- "$PUBLIC/script"
    runs_as_asked
    setcap cap_net_raw=ep "$PUBLIC/script"
    runs "${ASKED[@]}" -- "$PUBLIC/script"
    runs_as_asked
}

@test "set-id bits and file capabilities of an interpreter count" {
    printf '#!%s\n' "$TARGET" >"$PUBLIC/script"
    chmod 755 "$PUBLIC/script"
    runs "${ASKED[@]}" -- "$PUBLIC/script"
    runs_as_asked

    printf '#!%s --marker\n' "$TARGET" >"$PUBLIC/script"
    chmod 4755 "$TARGET"
    refuses program set-id "$TARGET" -- "${ASKED[@]}" -- "$PUBLIC/script" "$MARKER"
    chmod 755 "$TARGET"
    with_caps '='
    refuses program file-capabilities "$TARGET" -- "${ASKED[@]}" -- "$PUBLIC/script" "$MARKER"
    hint_says "setcap -r $TARGET"
    with_caps cap_net_raw=ep
    fails_with 126 program outside-bounding "$TARGET" -- "${ASKED[@]}" -- "$PUBLIC/script" "$MARKER"

    printf '#!%s\n' "$TARGET" >"$PUBLIC/script"
    with_caps cap_net_bind_service=ep
    runs "${ASKED[@]}" -- "$PUBLIC/script"
    runs_without_ambient "$NBS"
}

@test "of a script of a script the last interpreter counts" {
    printf '#!%s\n' "$TARGET" >"$PUBLIC/inner"
    printf '#!%s\n' "$PUBLIC/inner" >"$PUBLIC/outer"
    chmod 4755 "$PUBLIC/inner"
    chmod 755 "$PUBLIC/outer"
    runs "${ASKED[@]}" -- "$PUBLIC/outer"
    runs_as_asked
    chmod 4755 "$TARGET"
    refuses program set-id "$TARGET" -- "${ASKED[@]}" -- "$PUBLIC/outer"
}
