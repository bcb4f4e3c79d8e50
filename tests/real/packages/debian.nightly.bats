#!/usr/bin/env bats
# The source package for Debian (debian/), built in roots of Debian 13 and sid; and musl as C library: the recipe for
# Alpine, and the plain commands.

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

@test "on Debian 13 the source package builds, lintian reports nothing, and the autopkgtest passes" {
    builds_in trixie
}

@test "on Debian sid the source package builds, lintian reports nothing, and the autopkgtest passes" {
    builds_in sid
}

# musl_root: Debian 13 with musl-gcc, and the sources of the libraries that Debian has for glibc alone.
musl_root() {
    "$SRC_DIR/tests/support/root-cache" --run="$SRC_DIR/tests/real/engines/dockerfile-base" \
        --run="$SRC_DIR/tests/real/packages/musl-fetch" musl-trixie trixie \
        ca-certificates gcc libc6-dev musl-tools cmake ninja-build pkgconf make autoconf automake libtool dpkg-dev
}

# with_musl SCRIPT: in that root, from what is committed.
with_musl() {
    local root
    root=$(musl_root) || return 1
    # shellcheck disable=SC2016 # for the inner shells
    run bash -c 'git -c safe.directory="*" -C "$1" archive HEAD |
        "$1/tests/support/in-system" "$2" bash -c "$(cat "$1/tests/real/packages/$3")"' - "$SRC_DIR" "$root" "$1"
    printf '%s\n' "$output"
    assert_success
}

# As far as abuild, which Debian does not have.
@test "the functions of the APKBUILD build both packages with musl and a shared libcap-ng, and they work" {
    with_musl apkbuild-musl
    assert_line "version: $(sed -nE 's/^  VERSION ([0-9.]+)$/\1/p' "$SRC_DIR/CMakeLists.txt")"
    assert_equal "$(grep '^\./' <<<"$output")" $'./capwrap-learn/usr/bin/capwrap-learn\n./capwrap/usr/bin/capwrap'
    assert_equal "$(grep -c 'interpreter: /lib/ld-musl-x86_64.so.1' <<<"$output")" 2
    assert_equal "$(grep -c 'NEEDED.*libcap-ng.so.0' <<<"$output")" 2
    assert_line 'Uid:	65534	65534	65534	65534'
    assert_line "CapEff:	$(mask NET_RAW)"
}

@test "with musl the plain commands build all without a warning, and the unit tests pass" {
    with_musl musl-plain
    refute_line --partial 'warning:'
    assert_line --partial 'interpreter: /lib/ld-musl-x86_64.so.1'
    assert_line --regexp '^100% tests passed, 0 tests failed out of [0-9]{2,}$'
}
