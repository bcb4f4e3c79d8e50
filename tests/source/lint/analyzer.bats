#!/usr/bin/env bats
# gcc's own analyzer follows every path through each source file.

# false_alarms FILE: the options that turn off what gcc 14 says wrongly of it. gcc 12 knows none of these checks, and
# takes -Wno- with any name.
false_alarms() {
    local checks=()
    case $1 in
    # Descriptors 0 to 2 are taken for the life of the process; where that fails, the process ends.
    src/core/streams.c) checks=(fd-leak) ;;
    # result() takes any answer as a long: that a descriptor goes through it is lost, and the next call counts as one
    # with the same descriptor. What is planted above 2 is there to be closed by close_range(2).
    src/core/sys.c) checks=(fd-leak fd-use-after-close fd-double-close) ;;
    # The second argument of dup3(2), standard output, is the one that it opens.
    src/learn/report/output.c) checks=(fd-leak) ;;
    # A pipe that pipe2(2) has opened is taken for one with descriptors below 0, which are not closed; and a call that
    # fails with error_set() for one that returns 0.
    src/learn/trial/supervise.c) checks=(fd-leak fd-use-without-check) ;;
    esac
    printf '%s\n' "${checks[@]/#/-Wno-analyzer-}"
}

analyze() {
    local off
    mapfile -t off < <(false_alarms "${1#"$SRC_DIR/"}")
    # _FORTIFY_SOURCE would hide the calls behind others.
    gcc -std=c17 -D_GNU_SOURCE= -D_FILE_OFFSET_BITS=64 -DCAPWRAP_VERSION='"0"' -DCAPWRAP_LIBRARIES='""' -U_FORTIFY_SOURCE \
        -I "$SRC_DIR/src" -O1 -fanalyzer -Wall -Wextra ${off[0]:+"${off[@]}"} -c "$1" -o /dev/null 2>&1 |
        sed -nE "s|^$SRC_DIR/||; s/^([^ :]+):[0-9]+:[0-9]+: (warning|error): (.*)/\1: \3/p"
}

@test "gcc -fanalyzer finds nothing in src" {
    export LC_ALL=C.UTF-8
    export -f analyze false_alarms
    mapfile -d '' -t files < <(find "$SRC_DIR/src" -name '*.c' -print0 | sort -z)
    echo "${#files[@]} files"
    [ "${#files[@]}" -gt 10 ]
    # shellcheck disable=SC2016 # expands in the inner shell
    run xargs -0 -n 1 -P "$(nproc)" bash -c 'analyze "$1"' - < <(printf '%s\0' "${files[@]}")
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "gcc -fanalyzer finds a block that is used after it was freed" {
    printf '%s\n' '#include <stdlib.h>' 'int f(int *p);' \
        'int f(int *p) { free(p); return *p; }' >"$BATS_TEST_TMPDIR/used.c"
    run analyze "$BATS_TEST_TMPDIR/used.c"
    echo "$output"
    [[ $output == *Wanalyzer-use-after-free* ]]
}
