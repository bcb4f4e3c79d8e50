#!/usr/bin/env bats

@test "cppcheck finds nothing in src and tests" {
    cd "$SRC_DIR"
    # Everything here has one thread.
    local reentrant=(--suppress={getpwnam,getpwuid,getgrnam,getgrgid,strtok}Called)
    command -v cppcheck
    run cppcheck --quiet --enable=warning,style,performance,portability --inline-suppr \
        --std=c11 --library=posix,gnu --error-exitcode=1 -j "$(nproc)" \
        "${reentrant[@]}" -D_GNU_SOURCE -DCAPWRAP_VERSION='"0"' -I src -I tests/unit src tests
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "cppcheck finds a null pointer that is followed" {
    echo 'int f(int *p) { if (p == 0) return *p; return 0; }' >"$BATS_TEST_TMPDIR/null.c"
    run cppcheck --quiet --enable=warning --error-exitcode=1 "$BATS_TEST_TMPDIR/null.c"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *nullPointer* ]]
}
