#!/usr/bin/env bats
# What the built program is made of.

@test "capwrap is linked with the C library and libcap-ng, and nothing more; a static one with nothing" {
    if grep -qx 'CAPWRAP_STATIC:BOOL=ON' "$BUILD_DIR/CMakeCache.txt"; then
        # Nothing at all, wherever it is loaded to.
        [[ $(readelf --dynamic --wide "$CAPWRAP") != *NEEDED* ]]
        [[ $(readelf --program-headers --wide "$CAPWRAP") != *INTERP* ]]
        [[ $(readelf --file-header "$CAPWRAP") == *"DYN (Position-Independent Executable file)"* ]]
        return
    fi
    run bash -c "readelf --dynamic --wide '$CAPWRAP' | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | sort"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[0]} == libc.* ]]
    [[ ${lines[1]} == libcap-ng.so.* ]]
}
