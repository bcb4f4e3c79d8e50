#!/usr/bin/env bats
# --user and --groups with users and groups that exist only in these tests: each test writes its own
# passwd and group files and mounts them over the machine's in a private mount namespace.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

setup() {
    require_root
    users=$PUBLIC/passwd
    groups=$PUBLIC/group
    printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' >"$users"
    printf '%s\n' 'root:x:0:' >"$groups"
}

# user LINE... and group LINE...: appended to the test's files.
user() {
    printf '%s\n' "$@" >>"$users"
}

group() {
    printf '%s\n' "$@" >>"$groups"
}

become() {
    attempt with_users "$users" "$groups" -- \
        "$START_AS" --groups 0,4,27,54321 -- "$CAPWRAP" "$@" -- "$PROBE"
}

refuses() {
    refused_by "$1" "$2" with_users "$users" "$groups" -- \
        "$START_AS" --groups 0,4,27,54321 -- "$CAPWRAP" "${@:3}"
}

# ---- names ----

@test "names may have dots, dashes, underscores, capitals, @, \ and \$" {
    local name uid=2000
    local -a names=(first.last web-app under_score Mixed.CASE-9 machine\$ me@example.org 'DOM\user'
        9lives 0x10 1.5 3- x a.b-c_d.e 'with space')
    for name in "${names[@]}"; do
        user "$name:x:$((++uid)):$((uid + 1000))::/home/x:/bin/sh"
        group "$name:x:$((uid + 2000)):"
    done
    uid=2000
    for name in "${names[@]}"; do
        echo "case: $name"
        become "--user=$name"
        is_user $((++uid)) $((uid + 1000)) $((uid + 1000))
        become "--user=$name:$name"
        is_user "$uid" $((uid + 2000)) $((uid + 2000))
        become --user 7:7 "--groups=$name"
        is_user 7 7 "7,$((uid + 2000))"
        quiet
    done
}

@test "names may have bytes that are not ASCII" {
    local name uid=3000
    local -a names=(jörg.müller 用户 Ünïcode $'latin1-\xe9' $'\xff\xfe')
    for name in "${names[@]}"; do
        user "$name:x:$((++uid)):$((uid + 1000))::/home/x:/bin/sh"
        group "$name:x:$((uid + 2000)):$name"
    done
    uid=3000
    for name in "${names[@]}"; do
        become --user "$name"
        is_user $((++uid)) $((uid + 1000)) "$((uid + 1000)),$((uid + 2000))"
        assert_line "user=$name"
        become --user "$name:$name"
        is_user "$uid" $((uid + 2000)) $((uid + 2000))
        quiet
    done
}

@test "an entry whose name begins with a plus or a minus sign (nss_compat) is not a user" {
    user '+joe:x:1001:1001::/:/bin/sh' '-ann:x:1002:1002::/:/bin/sh' '+:x:0:0::/:/bin/sh'
    group '+app:x:501:' '-web:x:502:'
    refuses user '' --user +joe
    refuses user '' --user=-ann
    refuses user '' --user +
    refuses '(user|groups?)' '' --user root:+app
    refuses groups '' --groups=-web
}

@test "a name is compared as a whole: case and blanks matter" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    group 'joe:x:1001:'
    local name
    for name in Joe JOE ' joe' 'joe ' jo joee $'joe\n' 'joe:x' 'j*' 'joe,' ; do
        refuses user '' --user "$name"
    done
    for name in Joe ' joe' 'joe ' jo joee 'j*'; do
        refuses '(user|groups?)' '' --user "joe:$name"
        refuses groups '' --user joe --groups "$name"
    done
}

@test "a word of digits is a number and never a name" {
    user '1234:x:777:777::/home/digits:/bin/sh' 'joe:x:1001:1001::/home/joe:/bin/sh'
    group '1234:x:888:joe' '5678:x:999:'
    refuses user 1234 --user 1234
    become --user 1234:1234
    is_user 1234 1234 1234
    assert_line home=/
    become --user joe:5678
    is_user 1001 5678 5678
    become --user joe --groups 5678
    is_user 1001 1001 1001,5678
    # by its uid, the same entry is an ordinary one
    become --user 777
    is_user 777 777 777
    assert_line user=1234
}

