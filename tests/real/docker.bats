#!/usr/bin/env bats
# contrib/docker and docs/containers.md under a real Docker daemon. Containers get
# ip_unprivileged_port_start=1024: Docker's own 0 lets every user bind port 80, and proves nothing.

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # inner shells; set_up and tests are subshells; bats
load ../support/common
load docker

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

net_bind_service=$(mask NET_BIND_SERVICE)
docker_default=00000000a80425fb
none=$(mask)

setup_file() {
    require_root
    machine_state >"$BATS_FILE_TMPDIR/before"
    docker_start
    docker_images
}

teardown_file() {
    close_room "$DOCKER_FOLDER"
}

# ---- the image to copy from ----

@test "the image for COPY --from holds the static capwrap and its licences, and nothing else" {
    run bash -c '/usr/bin/docker export "$(/usr/bin/docker create capwrap)" | tar -t'
    assert_line capwrap
    assert_line licenses/NOTICE
    run grep -vE '^(capwrap|licenses/.*|\.dockerenv|(dev|etc|proc|sys)/.*)$' <<<"$output"
    refute_output
    attempt docker run --rm capwrap --decode=400
    assert_output NET_BIND_SERVICE
    quiet
}

@test "Docker itself lets every user bind every port, unless told otherwise" {
    run docker run --rm --entrypoint cat python-server /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 0
    run in_container -- cat /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 1024
}

# ---- what Docker's options do ----

@test "Docker's default set: the program holds exactly what is kept" {
    attempt in_container -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_bind_service"
    assert_line home=/
    quiet
}

@test "drop ALL plus three, without SETPCAP: the bounding set stays, and a note says so" {
    attempt in_container "${THREE[@]}" -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_bind_service" "$(mask NET_BIND_SERVICE SETUID SETGID)"
    noted SETPCAP
}

@test "drop ALL plus four, with SETPCAP: all five sets are exact, and there is nothing to note" {
    attempt in_container "${FOUR[@]}" -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_bind_service"
    quiet
}

@test "with no-new-privileges set by Docker, capwrap needs no option for it" {
    attempt in_container "${THREE[@]}" --security-opt no-new-privileges -- \
        capwrap --user 1000:1000 --keep NET_BIND_SERVICE -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_bind_service" "$(mask NET_BIND_SERVICE SETUID SETGID)"
    assert_line no_new_privs=1
    noted SETPCAP
}

@test "under a read-only root nothing is missing" {
    attempt in_container "${FOUR[@]}" --read-only -- capwrap --user 1000:1000 \
        --keep NET_BIND_SERVICE --no-new-privs -- sh -c '! touch /tmp/x && exec /support/probe'
    holds_exactly "$net_bind_service"
    assert_equal "$stderr" 'touch: /tmp/x: Read-only file system'
}

@test "under Docker's seccomp profile nothing is missing, and the filter stays in force" {
    attempt in_container "${FOUR[@]}" -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE -- \
        sh -c 'grep ^Seccomp: /proc/self/status && exec /support/probe'
    assert_line 'Seccomp:	2'
    holds_exactly "$net_bind_service"
    quiet
}

@test "with --init, process 1 is Docker's and keeps everything; the program is its child" {
    attempt in_container "${FOUR[@]}" --init -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs -- sh -c 'grep -E "^(Name|CapEff)" /proc/1/status; exec /support/probe'
    assert_line 'Name:	docker-init'
    assert_line "CapEff:	$(mask NET_BIND_SERVICE SETUID SETGID SETPCAP)"
    holds_exactly "$net_bind_service"
}

@test "a group that Docker adds is gone with --user, and stays with --groups keep" {
    attempt in_container --group-add 44 -- sh -c '
        capwrap --user 1000:1000 /support/probe --only groups
        capwrap --user 1000:1000 --groups keep /support/probe --only groups'
    assert_line --index 0 groups=1000
    assert_line --index 1 --regexp '^groups=(.*,)?44(,|$)'
}

@test "--user 1000 with --cap-add: the capability does not arrive, and capwrap says why" {
    attempt in_container --cap-drop ALL --cap-add NET_RAW --user 1000 -- \
        capwrap --keep NET_RAW -- /support/probe
    refused keep 'in the bounding set only'
}

@test "--user 1000 with --cap-add and a capwrap with permitted file capabilities: it arrives" {
    attempt in_user_image -- capwrap --keep NET_RAW -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$(mask NET_RAW)"
    quiet
}

