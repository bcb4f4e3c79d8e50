#!/usr/bin/env bats
# The checks of clang-tidy that tests/source/lint/clang-tidy.bats leaves out for the tests, to save time.

@test "the clang analyzer finds nothing in tests" {
    cd "$SRC_DIR"
    mapfile -d '' -t files < <(find tests -path tests/source/frama-c -prune -o -name '*.c' -print0 | sort -z)
    echo "${#files[@]} files"
    [ "${#files[@]}" -gt 10 ]
    run bash -c 'printf "%s\0" "${@:2}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy --quiet -p "$1" \
        --checks="-bugprone-*,-cert-*,-misc-*,-performance-*,-portability-*,-readability-*" \
        --warnings-as-errors="*" 2>/dev/null' - "$BUILD_DIR" "${files[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "the clang analyzer finds a null pointer that is followed" {
    cp "$SRC_DIR/.clang-tidy" "$BATS_TEST_TMPDIR/"
    echo 'int f(int *p); int f(int *p) { if (p == 0) return *p; return 0; }' >"$BATS_TEST_TMPDIR/null.c"
    run clang-tidy --quiet --warnings-as-errors='*' "$BATS_TEST_TMPDIR/null.c" -- -std=c17
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *core.NullDereference* ]]
}
