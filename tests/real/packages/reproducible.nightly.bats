#!/usr/bin/env bats
# The packages of docs/packaging.md, made twice.

load ../../support/common
load ../../support/documented
load packages

setup() {
    require_root
}

@test "made in another directory, each package has the same bytes" {
    local one=$BATS_TEST_TMPDIR/one another=$BATS_TEST_TMPDIR/another/folder file
    make_packages "$one"
    make_packages "$another"
    run find "$one/build/packages" -maxdepth 1 -type f
    assert_equal "${#lines[@]}" 6
    for file in "${lines[@]}"; do
        [[ -s $file ]]
        cmp "$file" "$another/build/packages/${file##*/}"
    done
}
