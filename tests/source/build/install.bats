#!/usr/bin/env bats
# The files that `cmake --install` installs, their places and modes.

# Files, as mode and path below the prefix.
expected() {
    cat <<'END'
-rw-r--r-- share/bash-completion/completions/capwrap
-rw-r--r-- share/doc/capwrap/CHANGELOG.md
-rw-r--r-- share/doc/capwrap/LICENSE
-rw-r--r-- share/doc/capwrap/README.md
-rw-r--r-- share/doc/capwrap/SECURITY.md
-rw-r--r-- share/doc/capwrap/containers.md
-rw-r--r-- share/doc/capwrap/design.md
-rw-r--r-- share/doc/capwrap/errors.md
-rw-r--r-- share/doc/capwrap/examples/docker/capwrap.Dockerfile
-rw-r--r-- share/doc/capwrap/examples/docker/compose.setpcap.yaml
-rw-r--r-- share/doc/capwrap/examples/docker/compose.yaml
-rw-r--r-- share/doc/capwrap/examples/docker/entrypoint/Dockerfile
-rwxr-xr-x share/doc/capwrap/examples/docker/entrypoint/entrypoint.sh
-rw-r--r-- share/doc/capwrap/examples/docker/go/Dockerfile
-rw-r--r-- share/doc/capwrap/examples/docker/go/go.mod
-rw-r--r-- share/doc/capwrap/examples/docker/go/server.go
-rw-r--r-- share/doc/capwrap/examples/docker/nginx/Dockerfile
-rw-r--r-- share/doc/capwrap/examples/docker/nginx/nginx.conf
-rw-r--r-- share/doc/capwrap/examples/docker/python/Dockerfile
-rw-r--r-- share/doc/capwrap/examples/docker/python/server.py
-rw-r--r-- share/doc/capwrap/examples/docker/user/Dockerfile
-rw-r--r-- share/doc/capwrap/examples/docker/user/ping.py
-rwxr-xr-x share/doc/capwrap/examples/gosu
-rw-r--r-- share/doc/capwrap/examples/kubernetes/capwrap.Dockerfile
-rw-r--r-- share/doc/capwrap/examples/kubernetes/component/kustomization.yaml
-rw-r--r-- share/doc/capwrap/examples/kubernetes/deployment.yaml
-rw-r--r-- share/doc/capwrap/examples/kubernetes/image-volume.yaml
-rw-r--r-- share/doc/capwrap/examples/kubernetes/pod.yaml
-rw-r--r-- share/doc/capwrap/examples/kubernetes/third-party/capwrap.yaml
-rw-r--r-- share/doc/capwrap/examples/kubernetes/third-party/deployment.yaml
-rw-r--r-- share/doc/capwrap/examples/kubernetes/third-party/kustomization.yaml
-rw-r--r-- share/doc/capwrap/examples/kubernetes/web/Dockerfile
-rwxr-xr-x share/doc/capwrap/examples/kubernetes/web/whoami
-rw-r--r-- share/doc/capwrap/examples/systemd/capwrap-example-socket.service
-rw-r--r-- share/doc/capwrap/examples/systemd/capwrap-example-socket.socket
-rw-r--r-- share/doc/capwrap/examples/systemd/capwrap-example.service
-rw-r--r-- share/doc/capwrap/json.schema.json
-rw-r--r-- share/doc/capwrap/known-failures-details.md
-rw-r--r-- share/doc/capwrap/known-failures.md
-rw-r--r-- share/doc/capwrap/kubernetes.md
-rw-r--r-- share/doc/capwrap/measured-refusals.md
-rw-r--r-- share/doc/capwrap/migration.md
-rw-r--r-- share/doc/capwrap/packaging.md
-rw-r--r-- share/doc/capwrap/performance-details.md
-rw-r--r-- share/doc/capwrap/performance-details.svg
-rw-r--r-- share/doc/capwrap/performance.md
-rw-r--r-- share/doc/capwrap/platforms.md
-rw-r--r-- share/doc/capwrap/recipes.md
-rw-r--r-- share/doc/capwrap/releasing.md
-rw-r--r-- share/doc/capwrap/systemd.md
-rw-r--r-- share/doc/capwrap/threat-model.md
-rw-r--r-- share/fish/vendor_completions.d/capwrap.fish
-rw-r--r-- share/man/man1/capwrap.1
-rw-r--r-- share/zsh/site-functions/_capwrap
-rw-r--r-- share/bash-completion/completions/capwrap-learn
-rw-r--r-- share/doc/capwrap-learn/CHANGELOG.md
-rw-r--r-- share/doc/capwrap-learn/LICENSE
-rw-r--r-- share/doc/capwrap-learn/learn-accuracy.md
-rw-r--r-- share/doc/capwrap-learn/learn-error.schema.json
-rw-r--r-- share/doc/capwrap-learn/learn-watch.schema.json
-rw-r--r-- share/doc/capwrap-learn/learn.schema.json
-rw-r--r-- share/doc/capwrap-learn/learning.md
-rw-r--r-- share/fish/vendor_completions.d/capwrap-learn.fish
-rw-r--r-- share/man/man1/capwrap-learn.1
-rw-r--r-- share/zsh/site-functions/_capwrap-learn
-rwxr-xr-x bin/capwrap
-rwxr-xr-x bin/capwrap-learn
END
}

