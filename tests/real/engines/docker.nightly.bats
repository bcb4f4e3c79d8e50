#!/usr/bin/env bats
# contrib/docker and docs/containers.md under a real Docker daemon. What also holds with podman is in
# claims.bash. Every change is tested only with the Docker of Debian 13 (engines-13.bats).

# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # inner shells; set_up and tests are subshells; bats
load ../../support/common
load ../../support/states
load docker
load ../../support/documented

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

export DOCUMENT=$SRC_DIR/docs/containers.md
net_bind_service=$(mask NET_BIND_SERVICE)
none=$(mask)

setup_file() {
    require_root
    remember_machine
    docker_start
    docker_images
}

teardown_file() {
    close_room
}

# ---- the image to copy from ----

# files_of IMAGE: in all its layers. What a container has besides is not among them.
files_of() {
    local folder=$BATS_TEST_TMPDIR/image layer
    mkdir "$folder"
    docker save "$1" | tar -x -C "$folder"
    jq -r '.[].Layers[]' "$folder/manifest.json" | while read -r layer; do
        tar -t --ignore-zeros -f "$folder/$layer"
    done
}

@test "the image for COPY --from contains the static capwrap and its licences, and nothing else" {
    run files_of capwrap
    assert_line capwrap
    assert_line licenses/NOTICE
    run grep -vE '^(capwrap|licenses/.*)$' <<<"$output"
    refute_output
    attempt docker run --rm capwrap --decode=400
    assert_output NET_BIND_SERVICE
    quiet
}

@test "Docker lets every user bind every port, unless configured otherwise" {
    run docker run --rm --entrypoint cat python-server /proc/sys/net/ipv4/ip_unprivileged_port_start
    assert_output 0
    local bind='import socket; socket.socket().bind(("", 80))'
    docker run --rm --user 1000 --cap-drop ALL --entrypoint python3 python-server -c "$bind"
    attempt in_container --user 1000 --cap-drop ALL -- python3 -c "$bind"
    assert_failure
    assert_regex "$stderr" 'PermissionError'
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
    with_three_there_is_a_note
}

@test "drop ALL plus four, with SETPCAP: all five sets are exact, and there is nothing to note" {
    with_four_all_is_exact
}

