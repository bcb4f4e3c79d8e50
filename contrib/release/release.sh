#!/usr/bin/env bash
# Makes a release, or verifies one. See --help.
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022

usage() {
    cat <<'TEXT'
Usage: contrib/release/release.sh OUT --key FILE | --unsigned [OPTION...]
       contrib/release/release.sh --verify FOLDER [OPTION...]

Makes in the folder OUT, which must not exist, a release of this commit: capwrap and capwrap-learn, static, for each
architecture; DEB and RPM; the source; licences; a bill of materials; SHA256SUMS. Everything is built twice, in
different folders and at different dates, compared to the byte, and self-tested.

  --key FILE      minisign's secret key, which signs SHA256SUMS; a password is asked for, or read from standard input
  --unsigned      no signature
  --arch LIST     these architectures of Debian's, with commas between them; default: all
  --allow-dirty   release what is changed in tracked files as well; untracked files are left out
  --root ROOT     the root of Debian 13 to build in; it is only read. Default: one is made, once, in
                  XDG_CACHE_HOME/capwrap-release or ~/.cache/capwrap-release, by mmdebstrap
  --verify FOLDER builds the release in FOLDER again, from the commit that its build-info names, and compares

Untracked files are refused without --allow-dirty, except OUT, OUT.part and the key.
Needs root. Until it is whole, a release is in OUT.part; run again with the same commit, it goes on from there.

Exit status: 0; 1 an error, or other bytes; 2 usage; 3 --verify: the root's packages are no longer those of the release.
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=contrib/packages.bash
source "$here/contrib/packages.bash"
# shellcheck source=contrib/release/architectures.bash
source "$here/contrib/release/architectures.bash"

# wrong TEXT...: as die, with the status of wrong usage.
wrong() {
    (die "$@") || exit 2
}

out='' key='' unsigned='' list='' dirty='' root='' verify='' full='' begun=''
while [ $# -gt 0 ]; do
    case $1 in
        --key=* | --arch=* | --root=* | --verify=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
    esac
    case $1 in
        -h | --help) usage && exit 0 ;;
        --key | --arch | --root | --verify)
            [ $# -ge 2 ] || { usage >&2 && exit 2; }
            [ -n "$2" ] || wrong "$1 is empty"
            case $1 in
                --key) key=$2 ;;
                --arch) list=$2 ;;
                --root) root=$2 ;;
                --verify) verify=$2 ;;
            esac
            shift
            ;;
        --unsigned) unsigned=yes ;;
        --allow-dirty) dirty=yes ;;
        -*) wrong "unknown option: $1" ;;
        *)
            [ -z "$out" ] || { usage >&2 && exit 2; }
            out=$1
            ;;
    esac
    shift
done

# ---- what is asked for ----

check_arguments() {
    local arch file
    if [ -n "$verify" ]; then
        [ -z "$out$key$unsigned$list$dirty" ] || wrong "--verify takes a folder, and --root alone"
        for file in build-info SHA256SUMS; do
            [ -f "$verify/$file" ] || die "$verify is no release: there is no $file"
        done
        verify=$(cd "$verify" && pwd)
        (cd "$verify" && sha256sum --quiet --check SHA256SUMS) || die "files of $verify do not have the sums of SHA256SUMS"
        list=$(info architectures | tr ' ' ,)
        [ -n "$list" ] || die "$verify is no release: its build-info names no architecture"
        out=$(mktemp -d /tmp/capwrap-verify.XXXXXX)/release
    else
        [ -n "$out" ] || { usage >&2 && exit 2; }
        [ -n "$key$unsigned" ] || wrong "no key" "Sign with --key FILE, or say --unsigned"
        [ -z "$key" ] || [ -z "$unsigned" ] || wrong "--key and --unsigned exclude each other"
        [ -z "$key" ] || check_key
        [ ! -e "$out" ] || wrong "$out is there already"
    fi
    out=$(realpath -m "$out")
    [ -z "$key" ] || key=$(realpath "$key")
    part=$out.part work=$out.part/work
    check_part
    [[ ,$list, != *,,?* && ,$list, != *?,, ]] || wrong "--arch '$list' has an empty element"
    IFS=, read -r -a arches <<<"${list:-$(architectures | paste -sd ,)}"
    for arch in "${arches[@]}"; do (need_architecture "$arch") || exit 2; done
    [ "$(id -u)" -eq 0 ] || die "this needs root, for namespaces to build in"
}

