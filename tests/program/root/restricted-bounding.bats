#!/usr/bin/env bats
# Starts with less than root's full privilege: who has what, and what may stay in the bounding set.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    THREE=$(mask NET_BIND_SERVICE SETUID SETGID)
    THREE_ROOT=("$START_AS" --bounding "$THREE" --)
    # the bounding set is at its goal already, and what the change of identity takes is inheritable
    NARROW_ROOT=("$START_AS" --inheritable "$(mask SETUID SETGID)" --bounding "$NBS" --)
}

# ambient_user MASK [BOUNDING]: uid 1000 whose capabilities survive execve
ambient_user() {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$1" --effective "$1"
        --inheritable "$1" --ambient "$1" ${2:+--bounding "$2"} --)
}

# ---- already the target user ----

@test "whoever is the target user already needs no privilege" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted 0 --effective 0 --)
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    assert_line "permitted=$NONE"
    assert_line "effective=$NONE"
    assert_line "inheritable=$NONE"
    assert_line "ambient=$NONE"
    noted
}

@test "groups that are already as asked are not set again" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups "1000,2000" --permitted 0 --effective 0 --)
    FROM+=(strace -qq -o "$PUBLIC/trace" -e "trace=setgroups,setresgid")
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --groups 1000,2000 -- "$PROBE"
    is_user 1000 1000 1000,2000
    # the trace sees capwrap: the ids that are right already are set, for free
    grep -q '^setresgid(1000, 1000, 1000) *= 0' "$PUBLIC/trace"
    run ! grep '^setgroups' "$PUBLIC/trace"
}

@test "the target user with other groups cannot change them without CAP_SETGID" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups "1000,2000" --permitted 0 --effective 0
        --bounding 0 --)
    refuses groups need-setgid SETGID -- --user 1000:1000
}

@test "the target user with another group cannot change it without CAP_SETGID" {
    FROM=("$START_AS" --uid 1000 --gid 2000 --groups 1000 --permitted 0 --effective 0
        --bounding 0 --)
    refuses gid need-setgid SETGID -- --user 1000:1000
}

@test "another user without CAP_SETUID cannot become the target user" {
    FROM=("${ORDINARY[@]}" --bounding 0 --)
    refuses groups need-setuid 'SETGID.*SETUID|SETUID.*SETGID' -- --user 1001:1001
    refuses uid need-setuid SETUID -- --groups keep --user 1001:1000
}

@test "all the capabilities that are missing are named at once" {
    FROM=("${ORDINARY[@]}" --)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1001:1001 -- "${MARKED[@]}"
    refused bounding
    for cap in SETUID SETGID SETPCAP; do error_says "$cap"; done
}

@test "an ordinary user's own program needs no option and no privilege" {
    FROM=("${ORDINARY[@]}" --)
    runs -- "$PROBE"
    is_user 1000 1000 ''
    assert_line "permitted=$NONE"
    noted
    assert_line "bounding=$("${FROM[@]}" "$PROBE" --only bounding | cut -d= -f2)"
}

@test "for an ordinary user --strict turns the note on the bounding set into a refusal" {
    FROM=("${ORDINARY[@]}" --)
    refuses bounding strict -- --strict
    refuses bounding strict -- --strict --no-new-privs
}

@test "an ordinary user with an empty bounding set passes --strict in silence" {
    FROM=("${ORDINARY[@]}" --bounding 0 --)
    runs --strict -- "$PROBE"
    holds_exactly "$NONE"
    quiet
}

@test "an ordinary user's set-user-ID program is refused while the bounding set stays wide" {
    require_suid_mount
    install -m 4755 "$PROBE" "$PUBLIC/set-uid"
    FROM=("${ORDINARY[@]}" --)
    refuses program set-id "$PUBLIC/set-uid" -- -- "$PUBLIC/set-uid" --marker "$MARKER"
}

# ---- without CAP_SETPCAP ----

@test "without SETPCAP a bounding set that is narrow already is enough" {
    FROM=("${NARROW_ROOT[@]}")
    assert_equal "$("${FROM[@]}" "$PROBE" --only permitted)" "permitted=$THREE"
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
}

@test "without SETPCAP an empty bounding set is enough, also for --strict" {
    FROM=("$START_AS" --inheritable "$(mask SETUID SETGID)" --bounding 0 --)
    runs --strict --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    quiet
}

