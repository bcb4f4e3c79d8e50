#!/usr/bin/env bats
# An answer that reports a size, and reports more than is possible, is refused before anything is
# read with that size.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

setup() {
    require_root
    cp "$PROBE" "$PUBLIC/probe"
    chmod 755 "$PUBLIC/probe"
    HUGE=707406378
}

# answering CALL:ANSWER [PATH] -- COMMAND...: COMMAND, where these system calls are answered like that;
# with PATH only those about this file: the C library makes some for itself before main. At most 300 MB of memory
# and 20 seconds of CPU time.
answering() {
    local inject=(-e "inject=$1")
    shift
    if [[ $1 != -- ]]; then
        inject+=(-P "$1")
        shift
    fi
    shift
    attempt prlimit --as=300000000 --cpu=20 -- strace -f -qq -o /dev/null "${inject[@]}" "$@"
}

@test "more groups than a process can have are refused" {
    for count in "$HUGE" 65537 2147483647; do
        answering "getgroups:retval=$count" -- "$CAPWRAP" --user 33:33 -- "${MARKED[@]}"
        refused start 'supplementary groups'
        answering "getgroups:retval=$count:when=3" -- "$CAPWRAP" --user 33:33 -- "${MARKED[@]}"
        refused verify 'supplementary groups'
    done
    # as many as there can be are asked for, and are not there
    answering getgroups:retval=65536:when=1 -- "$CAPWRAP" --user 33:33 -- "${MARKED[@]}"
    refused start 'supplementary groups'
}

@test "a program is refused if a read of it returned more bytes than requested" {
    answering "read:retval=$HUGE" "$PUBLIC/probe" -- "$CAPWRAP" --user 33:33 -- "$PUBLIC/probe" \
        --marker "$MARKER"
    refused program 'cannot be read'
}

@test "the content of a file that execve refuses is not used for the error if a read returned more than requested" {
    printf 'no format\n' >"$PUBLIC/text"
    chmod 755 "$PUBLIC/text"
    for answer in "$HUGE" 65; do
        answering "pread64:retval=$answer" "$PUBLIC/text" -- "$CAPWRAP" --user 33:33 -- "$PUBLIC/text"
        failed_with 126 exec 'cannot be executed'
    done
}

@test "no program is named if the link to it is longer than the buffer" {
    for answer in "$HUGE" 4096; do
        answering "readlinkat:retval=$answer" "task/$$/exe" -- "$CAPWRAP" --status=$$
        assert_success
        refute_line --regexp '^  program '
    done
}

@test "file capabilities that are larger than the buffer are refused" {
    answering "getxattr:retval=$HUGE" "$PUBLIC/probe" -- "$CAPWRAP" --user 33:33 -- "$PUBLIC/probe" \
        --marker "$MARKER"
    refused program 'file capabilities'
}

@test "a map of IDs is ignored if a read of it returned more bytes than requested" {
    local in=("$SUPPORT_BIN/in-userns" --uid-map "0,0,70000" --gid-map "0,0,70000" --keep-caps)
    for file in uid_map overflowuid setgroups; do
        attempt "${in[@]}" strace -qq -o /dev/null -e "inject=read:retval=$HUGE" -P "/proc/self/$file" \
            -P "/proc/sys/kernel/$file" "$CAPWRAP" --user 1000:1000 -- "$PROBE"
        is_user 1000 1000 1000
    done
}

@test "a directory of descriptors is refused if a read of it returned more bytes than requested" {
    local numbers=(--user 33:33 --no-login-env --close-fds)
    for answer in "$HUGE" 0 1 1024; do
        answering "getdents64:retval=$answer" -- "$CAPWRAP" "${numbers[@]}" -- "${MARKED[@]}"
        refused fds close_range
        # before and after a lookup by name
        answering "getdents64:retval=$answer" -- "$CAPWRAP" --user www-data -- "$PROBE" --only ruid
        [[ $status == 0 ]] && assert_output "ruid=$(id -u www-data)" || refused user descriptors
    done
}

@test "a directory of threads is refused if a read of it returned more bytes than requested" {
    local option answer
    for option in --status --assert; do
        # when=2: of the threads there are as many as were listed, and no more.
        for answer in "$HUGE" 1 20 1024 {20,1024}:when=2; do
            answering "getdents64:retval=$answer" -- "$CAPWRAP" "$option=$$"
            refused "${option#--}" "/proc/$$ does not tell the whole state: Input/output error"
            assert_output ''
        done
        answering getdents64:retval=0 -- "$CAPWRAP" "$option=$$"
        refused "${option#--}" "process $$ ended while it was read"
    done
}

@test "a directory of binary formats is taken as empty if a read of it returned more bytes than requested" {
    local answer
    printf 'no format\n' >"$PUBLIC/text"
    chmod 755 "$PUBLIC/text"
    for answer in "$HUGE" 1 20 1024 1024:when=2; do
        # Linux 6.14 tells of the format itself, if it is asked.
        attempt prlimit --cpu=20 -- strace -f -qq -o "$PUBLIC/trace" -e trace=execveat,getdents64 \
            -e inject=execveat:error=EINVAL -e "inject=getdents64:retval=$answer" -P "$PUBLIC/text" \
            -P /proc/sys/fs/binfmt_misc "$CAPWRAP" --dry-run --user 33:33 -- "$PUBLIC/text"
        failed_with 126 exec 'a text without a #! line'
        [[ ! -d /proc/sys/fs/binfmt_misc ]] || grep -q 'getdents64.*INJECTED' "$PUBLIC/trace"
    done
}

@test "the static reader refuses a user database if a read of it returned more bytes than requested" {
    # the other build reads through the C library
    ! readelf --program-headers "$CAPWRAP" | grep -q INTERP || return 0
    for file in passwd group; do
        answering "read:retval=$HUGE" "/etc/$file" -- "$CAPWRAP" --user www-data -- "${MARKED[@]}"
        refused "(user|groups)" 'database'
    done
}
