#!/usr/bin/env bats
# contrib/kubernetes and docs/kubernetes.md on containerd, by the interface that the kubelet uses: the runtime of
# clusters, with its own seccomp profile and runc. tests/real/kubernetes/containerd.nightly.bats runs this in a
# root of Debian sid; `kubelet` here makes of a manifest what the kubelet does.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # what runc says; set_up and tests are subshells; bats sets output
load ../../../support/common
load ../../engines/engine
load ../pods

HERE=$SRC_DIR/tests/real/kubernetes/containerd

setup_file() {
    require_root
    remember_machine
    new_room containerd
    open_room "$HERE/daemon" "$ROOM" "$DOCKER_NETWORK"
    room_opens ctr_in_room version
    images
}

teardown_file() {
    close_room
}

teardown() {
    [ ! -e "$ROOM" ] || no_pods
}

ctr_in_room() {
    ctr --address "$ROOM/containerd.sock" --namespace k8s.io "$@"
}

# images: what the Dockerfiles of contrib/kubernetes make of "small", and what pods need besides.
images() {
    local root=$ROOM/root-of-image licenses=${CAPWRAP_MUSL%/*}/licenses
    mkdir "$root" && cd "$root" || return
    image small | tar -x
    import registry.example/pause:1 'sleep infinity'
    import docker.io/library/busybox:stable
    cp -r "$licenses" licenses
    install -m 755 "$CAPWRAP_MUSL" capwrap
    import registry.example/capwrap:1
    rm capwrap
    install -D -m 755 "$CONTRIB/web/whoami" www/cgi-bin/whoami
    install -m 750 -g 1000 "$CAPWRAP_MUSL" usr/bin/capwrap
    eval "$(sed -n 's|.*&& \(setcap .*=p\) /usr/bin/capwrap$|\1 usr/bin/capwrap|p' "$CONTRIB/web/Dockerfile")"
    getcap usr/bin/capwrap | grep -F cap_net_bind_service=p
    install -m 755 "$SUPPORT_BIN/probe" usr/bin/probe
    import registry.example/web:1 capwrap
    cd / && rm -r "$root"
}

import() {
    "$HERE/image" "$@" | ctr_in_room image import - >&2
}

# kubelet VERB WORD...
kubelet() {
    timeout --foreground 300 "$HERE/kubelet" "$ROOM" "$@"
}

play() {
    kubelet play "$1"
}

no_pods() {
    kubelet remove
}

in_pod() {
    kubelet exec "$@"
}

log_of() {
    kubelet logs "$1"
}

ended() {
    kubelet wait "$1"
}

# ---- what the manifests do ----

@test "pod.yaml: started as root, the server on port 80 is uid 1000 and holds exactly one capability" {
    pod_holds_one_capability_on_port_80
}

@test "deployment.yaml, level restricted: started as uid 1000, the server holds exactly one capability" {
    play "$CONTRIB/deployment.yaml"
    serves_with_one_capability web-pod-0-web
}

@test "containerd gives uid 1000 what is added as permitted, effective and bounding, and nothing ambient" {
    play "$CONTRIB/deployment.yaml"
    run kubelet capabilities web-pod-0-web
    assert_output 'permitted CAP_NET_BIND_SERVICE
effective CAP_NET_BIND_SERVICE
bounding CAP_NET_BIND_SERVICE
inheritable none
ambient none
no_new_privs True'
}

@test "deployment.yaml at level baseline, with allowPrivilegeEscalation: the same" {
    sed 's/\(allowPrivilegeEscalation:\) false/\1 true/' "$CONTRIB/deployment.yaml" >"$BATS_TEST_TMPDIR/baseline.yaml"
    play "$BATS_TEST_TMPDIR/baseline.yaml"
    serves_with_one_capability web-pod-0-web
    run kubelet capabilities web-pod-0-web
    assert_line 'no_new_privs False'
}

@test "without capwrap the same container holds nothing and cannot bind port 80" {
    without_capwrap >"$BATS_TEST_TMPDIR/bare.yaml"
    play "$BATS_TEST_TMPDIR/bare.yaml"
    eventually logged web-pod-0-web 'bind: Permission denied'
    run in_pod web-pod-0-web cat /proc/1/status
    status_shows 1000 "$none" "$none" "$net_bind_service" "$none" 1
}

@test "without the sysctl of the manifests every user can bind port 80" {
    without_capwrap | sed '/^ *sysctls:/d; /^ *- name: net.ipv4/d; /^ *value: "1024"/d' >"$BATS_TEST_TMPDIR/bare.yaml"
    play "$BATS_TEST_TMPDIR/bare.yaml"
    serves web-pod-0-web etc/passwd
    run in_pod web-pod-0-web cat /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 0
}

@test "image-volume.yaml: capwrap is executed from the image that containerd mounts" {
    play "$CONTRIB/image-volume.yaml"
    runs_with_one_capability httpd-httpd
}

@test "a third-party image runs through the capwrap that an init container has copied" {
    third_party >"$BATS_TEST_TMPDIR/third-party.yaml"
    play "$BATS_TEST_TMPDIR/third-party.yaml"
    runs_with_one_capability httpd-httpd
}

# third_party: image-volume.yaml, with the component's init container and volume in place of the image.
third_party() {
    python3 -c '
import sys, yaml
pod, component = (yaml.safe_load(open(file)) for file in sys.argv[1:])
spec = yaml.safe_load(component["patches"][0]["patch"])["spec"]["template"]["spec"]
spec["initContainers"][0]["image"] += ":" + component["images"][0]["newTag"]
for field in ("initContainers", "volumes"):
    pod["spec"][field] = spec[field]
print(yaml.safe_dump(pod))' "$CONTRIB/image-volume.yaml" "$CONTRIB/component/kustomization.yaml"
}

# says_at_start PROFILE: what the server of pod.yaml, a probe, is under that seccomp profile.
says_at_start() {
    sed "s/^\( *args: \).*/\1[probe]/; s/RuntimeDefault/$1/" "$CONTRIB/pod.yaml" >"$BATS_TEST_TMPDIR/$1.yaml"
    play "$BATS_TEST_TMPDIR/$1.yaml"
    [[ $(ended web-web) == 0 ]]
    run log_of web-web
    no_pods
}

@test "RuntimeDefault refuses keyctl(2), to the program too; without it the session keyring is the program's own" {
    says_at_start RuntimeDefault
    assert_line session_keyring=EPERM
    says_at_start Unconfined
    assert_line --regexp '^session_keyring=[0-9]+,1000$'
}

@test "a group that is not capwrap's cannot execute it, and does not find it in PATH" {
    sed 's/runAsGroup: 1000/runAsGroup: 2000/' "$CONTRIB/deployment.yaml" >"$BATS_TEST_TMPDIR/group.yaml"
    run play "$BATS_TEST_TMPDIR/group.yaml"
    assert_failure
    assert_output --partial 'executable file not found in $PATH'
    no_pods
    sed -i 's|\[capwrap, |[/usr/bin/capwrap, |' "$BATS_TEST_TMPDIR/group.yaml"
    run play "$BATS_TEST_TMPDIR/group.yaml"
    assert_failure
    assert_output --partial 'permission denied'
}

@test "the probe with --assert: good as the manifest starts the server, bad when it holds more" {
    local pod=$BATS_TEST_TMPDIR/pod.yaml
    pod_with_probe >"$pod"
    play "$pod"
    serves web-web cgi-bin/whoami
    kubelet liveness web-web "$pod"
    no_pods
    holds_more "$pod"
    play "$pod"
    serves web-web cgi-bin/whoami
    run kubelet liveness web-web "$pod"
    assert_failure 1
    assert_line --regexp '^ +permitted +holds more: SETUID$'
}

@test "fields that no shipped manifest has affect capwrap as docs/kubernetes.md describes" {
    play "$FIELDS"
    fields_do_what_is_told
    run kubelet liveness fields-probed "$FIELDS"
    assert_success
    assert_line --regexp '^ +uid +0$'
    assert_line --regexp '^ +effective +CHOWN,SETGID,SETUID,SETPCAP$'
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    leaves_nothing
}