@test "without SETPCAP a wide bounding set is refused, with both ways out" {
    FROM=("${THREE_ROOT[@]}")
    refuses bounding need-setpcap SETPCAP -- --user 1000:1000 --keep NET_BIND_SERVICE
    hint_says '(--no-new-privs.* or .*SETPCAP|SETPCAP.* or .*--no-new-privs)'
}

@test "without SETPCAP a wide bounding set is refused under --strict as well" {
    FROM=("${THREE_ROOT[@]}")
    refuses bounding need-setpcap SETPCAP -- --strict --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "without SETPCAP --no-new-privs lets the bounding set stay wide, with one note" {
    FROM=("${THREE_ROOT[@]}")
    runs --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS" "$THREE"
    assert_line no_new_privs=1
    noted 'bounding'
}

@test "the note on the bounding set is in the rehearsal's document too" {
    FROM=("${THREE_ROOT[@]}")
    dry_run --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    assert_equal "$(jq -r '.notes[].code' <<<"$output")" bounding-left
}

@test "without SETPCAP an inherited no_new_privs lets the bounding set stay wide, with one note" {
    FROM=("$START_AS" --bounding "$THREE" --no-new-privs --)
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS" "$THREE"
    assert_line no_new_privs=1
    noted 'bounding'
}

@test "-q takes the note on the bounding set away, and nothing else" {
    FROM=("${THREE_ROOT[@]}")
    runs -q --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$THREE"
    quiet
}

@test "under --strict no_new_privs does not let the bounding set stay wide" {
    FROM=("${THREE_ROOT[@]}")
    refuses bounding strict -- --strict --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE
    FROM=("$START_AS" --bounding "$THREE" --no-new-privs --)
    refuses bounding strict -- --strict --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "what stays in the bounding set under no_new_privs cannot be had back by exec" {
    require_suid_mount
    install -m 755 "$PROBE" "$PUBLIC/with-setuid-cap"
    setcap cap_setuid=ep "$PUBLIC/with-setuid-cap"
    install -m 4755 "$PROBE" "$PUBLIC/set-uid"
    FROM=("${THREE_ROOT[@]}")
    for target in with-setuid-cap set-uid; do
        # env as the program: capwrap looks at env alone, and the kernel has the last word
        attempt "${FROM[@]}" "$CAPWRAP" --no-new-privs --user 1000:1000 -- \
            /usr/bin/env "$PUBLIC/$target"
        is_user 1000 1000 1000
        assert_line "permitted=$NONE"
        assert_line "effective=$NONE"
    done
}

@test "with SETPCAP the bounding set is narrowed under an inherited no_new_privs as well" {
    FROM=("$START_AS" --no-new-privs --)
    runs --strict --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    assert_line no_new_privs=1
    quiet
}

@test "an inherited no_new_privs stays without being asked for" {
    FROM=("$START_AS" --no-new-privs --)
    runs -- "$PROBE"
    holds_exactly "$NONE"
    assert_line no_new_privs=1
}

@test "SETPCAP may be kept, and the bounding set is that alone" {
    FROM=("$START_AS" --bounding "$(mask SETPCAP SETUID SETGID KILL)" --)
    runs --user 1000:1000 --keep SETPCAP -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$(mask SETPCAP)"
    quiet
}

@test "root with the three capabilities of a hardened container becomes the user" {
    FROM=("${THREE_ROOT[@]}")
    # locking needs SETPCAP, which is not among the three
    refuses securebits need-setpcap SETPCAP -- --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs --lock-securebits
    runs --user 1000:1000 --keep NET_BIND_SERVICE --no-new-privs -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS" "$THREE"
}

@test "root with the three capabilities needs SETGID and SETUID to become the user" {
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETUID SETPCAP)" --)
    refuses groups need-setgid SETGID -- --user 1000:1000 --keep NET_BIND_SERVICE
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETGID SETPCAP)" --)
    refuses uid need-setuid SETUID -- --user 1000:1000 --keep NET_BIND_SERVICE
}

@test "root without any capability keeps its identity under no_new_privs" {
    FROM=("$START_AS" --bounding 0 --no-new-privs --)
    runs -- "$PROBE"
    is_user 0 0 "$("${FROM[@]}" "$PROBE" --only groups | cut -d= -f2)"
    holds_exactly "$NONE"
}

