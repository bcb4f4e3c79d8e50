#!/usr/bin/env bats
# --no-new-privs, and a no_new_privs that the caller has set.

# shellcheck disable=SC2016 # quoted words expand in an inner shell
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    THREE=$(mask NET_BIND_SERVICE SETUID SETGID)
    THREE_ROOT=("$START_AS" --bounding "$THREE" --)
}

@test "--no-new-privs sets the flag, and without it the flag is not set" {
    runs --user www-data -- "$PROBE"
    assert_line no_new_privs=0
    runs --user www-data --no-new-privs --keep net_raw -- "$PROBE"
    assert_line no_new_privs=1
    holds_exactly "$(mask net_raw)"
    quiet
}

@test "under --no-new-privs a set-user-ID program does not change the user" {
    install -m 4755 "$PROBE" "$PUBLIC/setuid-probe"
    attempt "$CAPWRAP" --user www-data --no-new-privs -- sh -c '"$1"' sh "$PUBLIC/setuid-probe"
    is_user 33 33 33
    attempt "$CAPWRAP" --user www-data -- sh -c '"$1"' sh "$PUBLIC/setuid-probe"
    assert_line euid=0 # the flag is what makes the difference
    assert_line "permitted=$(mask)"
}

@test "what stays in the bounding set under no_new_privs is not gained by execve" {
    require_suid_mount
    install -m 755 "$PROBE" "$PUBLIC/with-setuid-cap"
    setcap cap_setuid=ep "$PUBLIC/with-setuid-cap"
    install -m 4755 "$PROBE" "$PUBLIC/set-uid"
    FROM=("${THREE_ROOT[@]}")
    for target in with-setuid-cap set-uid; do
        # env as the program: capwrap inspects only env, and the kernel decides on the rest
        attempt "${FROM[@]}" "$CAPWRAP" --no-new-privs --user 1000:1000 -- \
            /usr/bin/env "$PUBLIC/$target"
        is_user 1000 1000 1000
        assert_line "permitted=$NONE"
        assert_line "effective=$NONE"
    done
}

@test "uid 0 gains nothing by execve from what stays in the bounding set under no_new_privs" {
    FROM=("${THREE_ROOT[@]}")
    runs --no-new-privs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$THREE"
}

@test "root without capabilities runs a program under no_new_privs" {
    FROM=("$START_AS" --bounding 0 --no-new-privs --)
    runs -- "$PROBE"
    is_user 0 0 "$("${FROM[@]}" "$PROBE" --only groups | cut -d= -f2)"
    holds_exactly "$NONE"
}

# ---- inherited ----

@test "an inherited no_new_privs stays without --no-new-privs" {
    FROM=("$START_AS" --no-new-privs --)
    runs -- "$PROBE"
    holds_exactly "$NONE"
    assert_line no_new_privs=1
}

@test "under an inherited no_new_privs a capability is kept, and SETPCAP narrows the bounding set" {
    FROM=("$START_AS" --no-new-privs --)
    runs --strict --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    assert_line no_new_privs=1
    quiet
}

@test "without SETPCAP the bounding set stays under an inherited no_new_privs, with one note" {
    FROM=("$START_AS" --bounding "$THREE" --no-new-privs --)
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS" "$THREE"
    assert_line no_new_privs=1
    noted 'bounding'
}
