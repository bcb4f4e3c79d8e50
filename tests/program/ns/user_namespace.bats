#!/usr/bin/env bats
# Starts inside a user namespace: one mapped id, setgroups denied, nothing mapped, and the overflow
# id 65534, which is what every unmapped id reads as.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    IN=$SUPPORT_BIN/in-userns
    # in a user namespace of one's own no capability is missing from the bounding set
    ALL=$("$IN" "$PROBE" --only bounding | cut -d= -f2)
}

# mapped ID...: a namespace made by root in which these ids, and they alone, have a mapping (to
# themselves), with every capability in it
mapped() {
    local id
    FROM=("$IN" --keep-caps)
    for id; do FROM+=(--uid-map "$id,$id,1" --gid-map "$id,$id,1"); done
}

# ---- one mapped id ----

@test "one mapped id, setgroups denied (unshare --map-root-user): its root keeps a capability" {
    FROM=("${ORDINARY[@]}" -- unshare --user --map-root-user --)
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 0 0 ''
    holds_exactly "$NBS"
    quiet
}

@test "one mapped id, setgroups denied: a caller that is the target user already needs no setgroups" {
    FROM=("${ORDINARY[@]}" -- unshare --user --map-root-user --)
    runs --strict --user 0:0 --groups keep --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 0 0 ''
    holds_exactly "$NBS"
}

@test "one mapped id, setgroups denied: a change of groups is refused, and the file is named" {
    FROM=("${ORDINARY[@]}" -- unshare --user --map-root-user --)
    refuses groups setgroups-denied setgroups -- --user 1000:1000
    hint_says '--groups keep'
    refuses groups setgroups-denied setgroups -- --user 0:0
}

@test "one mapped id: any other uid or gid is refused, and the map is named" {
    FROM=("${ORDINARY[@]}" -- unshare --user --map-root-user --)
    refuses gid unmapped-id '1000.*Invalid argument' -- --groups keep --user 1000:1000
    refuses gid unmapped-id '1000.*Invalid argument' -- --groups keep --user 0:1000
    refuses uid unmapped-id '1000.*Invalid argument' -- --groups keep --user 1000:0
    hint_says '(_map|map(ped|ping)?)'
}

@test "one mapped id that is not root's: a program runs as that user" {
    FROM=("$IN" --as "1000,1000" --uid-map "1000,1000,1" --gid-map "1000,1000,1" --keep-caps)
    runs --strict --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
    refuses groups unmapped-id 'setgroups' -- --user 1000:1000 --groups 2000
    refuses groups unmapped-id 'setgroups' -- --user 1000:1000 --groups 500,2000
    refuses gid unmapped-id '2000' -- --user 1000:2000 --groups keep
    refuses uid unmapped-id '2000' -- --user 2000:1000
}

@test "a uid map alone: every gid is unmapped" {
    FROM=("$IN" --as "1000,1000" --uid-map "1000,1000,1" --keep-caps)
    refuses gid unmapped-id '1000' -- --user 1000:1000 --groups keep
    refuses gid unmapped-id '65534' -- --user 1000:65534 --groups keep
    refuses groups setgroups-denied setgroups -- --user 1000:1000
}

# ---- a whole map ----

@test "every uid is mapped and not every gid: the ids are set also where they read as requested" {
    attempt "$IN" --uid-map 0,0,4294967295 --gid-map 0,0,1 -- "$CAPWRAP" --user 0:0 -- "$PROBE"
    is_user 0 0 0
    quiet
}

@test "every ID is mapped in a non-initial user namespace: the overflow ID is an ordinary ID" {
    FROM=("$IN" --uid-map "0,0,4294967295" --gid-map "0,0,4294967295")
    runs --strict --user 65534:65534 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 65534 65534 65534
    holds_exactly "$NBS"
    quiet
}

@test "a whole map with setgroups denied: refused with groups, and works with --groups keep" {
    FROM=("$IN" --uid-map "0,0,65536" --gid-map "0,0,65536" --deny-setgroups)
    refuses groups setgroups-denied setgroups -- --user 1000:1000 --keep NET_BIND_SERVICE
    FROM=("$START_AS" --groups "5,6" -- "${FROM[@]}")
    runs --strict --user 1000:1000 --groups keep --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 5,6
    holds_exactly "$NBS"
}