# ---- a kept capability that is missing ----

@test "a kept capability that is nowhere: not permitted here" {
    FROM=("$START_AS" --bounding "$(mask SETUID SETGID SETPCAP)" --)
    refuses keep cap-not-permitted 'NET_BIND_SERVICE' -- --user 1000:1000 --keep NET_BIND_SERVICE
    refuses keep cap-not-permitted 'NET_BIND_SERVICE' -- --keep SETUID,NET_BIND_SERVICE
}

@test "a kept capability in the bounding set only: a non-root user of a container" {
    FROM=("${ORDINARY[@]}" --bounding "$NBS" --)
    refuses keep cap-bounding-only 'NET_BIND_SERVICE' -- --keep NET_BIND_SERVICE
    FROM=("${ORDINARY[@]}" --)
    refuses keep cap-bounding-only 'NET_BIND_SERVICE' -- --keep NET_BIND_SERVICE --no-new-privs
}

@test "a kept capability in the bounding set only, under no_new_privs: no file can grant it" {
    FROM=("${ORDINARY[@]}" --bounding "$NBS" --no-new-privs --)
    refuses keep cap-masked 'NET_BIND_SERVICE' -- --keep NET_BIND_SERVICE
}

@test "P = E = B without ambient is lost at execve: a container's user holds nothing" {
    for nnp in '' --no-new-privs; do
        FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted "$NBS"
            --effective "$NBS" --inheritable 0 --bounding "$NBS" ${nnp:+"$nnp"} --)
        refuses keep "$([[ $nnp ]] && echo cap-masked || echo cap-bounding-only)" \
            NET_BIND_SERVICE -- --keep NET_BIND_SERVICE
        runs --no-new-privs -- "$PROBE"
        assert_line "permitted=$NONE"
    done
}

@test "a kept capability that this kernel does not have" {
    refuses keep cap-unknown 63 -- --keep 63
}

@test "a missing capability among several is the one that is named" {
    FROM=("$START_AS" --bounding "$THREE" --)
    attempt "${FROM[@]}" "$CAPWRAP" --keep NET_BIND_SERVICE,NET_RAW,KILL -- "${MARKED[@]}"
    refused keep 'KILL'
    error_says 'NET_RAW'
    run ! error_says 'NET_BIND_SERVICE'
}

@test "permitted but outside the bounding set: held as ambient before, it is kept" {
    ambient_user "$NBS" 0
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$NONE"
}

# ---- an ordinary user who holds ambient capabilities ----

@test "an ordinary user's ambient capability is kept without any privilege" {
    ambient_user "$NBS" "$NBS"
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
}

@test "an ordinary user's ambient capability that is not kept is taken away" {
    ambient_user "$THREE" "$NBS"
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "all of an ordinary user's ambient capabilities are taken away" {
    ambient_user "$THREE" 0
    runs -- "$PROBE"
    holds_exactly "$NONE"
}

@test "an ordinary user with ambient capabilities and a wide bounding set is refused" {
    ambient_user "$NBS"
    refuses bounding need-setpcap SETPCAP -- --keep NET_BIND_SERVICE
    refuses bounding need-setpcap SETPCAP --
}

@test "an ordinary user with ambient capabilities and a wide bounding set runs under no_new_privs" {
    ambient_user "$NBS"
    runs --no-new-privs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$("$PROBE" --only bounding | cut -d= -f2)"
    noted bounding
}

@test "an ordinary user whose ambient set has SETPCAP narrows the bounding set" {
    ambient_user "$(mask SETPCAP NET_BIND_SERVICE)"
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
}

@test "an ordinary user whose ambient set allows it becomes another user" {
    ambient_user "$(mask SETPCAP SETUID SETGID NET_BIND_SERVICE)"
    runs --strict --user 2000:3000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 2000 3000 3000
    holds_exactly "$NBS"
    quiet
}

@test "an ordinary user whose ambient set allows it becomes root with the kept capability alone" {
    ambient_user "$(mask SETPCAP SETUID SETGID NET_BIND_SERVICE)"
    runs --strict --user 0:0 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 0 0 0
    holds_exactly "$NBS"
    quiet
}

@test "uid 0 with a wide bounding set under no_new_privs gets nothing back at execve" {
    FROM=("${THREE_ROOT[@]}")
    runs --no-new-privs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$THREE"
}