install_below() {
    DESTDIR="$1" cmake --install "$BUILD_DIR" --prefix /usr
}

@test "every relative link in the installed documents points to an installed file" {
    local doc=$BATS_TEST_TMPDIR/tree/usr/share/doc
    install_below "$BATS_TEST_TMPDIR/tree" >/dev/null
    run "$SRC_DIR/tests/source/docs/links.py" "$doc"/*/*.md
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" -gt 50 ]
    echo '[nowhere](no-such.md)' >>"$doc/capwrap/README.md"
    run "$SRC_DIR/tests/source/docs/links.py" "$doc/capwrap/README.md"
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = "$doc/capwrap/README.md: no-such.md" ]
}

@test "the installed files and their modes are exactly those listed, whatever the umask" {
    umask 077
    install_below "$BATS_TEST_TMPDIR/root"
    cd "$BATS_TEST_TMPDIR/root"
    run diff <(expected | sort) <(find usr ! -type d -printf '%M %P\n' | sort)
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(find . -maxdepth 1 -mindepth 1)" = ./usr ]
}

@test "capwrap-learn is a component of its own, and without it nothing of it is installed" {
    DESTDIR="$BATS_TEST_TMPDIR/learn" cmake --install "$BUILD_DIR" --prefix /usr --component learn
    DESTDIR="$BATS_TEST_TMPDIR/rest" cmake --install "$BUILD_DIR" --prefix /usr --component Unspecified
    run bash -c 'cd "$1/learn" && find . ! -type d | grep -v learn; cd "$1/rest" && find . | grep learn' \
        - "$BATS_TEST_TMPDIR"
    echo "$output"
    [ -z "$output" ]
    [ -x "$BATS_TEST_TMPDIR/learn/usr/bin/capwrap-learn" ]
    [ -x "$BATS_TEST_TMPDIR/rest/usr/bin/capwrap" ]
}

@test "nothing that is installed has set-id bits or extended attributes" {
    install_below "$BATS_TEST_TMPDIR/root"
    cd "$BATS_TEST_TMPDIR/root"
    [ -x usr/bin/capwrap ]
    run find . -perm /7000
    echo "$output"
    [ -z "$output" ]
    # Attributes are listed by name even where their values may not be read.
    run /usr/bin/python3 -c '
import os
for folder, folders, files in os.walk("."):
    for name in folders + files:
        found = os.listxattr(os.path.join(folder, name), follow_symlinks=False)
        print(*[f"{folder}/{name}: {a}" for a in found if a != "security.selinux"], sep="\n", end="")
'
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "the installed program runs and is the version that was configured" {
    install_below "$BATS_TEST_TMPDIR/root"
    local version
    version=$(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' "$BUILD_DIR/CMakeCache.txt")
    [ -n "$version" ]
    run "$BATS_TEST_TMPDIR/root/usr/bin/capwrap" --version
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "capwrap $version" ]
    run "$BATS_TEST_TMPDIR/root/usr/bin/capwrap-learn" --version
    [ "${lines[0]}" = "capwrap-learn $version" ]
}
