#!/usr/bin/env bash
# Builds a release, or verifies one. See --help.
set -euo pipefail
export LC_ALL=C.UTF-8
umask 022

usage() {
    cat <<'TEXT'
Usage: contrib/release/release.sh OUT --key FILE | --unsigned [OPTION...]
       contrib/release/release.sh --verify DIR [OPTION...]

Builds a release of this commit in the directory OUT, which must not exist: static capwrap and capwrap-learn for each
architecture; DEB and RPM; the source; licences; a bill of materials; SHA256SUMS. Everything is built twice, in
different directories and with different dates, compared byte for byte, and self-tested.

  --key FILE      sign SHA256SUMS with this minisign secret key; prompts for its password, or reads it from stdin
  --unsigned      do not sign
  --arch LIST     build for these Debian architectures, separated by commas; default: all
  --allow-dirty   release changes in tracked files too; untracked files are left out
  --root ROOT     build in this root of Debian 13, which is only read; by default mmdebstrap creates one, once, in
                  XDG_CACHE_HOME/capwrap-release or ~/.cache/capwrap-release
  --verify DIR    build the release in DIR again, from the commit in its build-info, and compare

Without --allow-dirty untracked files are refused, except OUT, OUT.part and the key.
Needs root. An unfinished release is in OUT.part; running this again with the same commit continues it.

Exit status: 0 success; 1 an error, or the files differ; 2 usage; 3 with --verify: the root has other packages.
TEXT
}

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
# shellcheck source=contrib/packages.bash
source "$here/contrib/packages.bash"
# shellcheck source=contrib/release/architectures.bash
source "$here/contrib/release/architectures.bash"

# wrong TEXT...: the same as die, with exit status 2.
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

# ---- arguments ----

check_arguments() {
    local arch file
    if [ -n "$verify" ]; then
        [ -z "$out$key$unsigned$list$dirty" ] || wrong "--verify takes a directory, and no other option than --root"
        for file in build-info SHA256SUMS; do
            [ -f "$verify/$file" ] || die "$verify is not a release: it has no $file"
        done
        verify=$(cd "$verify" && pwd)
        (cd "$verify" && sha256sum --quiet --check SHA256SUMS) || die "files in $verify do not match SHA256SUMS"
        list=$(info architectures | tr ' ' ,)
        [ -n "$list" ] || die "$verify is not a release: its build-info names no architecture"
        out=$(mktemp -d /tmp/capwrap-verify.XXXXXX)/release
    else
        [ -n "$out" ] || { usage >&2 && exit 2; }
        [ -n "$key$unsigned" ] || wrong "no key" "Sign with --key FILE, or use --unsigned"
        [ -z "$key" ] || [ -z "$unsigned" ] || wrong "--key and --unsigned exclude each other"
        [ -z "$key" ] || check_key
        [ ! -e "$out" ] || wrong "$out already exists"
    fi
    out=$(realpath -m "$out")
    [ -z "$key" ] || key=$(realpath "$key")
    part=$out.part work=$out.part/work
    check_part
    [[ ,$list, != *,,?* && ,$list, != *?,, ]] || wrong "--arch '$list' has an empty element"
    IFS=, read -r -a arches <<<"${list:-$(architectures | paste -sd ,)}"
    for arch in "${arches[@]}"; do (need_architecture "$arch") || exit 2; done
    [ "$(id -u)" -eq 0 ] || die "this needs root, to build in namespaces"
}

