#!/usr/bin/env bats
# The source package for Debian (debian/), built in roots of Debian 13 and sid; and the recipe for Alpine.

# shellcheck disable=SC2154 # bats
load ../../support/common

setup() {
    require_root
}

# The packages that debian/control names, and what judges the result.
build_packages() {
    sed -n '/^Build-Depends:/,/^[A-Z]/s/^ \([a-z0-9-]*\).*/\1/p' "$SRC_DIR/debian/control" | grep -v debhelper-compat
    printf '%s\n' build-essential debhelper dpkg-dev lintian autopkgtest xz-utils libcap-ng0 apt-utils
}

# builds_in SUITE: there, from what is committed.
builds_in() {
    local root version packages
    mapfile -t packages < <(build_packages)
    root=$("$SRC_DIR/tests/support/root-cache" --with="$SRC_DIR/tests/real/packages/debian-source" \
        --run="$SRC_DIR/tests/real/packages/debian-source-root" "debian-$1" "$1" \
        "${packages[@]}")
    version=$(sed -nE 's/^  VERSION ([0-9.]+)$/\1/p' "$SRC_DIR/CMakeLists.txt")
    run bash -c 'git -c safe.directory="*" -C "$1" archive --prefix="capwrap-$2/" HEAD |
        "$1/tests/support/in-system" "$3" /usr/local/bin/debian-source' - "$SRC_DIR" "$version" "$root"
    printf '%s\n' "$output"
    assert_success
    assert_line --regexp "^./capwrap_$version-1_.*\.deb"
    assert_line --regexp "^./capwrap-learn_$version-1_.*\.deb"
    assert_line --regexp '^promise +PASS'
}

@test "on Debian 13 the source package builds, lintian has nothing to say, and the autopkgtest passes" {
    builds_in trixie
}

@test "on Debian sid as well" {
    builds_in sid
}

@test "the functions of the APKBUILD build both packages" {
    local made=$BATS_TEST_TMPDIR/made
    mkdir "$BATS_TEST_TMPDIR/source"
    git -c safe.directory='*' -C "$SRC_DIR" archive HEAD | tar -C "$BATS_TEST_TMPDIR/source" -x
    cd "$BATS_TEST_TMPDIR/source"
    # shellcheck disable=SC2016 # for the inner shell
    run sh -euc '. contrib/packaging/APKBUILD
        builddir=$PWD pkgdir=$1/capwrap subpkgdir=$1/capwrap-learn
        build && package && learn && echo "$pkgver"' - "$made"
    assert_success
    assert_equal "$(tail -n 1 <<<"$output")" "$(sed -nE 's/^  VERSION ([0-9.]+)$/\1/p' CMakeLists.txt)"
    [[ -x $made/capwrap/usr/bin/capwrap && ! -e $made/capwrap/usr/bin/capwrap-learn ]]
    [[ -x $made/capwrap-learn/usr/bin/capwrap-learn && -s $made/capwrap-learn/usr/share/man/man1/capwrap-learn.1 ]]
}
