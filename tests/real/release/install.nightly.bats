#!/usr/bin/env bats
# The README's Install, in bare roots of Debian 12 and 13, and contrib/quickstart.sh in roots that hold what it
# installs. The Dockerfile's lines are run by dockerfile.nightly.bats.

load ../../support/common
load ../systems/systems

: "${CAPWRAP_MUSL:?is not set: the static capwrap}"

setup_file() {
    require_root
    export FILES=$BATS_FILE_TMPDIR/files
    mkdir -p "$FILES/build/packages" "$FILES/build/static/build" "$BATS_FILE_TMPDIR/source"
    cp "$CAPWRAP_MUSL" "$FILES/build/static/build/capwrap"
    tar -C "$SRC_DIR" --exclude=./build --exclude=./.git --create . | tar -C "$BATS_FILE_TMPDIR/source" --extract
    (cd "$BATS_FILE_TMPDIR/source" && cmake --workflow --preset deb) >"$BATS_FILE_TMPDIR/log" 2>&1 ||
        { tail "$BATS_FILE_TMPDIR/log" >&2 && return 1; }
    cp "$BATS_FILE_TMPDIR"/source/build/packages/*.deb "$FILES/build/packages/"
}

# line WORD: the command of the README's Install that begins with it.
line() {
    awk '/^## Install$/ { mine = 1; next } /^## / { mine = 0 } mine' "$SRC_DIR/README.md" | grep -oE "\`$1 [^\`]*" | tr -d '\`'
}

# works_in SUITE LINE: in a bare root of it, which has what the package depends on, for there is no network.
works_in() {
    local root
    root=$("$SRC_DIR/tests/support/root-cache" "bare-$1" "$1" libcap-ng0)
    # shellcheck disable=SC2016 # for the shell in the root
    run bash -c 'tar -C "$1" --create . | "$2" "$3" bash -euc "$4" - "$5"' - "$FILES" \
        "$SRC_DIR/tests/support/in-system" "$root" '
        mkdir /files && cd /files && tar --no-same-owner -xf -
        export DEBIAN_FRONTEND=noninteractive
        eval "yes | $1" >log 2>&1 || { cat log && exit 1; }
        capwrap --user nobody --keep NET_RAW --no-new-privs -- grep -E "^(Uid|Cap...):" /proc/self/status' "$2"
    assert_success
    assert_line 'Uid:	65534	65534	65534	65534'
    assert_equal "$(grep -c "	$(mask NET_RAW)$" <<<"$output")" 5
}

@test "the package is installed in bare Debian 12 and 13, and works" {
    works_in bookworm "$(line apt)"
    works_in trixie "$(line apt)"
}

@test "the static program is installed in bare Debian 12 and 13, and works" {
    works_in bookworm "$(line install)"
    works_in trixie "$(line install)"
}

# quickstart_in SUITE
quickstart_in() {
    local root packages
    mapfile -t packages < <(packages_for build show)
    root=$("$SRC_DIR/tests/support/root-cache" "quickstart-$1" "$1" "${packages[@]}")
    run in_system "$root" contrib/quickstart.sh
    assert_success
    assert_line --partial '==> fetched http://127.0.0.1:80/: test page '
    assert_line --regexp '^    CapEff +0000000000000400  NET_BIND_SERVICE$'
    assert_line --partial '==> done'
}

@test "contrib/quickstart.sh shows a server on port 80 in bare Debian 12 and 13" {
    quickstart_in bookworm
    quickstart_in trixie
}