@test "the same with no-new-privileges: explained" {
    attempt in_user_image --security-opt no-new-privileges -- \
        capwrap --keep NET_RAW -- /support/probe
    refused keep 'no_new_privs'
    assert_output ''
}

@test "USER app with a file-capability capwrap: a raw socket works, and without capwrap it does not" {
    attempt docker run --rm --cap-drop ALL --cap-add NET_RAW user-ping
    assert_output '127.0.0.1 answers'
    quiet
    attempt docker run --rm --cap-drop ALL --cap-add NET_RAW --entrypoint python3 user-ping \
        /app/ping.py 127.0.0.1
    assert_failure
    assert_regex "$stderr" 'PermissionError'
}

@test "nobody but the group of app can have the capability from that capwrap" {
    attempt in_user_image --user 1001:1001 -- capwrap --keep NET_RAW -- /support/probe
    assert_failure 126
    assert_regex "$stderr" 'permission denied'
}

@test "file capabilities get lost in COPY, except from stage to stage with BuildKit" {
    local folder=$BATS_TEST_TMPDIR/context
    mkdir "$folder"
    install -m 755 "$CAPWRAP_MUSL" "$folder/granted"
    setcap cap_net_raw=p "$folder/granted"
    printf '%s\n' 'FROM user-ping AS built' 'FROM debian' 'COPY granted /from-context' \
        'COPY --from=built /usr/bin/capwrap /from-stage' >"$folder/Dockerfile"
    build copied "$folder"
    run docker run --rm copied getcap /from-context /from-stage
    assert_output ''
    DOCKER_BUILDKIT=1 build copied-by-buildkit "$folder"
    run docker run --rm copied-by-buildkit getcap /from-context /from-stage
    assert_output '/from-stage cap_net_raw=p'
}

@test "a capwrap with =ep cannot be started where the capability was not added; with =p it says why" {
    run run_in user-ping --entrypoint '' --user 0 --cap-drop ALL --cap-add SETFCAP -- sh -c '
        cp /usr/bin/capwrap /tmp/ep && setcap cap_net_raw=ep /tmp/ep
        /tmp/ep --keep NET_RAW true; capwrap --keep NET_RAW true'
    assert_line --index 0 --partial 'Operation not permitted'
    assert_line --index 1 --partial 'capwrap: keep: NET_RAW: not permitted here'
}

@test "uid 0 with one capability can still write /etc/passwd, which it owns; a user cannot" {
    attempt in_container -- capwrap --keep NET_BIND_SERVICE --no-new-privs -- \
        sh -c 'echo x::0:0::/: >>/etc/passwd && tail -n 1 /etc/passwd && exec /support/probe'
    assert_line x::0:0::/:
    assert_line ruid=0
    holds_exactly "$net_bind_service"
    attempt in_container -- capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- \
        sh -c 'echo x::0:0::/: >>/etc/passwd'
    assert_failure 1
    assert_regex "$stderr" 'Permission denied'
}

# ---- programs with other capabilities ----

@test "a program that changes owners works with CHOWN and DAC_OVERRIDE, and with neither alone" {
    local change='echo text >/etc/new && chown 33:33 /etc/new && stat -c %u:%g /etc/new'
    attempt in_container -- sh -c '
        for keep in CHOWN,DAC_OVERRIDE CHOWN DAC_OVERRIDE; do
            capwrap --user 1000:1000 --keep $keep --no-new-privs -- sh -c "$1"
            echo "$keep: $?"
            rm -f /etc/new
        done' sh "$change"
    assert_line --index 0 33:33
    assert_line --index 1 'CHOWN,DAC_OVERRIDE: 0'
    assert_line --index 2 'CHOWN: 1'
    assert_line --index 3 'DAC_OVERRIDE: 1'
}

@test "strace of another user's process works with SYS_PTRACE, and not without" {
    attempt in_container --cap-add SYS_PTRACE -- sh -c '
        for keep in SYS_PTRACE none; do
            sleep 2 &
            capwrap --user 1000:1000 --keep $keep --no-new-privs -- strace -p $! 2>&1
            echo "$keep: $?"
        done'
    assert_line --partial 'attached'
    assert_line 'SYS_PTRACE: 0'
    assert_line --partial 'Operation not permitted'
    assert_line 'none: 1'
}

