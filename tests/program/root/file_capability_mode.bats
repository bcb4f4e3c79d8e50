#!/usr/bin/env bats
# capwrap started from a file with permitted capabilities (setcap cap_net_bind_service=p capwrap):
# the user of a non-root container. Results are those of docs/design.md.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    require_suid_mount
    NBS=$(mask NET_BIND_SERVICE)
    DOCKER=$(docker_default)
    granted_capwrap cap_net_bind_service=p
}

# container_user SHAPE BOUNDING [START-AS-OPTION...]: uid 1000 as a container runtime leaves it.
# empty: Docker 20.10, nothing permitted. kept: containerd, CRI-O and Docker from 24.0, P = E = B.
container_user() {
    local shape=$1 bounding=$2 permitted=0
    shift 2
    [[ $shape == empty ]] || permitted=$bounding
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$permitted"
        --effective "$permitted" --inheritable 0 --ambient 0 --bounding "$bounding" "$@" --)
}

# The user's program holds the one capability; with LINE among what the probe says.
grants_the_capability() {
    runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    assert_line "$1"
    quiet
}

@test "nothing permitted, only the capability in the bounding set: the file grants it" {
    container_user empty "$NBS"
    grants_the_capability no_new_privs=0
}

@test "P = B, only the capability: the file grants it" {
    container_user kept "$NBS"
    grants_the_capability no_new_privs=0
}

@test "P = B, only the capability, under no_new_privs: the file grants what was permitted" {
    container_user kept "$NBS" --no-new-privs
    grants_the_capability no_new_privs=1
}

@test "nothing permitted, under no_new_privs: the file grants nothing, and the error names no_new_privs" {
    container_user empty "$NBS" --no-new-privs
    refuses keep cap-masked NET_BIND_SERVICE -- --keep NET_BIND_SERVICE
    error_says no_new_privs
}

@test "nothing permitted, under no_new_privs: a program that keeps nothing runs" {
    container_user empty "$NBS" --no-new-privs
    runs -- "$PROBE"
    holds_exactly "$NONE" "$NBS"
    noted bounding
}

@test "Docker's bounding set, both shapes: SETPCAP is required and was not granted" {
    for shape in empty kept; do
        container_user "$shape" "$DOCKER"
        refuses bounding need-setpcap SETPCAP -- --keep NET_BIND_SERVICE
    done
}

@test "Docker's bounding set, both shapes: --no-new-privs lets it stay, with one note" {
    for shape in empty kept; do
        container_user "$shape" "$DOCKER"
        runs --no-new-privs --keep NET_BIND_SERVICE -- "$PROBE"
        is_user 1000 1000 1000
        holds_exactly "$NBS" "$DOCKER"
        assert_line no_new_privs=1
        noted bounding
        refuses bounding strict -- --strict --no-new-privs --keep NET_BIND_SERVICE
    done
}

@test "Docker's bounding set with P = B under no_new_privs: exactly the capability, with one note" {
    container_user kept "$DOCKER" --no-new-privs
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS" "$DOCKER"
    assert_line no_new_privs=1
    noted bounding
}

@test "a file that grants SETPCAP as well narrows the bounding set" {
    granted_capwrap cap_net_bind_service,cap_setpcap=p
    for shape in empty kept; do
        container_user "$shape" "$DOCKER"
        runs --strict --keep NET_BIND_SERVICE -- "$PROBE"
        is_user 1000 1000 1000
        holds_exactly "$NBS"
        quiet
    done
}

@test "a capability of the capwrap file that is not kept is dropped" {
    container_user empty "$NBS"
    # P is not empty, so the bounding set must not stay without no_new_privs
    refuses bounding need-setpcap SETPCAP --
    runs --no-new-privs -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NONE" "$NBS"
    noted bounding
}

@test "a capability that the file does not grant is refused" {
    container_user empty "$(mask NET_BIND_SERVICE NET_RAW)"
    refuses keep cap-bounding-only NET_RAW -- --keep NET_RAW,NET_BIND_SERVICE
    container_user kept "$(mask NET_BIND_SERVICE NET_RAW)" --no-new-privs
    refuses keep cap-masked NET_RAW -- --keep NET_RAW,NET_BIND_SERVICE
}

@test "a capability outside the bounding set is not granted by the file" {
    container_user empty "$(mask NET_RAW)"
    refuses keep cap-not-permitted NET_BIND_SERVICE -- --keep NET_BIND_SERVICE
}

@test "an ordinary user outside any container gets what the file grants, under --no-new-privs" {
    FROM=("${ORDINARY[@]}" --)
    refuses bounding need-setpcap SETPCAP -- --keep NET_BIND_SERVICE
    runs --no-new-privs --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS" "$("$PROBE" --only bounding | cut -d= -f2)"
}

@test "an effective and inheritable bit on the capwrap file makes no difference" {
    granted_capwrap cap_net_bind_service=eip
    container_user empty "$NBS"
    runs --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "a capwrap with file capabilities refuses --user and --groups, with any capabilities" {
    granted_capwrap cap_net_bind_service,cap_setuid,cap_setgid,cap_setpcap,cap_chown=p
    for shape in empty kept; do
        container_user "$shape" "$DOCKER"
        refuses user grant-identity 'file' -- --user 0:0 --keep NET_BIND_SERVICE
        refuses user grant-identity 'file .* the uid from 1000 to 2000' -- --user 2000:2000
        refuses user grant-identity 'file .* the gid from 1000 to 2000' -- --user 1000:2000
        refuses user grant-identity 'file' -- --user 1001:1000 --groups keep
        refuses groups grant-identity 'groups, which are 1 and would be 2' -- --groups 1000,27
        hint_says 'write --groups keep, or leave out --user and --groups'
    done
}

@test "a capwrap with file capabilities refuses --chown-stdio" {
    granted_capwrap cap_net_bind_service,cap_chown,cap_setpcap=p
    container_user empty "$DOCKER"
    refuses stdio grant-identity 'file' -- --chown-stdio --keep NET_BIND_SERVICE
    # a pipe of root's stays root's
    run bash -c '"$@" 2>&1 | { cat && stat -L -c owner=%u /proc/self/fd/0; }' pipe \
        "${FROM[@]}" "$CAPWRAP" --chown-stdio -- "${MARKED[@]}"
    assert_line owner=0
}

@test "started by root, a capwrap with file capabilities runs a program as another user" {
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
}

@test "a capwrap with file capabilities refuses a program with set-id bits or file capabilities" {
    granted_capwrap cap_net_bind_service,cap_setpcap=p
    container_user empty "$DOCKER"
    install -m 4755 "$PROBE" "$PUBLIC/set-uid"
    refuses program set-id "$PUBLIC/set-uid" -- --keep NET_BIND_SERVICE -- "$PUBLIC/set-uid" \
        --marker "$MARKER"
    install -m 755 "$PROBE" "$PUBLIC/with-caps"
    setcap cap_net_raw=p "$PUBLIC/with-caps"
    refuses program file-capabilities "$PUBLIC/with-caps" -- --keep NET_BIND_SERVICE -- \
        "$PUBLIC/with-caps" --marker "$MARKER"
}

@test "--lock-securebits works from a file that grants SETPCAP" {
    granted_capwrap cap_net_bind_service,cap_setpcap=p
    container_user empty "$DOCKER"
    runs --strict --lock-securebits --keep NET_BIND_SERVICE -- "$PROBE"
    holds_exactly "$NBS"
    assert_line securebits=ef
}
