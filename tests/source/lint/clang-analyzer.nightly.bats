#!/usr/bin/env bats
# The checks of clang-tidy that tests/source/lint/clang-tidy.bats leaves out for the tests, to save time.

@test "the clang analyzer finds nothing in tests" {
    cd "$SRC_DIR"
    mapfile -d '' -t files < <(find tests -path tests/source/frama-c -prune -o -name '*.c' -print0 | sort -z)
    [ "${#files[@]}" -gt 10 ]
    run tests/source/lint/tidy "$BUILD_DIR" \
        '-bugprone-*,-cert-*,-misc-*,-performance-*,-portability-*,-readability-*' "${files[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == "${#files[@]} files, "* ]]
}

@test "the clang analyzer finds a null pointer that is dereferenced" {
    cp "$SRC_DIR/.clang-tidy" "$BATS_TEST_TMPDIR/"
    echo 'int f(int *p); int f(int *p) { if (p == 0) return *p; return 0; }' >"$BATS_TEST_TMPDIR/null.c"
    run clang-tidy --quiet --warnings-as-errors='*' "$BATS_TEST_TMPDIR/null.c" -- -std=c17
    echo "$output"
    [ "$status" -ne 0 ]
    [[ $output == *core.NullDereference* ]]
}
