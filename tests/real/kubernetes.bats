#!/usr/bin/env bats
# contrib/kubernetes and docs/kubernetes.md. No cluster: podman runs the manifests, with a container's
# capabilities as containerd and CRI-O hand them over (tests/real/kubernetes-runtime), and kubectl and the
# schema of the API judge them (tests/real/kubernetes-check.py).

# shellcheck disable=SC2030,SC2031,SC2154 # set_up and tests are subshells; bats sets output
load ../support/common
load podman

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

CONTRIB=$SRC_DIR/contrib/kubernetes
net_bind_service=$(mask NET_BIND_SERVICE)
none=$(mask)

setup_file() {
    require_root
    machine_state >"$BATS_FILE_TMPDIR/before"
    export TOOLS=$BATS_FILE_TMPDIR/tools
    cp -r "$SRC_DIR/tests/real/kubernetes" "$TOOLS"
    (cd "$TOOLS" && exec timeout 600 npm ci --silent --cache "$TOOLS/cache") \
        >"$BATS_FILE_TMPDIR/npm.log" 2>&1 3>&- &
    podman_start
    podman_images
    build registry.example/capwrap:1 "$CONTRIB/capwrap.Dockerfile" "$CONTRIB"
    build registry.example/web:1 "$CONTRIB/web/Dockerfile" "$CONTRIB/web"
    wait $! || { cat "$BATS_FILE_TMPDIR/npm.log" >&2 && return 1; }
    "$SRC_DIR/tests/real/kubernetes-check.py" "$TOOLS" "$CONTRIB/pod.yaml" # unpacks kubectl
}

teardown_file() {
    close_room "$PODMAN_FOLDER"
}

teardown() {
    [ ! -e "$PODMAN_FOLDER" ] || podman pod rm --all --force --time 0
}

# play FILE: its pod runs, as Kubernetes' runtimes would start it.
play() {
    podman --runtime "$SRC_DIR/tests/real/kubernetes-runtime" kube play "$1"
}

# in_pod NAME ARGUMENT...: a command beside process 1 of that container.
in_pod() {
    podman exec "$@"
}

# serves NAME PAGE: what the server of that container answers, as soon as it does.
serves() {
    eventually answers "$@" || { podman logs "$1" && return 1; }
}

answers() {
    attempt in_pod "$1" wget -q -O - "http://127.0.0.1/$2"
    [[ $status == 0 ]]
}

# logged NAME TEXT: that container has written it.
logged() {
    podman logs "$1" 2>&1 | grep -F "$2"
}

# serves_with_one_capability NAME: the server in the image "web" shows that it is uid 1000.
serves_with_one_capability() {
    serves "$1" cgi-bin/whoami
    status_shows 1000 "$net_bind_service" "$net_bind_service" "$net_bind_service" \
        "$net_bind_service" 1
    assert_line 'Gid:	1000	1000	1000	1000'
    assert_line 'Groups:	1000 '
    assert_line 'Seccomp:	2'
    run podman logs "$1"
    refute_output --partial capwrap:
}

# process_1_has_one_capability NAME: by a capwrap in another image.
process_1_has_one_capability() {
    run in_pod "$1" /opt/capwrap/capwrap --status=1
    assert_success
    assert_regex "$output" 'uid +1000'
    for set in permitted effective inheritable bounding ambient; do
        assert_regex "$output" "$set +NET_BIND_SERVICE(\$|
)"
    done
    assert_regex "$output" 'no_new_privs +yes'
}

# third_party CONTRIB: what kubectl builds from the third-party Deployment and the component there.
third_party() {
    HOME=$TOOLS "$TOOLS/kubectl/kubectl" kustomize "$1/third-party"
}

# ---- the manifests ----

@test "every manifest is valid, and admitted at the Pod Security level that it names" {
    run "$SRC_DIR/tests/real/kubernetes-check.py" "$TOOLS" \
        "$CONTRIB"/{pod,deployment,image-volume,third-party/deployment}.yaml
    assert_success
    assert_line "$CONTRIB/pod.yaml: Pod web: baseline"
    assert_line "$CONTRIB/deployment.yaml: Deployment web: restricted"
    assert_line "$CONTRIB/image-volume.yaml: Pod httpd: baseline"
    assert_equal "$(grep -lF 'Security level "restricted"' "$CONTRIB"/*.yaml)" "$CONTRIB/deployment.yaml"
}

