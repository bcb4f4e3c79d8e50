#!/usr/bin/env bats
# contrib/release/release.sh: what it refuses before it builds anything.

load ../../support/common
load release

setup_file() {
    require_root
    export CLONE=$BATS_FILE_TMPDIR/clone
    clone "$CLONE"
}

setup() {
    OUT=$BATS_TEST_TMPDIR/out
}

@test "without a key, and without --unsigned, there is no release; nor with both" {
    refuses_release 'error: no key' "$OUT"
    refuses_release 'exclude each other' "$OUT" --unsigned --key /dev/null
    assert_equal "$status" 2
    refuses_release 'no-such-key cannot be read' "$OUT" --key "$BATS_TEST_TMPDIR/no-such-key"
    assert_equal "$status" 2
}

# key FILE LETTERS BYTES: a file like minisign's, with so many bytes in base64 that begin with LETTERS.
key() {
    { printf '%s' "$2" && head -c $(($3 - ${#2})) /dev/zero; } | base64 -w 0 | { echo 'untrusted comment: key' && cat; } >"$1"
}

@test "a file that is not a minisign secret key is refused before anything is built" {
    local key=$BATS_TEST_TMPDIR/key
    refuses_release 'error: .* is not a regular file' "$OUT" --key "$BATS_TEST_TMPDIR"
    assert_equal "$status" 2
    key "$key" Ed 42 # a public one
    refuses_release 'key is not a minisign secret key' "$OUT" --key "$key"
    key "$key" xx 158
    refuses_release 'key is not a minisign secret key' "$OUT" --key "$key"
    assert_equal "$status" 2
    : >"$key"
    refuses_release 'key is not a minisign secret key' "$OUT" --key "$key"
    head -c 300 /dev/urandom >"$key"
    refuses_release 'key is not a minisign secret key' "$OUT" --key "$key"
    key "$key" Ed 158
    refuses_release 'is not a build root' "$OUT" --key "$key" --root "$BATS_TEST_TMPDIR"
}

@test "an unknown architecture is refused, and the known ones are listed" {
    refuses_release 'unknown architecture pdp11
  Known: amd64 arm64 armhf i386 ppc64el riscv64 s390x' "$OUT" --unsigned --arch amd64,pdp11
    assert_equal "$status" 2
    refuses_release 'unknown architecture pdp11' "$OUT" --unsigned --arch=amd64,pdp11
}

@test "an empty list of architectures is not all of them, and an empty element is refused" {
    local list
    refuses_release 'error: --arch is empty' "$OUT" --unsigned --arch ''
    assert_equal "$status" 2
    refuses_release 'error: --arch is empty' "$OUT" --unsigned --arch=
    for list in ',' 'amd64,' ',amd64' 'amd64,,i386'; do
        refuses_release "error: --arch '$list' has an empty element" "$OUT" --unsigned --arch "$list"
        assert_equal "$status" 2
    done
}

@test "a dirty tree is refused, unless that is allowed" {
    echo >>"$CLONE/README.md"
    refuses_release 'the tree differs from its commit
  Commit, or use --allow-dirty, which leaves out untracked files \(\?\?\)
   M README.md' "$OUT" --unsigned
    refuses_release 'is not a build root' "$OUT" --unsigned --allow-dirty --root "$BATS_TEST_TMPDIR"
    git -C "$CLONE" checkout --quiet README.md
    touch "$CLONE/new"
    refuses_release '  \?\? new' "$OUT" --unsigned
    refuses_release 'untracked files are not part of the release: new' "$OUT" --unsigned --allow-dirty --root "$BATS_TEST_TMPDIR"
    rm "$CLONE/new"
}

@test "OUT, OUT.part and the key in the clone do not make it dirty; another file beside them does" {
    OUT=$CLONE/dist/out
    mkdir -p "$OUT.part/work"
    touch "$OUT.part/is" "$OUT.part/work/file"
    key "$CLONE/minisign.key" Ed 158
    release "$OUT" --key "$CLONE/minisign.key" --root "$BATS_TEST_TMPDIR"
    assert_failure 1
    assert_output --partial 'is not a build root'
    refute_output --partial 'untracked'
    refute_output --partial 'not finished'
    touch "$CLONE/dist/out.parts"
    release "$OUT" --key "$CLONE/minisign.key" --root "$BATS_TEST_TMPDIR"
    assert_failure 1
    assert_output --partial '?? dist/out.parts'
    refute_output --partial '?? minisign.key'
    rm -r "$CLONE/dist" "$CLONE/minisign.key"
}

@test "an existing directory OUT is refused" {
    mkdir "$OUT"
    release "$OUT" --unsigned
    assert_failure 2
    assert_output --partial "$OUT already exists"
    rmdir "$OUT"
}

@test "an OUT.part that release.sh did not make is refused, and not changed" {
    mkdir "$OUT.part"
    touch "$OUT.part/file"
    release "$OUT" --unsigned --root "$BATS_TEST_TMPDIR"
    assert_failure 2
    assert_output --partial "$OUT.part exists and was not made by this script"
    refute_output --partial 'not finished'
    echo a text >"$OUT.part/is"
    release "$OUT" --unsigned --root "$BATS_TEST_TMPDIR"
    assert_failure 2
    [[ -e $OUT.part/file && -e $OUT.part/is ]]
    rm -r "$OUT.part"
    ln -s "$BATS_TEST_TMPDIR" "$OUT.part"
    release "$OUT" --unsigned --root "$BATS_TEST_TMPDIR"
    assert_failure 2
    assert_output --partial "$OUT.part exists and is not a directory"
}

# small_root FOLDER: one with busybox alone, which is enough for parts that are scripts.
small_root() {
    local file
    mkdir -p "$1"/{bin,dev,proc,sys,tmp,var/lib/dpkg/updates,fetched/libcap-ng}
    cp /bin/busybox "$1/bin/"
    for file in $(ldd /bin/busybox 2>/dev/null | grep -o '/[^ ]*'); do
        mkdir -p "$1${file%/*}"
        cp -L "$file" "$1$file"
    done
    for file in sh umount rmdir mkdir ls touch mount; do ln -s busybox "$1/bin/$file"; done
    touch "$1/fetched/musl-dev.deb" "$1/fetched/libcap-ng.orig.tar.gz" "$1/var/lib/dpkg/status"
}

@test "a root without a kernel for the self-test is refused where the architecture has one" {
    local root=$BATS_TEST_TMPDIR/root
    small_root "$root"
    refuses_release 'is not a build root: it has no kernel for the self-test on s390x' "$OUT" --unsigned --arch amd64,s390x \
        --root "$root"
    mkdir -p "$root/fetched/machines/riscv64"
    touch "$root/fetched/machines/riscv64/kernel"
    refuses_release 'no kernel for the self-test on s390x' "$OUT" --unsigned --root "$root"
}

@test "a release continues from its own OUT.part, reports if it discards another's, and builds with its own /dev/shm" {
    local root=$BATS_TEST_TMPDIR/root in=contrib/release/build-in-root name=capwrap-shm-$BATS_SUITE_TEST_NUMBER
    small_root "$root"
    CLONE=$BATS_TEST_TMPDIR/clone
    clone "$CLONE"
    # The part "packages" fails, and "amd64" uses a name in /dev/shm that the host has.
    cat >"$CLONE/$in" <<TEXT
#!/bin/sh
set -e
[ "\$1" != packages ] || { echo 'error: no packages' && exit 1; }
[ ! -e /dev/shm/$name ] || { echo 'error: the /dev/shm of the host' && exit 1; }
touch /dev/shm/$name
mkdir /work/new
echo "\$1" >"/work/new/\$1"
TEXT
    git -C "$CLONE" commit --quiet --all --message=first
    touch "/dev/shm/$name"
    release "$OUT" --unsigned --arch amd64 --root "$root"
    rm "/dev/shm/$name"
    assert_failure 1
    assert_line --partial 'amd64: built twice'
    assert_output --partial 'packages could not be built: no packages'
    assert_output --partial "not finished: run it again to continue from $OUT.part"
    refute_output --partial discarded
    release "$OUT" --unsigned --arch amd64 --root "$root"
    assert_failure 1
    refute_output --partial discarded
    sed -i /packages/d "$CLONE/$in"
    git -C "$CLONE" commit --quiet --all --message=second
    release "$OUT" --unsigned --arch amd64 --root "$root"
    assert_success
    assert_output --partial "discarded: $OUT.part"
    (cd "$OUT" && sha256sum --check --quiet SHA256SUMS)
    [[ ! -e $OUT.part && ! -e /dev/shm/$name ]]
}

@test "--verify reports changed files and another root before it builds, then files that differ or exist on one side only" {
    local root=$BATS_TEST_TMPDIR/root
    small_root "$root"
    CLONE=$BATS_TEST_TMPDIR/clone
    clone "$CLONE"
    cat >"$CLONE/contrib/release/build-in-root" <<'TEXT'
#!/bin/sh
mkdir /work/new
echo "$1" >"/work/new/$1"
[ "$1" != bundle ] || busybox cp /work/build-info /work/new/
TEXT
    git -C "$CLONE" commit --quiet --all --message=first
    release "$OUT" --unsigned --arch amd64 --root "$root"
    assert_success
    release --verify "$OUT" --root "$root"
    assert_success
    assert_line --partial 'verified: 5 files have the same bytes'
    echo bottle >"$OUT/bundle"
    release --verify "$OUT" --root "$root"
    assert_failure 1
    assert_line --partial 'bundle: FAILED'
    assert_output --partial 'do not match SHA256SUMS'
    refute_output --partial 'built twice'
    (cd "$OUT" && sha256sum amd64 bundle build-info packages >SHA256SUMS)
    release --verify "$OUT" --root "$root"
    assert_failure 1
    assert_line --partial 'bundle differ'
    assert_output --partial "error: the files differ from those of $OUT"
    echo bundle >"$OUT/bundle"
    cp "$OUT/build-info" "$BATS_TEST_TMPDIR/"
    echo 'package: gcc:amd64 1:2.3' >>"$OUT/build-info"
    (cd "$OUT" && sha256sum amd64 bundle build-info packages >SHA256SUMS)
    release --verify "$OUT" --root "$root"
    assert_failure 3
    assert_line '< gcc:amd64 1:2.3'
    refute_output --partial 'built twice'
    cp "$BATS_TEST_TMPDIR/build-info" "$OUT/"
    touch "$OUT/one-more"
    (cd "$OUT" && sha256sum amd64 bundle build-info packages >SHA256SUMS)
    release --verify "$OUT" --root "$root"
    assert_failure 1
    assert_line '> one-more'
}

# build_in_root WARNS: build-in-root of amd64, where the build that WARNS names (first, second, none) prints a warning;
# with /work and /build of its own, and without a compiler.
build_in_root() {
    local work=$BATS_TEST_TMPDIR/work bin=$BATS_TEST_TMPDIR/bin source=$BATS_TEST_TMPDIR/capwrap-1
    rm -rf "$work" "$bin" "$source"
    mkdir -p "$work/log" "$bin" "$source/contrib/packaging"
    printf '#!/bin/sh\nshift 2\nWARNS_NOW=second exec "$@"\n' >"$bin/faketime"
    # shellcheck disable=SC2016 # for the scripts
    printf '#!/bin/sh\nfor last; do :; done\n: >"$last"\n' >"$bin/fake-objcopy"
    # shellcheck disable=SC2016 # for the script
    printf '#!/bin/sh\n: >"$2"\n' >"$bin/fake-strip"
    cat >"$source/contrib/packaging/static-musl.sh" <<'TEXT'
#!/bin/sh
for out; do :; done
mkdir -p "$out/sysroot" "$out/build"
echo fake >"$out/sysroot/target"
[ "${WARNS_NOW-first}" != "$WARNS" ] || echo 'x.c:1:1: warning: unused'
TEXT
    chmod 755 "$bin"/* "$source/contrib/packaging/static-musl.sh"
    tar -C "$BATS_TEST_TMPDIR" -cf "$work/capwrap-1.tar" capwrap-1
    # shellcheck disable=SC2016 # for the inner shell
    run unshare --mount --propagation private -- bash -euc '
        root=$1/host
        mkdir -p "$root"
        mount -t tmpfs tmpfs "$root"
        mkdir "$root"/{work,tmp}
        for folder in bin dev etc lib lib64 proc sbin usr; do
            if [ -L "/$folder" ]; then cp -P "/$folder" "$root/"; elif [ -d "/$folder" ]; then
                mkdir "$root/$folder"
                mount --rbind "/$folder" "$root/$folder"
            fi
        done
        mkdir "$root/bin-of-test"
        mount --bind "$1/bin" "$root/bin-of-test"
        mount --bind "$1/work" "$root/work"
        cp "$2" "$root/build-in-root"
        PATH=/bin-of-test:$PATH WARNS=$3 VERSION=1 SOURCE_DATE_EPOCH=1 chroot "$root" /build-in-root amd64 \
            >"$1/work/log/amd64" 2>&1 </dev/null' - "$BATS_TEST_TMPDIR" "$SRC_DIR/contrib/release/build-in-root" "$1"
    output=$(cat "$work/log/amd64")
}

@test "a warning of the compiler in either build is an error; without one the self-test is reached" {
    local build
    for build in first second; do
        build_in_root "$build"
        assert_failure 1
        assert_output --partial 'error: amd64: the compiler warns: x.c:1:1: warning: unused'
    done
    build_in_root none
    assert_failure
    assert_output --partial 'tests/support/probe.c'
    refute_output --partial 'compiler warns'
}

@test "a package list that cannot be fetched is an error, and a warning with --allow-stale" {
    local bin=$BATS_TEST_TMPDIR/bin folder=$BATS_TEST_TMPDIR/fetched
    mkdir "$bin"
    cat >"$bin/apt-get" <<TEXT
#!/bin/sh
echo "\$*" >>"$BATS_TEST_TMPDIR/calls"
case "\$*" in *update) exit 100 ;; esac
TEXT
    printf '#!/bin/sh\necho amd64\n' >"$bin/dpkg"
    chmod 755 "$bin"/*
    PATH=$bin:$PATH run "$CLONE/contrib/release/fetch.sh" "$folder" amd64
    assert_failure 1
    assert_output --partial 'apt could not fetch all package lists'
    assert_equal "$(cat "$BATS_TEST_TMPDIR/calls")" '-qq -o APT::Update::Error-Mode=any update'
    PATH=$bin:$PATH run "$CLONE/contrib/release/fetch.sh" --allow-stale "$folder" amd64
    assert_success
    assert_output 'fetch.sh: not all package lists could be fetched: the packages may be older than the archive'"'"'s'
    grep -q 'download musl-dev:amd64' "$BATS_TEST_TMPDIR/calls"
}

@test "an unknown option is named, and wrong usage prints the usage" {
    refuses_release 'unknown option: --nonsense' "$OUT" --nonsense
    assert_equal "$status" 2
    refuses_release 'Usage: ' "$OUT" --arch
    refuses_release 'Usage: ' "$OUT" more
    release --help
    assert_success
    assert_line --index 0 --partial 'Usage: contrib/release/release.sh OUT'
}

@test "only a release whose commit is in the clone can be verified" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    refuses_release 'is not a release: it has no build-info' --verify "$BATS_TEST_TMPDIR/folder"
    printf '%s\n' "commit: $(printf '0%.0s' {1..40})" 'architectures: amd64' >"$BATS_TEST_TMPDIR/folder/build-info"
    (cd "$BATS_TEST_TMPDIR/folder" && sha256sum build-info >SHA256SUMS)
    refuses_release 'this repository has no commit 0000' --verify "$BATS_TEST_TMPDIR/folder"
    refuses_release '--verify takes a directory' "$OUT" --verify "$BATS_TEST_TMPDIR/folder"
}

@test "the scripts of the parts also refuse an unknown architecture, and have a --help" {
    local script
    for script in fetch.sh fetch-machines.sh sysroot.sh; do
        run "$CLONE/contrib/release/$script" --help
        assert_success
        assert_line --index 0 --partial "Usage: contrib/release/$script"
        run "$CLONE/contrib/release/$script"
        assert_failure 2
    done
    run "$CLONE/contrib/packaging/static-musl.sh" --arch pdp11 "$BATS_TEST_TMPDIR/static"
    assert_failure 1
    assert_output --partial 'unknown architecture pdp11'
}
