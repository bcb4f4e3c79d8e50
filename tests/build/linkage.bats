#!/usr/bin/env bats
# What the built program is made of.

@test "capwrap is linked with the C library and libcap-ng, and nothing more" {
    run bash -c "readelf --dynamic --wide '$CAPWRAP' | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p' | sort"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${#lines[@]}" -eq 2 ]
    [[ ${lines[0]} == libc.* ]]
    [[ ${lines[1]} == libcap-ng.so.* ]]
}
