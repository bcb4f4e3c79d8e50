#!/usr/bin/env bats
# contrib/kubernetes and docs/kubernetes.md. No cluster: podman runs the manifests, with a container's
# capabilities as containerd and CRI-O hand them over (tests/real/kubernetes/runtime), and kubectl and the
# schema of the API check them (tests/real/kubernetes/check.py). containerd itself is in containerd.nightly.bats.

# shellcheck disable=SC2030,SC2031,SC2154 # set_up and tests are subshells; bats sets output
load ../../support/common
load ../engines/podman
load pods

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

setup_file() {
    require_root
    remember_machine
    export TOOLS=$BATS_FILE_TMPDIR/tools
    cp -r "$SRC_DIR/tests/real/kubernetes/npm" "$TOOLS"
    (cd "$TOOLS" && exec timeout 600 npm ci --silent --prefer-offline \
        --cache "$("$SRC_DIR/tests/support/root-cache" --place)/npm") \
        >"$BATS_FILE_TMPDIR/npm.log" 2>&1 3>&- &
    podman_start
    support_folder
    capwrap_image
    small_image docker.io/library/debian:stable-slim
    podman tag debian:stable-slim docker.io/library/busybox:stable
    build registry.example/capwrap:1 "$CONTRIB" --file "$CONTRIB/capwrap.Dockerfile"
    build registry.example/web:1 "$CONTRIB/web"
    wait $! || { cat "$BATS_FILE_TMPDIR/npm.log" >&2 && return 1; }
    "$SRC_DIR/tests/real/kubernetes/check.py" "$TOOLS" "$CONTRIB/pod.yaml" # unpacks kubectl
}

teardown_file() {
    close_room
}

teardown() {
    [ ! -e "$ROOM" ] || no_pods
}

# no_pods: containers first, which ends a pod in a fifth of the time. Podman 5 says then that the pod's own has gone.
no_pods() {
    podman rm --all --force --time 0 || true
    podman pod rm --all --force --time 0
}

# deployed NAME: the container NAME of the pod of the deployment NAME. Before podman 5 its pod had a number.
deployed() {
    podman ps --all --format '{{.Names}}' | grep -xE "$1-pod(-0)?-$1"
}

# play FILE: its pod runs, as Kubernetes' runtimes would start it.
play() {
    podman --runtime "$SRC_DIR/tests/real/kubernetes/runtime" kube play "$1"
}

# in_pod NAME ARGUMENT...: a second command in that container.
in_pod() {
    podman exec "$@"
}

# log_of NAME: what that container has written.
log_of() {
    podman logs "$1"
}

# ended NAME: its exit status, when it has exited.
ended() {
    podman wait "$1"
}

# third_party CONTRIB: what kubectl builds from the third-party Deployment and the component there.
third_party() {
    HOME=$TOOLS "$TOOLS/kubectl/kubectl" kustomize "$1/third-party"
}

# ---- the manifests ----

@test "every manifest is valid, and admitted at the Pod Security level that it names" {
    run "$SRC_DIR/tests/real/kubernetes/check.py" "$TOOLS" \
        "$CONTRIB"/{pod,deployment,image-volume,third-party/deployment}.yaml "$FIELDS"
    assert_success
    assert_line "$CONTRIB/pod.yaml: Pod web: baseline"
    assert_line "$CONTRIB/deployment.yaml: Deployment web: restricted"
    assert_line "$CONTRIB/image-volume.yaml: Pod httpd: baseline"
    assert_line "$FIELDS: Pod fields: privileged"
    assert_equal "$(grep -lF 'Security level "restricted"' "$CONTRIB"/*.yaml)" "$CONTRIB/deployment.yaml"
}