@test "with no-new-privileges set by Docker, capwrap needs no option for no_new_privs" {
    no_new_privileges_needs_no_option
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

@test "Docker's default profile refuses user namespaces, and -v with --disable-userns notes it" {
    attempt in_container -- capwrap --user 1000:1000 --no-new-privs -- unshare --user true
    assert_failure 1
    assert_regex "$stderr" 'unshare.*: Operation not permitted'
    attempt in_container -- capwrap -v --user 1000:1000 --no-new-privs --disable-userns -- true
    assert_success
    assert_regex "$stderr" 'note: making and entering user namespaces was refused here already'
}

@test "with --init, process 1 is Docker's and holds everything; the program is its child" {
    attempt in_container "${FOUR[@]}" --init -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs -- sh -c 'grep -E "^(Name|CapEff)" /proc/1/status; exec /support/probe'
    assert_line 'Name:	docker-init'
    assert_line "CapEff:	$(mask NET_BIND_SERVICE SETUID SETGID SETPCAP)"
    holds_exactly "$net_bind_service"
}

@test "a group that Docker adds is gone with --user, and stays with --groups keep" {
    added_groups_are_gone
}

@test "--user 1000 with --cap-add: the capability is not permitted, and capwrap explains why" {
    attempt in_container --cap-drop ALL --cap-add NET_RAW --user 1000 -- \
        capwrap --keep NET_RAW -- /support/probe
    refused keep 'in the bounding set only'
}

@test "--user 1000 with --cap-add and a capwrap with permitted file capabilities: the capability is kept" {
    attempt in_user_image -- capwrap --keep NET_RAW -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$(mask NET_RAW)"
    quiet
}

@test "the same with no-new-privileges: exact from Docker 24 on, before that refused with an explanation" {
    attempt in_user_image --security-opt no-new-privileges -- \
        capwrap --keep NET_RAW -- /support/probe
    if leaves_added_permitted; then
        is_user 1000 1000 1000
        holds_exactly "$(mask NET_RAW)"
        assert_line no_new_privs=1
        quiet
    else
        refused keep 'no_new_privs'
        assert_output ''
    fi
}

@test "with --init as well, docker-init comes first: refused, and the hint names --init" {
    attempt in_user_image --init --security-opt no-new-privileges -- \
        capwrap --keep NET_RAW -- /support/probe
    refused keep 'no_new_privs'
    assert_regex "$stderr" 'hint: start capwrap as the first program of the container .*without --init'
}

@test "USER app with a file-capability capwrap: a raw socket works, and without capwrap it does not" {
    the_user_image_has_a_raw_socket
    attempt docker run --rm --cap-drop ALL --cap-add NET_RAW --entrypoint python3 user-ping \
        /app/ping.py 127.0.0.1
    assert_failure
    assert_regex "$stderr" 'PermissionError'
}

@test "only the group of app gets the capability from that capwrap" {
    its_group_alone_may_execute_it
}

@test "file capabilities get lost in COPY, except from stage to stage with BuildKit" {
    local folder=$BATS_TEST_TMPDIR/context
    mkdir "$folder"
    install -m 755 "$CAPWRAP_MUSL" "$folder/file-caps"
    setcap cap_net_raw=p "$folder/file-caps"
    printf '%s\n' 'FROM user-ping AS built' 'FROM debian' 'COPY file-caps /from-context' \
        'COPY --from=built /usr/bin/capwrap /from-stage' >"$folder/Dockerfile"
    build copied "$folder"
    run docker run --rm copied getcap /from-context /from-stage
    assert_output ''
    DOCKER_BUILDKIT=1 build copied-by-buildkit "$folder"
    run docker run --rm copied-by-buildkit getcap /from-context /from-stage
    assert_output '/from-stage cap_net_raw=p'
}

@test "a capwrap with =ep cannot be started if the capability was not added; with =p it explains why" {
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
    changing_owners_takes_two
}

@test "strace of another user's process works with SYS_PTRACE, and not without" {
    tracing_takes_one
}

@test "ip route works for uid 1000 with NET_ADMIN, and not without" {
    a_route_takes_one
}

@test "nginx logs to /dev/stdout with --chown-stdio, master and workers with one capability" {
    nginx_has_one_capability_and_its_log
}

@test "without --chown-stdio nginx cannot open /dev/stdout" {
    nginx_without_chown_stdio_has_no_log
}

@test "the Python server has no capability at all, and stops at once" {
    the_python_server_has_nothing_and_stops
}

# ---- an entrypoint script ----

@test "the entrypoint script prepares as root and runs the program as PUID and PGID" {
    it_prepares_and_hands_over
}

@test "the entrypoint script gives the program what KEEP names" {
    it_keeps_what_is_named
}

@test "the entrypoint script works for an arbitrary uid that Docker sets" {
    it_takes_an_arbitrary_uid
}

@test "the entrypoint script runs nothing for a PUID that is not a UID" {
    it_runs_nothing_for_no_uid
}

# ---- the Go server, whose image takes longest to build ----

@test "every shipped Dockerfile builds unchanged" {
    go_is_built
    run docker images --format '{{.Repository}}'
    assert_success
    for name in "${IMAGES[@]}"; do
        assert_line "$name"
    done
}

@test "the Go server fails as an ordinary user: it cannot bind port 80" {
    attempt docker run --rm "${PORTS_TAKE_CAPABILITY[@]}" --user 65532 --entrypoint /server go-server
    assert_failure 1
    assert_regex "$stderr" 'listen tcp :80: bind: permission denied'
}

@test "as root the Go server runs, with every capability that Docker grants" {
    start root --entrypoint /server go-server
    run fetch root 80
    assert_line 'I AM ROOT'
    status_shows 0 "$none" "$(docker_default)" "$(docker_default)" "$none" 0
}

@test "through capwrap the server runs as an ordinary user with exactly NET_BIND_SERVICE, and serves through -p" {
    start go --publish 127.0.0.1:8081:80 "${FOUR[@]}" --health-interval=1s go-server
    run fetch localhost 8081
    assert_line 'uid 65532'
    status_shows 65532 "$net_bind_service" "$net_bind_service" "$net_bind_service" \
        "$net_bind_service" 1
    run docker logs go
    refute_output --partial capwrap:
}

@test "docker exec shows the sets of the server, which is process 1" {
    process_1_holds 65532 NET_BIND_SERVICE docker exec go capwrap
}

@test "docker exec bypasses the ENTRYPOINT: it is root with the container's capabilities" {
    exec_bypasses go SETGID,SETUID,SETPCAP,NET_BIND_SERVICE
}

@test "docker exec through capwrap has exactly the requested state" {
    exec_through_capwrap go
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

@test "the HEALTHCHECK with --assert: healthy as the ENTRYPOINT made it, unhealthy without capwrap" {
    local line
    go_is_built
    { echo FROM go-server; grep '^HEALTHCHECK CMD .*--assert=1' "$DOCUMENT"; } >"$BATS_TEST_TMPDIR/Dockerfile"
    docker build --quiet --tag asserted "$BATS_TEST_TMPDIR"
    start asserted "${THREE[@]}" --health-interval=1s asserted
    eventually healthy asserted
    run docker inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' asserted
    assert_line --regexp '^process 1 \(server\): as asked$'
    start bare --health-interval=1s --health-retries=1 --entrypoint /server asserted
    eventually unhealthy bare
    run docker inspect --format '{{range .State.Health.Log}}{{.Output}}{{end}}' bare
    assert_line --regexp '^  uid +real 0, .*; asked: 65532$'
    # The line for the host, which is where the daemon runs.
    line=$(grep -F 'capwrap --assert="$(docker inspect' "$DOCUMENT")
    attempt on_host "${line/CONTAINER/asserted}"
    assert_success
    attempt on_host "${line/CONTAINER/bare}"
    assert_failure 1
    assert_line --regexp '^  uid +real 0, .*; asked: 65532$'
}

# on_host LINE: a line of the shell, in which capwrap runs in the daemon's pid namespace.
# shellcheck disable=SC2317 # the line calls it
on_host() {
    capwrap() { nsenter --target "$(cat "$ROOM/init")" --mount --pid -- "$CAPWRAP" "$@"; }
    eval "$1"
}

@test "process 1 gets SIGTERM and stops at once" {
    stops_at_once go
    run docker logs go
    assert_output --partial 'stopping: received a signal'
}

# ---- which capabilities ----

# learns OPTION... [-- LEARN_OPTION...]: docs/containers.md's line for the program of the image "user-ping",
# with these options instead of --no-trace.
learns() {
    split_at_dashes "$@"
    local line
    line=$(below 'Which capabilities' | tr -d '\\\n')
    line=${line/IMAGE --no-trace/"${BEFORE[*]} user-ping ${AFTER[*]}"}
    # -B: with everything kept, the first run of Python would write compiled modules, and no other one
    line=${line/COMMAND/python3 -B /app/ping.py 127.0.0.1}
    cd "$BATS_TEST_TMPDIR" || return
    mkdir -p build/static
    ln -sfn "${CAPWRAP_MUSL%/*}" build/static/build
    attempt eval "$line"
}

@test "Docker's default set: what watching lacks is named; trying is exact, and names what it could not try" {
    learns --
    assert_failure 125
    assert_regex "$stderr" '^capwrap-learn: watch: .*SYS_ADMIN.*
  hint: .*--no-trace$'
    learns -- --no-trace
    assert_success
    assert_regex "$stderr" 'needs +NET_RAW
  state +confirmed'
    assert_regex "$stderr" 'does not hold .*SYS_ADMIN,[^.]* itself'
}

@test "with two capabilities more, capwrap-learn watches in a container" {
    learns --cap-add SYS_ADMIN --cap-add SYSLOG -- --verify
    assert_success
    assert_regex "$stderr" 'needs +NET_RAW
  state +confirmed'
    assert_regex "$stderr" '(each|the first) one watched \(tracepoint\)'
}

# ---- Compose ----

@test "the Compose file: a proxy with one capability in front of an app with none" {
    compose plain up --detach --timeout 5
    compose_shows "$(mask NET_BIND_SERVICE SETUID SETGID)" "$(mask SETUID SETGID)"
    run compose plain logs --no-color
    assert_equal "$(grep -c 'capwrap: note:' <<<"$output")" 2
    mapfile -t containers < <(docker ps --quiet --filter label=com.docker.compose.project=capwrap)
    run docker inspect --format '{{.HostConfig.ReadonlyRootfs}}' "${containers[@]}"
    assert_output $'true\ntrue'
}

@test "the Compose file with SETPCAP: the bounding sets are exact as well" {
    compose setpcap up --detach --timeout 5
    compose_shows "$net_bind_service" "$none"
    run compose plain logs --no-color
    refute_output --partial 'capwrap: note:'
}

# ---- the documentation ----

@test "docs/measured-refusals.md has capwrap's message for each combination that cannot work" {
    run "$SRC_DIR/tests/real/engines/docker-errors.py" "$SRC_DIR/docs/measured-refusals.md"
    assert_success
    assert_output --partial 'summary: '
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    leaves_nothing
}

a_container() {
    docker_start && import debian && docker run --detach debian sleep 600
}

@test "a test that is killed while a container runs leaves the machine as it was" {
    leaves_nothing_when_killed a_container
}
