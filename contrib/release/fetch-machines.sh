#!/usr/bin/env bash
# Fetches what emulated machines for the self-test are booted with. See --help.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: contrib/release/fetch-machines.sh FOLDER

Puts Debian's kernel and busybox for each architecture that is tested in an emulated machine into
FOLDER/machines/ARCH, as kernel, release and busybox. FOLDER was filled by contrib/release/fetch.sh for these
architectures, and still has the package lists, FOLDER/apt.
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
[ -f "$1/apt/conf" ] || die "$1 has no package lists" "contrib/release/fetch.sh makes them"
folder=$(cd "$1" && pwd)
export APT_CONFIG=$folder/apt/conf

# kernel_of ARCH: the package that its package for the newest kernel names.
kernel_of() {
    local found
    found=$(apt-cache depends "$(kernel_package_of "$1"):$1" 2>/dev/null |
        sed -nE 's/^ *Depends: (linux-image-[^: ]*)(:[a-z0-9]*)?$/\1/p') || found=''
    [ -n "$found" ] || die "there is no kernel for $1 in this machine's suites"
    echo "$found"
}

fetch_machine() {
    local arch=$1 to=$folder/machines/$1 kernel
    kernel=$(kernel_of "$arch")
    rm -rf "$to"
    mkdir -p "$to/new"
    cd "$to/new"
    apt-get -qq download "$kernel:$arch" "busybox-static:$arch" || die "the kernel for $arch cannot be downloaded"
    dpkg-deb --fsys-tarfile "$kernel"_*.deb | tar -x --wildcards './boot/vmlinu[xz]-*'
    dpkg-deb -x busybox-static_*.deb busybox
    mv boot/vmlinu[xz]-* "$to/kernel"
    mv busybox/usr/bin/busybox "$to/busybox"
    echo "${kernel#linux-image-}" >"$to/release"
    cd "$folder"
    rm -rf "$to/new"
}

for arch in $(machines); do fetch_machine "$arch"; done