@test "the component makes a valid manifest from a third-party Deployment, StatefulSet and DaemonSet" {
    local kind
    for kind in Deployment StatefulSet DaemonSet; do
        cp -r "$CONTRIB" "$BATS_TEST_TMPDIR/$kind"
        sed -i "s/^kind: Deployment/kind: $kind/" "$BATS_TEST_TMPDIR/$kind"/third-party/*.yaml
        run --separate-stderr third_party "$BATS_TEST_TMPDIR/$kind"
        assert_success
        assert_equal "$stderr" ''
        assert_line '      initContainers:'
        run "$SRC_DIR/tests/real/kubernetes/check.py" "$TOOLS" - <<<"$output"
        assert_success
        assert_output -- "-: $kind httpd: baseline"
    done
}

@test "the init container of the component is itself admitted at level restricted" {
    third_party "$CONTRIB" | python3 -c '
import sys, yaml
for thing in yaml.safe_load_all(sys.stdin):
    pod = thing["spec"]["template"]["spec"]
    pod["containers"] = pod.pop("initContainers")
    print("---", yaml.safe_dump(thing), sep="\n")' >"$BATS_TEST_TMPDIR/init.yaml"
    run "$SRC_DIR/tests/real/kubernetes/check.py" "$TOOLS" "$BATS_TEST_TMPDIR/init.yaml"
    assert_output "$BATS_TEST_TMPDIR/init.yaml: Deployment httpd: restricted"
}

@test "invalid fields are reported: an unknown field, a wrong type, an unknown value" {
    cd "$BATS_TEST_TMPDIR"
    sed 's/readOnlyRoot/readonlyRoot/' "$CONTRIB/pod.yaml" >a-field
    sed 's/runAsUser: 0/runAsUser: "0"/' "$CONTRIB/pod.yaml" >a-type
    sed 's/RuntimeDefault/RuntimeDefaults/' "$CONTRIB/pod.yaml" >a-value
    attempt "$SRC_DIR/tests/real/kubernetes/check.py" "$TOOLS" a-field a-type a-value
    assert_failure 1
    assert_regex "$stderr" 'a-field: unknown to Kubernetes: .*readonlyRootFilesystem'
    assert_regex "$stderr" 'a-type: .*cannot unmarshal string .*runAsUser'
    assert_regex "$stderr" 'seccompProfile/type must be equal to one of the allowed values'
}

@test "both images contain the licences of the capwrap in them" {
    local image
    for image in capwrap:1 web:1; do
        podman run --rm --network none --entrypoint test "registry.example/$image" -s /licenses/NOTICE
    done
}

# ---- their effect ----

@test "pod.yaml: started as root, the server on port 80 is uid 1000 and holds exactly one capability" {
    # The sysctl is not from the manifest: podman 4.3 reads none of a pod.
    pod_holds_one_capability_on_port_80
}

@test "the probe with --assert: good as the manifest starts the server, bad when it holds more" {
    local pod=$BATS_TEST_TMPDIR/pod.yaml
    pod_with_probe >"$pod"
    play "$pod"
    serves web-web cgi-bin/whoami
    podman healthcheck run web-web
    no_pods
    holds_more "$pod"
    play "$pod"
    serves web-web cgi-bin/whoami
    run podman healthcheck run web-web
    assert_failure 1
    run podman inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' web-web
    assert_line --regexp '^ +permitted +holds more: SETUID$'
}

@test "deployment.yaml, level restricted: started as uid 1000, the server holds exactly one capability" {
    play "$CONTRIB/deployment.yaml"
    serves_with_one_capability "$(deployed web)"
}

@test "without capwrap the same container holds nothing and cannot bind port 80" {
    without_capwrap >"$BATS_TEST_TMPDIR/bare.yaml"
    play "$BATS_TEST_TMPDIR/bare.yaml"
    eventually logged "$(deployed web)" 'bind: Permission denied'
    run in_pod "$(deployed web)" cat /proc/1/status
    status_shows 1000 "$none" "$none" "$net_bind_service" "$none" 1
}

@test "deployment.yaml at level baseline, with allowPrivilegeEscalation: the same" {
    sed 's/\(allowPrivilegeEscalation:\) false/\1 true/' "$CONTRIB/deployment.yaml" \
        >"$BATS_TEST_TMPDIR/baseline.yaml"
    run "$SRC_DIR/tests/real/kubernetes/check.py" "$TOOLS" "$BATS_TEST_TMPDIR/baseline.yaml"
    assert_output --partial 'Deployment web: baseline'
    play "$BATS_TEST_TMPDIR/baseline.yaml"
    serves_with_one_capability "$(deployed web)"
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
    runs_with_one_capability "$(deployed httpd)"
    no_pods
    podman volume rm --all
}

# image_volume: $MANIFEST is what to play. Podman reads such a volume from version 5 on; before, its replacement
# is the same image, mounted by podman, and the rest is played as it is written.
image_volume() {
    local image mounted
    MANIFEST=$CONTRIB/image-volume.yaml
    [[ $(podman version --format '{{.Client.Version}}') == [0-4].* ]] || return 0
    run play "$CONTRIB/image-volume.yaml"
    assert_failure
    assert_output --partial 'only supported VolumeSource'
    image=$(sed -n 's/^ *reference: \([^ ]*\).*/\1/p' "$CONTRIB/image-volume.yaml")
    mounted=$(podman image mount "$image")
    sed "s|^ *reference: .*|        path: $mounted|; /pullPolicy:/d; s/^      image:\$/      hostPath:/" \
        "$CONTRIB/image-volume.yaml" >"$BATS_TEST_TMPDIR/host-path.yaml"
    MANIFEST=$BATS_TEST_TMPDIR/host-path.yaml
}

