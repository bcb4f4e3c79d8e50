#!/usr/bin/env bats
# Every file of contrib is run or parsed by a test, and this table says by which.

# A file of contrib; what runs or parses it, which is a test's file or a file of contrib further up; and
# the words with which it does so, where they are not the file's name.
table() {
    cat <<'END'
packages.bash                             tests/run.sh                  source contrib/packages.bash
gosu                                      tests/program/root/gosu.bats  "$SRC_DIR/contrib/gosu"
quickstart.sh                             tests/run.sh                  run_script contrib/quickstart.sh
completions/_capwrap                      tests/source/docs/completions.bats   offers zsh 'capwrap --
completions/capwrap.bash                  tests/source/docs/completions.bats   offers bash 'capwrap --
completions/capwrap.fish                  tests/source/docs/completions.bats   offers fish 'capwrap --
completions/_capwrap-learn                tests/source/docs/learn.bats         offers zsh 'capwrap-learn --
completions/capwrap-learn.bash            tests/source/docs/learn.bats         offers bash 'capwrap-learn --
completions/capwrap-learn.fish            tests/source/docs/learn.bats         offers fish 'capwrap-learn --
docker/capwrap.Dockerfile                 tests/real/engines/claims.bash "$DOCKER_FILES/capwrap.Dockerfile"
docker/compose.yaml                       tests/real/engines/docker.bash        "$DOCKER_FILES/compose.yaml"
docker/compose.setpcap.yaml               tests/real/engines/docker.nightly.bats compose setpcap up
docker/entrypoint/Dockerfile              tests/real/engines/claims.bash "$DOCKER_FILES/entrypoint"
docker/entrypoint/entrypoint.sh           contrib/docker/entrypoint/Dockerfile ENTRYPOINT ["entrypoint.sh"]
docker/go/Dockerfile                      contrib/docker/compose.yaml   context: go
docker/go/go.mod                          contrib/docker/go/Dockerfile
docker/go/server.go                       contrib/docker/go/Dockerfile
docker/nginx/Dockerfile                   tests/real/engines/claims.bash "$DOCKER_FILES/nginx"
docker/nginx/nginx.conf                   contrib/docker/nginx/Dockerfile /etc/nginx/nginx.conf
docker/python/Dockerfile                  tests/real/engines/claims.bash "$DOCKER_FILES/python"
docker/python/server.py                   contrib/docker/python/Dockerfile CMD ["python3", "/app/server.py"]
docker/user/Dockerfile                    tests/real/engines/claims.bash "$DOCKER_FILES/user"
docker/user/ping.py                       contrib/docker/user/Dockerfile "python3", "/app/ping.py"]
kubernetes/capwrap.Dockerfile             tests/real/kubernetes/kubernetes.bats    "$CONTRIB/capwrap.Dockerfile"
kubernetes/pod.yaml                       tests/real/kubernetes/pods.bash         play "$CONTRIB/pod.yaml"
kubernetes/deployment.yaml                tests/real/kubernetes/kubernetes.bats    play "$CONTRIB/deployment.yaml"
kubernetes/image-volume.yaml              tests/real/kubernetes/kubernetes.bats    play "$CONTRIB/image-volume.yaml"
kubernetes/web/Dockerfile                 tests/real/kubernetes/kubernetes.bats    "$CONTRIB/web"
kubernetes/web/whoami                     tests/real/kubernetes/pods.bash         serves "$1" cgi-bin/whoami
kubernetes/third-party/kustomization.yaml tests/real/kubernetes/kubernetes.bats    kustomize "$1/third-party"
kubernetes/third-party/capwrap.yaml       contrib/kubernetes/third-party/kustomization.yaml
kubernetes/third-party/deployment.yaml    contrib/kubernetes/third-party/kustomization.yaml
kubernetes/component/kustomization.yaml   contrib/kubernetes/third-party/kustomization.yaml ../component
packaging/APKBUILD                        tests/real/packages/apkbuild-musl . contrib/packaging/APKBUILD
packaging/PKGBUILD                        tests/real/packages/packages.bash
packaging/cpack.cmake                     tests/real/packages/packages.bash      cmake --workflow --preset
packaging/glibc-2.34.h                    tests/real/release/release.nightly.bats contrib/packaging/glibc-2.34.h
packaging/require.cmake                   contrib/packaging/cpack.cmake
packaging/stage.cmake                     contrib/packaging/cpack.cmake
packaging/repack.cmake                    contrib/packaging/cpack.cmake
packaging/rpmlint.toml                    tests/real/packages/packages.bats      /packaging/rpmlint.toml"
packaging/static-musl.sh                  tests/CMakeLists.txt
packaging/static-notice.in                contrib/packaging/static-musl.sh
release/release.sh                        tests/real/release/release.nightly.bats
release/build-in-root                     contrib/release/release.sh
release/complete-root                     contrib/release/release.sh
release/root-packages                     contrib/release/release.sh
release/sbom.py                           contrib/release/build-in-root
release/architectures.bash                contrib/packaging/static-musl.sh
release/fetch.sh                          contrib/packaging/static-musl.sh
release/fetch-machines.sh                 contrib/release/complete-root
release/sysroot.sh                        contrib/packaging/static-musl.sh
systemd/capwrap-example.service           tests/real/systemd/inside     shown example capwrap-example
systemd/capwrap-example-socket.socket     tests/real/systemd/inside     start capwrap-example-socket.socket
systemd/capwrap-example-socket.service    tests/real/systemd/inside     shown example-socket
END
}

# faults TREE: each, a line, of the table on standard input.
faults() {
    local file by words rows=' '
    while read -r file by words; do
        [ -f "$1/contrib/$file" ] || echo "contrib/$file: there is no such file"
        [[ $by != contrib/* || $rows == *" $by "* ]] || echo "contrib/$file: $by has no row above it"
        grep -v '^ *#' "$1/$by" 2>/dev/null | grep -qFe "${words:-${file##*/}}" ||
            echo "contrib/$file: $by does not say: ${words:-${file##*/}}"
        rows+="contrib/$file "
    done
    while read -r file; do
        [[ $rows == *" $file "* ]] || echo "$file: has no row"
    done < <(cd "$1" && find contrib ! -type d | sort)
}

@test "every file of contrib is run or parsed by a test" {
    run faults "$SRC_DIR" < <(table)
    echo "$output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "a file without a row, a row without a file and a test that does not mention its file are reported" {
    cd "$BATS_TEST_TMPDIR"
    mkdir contrib tests
    touch contrib/{read,named,copied,forgotten}
    printf '%s\n' 'parse contrib/read' '    # contrib/named' >tests/some.bats
    run faults . <<'END'
copied contrib/read
read tests/some.bats parse contrib/read
named tests/some.bats
gone tests/none.bats
END
    echo "$output"
    [ "$output" = "$(
        cat <<'END'
contrib/copied: contrib/read has no row above it
contrib/copied: contrib/read does not say: copied
contrib/named: tests/some.bats does not say: named
contrib/gone: there is no such file
contrib/gone: tests/none.bats does not say: gone
contrib/forgotten: has no row
END
    )" ]
}
