#!/usr/bin/env bats
# contrib/release/release.sh: whole releases of a clone, in a root of Debian 13.

# shellcheck disable=SC2154 # bats
load ../../support/common
load release

setup_file() {
    require_root
    export CLONE=$BATS_FILE_TMPDIR/clone ROOT VERSION SMALL=$BATS_FILE_TMPDIR/small KEYS=$BATS_FILE_TMPDIR/keys
    clone "$CLONE"
    VERSION=$(sed -nE 's/^  VERSION ([0-9.]+)$/\1/p' "$CLONE/CMakeLists.txt")
    ROOT=$(release_root)
    mkdir "$KEYS"
    minisign -G -W -p /mnt/public -s /mnt/key
    printf 'right\nright\n' | minisign -G -p /mnt/locked.public -s /mnt/locked
    "$CLONE/contrib/release/release.sh" "$SMALL" --key "$KEYS/key" --arch amd64,i386 --root "$ROOT" >"$BATS_FILE_TMPDIR/log" 2>&1 ||
        { cat "$BATS_FILE_TMPDIR/log" >&2 && return 1; }
}

setup() {
    OUT=$BATS_TEST_TMPDIR/out
}

# minisign WORD...: of the root, with KEYS as /mnt.
minisign() {
    # shellcheck disable=SC2016 # for the inner shell
    unshare --mount --propagation private -- bash -euc '
        mount --bind "$1" "$2/mnt" && exec chroot "${@:2}"' minisign "$KEYS" "$ROOT" minisign "$@"
}

# ---- one with a signature, for two architectures ----

@test "the release contains programs, debug files, packages, sources, licences, and the bill of materials" {
    run find "$SMALL" -printf '%P\n'
    assert_equal "$(sort <<<"$output")" "$(
        sort <<TEXT

NOTICE
SHA256SUMS
SHA256SUMS.minisig
build-info
capwrap-$VERSION-1.x86_64.rpm
capwrap-$VERSION-sources.tar.xz
capwrap-$VERSION.cdx.json
capwrap-$VERSION.spdx.json
capwrap-$VERSION.tar.xz
capwrap-learn-$VERSION-1.x86_64.rpm
capwrap-learn-linux-amd64
capwrap-learn-linux-amd64.debug
capwrap-learn-linux-i386
capwrap-learn-linux-i386.debug
capwrap-learn_${VERSION}_amd64.deb
capwrap-linux-amd64
capwrap-linux-amd64.debug
capwrap-linux-i386
capwrap-linux-i386.debug
capwrap.MIT
capwrap_${VERSION}_amd64.deb
libcap-ng.LGPL-2.1
musl.copyright
TEXT
    )"
}

@test "the sums are correct, and do not list themselves; the signature names the version" {
    cd "$SMALL"
    sha256sum --quiet --check SHA256SUMS
    assert_equal "$(wc -l <SHA256SUMS)" $(($(find . -type f | wc -l) - 2))
    refute_regex "$(cat SHA256SUMS)" 'SHA256SUMS'
    cp SHA256SUMS* "$KEYS/"
    run minisign -V -p /mnt/public -m /mnt/SHA256SUMS
    assert_success
    assert_output --partial "Trusted comment: capwrap $VERSION"
}

@test "the programs are static, position-independent and stripped, without text relocations; the debug files match" {
    local program
    for program in "$SMALL"/capwrap-linux-{amd64,i386} "$SMALL"/capwrap-learn-linux-{amd64,i386}; do
        run file --brief "$program"
        assert_output --partial 'static-pie linked'
        assert_output --regexp ', stripped$'
        refute_regex "$(readelf --dynamic --wide "$program")" 'NEEDED|TEXTREL'
        assert_equal "$(readelf --notes "$program" | grep 'Build ID')" "$(readelf --notes "$program.debug" | grep 'Build ID')"
        assert_equal "$("$program" --version | head -n 1)" "$(basename "${program%-linux-*}") $VERSION"
    done
}

@test "the source builds without git" {
    tar -C "$BATS_TEST_TMPDIR" -xf "$SMALL/capwrap-$VERSION.tar.xz"
    cd "$BATS_TEST_TMPDIR/capwrap-$VERSION"
    [[ ! -e .git ]]
    cmake -B build -G Ninja -DBUILD_TESTING=OFF >log 2>&1
    cmake --build build >log 2>&1 || fail "$(tail log)"
    assert_equal "$(build/capwrap --version | head -n 1)" "capwrap $VERSION"
}

@test "the packages need no C library that Debian 12 does not have (contrib/packaging/glibc-2.34.h)" {
    local package
    for package in "$SMALL"/*.deb; do
        run dpkg-deb --field "$package" Depends
        assert_output --regexp '^libc6 \(>= 2\.3[0-6]\), libcap-ng0 \(>= 0\.[78][0-9.]*\)$'
    done
    run rpm -qp --requires "$SMALL"/*.rpm
    refute_output --regexp 'GLIBC_2\.(3[789]|[4-9][0-9])'
}

@test "the bill of materials has the sum of each program, and what is in them" {
    local program
    for program in "$SMALL"/capwrap{,-learn}-linux-{amd64,i386}; do
        assert_equal "$(jq -r --arg name "${program##*/}" '.components[] | select(.name == $name).hashes[0].content' \
            "$SMALL/capwrap-$VERSION.cdx.json")" "$(sha256sum <"$program" | cut -d ' ' -f 1)"
    done
    assert_equal "$(jq -c '[.components[] | select(.type == "library").name]' "$SMALL/capwrap-$VERSION.cdx.json")" \
        '["libcap-ng","musl"]'
}

