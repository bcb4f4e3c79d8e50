#!/usr/bin/env bash
# Builds the static capwrap with musl, on Debian. See --help.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: contrib/packaging/static-musl.sh [--arch ARCH] [--fetched FETCHED] DIR

Builds DIR/build/capwrap and DIR/build/capwrap-learn, linked statically with musl, for images that contain no
libraries. Writes the notice and the licences that every copy must include to DIR/build/licenses.

  --arch ARCH        build for this Debian architecture, with its cross compiler; default: this machine's
  --fetched FETCHED  directory of the libcap-ng source and musl-dev, which are downloaded to it if missing; default:
                     DIR/fetched. If the directory FETCHED/libcap-ng exists, it is used instead of the archive.

libcap-ng is built first, from Debian's source, into DIR/sysroot. Installs packages that are missing, which needs
root or sudo; the build does not. The machine's package lists are not changed.
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

# The result has the same bytes on every machine: it contains no path of the machine. Debuggers use .debug_frame, which
# is stripped later; exception tables are left out, because C has no exceptions.
build_capwrap() {
    rm -rf "$folder/build"
    CFLAGS="-ffile-prefix-map=$here=capwrap -ffile-prefix-map=$folder=static -fno-asynchronous-unwind-tables" \
        cmake -S "$here" -B "$folder/build" -G Ninja \
        -DCMAKE_TOOLCHAIN_FILE="$here/cmake/cross.cmake" -DCAPWRAP_SYSROOT="$folder/sysroot" \
        -DCAPWRAP_STATIC=ON -DBUILD_TESTING=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCAPWRAP_NOTICES="$folder/build/licenses"
    cmake --build "$folder/build"
}

# LGPL, section 6: every copy must include a notice that it contains libcap-ng under the LGPL, and the text of the
# LGPL. The complete source is an archive offered at the same place (contrib/release/release.sh).
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

# Installs the compiler for $arch if it is missing.
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
# The machine may have third-party package sources that do not answer.
"$here/contrib/release/fetch.sh" --allow-stale "$fetched" "$arch"
"$here/contrib/release/sysroot.sh" "$arch" "$fetched" "$folder/sysroot"
build_capwrap
collect_licenses
say "built: $folder/build/capwrap"
