#!/usr/bin/env bats
# Programs with privilege of their own: set-id bits and file capabilities. Each is run for real
# wherever capwrap accepts it, and the probe's output is compared with the request.

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

runs_as_root_without_ambient() {
    assert_line ruid=0
    assert_line "permitted=$NBS"
    assert_line "effective=$NBS"
    assert_line "inheritable=$NBS"
    assert_line "bounding=$NBS"
    assert_line "ambient=$NONE"
}

# ---- set-id bits ----

@test "a set-user-ID program of another user is refused, and the hint names the remedies" {
    for owner in 0 2000; do
        chown "$owner" "$TARGET"
        chmod 4755 "$TARGET"
        target_refused set-id "${ASKED[@]}"
        hint_says '--no-new-privs'
        target_refused set-id --user 1000:1000
    done
}

@test "a set-user-ID program of root is refused even where it would hold the same capabilities" {
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

@test "set-user-ID and set-group-ID bits have no effect under --no-new-privs" {
    for mode in 4755 2755 6755; do
        chown 0:2000 "$TARGET"
        chmod "$mode" "$TARGET"
        runs --no-new-privs "${ASKED[@]}" -- "$TARGET"
        runs_as_asked
        assert_line no_new_privs=1
    done
}

@test "set-ID bits have no effect under an inherited no_new_privs" {
    chmod 6755 "$TARGET"
    FROM=("$START_AS" --no-new-privs --)
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
}

@test "a set-group-ID bit without group execute permission has no effect" {
    chgrp 2000 "$TARGET"
    chmod 2745 "$TARGET"
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
}

@test "set-id bits of the same user and group change nothing" {
    chown 1000:1000 "$TARGET"
    for mode in 4755 2755 6755; do
        chmod "$mode" "$TARGET"
        runs "${ASKED[@]}" -- "$TARGET"
        runs_as_asked
    done
}

@test "a set-user-ID program of root changes nothing for root" {
    chmod 4755 "$TARGET"
    runs --keep NET_BIND_SERVICE -- "$TARGET"
    holds_exactly "$NBS"
}

@test "a set-user-ID program of an ordinary user is refused for root" {
    chown 1000 "$TARGET"
    chmod 4755 "$TARGET"
    target_refused set-id --keep NET_BIND_SERVICE
}

@test "an ordinary user's set-user-ID program is refused while the bounding set stays wide" {
    require_suid_mount
    install -m 4755 "$PROBE" "$PUBLIC/set-uid"
    FROM=("${ORDINARY[@]}" --)
    refuses program set-id "$PUBLIC/set-uid" -- -- "$PUBLIC/set-uid" --marker "$MARKER"
}

# ---- file capabilities: the attribute clears the ambient set ----

@test "an empty file capability attribute would clear what is kept: refused, and the hint names the remedy" {
    with_caps '='
    target_refused file-capabilities "${ASKED[@]}"
    hint_says "setcap -r $TARGET"
    target_refused file-capabilities --no-new-privs "${ASKED[@]}"
}

@test "an empty file capability attribute is accepted if nothing is kept" {
    with_caps '='
    runs --user 1000:1000 -- "$TARGET"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
}

@test "a file with the kept capability as permitted only is refused, as it would not be effective" {
    with_caps cap_net_bind_service=p
    target_refused file-capabilities "${ASKED[@]}"
    hint_says "setcap -r $TARGET"
}

@test "a file with the kept capability as inheritable only is refused, as it would not be effective" {
    with_caps cap_net_bind_service=i
    target_refused file-capabilities "${ASKED[@]}"
}

@test "a file with the kept capability as permitted and effective: the program holds it, and not as ambient" {
    with_caps cap_net_bind_service=ep
    runs "${ASKED[@]}" -- "$TARGET"
    runs_without_ambient "$NBS"
}

@test "a file with the kept capability as inheritable and effective: the program holds it, and not as ambient" {
    with_caps cap_net_bind_service=ei
    runs "${ASKED[@]}" -- "$TARGET"
    runs_without_ambient "$NBS"
}

@test "a file with the kept capability as permitted and effective under no_new_privs: the program holds it, and not as ambient" {
    with_caps cap_net_bind_service=ep
    runs --no-new-privs "${ASKED[@]}" -- "$TARGET"
    runs_without_ambient "$NBS"
    assert_line no_new_privs=1
}

@test "an ambient set that the file clears gives a note only with --verbose and in the document" {
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

@test "a file with one of two kept capabilities is refused, as the other would be lost" {
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

@test "an effective capability of the file outside the bounding set: 126, and the error names it" {
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

@test "an effective capability of the file in a wide bounding set is not gained under no_new_privs" {
    with_caps cap_net_bind_service=ep
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETUID SETGID)" --)
    runs --no-new-privs --user 1000:1000 -- "$TARGET"
    is_user 1000 1000 1000
    holds_exactly "$NONE" "$(mask NET_BIND_SERVICE SETUID SETGID)"
}

@test "an ordinary user's program with file capabilities is refused if it would gain them" {
    with_caps cap_net_bind_service=ep
    FROM=("${ORDINARY[@]}" --)
    target_refused file-capabilities
    runs --no-new-privs -- "$TARGET"
    assert_line "permitted=$NONE"
    assert_line "effective=$NONE"
}

@test "file capabilities for the root of another user namespace have no effect" {
    setcap -n 100000 cap_net_raw=ep "$TARGET"
    getcap -n "$TARGET" | grep -q 'rootid=100000'
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
    setcap -n 100000 '=' "$TARGET"
    runs "${ASKED[@]}" -- "$TARGET"
    runs_as_asked
}

@test "an effective capability of the file outside the bounding set: 126 for root as well" {
    with_caps cap_net_raw=ep
    run "$START_AS" --bounding "$NBS" -- "$TARGET"
    assert_failure 99 # as the kernel says it
    assert_output --partial 'Operation not permitted'
    fails_with 126 program outside-bounding "$TARGET" -- --keep NET_BIND_SERVICE -- "$TARGET" \
        --marker "$MARKER"
}

@test "with any file capabilities a program of root holds what is kept" {
    for caps in "=" cap_net_bind_service=p cap_net_raw=p cap_net_bind_service=ep; do
        with_caps "$caps"
        runs --keep NET_BIND_SERVICE -- "$TARGET"
        runs_as_root_without_ambient
    done
}

@test "a set-user-ID program with file capabilities is refused" {
    chmod 4755 "$TARGET"
    with_caps cap_net_bind_service=ep
    target_refused set-id "${ASKED[@]}"
}

@test "the kernel stores no file capability attribute of an unknown revision" {
    # revision 7, as setfattr can write it on a file system without the kernel's check
    run setfattr -n security.capability -v 0x0000000700040000000000000000000000000000 "$TARGET"
    assert_failure # the kernel refuses to store it
}

# ---- scripts ----

@test "set-ID bits and file capabilities of a script have no effect" {
    printf '#!%s\n' "$PROBE" >"$PUBLIC/script"
    chown 0:2000 "$PUBLIC/script"
    chmod 6755 "$PUBLIC/script"
    runs "${ASKED[@]}" -- "$PUBLIC/script"
    runs_as_asked
    setcap cap_net_raw=ep "$PUBLIC/script"
    runs "${ASKED[@]}" -- "$PUBLIC/script"
    runs_as_asked
}

@test "set-id bits and file capabilities of an interpreter have effect" {
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

@test "of a script of a script the last interpreter's bits and capabilities have effect" {
    printf '#!%s\n' "$TARGET" >"$PUBLIC/inner"
    printf '#!%s\n' "$PUBLIC/inner" >"$PUBLIC/outer"
    chmod 4755 "$PUBLIC/inner"
    chmod 755 "$PUBLIC/outer"
    runs "${ASKED[@]}" -- "$PUBLIC/outer"
    runs_as_asked
    chmod 4755 "$TARGET"
    refuses program set-id "$TARGET" -- "${ASKED[@]}" -- "$PUBLIC/outer"
}
