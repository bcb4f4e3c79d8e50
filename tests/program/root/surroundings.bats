#!/usr/bin/env bats
# What surrounds a start, and must neither change what is started nor be passed over: signals,
# pipes, the user database, a sandbox.
# shellcheck disable=SC2154 # bats sets status, output and stderr

load ../../support/common
load ../../support/states

setup() {
    require_root
}

# A user who may change identity, and whom no capability helps to read a file.
CHANGES=$(mask SETUID SETGID SETPCAP)
CHANGER=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted "$CHANGES"
    --inheritable "$CHANGES" --ambient "$CHANGES" --)

@test "a group file that exists and cannot be read is no empty one" {
    printf 'root:x:0:\nwww-data:x:33:\nadm:x:4:www-data\n' >"$PUBLIC/group"
    attempt with_users /etc/passwd "$PUBLIC/group" -- "$CAPWRAP" --user www-data -- "$PROBE"
    assert_line groups=4,33
    chmod 000 "$PUBLIC/group"
    attempt with_users /etc/passwd "$PUBLIC/group" -- \
        "${CHANGER[@]}" "$CAPWRAP" --user www-data -- "${MARKED[@]}"
    refused groups 'cannot be read: Permission denied'
}

@test "a passwd file that exists and cannot be read hides no user and no HOME" {
    cp /etc/passwd "$PUBLIC/passwd"
    chmod 000 "$PUBLIC/passwd"
    for user in www-data 33:33; do
        attempt with_users "$PUBLIC/passwd" /etc/group -- \
            "${CHANGER[@]}" "$CAPWRAP" --user "$user" -- "${MARKED[@]}"
        refused user 'cannot be read: Permission denied'
    done
}

@test "without a passwd file a number is a user without an entry" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt unshare --mount --propagation private -- /bin/bash -c '
        mkdir -p "$1/etc" && cp -a /etc/. "$1/etc" && rm "$1/etc/passwd" "$1/etc/group" &&
            mount --bind "$1/etc" /etc && shift && exec "$@"' sh "$PUBLIC" \
        "$CAPWRAP" --user 33:33 -- "$PROBE" --only euid,egid,groups,home,user
    assert_success
    assert_output "$(printf 'euid=33\negid=33\ngroups=33\nhome=/\nuser=unset')"
}

@test "numbers with --no-login-env ask no database" {
    chmod 000 "$(cp /etc/passwd "$PUBLIC/passwd" && echo "$PUBLIC/passwd")"
    attempt with_users "$PUBLIC/passwd" "$PUBLIC/passwd" -- "$CAPWRAP" --user 1000:1000 --no-login-env \
        -- "$PROBE" --only euid
    assert_output euid=1000
}

@test "a lie about the caller's effective group is not handed on to the program" {
    for call in geteuid getegid; do
        attempt "$SUPPORT_BIN/seccomp-errno" "$call" 0 "${CHANGER[@]}" "$CAPWRAP" --groups none -n -- \
            "$PROBE"
        assert_success
        assert_line rgid=1000
        assert_line groups=1000
    done
    attempt "$SUPPORT_BIN/seccomp-errno" getresuid 0 "${CHANGER[@]}" "$CAPWRAP" -- "${MARKED[@]}"
    refused start 'user ids'
}

@test "a rehearsal takes no notice of an inherited SIGCHLD that is ignored" {
    attempt env --ignore-signal=CHLD "$CAPWRAP" --dry-run --json --user nobody -n -- /bin/true
    assert_success
    assert_equal "$(jq -s 'length' <<<"$output")" 1
    assert_equal "$(jq -r .outcome <<<"$output")" ok
}

@test "a refusal whose reader has gone away keeps its exit status" {
    # shellcheck disable=SC2016 # expands in the inner shell
    run bash -c '{ sleep 0.2; "$1" --user no-such-user -- true 2>&1; echo $? >"$2"; } | true' \
        sh "$CAPWRAP" "$PUBLIC/status"
    assert_equal "$(cat "$PUBLIC/status")" 125
}

