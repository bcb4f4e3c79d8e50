# What holds for capwrap in containers of both Docker and podman, and the images of contrib/docker
# that show it. $ENGINE is one of them, and RUN_OPTIONS are its options for every short container. Source
# it after engine.bash.
#
# Containers get ip_unprivileged_port_start=1024: Docker's own 0 lets every user bind port 80, and proves
# nothing.
# shellcheck shell=bash
# shellcheck disable=SC2016,SC2034 # inner shells; arrays for the tests
# shellcheck disable=SC2153,SC2154 # set by split_at_dashes, and by bats

PORTS_TAKE_CAPABILITY=(--sysctl net.ipv4.ip_unprivileged_port_start=1024)
THREE=(--cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add SETUID --cap-add SETGID)
FOUR=("${THREE[@]}" --cap-add SETPCAP)
DOCKER_FILES=$SRC_DIR/contrib/docker

# ---- images ----

# import NAME [OPTION...]: one of the images of docker-image.py.
import() {
    image "$1" | "$ENGINE" import "${@:2}" - "$1"
}

# build NAME FOLDER [OPTION...]: as the head of each Dockerfile says.
build() {
    "$ENGINE" build --quiet --tag "$1" "${@:3}" "$2"
}

# support_folder: the content of /support in containers, and the static capwrap with its licences.
support_folder() {
    mkdir -p "$ROOM/support/capwrap"
    cp "$SUPPORT_BIN/probe" "$ROOM/support/"
    cp -r "$CAPWRAP_MUSL" "${CAPWRAP_MUSL%/*}/licenses" "$ROOM/support/capwrap/"
    chmod -R a+rX "$ROOM/support"
}

capwrap_image() {
    build capwrap "$ROOM/support/capwrap" --file "$DOCKER_FILES/capwrap.Dockerfile"
}

# shipped_images: all of contrib/docker except the Go server.
shipped_images() {
    import debian
    build python-server "$DOCKER_FILES/python" --build-arg PYTHON_IMAGE=debian
    build user-ping "$DOCKER_FILES/user" --build-arg PYTHON_IMAGE=debian
    build nginx-server "$DOCKER_FILES/nginx" --build-arg NGINX_IMAGE=debian
    build prepared "$DOCKER_FILES/entrypoint" --build-arg BASE_IMAGE=debian
}

# ---- containers ----

# run_in IMAGE [OPTION...] -- ARGUMENT...: a container that is removed again, with the support programs in
# /support.
run_in() {
    split_at_dashes "${@:2}"
    "$ENGINE" run --rm "${RUN_OPTIONS[@]}" "${PORTS_TAKE_CAPABILITY[@]}" \
        --volume "$ROOM/support:/support:ro" "${BEFORE[@]}" "$1" "${AFTER[@]}"
}

# [OPTION...] -- ARGUMENT... in the Python image, which holds a capwrap; in the image whose capwrap has
# file capabilities; and in that with the entrypoint script.
in_container() {
    run_in python-server --entrypoint '' "$@"
}

in_user_image() {
    run_in user-ping --entrypoint '' --cap-drop ALL --cap-add NET_RAW "$@"
}

in_prepared() {
    run_in prepared --cap-drop ALL --cap-add CHOWN --cap-add SETUID --cap-add SETGID \
        --cap-add SETPCAP "$@"
}

# start NAME [OPTION...] IMAGE: in the background.
start() {
    "$ENGINE" run --detach --name "$1" "${PORTS_TAKE_CAPABILITY[@]}" "${@:2}"
}

# fetch NAME PORT [PATH]: a page of that container, or of "localhost", as soon as it answers.
fetch() {
    local host=127.0.0.1 try
    [[ $1 == localhost ]] ||
        host=$("$ENGINE" inspect --format '{{.NetworkSettings.IPAddress}}' "$1")
    for try in {1..300}; do
        ! nsenter --net="/proc/$(cat "$ROOM/init")/ns/net" curl --silent --fail \
            --noproxy '*' --max-time 5 "http://$host:$2/${3-}" || return 0
        sleep 0.1
    done
    echo "no answer from $host:$2 after $try tries"
    return 1
}

# stops_at_once NAME: its process 1 gets SIGTERM and exits with 0.
stops_at_once() {
    local before=$SECONDS
    run "$ENGINE" stop --time 60 "$1"
    assert_success
    ((SECONDS - before < 20)) || fail "it took $((SECONDS - before)) seconds"
    run "$ENGINE" inspect --format '{{.State.ExitCode}}' "$1"
    assert_output 0
}

# ---- what the options do ----

with_three_there_is_a_note() {
    attempt in_container "${THREE[@]}" -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$(mask NET_BIND_SERVICE)" "$(mask NET_BIND_SERVICE SETUID SETGID)"
    noted SETPCAP
}

with_four_all_is_exact() {
    attempt in_container "${FOUR[@]}" -- capwrap --user 1000:1000 --keep NET_BIND_SERVICE \
        --no-new-privs -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$(mask NET_BIND_SERVICE)"
    quiet
}

