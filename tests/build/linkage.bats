#!/usr/bin/env bats
# What the built program is made of.

# is_linked PROGRAM
is_linked() {
    if grep -qx 'CAPWRAP_STATIC:BOOL=ON' "$BUILD_DIR/CMakeCache.txt"; then
        # Nothing at all, wherever it is loaded to.
        [[ $(readelf --dynamic --wide "$1") != *NEEDED* ]]
        [[ $(readelf --program-headers --wide "$1") != *INTERP* ]]
        [[ $(readelf --file-header "$1") == *"DYN (Position-Independent Executable file)"* ]]
        return
    fi
    run bash -c "readelf --dynamic --wide '$1' | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | sort"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[0]} == libc.* ]]
    [[ ${lines[1]} == libcap-ng.so.* ]]
}

@test "capwrap is linked with the C library and libcap-ng, and nothing more; a static one with nothing" {
    is_linked "$CAPWRAP"
}

@test "capwrap-learn is linked as capwrap is" {
    is_linked "$CAPWRAP_LEARN"
}
