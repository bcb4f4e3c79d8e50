#!/usr/bin/env bash
# Creates the sysroot to compile a static program for an architecture. See --help.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: contrib/release/sysroot.sh ARCH FETCHED DIR

Creates DIR, for cmake/cross.cmake with -DCAPWRAP_SYSROOT=DIR:

  cc            Debian's compiler for ARCH, with musl and the kernel's headers, for static
                position-independent programs
  target        the compiler's name for ARCH
  lib, include  libcap-ng, built by cc, with lib/pkgconfig
  musl, kernel  musl-dev of ARCH, unpacked; links to the kernel's headers
  licenses      licences and versions of musl and libcap-ng

FETCHED is a directory that contrib/release/fetch.sh has filled.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=contrib/packages.bash
source "$root/contrib/packages.bash"
# shellcheck source=contrib/release/architectures.bash
source "$root/contrib/release/architectures.bash"

case ${1:-} in
    -h | --help) usage && exit 0 ;;
esac
[ $# -eq 3 ] || { usage >&2 && exit 2; }
need_architecture "$1"
arch=$1 target=$(target_of "$1")
fetched=$(cd "$2" && pwd)
command -v "$target-gcc" >/dev/null || die "no $target-gcc" "Install gcc-${target//_/-}"
rm -rf "$3"
mkdir -p "$3"
folder=$(cd "$3" && pwd)

# one PATTERN: prints the file that matches; fails unless exactly one does.
one() {
    local found=()
    mapfile -t found < <(compgen -G "$1")
    [ ${#found[@]} -eq 1 ] || die "${#found[@]} files match $1, not one" "contrib/release/fetch.sh downloads it"
    echo "${found[0]}"
}

unpack_musl() {
    local package
    package=$(one "$fetched/musl-dev_*_$arch.deb")
    dpkg-deb -x "$package" "$folder/musl"
    dpkg-deb --field "$package" Version >"$folder/licenses/musl.version"
    install -m 644 "$folder/musl/usr/share/doc/musl-dev/copyright" "$folder/licenses/musl.copyright"
    libraries=$(dirname "$(one "$folder/musl/usr/lib/*/rcrt1.o")")
    headers=$folder/musl/usr/include/${libraries##*/}
    [ -d "$headers" ] || die "there is no $headers"
}

# The kernel's headers are the same for every C library. musl's own headers come first. A cross compiler has its
# kernel headers in a separate directory.
link_kernel() {
    local from
    mkdir "$folder/kernel"
    for from in "/usr/$target/include" /usr/include; do
        [ -d "$from/linux" ] || continue
        ln -s "$from/linux" "$from/asm-generic" "$folder/kernel/"
        break
    done
    for from in "/usr/$target/include/asm" "/usr/include/${target/i686/i386}/asm"; do
        [ ! -d "$from" ] || { ln -s "$from" "$folder/kernel/asm" && break; }
    done
    for from in asm/unistd.h linux/securebits.h asm-generic/errno.h; do
        [ -e "$folder/kernel/$from" ] || die "the kernel headers for $target have no $from"
    done
}

# The specs of musl-gcc, for one kind of program: static, position-independent, without a loader.
write_compiler() {
    local emulation
    emulation=$(architecture_field "$arch" 4)
    [ "$emulation" != - ] || emulation=
    cat >"$folder/specs" <<TEXT
%rename cpp_options old_cpp_options

*cpp_options:
-nostdinc -isystem $headers -isystem $folder/kernel -isystem include%s %(old_cpp_options)

*cc1:
%(cc1_cpu) -nostdinc -isystem $headers -isystem $folder/kernel -isystem include%s

*link_libgcc:
-L$libraries -L .%s

*libgcc:
--start-group libgcc.a%s %:if-exists(libgcc_eh.a%s) -lc --end-group

*startfile:
$libraries/rcrt1.o $libraries/crti.o crtbeginS.o%s

*endfile:
crtendS.o%s $libraries/crtn.o

*link:
-static -pie --no-dynamic-linker -z text -nostdlib --build-id ${emulation//,/ }

*esp_link:


*esp_options:


*esp_cpp_options:


TEXT
    printf '#!/bin/sh\nexec %s-gcc -fPIE -specs=%q "$@"\n' "$target" "$folder/specs" >"$folder/cc"
    chmod 755 "$folder/cc"
    echo "$target" >"$folder/target"
}

# Debian's static libcap-ng is built for glibc. Without pthread.h, which libcap-ng uses only to discard its state in
# the child of a fork: capwrap uses libcap-ng in the process that becomes the program, and registering the handler
# would call malloc before main.
build_libcap_ng() {
    local tree=$folder/libcap-ng
    if [ -d "$fetched/libcap-ng" ]; then
        cp -a "$fetched/libcap-ng" "$tree"
    else
        mkdir "$tree"
        tar -C "$tree" --strip-components=1 -xf "$(one "$fetched/libcap-ng_*.orig.tar.[gx]z")"
    fi
    cd "$tree"
    [ -x configure ] || sh ./autogen.sh
    ./configure --host="$target" CC="$folder/cc" AR="$target-ar" RANLIB="$target-ranlib" \
        CFLAGS="-O2 -g -fstack-protector-strong -ffile-prefix-map=$folder=sysroot -ffile-prefix-map=$tree=libcap-ng" \
        ac_cv_header_pthread_h=no --prefix="$folder" --disable-shared --enable-static \
        --without-python --without-python3 --disable-cap-audit --disable-dependency-tracking
    make -j"$(nproc)" -C src install
    install -m 644 COPYING.LIB "$folder/licenses/libcap-ng.LGPL-2.1"
    sed -n 's/^Version: //p' src/libcap-ng.pc >"$folder/licenses/libcap-ng.version"
}

mkdir "$folder/licenses"
unpack_musl
link_kernel
write_compiler
build_libcap_ng >"$folder/log" 2>&1 & # not before ||, where set -e has no effect
wait $! || die "libcap-ng could not be built for $arch" "$(tail -n 20 "$folder/log")"
