#!/usr/bin/env bats
# gcc's own analyzer follows every path through each source file.

analyze() {
    # _FORTIFY_SOURCE would hide the calls behind others.
    gcc -std=c17 -D_GNU_SOURCE= -D_FILE_OFFSET_BITS=64 -DCAPWRAP_VERSION='"0"' -DCAPWRAP_LIBRARIES='""' -U_FORTIFY_SOURCE \
        -I "$SRC_DIR/src" -O1 -fanalyzer -Wall -Wextra -c "$1" -o /dev/null 2>&1 |
        sed -nE "s|^$SRC_DIR/||; s/^([^ :]+):[0-9]+:[0-9]+: (warning|error): (.*)/\1: \3/p"
}

@test "gcc -fanalyzer finds nothing in src" {
    export LC_ALL=C.UTF-8
    export -f analyze
    mapfile -d '' -t files < <(find "$SRC_DIR/src" -name '*.c' -print0 | sort -z)
    echo "${#files[@]} files"
    [ "${#files[@]}" -gt 10 ]
    # shellcheck disable=SC2016 # expands in the inner shell
    run xargs -0 -n 1 -P "$(nproc)" bash -c 'analyze "$1"' - < <(printf '%s\0' "${files[@]}")
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "gcc -fanalyzer finds a block that is used after it was given back" {
    printf '%s\n' '#include <stdlib.h>' 'int f(int *p);' \
        'int f(int *p) { free(p); return *p; }' >"$BATS_TEST_TMPDIR/used.c"
    run analyze "$BATS_TEST_TMPDIR/used.c"
    echo "$output"
    [[ $output == *Wanalyzer-use-after-free* ]]
}
