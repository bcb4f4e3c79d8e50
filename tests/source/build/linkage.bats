#!/usr/bin/env bats
# What the built programs are made of.

is_set() {
    grep -qx "$1:BOOL=ON" "$BUILD_DIR/CMakeCache.txt"
}

# is_linked PROGRAM: with the C library, with libcap-ng when it is built that way, and with nothing else;
# a static one with nothing at all, wherever it is loaded to.
is_linked() {
    local needed=(libc)
    if is_set CAPWRAP_STATIC; then
        needed=()
        [[ $(readelf --program-headers --wide "$1") != *INTERP* ]]
        [[ $(readelf --file-header "$1") == *"DYN (Position-Independent Executable file)"* ]]
    elif is_set CAPWRAP_SHARED_LIBCAP_NG; then
        needed=(libc libcap-ng)
    fi
    # The loader is the C library's.
    run bash -c "readelf --dynamic --wide '$1' |
        sed -nE 's/.*\(NEEDED\).*\[(.*)\.so\.[0-9]+\]/\1/p' | grep -v '^ld-' | sort | xargs"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$output" = "${needed[*]}" ]
}

@test "capwrap loads the C library; libcap-ng when it is built that way; nothing else, a static one nothing" {
    is_linked "$CAPWRAP"
}

@test "capwrap-learn is linked as capwrap is" {
    is_linked "$CAPWRAP_LEARN"
}

# So that a library that replaces one of them cannot answer for the other (tests/attack/sandbox/preload). Of
# capwrap's own objects: libcap-ng, which may be within the program, has readers of its own.
@test "writers and readers call the kernel through different functions" {
    run bash -c "find '$BUILD_DIR/src' -path '*learn*' -prune -o -name '*.o' -exec nm --undefined-only {} + |
        awk '{ print \$NF }'"
    [ "$status" -eq 0 ]
    for function in setresuid setresgid setgroups prctl syscall; do
        grep -qx "$function" <<<"$output"
    done
    run grep -xE 'getres[ug]id|gete?[ug]id|getgroups|setfs[ug]id|capget' <<<"$output"
    [ "$status" -eq 1 ]
}