@test "an empty name is refused also where an entry has an empty name" {
    user ':x:1001:1001::/:/bin/sh' 'joe:x:1002:1002::/:/bin/sh'
    group ':x:501:joe'
    refuses options 'empty' --user ''
    refuses user 'USER:GROUP' --user :
    refuses user 'USER:GROUP' --user :501
    refuses user 'USER:GROUP' --user joe:
    refuses user 'USER:GROUP' --user ::
    refuses options 'empty' --user joe --groups ''
    refuses groups 'empty' --user joe --groups 5,
}

# ---- which entry ----

@test "of two entries with one name the first is used" {
    user 'joe:x:1001:1001::/home/first:/bin/sh' 'joe:x:0:0::/home/second:/bin/sh'
    group 'app:x:501:' 'app:x:0:'
    become --user joe
    is_user 1001 1001 1001
    assert_line home=/home/first
    become --user joe:app
    is_user 1001 501 501
}

@test "two names with one UID have their own group and home, and the UID means the first" {
    user 'one:x:1001:1001::/home/one:/bin/sh' 'two:x:1001:1002::/home/two:/bin/sh'
    become --user two
    is_user 1001 1002 1002
    assert_line home=/home/two
    assert_line user=two
    become --user 1001
    is_user 1001 1001 1001
    assert_line home=/home/one
    assert_line user=one
}

@test "a user whose entry names group 0 has group 0" {
    user 'joe:x:1001:0::/home/joe:/bin/sh'
    become --user joe
    is_user 1001 0 0
}

@test "another name of uid 0 has uid 0 and its own home" {
    user 'toor:x:0:0::/home/toor:/bin/sh'
    become --user toor
    is_user 0 0 0
    assert_line home=/home/toor
}

# ---- supplementary groups ----

@test "the user's groups are those that list it, and the primary group" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    group 'joe:x:1001:' 'a:x:501:joe' 'b:x:502:ann,joe,bob' 'c:x:503:ann' 'd:x:504:joey' \
        'e:x:505:xjoe' 'f:x:506:' 'g:x:507:joe,joe'
    become --user joe
    is_user 1001 1001 501,502,507,1001
    quiet
    become --user 1001
    is_user 1001 1001 501,502,507,1001
    become --user joe --groups init
    is_user 1001 1001 501,502,507,1001
    become --user joe:a
    is_user 1001 501 501
    become --user joe --groups none
    is_user 1001 1001 1001
    become --user joe --groups c,506
    is_user 1001 1001 503,506,1001
}

@test "a group that lists the user twice, or is listed twice, is set once" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    group 'a:x:501:joe' 'a:x:501:joe' 'b:x:501:joe' 'joe:x:1001:joe'
    become --user joe
    is_user 1001 1001 501,1001
}

@test "with a group and --groups init the program has that group and the user's supplementary groups" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    group 'a:x:501:joe' 'b:x:502:'
    become --user joe:b --groups init
    is_user 1001 502 501,502
}

@test "a user in no group has its primary group" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    become --user joe
    is_user 1001 1001 1001
}

@test "a user in 1,000 groups has them all" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    seq 20001 21000 | sed 's/.*/g&:x:&:ann,joe,bob/' >>"$groups"
    become --user joe
    is_user 1001 1001 "1001,$(seq -s, 20001 21000)"
    quiet
    become --user 1001 --groups init
    is_user 1001 1001 "1001,$(seq -s, 20001 21000)"
}

@test "a user in as many groups as the kernel permits has them all, and one more is refused" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    seq 100001 165535 | sed 's/.*/g&:x:&:joe/' >>"$groups"
    become --user joe
    assert_success
    [[ $(value_of groups) == "1001,$(seq -s, 100001 165535)" ]]
    quiet
    group 'g165536:x:165536:joe'
    refuses groups '' --user joe
    become --user joe --groups none
    is_user 1001 1001 1001
}