@test "the archive of all sources contains libcap-ng's, with the hash in the bill of materials" {
    local hash
    hash=$(tar -xOf "$SMALL/capwrap-$VERSION-sources.tar.xz" --wildcards '*/fetched/libcap-ng_*.orig.tar.gz' | sha256sum | cut -d ' ' -f 1)
    assert_equal "$(jq -r '.components[] | select(.name == "libcap-ng").hashes[0].content' "$SMALL/capwrap-$VERSION.cdx.json")" "$hash"
    assert_equal "$(jq -r '.packages[] | select(.name == "libcap-ng").checksums[0].checksumValue' "$SMALL/capwrap-$VERSION.spdx.json")" "$hash"
    grep -q "^fetched: $hash  libcap-ng_" "$SMALL/build-info"
}

@test "Debian's validator of SPDX accepts the bill of materials and rejects a broken one" {
    local root
    root=$("$SRC_DIR/tests/support/root-cache" spdx-sid sid python3-spdx-tools)
    validate() {
        # shellcheck disable=SC2016 # for the inner shell
        "$SRC_DIR/tests/support/in-system" "$root" bash -c 'cat >/tmp/x.spdx.json && pyspdxtools -i /tmp/x.spdx.json'
    }
    run validate <"$SMALL/capwrap-$VERSION.spdx.json"
    assert_success
    run validate < <(jq 'del(.creationInfo)' "$SMALL/capwrap-$VERSION.spdx.json")
    assert_failure
}

@test "another clone verifies it: every file has the same bytes" {
    clone "$BATS_TEST_TMPDIR/clone"
    run "$BATS_TEST_TMPDIR/clone/contrib/release/release.sh" --verify "$SMALL" --root "$ROOT"
    assert_success
    assert_line --regexp '^==> verified: [0-9]+ files have the same bytes$'
}

@test "--verify distinguishes another root from other bytes by its status, and names the packages" {
    cp -a "$SMALL" "$BATS_TEST_TMPDIR/changed"
    sed -i 's/^package: gcc:amd64 .*/package: gcc:amd64 1:2.3/' "$BATS_TEST_TMPDIR/changed/build-info"
    (cd "$BATS_TEST_TMPDIR/changed" && sed '/ build-info$/d' SHA256SUMS >sums && sha256sum build-info >>sums && mv sums SHA256SUMS)
    release --verify "$BATS_TEST_TMPDIR/changed" --root "$ROOT"
    assert_failure 3
    assert_line '< gcc:amd64 1:2.3'
    assert_line --regexp '^> gcc:amd64 '
}

# ---- what goes wrong ----

@test "a wrong password is an error, and nothing looks finished; with the right one the release continues" {
    run "$CLONE/contrib/release/release.sh" "$OUT" --key "$KEYS/locked" --arch amd64 --root "$ROOT" <<<wrong
    assert_failure 1
    assert_output --partial 'SHA256SUMS could not be signed: Wrong password for that key'
    [[ ! -e $OUT ]]
    run find "$OUT.part" -name key
    refute_output
    run "$CLONE/contrib/release/release.sh" "$OUT" --key "$KEYS/locked" --arch amd64 --root "$ROOT" <<<right
    assert_success
    assert_output --partial 'amd64: built twice, the same bytes'
    [[ -s $OUT/SHA256SUMS.minisig && ! -e $OUT.part ]]
}

@test "a full disk is an error, and nothing looks finished" {
    mkdir "$BATS_TEST_TMPDIR/small"
    # shellcheck disable=SC2016 # for the inner shell
    run unshare --mount --propagation private -- bash -c '
        mount -t tmpfs -o size=24m small "$1/small" &&
            "$2/contrib/release/release.sh" "$1/small/out" --unsigned --arch amd64 --root "$3"
        status=$?
        ls "$1/small"
        exit $status' - "$BATS_TEST_TMPDIR" "$CLONE" "$ROOT"
    assert_failure 1
    assert_output --partial 'No space left on device'
    assert_line --partial 'not finished: run it again'
    assert_line out.part
    refute_line out
}

@test "an interrupted release leaves nothing that looks finished, and continues from there" {
    setsid "$CLONE/contrib/release/release.sh" "$OUT" --unsigned --arch amd64,i386 --root "$ROOT" >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
    local pid=$! end=$((SECONDS + 1800))
    until [[ -e $OUT.part/work/done/amd64 ]]; do
        ((SECONDS < end)) && kill -0 "$pid" || fail "$(cat "$BATS_TEST_TMPDIR/log")"
        sleep 0.2
    done
    kill -TERM -- "-$pid"
    wait "$pid" || true
    [[ ! -e $OUT && -e $OUT.part ]]
    grep -q 'not finished: run it again to continue' "$BATS_TEST_TMPDIR/log"
    local time
    time=$(stat -c %Y "$OUT.part/work/release/capwrap-linux-amd64")
    release "$OUT" --unsigned --arch amd64,i386 --root "$ROOT"
    assert_success
    assert_equal "$(stat -c %Y "$OUT/capwrap-linux-amd64")" "$time"
    cmp "$OUT/capwrap-linux-amd64" "$SMALL/capwrap-linux-amd64"
}

# ---- all of it ----

@test "for each architecture the release builds and passes the self-test" {
    release "$OUT" --unsigned --root "$ROOT"
    assert_success
    local arch
    for arch in amd64 arm64 armhf i386 ppc64el riscv64 s390x; do
        assert_line --regexp "^==> $arch: built twice, the same bytes, self-test: 27 claims (natively|/usr/bin/qemu-[a-z0-9]+)"
        [[ $(stat -c %s "$OUT/capwrap-linux-$arch") -lt 350000 ]]
    done
    for arch in riscv64 s390x; do
        assert_line --regexp "^==> $arch: .*, 27 on Linux 6\.12\.[0-9]+\+deb13-$arch \("
    done
}
