#!/usr/bin/env bats
# System calls that fail, or return what no kernel returns, by strace or by a seccomp filter: capwrap
# refuses, in the step that made the call. (The sweep in tests/attack/faults does so for every call; here
# each case states the expected result.)

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common
load ../../support/states

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

@test "ids that cannot be read, or are missing from the answer, are refused" {
    as_nobody getresuid:error=EPERM:when=1
    refused start 'user ids'
    as_nobody getresuid:retval=0:when=1
    refused start "user ids: $EIO"
    as_nobody setfsuid:retval=4294967295:when=1
    assert_equal "$status" 125
    assert_regex "$stderr" "user ids: $EIO" # and a warning from strace
    did_not_run
    as_nobody setfsuid:error=EPERM:when=1
    refused start 'user ids: Operation not permitted'
    as_nobody getresgid:error=EPERM:when=1
    refused start 'group ids'
}

@test "a bounding set whose bits are neither 0 nor 1 is refused" {
    as_nobody prctl:retval=2
    refused start 'bounding set'
}

@test "a session keyring that cannot be joined, or is not the new one, is refused" {
    as_nobody keyctl:retval=0:when=2
    refused keyring "$EIO"
    as_nobody keyctl:retval=12345:when=2
    refused keyring "$EIO"
    as_nobody keyctl:error=EPERM:when=2
    refused keyring 'Operation not permitted'
    as_nobody keyctl:error=EDQUOT:when=2
    refused keyring '[Qq]uota'
    # It is done without one where all three calls are blocked, and only there.
    as_nobody keyctl:error=EPERM:when=1..2
    refused keyring 'Operation not permitted'
    as_nobody keyctl:error=ENOSYS:when=1..2
    refused keyring '[Nn]ot implemented'
    as_nobody keyctl:error=EPERM:when=3
    refused keyring "$EIO"
    answering keyctl:error=EPERM:when=1 -- "$CAPWRAP" --user nobody -- "$PROBE" --only session_keyring
    assert_success
    assert_regex "$output" '^session_keyring=[0-9]+,65534$'
}

@test "descriptors that were not closed are refused" {
    as_nobody close_range:retval=0 --close-fds
    refused fds "$EIO"
    # fcntl(2, F_DUPFD_CLOEXEC) and EMFILE; by the x86_64's number, as C libraries call fcntl more often.
    attempt "$SUPPORT_BIN/seccomp-errno" 72:2:1030 24 \
        "$CAPWRAP" --user nobody --close-fds -- "${MARKED[@]}"
    refused fds '(Too many open files|No file descriptors available)'
}

@test "a closed standard stream that cannot be held open is refused" {
    answering '?open,openat:error=EMFILE' / -- "$START_AS" --close 1 -- "$CAPWRAP" -- "${MARKED[@]}"
    refused start 'descriptor 1 is closed and cannot be held'
}

# Whether stat(3) passes its caller's buffer to the kernel. musl has its own, and passes on what
# it contained before if nothing was written to it.
stat_is_direct() {
    grep -q GLIBC "$CAPWRAP"
}

@test "a standard stream whose kind is unknown keeps its owner, and nothing runs" {
    local call
    : >"$PUBLIC/stream"
    for call in fstatfs:error=EIO fstatfs:retval=0 '?fstat,newfstatat:error=EIO' \
        '?fstat,newfstatat:retval=0'; do
        echo "case: $call"
        answering "$call" "$PUBLIC/stream" -- "$START_AS" --open "0=$PUBLIC/stream" -- \
            "$CAPWRAP" --user nobody --chown-stdio -- "${MARKED[@]}"
        assert_equal "$(stat -c %u "$PUBLIC/stream")" 0
        # A false answer may look like a stream; fstatfs still shows that it is not a pipe, and its owner stays.
        [[ $call != *fstat,*retval=0 ]] || stat_is_direct || continue
        refused stdio "descriptor 0: $EIO"
    done
}

@test "a program whose kind is unknown is refused" {
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
    else # a false answer may look like a file that cannot be executed
        [[ $status == 126 ]] || assert_equal "$status" 125
        failed_with "$status" program
    fi
    for call in read:retval=5 read:error=EIO; do
        echo "case: $call"
        answering "$call" "$PUBLIC/probe" -- "$CAPWRAP" --user nobody -- "$PUBLIC/probe"
        refused program 'its interpreter is not known'
    done
}

