#!/usr/bin/env bash
# Downloads what the static program is built from. See --help.
set -euo pipefail

usage() {
    cat <<'TEXT'
Usage: contrib/release/fetch.sh [--allow-stale] DIR ARCH...

Downloads to DIR, with apt, what is missing there: the source of libcap-ng, as in Debian's source package
without Debian's changes, and the package musl-dev for each ARCH. The package lists are in DIR/apt; the
machine's own lists are not changed. If a package list cannot be fetched, nothing is downloaded, because the
packages might be outdated; with --allow-stale this is a warning, and the other lists are used.
If the directory DIR/libcap-ng exists, it is used as the source of libcap-ng instead of Debian's.
TEXT
}

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=contrib/packages.bash
source "$root/contrib/packages.bash"
# shellcheck source=contrib/release/architectures.bash
source "$root/contrib/release/architectures.bash"

stale=''
if [ "${1:-}" = --allow-stale ]; then
    stale=yes
    shift
fi
case ${1:-} in
    -h | --help) usage && exit 0 ;;
    '' | -*) usage >&2 && exit 2 ;;
esac
mkdir -p "$1"
folder=$(cd "$1" && pwd)
shift
for arch; do need_architecture "$arch"; done

# make_lists ARCH...: fetches package lists of this machine's suites, with sources, also for these architectures.
make_lists() {
    local file apt=$folder/apt
    rm -rf "$apt"
    mkdir -p "$apt/sources" "$apt/lists/partial" "$apt/cache/archives/partial"
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [ ! -e "$file" ] || sed -n 's/^deb /&/p; s/^deb /deb-src /p' "$file" >"$apt/sources/$(basename "$file" .list).list"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ ! -e "$file" ] || sed 's/^Types:.*/Types: deb deb-src/' "$file" >"$apt/sources/$(basename "$file")"
    done
    {
        printf '%s\n' 'Dir::Etc::SourceList "/dev/null";' "Dir::Etc::SourceParts \"$apt/sources\";" \
            "Dir::State::Lists \"$apt/lists\";" "Dir::Cache \"$apt/cache\";" 'APT::Sandbox::User "root";' \
            'Acquire::Languages "none";'
        printf 'APT::Architectures:: "%s";\n' "$(dpkg --print-architecture)" "$@"
    } >"$apt/conf"
    # By default apt succeeds even if a mirror does not answer.
    APT_CONFIG=$apt/conf apt-get -qq -o APT::Update::Error-Mode=any update && return
    [ -n "$stale" ] || die "apt could not fetch all package lists" \
        "Run this again, or use --allow-stale if nothing is needed from the lists that failed"
    echo "fetch.sh: not all package lists could be fetched: the packages may be older than the archive's" >&2
}

missing_architectures() {
    local arch
    for arch; do
        compgen -G "$folder/musl-dev_*_$arch.deb" >/dev/null || echo "$arch"
    done
}

have_source() {
    [ -d "$folder/libcap-ng" ] || compgen -G "$folder/libcap-ng_*.orig.tar.*" >/dev/null
}

mapfile -t missing < <(missing_architectures "$@")
if [ ${#missing[@]} -eq 0 ] && have_source; then exit 0; fi
make_lists "${missing[@]}"
cd "$folder"
export APT_CONFIG=$folder/apt/conf
for arch in "${missing[@]}"; do
    apt-get -qq download "musl-dev:$arch" ||
        die "this machine's suites have no musl-dev for $arch" "Debian 13 has it for: $(architectures | paste -sd ' ')"
done
have_source || apt-get -qq source --download-only --tar-only libcap-ng
