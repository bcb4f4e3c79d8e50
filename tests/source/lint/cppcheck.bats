#!/usr/bin/env bats

# check ARG...: cppcheck with what holds for all.
check() {
    # normalCheckLevelMaxBranches: cppcheck 2.17 says where it follows some branches only, as 2.10 does silently.
    # constParameterCallback: the parameters of a function in a table are the table's.
    # Everything here has one thread.
    local reentrant=(--suppress={getpwnam,getpwuid,getgrnam,getgrgid,fgetpwent,readdir,strtok}Called)
    # The assertions of tests/source/frama-c are comments to it: variables without a use.
    cd "$SRC_DIR" || return
    command -v cppcheck
    run cppcheck --quiet --inline-suppr --inconclusive --std=c11 --library=posix,gnu \
        --suppress={normalCheckLevelMaxBranches,constParameterCallback} --error-exitcode=1 "${reentrant[@]}" \
        -D_GNU_SOURCE -DCAPWRAP_VERSION='"0"' -DCAPWRAP_LIBRARIES='""' -I src -i tests/source/frama-c "$@"
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "cppcheck finds nothing in src, at its highest level" {
    # unmatchedSuppression: not everything that is named here occurs in src.
    # missingIncludeSystem: the headers of the system are described by --library.
    # funcArgNamesDifferent: clang-tidy compares the names, and lets l stand for launch.
    # sizeofCalculation: takes the expansion of a macro for one.
    # checkersReport: how many checks there are is no finding.
    # staticFunction: the unit tests call what no other file of src does.
    # constVariablePointer: munmap(2) takes no pointer to const; three rows of a table are declared as one.
    # nullPointerOutOfMemory: mmap(2) fails with MAP_FAILED, which is asked for.
    # constParameterPointer: pointers of strchr(3) and strtoull(3) into the line change it.
    check --enable=all \
        --suppress={unmatchedSuppression,missingIncludeSystem,funcArgNamesDifferent,sizeofCalculation} \
        --suppress={checkersReport,staticFunction,constVariablePointer:src/{learn/attach/attach,text/nearest}.c} \
        --suppress=nullPointerOutOfMemory:src/learn/{attach/attach,trial/supervise}.c \
        --suppress=constParameterPointer:src/{learn/checks/kallsyms,show/state_parse}.c src
}

@test "cppcheck finds nothing in tests" {
    # tests/source/frama-c: variables that only Frama-C's assertions read.
    # nullPointer...: a test that gets no memory, or cannot open a file, may crash.
    # constParameterPointer: both change what it points to, through other pointers.
    check --enable=warning,style,performance,portability -j "$(nproc)" -I tests/unit \
        --suppress={funcArgNamesDifferent,sizeofCalculation} \
        --suppress=nullPointer{OutOfMemory,ArithmeticOutOfMemory,OutOfResources} \
        --suppress=constParameterPointer:tests/{support/model-ops,unit/test_preflight}.c \
        -i tests/source/frama-c tests
}

@test "cppcheck finds a null pointer that is dereferenced" {
    echo 'int f(int *p) { if (p == 0) return *p; return 0; }' >"$BATS_TEST_TMPDIR/null.c"
    run cppcheck --quiet --enable=warning --error-exitcode=1 "$BATS_TEST_TMPDIR/null.c"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *nullPointer* ]]
}
