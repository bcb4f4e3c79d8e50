#!/usr/bin/env bats
# Standard streams that are closed, or whose reader has exited.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

setup() {
    require_root
}

# with_closed FDS CMD...: CMD with these of the descriptors 0 to 2 closed
with_closed() {
    local close=() fd
    for fd in $1; do close+=(--close "$fd"); done
    shift
    "$START_AS" "${close[@]}" -- "$@"
}

# The subsets of descriptors 0 to 2.
SUBSETS=('' '0' '1' '2' '0 1' '0 2' '1 2' '0 1 2')

# written_by_capwrap TRACE: the files that it wrote to, one a line (but for the counts of a coverage
# build)
written_by_capwrap() {
    sed -n '/execve("[^"]*capwrap"/,$p' "$1" |
        sed -nE 's/^(write|writev|pwrite64|pwritev2?|sendto|sendmsg)\([0-9]+<([^>]*)>.* = [1-9][0-9]*$/\2/p' |
        without_counts | sort -u
}

# refusal_lands CLOSED STATUS ARG...: capwrap ARG... exits with STATUS; its messages are written to the
# caller's standard error if that is open, and to no other file.
refusal_lands() {
    local closed=$1 wanted=$2 status=0 expected='' close=() fd
    shift 2
    for fd in $closed; do close+=(--close "$fd"); done
    : >"$PUBLIC/stderr"
    strace -y -qq -o "$PUBLIC/trace" "$START_AS" --open "2=$PUBLIC/stderr" \
        "${close[@]}" -- "$CAPWRAP" "$@" \
        </dev/null >/dev/null 2>&1 || status=$?
    assert_equal "closed:$closed status:$status" "closed:$closed status:$wanted"
    [[ $closed == *2* ]] || expected=$PUBLIC/stderr
    assert_equal "closed:$closed $(written_by_capwrap "$PUBLIC/trace")" "closed:$closed $expected"
    [[ $closed == *2* ]] || grep -q '^capwrap: ' "$PUBLIC/stderr"
    did_not_run
}

@test "the program finds the standard streams open or closed as the caller had them" {
    # shellcheck disable=SC2016 # expanded by the program
    local inspect='open=; for fd in 0 1 2; do [ ! -e /proc/self/fd/$fd ] || open="$open $fd"; done
        echo "open:$open" >"$0"'
    for closed in "${SUBSETS[@]}"; do
        rm -f "$PUBLIC/found" "$PUBLIC/expected"
        with_closed "$closed" /bin/sh -c "$inspect" "$PUBLIC/expected"
        with_closed "$closed" "$CAPWRAP" --user 1000:1000 -- /bin/sh -c "$inspect" "$PUBLIC/found"
        assert_equal "closed:$closed $(cat "$PUBLIC/found")" \
            "closed:$closed $(cat "$PUBLIC/expected")"
    done
    assert_equal "$(cat "$PUBLIC/expected")" open: # the last one: all three closed
}

@test "capwrap opens closed standard streams with descriptors that cannot be written" {
    for closed in "${SUBSETS[@]}"; do
        local close=() fd
        for fd in $closed; do close+=(--close "$fd"); done
        strace -qq -o "$PUBLIC/trace" -e trace=?open,openat,execve "$START_AS" "${close[@]}" \
            -- "$CAPWRAP" --user nobody -- true
        run sed -nE 's/^open(at)?\(.*"\/", .*O_PATH.* = ([0-9]+)$/\2/p' "$PUBLIC/trace"
        assert_equal "${output//$'\n'/ }" "$closed"
    done
}

@test "with closed standard streams an error message is written to no file" {
    output=
    for closed in "${SUBSETS[@]}"; do
        refusal_lands "$closed" 125 --user nobody-of-this-name -- "${MARKED[@]}"
        refusal_lands "$closed" 125 --user nobody --keep 63 -- "${MARKED[@]}"
        refusal_lands "$closed" 127 --user nobody -- "$PUBLIC/missing"
        refusal_lands "$closed" 125 --unknown-option
    done
}

@test "with closed standard streams notes and the steps of --verbose are written to no file" {
    output=
    for closed in "${SUBSETS[@]}"; do
        refusal_lands "$closed" 127 -v --no-new-privs --user nobody -- "$PUBLIC/missing"
    done
}

@test "with closed standard output --help, --version and --list-caps fail and write to no file" {
    for option in --help --version --list-caps; do
        run with_closed 1 strace -y -qq -o "$PUBLIC/trace" "$CAPWRAP" $option
        assert_equal "$option $status" "$option 125"
        refute_output --partial capng
    done
}

@test "a refusal keeps its exit status if the reader of standard error has exited" {
    # shellcheck disable=SC2016 # expands in the inner shell
    run bash -c '{ sleep 0.2; "$1" --user no-such-user -- true 2>&1; echo $? >"$2"; } | true' \
        sh "$CAPWRAP" "$PUBLIC/status"
    assert_equal "$(cat "$PUBLIC/status")" 125
}

@test "a program with a note is started if the reader of standard error has exited" {
    # shellcheck disable=SC2016 # expands in the inner shell
    run bash -c '{ sleep 0.2; "$1" --uid 1000 --gid 1000 --groups none -- "$2" -- "$3" --marker "$4" 2>&1; } |
        true' sh "$START_AS" "$CAPWRAP" "$PROBE" "$MARKER"
    [ -e "$MARKER" ]
}
