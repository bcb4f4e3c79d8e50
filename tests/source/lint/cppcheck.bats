#!/usr/bin/env bats

# check ARG...: cppcheck with what holds for all.
check() {
    # Everything here has one thread.
    local reentrant=(--suppress={getpwnam,getpwuid,getgrnam,getgrgid,fgetpwent,readdir,strtok}Called)
    # The assertions of tests/source/frama-c are comments to it: variables without a use.
    cd "$SRC_DIR" || return
    command -v cppcheck
    run cppcheck --quiet --inline-suppr --inconclusive --std=c11 --library=posix,gnu \
        --error-exitcode=1 "${reentrant[@]}" -D_GNU_SOURCE -DCAPWRAP_VERSION='"0"' -DCAPWRAP_LIBRARIES='""' -I src -i tests/source/frama-c "$@"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "cppcheck finds nothing in src, at its highest level" {
    # unmatchedSuppression: not everything that is named here occurs in src.
    # missingIncludeSystem: the headers of the system are described by --library.
    # funcArgNamesDifferent: clang-tidy compares the names, and lets l stand for launch.
    # sizeofCalculation: takes the expansion of a macro for one.
    check --enable=all \
        --suppress={unmatchedSuppression,missingIncludeSystem,funcArgNamesDifferent,sizeofCalculation} src
}

@test "cppcheck finds nothing in tests" {
    # tests/source/frama-c: variables that only Frama-C's assertions read.
    check --enable=warning,style,performance,portability -j "$(nproc)" -I tests/unit \
        --suppress={funcArgNamesDifferent,sizeofCalculation} -i tests/source/frama-c tests
}

@test "cppcheck finds a null pointer that is followed" {
    echo 'int f(int *p) { if (p == 0) return *p; return 0; }' >"$BATS_TEST_TMPDIR/null.c"
    run cppcheck --quiet --enable=warning --error-exitcode=1 "$BATS_TEST_TMPDIR/null.c"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *nullPointer* ]]
}
