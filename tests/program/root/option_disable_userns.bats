#!/usr/bin/env bats
# --disable-userns: the program can neither make nor enter a user namespace.

# shellcheck disable=SC2016,SC2034,SC2154 # quoted words expand in an inner shell; run sets stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

WAYS=(unshare unshare_high unshare_more clone clone3 setns setns_any setns_high setns_pidfd
    setns_pidfd_more)

setup() {
    require_root
}

teardown() {
    end_background
}

# other_namespace: the number of a process of uid 1000 in a user namespace of its own is left in $other.
other_namespace() {
    in_background sleep setpriv --reuid 1000 --regid 1000 --clear-groups \
        unshare --user --map-root-user sleep 300
    other=${BACKGROUND[-1]}
}

@test "every way into a user namespace is open without the option" {
    other_namespace
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- "$SUPPORT_BIN/userns-ways" "$other"
    assert_success
    local way
    for way in unshare unshare_more clone clone3 setns setns_any setns_pidfd; do
        assert_line "$way=open"
    done
}

@test "with the option every way is refused, with the errors that the manual page names" {
    other_namespace
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs --disable-userns -- \
        "$SUPPORT_BIN/userns-ways" "$other"
    assert_success
    local way
    for way in "${WAYS[@]}"; do
        [[ $way == clone3 ]] || assert_line "$way=EPERM"
    done
    assert_line clone3=ENOSYS
    assert_equal "${#lines[@]}" "${#WAYS[@]}"
}

# Where the processor does not take the instruction, tests/real/kernels tries it in QEMU.
@test "a 64-bit program is also refused the same calls made as i386 calls" {
    [[ $(uname -m) == x86_64 ]] || return 0
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- "$SUPPORT_BIN/userns-int80"
    assert_success
    local open=$output refused=$'unshare=EPERM\nclone=EPERM\nsetns=EPERM\nsetns_any=EPERM\nclone3=ENOSYS'
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs --disable-userns -- "$SUPPORT_BIN/userns-int80"
    assert_success
    if [[ $open == *=signal* ]]; then
        assert_output "$open"
    else
        assert_equal "$open" $'unshare=done\nclone=done\nsetns=EBADF\nsetns_any=EBADF\nclone3=EINVAL'
        assert_output "$refused"
    fi
}

@test "a kept SYS_ADMIN opens none of them, and the other namespaces stay open to it" {
    other_namespace
    attempt "$CAPWRAP" --user 1000:1000 --keep SYS_ADMIN --no-new-privs --disable-userns -- \
        "$SUPPORT_BIN/userns-ways" "$other"
    refute_line --partial =open
    attempt "$CAPWRAP" --keep SYS_ADMIN --no-new-privs --disable-userns -- \
        unshare -m -n -p -i -u --fork true
    assert_success
}

@test "the program runs in the requested state, also for an ordinary user" {
    runs --user 1000:1000 --keep NET_RAW --no-new-privs --disable-userns -- "$PROBE"
    FROM=("${ORDINARY[@]}" --)
    runs --no-new-privs --disable-userns -- "$PROBE"
    FROM=("${ORDINARY[@]}" --no-new-privs --)
    runs --disable-userns -- "$PROBE"
}

@test "no_new_privs is needed, so that no set-user-ID program runs under the filter" {
    refuses userns need-no-new-privs 'needs no_new_privs' -- --user 1000:1000 --disable-userns
    hint_says 'add --no-new-privs'
    refuses userns need-no-new-privs -- --keep SYS_ADMIN --disable-userns
}

@test "threads, processes, shells and interpreters work under the filter" {
    local under=("$CAPWRAP" --user 1000:1000 --no-new-privs --disable-userns --)
    attempt "${under[@]}" sh -c 'echo $(id -u) | cat; true & wait'
    assert_output 1000
    attempt "${under[@]}" /usr/bin/python3 -c '
import multiprocessing, os, subprocess, threading
done = []
thread = threading.Thread(target=done.append, args=(1,))
thread.start()
thread.join()
print(done, subprocess.check_output(["id", "-u"]), os.popen("id -g").read().strip())
child = multiprocessing.Process(target=print, args=("child",), kwargs={"flush": True})
child.start()
child.join()
os.waitpid(os.posix_spawn("/bin/true", ["true"], {}), 0)
print("spawned")'
    assert_success
    assert_line "[1] b'1000\\n' 1000"
    assert_line spawned
}

@test "a kernel that takes no filter: refused, with the alternative" {
    FROM=("$SUPPORT_BIN/seccomp-errno" prctl:22:2 22) # PR_SET_SECCOMP, SECCOMP_MODE_FILTER: EINVAL
    refuses userns unsupported 'PR_SET_SECCOMP: Invalid argument' -- --no-new-privs --disable-userns
    hint_says 'leave out --disable-userns'
    FROM=("$SUPPORT_BIN/seccomp-errno" prctl:22:2 EPERM)
    refuses userns system-call 'Operation not permitted' -- --no-new-privs --disable-userns
    hint_says 'seccomp filter'
}

@test "a kernel that reports success and sets no filter is noticed" {
    FROM=("$SUPPORT_BIN/seccomp-errno" prctl:22:2 0)
    refuses verify not-as-planned 'a user namespace could still be made or entered' -- \
        --no-new-privs --disable-userns
}

@test "-v notes that user namespaces were already refused before capwrap started" {
    attempt "$CAPWRAP" -v --no-new-privs --disable-userns -- \
        "$CAPWRAP" -v --no-new-privs --disable-userns -- true
    assert_success
    assert_equal "$(grep -c 'note: making and entering user namespaces was refused here already' <<<"$stderr")" 1
}
