#!/usr/bin/env bats
# Securebits that the caller has set, each locked and not.

# shellcheck disable=SC2086,SC2154 # the bits are numbers; bats sets stderr
load ../../support/common
load ../../support/states
load ../../support/securebits

# trace_of: the trace of a start from FROM, in $PUBLIC/trace
trace_of() {
    "${FROM[@]}" strace -qq -o "$PUBLIC/trace" -e trace=prctl \
        "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE" >/dev/null
}

# ---- NOROOT ----

@test "NOROOT, locked or not, is left as it was" {
    from_ambient_root "$NOROOT"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 1
    from_ambient_root "$NOROOT" "$NOROOT_LOCKED"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 3
}

@test "root under NOROOT keeps its ambient capabilities" {
    from_ambient_root "$NOROOT" "$NOROOT_LOCKED"
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 0 0 "$("${FROM[@]}" "$PROBE" --only groups | cut -d= -f2)"
    holds_exactly "$NBS"
}

@test "root under NOROOT without ambient capabilities holds nothing" {
    from_root "$NOROOT"
    refuses keep cap-bounding-only NET_BIND_SERVICE -- --keep NET_BIND_SERVICE
    assert_regex "$stderr" 'hint: clear the securebit NOROOT before capwrap'
    # uid 0 is not an ordinary user, even if it holds nothing: the bounding set may not simply stay
    refuses bounding need-setpcap SETPCAP --
    runs --no-new-privs -- "$PROBE"
    assert_line "permitted=$NONE"
    noted bounding
}

@test "only root gets the hint that names NOROOT: it takes nothing from an ordinary user" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --securebits "$NOROOT" --)
    refuses keep cap-bounding-only NET_BIND_SERVICE -- --keep NET_BIND_SERVICE
    assert_regex "$stderr" 'hint: '
    [[ $stderr != *NOROOT* ]]
}

@test "a lock without NOROOT is accepted" {
    from_root "$NOROOT_LOCKED"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 2
}

# ---- NO_SETUID_FIXUP ----

@test "under NO_SETUID_FIXUP, locked or not, KEEP_CAPS is not set, and a capability is kept" {
    for locked in 0 $NO_SETUID_FIXUP_LOCKED; do
        from_root "$NO_SETUID_FIXUP" "$locked"
        runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
        becomes_the_user_with "$(bits $NO_SETUID_FIXUP "$locked")"
        trace_of
        run ! grep 'PR_SET_KEEPCAPS' "$PUBLIC/trace"
    done
}

@test "without NO_SETUID_FIXUP, KEEP_CAPS is set and cleared again" {
    from_root 0
    trace_of
    grep -q 'PR_SET_KEEPCAPS, 1' "$PUBLIC/trace"
    grep -q 'PR_SET_KEEPCAPS, 0' "$PUBLIC/trace"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 0
}

@test "under NO_SETUID_FIXUP the program holds no capability if none is kept" {
    from_root "$NO_SETUID_FIXUP" "$NO_SETUID_FIXUP_LOCKED"
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
}

@test "a lock without NO_SETUID_FIXUP is accepted" {
    from_root "$NO_SETUID_FIXUP_LOCKED"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 8
}

# ---- KEEP_CAPS ----

@test "a lock without KEEP_CAPS is refused if a capability is kept for another user" {
    from_root "$KEEP_CAPS_LOCKED"
    refuses keep-caps securebits-locked 'locked.*securebits 0x20' -- \
        --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "a lock without KEEP_CAPS is accepted if nothing is kept" {
    from_root "$KEEP_CAPS_LOCKED"
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    assert_line securebits=20
}

@test "a lock without KEEP_CAPS is accepted if the user does not change" {
    from_root "$KEEP_CAPS_LOCKED"
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS"
    quiet
}

@test "a lock without KEEP_CAPS is accepted under NO_SETUID_FIXUP" {
    from_root "$KEEP_CAPS_LOCKED" "$NO_SETUID_FIXUP" "$NO_SETUID_FIXUP_LOCKED"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 2c
}

@test "KEEP_CAPS with its lock is cleared by execve, and then refused like the lock without it" {
    from_root "$KEEP_CAPS" "$KEEP_CAPS_LOCKED"
    assert_equal "$("${FROM[@]}" "$PROBE" --only securebits)" securebits=20
    refuses keep-caps securebits-locked '0x20' -- --user 1000:1000 --keep NET_BIND_SERVICE
}

# ---- NO_CAP_AMBIENT_RAISE ----

@test "under NO_CAP_AMBIENT_RAISE, locked or not, a capability that is not ambient cannot be kept" {
    for locked in 0 $NO_CAP_AMBIENT_RAISE_LOCKED; do
        from_root "$NO_CAP_AMBIENT_RAISE" "$locked"
        refuses ambient securebits-locked "0x$(bits $NO_CAP_AMBIENT_RAISE "$locked")" -- \
            --user 1000:1000 --keep NET_BIND_SERVICE
        refuses ambient securebits-locked -- --keep NET_BIND_SERVICE
    done
}

@test "NO_CAP_AMBIENT_RAISE is accepted if nothing is kept" {
    from_root "$NO_CAP_AMBIENT_RAISE" "$NO_CAP_AMBIENT_RAISE_LOCKED"
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    quiet
}

@test "under NO_CAP_AMBIENT_RAISE an ordinary user keeps what is ambient already" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$NEEDED"
        --effective "$NEEDED" --inheritable "$NEEDED" --ambient "$NEEDED" --securebits c0 --)
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with c0
}

@test "under NO_CAP_AMBIENT_RAISE root cannot keep a capability for another user, as leaving uid 0 clears the ambient set" {
    from_ambient_root "$NO_CAP_AMBIENT_RAISE"
    refuses ambient securebits-locked -- --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "under NO_CAP_AMBIENT_RAISE and NO_SETUID_FIXUP root keeps what is ambient for another user" {
    from_ambient_root "$NO_CAP_AMBIENT_RAISE" "$NO_SETUID_FIXUP"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 44
}

@test "a lock without NO_CAP_AMBIENT_RAISE is accepted" {
    from_root "$NO_CAP_AMBIENT_RAISE_LOCKED"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 80
}

# ---- all of them ----

@test "without --lock-securebits the securebits stay as they are" {
    local bits
    for bits in 0 3 8 c 20 40 80 c0 cf; do
        echo "case: $bits"
        # ambient, so that the capabilities survive execve under NOROOT
        FROM=("$START_AS" --inheritable all --ambient all --securebits "$bits" --)
        runs --user www-data -- "$PROBE"
        holds_exactly "$NONE"
        assert_line "securebits=$bits"
        quiet
    done
    FROM=()
    runs --user www-data --keep NET_BIND_SERVICE -- "$PROBE"
    assert_line securebits=0
}

@test "bits of newer kernels are left as they are, also by --lock-securebits" {
    # exec-restrict-file and its lock, Linux 6.14
    if ! "$START_AS" --securebits 300 -- /bin/true 2>"$PUBLIC/why"; then
        grep 'Operation not permitted' "$PUBLIC/why" # an older kernel: nothing to leave
        return
    fi
    from_root 100 200
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 300
    runs --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 3$LOCKDOWN
}