@test "a group entry of a megabyte is read completely" {
    local members
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    members=$(seq -s, -f 'member%.0f' 1 100000)
    group "big:x:501:$members,joe" 'after:x:502:joe'
    ((${#members} > 1000000))
    become --user joe
    is_user 1001 1001 501,502,1001
    become --user joe:big
    is_user 1001 501 501
}

@test "--groups init without --user sets the caller's groups" {
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    group 'a:x:501:joe'
    attempt with_users "$users" "$groups" -- "$START_AS" --groups 9 -- \
        "$CAPWRAP" --groups init -- "$PROBE"
    is_user 0 0 0
}

# ---- large files ----

@test "the last user of a 65,000-entry passwd file is found by name and by number" {
    seq 100001 165000 | sed 's/.*/u&:x:&:&:User &:\/home\/u&:\/bin\/sh/' >>"$users"
    group 'last:x:501:u165000'
    become --user u165000
    is_user 165000 165000 501,165000
    assert_line home=/home/u165000
    quiet
    become --user 165000
    is_user 165000 165000 501,165000
    assert_line user=u165000
    refuses user u165001 --user u165001
    refuses user 165001 --user 165001
}

# ---- broken files ----

@test "a passwd entry with missing fields is ignored" {
    local line
    for line in 'joe' 'joe:' 'joe:x' 'joe:x:' 'joe:x:1001' 'joe:x:1001:' 'joe:x::1001::/home/joe:/bin/sh' \
        'joe:x:1001:::/home/joe:/bin/sh' 'joe:x:::::' 'joe:::::::' \
        'joe:x: :1001::/:/bin/sh' 'joe:x:abc:1001::/:/bin/sh' 'joe:x:1001:abc::/:/bin/sh' \
        'joe:x:1001x:1001::/:/bin/sh' 'joe:x:1001:1001x::/:/bin/sh' '#joe:x:1001:1001::/:/bin/sh'; do
        printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' "$line" >"$users"
        echo "line: $line"
        refuses user '' --user joe
        refuses user '' --user 1001
    done
}

@test "a group entry with missing fields is ignored" {
    local line
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    for line in 'app' 'app:' 'app:x' 'app:x:' 'app:x::joe' 'app:x:abc:joe' 'app:x:501x:joe' \
        ':x:501:joe' '#app:x:501:joe'; do
        printf '%s\n' 'root:x:0:' "$line" >"$groups"
        echo "line: $line"
        refuses '(user|groups?)' '' --user joe:app
        refuses groups '' --user joe --groups app
    done
}

out_of_range=(4294967295 4294967296 4294967297 18446744073709551615 18446744073709551616
    99999999999999999999 -1)

@test "a uid out of range in the passwd file is refused" {
    local id
    for id in "${out_of_range[@]}"; do
        printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' "joe:x:$id:1001::/home/joe:/bin/sh" >"$users"
        echo "uid in the file: $id"
        refuses user '' --user joe
        refuses user '' --user joe:5
        refuses user '' --user joe:root
    done
}

@test "a gid out of range in the passwd file is refused" {
    local id
    for id in "${out_of_range[@]}"; do
        printf '%s\n' 'root:x:0:0:root:/root:/bin/sh' "joe:x:1001:$id::/home/joe:/bin/sh" >"$users"
        echo "gid in the file: $id"
        refuses '(user|groups?)' '' --user joe
        refuses '(user|groups?)' '' --user 1001
    done
}

@test "a gid out of range in the group file is refused" {
    local id
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    for id in "${out_of_range[@]}"; do
        printf '%s\n' 'root:x:0:' "app:x:$id:joe" >"$groups"
        echo "gid in the file: $id"
        refuses '(user|groups?)' '' --user joe:app
        refuses '(user|groups)' '' --user joe --groups app
    done
}

@test "membership in a group whose gid is out of range is refused or ignored, never a wrapped gid" {
    local id
    user 'joe:x:1001:1001::/home/joe:/bin/sh'
    printf '%s\n' 'root:x:0:' 'app:x:4294967295:joe' >"$groups"
    refuses '(user|groups?)' '' --user joe
    for id in "${out_of_range[@]}"; do
        printf '%s\n' 'root:x:0:' "app:x:$id:joe" 'other:x:501:joe' >"$groups"
        echo "gid in the file: $id"
        become --user joe
        # the C library skips a line whose number does not fit into 32 bits
        [[ $status == 125 ]] || is_user 1001 1001 501,1001
    done
}

@test "an entry out of range does not affect other users" {
    user 'bad:x:4294967295:4294967295::/:/bin/sh' 'joe:x:1001:1001::/home/joe:/bin/sh'
    group 'bad:x:4294967295:bad' 'app:x:501:joe'
    become --user joe
    is_user 1001 1001 501,1001
    quiet
}

@test "empty lines, comments and a missing last line feed are ignored" {
    printf '\n\n# comment\n   \njoe:x:1001:1001::/home/joe:/bin/sh' >>"$users"
    printf '\n# comment\n\napp:x:501:joe' >>"$groups"
    become --user joe:app
    is_user 1001 501 501
    become --user joe
    is_user 1001 1001 501,1001
}

@test "an empty user database has no users" {
    : >"$users"
    : >"$groups"
    refuses user joe --user joe
    refuses user 1001 --user 1001
    refuses '(user|groups?)' app --user 1001:app
    become --user 1001:1001
    is_user 1001 1001 1001
}

@test "in a user database of random bytes no user is found" {
    head -c 100000 /dev/urandom >"$users"
    head -c 100000 /dev/urandom >"$groups"
    refuses user joe --user joe
    refuses '(user|groups?)' app --user 1001:app
}

# ---- files that are missing, or cannot be read ----

# A user who may change identity, without a capability that would permit reading a file.
CHANGES=$(mask SETUID SETGID SETPCAP)
CHANGER=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted "$CHANGES"
    --inheritable "$CHANGES" --ambient "$CHANGES" --)

@test "a group file that cannot be read is an error, not an empty file" {
    printf 'root:x:0:\nwww-data:x:33:\nadm:x:4:www-data\n' >"$PUBLIC/group"
    attempt with_users /etc/passwd "$PUBLIC/group" -- "$CAPWRAP" --user www-data -- "$PROBE"
    assert_line groups=4,33
    chmod 000 "$PUBLIC/group"
    attempt with_users /etc/passwd "$PUBLIC/group" -- \
        "${CHANGER[@]}" "$CAPWRAP" --user www-data -- "${MARKED[@]}"
    refused groups 'cannot be read[^:]*: Permission denied'
}

@test "a passwd file that cannot be read is an error, for a name and for numbers" {
    cp /etc/passwd "$PUBLIC/passwd"
    chmod 000 "$PUBLIC/passwd"
    for user in www-data 33:33; do
        attempt with_users "$PUBLIC/passwd" /etc/group -- \
            "${CHANGER[@]}" "$CAPWRAP" --user "$user" -- "${MARKED[@]}"
        refused user 'cannot be read[^:]*: Permission denied'
    done
}

@test "without a passwd file a uid is a user without an entry" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt unshare --mount --propagation private -- /bin/bash -c '
        mkdir -p "$1/etc" && cp -a /etc/. "$1/etc" && rm "$1/etc/passwd" "$1/etc/group" &&
            mount --bind "$1/etc" /etc && shift && exec "$@"' sh "$PUBLIC" \
        "$CAPWRAP" --user 33:33 -- "$PROBE" --only euid,egid,groups,home,user
    assert_success
    assert_output "$(printf 'euid=33\negid=33\ngroups=33\nhome=/\nuser=unset')"
}

# ---- a user without an entry ----

@test "--groups init is refused for a uid without an entry" {
    refuses groups 'no entry' --user 6001:6001 --groups init
}
