#!/usr/bin/env bats
# docs/known-failures-details.md: what it says about tests and other tools, and the rows that no other file
# covers.

# shellcheck disable=SC2016,SC2154 # quoted words expand in an inner shell; run sets stderr
load ../../support/common

COMPARE=$SRC_DIR/tests/attack/known-failures/compare
PAGE=$SRC_DIR/docs/known-failures-details.md

setup() {
    require_root
}

# ---- the page ----

@test "the page has every row, names existing tests, and names tools as its table does" {
    run "$SRC_DIR/tests/attack/known-failures/check-page" "$SRC_DIR"
    assert_success
    refute_output
}

@test "capwrap is right in every row of the table, and the other tools are as it says" {
    run "$COMPARE" --check "$PAGE"
    assert_success
}

# ---- rows ----

@test "under no_new_privs a file capability that is permitted at the start is not gained" {
    install -m 755 "$PROBE" "$PUBLIC/with-net-raw"
    setcap cap_net_raw=ep "$PUBLIC/with-net-raw"
    raw=$(mask NET_RAW)
    from=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --permitted "$raw" --effective "$raw"
        --inheritable "$raw" --ambient "$raw" --)
    attempt "${from[@]}" "$CAPWRAP" --no-new-privs -- "$PUBLIC/with-net-raw"
    noted bounding
    assert_line "permitted=$(mask)"
    # no_new_privs alone does not prevent it
    attempt "${from[@]}" setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all \
        "$PUBLIC/with-net-raw"
    assert_line "permitted=$raw"
}

# read_by_group_program CMD...: a file that is closed to group 1000 is read, below CMD, by a
# set-group-ID program of another group.
read_by_group_program() {
    install -m 2755 -g 2000 /bin/cat "$PUBLIC/cat"
    install -m 604 -g 1000 /dev/null "$PUBLIC/closed"
    echo secret >"$PUBLIC/closed"
    attempt "$@" /bin/sh -c 'exec "$0" "$1"' "$PUBLIC/cat" "$PUBLIC/closed"
}

@test "a set-group-ID program does not open what the mode forbids the program's own group" {
    read_by_group_program "$CAPWRAP" --user 1000:1000 --groups none --
    assert_failure 1
    refute_output --partial secret
    # with an empty list it succeeds
    read_by_group_program setpriv --reuid=1000 --regid=1000 --clear-groups
    assert_output secret
}

# lookup_with_failed_read N: the user's groups, with the Nth read of the group file failing
lookup_with_failed_read() {
    with_users "$PUBLIC/passwd" "$PUBLIC/group" -- \
        strace -f -qq -o /dev/null -P /etc/group -e inject=read:error=EIO:when="$1" \
        "$CAPWRAP" --user web -- "${MARKED[@]}"
}

@test "where a read of the group file fails, whichever it is, the program is not started" {
    echo web:x:1000:1000::/home/web:/bin/sh >"$PUBLIC/passwd"
    { for ((id = 5000; id < 6000; id++)); do echo "g$id:x:$id:"; done; echo logs:x:4000:web; } \
        >"$PUBLIC/group"
    for ((read = 1; ; read++)); do
        rm -f "$MARKER"
        attempt lookup_with_failed_read "$read"
        [[ $status != 0 ]] || break # no read of that number
        refused '(user|groups)'
    done
    assert_line groups=1000,4000
    [[ $read -gt 4 ]] || fail "only $((read - 1)) reads failed"
}

@test "setresuid reports success and does nothing: the program is not started" {
    attempt strace -f -qq -o /dev/null -e inject=setresuid,setreuid,setuid:retval=0 \
        "$CAPWRAP" --user 1000:1000 -- "${MARKED[@]}"
    refused verify
}

@test "setgroups reports success and does nothing: the program is not started" {
    attempt "$START_AS" --groups 4,27 -- strace -f -qq -o /dev/null -e inject=setgroups:retval=0 \
        "$CAPWRAP" --user 1000:1000 -- "${MARKED[@]}"
    refused verify
}

# ---- documented behaviour: it is as described, and the remedy works ----

TYPE='import fcntl, sys, termios
for letter in b"typed by the program\n":
    fcntl.ioctl(0, termios.TIOCSTI, bytes([letter]))'

# what_the_shell_reads CMD...: below a shell on a terminal of its own CMD runs a program that types
# there; then the shell says what it reads. Nobody else types: standard input stays open and silent.
what_the_shell_reads() {
    local words
    printf -v words ' %q' "$@" /usr/bin/python3 -I -S -c "$TYPE"
    mkfifo "$PUBLIC/silence"
    attempt env SHELL=/bin/bash script -qec \
        "set -- $words; \"\$@\"; read -r -t 1 line; echo \"the shell reads: \$line\"" /dev/null \
        <>"$PUBLIC/silence"
}