@test "image-volume.yaml: the server runs through the capwrap of an image that is mounted" {
    image_volume
    play "$MANIFEST"
    runs_with_one_capability httpd-httpd
    no_pods
    podman image unmount --all
}

@test "fields that no shipped manifest has affect capwrap as docs/kubernetes.md describes" {
    play "$FIELDS"
    fields_do_what_is_told
    podman healthcheck run fields-probed
    run podman inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' fields-probed
    assert_line --regexp '^ +uid +0$'
    assert_line --regexp '^ +effective +CHOWN,SETGID,SETUID,SETPCAP$'
}

# ---- the documentation ----

# may_be_added LEVEL: what the checks of this file take for the capabilities of that level.
may_be_added() {
    python3 -c 'import runpy, sys; print(*sorted(runpy.run_path(sys.argv[1])[sys.argv[2]]), sep=", ")' \
        "$SRC_DIR/tests/real/kubernetes/check.py" "${1^^}"
}

@test "docs/kubernetes.md lists what may be added at each Pod Security level" {
    local level
    for level in baseline restricted; do
        assert_equal "$(sed -n "s/^| $level | \([^|]*\) |.*/\1/p" "$SRC_DIR/docs/kubernetes.md")" \
            "$(may_be_added "$level")"
    done
}

# fields: of the table of where fields are tried, "FIELD FILE" for each file that a row names.
fields() {
    "$SRC_DIR/tests/source/docs/docs.py" table docs/measured-refusals.md fields |
        jq -r '(.[0] | capture("`(?<field>[A-Za-z]+)").field) as $field
            | .[1] | if . == "read" then "\($field) read" else
                scan("[(]([.][^)]+)[)]")[0] | "\($field) \(.)" end'
}

# first_cells FILE: of its table of fields.
first_cells() {
    "$SRC_DIR/tests/source/docs/docs.py" table "$1" fields | jq -r '.[0]'
}

@test "each field of docs/kubernetes.md names the file that tries it, or is marked as read" {
    local field file tried=0
    diff <(first_cells docs/kubernetes.md) <(first_cells docs/measured-refusals.md)
    while read -r field file; do
        [[ $file != read ]] || continue
        [[ $file == */podman.bats ]] || grep -qw "$field" "$SRC_DIR/docs/$file" || fail "$file: no $field"
        tried=$((tried + 1))
    done < <(fields)
    ((tried >= 12)) || fail "$tried"
}

@test "docs/measured-refusals.md has the message of each combination that cannot work" {
    run "$SRC_DIR/tests/real/kubernetes/errors.py" "$SRC_DIR/docs/measured-refusals.md"
    assert_success
    assert_output --partial 'summary: '
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    leaves_nothing
}

a_pod() {
    podman_start && small_image docker.io/library/busybox:stable &&
        play "$CONTRIB/third-party/deployment.yaml"
}

@test "a test that is killed while a pod runs leaves the machine as it was" {
    leaves_nothing_when_killed a_pod
}