no_new_privileges_needs_no_option() {
    attempt in_container "${THREE[@]}" --security-opt no-new-privileges -- \
        capwrap --user 1000:1000 --keep NET_BIND_SERVICE -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$(mask NET_BIND_SERVICE)" "$(mask NET_BIND_SERVICE SETUID SETGID)"
    assert_line no_new_privs=1
    noted SETPCAP
}

added_groups_are_gone() {
    attempt in_container --group-add 44 -- sh -c '
        capwrap --user 1000:1000 /support/probe --only groups
        capwrap --user 1000:1000 --groups keep /support/probe --only groups'
    assert_line --index 0 groups=1000
    assert_line --index 1 --regexp '^groups=(.*,)?44(,|$)'
}

# ---- programs with other capabilities ----

changing_owners_takes_two() {
    local change='echo text >/etc/new && chown 33:33 /etc/new && stat -c %u:%g /etc/new'
    attempt in_container "$@" -- sh -c '
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

tracing_takes_one() {
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

a_route_takes_one() {
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

# ---- the shipped images ----

nginx_has_one_capability_and_its_log() {
    local processes
    start nginx --publish 127.0.0.1:8082:80 "${FOUR[@]}" --cap-add CHOWN nginx-server
    run fetch localhost 8082
    assert_output 'the page of nginx'
    run "$ENGINE" exec nginx sh -c 'for p in $(pidof nginx); do cat /proc/$p/status; done'
    processes=$(grep -c '^Name:.nginx' <<<"$output")
    ((processes > 1)) || fail "no workers"
    assert_equal "$(grep -cP '^Uid:\t101\t101\t101\t101$' <<<"$output")" "$processes"
    assert_equal "$(grep -cP "^Cap...:\t$(mask NET_BIND_SERVICE)\$" <<<"$output")" $((5 * processes))
    run "$ENGINE" logs nginx
    assert_output --partial '"GET / HTTP/1.1" 200'
}

# stdout_is_open: the engine lets every user of a container open its standard output by name, as conmon of
# podman 5 does.
stdout_is_open() {
    run in_container -- capwrap --user 1000:1000 -- sh -c 'echo open >/dev/stdout'
    [[ $output == open ]]
}

nginx_without_chown_stdio_has_no_log() {
    if stdout_is_open; then return 0; fi
    attempt "$ENGINE" run --rm "${PORTS_TAKE_CAPABILITY[@]}" "${FOUR[@]}" --entrypoint capwrap \
        nginx-server --user nginx --keep NET_BIND_SERVICE -- nginx -e stderr -g 'daemon off;'
    assert_failure 1
    assert_regex "$stderr" 'open\(\) "/dev/stdout" failed \(13: Permission denied\)'
}

the_python_server_has_nothing_and_stops() {
    start python --publish 127.0.0.1:8083:8000 "${FOUR[@]}" python-server
    run fetch localhost 8083
    status_shows 33 "$(mask)" "$(mask)" "$(mask)" "$(mask)" 1
    stops_at_once python
}

the_user_image_has_a_raw_socket() {
    attempt "$ENGINE" run --rm --cap-drop ALL --cap-add NET_RAW user-ping
    assert_output '127.0.0.1 answers'
    quiet
}

its_group_alone_may_execute_it() {
    # By its path: what may not be executed is not found in PATH.
    attempt in_user_image --user 1001:1001 -- /usr/bin/capwrap --keep NET_RAW -- /support/probe
    assert_failure
    assert_regex "$stderr" 'ermission denied'
    did_not_run
}

# ---- the entrypoint script ----

it_prepares_and_hands_over() {
    attempt in_prepared --env PUID=1234 --env PGID=5678 -- \
        sh -c 'stat -c %u:%g /data && touch /data/mine && exec /support/probe'
    assert_line 1234:5678
    is_user 1234 5678 5678
    holds_exactly "$(mask)"
    assert_line no_new_privs=1
    assert_line pid=1
    quiet
}

it_keeps_what_is_named() {
    attempt in_prepared --env KEEP=NET_BIND_SERVICE --cap-add NET_BIND_SERVICE -- /support/probe
    is_user 1000 1000 1000
    holds_exactly "$(mask NET_BIND_SERVICE)"
}

it_takes_an_arbitrary_uid() {
    attempt in_prepared --user 1000660000:0 -- /support/probe
    is_user 1000660000 0 0
    assert_line "permitted=$(mask)"
    assert_line no_new_privs=1
}

it_runs_nothing_for_no_uid() {
    local puid
    for puid in 4294967296 app; do
        attempt in_prepared --env PUID="$puid" -- /support/probe
        assert_failure
        assert_output ''
        assert_regex "$stderr" "$puid|unknown user"
    done
}

# ---- processes that bypass the ENTRYPOINT ----

# exec_bypasses NAME CAPABILITIES: root, with what the container was started with.
exec_bypasses() {
    run "$ENGINE" exec "$1" capwrap --status
    assert_line --regexp '^ +uid +0( |$)'
    assert_line --regexp "^ +effective +$2\$"
}

exec_through_capwrap() {
    run "$ENGINE" exec "$1" capwrap --user 65532:65532 --no-new-privs -- /usr/bin/capwrap --status
    assert_line --regexp '^ +uid +65532( |$)'
    for set in permitted effective inheritable bounding ambient; do
        assert_line --regexp "^ +$set +none\$"
    done
}