@test "ip route works for uid 1000 with NET_ADMIN, and not without" {
    attempt in_container --cap-add NET_ADMIN -- sh -c '
        for keep in NET_ADMIN none; do
            capwrap --user 1000:1000 --keep $keep --no-new-privs -- \
                ip route add blackhole 192.0.2.0/25 2>&1
            echo "$keep: $?"
            ip route | grep blackhole
            ip route del blackhole 192.0.2.0/25 2>/dev/null
        done'
    assert_line --index 0 'NET_ADMIN: 0'
    assert_line --index 1 --partial 192.0.2.0/25
    assert_line --index 2 --partial 'Operation not permitted'
    assert_line --index 3 'none: 2'
}

@test "nginx logs to /dev/stdout with --chown-stdio, master and workers with one capability" {
    start nginx --publish 127.0.0.1:8082:80 "${FOUR[@]}" --cap-add CHOWN nginx-server
    run fetch localhost 8082
    assert_output 'the page of nginx'
    run docker exec nginx sh -c 'for p in $(pidof nginx); do cat /proc/$p/status; done'
    processes=$(grep -c '^Name:.nginx' <<<"$output")
    ((processes > 1)) || fail "no workers"
    assert_equal "$(grep -cP '^Uid:\t101\t101\t101\t101$' <<<"$output")" "$processes"
    assert_equal "$(grep -cP "^Cap...:\t$net_bind_service\$" <<<"$output")" $((5 * processes))
    run docker logs nginx
    assert_output --partial '"GET / HTTP/1.1" 200'
}

@test "without --chown-stdio nginx may not open /dev/stdout" {
    attempt docker run --rm "${PORTS_TAKE_CAPABILITY[@]}" "${FOUR[@]}" --entrypoint capwrap \
        nginx-server --user nginx --keep NET_BIND_SERVICE -- nginx -e stderr -g 'daemon off;'
    assert_failure 1
    assert_regex "$stderr" 'open\(\) "/dev/stdout" failed \(13: Permission denied\)'
}

@test "the Python server has no capability at all, and stops at once" {
    start python --publish 127.0.0.1:8083:8000 "${FOUR[@]}" python-server
    run fetch localhost 8083
    status_shows 33 "$none" "$none" "$none" "$none" 1
    run docker stop --time 60 python
    run docker inspect --format '{{.State.ExitCode}}' python
    assert_output 0
}

# ---- an entrypoint script ----

@test "the entrypoint script prepares as root and hands over to PUID and PGID" {
    attempt in_prepared --env PUID=1234 --env PGID=5678 -- \
        sh -c 'stat -c %u:%g /data && touch /data/mine && exec /support/probe'
    assert_line 1234:5678
    is_user 1234 5678 5678
    holds_exactly "$none"
    assert_line no_new_privs=1
    assert_line pid=1
    quiet
}

@test "the entrypoint script gives the program what KEEP names" {
    attempt in_prepared --env KEEP=NET_BIND_SERVICE --cap-add NET_BIND_SERVICE -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$net_bind_service"
}

@test "the entrypoint script works for an arbitrary uid that Docker sets" {
    attempt in_prepared --user 1000660000:0 -- /support/probe
    is_user 1000660000 0 0
    assert_line "permitted=$none"
    assert_line no_new_privs=1
}

@test "the entrypoint script runs nothing for a PUID that is no uid" {
    local puid
    for puid in 4294967296 app; do
        attempt in_prepared --env PUID="$puid" -- /support/probe
        assert_failure
        assert_output ''
        assert_regex "$stderr" "$puid|unknown user"
    done
}

# ---- the Go server, whose image takes longest to build ----

@test "every shipped Dockerfile builds as it stands" {
    go_is_built
    run docker images --format '{{.Repository}}'
    assert_success
    for name in "${IMAGES[@]}"; do
        assert_line "$name"
    done
}

@test "the Go server fails as an ordinary user: port 80 is not for it" {
    attempt docker run --rm "${PORTS_TAKE_CAPABILITY[@]}" --user 65532 --entrypoint /server go-server
    assert_failure 1
    assert_regex "$stderr" 'listen tcp :80: bind: permission denied'
}

@test "as root it runs, with everything that Docker gives" {
    start root --entrypoint /server go-server
    run fetch root 80
    assert_line 'I AM ROOT'
    status_shows 0 "$none" "$docker_default" "$docker_default" "$none" 0
}