@test "a map of 65536 IDs (a rootless container): everything works as outside" {
    FROM=("$IN" --as "100000,100000" --uid-map "0,100000,65536" --gid-map "0,100000,65536")
    runs --strict --user 1000:1000 --groups 5,6 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 5,6,1000
    holds_exactly "$NBS"
    quiet
    runs --strict --user 65534:65534 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 65534 65534 65534
    holds_exactly "$NBS"
    refuses gid unmapped-id 70000 -- --user 70000:70000 --groups keep
    refuses groups unmapped-id setgroups -- --user 70000:70000
}

@test "an ordinary user in a user namespace gets the same note as outside" {
    FROM=("$IN" --as "100000,100000" --uid-map "0,100000,65536" --gid-map "0,100000,65536" --
        "${ORDINARY[@]}" --)
    runs -- "$PROBE"
    is_user 1000 1000 ''
    noted bounding
}

# ---- nothing mapped ----

@test "nothing mapped (unshare --user): the program runs with unmapped ids, without privilege" {
    for unmapped in "$IN" "unshare --user --"; do
        read -ra FROM <<<"$unmapped"
        runs -- "$PROBE"
        is_user 65534 65534 ''
        holds_exactly "$NONE" "$ALL"
        noted bounding
    done
}

@test "nothing mapped: an unmapped root that reads as 65534 is not taken for 65534" {
    FROM=("$IN")
    assert_equal "$("$IN" "$PROBE" --only ruid)" ruid=65534
    refuses gid unmapped-id 65534 -- --user 65534:65534 --groups keep
    refuses groups need-setgid SETGID -- --user 65534:65534
    refuses groups need-setgid SETGID -- --no-new-privs --user 65534:65534
}

@test "nothing mapped, with every capability: every --user is refused" {
    FROM=("$IN" --keep-caps)
    refuses gid unmapped-id 65534 -- --user 65534:65534 --groups keep
    refuses gid unmapped-id 1000 -- --user 1000:1000 --groups keep
    refuses groups setgroups-denied setgroups -- --user 65534:65534
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 65534 65534 ''
    holds_exactly "$NBS"
}

# ---- the overflow id ----

@test "an unmapped root that reads as 65534 is not taken for the user 65534" {
    mapped 1000
    assert_equal "$("${FROM[@]}" "$PROBE" --only ruid)" ruid=65534
    refuses gid unmapped-id 65534 -- --user 65534:65534 --groups keep
    refuses groups unmapped-id setgroups -- --user 65534:65534
    # 65534 as gid alone, and as uid alone
    refuses gid unmapped-id 65534 -- --user 1000:65534 --groups keep
    refuses uid unmapped-id 65534 -- --user 65534:1000
}

# looks_like_proc FILE...: a directory is mounted on /proc, with files that say that every id is mapped or that
# another number is the overflow id; and setresuid(2) lies.
looks_like_proc() {
    local folder=$BATS_TEST_TMPDIR/looks file
    rm -rf "$folder"
    mkdir -p "$folder/self/ns" "$folder/sys/kernel"
    for file; do
        case $file in
            user) ln -s 'user:[4026531837]' "$folder/self/ns/user" ;;
            *_map) printf '         0          0 4294967295\n' >"$folder/self/$file" ;;
            overflow*) echo 7 >"$folder/sys/kernel/$file" ;;
        esac
    done
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM=("$IN" --keep-caps --uid-map "1,1,70000" --gid-map "0,0,70000" unshare --mount sh -c
        'mount --bind "$0" /proc && exec "$@"' "$folder" "$SUPPORT_BIN/seccomp-errno" setresuid 0)
}

@test "an unmapped root that reads as 65534 is noticed, whatever a directory mounted on /proc contains" {
    local files
    chmod o+x "$BATS_TEST_TMPDIR"
    for files in '' user 'uid_map gid_map' 'overflowuid overflowgid' 'user uid_map gid_map overflowuid overflowgid'; do
        # shellcheck disable=SC2086 # words
        looks_like_proc $files
        refuses verify not-as-planned '65534 is what is read, and the kernel does not confirm it' -- \
            --user 65534:65534 --no-login-env
    done
}

@test "an unmapped root runs a program as a mapped user" {
    mapped 1000
    runs --strict --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
}

