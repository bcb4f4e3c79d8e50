#!/usr/bin/env bats
# A build with NSS and a static one take the same user and the same groups from the same two files.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

setup() {
    require_root
    USERS=$PUBLIC/passwd GROUPS_FILE=$PUBLIC/group
    printf 'root:x:0:0::/root:\nweb:x:7100:7101::/srv:\n' >"$USERS"
    printf 'root:x:0:\nspaced:x:7103:nobody, web\ntabbed:x:7104:nobody,\tweb\n' >"$GROUPS_FILE"
}

# with_files CMD...: CMD with both files, and no other source of users.
with_files() {
    printf 'passwd: files\ngroup: files\n' >"$PUBLIC/nsswitch.conf"
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt with_users "$USERS" "$GROUPS_FILE" -- unshare --mount -- bash -c \
        'mount --bind "$1" /etc/nsswitch.conf || exit 99; shift; exec "$@"' bash "$PUBLIC/nsswitch.conf" "$@"
}

is_static() {
    ! readelf --program-headers "$CAPWRAP" | grep -q INTERP
}

@test "the two readers of the user database agree on generated files with every irregularity" {
    "${CC:-cc}" -D_GNU_SOURCE -O1 -I"$SRC_DIR/src" -o "$PUBLIC/readers" \
        "$SRC_DIR"/tests/program/root/database-readers.c "$SRC_DIR"/src/users/{passwd_nss,passwd,passwd_lines}.c \
        "$SRC_DIR/src/core/pool.c"
    run "$SRC_DIR/tests/program/root/database_readers.py" "$PUBLIC/readers" --count 1000
    assert_success
    run jq '.answered > 4 * .files and .differences == 0' <<<"$(counts)"
    assert_output true
}

@test "a blank before a member is ignored" {
    with_files "$CAPWRAP" --user web -- "$PROBE"
    is_user 7100 7101 7101,7103,7104
}

@test "a line is parsed as glibc parses it" {
    printf '\t web:x: 007100:+7101\n' >"$USERS"
    printf ' app:x:7105:web\nlast:x:7106:web' >"$GROUPS_FILE"
    with_files "$CAPWRAP" --user web -- "$PROBE"
    is_user 7100 7101 7101,7105,7106
    with_files "$CAPWRAP" --user 7100:last -- "$PROBE"
    is_user 7100 7106 7106
}

@test "a static build refuses a file that glibc would read differently" {
    is_static || return 0
    printf 'web:x:7100:7101::/s\0rv:\n' >"$USERS"
    with_files "$CAPWRAP" --user web -- "${MARKED[@]}"
    refused user 'database cannot be read'
    printf 'web:x:7100:7101::/srv:\n' >"$USERS"
    printf 'app:x:7105:\n last:x:7106:web' >"$GROUPS_FILE"
    with_files "$CAPWRAP" --user web -- "${MARKED[@]}"
    refused groups 'database cannot be read'
}

@test "a static build names the files that it has searched" {
    for asked in "--user nosuch" "--user web:nosuch" "--user 4711" "--user 4711:1 --groups init"; do
        # shellcheck disable=SC2086 # words
        with_files "$CAPWRAP" $asked -- "${MARKED[@]}"
        refused '(user|groups)'
        if is_static; then
            assert_regex "$stderr" 'static build asks /etc/passwd and /etc/group alone'
        else
            refute_regex "$stderr" 'static build'
        fi
    done
}
