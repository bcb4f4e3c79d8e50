#!/usr/bin/env bats
# --assert=PID in namespaces: what cannot be determined is refused.

# shellcheck disable=SC2154 # bats sets output, status and stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    cd "$PUBLIC" || return
}

teardown() {
    end_background
}

@test "the /proc of another PID namespace is refused, whether that is a parent or a child" {
    local pid
    for pid in 1 2 $$; do
        attempt unshare --pid --fork -- "$CAPWRAP" --assert="$pid" --keep all
        refused assert 'of another pid namespace'
        hint_says 'mount the /proc'
        assert_output ''
    done
    in_background unshare unshare --mount --pid --fork --mount-proc --kill-child -- \
        "$CAPWRAP" -q --user 1000:1000 -n -- sleep 300
    pid=$(child_of "${BACKGROUND[0]}" sleep)
    attempt nsenter --mount --target "$pid" -- "$CAPWRAP" --assert=1 --user 1000:1000 -n
    refused assert 'of another pid namespace'
    # From above and from inside it is the same process.
    attempt "$CAPWRAP" --assert="$pid" --user 1000:1000 -n
    assert_success
    attempt nsenter --mount --pid --target "$pid" -- "$CAPWRAP" --assert=1 --user 1000:1000 -n
    assert_success
    assert_line 'process 1 (sleep): as asked'
}

@test "without /proc --status is refused" {
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt unshare --mount -- /bin/sh -c 'mount -t tmpfs none /proc && "$1" --assert=1' sh "$CAPWRAP"
    refused assert '/proc does not tell whose numbers it shows'
    assert_equal "${stderr_lines[1]}" '  hint: mount it: mount -t proc proc /proc'
    assert_output ''
}

@test "a process in another user namespace is refused, and is shown from inside it" {
    FROM=("$SUPPORT_BIN/in-userns" --keep-caps --uid-map "0,100000,65536"
        --gid-map "0,100000,65536" --)
    in_background in-userns "${FROM[@]}" "$CAPWRAP" -q --user 33:33 --keep NET_RAW -n -- sleep 300
    local pid
    pid=$(child_of "${BACKGROUND[0]}" sleep)
    attempt "$CAPWRAP" --assert="$pid" --user 33:33 --keep NET_RAW -n
    refused assert "process $pid is in another user namespace"
    hint_says 'nsenter --user --preserve-credentials --target'
    assert_output ''
    attempt as_user 2000 2000 -- "$CAPWRAP" --assert="$pid" --user 33:33 # only the maps are readable
    refused assert 'in another user namespace'
    attempt nsenter --user --preserve-credentials --target "$pid" -- \
        "$CAPWRAP" --assert="$pid" --user 33:33 --keep NET_RAW -n
    assert_success
    attempt nsenter --user --preserve-credentials --target "$pid" -- "$CAPWRAP" --assert=$$ --keep all
    refused assert 'in another user namespace'
}

@test "an ID that reads as the overflow ID may be an unmapped one, and is refused" {
    local args
    FROM=("$SUPPORT_BIN/in-userns" --uid-map "0,100000,65536" --gid-map "0,100000,65536" --)
    for args in '--user 65534:33' '--user 33:65534' '--user 33:33 --groups 65534'; do
        # shellcheck disable=SC2086 # words
        attempt "${FROM[@]}" /bin/sh -c '"$@" --assert=$$' sh "$CAPWRAP" $args
        refused assert 'reads as unmapped ones do'
        hint_says 'in a user namespace that maps every id'
        assert_output ''
    done
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt "${FROM[@]}" /bin/sh -c '"$@" --assert=$$ --keep all' sh "$CAPWRAP" --user 33:33
    assert_failure 1
    # shellcheck disable=SC2016
    attempt /bin/sh -c '"$@" --assert=$$ --keep all' sh "$CAPWRAP" --user 65534:65534
    assert_failure 1
}