@test "through capwrap it is an ordinary user with exactly NET_BIND_SERVICE, and serves through -p" {
    start go --publish 127.0.0.1:8081:80 "${FOUR[@]}" --health-interval=1s go-server
    run fetch localhost 8081
    assert_line 'uid 65532'
    status_shows 65532 "$net_bind_service" "$net_bind_service" "$net_bind_service" \
        "$net_bind_service" 1
    run docker logs go
    refute_output --partial capwrap:
}

@test "docker exec shows the sets of the server, which is process 1" {
    run docker exec go capwrap --status=1
    assert_success
    assert_regex "$output" 'uid +65532'
    for set in permitted effective inheritable bounding ambient; do
        assert_regex "$output" "$set +NET_BIND_SERVICE(\$|
)"
    done
    assert_regex "$output" 'no_new_privs +yes'
}

@test "docker exec bypasses the ENTRYPOINT: it is root with the container's capabilities" {
    run docker exec go capwrap --status
    assert_regex "$output" 'uid +0'
    assert_regex "$output" 'effective +SETGID,SETUID,SETPCAP,NET_BIND_SERVICE'
}

@test "docker exec through capwrap is what capwrap makes of it" {
    run docker exec go capwrap --user 65532:65532 --no-new-privs -- /usr/bin/capwrap --status
    assert_regex "$output" 'uid +65532'
    for set in permitted effective inheritable bounding ambient; do
        assert_regex "$output" "$set +none"
    done
}

@test "a HEALTHCHECK bypasses the ENTRYPOINT as well" {
    start checked --health-interval=1s --health-cmd 'capwrap --status' "${THREE[@]}" python-server
    eventually healthy checked
    run docker inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' checked
    assert_regex "$output" 'uid +0'
    assert_regex "$output" 'effective +SETGID,SETUID,NET_BIND_SERVICE'
}

@test "the shipped HEALTHCHECK passes through a capwrap of its own" {
    eventually healthy go
}

@test "process 1 gets SIGTERM and stops at once" {
    local before=$SECONDS
    run docker stop --time 60 go
    assert_success
    ((SECONDS - before < 20)) || fail "it took $((SECONDS - before)) seconds"
    run docker inspect --format '{{.State.ExitCode}}' go
    assert_output 0
    run docker logs go
    assert_output --partial 'told to stop'
}

# ---- Compose ----

@test "the Compose file: a proxy with one capability in front of an app with none" {
    compose plain up --detach --timeout 5
    compose_shows "$(mask NET_BIND_SERVICE SETUID SETGID)" "$(mask SETUID SETGID)"
    run compose plain logs --no-color
    assert_equal "$(grep -c 'capwrap: note:' <<<"$output")" 2
    run docker inspect --format '{{.HostConfig.ReadonlyRootfs}}' capwrap_proxy_1 capwrap_app_1
    assert_output $'true\ntrue'
}

@test "the Compose file with SETPCAP: the bounding sets are exact as well" {
    compose setpcap up --detach --timeout 5
    compose_shows "$net_bind_service" "$none"
    run compose plain logs --no-color
    refute_output --partial 'capwrap: note:'
}

# ---- the documentation ----

@test "docs/containers.md tells what each combination that cannot work says" {
    run "$SRC_DIR/tests/real/docker-errors.py" "$SRC_DIR/docs/containers.md"
    assert_success
    assert_output --partial 'summary: '
}

# ---- the machine ----

@test "afterwards the machine is as before" {
    local namespace
    namespace=$(room_processes "$DOCKER_FOLDER")
    close_room "$DOCKER_FOLDER"
    eventually as_before "$BATS_FILE_TMPDIR/before" "$DOCKER_FOLDER" "$namespace"
}

@test "the machine is as before also when the test is killed while a container runs" {
    local folder namespace
    run bash -c '
        source "$SRC_DIR/tests/real/docker.bash"
        docker_start && import debian && docker run --detach debian sleep 600 || exit
        echo "$DOCKER_FOLDER"
        room_processes "$DOCKER_FOLDER"
        kill -KILL $$'
    assert_failure 137
    folder=${lines[-2]} namespace=${lines[-1]}
    room_gone "$folder"
    eventually as_before "$BATS_FILE_TMPDIR/before" "$folder" "$namespace"
}
