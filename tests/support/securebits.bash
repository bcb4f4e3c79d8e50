# shellcheck shell=bash
# Starts with securebits, and the resulting state of the program. For tests of root, after common and states.

# shellcheck disable=SC2034,SC2154 # not every bit is used by every file; states.bash reads FROM
# The bits of capabilities(7); each lock is twice the bit that it locks.
NOROOT=1 NO_SETUID_FIXUP=4 KEEP_CAPS=10 NO_CAP_AMBIENT_RAISE=40
NOROOT_LOCKED=2 NO_SETUID_FIXUP_LOCKED=8 KEEP_CAPS_LOCKED=20 NO_CAP_AMBIENT_RAISE_LOCKED=80
LOCKDOWN=ef

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    # what root needs as ambient if securebits remove the privilege of user ID 0
    NEEDED=$(mask NET_BIND_SERVICE SETUID SETGID SETPCAP)
}

# bits HEX...: prints the sum
bits() {
    local bit sum=0
    for bit; do ((sum |= 16#$bit)); done
    printf '%x\n' "$sum"
}

# from_root HEX...: sets FROM to root with these securebits
from_root() {
    FROM=("$START_AS" --securebits "$(bits "$@")" --)
}

# from_ambient_root HEX...: sets FROM to root with capabilities that do not depend on user ID 0
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
