#!/usr/bin/env bats
# An unmapped id reads as the overflow id 65534. A program that is to run as the user 65534 is started
# as that user, or not at all, also when a call reports success and does nothing.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    IN=$SUPPORT_BIN/in-userns
    INJECTOR=("$SUPPORT_BIN/seccomp-false-success" 1)
    NBS=$(mask NET_BIND_SERVICE)
}

# The uid, gid and groups of the caller are unmapped; 65534 is another user's, and mapped.
unmapped_uid() {
    FROM=("$START_AS" --groups 0 -- "$IN" --uid-map "1,1,70000" --gid-map "0,0,70000" --keep-caps)
}
unmapped_gid() {
    FROM=("$START_AS" --groups 0 -- "$IN" --uid-map "0,0,70000" --gid-map "1,1,70000" --keep-caps)
}

# as_the_host_sees KEY ARG...: the line KEY of /proc/PID/status, read outside the user namespace, of a
# program that capwrap ARG... started from the state.
as_the_host_sees() {
    local key=$1 pid inside
    shift
    "${FROM[@]}" "$CAPWRAP" "$@" -- sleep 300 3>&- &
    pid=$!
    inside=$pid
    until grep -qx sleep "/proc/$inside/comm"; do
        kill -0 "$pid" || fail "it ended"
        sleep 0.02
        inside=$(pgrep --newest --parent "$inside" || echo "$inside")
    done
    run grep "^$key:" "/proc/$inside/status"
    kill "$inside"
    wait "$pid" || true
}

without_proc() {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    FROM+=(unshare --mount -- /bin/bash -c 'mount -t tmpfs none /proc || exit 99; exec "$@"' absent)
}

@test "a setresuid that lies does not leave the host's root behind the uid 65534" {
    unmapped_uid
    assert_equal "$("${FROM[@]}" "$PROBE" --only ruid)" ruid=65534
    FROM+=("${INJECTOR[@]}" setresuid)
    refused_by verify 'uid 65534.*not confirm' "${FROM[@]}" "$CAPWRAP" --user 65534:65534
    refused_by verify 'uid 65534.*not confirm' "${FROM[@]}" "$CAPWRAP" --user 65534:65534 \
        --keep NET_BIND_SERVICE --no-new-privs
}

@test "a setresuid that lies is noticed for every way to name the user" {
    unmapped_uid
    FROM+=("${INJECTOR[@]}" "setresuid,regain-uid,getresuid,setfsuid")
    refused_by verify 'uid 65534.*not confirm' "${FROM[@]}" "$CAPWRAP" --user 65534:65534
    refused_by verify 'uid 65534.*not confirm' "${FROM[@]}" "$CAPWRAP" --user 65534:0 --groups keep
}

@test "a kept SETUID makes the independent reader true instead of false" {
    unmapped_uid
    FROM+=("${INJECTOR[@]}" setresuid)
    as_the_host_sees Uid --user 65534:65534 --keep SETUID
    assert_output $'Uid:\t65534\t65534\t65534\t65534'
}

@test "a setresgid that lies does not leave the host's group 0 behind the gid 65534" {
    unmapped_gid
    assert_equal "$("${FROM[@]}" "$PROBE" --only rgid)" rgid=65534
    FROM+=("${INJECTOR[@]}" setresgid)
    refused_by verify 'gid 65534.*not confirm' "${FROM[@]}" "$CAPWRAP" --user 65534:65534
    refused_by verify 'gid 65534.*not confirm' "${FROM[@]}" "$CAPWRAP" --user 0:65534 --groups keep
}

@test "a setgroups that lies does not leave the host's group 0 in the list of 65534" {
    unmapped_gid
    assert_equal "$("${FROM[@]}" "$PROBE" --only groups)" groups=65534
    FROM+=("${INJECTOR[@]}" setgroups)
    refused_by groups setgroups "${FROM[@]}" "$CAPWRAP" --user 65534:65534
    refused_by verify groups "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --groups 65534
}

@test "two groups that read as one are not taken for one" {
    # the host's 0 is unmapped and 65534 is mapped: both read as 65534
    FROM=("$START_AS" --groups "0,65534" -- "$IN" --uid-map "0,0,70000" --gid-map "1,1,70000" --keep-caps)
    as_the_host_sees Groups --user 1000:65534 --groups none
    assert_output --regexp $'^Groups:\t65534 ?$'
    FROM+=("${INJECTOR[@]}" setgroups)
    refused_by verify groups "${FROM[@]}" "$CAPWRAP" --user 1000:65534 --groups none
}