@test "without faccessat2 the mode bits decide what is executable" {
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

@test "capabilities that the library does not know are refused" {
    attempt unshare --mount --propagation private -- /bin/bash -c '
        mount --bind /proc/sys/kernel/randomize_va_space /proc/sys/kernel/cap_last_cap || exit 99
        exec "$@"' - "$CAPWRAP" --user nobody --keep NET_RAW -- "${MARKED[@]}"
    refused '(effective|working-caps)' '[Nn]ot supported'
}

# In a namespace that does not map every id, a process that reads as the overflow id may be another one:
# to make it root is a change then, with a keyring of its own.
# overflow_id JOINS CMD...: in such a namespace, with CMD before capwrap, it runs as root, and joins a keyring of its
# own or not.
overflow_id() {
    local joins=$1
    shift
    FROM=("$SUPPORT_BIN/in-userns" --uid-map "0,0,70000" --gid-map "0,0,70000" --keep-caps "$@")
    runs --user 0:0 -- "$PROBE"
    assert_line ruid=0
    dry_run --user 0:0 -- "$PROBE"
    assert_equal "$(jq '[.steps[].name] | index("keyring") != null' <<<"$output")" "$joins"
}

@test "an overflow id that is not one number on one line is unknown, and any id may be an unmapped one" {
    local text file bytes
    for text in '65534\n' '12' '1\n2\n' '' 'x1\n' ':\n' '1x\n' '/1\n'; do
        # shellcheck disable=SC2059 # with its line ends
        bytes=$(printf "$text" | od -An -v -tx1 | tr -d ' \n')
        for file in overflowuid overflowgid; do
            echo "case: $file $text"
            overflow_id "$([[ $text == 65534* ]] && echo false || echo true)" \
                strace -f -qq -o /dev/null -P "/proc/sys/kernel/$file" \
                -e "inject=read:retval=$((${#bytes} / 2))${bytes:+:poke_enter=@arg2=$bytes}"
        done
    done
}

@test "an overflow ID that is not read from procfs is unknown" {
    local text file joins
    echo 65534 >"$PUBLIC/file" # what is there, and not on procfs
    for text in "$PUBLIC/file" /proc/sys/kernel/{randomize_va_space,ostype,printk} /proc/{filesystems,uptime}; do
        joins=true
        [[ $text != *randomize_va_space ]] || joins=false
        for file in overflowuid overflowgid; do
            echo "case: $file $text"
            # shellcheck disable=SC2016 # expands in the inner shell
            overflow_id "$joins" unshare --mount --propagation private -- /bin/bash -c '
                mount --bind "$1" "/proc/sys/kernel/$2" || exit 99
                shift 2
                exec "$@"' - "$text" "$file"
        done
    done
}

@test "if the mapping of an ID cannot be read, the result of the calls that set it decides" {
    local in=("$SUPPORT_BIN/in-userns" --uid-map "0,0,70000" --gid-map "0,0,70000" --keep-caps
        strace -qq -o /dev/null -e inject=pipe2:error=EMFILE "$CAPWRAP" --groups 5)
    attempt "${in[@]}" --user 1000:1000 -- "$PROBE"
    is_user 1000 1000 5,1000
    attempt "${in[@]}" --user 1000:80000 -- "${MARKED[@]}"
    refused '(groups|gid)' 'Invalid argument'
    attempt "${in[@]}" --user 80000:1000 -- "${MARKED[@]}"
    refused uid 'Invalid argument'
}

# A user who may change identity.
CHANGES=$(mask SETUID SETGID SETPCAP)
CHANGER=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted "$CHANGES"
    --inheritable "$CHANGES" --ambient "$CHANGES" --)

@test "a wrong answer about the caller's effective ids does not reach the program" {
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

@test "a seccomp filter that blocks a call of the transition is refused, and the call is named" {
    FROM=("$SUPPORT_BIN/seccomp-errno" setresuid EPERM)
    refuses uid system-call setresuid -- --user 1000:1000
    FROM=("$SUPPORT_BIN/seccomp-errno" setresgid EPERM)
    refuses gid system-call setresgid -- --user 1000:1000
    FROM=("$SUPPORT_BIN/seccomp-errno" capset EPERM)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- "${MARKED[@]}"
    refused '(effective|working-caps)' capset
}

@test "setgroups refused by a seccomp filter: the hint names seccomp, not /proc/self/setgroups" {
    attempt "$SUPPORT_BIN/seccomp-errno" setgroups EPERM "$CAPWRAP" --user nobody -- "${MARKED[@]}"
    refused groups 'setgroups, to 1 groups? from 65534 to 65534: Operation not permitted'
    hint_says 'seccomp'
    run ! hint_says '--groups keep'
}
