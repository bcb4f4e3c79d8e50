#!/usr/bin/env bash
# Builds a static capwrap with musl, on Debian. See --help.
set -euo pipefail

usage() {
    cat <<'END'
Usage: contrib/packaging/static-musl.sh FOLDER

Builds FOLDER/build/capwrap: static, with musl, for images that hold nothing else; in
FOLDER/build/licenses what the licences of musl and libcap-ng ask of those who hand it on; and
FOLDER/capwrap-VERSION-linux-MACHINE-static.tar.gz, which has all of this.
Debian's libcap-ng.a is built for glibc, so libcap-ng is built from Debian's source package first, into
FOLDER/libcap-ng. Installs what is missing; needs root or sudo for that alone. What the machine's
package lists hold is left as it is.
END
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=contrib/packages.bash
source "$here/contrib/packages.bash"

case ${1:-} in
    '' | -h | --help)
        usage
        [ -n "${1:-}" ] || exit 2
        exit 0
        ;;
    -*) die "unknown option: $1" "Try contrib/packaging/static-musl.sh --help" ;;
esac
mkdir -p "$1"
folder=$(cd "$1" && pwd)

# Fetches the source package with a package list of its own: the machine's may leave sources out.
fetch_source() {
    local apt=$folder/apt options list
    rm -rf "$folder/source" # one version: the build and the notice take what is there
    mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial" "$folder/source"
    for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -e "$list" ] || sed -n 's/^deb /deb-src /p' "$list" >"$apt/sources/$(basename "$list" .list).list"
    done
    for list in /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" >"$apt/sources/$(basename "$list")"
    done
    options=(-o "Dir::Etc::SourceList=/dev/null" -o "Dir::Etc::SourceParts=$apt/sources"
        -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=root" -qq)
    apt-get "${options[@]}" update
    (cd "$folder/source" && apt-get "${options[@]}" source --download-only libcap-ng)
}

# musl's own headers come first; the kernel's are the same for every C library.
kernel_headers() {
    local machine
    machine=$(gcc -print-multiarch)
    mkdir -p "$folder/include"
    ln -sfn /usr/include/linux /usr/include/asm-generic "/usr/include/$machine/asm" "$folder/include/"
}

# Without pthread.h, which libcap-ng has for one thing: to forget, in the child of a fork, what it knows of
# its parent. capwrap uses it in the process that becomes the program, and registering costs musl its
# first malloc, before main.
build_libcap_ng() {
    local tree=$folder/source/tree
    rm -rf "$tree"
    (cd "$folder/source" && dpkg-source --no-check -x ./libcap-ng_*.dsc "$tree") >/dev/null
    (
        cd "$tree"
        [ -x configure ] || autoreconf --install >/dev/null 2>&1
        ./configure CC=musl-gcc CFLAGS="-O2 -g -fPIE -fstack-protector-strong -I$folder/include" \
            ac_cv_header_pthread_h=no --prefix="$folder/libcap-ng" --disable-shared --enable-static \
            --without-python --without-python3 --disable-cap-audit
        make -j"$(nproc)" -C src install
        install -D -m 644 COPYING.LIB "$folder/libcap-ng/COPYING.LIB"
    ) >"$folder/libcap-ng.log" 2>&1 ||
        die "libcap-ng could not be built" "See $folder/libcap-ng.log"
}

# Version of Debian's source package of libcap-ng.
libcap_ng_version() {
    sed -n 's/^Version: //p' "$folder"/source/libcap-ng_*.dsc
}

# musl-gcc knows no -static-pie, so that its parts are named here: a position-independent program
# without a loader.
link_flags() {
    local crt
    crt=/usr/lib/$(gcc -print-multiarch | sed 's/gnu/musl/')
    [ -e "$crt/rcrt1.o" ] || die "no $crt/rcrt1.o" "Install Debian's musl-dev"
    echo "-static -nostartfiles $crt/rcrt1.o $crt/crti.o $crt/crtn.o" \
        "-Wl,-pie,--no-dynamic-linker,-z,text,-z,relro,-z,now,--fatal-warnings"
}

build_capwrap() {
    rm -rf "$folder/build"
    LDFLAGS=$(link_flags) CC=musl-gcc PKG_CONFIG_LIBDIR=$folder/libcap-ng/lib/pkgconfig \
        CFLAGS="-I$folder/include" cmake -S "$here" -B "$folder/build" -G Ninja \
        -DCAPWRAP_STATIC=ON -DBUILD_TESTING=OFF -DCMAKE_BUILD_TYPE=RelWithDebInfo \
        -DCAPWRAP_NOTICES="$folder/build/licenses"
    cmake --build "$folder/build"
}

# The LGPL, section 6: the library is named, its licence and source are there, and capwrap's objects, to be
# linked with another libcap-ng.
collect_licenses() {
    local to=$folder/build/licenses objects=$folder/build/src version
    version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$folder/build/CMakeCache.txt")
    rm -rf "$to"
    mkdir -p "$to/relink"
    install -m 644 "$here/LICENSE" "$to/capwrap.MIT"
    install -m 644 "$folder/libcap-ng/COPYING.LIB" "$to/libcap-ng.LGPL-2.1"
    install -m 644 /usr/share/doc/musl-dev/copyright "$to/musl.copyright"
    sed -e "s/@capwrap@/$version/; s/@libcap-ng@/$(libcap_ng_version)/" \
        -e "s/@musl@/$(dpkg-query --showformat '${Version}' --show musl-dev)/" \
        "$here/contrib/packaging/static-notice.in" >"$to/NOTICE"
    install -m 644 "$folder"/source/libcap-ng_*.{dsc,orig.tar.*,debian.tar.*} \
        "$objects"/libcapwrap_{cli,core}.a "$objects/CMakeFiles/capwrap_sys.dir/core/sys.c.o" \
        "$objects/CMakeFiles/capwrap.dir/capwrap/main.c.o" "$to/relink/"
    strip --strip-debug "$to"/relink/*.[ao]
    sed "s|@link-flags@|$(link_flags)|" "$here/contrib/packaging/static-relink.in" >"$to/relink/relink"
    chmod 644 "$to/NOTICE"
    chmod 755 "$to" "$to/relink" "$to/relink/relink"
}

make_package() {
    (cd "$folder/build" && cpack -G TGZ -B "$folder/package")
    mv "$folder"/package/*.tar.gz "$folder/"
    rm -rf "$folder/package"
}

need_linux
install_missing build musl
fetch_source
kernel_headers
build_libcap_ng
build_capwrap
collect_licenses
make_package
say "built: $folder/build/capwrap"
