#!/usr/bin/env bats
# Securebits that capwrap inherits, locked in every way, and those that it locks itself.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

# The bits of capabilities(7); each lock is twice the bit that it locks.
NOROOT=1 NO_SETUID_FIXUP=4 KEEP_CAPS=10 NO_CAP_AMBIENT_RAISE=40
NOROOT_LOCKED=2 NO_SETUID_FIXUP_LOCKED=8 KEEP_CAPS_LOCKED=20 NO_CAP_AMBIENT_RAISE_LOCKED=80
LOCKDOWN=ef

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    # what root needs as ambient where securebits take the privilege of uid 0 away
    NEEDED=$(mask NET_BIND_SERVICE SETUID SETGID SETPCAP)
}

# bits HEX...: the sum
bits() {
    local bit sum=0
    for bit; do ((sum |= 16#$bit)); done
    printf '%x\n' "$sum"
}

# from_root HEX...: root with these securebits
from_root() {
    FROM=("$START_AS" --securebits "$(bits "$@")" --)
}

# from_ambient_root HEX...: root whose capabilities do not hang on uid 0
from_ambient_root() {
    FROM=("$START_AS" --permitted "$NEEDED" --effective "$NEEDED" --inheritable "$NEEDED"
        --ambient "$NEEDED" --securebits "$(bits "$@")" --)
}

becomes_the_user_with() {
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    assert_line "securebits=$1"
    quiet
}

# trace_of CALL...: the trace of a start from FROM, in $PUBLIC/trace
trace_of() {
    "${FROM[@]}" strace -qq -o "$PUBLIC/trace" -e trace=prctl \
        "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE" >/dev/null
}

# ---- NOROOT ----

@test "noroot, locked or not, is left as it was" {
    from_ambient_root $NOROOT
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 1
    from_ambient_root $NOROOT $NOROOT_LOCKED
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 3
}

@test "root under noroot keeps what it holds as ambient" {
    from_ambient_root $NOROOT $NOROOT_LOCKED
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 0 0 "$("${FROM[@]}" "$PROBE" --only groups | cut -d= -f2)"
    holds_exactly "$NBS"
}

@test "root under noroot without ambient capabilities holds nothing" {
    from_root $NOROOT
    refuses keep cap-bounding-only NET_BIND_SERVICE -- --keep NET_BIND_SERVICE
    # uid 0 is no ordinary user, even when it holds nothing: the bounding set may not just stay
    refuses bounding need-setpcap SETPCAP --
    runs --no-new-privs -- "$PROBE"
    assert_line "permitted=$NONE"
    noted bounding
}

@test "noroot locked off does not matter without --lock-securebits" {
    from_root $NOROOT_LOCKED
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 2
}

@test "noroot locked off: --lock-securebits is refused" {
    from_root $NOROOT_LOCKED
    refuses securebits securebits-locked '0x2' -- --lock-securebits --user 1000:1000
}

# ---- NO_SETUID_FIXUP ----

@test "with an inherited no-setuid-fixup keep-caps is not used, and the result is the same" {
    for locked in 0 $NO_SETUID_FIXUP_LOCKED; do
        from_root $NO_SETUID_FIXUP "$locked"
        runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
        becomes_the_user_with "$(bits $NO_SETUID_FIXUP "$locked")"
        trace_of
        run ! grep 'PR_SET_KEEPCAPS' "$PUBLIC/trace"
    done
}

@test "without no-setuid-fixup keep-caps is used, and is off again at the end" {
    from_root 0
    trace_of
    grep -q 'PR_SET_KEEPCAPS, 1' "$PUBLIC/trace"
    grep -q 'PR_SET_KEEPCAPS, 0' "$PUBLIC/trace"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 0
}

@test "under no-setuid-fixup nothing of root's is left when nothing is kept" {
    from_root $NO_SETUID_FIXUP $NO_SETUID_FIXUP_LOCKED
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
}

@test "no-setuid-fixup locked off: works without --lock-securebits, which is refused" {
    from_root $NO_SETUID_FIXUP_LOCKED
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 8
    refuses securebits securebits-locked '0x8' -- --lock-securebits --user 1000:1000
}

# ---- KEEP_CAPS ----

@test "keep-caps locked off: a kept capability cannot be carried out of uid 0" {
    from_root $KEEP_CAPS_LOCKED
    refuses keep-caps securebits-locked '0x20' -- --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "keep-caps locked off does not matter when nothing is carried" {
    from_root $KEEP_CAPS_LOCKED
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    assert_line securebits=20
}

@test "keep-caps locked off does not matter when the user stays" {
    from_root $KEEP_CAPS_LOCKED
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS"
}

@test "keep-caps locked off does not matter under no-setuid-fixup" {
    from_root $KEEP_CAPS_LOCKED $NO_SETUID_FIXUP $NO_SETUID_FIXUP_LOCKED
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 2c
}

@test "keep-caps locked on is off after execve, and locked" {
    from_root $KEEP_CAPS $KEEP_CAPS_LOCKED
    assert_equal "$("${FROM[@]}" "$PROBE" --only securebits)" securebits=20
    refuses keep-caps securebits-locked '0x20' -- --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "keep-caps locked off: --lock-securebits of a program that changes no user works" {
    from_root $KEEP_CAPS_LOCKED
    runs --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS"
    assert_line securebits=$LOCKDOWN
}

# ---- NO_CAP_AMBIENT_RAISE ----

@test "no-ambient-raise, locked or not: what is not ambient yet cannot be kept" {
    for locked in 0 $NO_CAP_AMBIENT_RAISE_LOCKED; do
        from_root $NO_CAP_AMBIENT_RAISE "$locked"
        refuses ambient securebits-locked "0x$(bits $NO_CAP_AMBIENT_RAISE "$locked")" -- \
            --user 1000:1000 --keep NET_BIND_SERVICE
        refuses ambient securebits-locked -- --keep NET_BIND_SERVICE
    done
}

@test "no-ambient-raise does not matter when nothing is kept" {
    from_root $NO_CAP_AMBIENT_RAISE $NO_CAP_AMBIENT_RAISE_LOCKED
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
}

@test "no-ambient-raise: what an ordinary user holds as ambient already is kept" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$NEEDED"
        --effective "$NEEDED" --inheritable "$NEEDED" --ambient "$NEEDED" --securebits c0 --)
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with c0
}

@test "no-ambient-raise: leaving uid 0 clears the ambient set, so nothing can be carried" {
    from_ambient_root $NO_CAP_AMBIENT_RAISE
    refuses ambient securebits-locked -- --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "no-ambient-raise under no-setuid-fixup: what root holds as ambient is carried" {
    from_ambient_root $NO_CAP_AMBIENT_RAISE $NO_SETUID_FIXUP
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 44
}

@test "no-ambient-raise locked off: works without --lock-securebits, which is refused" {
    from_root $NO_CAP_AMBIENT_RAISE_LOCKED
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with 80
    refuses securebits securebits-locked '0x80' -- --lock-securebits --user 1000:1000
}

# ---- bits that are no business of capabilities ----

@test "bits of newer kernels are left as they were, also by --lock-securebits" {
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

# ---- --lock-securebits ----

@test "--lock-securebits adds its bits to those that are there" {
    for inherited in 0 $NO_SETUID_FIXUP $KEEP_CAPS_LOCKED; do
        from_ambient_root $NO_SETUID_FIXUP "$inherited"
        runs --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
        becomes_the_user_with $LOCKDOWN
    done
}

@test "without --lock-securebits no bit is added" {
    from_root 0
    runs --user 1000:1000 -- "$PROBE"
    assert_line securebits=0
}

@test "under locked securebits a program cannot become root again by exec" {
    require_suid_mount
    install -m 4755 "$PROBE" "$PUBLIC/set-uid"
    attempt "$CAPWRAP" --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- \
        /usr/bin/env "$PUBLIC/set-uid"
    assert_success
    assert_line euid=0
    assert_line "permitted=$NONE"
}

@test "nested --lock-securebits: nothing is left to do, and nothing needs SETPCAP" {
    attempt "$CAPWRAP" --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- \
        "$CAPWRAP" --strict --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
}

@test "nested --lock-securebits: what the inner one does not keep is given up" {
    attempt "$CAPWRAP" --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE,SETPCAP -- \
        "$CAPWRAP" --strict --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
}

@test "nested --lock-securebits as root: the capability stays without uid 0's privilege" {
    attempt "$CAPWRAP" --lock-securebits --keep NET_BIND_SERVICE -- \
        "$CAPWRAP" --strict --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS"
    assert_line "ruid=0"
    assert_line "securebits=$LOCKDOWN"
}

@test "nested --lock-securebits: the inner one changes the user when it may" {
    local outer=NET_BIND_SERVICE,SETUID,SETGID,SETPCAP
    FROM=("$CAPWRAP" --lock-securebits --keep "$outer" --)
    runs --strict --lock-securebits --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    becomes_the_user_with $LOCKDOWN
}

@test "--lock-securebits without SETPCAP is refused" {
    FROM=("$START_AS" --bounding "$NBS" --)
    refuses securebits need-setpcap SETPCAP -- --lock-securebits --keep NET_BIND_SERVICE
}
