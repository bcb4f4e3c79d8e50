#!/usr/bin/env bash
# Downloads kernels and busybox for the self-test in emulated machines. See --help.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: contrib/release/fetch-machines.sh DIR

Writes Debian's kernel and busybox for each architecture that is tested in an emulated machine to
DIR/machines/ARCH, as kernel, release and busybox. Needs a DIR that contrib/release/fetch.sh has filled for these
architectures, with its package lists in DIR/apt.
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
[ $# -eq 1 ] || { usage >&2 && exit 2; }
[ -f "$1/apt/conf" ] || die "$1 has no package lists" "Run contrib/release/fetch.sh, which downloads them"
folder=$(cd "$1" && pwd)
export APT_CONFIG=$folder/apt/conf

# kernels_of ARCH: prints the kernel packages, newest first.
kernels_of() {
    apt-cache search --names-only "^linux-image-[0-9][^-]*-$(kernel_flavour_of "$1")\$" | awk '{ print $1 }' | sort -rV
}

# download_kernel ARCH: downloads the newest kernel available; a mirror may lack some that it lists. Sets kernel.
download_kernel() {
    for kernel in $(kernels_of "$1"); do
        ! apt-get -qq download "$kernel:$1" || return 0
    done
    die "no kernel for $1 can be downloaded from this machine's suites"
}

fetch_machine() {
    local arch=$1 to=$folder/machines/$1 kernel
    rm -rf "$to"
    mkdir -p "$to/new"
    cd "$to/new"
    download_kernel "$arch"
    apt-get -qq download "busybox-static:$arch" || die "busybox for $arch cannot be downloaded"
    dpkg-deb --fsys-tarfile "$kernel"_*.deb | tar -x --wildcards './boot/vmlinu[xz]-*'
    dpkg-deb -x busybox-static_*.deb busybox
    mv boot/vmlinu[xz]-* "$to/kernel"
    mv busybox/usr/bin/busybox "$to/busybox"
    echo "${kernel#linux-image-}" >"$to/release"
    cd "$folder"
    rm -rf "$to/new"
}

for arch in $(machines); do fetch_machine "$arch"; done