@test "the component makes a valid one of a third-party Deployment, StatefulSet and DaemonSet" {
    local kind
    for kind in Deployment StatefulSet DaemonSet; do
        cp -r "$CONTRIB" "$BATS_TEST_TMPDIR/$kind"
        sed -i "s/^kind: Deployment/kind: $kind/" "$BATS_TEST_TMPDIR/$kind"/third-party/*.yaml
        run --separate-stderr third_party "$BATS_TEST_TMPDIR/$kind"
        assert_success
        assert_equal "$stderr" ''
        assert_line '      initContainers:'
        run "$SRC_DIR/tests/real/kubernetes-check.py" "$TOOLS" - <<<"$output"
        assert_success
        assert_output -- "-: $kind httpd: baseline"
    done
}

@test "what is not valid is told: an unknown field, a wrong type, a value that is none" {
    cd "$BATS_TEST_TMPDIR"
    sed 's/readOnlyRoot/readonlyRoot/' "$CONTRIB/pod.yaml" >a-field
    sed 's/runAsUser: 0/runAsUser: "0"/' "$CONTRIB/pod.yaml" >a-type
    sed 's/RuntimeDefault/RuntimeDefaults/' "$CONTRIB/pod.yaml" >a-value
    attempt "$SRC_DIR/tests/real/kubernetes-check.py" "$TOOLS" a-field a-type a-value
    assert_failure 1
    assert_regex "$stderr" 'a-field: unknown to Kubernetes: .*readonlyRootFilesystem'
    assert_regex "$stderr" 'a-type: .*cannot unmarshal string .*runAsUser'
    assert_regex "$stderr" 'seccompProfile/type must be equal to one of the allowed values'
}

@test "both images hold the licences of the capwrap in them" {
    local image
    for image in capwrap:1 web:1; do
        podman run --rm --network none --entrypoint test "registry.example/$image" -s /licenses/NOTICE
    done
}

# ---- what they do ----

@test "pod.yaml: started as root, the server on port 80 is uid 1000 and holds exactly one capability" {
    play "$CONTRIB/pod.yaml"
    serves_with_one_capability web-web
    run in_pod web-web cat /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 1024
    run in_pod web-web touch /www/x
    assert_output --partial 'Read-only file system'
}

@test "deployment.yaml, level restricted: started as uid 1000, the server holds exactly one capability" {
    play "$CONTRIB/deployment.yaml"
    serves_with_one_capability web-pod-0-web
}

@test "without capwrap the same container holds nothing, and may not have port 80" {
    # Without -f, httpd goes to the background once it has the port.
    sed '/^ *command:/d; s/args: \[.*/command: [sh, -c, "busybox httpd -p 80; sleep 600"]/' \
        "$CONTRIB/deployment.yaml" >"$BATS_TEST_TMPDIR/bare.yaml"
    play "$BATS_TEST_TMPDIR/bare.yaml"
    eventually logged web-pod-0-web 'bind: Permission denied'
    run in_pod web-pod-0-web cat /proc/1/status
    status_shows 1000 "$none" "$none" "$net_bind_service" "$none" 1
}

@test "deployment.yaml at level baseline, with allowPrivilegeEscalation: the same" {
    sed 's/\(allowPrivilegeEscalation:\) false/\1 true/' "$CONTRIB/deployment.yaml" \
        >"$BATS_TEST_TMPDIR/baseline.yaml"
    run "$SRC_DIR/tests/real/kubernetes-check.py" "$TOOLS" "$BATS_TEST_TMPDIR/baseline.yaml"
    assert_output --partial 'Deployment web: baseline'
    play "$BATS_TEST_TMPDIR/baseline.yaml"
    serves_with_one_capability web-pod-0-web
}

@test "a group that is not capwrap's cannot execute it" {
    run podman run --rm --network none --user 1000:2000 registry.example/web:1 --status
    assert_failure
    assert_output --partial 'ermission denied'
}

@test "the component: a third-party image runs through the capwrap that the init container has copied" {
    # podman 4.3 starts an init container again and again where restartPolicy is Always (podman #15631).
    third_party "$CONTRIB" | sed 's/^      initContainers:/      restartPolicy: Never\n&/' \
        >"$BATS_TEST_TMPDIR/third-party.yaml"
    play "$BATS_TEST_TMPDIR/third-party.yaml"
    serves httpd-pod-0-httpd etc/passwd
    process_1_has_one_capability httpd-pod-0-httpd
    run in_pod httpd-pod-0-httpd touch /opt/capwrap/capwrap
    assert_output --partial 'Read-only file system'
    podman pod rm --all --force --time 0
    podman volume rm --all
}

@test "image-volume.yaml, or through podman run what it describes: podman 4.3 does not read it" {
    run play "$CONTRIB/image-volume.yaml"
    if [[ $status == 0 ]]; then
        serves httpd-httpd etc/passwd
        process_1_has_one_capability httpd-httpd
        return
    fi
    assert_output --partial 'only supported VolumeSource'
    # The capwrap of the volume may come from an image that holds nothing else.
    podman run --detach --name volume --network none --user 0:0 --read-only \
        --security-opt no-new-privileges "${ROOT_START[@]}" --cap-add NET_BIND_SERVICE \
        --mount type=image,source=localhost/capwrap,destination=/opt/capwrap busybox:stable \
        /opt/capwrap/capwrap --user 1000:1000 --keep NET_BIND_SERVICE --no-new-privs -- \
        httpd -f -p 80
    serves volume etc/passwd
    process_1_has_one_capability volume
    podman rm --force --time 0 volume
}

# ---- the documentation ----

# may_be_added LEVEL: what the checks of this file take for the capabilities of that level.
may_be_added() {
    python3 -c 'import runpy, sys; print(*sorted(runpy.run_path(sys.argv[1])[sys.argv[2]]), sep=", ")' \
        "$SRC_DIR/tests/real/kubernetes-check.py" "${1^^}"
}

@test "docs/kubernetes.md tells what may be added at each Pod Security level" {
    local level
    for level in baseline restricted; do
        assert_equal "$(sed -n "s/^| $level | \([^|]*\) |.*/\1/p" "$SRC_DIR/docs/kubernetes.md")" \
            "$(may_be_added "$level")"
    done
}

@test "docs/kubernetes.md tells what each combination that cannot work says" {
    run "$SRC_DIR/tests/real/kubernetes-errors.py" "$SRC_DIR/docs/kubernetes.md"
    assert_success
    assert_output --partial 'summary: '
}

# ---- the machine ----

@test "afterwards the machine is as before" {
    local namespace
    namespace=$(room_processes "$PODMAN_FOLDER")
    close_room "$PODMAN_FOLDER"
    eventually as_before "$BATS_FILE_TMPDIR/before" "$PODMAN_FOLDER" "$namespace"
}