@test "a program can type into the terminal from which it was started, if the kernel permits it" {
    what_the_shell_reads "$CAPWRAP" --user 1000:1000 --no-new-privs --
    # before Linux 6.2 there is no such setting, and the call works
    case $(cat /proc/sys/dev/tty/legacy_tiocsti 2>/dev/null || echo 1) in
    1) assert_output --partial "the shell reads: typed by the program" ;;
    0)
        assert_output --partial "Input/output error"
        refute_output --partial "the shell reads: typed"
        ;;
    *) fail "dev.tty.legacy_tiocsti is neither 0 nor 1" ;;
    esac
}

@test "a program in a new session cannot type into the terminal" {
    what_the_shell_reads setsid --wait "$CAPWRAP" --user 1000:1000 --no-new-privs --
    assert_output --regexp "Operation not permitted|Input/output error"
    refute_output --partial "the shell reads: typed"
}

# libraries_of CMD...: the file mappings of a program that CMD runs
libraries_of() {
    attempt "$@" /bin/cat /proc/self/maps
    assert_success
    assert_output --partial "[stack]"
}

@test "LD_PRELOAD reaches a program that holds a kept capability, and env -i removes it" {
    export LD_PRELOAD=libm.so.6
    libraries_of "$CAPWRAP" --user 1000:1000 --keep NET_RAW --
    assert_output --partial libm.so.6
    libraries_of env -i "$CAPWRAP" --user 1000:1000 --keep NET_RAW --
    refute_output --partial libm.so.6
}

@test "in a user namespace that it may create, a program holds every capability" {
    from=("$START_AS" --uid 1000 --gid 1000 --groups 1000 --bounding 0 --)
    inside=("${from[@]}" "$CAPWRAP" --no-new-privs -- unshare --user --map-root-user)
    install -m 600 /dev/null "$PUBLIC/of-root"
    if ! as_user 1000 1000 -- unshare --user true; then # some distributions forbid it to users
        attempt "${inside[@]}" "$PROBE"
        assert_failure
        refute_output --partial ruid=
        return
    fi
    attempt "${from[@]}" "$CAPWRAP" --no-new-privs -- "$PROBE" --only permitted,bounding
    assert_output "permitted=$(mask)
bounding=$(mask)"
    attempt "${inside[@]}" "$PROBE" --only permitted,bounding
    assert_success
    assert_equal "$(value_of permitted)" "$(value_of bounding)"
    [[ $(value_of permitted) != "$(mask)" ]]
    # outside they have no effect
    attempt "${inside[@]}" cat "$PUBLIC/of-root"
    assert_failure 1
    assert_regex "$stderr" "Permission denied"
}

@test "user.max_user_namespaces=0 prevents the program from creating a user namespace" {
    attempt "$SUPPORT_BIN/in-userns" --uid-map 0,0,65536 --gid-map 0,0,65536 -- /bin/sh -c '
        echo 0 >/proc/sys/user/max_user_namespaces &&
        exec "$1" --user 1000:1000 --no-new-privs -- unshare --user "$2"' sh "$CAPWRAP" "$PROBE"
    assert_failure
    assert_regex "$stderr" "unshare failed: No space left on device"
    refute_output --partial ruid=
}

GIVE_UP='import os; os.setuid(1000); print("saved uid", os.getresuid()[2])'

@test "a set-user-ID-root child keeps its saved uid of 0 after setuid, and under no_new_privs does not get it" {
    install -m 4755 "$(readlink -f /usr/bin/python3)" "$PUBLIC/python-as-root"
    child=(/usr/bin/env "$PUBLIC/python-as-root" -I -S -c "$GIVE_UP")
    attempt "$CAPWRAP" --user 1000:1000 -- "${child[@]}"
    assert_output "saved uid 0"
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- "${child[@]}"
    assert_output "saved uid 1000"
}

@test "uid 0 without capabilities, or with one, changes root's files, and another user does not" {
    install -m 644 /dev/null "$PUBLIC/passwd"
    write=(/bin/sh -c 'echo changed >"$1"' sh "$PUBLIC/passwd")
    attempt "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- "${write[@]}"
    assert_failure 2
    [[ ! -s $PUBLIC/passwd ]]
    attempt "$CAPWRAP" --keep NET_BIND_SERVICE -- "${write[@]}"
    assert_success
    [[ -s $PUBLIC/passwd ]]
    install -m 600 /dev/null "$PUBLIC/passwd"
    attempt "$CAPWRAP" -- "${write[@]}"
    assert_success
    [[ -s $PUBLIC/passwd ]]
    # what root may do with capabilities only
    attempt "$CAPWRAP" -- chown daemon "$PUBLIC/passwd"
    assert_failure 1
}
