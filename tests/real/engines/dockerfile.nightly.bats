#!/usr/bin/env bats
# The Dockerfile at the root, built from a clone by Docker 20.10, and by Debian's newest Docker with BuildKit.
#
# Engines of these tests reach no network. So the image that the Dockerfile names is made here, and has all
# that the build would install and fetch.

# shellcheck disable=SC2016,SC2154 # inner shells; bats
load ../../support/common
load docker
load current

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

BASE_PACKAGES=(ca-certificates gcc libc6-dev cmake ninja-build pkg-config libcap-ng-dev make autoconf automake libtool
    gcc-aarch64-linux-gnu)

setup_file() {
    require_root
    export CLONE=$BATS_FILE_TMPDIR/clone BASE=$BATS_FILE_TMPDIR/base.tar ARCHIVED=$BATS_FILE_TMPDIR/archived
    local root
    git -c safe.directory='*' clone --quiet "file://$SRC_DIR" "$CLONE"
    root=$("$SRC_DIR/tests/support/root-cache" --run="$SRC_DIR/tests/real/engines/dockerfile-base" dockerfile-base \
        trixie "${BASE_PACKAGES[@]}")
    tar -C "$root" --create --file "$BASE" .
    # The program from the source archive, in another directory than that of the Dockerfile.
    git -C "$CLONE" archive --prefix=source/ HEAD | "$SRC_DIR/tests/support/in-system" "$root" bash -euc '
        mkdir /elsewhere && cd /elsewhere && tar --no-same-owner -xf -
        source/contrib/packaging/static-musl.sh --fetched /fetched static >/log 2>&1 || { tail /log >&2 && exit 1; }
        strip static/build/capwrap && cat static/build/capwrap' >"$ARCHIVED"
}

# lines_of_dockerfile: the commands at its head.
lines_of_dockerfile() {
    sed -n 's/^#   \(docker build.*\)/\1/p' "$CLONE/Dockerfile"
}

# is_small IMAGE: its size in bytes, below 300 KB.
is_small() {
    local size
    size=$(docker image inspect --format '{{.Size}}' "$1")
    ((size > 100000 && size < 300000)) || fail "$size bytes"
}

# layers_of IMAGE: the files in them. Where a layer is in the archive differs by Docker's version; its manifest tells.
layers_of() {
    local folder=$BATS_TEST_TMPDIR/saved layer
    mkdir "$folder" && docker save "$1" | tar -C "$folder" --extract || return
    for layer in $(jq -r '.[0].Layers[]' "$folder/manifest.json"); do
        tar --list --file "$folder/$layer"
    done | sort -u | paste -sd ' '
}

@test "Docker's own builder builds both images from a clone; the one to copy from is small, and works" {
    docker_start
    docker import - debian:trixie-slim <"$BASE"
    cd "$CLONE"
    while read -r line; do
        case $line in *buildx*) continue ;; esac
        eval "$line"
    done < <(lines_of_dockerfile)
    is_small capwrap
    run layers_of capwrap
    assert_output 'capwrap licenses/ licenses/NOTICE licenses/capwrap.MIT licenses/libcap-ng.LGPL-2.1 licenses/musl.copyright'
    attempt docker run --rm capwrap --decode=400
    assert_output NET_BIND_SERVICE
    quiet
    attempt docker run --rm capwrap-learn --version
    assert_success
    # The same bytes as from the source archive.
    docker create --name copy capwrap
    docker cp copy:/capwrap "$BATS_TEST_TMPDIR/copy"
    docker rm copy
    cmp "$BATS_TEST_TMPDIR/copy" "$ARCHIVED"
    # The README's lines of an image that is to have it.
    mkdir "$BATS_TEST_TMPDIR/image"
    { echo 'FROM debian:trixie-slim' && grep -A8 '^## Install' "$CLONE/README.md" | grep -oE 'COPY --from=capwrap [^`]*'; } >"$BATS_TEST_TMPDIR/image/Dockerfile"
    [[ $(wc -l <"$BATS_TEST_TMPDIR/image/Dockerfile") == 3 ]]
    build copied "$BATS_TEST_TMPDIR/image"
    attempt docker run --rm copied sh -c 'capwrap --user nobody -- id -u; ls /usr/share/doc/capwrap/licenses/NOTICE'
    assert_success
    assert_output $'65534\n/usr/share/doc/capwrap/licenses/NOTICE'
    close_room
}

@test "Docker with BuildKit builds the same image, and one for arm64 without an emulator" {
    local root
    root=$(engine_root sid)
    mkdir "$BATS_TEST_TMPDIR/images"
    tar -C "$CLONE" --create --file "$BATS_TEST_TMPDIR/images/clone.tar" .
    cp "$BASE" "$BATS_TEST_TMPDIR/images/"
    cp "$SRC_DIR/tests/real/engines/docker-daemon" "$SRC_DIR/tests/real/engines/dockerfile-buildkit" "$BATS_TEST_TMPDIR/images/"
    run bash -c 'tar -C "$1" --create . | "${@:2}"' - "$BATS_TEST_TMPDIR/images" \
        "$SRC_DIR/tests/support/in-system" "$root" bash -euc '
            mkdir /work && cd /work && tar --no-same-owner -xf - && exec ./dockerfile-buildkit </dev/null'
    printf '%s\n' "$output"
    assert_success
    assert_line 'amd64: linux/amd64, NET_BIND_SERVICE'
    assert_line --regexp '^size: [12][0-9]{5}$'
    assert_line --regexp '^arm64: linux/arm64, .*ARM aarch64'
}
