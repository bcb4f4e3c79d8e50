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
    [ "${#files[@]}" -gt 10 ]
    run tests/source/lint/tidy "$BUILD_DIR" "$checks" "${files[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 1 ]
    [[ $output == "${#files[@]} files, "* ]]
}

@test "clang-tidy finds nothing in src" {
    tidy '' src
}

# The analyzer, which follows every path, takes most of the time; it checks the tests in the nightly tier.
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

# a_project [FOLDER]: a C file that is clean, with a header, and its build: in that directory of the test.
a_project() {
    mkdir -p "$BATS_TEST_TMPDIR/${1-}"
    cd "$BATS_TEST_TMPDIR/${1-}" || return
    export CAPWRAP_TEST_CACHE=$BATS_TEST_TMPDIR/cache
    unset TIER
    mkdir src
    echo 'int twice(int number);' >src/twice.h
    printf '#include "twice.h"\nint twice(int number) { return 2 * number; }\n' >src/twice.c
    jq --null-input --arg folder "$PWD" \
        '[{directory: $folder, file: "src/twice.c", command: "cc -std=c17 -o twice.o -c src/twice.c"}]' \
        >compile_commands.json
}

# tells STATUS LINE: what tidy, or TIDY, does with that file, and its last line.
tells() {
    run "${TIDY:-$SRC_DIR/tests/source/lint/tidy}" . "${CHECKS-}" src/twice.c
    echo "$output"
    [ "$status" -eq "$1" ]
    [ "${lines[-1]}" = "$2" ]
}

@test "a clean file is checked again only if it or a file that it includes has changed" {
    a_project
    tells 0 '1 files, 1 read'
    tells 0 '1 files, 0 read'
    CHECKS='-cert-*' tells 0 '1 files, 1 read'
    echo '#define UNUSED 1' >>src/twice.h
    tells 0 '1 files, 1 read'
    sed -i 's/-std=c17/-std=c11/' compile_commands.json
    tells 0 '1 files, 1 read'
    TIER=nightly tells 0 '1 files, 1 read'
}

@test "a file that was clean in one checkout is checked in another only if it differs there" {
    local folder
    for folder in one two; do
        a_project "$folder"
        mkdir -p tests/source/lint
        cp "$SRC_DIR/tests/source/lint/tidy" tests/source/lint/
        cp "$SRC_DIR/.clang-tidy" .
    done
    cd "$BATS_TEST_TMPDIR/one"
    TIDY=tests/source/lint/tidy tells 0 '1 files, 1 read'
    cd "$BATS_TEST_TMPDIR/two"
    TIDY=tests/source/lint/tidy tells 0 '1 files, 0 read'
    echo '#define UNUSED 1' >>src/twice.h
    TIDY=tests/source/lint/tidy tells 0 '1 files, 1 read'
}

@test "a finding is reported in each run, in headers too, and an unreadable file is a finding" {
    a_project
    tells 0 '1 files, 1 read'
    echo 'static inline int f(int *p) { if (p == 0) return *p; return 0; }' >>src/twice.h
    echo 'int g(void) { return f(0); }' >>src/twice.c
    tells 1 '1 files, 1 read'
    [[ $output == *core.NullDereference* ]]
    tells 1 '1 files, 1 read'
    [[ $output == *core.NullDereference* ]]
    echo '#include "absent.h"' >src/twice.c
    tells 1 '1 files, 1 read'
    tells 1 '1 files, 1 read'
}