# A minisign secret key is a comment and 158 bytes in base64, which start with the letters of the algorithm. A public
# key is shorter.
check_key() {
    local decoded
    [ -r "$key" ] || wrong "$key cannot be read"
    [ -f "$key" ] || wrong "$key is not a regular file"
    decoded=$(sed -n '2{p;q}' "$key" | base64 --decode 2>/dev/null | od -An -v -tx1 | tr -d ' \n') || decoded=''
    if ! head -n 1 "$key" | grep -aq '^untrusted comment:' || [[ $decoded != 4564* || ${#decoded} -ne 316 ]]; then
        wrong "$key is not a minisign secret key"
    fi
}

# OUT.part of another run is removed later, so check that a run made it.
check_part() {
    [ -e "$part" ] || [ -L "$part" ] || return 0
    if [ ! -d "$part" ] || [ -L "$part" ]; then wrong "$part exists and is not a directory"; fi
    [ -n "$(ls -A "$part")" ] || return 0
    if [ ! -f "$part/is" ] || ! is_own "$(tr -d '\0' <"$part/is")"; then
        wrong "$part exists and was not made by this script" "Remove it, or choose another OUT"
    fi
}

# is_own TEXT: succeeds if begin wrote TEXT to OUT.part/is, or if TEXT is empty because begin was interrupted.
is_own() {
    [[ -z $1 || $1 =~ ^[0-9a-f]{64}\ \ -$ ]]
}

# info NAME: prints that field of the build-info of the release to verify.
info() {
    sed -n "s/^$1: //p" "$verify/build-info"
}

# Prints the untracked files of the clone, without those of this release.
untracked() {
    local top path ours=()
    top=$(realpath "$here")
    for path in "$out" "$part" "$key"; do
        [[ $path != "$top"/* ]] || ours+=(":(exclude,literal)${path#"$top/"}")
    done
    git -C "$top" ls-files --others --exclude-standard -- . "${ours[@]}"
}

# Prints the changed and untracked files, for an error message.
differences() {
    [ -z "$changed" ] || printf '%s\n' "$changed"
    [ -z "$others" ] || awk '{ print "??", $0 }' <<<"$others"
}

# Finds the commit to release, its version and its time.
find_commit() {
    local changed others
    git -C "$here" rev-parse --git-dir >/dev/null 2>&1 || die "$here is not a git repository"
    if [ -n "$verify" ]; then
        commit=$(info commit)
        git -C "$here" cat-file -e "$commit^{commit}" 2>/dev/null || die "this repository has no commit $commit"
    else
        changed=$(git -C "$here" status --porcelain --untracked-files=no)
        others=$(untracked)
        [ -z "$changed$others" ] || [ -n "$dirty" ] ||
            die "the tree differs from its commit" "Commit, or use --allow-dirty, which leaves out untracked files (??)" \
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
    [ -d "$root/fetched/libcap-ng" ] || die "$root is not a build root: contrib/release/complete-root was not run on it"
    for arch in $(machines); do
        [[ " ${arches[*]} " != *" $arch "* ]] || [ -f "$root/fetched/machines/$arch/kernel" ] ||
            die "$root is not a build root: it has no kernel for the self-test on $arch" \
                "Create it again: contrib/release/complete-root fetches the kernel"
    done
    # shellcheck disable=SC2016 # for dpkg-query
    mapfile -t installed < <(dpkg-query --admindir "$root/var/lib/dpkg" --show \
        --showformat '${Package}:${Architecture} ${Version}\n' | sort)
}

make_root() {
    command -v mmdebstrap >/dev/null || die "no mmdebstrap" "apt-get install mmdebstrap, or use --root ROOT"
    say "creating a root of Debian 13: $root"
    mkdir -p "$(dirname "$root")"
    rm -rf --one-file-system "$root.new"
    if ! mmdebstrap --quiet --variant=minbase --include="$(paste -sd , "$here/contrib/release/root-packages")" trixie \
        "$root.new" || ! "$here/contrib/release/complete-root" "$root.new"; then
        die "the root could not be created"
    fi
    mv "$root.new" "$root"
}

# in_root COMMAND...: runs it in a temporary copy of the root, with $work as /work and without network. It gets its own
# /dev/shm: libfaketime names its semaphores there by process ID, and process IDs repeat in another namespace.
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
    # Check this before the layers are removed, which frees space. A full disk also prevents writing the log.
    [ $status -eq 0 ] || [ "$(df --output=avail "$work" | tail -n 1)" -ge 4096 ] || full='No space left on device '
    rm -rf --one-file-system "$layers"
    return $status
}

# ---- the parts ----

# Resumes an unfinished release of the same commit, root and architectures; removes any other one.
begin() {
    local is
    is=$(printf '%s\n' "$commit" "${arches[*]}" "${installed[@]}" | sha256sum)
    if [ -d "$part" ] && [ "$(cat "$part/is" 2>/dev/null)" != "$is" ]; then
        [ ! -e "$part/is" ] || say "discarded: $part, which has another commit, root or list of architectures"
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

# do_part NAME: runs build-in-root NAME, unless that part is finished.
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
    cp "$key" "$work/key" # in a directory of root's, which is removed at the end
    cp "$work/release/SHA256SUMS" "$work/"
    if ! in_root minisign -S -s /work/key -m /work/SHA256SUMS -t "capwrap $version" >"$work/log/sign" 2>&1; then
        rm -f "$work/key"
        die "SHA256SUMS could not be signed: $(grep -vxE 'done|' "$work/log/sign" | tail -n 1 | sed 's/.*[.][.][.] //')"
    fi
    rm -f "$work/key"
    mv "$work/SHA256SUMS.minisig" "$work/release/"
}

# ---- verifying ----

# Exits with status 3 if the root has other packages than the release had.
compare_packages() {
    local differences
    differences=$(diff <(sed -n 's/^package: //p' "$verify/build-info") <(printf '%s\n' "${installed[@]}")) && return 0
    printf '%s\n' "the root has other packages than the release (< release, > this root):" \
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
    [ $bad -eq 0 ] || die "the files differ from those of $verify"
    say "verified: $(names "$verify" | grep -cv '\.minisig$') files have the same bytes"
}

# Runs at every exit. After an error, the previous line has the cause, such as a full disk. A signal can arrive while
# standard error is a log, so this writes to a copy of the original one.
exec {said}>&2
ended() {
    local status=$?
    rm -f "${work:+$work/key}"
    if [ -n "$verify" ]; then
        rm -rf --one-file-system "${out%/release}"
    elif [ $status -ne 0 ] && [ -n "$begun" ]; then
        printf 'release.sh: not finished: run it again to continue from %s\n' "$part" >&"$said"
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
