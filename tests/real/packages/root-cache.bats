#!/usr/bin/env bats
# tests/support/root-cache: what is kept, what is made again, and whose cache is used. mmdebstrap is a stub here;
# packages.bats and recipes.bats use the real one.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common

setup() {
    require_root
    cache=$BATS_TEST_TMPDIR/cache made=$BATS_TEST_TMPDIR/made
    export CAPWRAP_TEST_CACHE=$cache
    mkdir "$BATS_TEST_TMPDIR/bin"
    # The directory is the argument before those that say where packages come from.
    cat >"$BATS_TEST_TMPDIR/bin/mmdebstrap" <<STUB
#!/bin/bash
printf '%s\n' "\$*" >>"$made"
[ ! -e "$BATS_TEST_TMPDIR/broken" ] || exit 1
for word; do [[ \$word != */root ]] || root=\$word; done
mkdir -p "\$root/etc" && echo fresh >"\$root/etc/file" && chmod 600 "\$root/etc/file"
STUB
    chmod +x "$BATS_TEST_TMPDIR/bin/mmdebstrap"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# root_cache ARGUMENT...: standard error is apart.
root_cache() {
    run --separate-stderr "$SRC_DIR/tests/support/root-cache" "$@"
}

# is_made TIMES: that often until now, and the path is what was printed.
is_made() {
    assert_success
    assert_output "$cache/some/root"
    assert_equal "$(cat "$cache/some/root/etc/file")" fresh
    assert_equal "$(wc -l <"$made")" "$1"
}

@test "a root is made once per set of packages, suite, variant and script" {
    root_cache some sid b a
    is_made 1
    root_cache some sid a b
    is_made 1
    root_cache some sid a b c
    is_made 2
    root_cache some trixie a b c
    is_made 3
    root_cache --variant=essential some trixie a b c
    is_made 4
    # shellcheck disable=SC2016 # for the script's own shell
    printf '#!/bin/sh\necho more >"$1/more"\n' >"$BATS_TEST_TMPDIR/script"
    chmod +x "$BATS_TEST_TMPDIR/script"
    root_cache --run="$BATS_TEST_TMPDIR/script" some trixie a
    is_made 5
    [ -e "$cache/some/root/more" ]
    echo '# changed' >>"$BATS_TEST_TMPDIR/script"
    root_cache --run="$BATS_TEST_TMPDIR/script" some trixie a
    is_made 6
    root_cache --run="$BATS_TEST_TMPDIR/script" some trixie a
    is_made 6
    assert_equal "$stderr" ''
}

@test "a root that was changed since, or was made incompletely, is made again" {
    local file=$cache/some/root/etc/file
    root_cache some sid a
    is_made 1
    echo stale >"$file"
    root_cache some sid a
    is_made 2
    assert_regex "$stderr" 'was changed since it was made'
    rm "$file"
    root_cache some sid a
    is_made 3
    chmod 644 "$file"
    root_cache some sid a
    is_made 4
    touch "$cache/some/root/another"
    root_cache some sid a
    is_made 5
    rm "$cache/some/files"
    root_cache some sid a
    is_made 6
    # The remains of a run that was killed are not taken for the root.
    mkdir -p "$cache/some.new/root/etc"
    echo half >"$cache/some.new/root/etc/file"
    rm -r "$cache/some"
    root_cache some sid a
    is_made 7
    [ ! -e "$cache/some.new" ]
}

@test "a root that cannot be made is an error, and the next call tries again" {
    touch "$BATS_TEST_TMPDIR/broken"
    root_cache some sid a
    assert_failure 1
    refute_output
    assert_regex "$stderr" 'root-cache: mmdebstrap could not make some'
    rm "$BATS_TEST_TMPDIR/broken"
    root_cache some sid a
    is_made 2
}

@test "without an archive of Debian among the machine's sources a root of a suite is refused" {
    printf 'Dir::Etc::SourceList "/dev/null"; Dir::Etc::SourceParts "%s";\n' "$BATS_TEST_TMPDIR/none" >"$BATS_TEST_TMPDIR/apt.conf"
    mkdir "$BATS_TEST_TMPDIR/none"
    APT_CONFIG=$BATS_TEST_TMPDIR/apt.conf root_cache some sid a
    assert_failure 1
    refute_output
    assert_equal "$stderr" 'root-cache: apt has no archive of Debian among its sources: sid cannot be made'
    [ ! -e "$made" ]
    root_cache some sid a
    is_made 1
}

@test "two callers at once make one root" {
    local first
    "$SRC_DIR/tests/support/root-cache" some sid a >"$BATS_TEST_TMPDIR/first" 2>/dev/null &
    first=$!
    root_cache some sid a
    wait "$first"
    assert_equal "$(cat "$BATS_TEST_TMPDIR/first")" "$cache/some/root"
    is_made 1
}

@test "a cache that another user can write to is refused" {
    mkdir "$cache"
    chown 12345 "$cache"
    root_cache some sid a
    assert_failure 1
    assert_equal "$stderr" "root-cache: $cache belongs to another user"
    SUDO_UID=12345 root_cache --place
    assert_success
    chown 0 "$cache"
    chmod 775 "$cache"
    root_cache --place
    assert_failure 1
    assert_equal "$stderr" "root-cache: $cache can be written by others"
}

@test "the cache is in the directory that the variables name: CAPWRAP_TEST_CACHE, XDG_CACHE_HOME, HOME" {
    root_cache --place
    assert_output "$cache"
    assert_equal "$(stat -c %a "$cache")" 700
    unset CAPWRAP_TEST_CACHE
    HOME=$BATS_TEST_TMPDIR/home root_cache --place
    assert_output "$BATS_TEST_TMPDIR/home/.cache/capwrap-tests"
    XDG_CACHE_HOME=$BATS_TEST_TMPDIR/xdg root_cache --place
    assert_output "$BATS_TEST_TMPDIR/xdg/capwrap-tests"
    CAPWRAP_TEST_CACHE=here root_cache --place
    assert_failure 1
    assert_equal "$stderr" 'root-cache: CAPWRAP_TEST_CACHE=here is not an absolute path'
}

@test "unknown arguments are reported" {
    root_cache --nonsense some sid
    assert_failure 2
    root_cache some
    assert_failure 2
    root_cache ../some sid
    assert_failure 2
    assert_equal "$stderr" 'root-cache: ../some is no name: letters, digits, - and . are'
}

@test "a root that cannot be entered is an error, and no command runs instead" {
    run "$SRC_DIR/tests/support/in-system" "$BATS_TEST_TMPDIR/no-such-root" touch "$BATS_TEST_TMPDIR/ran"
    assert_failure 99
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
    mkdir "$BATS_TEST_TMPDIR/empty"
    run "$SRC_DIR/tests/support/in-system" "$BATS_TEST_TMPDIR/empty" touch "$BATS_TEST_TMPDIR/ran"
    assert_failure 99
    [ ! -e "$BATS_TEST_TMPDIR/ran" ]
}
