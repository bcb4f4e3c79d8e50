# What holds for the pods of contrib/kubernetes, with both runtimes: podman (kubernetes.bats) or containerd
# (containerd/containerd.bats), which have play, in_pod, log_of and ended. Source it after the engine.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # for the tests; bats sets status, output and stderr

CONTRIB=$SRC_DIR/contrib/kubernetes
FIELDS=$SRC_DIR/tests/real/kubernetes/fields.yaml
net_bind_service=$(mask NET_BIND_SERVICE)
none=$(mask)

# serves NAME PAGE: what the server of that container answers, as soon as it does.
serves() {
    eventually answers "$@" || { log_of "$1" && return 1; }
}

answers() {
    attempt in_pod "$1" wget -q -O - "http://127.0.0.1/$2"
    [[ $status == 0 ]]
}

# logged NAME TEXT: that container has written it.
logged() {
    log_of "$1" 2>&1 | grep -F "$2"
}

# serves_with_one_capability NAME: the server in the image "web" shows that it is uid 1000.
serves_with_one_capability() {
    serves "$1" cgi-bin/whoami
    status_shows 1000 "$net_bind_service" "$net_bind_service" "$net_bind_service" \
        "$net_bind_service" 1
    assert_line 'Gid:	1000	1000	1000	1000'
    assert_line 'Groups:	1000 '
    assert_line 'Seccomp:	2'
    run log_of "$1"
    refute_output --partial capwrap:
}

# pod_holds_one_capability_on_port_80: what pod.yaml asks for is so.
pod_holds_one_capability_on_port_80() {
    play "$CONTRIB/pod.yaml"
    serves_with_one_capability web-web
    run in_pod web-web cat /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 1024
    run in_pod web-web touch /www/x
    assert_output --partial 'Read-only file system'
}

# runs_with_one_capability NAME: the server in the image "busybox", by the capwrap in a volume.
runs_with_one_capability() {
    serves "$1" etc/passwd
    process_1_holds 1000 NET_BIND_SERVICE in_pod "$1" /opt/capwrap/capwrap
    run in_pod "$1" touch /opt/capwrap/capwrap
    assert_output --partial 'Read-only file system'
}

# says NAME: what that container of the pod "fields" has written, when it has ended; $status is its own.
says() {
    local code
    code=$(ended "fields-$1")
    attempt log_of "fields-$1"
    status=$code
}

# fields_do_what_is_told: the pod of fields.yaml, when it is played.
fields_do_what_is_told() {
    says groups
    status_shows 1000 "$none" "$none" "$none" "$none" 1
    assert_line 'Groups:	1000 '
    says groups-kept
    assert_line 'Groups:	0 44 '
    says no-group
    assert_output 0
    says privileged
    local sys_admin
    sys_admin=$(mask SYS_ADMIN)
    status_shows 1000 "$sys_admin" "$sys_admin" "$sys_admin" "$sys_admin" 1
    says stdio
    assert_output mine
    says stdio-not-handed-over
    # conmon of podman 5 opens it to every user.
    if [[ ${stderr_lines[0]} == *w? ]]; then
        assert_output mine
    else
        assert_equal "${stderr_lines[0]}" prw-------
        assert_failure
        assert_regex "$stderr" 'Permission denied'
    fi
    says masked
    assert_success
    says after-a-shell
    refused keep 'NET_BIND_SERVICE: in the bounding set only, and no_new_privs is on'
    assert_regex "$stderr" 'hint: start capwrap as the first program of the container'
}

# pod_with_probe: pod.yaml with the livenessProbe of docs/kubernetes.md.
pod_with_probe() {
    local probe=$BATS_TEST_TMPDIR/probe
    # shellcheck disable=SC2016 # the document's own marks
    sed -n '/^livenessProbe:$/,/^```$/{ /^```$/d; s/^/      /; p }' "$SRC_DIR/docs/kubernetes.md" >"$probe"
    grep -q -- '--assert=1' "$probe"
    sed "/^ *ports:/{
        r $probe
        N
    }" "$CONTRIB/pod.yaml"
}

# holds_more FILE: its server keeps a capability more than the probe expects.
holds_more() {
    grep -q livenessProbe "$1"
    sed -i 's/^\( *command: .*\)--keep, NET_BIND_SERVICE, --no-new-privs, --\]/\1--keep, "NET_BIND_SERVICE,SETUID", --no-new-privs, --]/' "$1"
}

# without_capwrap: deployment.yaml with the server alone. Without -f, httpd goes to the background once it has
# the port.
without_capwrap() {
    sed '/^ *command:/d; s/args: \[.*/command: [sh, -c, "busybox httpd -p 80; sleep 600"]/' "$CONTRIB/deployment.yaml"
}
