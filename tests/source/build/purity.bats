#!/usr/bin/env bats
# The decisions (the goal, differences, the effect of execve, the refusals) are pure:
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

# names OBJECT PATTERN: the undefined symbols of an object that match.
names() {
    nm --undefined-only --format=just-symbols "$1" | grep -E "$2" | sort -u
}

# What the proof may name of the kernel surface: readers, the probes that must fail, the independent readers
# that confirm an id, after which the ids are read again, and umask(2), which reads by writing.
proof() {
    cat <<'END'
sys_confirm_gid
sys_confirm_uid
sys_enters_label
sys_filter_is_refused
sys_get_directory
sys_get_parent_death_signal
sys_get_seccomp_mode
sys_read_umask
sys_stdio_owner
sys_try_gids
sys_try_uids
sys_try_unset_keepcaps
sys_userns_refused
END
}

@test "the proof names no writer, except the probes that must fail" {
    cd "$OBJECTS"
    nm --defined-only verify.c.o | grep -w verify_goal
    run names verify.c.o '^(sys_|transition_|syscall|prctl|set|cap)'
    echo "$output"
    [ "$output" = "$(proof)" ]
}

@test "the read-back, which the proof calls, names no writer" {
    cd "$OBJECTS"
    run names observe.c.o '^(sys_|transition_|syscall|prctl|set|cap)'
    echo "$output"
    [ "${#lines[@]}" -ge 9 ]
    run grep -vE '^sys_(get_[a-z_]+|bounding_has|ambient_has)$' <<<"$output"
    [ "$status" -eq 1 ]
}

@test "a writer in the proof is found" {
    cd "$OBJECTS"
    run names transition.c.o '^sys_'
    grep -qx sys_set_uids <<<"$output"
    run grep -x sys_set_uids < <(proof)
    [ "$status" -eq 1 ]
}

# Calls that read the kernel, make processes or change anything.
kernel='^(sys_|fork|vfork|execv|wait|kill|open|read|pread|write$|get(env|uid|gid|pid|xattr|auxval)|access|[lf]?stat(64)?$|prctl|syscall|set[ug])'

@test "code that prints values makes no system call and changes nothing" {
    cd "$BUILD_DIR/src/CMakeFiles/capwrap_cli.dir/show"
    local object
    for object in *.c.o; do
        run names "$object" "$kernel"
        echo "$object: $output"
        [ -z "$output" ]
    done
    set -- *.c.o
    [ "$#" -ge 8 ]
    run names ../inspect/dry_run.c.o "$kernel" # which does both
    [[ $output == *fork* ]]
}

# The C library trusts the sizes in getdents64(2)'s answer: core/entries does not.
@test "no code of capwrap reads a directory through the C library" {
    cd "$BUILD_DIR/src/CMakeFiles"
    nm --undefined-only capwrap_core.dir/core/entries.c.o | grep -w syscall
    local -a objects
    mapfile -t objects < <(find capwrap.dir capwrap_core.dir capwrap_sys.dir capwrap_cli.dir -name '*.o')
    [ "${#objects[@]}" -ge 50 ]
    run nm --undefined-only --format=just-symbols "${objects[@]}"
    [ "$status" -eq 0 ]
    run grep -E '^(fd)?opendir|^readdir|^scandir|^glob|^nftw|^fts_' <<<"$output"
    echo "$output"
    [ "$status" -eq 1 ]
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

@test "an object that calls the kernel is found" {
    cd "$OBJECTS"
    run unexplained observe.c.o
    echo "$output"
    grep -qx sys_get_uids <<<"$output"
}
