#!/usr/bin/env bats
# The checks, and why some are off: .clang-tidy. Headers are seen through the sources.

@test "clang-tidy finds nothing in src and tests" {
    cd "$SRC_DIR"
    command -v clang-tidy
    mapfile -d '' -t files < <(find src tests -name '*.c' -print0 | sort -z)
    echo "${#files[@]} files"
    [ "${#files[@]}" -gt 10 ]
    run bash -c 'printf "%s\0" "${@:2}" |
        xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$1" --warnings-as-errors="*" 2>/dev/null' \
        - "$BUILD_DIR" "${files[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "a function of more than 50 lines is found" {
    cp "$SRC_DIR/.clang-tidy" "$BATS_TEST_TMPDIR/"
    {
        echo 'int long_one(int a);'
        echo 'int long_one(int a) {'
        for _ in {1..50}; do echo '    a += 1;'; done
        echo '    return a;'
        echo '}'
    } >"$BATS_TEST_TMPDIR/long.c"
    run clang-tidy --quiet --warnings-as-errors='*' "$BATS_TEST_TMPDIR/long.c" -- -std=c17
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *readability-function-size* ]]
}