@test "an unmapped root runs a program as the mapped user 65534" {
    mapped 65534
    runs --strict --user 65534:65534 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 65534 65534 65534
    holds_exactly "$NBS"
    # the kernel's own account from outside: it is the user 65534, not root
    # shellcheck disable=SC2016 # expanded by the shell that is started
    "${FROM[@]}" "$CAPWRAP" --user 65534:65534 -- sleep 300 3>&- &
    local pid=$! inside
    until inside=$(cat "/proc/$pid/task/$pid/children") && [[ $inside ]] &&
        grep -qx sleep "/proc/${inside% }/comm"; do sleep 0.02; done
    run grep -E '^(Uid|Gid|Groups):' "/proc/${inside% }/status"
    kill "${inside% }"
    assert_line --regexp $'^Uid:\t65534\t65534\t65534\t65534$'
    assert_line --regexp $'^Gid:\t65534\t65534\t65534\t65534$'
    assert_line --regexp $'^Groups:\t65534 ?$'
}

@test "a mapped 65534 in a user namespace is the target user already, as setresuid succeeds" {
    FROM=("$IN" --as "65534,65534" --uid-map "65534,65534,1" --gid-map "65534,65534,1")
    runs --user 65534:65534 --groups keep -- "$PROBE"
    is_user 65534 65534 ''
    assert_line "permitted=$NONE"
    noted bounding
}

@test "an unmapped supplementary group that reads as 65534 is replaced by the group 65534" {
    # root's group 0 is unmapped: a list that reads as right would leave it in place
    FROM=("$START_AS" --groups 0 -- "$IN" --uid-map "65534,65534,1" --gid-map "65534,65534,1"
        --keep-caps)
    assert_equal "$("${FROM[@]}" "$PROBE" --only groups)" groups=65534
    "${FROM[@]}" "$CAPWRAP" --user 65534:65534 -- sleep 300 3>&- &
    local pid=$! inside
    until inside=$(cat "/proc/$pid/task/$pid/children") && [[ $inside ]] &&
        grep -qx sleep "/proc/${inside% }/comm"; do sleep 0.02; done
    run grep -E '^Groups:' "/proc/${inside% }/status"
    kill "${inside% }"
    assert_output --regexp $'^Groups:\t65534 ?$' # from outside: not 0
}

@test "an unmapped supplementary group that cannot be replaced is refused" {
    FROM=("$START_AS" --groups 0 -- "$IN" --uid-map "65534,65534,1" --gid-map "65534,65534,1"
        --deny-setgroups --keep-caps)
    refuses groups setgroups-denied setgroups -- --user 65534:65534
}

@test "outside user namespaces 65534 is an ordinary ID" {
    FROM=("$START_AS" --uid 65534 --gid 65534 --groups 65534 --permitted 0 --effective 0 --)
    runs --user 65534:65534 -- "$PROBE"
    is_user 65534 65534 65534
    noted bounding
}

# ---- files ----

@test "set-id bits and file capabilities in a user namespace" {
    require_suid_mount
    FROM=("$IN" --as "100000,100000" --uid-map "0,100000,65536" --gid-map "0,100000,65536")
    local asked=(--user 1000:1000 --keep NET_BIND_SERVICE) target=$PUBLIC/target

    # the namespace's own root
    install -o 100000 -g 100000 -m 4755 "$PROBE" "$target"
    refuses program set-id "$target" -- "${asked[@]}" -- "$target" --marker "$MARKER"
    # file capabilities of the machine's root have effect in every namespace
    install -m 755 "$PROBE" "$target"
    setcap cap_net_bind_service=p "$target"
    refuses program file-capabilities "$target" -- "${asked[@]}" -- "$target" --marker "$MARKER"
    setcap cap_net_bind_service=ep "$target"
    runs "${asked[@]}" -- "$target"
    is_user 1000 1000 1000
    assert_line "permitted=$NBS"
    assert_line "effective=$NBS"
    assert_line "ambient=$NONE"
    # those of the namespace's own root count there
    setcap -n 100000 cap_net_bind_service=p "$target"
    refuses program file-capabilities "$target" -- "${asked[@]}" -- "$target" --marker "$MARKER"
    # those of another namespace's root do not
    setcap -n 200000 cap_net_bind_service=p "$target"
    runs "${asked[@]}" -- "$target"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "a set-user-ID program whose owner is unmapped is run as by the kernel, or refused" {
    require_suid_mount
    FROM=("$IN" --as "100000,100000" --uid-map "0,100000,65536" --gid-map "0,100000,65536")
    install -o 0 -g 0 -m 4755 "$PROBE" "$PUBLIC/target"
    # the kernel ignores the bit: the owner has no id inside
    attempt "${FROM[@]}" "$PUBLIC/target"
    assert_line euid=0
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- \
        "$PUBLIC/target" --marker "$MARKER"
    if [[ $status == 0 ]]; then
        is_user 1000 1000 1000
        holds_exactly "$NBS"
    else
        refused program "$PUBLIC/target"
    fi
}
