#!/usr/bin/env bats
# The decisions (what to reach, what differs, what execve will make of it, how to say no) are pure:
# their objects reach no system call, because they refer to nothing but each other and a handful of
# functions of the C library that work on memory alone.

setup_file() {
    OBJECTS="$BUILD_DIR/src/CMakeFiles/capwrap_core.dir/core"
    export OBJECTS
}

# What else may be referred to: memory and text, stack protector, sanitizers, coverage counters.
allowed() {
    cat <<'END'
memcpy
memmove
memset
memcmp
strlen
strcmp
strcpy
snprintf
vsnprintf
__memcpy_chk
__memmove_chk
__memset_chk
__snprintf_chk
__vsnprintf_chk
__stack_chk_fail
__popcountdi2
_GLOBAL_OFFSET_TABLE_
END
}

# The undefined symbols of the objects that neither the list nor the objects themselves explain.
unexplained() {
    {
        nm --undefined-only --format=just-symbols "$@"
    } | grep -vE '^$|:$' | grep -vE '^__(asan|ubsan|gcov)_' | sort -u |
        comm -23 - <({ allowed; nm --defined-only --extern-only --format=just-symbols "$@"; } |
            grep -vE '^$|:$' | sort -u)
}

@test "plan, cred and fail refer to no system call" {
    cd "$OBJECTS"
    nm --defined-only plan.c.o | grep -w plan_make
    nm --defined-only cred.c.o | grep -w cred_after_exec
    nm --defined-only fail.c.o | grep -w fail_set
    run unexplained plan.c.o cred.c.o fail.c.o
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "the search of capwrap-learn refers to no system call" {
    cd "$BUILD_DIR/src/CMakeFiles/capwrap_learn.dir/learn"
    nm --defined-only search.c.o | grep -w search_run
    run unexplained search.c.o
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "an object that does reach the kernel is found out" {
    cd "$OBJECTS"
    run unexplained observe.c.o
    echo "$output"
    grep -qx sys_get_uids <<<"$output"
}