@test "without a lie the same starts change to the true 65534, as seen from the host" {
    unmapped_uid
    as_the_host_sees Uid --user 65534:65534
    assert_output $'Uid:\t65534\t65534\t65534\t65534'
    unmapped_gid
    as_the_host_sees Gid --user 65534:65534
    assert_output $'Gid:\t65534\t65534\t65534\t65534'
    as_the_host_sees Groups --user 65534:65534
    assert_output --regexp $'^Groups:\t65534 ?$'
}

@test "without /proc any id may be the overflow id: the same starts, the same results" {
    unmapped_uid
    without_proc
    as_the_host_sees Uid --user 65534:65534
    assert_output $'Uid:\t65534\t65534\t65534\t65534'
    FROM+=("${INJECTOR[@]}" setresuid)
    refused_by verify 'uid 65534.*not confirm' "${FROM[@]}" "$CAPWRAP" --user 65534:65534
    unmapped_gid
    without_proc
    as_the_host_sees Groups --user 65534:65534
    assert_output --regexp $'^Groups:\t65534 ?$'
    FROM+=("$SUPPORT_BIN/seccomp-errno" setgroups 0)
    refused_by groups setgroups "${FROM[@]}" "$CAPWRAP" --user 65534:65534
}

@test "without /proc and without capabilities a list of groups that was asked for is set or refused" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted 0 --effective 0 --)
    runs --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 1000
    FROM=(unshare --mount --propagation private -- /bin/bash -c
        'mount -t tmpfs none /proc || exit 99; exec "$@"' absent "${FROM[@]}")
    refuses groups need-setgid SETGID -- --user 1000:1000 --no-new-privs
    # what is not requested stays, and the kernel reports the ids as the caller's own
    runs --user 1000:1000 --groups keep -- "$PROBE"
    is_user 1000 1000 1000
    runs -- "$PROBE"
    is_user 1000 1000 1000
}

@test "a GID that reads as 65534 can change to the true 65534 only with SETGID, and the preflight reports it" {
    FROM=("$START_AS" --groups none -- "$IN" --uid-map "1000,0,1" --gid-map "1,1,70000" --keep-caps --
        "$START_AS" --permitted "$NBS" --effective "$NBS" --inheritable "$NBS" --ambient "$NBS" --)
    refuses gid need-setgid SETGID -- --user 1000:65534 --groups keep --no-new-privs
}

@test "an unmapped id is refused before anything changes" {
    FROM=("$IN" --uid-map "0,0,1000" --gid-map "0,0,1000" --keep-caps)
    refuses uid unmapped-id '2000.*Invalid argument' -- --user 2000:10
    refuses gid unmapped-id '2000.*Invalid argument' -- --user 10:2000 --groups keep
    refuses groups unmapped-id '2000.*Invalid argument' -- --user 10:10 --groups 11,2000
    # -v prints the steps only when they are about to run
    attempt "${FROM[@]}" "$CAPWRAP" -v --user 2000:10 -- "${MARKED[@]}"
    refused uid 2000
    assert_equal "${#stderr_lines[@]}" 2
}

@test "where an owner may be unmapped, --chown-stdio changes the owner or refuses" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    local in_pipes='exec 4>&1
        { true | "$@" 4>&- | cat >&4; exit "${PIPESTATUS[1]}"; } 2>&1 >/dev/null | cat >&2 4>&-
        exit "${PIPESTATUS[0]}"'
    unmapped_uid
    FROM=(/bin/bash -c "$in_pipes" in-pipes "${FROM[@]}")
    # the pipes are an unmapped root's, who reads as 65534
    refuses stdio unmapped-id 'owner' -- --user 65534:65534 --chown-stdio
    hint_says 'leave out --chown-stdio'
    refuses stdio unmapped-id 'owner' -- --user 1000:1000 --chown-stdio
    refuses stdio unmapped-id 'owner' -- --chown-stdio
    # every owner is mapped
    FROM=(/bin/bash -c "$in_pipes" in-pipes "$IN" --uid-map "0,0,70000" --gid-map "0,0,70000" --keep-caps)
    runs --user 65534:65534 --chown-stdio -- "$PROBE"
    is_user 65534 65534 65534
    FROM+=("${INJECTOR[@]}" fchown)
    refused_by verify 'descriptor 0' "${FROM[@]}" "$CAPWRAP" --user 65534:65534 --chown-stdio
}
