#!/usr/bin/env bats
# The checks, and why some are off: .clang-tidy. Headers are seen through the sources.

# tidy CHECKS FOLDER...: every C file in these, with the checks of .clang-tidy and these changes.
# tests/source/frama-c is for Frama-C, whose assertions are comments to clang: variables without a use.
tidy() {
    local checks=$1 files
    shift
    cd "$SRC_DIR" || return
    command -v clang-tidy
    mapfile -d '' -t files < <(find "$@" -path tests/source/frama-c -prune -o -name '*.c' -print0 | sort -z)
    echo "${#files[@]} files"
    [ "${#files[@]}" -gt 10 ]
    run bash -c 'printf "%s\0" "${@:3}" | xargs -0 -n 1 -P "$(nproc)" \
        clang-tidy --quiet -p "$1" --checks="$2" --warnings-as-errors="*" 2>/dev/null' \
        - "$BUILD_DIR" "$checks" "${files[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "clang-tidy finds nothing in src" {
    tidy '' src
}

# The analyzer, which follows every path, takes most of the time; it reads the tests at night.
@test "clang-tidy finds nothing in tests" {
    tidy '-clang-analyzer-*' tests
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
