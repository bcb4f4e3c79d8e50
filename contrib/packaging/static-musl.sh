#!/usr/bin/env bash
# Builds the static capwrap with musl, on Debian. See --help.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: contrib/packaging/static-musl.sh [--arch ARCH] [--fetched FETCHED] FOLDER

Builds FOLDER/build/capwrap and FOLDER/build/capwrap-learn: static, with musl, for images that hold nothing
else; and in FOLDER/build/licenses a notice and the licences that have to go with every copy of them.

  --arch ARCH        for this architecture of Debian's, by its cross compiler; default: the machine's own
  --fetched FETCHED  where libcap-ng's source and musl-dev are, or are fetched to; default: FOLDER/fetched.
                     A folder FETCHED/libcap-ng is used in place of the archive there.

libcap-ng is built from the source that Debian has first, into FOLDER/sysroot. Installs what is missing; needs root
or sudo for that alone. What the machine's package lists hold is left as it is.
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=contrib/packages.bash
source "$here/contrib/packages.bash"
# shellcheck source=contrib/release/architectures.bash
source "$here/contrib/release/architectures.bash"

arch='' fetched=''
while [[ ${1:-} == -* ]]; do
    case $1 in
        -h | --help) usage && exit 0 ;;
        --arch) arch=${2:?} && shift 2 ;;
        --fetched) fetched=$(realpath -m "${2:?}") && shift 2 ;;
        *) die "unknown option: $1" "Try contrib/packaging/static-musl.sh --help" ;;
    esac
done
[ $# -eq 1 ] || { usage >&2 && exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
fetched=${fetched:-$folder/fetched}

# The same bytes wherever it is built: no path of this machine is in them. Debuggers have .debug_frame, which is
# stripped, in the place of tables for exceptions, which C does not have.
build_capwrap() {
    rm -rf "$folder/build"
    CFLAGS="-ffile-prefix-map=$here=capwrap -ffile-prefix-map=$folder=static -fno-asynchronous-unwind-tables" \
        cmake -S "$here" -B "$folder/build" -G Ninja \
        -DCMAKE_TOOLCHAIN_FILE="$here/cmake/cross.cmake" -DCAPWRAP_SYSROOT="$folder/sysroot" \
        -DCAPWRAP_STATIC=ON -DBUILD_TESTING=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCAPWRAP_NOTICES="$folder/build/licenses"
    cmake --build "$folder/build"
}

# The LGPL, section 6: every copy comes with a notice that libcap-ng is in it and under the LGPL, and with
# its text; the source of all of it is an archive at the same place (contrib/release/release.sh).
collect_licenses() {
    local from=$folder/sysroot/licenses to=$folder/build/licenses version
    version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$folder/build/CMakeCache.txt")
    mkdir -p "$to"
    install -m 644 "$here/LICENSE" "$to/capwrap.MIT"
    install -m 644 "$from/libcap-ng.LGPL-2.1" "$from/musl.copyright" "$to/"
    sed -e "s/@capwrap@/$version/g; s/@libcap-ng@/$(cat "$from/libcap-ng.version")/" \
        -e "s/@musl@/$(cat "$from/musl.version")/" "$here/contrib/packaging/static-notice.in" >"$to/NOTICE"
    chmod 644 "$to/NOTICE"
    chmod 755 "$to"
}

# The compiler for another architecture.
need_compiler() {
    local target package
    target=$(target_of "$arch")
    command -v "$target-gcc" >/dev/null && return
    package=gcc-${target//_/-}
    find_root
    say "installing with apt: $package"
    install_with apt "$package" || die "apt could not install: $package"
}

need_linux
install_missing build musl
arch=${arch:-$(dpkg --print-architecture)}
need_architecture "$arch"
need_compiler
# A machine may have sources of packages that are not of Debian and do not answer.
"$here/contrib/release/fetch.sh" --allow-stale "$fetched" "$arch"
"$here/contrib/release/sysroot.sh" "$arch" "$fetched" "$folder/sysroot"
build_capwrap
collect_licenses
say "built: $folder/build/capwrap"
