# A release of a clone. Source it after support/common.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output

# clone FOLDER: what is committed here.
clone() {
    git -c safe.directory='*' clone --quiet "file://$SRC_DIR" "$1"
    git -C "$1" config user.name Test
    git -C "$1" config user.email test@example.org
}

release() {
    run "$CLONE/contrib/release/release.sh" "$@"
}

# refuses PATTERN WORD...: nothing is left of such a release.
refuses_release() {
    release "${@:2}"
    printf 'case: %s\n%s\n' "${*:2}" "$output"
    [[ $status == [12] && $output =~ $1 ]] || fail "status $status: $output"
    [[ ! -e $OUT && ! -e $OUT.part ]] || fail "$OUT is there"
}

# release_root: the root that release.sh would make, from the cache.
release_root() {
    local packages from=$SRC_DIR/contrib/release
    mapfile -t packages <"$from/root-packages"
    "$SRC_DIR/tests/support/root-cache" --with="$from/fetch.sh" --with="$from/fetch-machines.sh" \
        --with="$from/architectures.bash" --run="$from/complete-root" release trixie "${packages[@]}"
}
