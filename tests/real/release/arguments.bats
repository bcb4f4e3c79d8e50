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
    refuses_release 'no-such-key cannot be read' "$OUT" --key "$BATS_TEST_TMPDIR/no-such-key"
}

@test "an architecture that there is not is refused, and those that there are are named" {
    refuses_release 'no architecture pdp11
  There are: amd64 arm64 armhf i386 ppc64el riscv64 s390x' "$OUT" --unsigned --arch amd64,pdp11
}

@test "a dirty tree is refused, unless that is allowed" {
    echo >>"$CLONE/README.md"
    refuses_release 'the tree differs from its commit
  Commit, or say --allow-dirty
   M README.md' "$OUT" --unsigned
    refuses_release 'is no root to build in' "$OUT" --unsigned --allow-dirty --root "$BATS_TEST_TMPDIR"
    git -C "$CLONE" checkout --quiet README.md
    touch "$CLONE/new"
    refuses_release 'the tree differs' "$OUT" --unsigned
    rm "$CLONE/new"
}

@test "a folder that is there is not written to" {
    mkdir "$OUT"
    release "$OUT" --unsigned
    assert_failure 1
    assert_output --partial "$OUT is there already"
    rmdir "$OUT"
}

@test "wrong words are told, and the usage" {
    refuses_release 'unknown option: --nonsense' "$OUT" --nonsense
    refuses_release 'Usage: ' "$OUT" --arch
    refuses_release 'Usage: ' "$OUT" more
    release --help
    assert_success
    assert_line --index 0 --partial 'Usage: contrib/release/release.sh OUT'
}

@test "only a release can be verified, and one whose commit is here" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    refuses_release 'is no release: there is no build-info' --verify "$BATS_TEST_TMPDIR/folder"
    printf '%s\n' "commit: $(printf '0%.0s' {1..40})" 'architectures: amd64' >"$BATS_TEST_TMPDIR/folder/build-info"
    touch "$BATS_TEST_TMPDIR/folder/SHA256SUMS"
    refuses_release 'this repository has no commit 0000' --verify "$BATS_TEST_TMPDIR/folder"
    refuses_release '--verify takes a folder' "$OUT" --verify "$BATS_TEST_TMPDIR/folder"
}

@test "the parts refuse an architecture that there is not as well, and say what they take" {
    local script
    for script in fetch.sh sysroot.sh; do
        run "$CLONE/contrib/release/$script" --help
        assert_success
        assert_line --index 0 --partial "Usage: contrib/release/$script"
        run "$CLONE/contrib/release/$script"
        assert_failure 2
    done
    run "$CLONE/contrib/packaging/static-musl.sh" --arch pdp11 "$BATS_TEST_TMPDIR/static"
    assert_failure 1
    assert_output --partial 'no architecture pdp11'
}