# minisign's secret key: a comment, then 158 bytes in base64, which begin with the letters of its algorithm. A public
# key is shorter.
check_key() {
    local decoded
    [ -r "$key" ] || wrong "$key cannot be read"
    [ -f "$key" ] || wrong "$key is no file"
    decoded=$(sed -n '2{p;q}' "$key" | base64 --decode 2>/dev/null | od -An -v -tx1 | tr -d ' \n') || decoded=''
    if ! head -n 1 "$key" | grep -aq '^untrusted comment:' || [[ $decoded != 4564* || ${#decoded} -ne 316 ]]; then
        wrong "$key is no secret key of minisign"
    fi
}

# What is at OUT.part is removed when it is of another run, so it has to be of a run.
check_part() {
    [ -e "$part" ] || [ -L "$part" ] || return 0
    if [ ! -d "$part" ] || [ -L "$part" ]; then wrong "$part is there, and no folder of a release"; fi
    [ -n "$(ls -A "$part")" ] || return 0
    if [ ! -f "$part/is" ] || ! is_own "$(tr -d '\0' <"$part/is")"; then
        wrong "$part is there, and no release has made it" "Remove it, or name another OUT"
    fi
}

# is_own TEXT: begin wrote it into OUT.part/is, or was interrupted before.
is_own() {
    [[ -z $1 || $1 =~ ^[0-9a-f]{64}\ \ -$ ]]
}

# info NAME: of the release to verify.
info() {
    sed -n "s/^$1: //p" "$verify/build-info"
}

# The untracked files of the clone, without those of this release.
untracked() {
    local top path ours=()
    top=$(realpath "$here")
    for path in "$out" "$part" "$key"; do
        [[ $path != "$top"/* ]] || ours+=(":(exclude,literal)${path#"$top/"}")
    done
    git -C "$top" ls-files --others --exclude-standard -- . "${ours[@]}"
}

# The lines of an error about the tree.
differences() {
    [ -z "$changed" ] || printf '%s\n' "$changed"
    [ -z "$others" ] || awk '{ print "??", $0 }' <<<"$others"
}

# What is released: a commit, and its time.
find_commit() {
    local changed others
    git -C "$here" rev-parse --git-dir >/dev/null 2>&1 || die "$here is no git repository"
    if [ -n "$verify" ]; then
        commit=$(info commit)
        git -C "$here" cat-file -e "$commit^{commit}" 2>/dev/null || die "this repository has no commit $commit"
    else
        changed=$(git -C "$here" status --porcelain --untracked-files=no)
        others=$(untracked)
        [ -z "$changed$others" ] || [ -n "$dirty" ] ||
            die "the tree differs from its commit" "Commit, or say --allow-dirty, which leaves untracked files (??) out" \
                "$(differences | sed -n 1,5p)"
        [ -z "$others" ] || say "untracked files are not part of the release: $(sed -n 1,5p <<<"$others" | paste -sd ' ')"
        commit=$(git -C "$here" stash create)
        commit=${commit:-$(git -C "$here" rev-parse HEAD)}
    fi
    version=$(git -C "$here" show "$commit:CMakeLists.txt" | sed -nE 's/^  VERSION ([0-9.]+)$/\1/p')
    [ -n "$version" ] || die "no version in CMakeLists.txt"
    SOURCE_DATE_EPOCH=$(git -C "$here" show -s --format=%ct "$commit")
    export SOURCE_DATE_EPOCH
    name=capwrap-$version
}

# ---- the root ----

find_root_to_build_in() {
    local cache=${XDG_CACHE_HOME:-$HOME/.cache}/capwrap-release made arch
    if [ -z "$root" ]; then
        # shellcheck disable=SC2046 # words
        made=$(cat "$here"/contrib/release/{root-packages,complete-root,fetch.sh,fetch-machines.sh,architectures.bash} | sha256sum | cut -c 1-16)
        root=$cache/$made
        [ -d "$root" ] || make_root
    fi
    root=$(realpath "$root")
    [ -d "$root/fetched/libcap-ng" ] || die "$root is no root to build in: contrib/release/complete-root was not run on it"
    for arch in $(machines); do
        [[ " ${arches[*]} " != *" $arch "* ]] || [ -f "$root/fetched/machines/$arch/kernel" ] ||
            die "$root is no root to build in: it has no kernel for the self-test on $arch" \
                "Make it again: contrib/release/complete-root fetches the kernel"
    done
    # shellcheck disable=SC2016 # for dpkg-query
    mapfile -t installed < <(dpkg-query --admindir "$root/var/lib/dpkg" --show \
        --showformat '${Package}:${Architecture} ${Version}\n' | sort)
}

make_root() {
    command -v mmdebstrap >/dev/null || die "no mmdebstrap" "apt-get install mmdebstrap, or name a root with --root"
    say "making a root of Debian 13: $root"
    mkdir -p "$(dirname "$root")"
    rm -rf --one-file-system "$root.new"
    if ! mmdebstrap --quiet --variant=minbase --include="$(paste -sd , "$here/contrib/release/root-packages")" trixie \
        "$root.new" || ! "$here/contrib/release/complete-root" "$root.new"; then
        die "the root could not be made"
    fi
    mv "$root.new" "$root"
}

# in_root COMMAND...: in a copy of the root that is forgotten at the end, with $work as /work; no network. The
# semaphores in /dev/shm are its own: libfaketime names them by its process id, which another namespace has too.
in_root() {
    local layers=$work/layers status=0
    rm -rf --one-file-system "$layers"
    mkdir -p "$layers"/{upper,work,root}
    # shellcheck disable=SC2016 # expands in the inner shell
    setpriv --pdeathsig KILL unshare --mount --propagation private --net --pid --fork --kill-child -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        VERSION="$version" SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" bash -euc '
            mount -t overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" overlay "$2/root"
            work=$3
            cd "$2/root"
            shift 3
            mount -t proc proc proc
            mount --rbind /dev dev
            mount -t tmpfs -o mode=1777 tmpfs dev/shm
            mount --rbind /sys sys
            mount -t tmpfs -o mode=1777 tmpfs tmp
            mkdir work .old
            mount --bind "$work" work
            pivot_root . .old
            cd /
            umount -l /.old
            rmdir /.old
            exec "$@"' in_root "$root" "$layers" "$work" "$@" || status=$?
    # What is removed now would hide it, and the log could not be written.
    [ $status -eq 0 ] || [ "$(df --output=avail "$work" | tail -n 1)" -ge 4096 ] || full='No space left on device '
    rm -rf --one-file-system "$layers"
    return $status
}

# ---- the parts ----

# Resumes what the same commit has done in the same root, and nothing else.
begin() {
    local is
    is=$(printf '%s\n' "$commit" "${arches[*]}" "${installed[@]}" | sha256sum)
    if [ -d "$part" ] && [ "$(cat "$part/is" 2>/dev/null)" != "$is" ]; then
        [ ! -e "$part/is" ] || say "discarded: $part, of another commit, root or list of architectures"
        rm -rf --one-file-system "$part"
    fi
    mkdir -p "$part"
    begun=yes
    echo "$is" >"$part/is"
    mkdir -p "$work/release" "$work/log" "$work/done" "$work/new"
    git -C "$here" archive --format=tar --prefix="$name/" "$commit" >"$work/$name.tar"
    {
        printf 'version: %s\ncommit: %s\ntime: %s\narchitectures: %s\n' "$version" "$commit" "$SOURCE_DATE_EPOCH" \
            "${arches[*]}"
        (cd "$root/fetched" && sha256sum ./*.deb ./*.orig.tar.* | sed 's,^,fetched: ,; s,\./,,')
        printf 'package: %s\n' "${installed[@]}"
    } >"$work/build-info"
}

# do_part NAME: as build-in-root NAME, unless it is done.
do_part() {
    local seconds=$SECONDS
    if [ ! -e "$work/done/$1" ]; then
        rm -rf "$work/new"
        tar -C "$work" --strip-components=3 -xf "$work/$name.tar" "$name/contrib/release/build-in-root"
        in_root /work/build-in-root "$1" >"$work/log/$1" 2>&1 </dev/null ||
            die "$1 could not be built: $full$(sed -n 's/.*error: //p' "$work/log/$1" | tail -n 1)" \
                "$(tail -n 5 "$work/log/$1")" "The log is $work/log/$1"
        cp -a "$work/new/." "$work/release/"
        touch "$work/done/$1"
    fi
    say "$1: built twice, the same bytes$(result "$1") ($((SECONDS - seconds)) s)"
}

result() {
    [ ! -e "$work/log/$1.result" ] || echo ", self-test: $(cat "$work/log/$1.result")"
}

write_sums() {
    (cd "$work/release" && find . -type f ! -name 'SHA256SUMS*' -printf '%P\n' | sort | xargs sha256sum) >"$work/SHA256SUMS"
    mv "$work/SHA256SUMS" "$work/release/"
    [ -z "$key" ] || sign
}

sign() {
    cp "$key" "$work/key" # in a folder of root's, which goes in the end
    cp "$work/release/SHA256SUMS" "$work/"
    if ! in_root minisign -S -s /work/key -m /work/SHA256SUMS -t "capwrap $version" >"$work/log/sign" 2>&1; then
        rm -f "$work/key"
        die "SHA256SUMS could not be signed: $(grep -vxE 'done|' "$work/log/sign" | tail -n 1 | sed 's/.*[.][.][.] //')"
    fi
    rm -f "$work/key"
    mv "$work/SHA256SUMS.minisig" "$work/release/"
}

# ---- verifying ----

# Exits with 3 where the root is another one.
compare_packages() {
    local differences
    differences=$(diff <(sed -n 's/^package: //p' "$verify/build-info") <(printf '%s\n' "${installed[@]}")) && return 0
    printf '%s\n' "the root's packages are not those of the release (< the release, > here):" \
        "$(grep '^[<>]' <<<"$differences")" >&2
    exit 3
}

names() {
    find "$1" -type f -printf '%P\n' | sort
}

compare_files() {
    local file bad=0
    while read -r file; do
        cmp "$work/release/$file" "$verify/$file" || bad=1
    done < <(names "$work/release")
    diff <(names "$work/release") <(names "$verify" | grep -v '\.minisig$') || bad=1
    [ $bad -eq 0 ] || die "other bytes than those of $verify"
    say "verified: $(names "$verify" | grep -cv '\.minisig$') files have the same bytes"
}

# However it ends: after an error the line above says what failed, a full disk, for instance. A signal can come while
# standard error is a log.
exec {said}>&2
ended() {
    local status=$?
    rm -f "${work:+$work/key}"
    if [ -n "$verify" ]; then
        rm -rf --one-file-system "${out%/release}"
    elif [ $status -ne 0 ] && [ -n "$begun" ]; then
        printf 'release.sh: not finished: run it again to go on from %s\n' "$part" >&"$said"
    fi
}
trap ended EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

need_linux
check_arguments
find_commit
find_root_to_build_in
[ -z "$verify" ] || compare_packages
begin
for arch in "${arches[@]}"; do do_part "$arch"; done
do_part packages
do_part bundle
write_sums
if [ -n "$verify" ]; then
    compare_files
    exit 0
fi
mv -T "$work/release" "$out"
rm -rf --one-file-system "$part"
say "released: $out"