@test "a note whose reader has gone away keeps no program from starting" {
    # shellcheck disable=SC2016 # expands in the inner shell
    run bash -c '{ sleep 0.2; "$1" --uid 1000 --gid 1000 --groups none -- "$2" -- "$3" --marker "$4" 2>&1; } |
        true' sh "$START_AS" "$CAPWRAP" "$PROBE" "$MARKER"
    [ -e "$MARKER" ]
}

@test "the program inherits SIGPIPE as it was, with a note and without" {
    for signal in default ignore; do
        attempt as_user 1000 1000 -- env "--$signal-signal=PIPE" "$CAPWRAP" -- \
            grep SigIgn: /proc/self/status
        noted
        local ignored=$((16#${output##*[[:space:]]} >> 12 & 1))
        [[ $signal == default && $ignored == 0 ]] || [[ $signal == ignore && $ignored == 1 ]]
    done
}

@test "setgroups refused by a sandbox is not blamed on /proc/self/setgroups" {
    attempt "$SUPPORT_BIN/seccomp-errno" setgroups EPERM "$CAPWRAP" --user nobody -- "${MARKED[@]}"
    refused groups 'setgroups, to 1 groups? from 65534 to 65534: Operation not permitted'
    hint_says 'seccomp'
    run ! hint_says '--groups keep'
}

@test "descriptors above 1024 are closed too, and a lie about it is noticed" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt bash -c 'ulimit -n 4096; exec 2000</etc/shadow; exec "$@"' sh \
        "$CAPWRAP" --close-fds -- bash -c '[ ! -e /proc/self/fd/2000 ] && echo closed'
    assert_output closed
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt bash -c 'ulimit -n 4096; exec 2000</etc/shadow; exec "$@"' sh \
        "$SUPPORT_BIN/seccomp-errno" close_range 0 "$CAPWRAP" --close-fds -- "${MARKED[@]}"
    refused fds
}

@test "the program's file capabilities disarm an inherited parent-death signal: a note, or a refusal" {
    install -m 755 "$PROBE" "$PUBLIC/target"
    setcap cap_net_bind_service=ep "$PUBLIC/target"
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --user nobody --keep NET_BIND_SERVICE -- \
        "$PUBLIC/target" --only pdeathsig
    noted 'parent-death signal'
    assert_output pdeathsig=0
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --strict --user nobody \
        --keep NET_BIND_SERVICE -- "$PUBLIC/target" --marker "$MARKER"
    refused program
    attempt "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --user nobody --keep NET_BIND_SERVICE -- \
        "$PROBE" --only pdeathsig
    quiet
    assert_output pdeathsig=15
}

@test "a folder in PATH that the new user cannot search holds nothing: 127" {
    mkdir -m 700 "$PUBLIC/private"
    attempt -127 env PATH="$PUBLIC/private:/usr/bin:/bin" "$CAPWRAP" --user nobody -- no-such-program
    failed_with 127 program 'no-such-program: not found'
}

@test "an interpreter that is a loop of symbolic links: 126" {
    ln -s loop "$PUBLIC/loop"
    printf '#!%s\n' "$PUBLIC/loop" >"$PUBLIC/script"
    chmod 755 "$PUBLIC/script"
    attempt "$CAPWRAP" --user nobody -- "$PUBLIC/script"
    failed_with 126 program "$ELOOP"
}

@test "groups that are right but for a repetition need no privilege" {
    attempt "$START_AS" --uid 1000 --gid 1000 --groups 1000,1000 -- "$CAPWRAP" --user 1000:1000 -n -- "$PROBE"
    assert_success
    assert_line euid=1000
}

@test "inside a user namespace an id that only reads as right brings a new session keyring" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt "$START_AS" --new-session-keyring-with-key secret -- \
        "$SUPPORT_BIN/in-userns" --as 2000,2000 --uid-map 65534,3000,1 --gid-map 65534,3000,1 \
        --keep-caps sh -c '"$1" --only session_keyring; exec "$2" --user 65534:65534 --groups keep -n -- \
            "$1" --only session_keyring' sh "$PROBE" "$CAPWRAP"
    assert_success
    assert_equal "${#lines[@]}" 2
    [ "${lines[0]%%,*}" != "${lines[1]%%,*}" ]
}
