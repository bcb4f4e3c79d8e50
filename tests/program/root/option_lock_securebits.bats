#!/usr/bin/env bats
# --lock-securebits: every bit set and locked but KEEP_CAPS, which is locked only; nested starts.

# shellcheck disable=SC2034,SC2086,SC2154,SC2016 # the bits are numbers; bats sets stderr; quoted words expand in an inner shell; states.bash reads FROM, not every bit is used
load ../../support/common
load ../../support/states
load ../../support/securebits

@test "--lock-securebits adds its bits to those that are set" {
    local inherited
    from_root 0
    runs --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
    for inherited in 0 $NO_SETUID_FIXUP $KEEP_CAPS_LOCKED; do
        from_ambient_root "$NO_SETUID_FIXUP" "$inherited"
        runs --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
        becomes_the_user_with $LOCKDOWN
    done
    for inherited in 1 3 4 c 10 40 c0 cf ef; do
        echo "case: $inherited"
        # ambient, so that the capabilities survive execve under NOROOT
        FROM=("$START_AS" --inheritable all --ambient all --securebits "$inherited" --)
        runs --lock-securebits --user www-data -- "$PROBE"
        holds_exactly "$NONE"
        assert_line "securebits=$LOCKDOWN"
        quiet
    done
}

@test "a lock without KEEP_CAPS is accepted with --lock-securebits if the user does not change" {
    from_root "$KEEP_CAPS_LOCKED"
    runs --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS"
    assert_line securebits=$LOCKDOWN
}

@test "a lock without its bit is refused with --lock-securebits: NOROOT, NO_SETUID_FIXUP, NO_CAP_AMBIENT_RAISE" {
    local lock
    for lock in $NOROOT_LOCKED $NO_SETUID_FIXUP_LOCKED $NO_CAP_AMBIENT_RAISE_LOCKED; do
        from_root "$lock"
        refuses securebits securebits-locked "0x$lock" -- --lock-securebits --user 1000:1000
    done
}

@test "--lock-securebits without CAP_SETPCAP is refused, also with --no-new-privs" {
    FROM=("$START_AS" --bounding "$NBS" --)
    refuses securebits need-setpcap SETPCAP -- --lock-securebits --keep NET_BIND_SERVICE
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETUID SETGID)" --)
    refuses securebits need-setpcap SETPCAP -- --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs --lock-securebits
}

@test "with locked securebits uid 0 gains nothing by execve" {
    attempt "$CAPWRAP" --keep net_raw --lock-securebits -- sh -c '"$1"' sh "$PROBE"
    holds_exactly "$(mask net_raw)"
}

@test "with locked securebits a set-user-ID-root child has uid 0 and no capability" {
    require_suid_mount
    install -m 4755 "$PROBE" "$PUBLIC/set-uid"
    attempt "$CAPWRAP" --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- \
        /usr/bin/env "$PUBLIC/set-uid"
    assert_success
    assert_line euid=0
    assert_line "permitted=$NONE"
}

# ---- nested ----

@test "nested --lock-securebits does not require SETPCAP, as no bit changes" {
    attempt "$CAPWRAP" --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- \
        "$CAPWRAP" --strict --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
}

@test "nested --lock-securebits: the inner capwrap drops what it does not keep" {
    attempt "$CAPWRAP" --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE,SETPCAP -- \
        "$CAPWRAP" --strict --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
}

@test "nested --lock-securebits as root, twice and three times, keeps the capability" {
    FROM=("$CAPWRAP" --lock-securebits --keep NET_BIND_SERVICE --)
    runs --strict --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS"
    assert_line "ruid=0"
    assert_line "securebits=$LOCKDOWN"
    quiet
    FROM+=("${FROM[@]}")
    runs --lock-securebits --keep NET_BIND_SERVICE -n -- "$PROBE"
    holds_exactly "$NBS"
    quiet
}

@test "nested: the inner capwrap runs the program as another user if it may, with --lock-securebits and without" {
    local outer=NET_BIND_SERVICE,SETUID,SETGID,SETPCAP
    FROM=("$CAPWRAP" --lock-securebits --keep "$outer" --)
    runs --strict --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
}

@test "nested: the inner capwrap keeps less with SETPCAP, or under --no-new-privs with a note" {
    FROM=("$CAPWRAP" --user www-data --keep "net_raw,chown" --lock-securebits --)
    refuses bounding need-setpcap SETPCAP -- --keep net_raw
    runs --keep net_raw --no-new-privs -- "$PROBE"
    noted bounding
    holds_exactly "$(mask net_raw)" "$(mask net_raw chown)"
}
