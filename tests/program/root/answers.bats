#!/usr/bin/env bats
# Answers that no kernel gives of itself, put in its mouth by strace one at a time: capwrap refuses, in
# the step that asked. (The sweep in tests/attack/faults does so for every call; here each case says what is
# to come of it.)

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

setup() {
    require_root
    cp "$PROBE" "$PUBLIC/probe"
    chmod 755 "$PUBLIC/probe"
}

# answering CALLS:ANSWER [PATH] -- COMMAND...: COMMAND, where these system calls are answered like
# that; with PATH only those about this file. STATUS: 127, when that is to be the end.
answering() {
    local inject=(-e "inject=$1")
    shift
    if [[ $1 != -- ]]; then
        inject+=(-P "$1")
        shift
    fi
    shift
    attempt ${STATUS:+"-$STATUS"} strace -qq -o /dev/null "${inject[@]}" "$@"
}

as_nobody() {
    answering "$1" -- "$CAPWRAP" --user nobody --keep NET_RAW "${@:2}" -- "${MARKED[@]}"
}

@test "ids that cannot be read, or are not there in the answer, are refused" {
    as_nobody getresuid:error=EPERM:when=1
    refused start 'user ids'
    as_nobody getresuid:retval=0:when=1
    refused start "user ids: $EIO"
    as_nobody setfsuid:retval=4294967295:when=1
    assert_equal "$status" 125
    assert_regex "$stderr" "user ids: $EIO" # and a warning of strace
    did_not_run
    as_nobody setfsuid:error=EPERM:when=1
    refused start 'user ids: Operation not permitted'
    as_nobody getresgid:error=EPERM:when=1
    refused start 'group ids'
}

@test "a capability set with more than yes and no is refused" {
    as_nobody prctl:retval=2
    refused start 'bounding set'
}

@test "a session keyring that is not the one in force is refused" {
    as_nobody keyctl:retval=0:when=2
    refused keyring "$EIO"
    as_nobody keyctl:retval=12345:when=2
    refused keyring "$EIO"
    as_nobody keyctl:error=EPERM:when=2
    refused keyring 'Operation not permitted'
    as_nobody keyctl:error=EDQUOT:when=2
    refused keyring '[Qq]uota'
}

@test "descriptors that could not be closed, or only seemingly were, are a refusal" {
    as_nobody close_range:retval=0 --close-fds
    refused fds "$EIO"
    as_nobody close_range:error=ENOSYS --close-fds
    refused fds 'not implemented'
    # fcntl(2, F_DUPFD_CLOEXEC) and EMFILE; by the x86_64's number, as C libraries call fcntl more often.
    attempt "$SUPPORT_BIN/seccomp-errno" 72:2:1030 24 \
        "$CAPWRAP" --user nobody --close-fds -- "${MARKED[@]}"
    refused fds '(Too many open files|No file descriptors available)'
}

@test "a closed standard descriptor that cannot be held is a refusal" {
    answering '?open,openat:error=EMFILE' / -- "$START_AS" --close 1 -- "$CAPWRAP" -- "${MARKED[@]}"
    refused start 'descriptor 1 is closed and cannot be held'
}

# Whether stat(3) hands its caller's buffer to the kernel. musl has one of its own, and hands on what
# stood there before when nothing was written into it.
stat_is_direct() {
    grep -q GLIBC "$CAPWRAP"
}

@test "a standard stream about which nothing is told is not handed over, and nothing runs" {
    local call
    : >"$PUBLIC/stream"
    for call in fstatfs:error=EIO fstatfs:retval=0 '?fstat,newfstatat:error=EIO' \
        '?fstat,newfstatat:retval=0'; do
        echo "case: $call"
        answering "$call" "$PUBLIC/stream" -- "$START_AS" --open "0=$PUBLIC/stream" -- \
            "$CAPWRAP" --user nobody --chown-stdio -- "${MARKED[@]}"
        assert_equal "$(stat -c %u "$PUBLIC/stream")" 0
        # Made up, it may seem to be a stream; fstatfs still says that it is no pipe, and it stays.
        [[ $call != *fstat,*retval=0 ]] || stat_is_direct || continue
        refused stdio "descriptor 0: $EIO"
    done
}

@test "a program about which nothing is told is refused" {
    local call
    for call in statfs:error=EIO statfs:retval=0; do
        echo "case: $call"
        answering "$call" "$PUBLIC/probe" -- "$CAPWRAP" --user nobody -- "$PUBLIC/probe"
        refused program 'cannot be looked up'
    done
    echo 'case: stat'
    answering '?stat,newfstatat:retval=0' "$PUBLIC/probe" -- \
        "$CAPWRAP" --user nobody -- "$PUBLIC/probe"
    if stat_is_direct; then
        refused program 'cannot be looked up'
    else # made up, it may seem to be one that cannot be executed
        [[ $status == 126 ]] || assert_equal "$status" 125
        failed_with "$status" program
    fi
    for call in read:retval=5 read:error=EIO; do
        echo "case: $call"
        answering "$call" "$PUBLIC/probe" -- "$CAPWRAP" --user nobody -- "$PUBLIC/probe"
        refused program 'its interpreter is not known'
    done
}

@test "without faccessat2 the mode bits say what can be executed" {
    answering faccessat2:error=ENOSYS "$PUBLIC/probe" -- "$CAPWRAP" --user nobody -- "$PUBLIC/probe"
    assert_success
    assert_line ruid=65534
    chmod 644 "$PUBLIC/probe"
    answering faccessat2:error=ENOSYS "$PUBLIC/probe" -- "$CAPWRAP" --user nobody -- "$PUBLIC/probe"
    failed_with 126 program
    rm "$PUBLIC/probe"
    STATUS=127 answering faccessat2:error=ENOSYS "$PUBLIC/probe" -- "$CAPWRAP" --user nobody -- "$PUBLIC/probe"
    failed_with 127 program
}

@test "capabilities that the library has not heard of are a refusal" {
    attempt unshare --mount --propagation private -- /bin/bash -c '
        mount --bind /proc/sys/kernel/randomize_va_space /proc/sys/kernel/cap_last_cap || exit 99
        exec "$@"' - "$CAPWRAP" --user nobody --keep NET_RAW -- "${MARKED[@]}"
    refused '(effective|working-caps)' '[Nn]ot supported'
}

@test "an overflow id that is not one number on one line is not believed" {
    printf '12' >"$PUBLIC/no-line"
    printf '1\n2\n' >"$PUBLIC/two-lines"
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt unshare --mount --propagation private -- /bin/bash -c '
        mount --bind "$1" /proc/sys/kernel/overflowuid &&
            mount --bind "$2" /proc/sys/kernel/overflowgid || exit 99
        shift 2
        exec "$@"' - "$PUBLIC/no-line" "$PUBLIC/two-lines" "$CAPWRAP" --user 0:0 -- "$PROBE"
    assert_success
    assert_line ruid=0
}

@test "a terminal of another session stays whoever's it is" {
    attempt script -qec "setsid -w $CAPWRAP --user nobody --chown-stdio -- stat -Lc %u /proc/self/fd/0" \
        /dev/null </dev/null
    assert_success
    assert_output --partial 0
    refute_output --partial 65534
}

@test "what is on devpts and no terminal stays whoever's it is" {
    local file
    for file in /dev/pts /dev/pts/ptmx; do
        echo "case: $file"
        attempt "$START_AS" --open "0=$file" -- "$CAPWRAP" --user nobody --chown-stdio -- \
            stat -Lc %u /proc/self/fd/0
        assert_success
        assert_output 0
    done
}
