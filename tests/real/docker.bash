# The Docker daemon, the images and the claims of docker.bats. Source it after ../support/common.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the arrays are for the tests; bats sets output
# shellcheck source-path=SCRIPTDIR
source "$SRC_DIR/tests/real/engine.bash"

# What containers are started with.
PORTS_TAKE_CAPABILITY=(--sysctl net.ipv4.ip_unprivileged_port_start=1024)
THREE=(--cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add SETUID --cap-add SETGID)
FOUR=("${THREE[@]}" --cap-add SETPCAP)
IMAGES=(capwrap go-server nginx-server python-server user-ping prepared)

# Debian's client, whatever else PATH names. What should end and does not is a failure.
docker() {
    timeout --foreground 300 /usr/bin/docker "$@"
}

# ---- the daemon ----

docker_start() {
    local try
    DOCKER_FOLDER=$(mktemp -d /tmp/capwrap-docker.XXXXXX)
    export DOCKER_FOLDER DOCKER_HOST=unix://$DOCKER_FOLDER/docker.sock \
        DOCKER_CONFIG=$DOCKER_FOLDER/client DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0
    open_room "$DOCKER_FOLDER" "$SRC_DIR/tests/real/docker-daemon" "$DOCKER_FOLDER"
    for try in {1..600}; do
        ! docker info >/dev/null 2>&1 || return 0
        sleep 0.1
    done
    echo "no Docker daemon after $try tries:" >&2
    room_log "$DOCKER_FOLDER"
    return 1
}

# ---- the images ----

# import NAME [OPTION...]: one of the images of docker-image.py.
import() {
    image "$1" | docker import "${@:2}" - "$1"
}

# build NAME FOLDER [OPTION...]: as the head of each Dockerfile says.
build() {
    docker build --quiet --tag "$1" "${@:3}" "$2"
}

docker_images() {
    local contrib=$SRC_DIR/contrib/docker support=$DOCKER_FOLDER/support
    mkdir -p "$support/capwrap"
    cp "$SUPPORT_BIN/probe" "$support/"
    cp -r "$CAPWRAP_MUSL" "${CAPWRAP_MUSL%/*}/licenses" "$support/capwrap/"
    chmod -R a+rX "$support" && chmod a+x "$DOCKER_FOLDER"
    build capwrap "$support/capwrap" --file "$contrib/capwrap.Dockerfile"
    build_go >"$DOCKER_FOLDER/go.log" 2>&1 3>&- &
    import debian
    build python-server "$contrib/python" --build-arg PYTHON_IMAGE=debian
    build user-ping "$contrib/user" --build-arg PYTHON_IMAGE=debian
    build nginx-server "$contrib/nginx" --build-arg NGINX_IMAGE=debian
    build prepared "$contrib/entrypoint" --build-arg BASE_IMAGE=debian
}

# The compiler needs as long as all the rest, so other tests run meanwhile. Without its garbage
# collection it is faster. Runs as a job: what it exports is its own.
build_go() {
    local status=failed
    export GOCACHE=$DOCKER_FOLDER/go-cache GOPATH=$DOCKER_FOLDER/go-path
    ! { import golang --change 'ENV GOGC=off' && compose plain build --quiet proxy; } || status=built
    echo "$status" >"$DOCKER_FOLDER/go"
}

go_is_built() {
    eventually [ -e "$DOCKER_FOLDER/go" ]
    [[ $(cat "$DOCKER_FOLDER/go") == built ]] || fail "$(cat "$DOCKER_FOLDER/go.log")"
}

# ---- containers ----

# run_in IMAGE [DOCKER OPTION...] -- ARGUMENT...: a container that is removed again, with the support
# programs in /support.
run_in() {
    local image=$1 options=()
    shift
    while [[ $1 != -- ]]; do
        options+=("$1")
        shift
    done
    docker run --rm "${PORTS_TAKE_CAPABILITY[@]}" --volume "$DOCKER_FOLDER/support:/support:ro" \
        "${options[@]}" "$image" "${@:2}"
}

# [DOCKER OPTION...] -- ARGUMENT... in the Python image, which holds a capwrap; in the image whose
# capwrap has file capabilities; and in that with the entrypoint script.
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
    docker run --detach --name "$1" "${PORTS_TAKE_CAPABILITY[@]}" "${@:2}"
}

# fetch NAME PORT [PATH]: a page of that container, or of "localhost", as soon as it answers.
fetch() {
    local host=127.0.0.1 try
    [[ $1 == localhost ]] ||
        host=$(docker inspect --format '{{.NetworkSettings.IPAddress}}' "$1")
    for try in {1..300}; do
        ! nsenter --net="/proc/$(cat "$DOCKER_FOLDER/init")/ns/net" curl --silent --fail \
            --noproxy '*' --max-time 5 "http://$host:$2/${3-}" || return 0
        sleep 0.1
    done
    echo "no answer from $host:$2 after $try tries"
    return 1
}

healthy() {
    [[ $(docker inspect --format '{{.State.Health.Status}}' "$1") == healthy ]]
}

# ---- Compose ----

# compose VARIANT COMMAND...: what the shipped file describes, as project "capwrap" on port 8084.
# VARIANT adds another shipped file; "plain" none.
compose() {
    local files=(--file "$SRC_DIR/contrib/docker/compose.yaml")
    [[ $1 == plain ]] || files+=(--file "$SRC_DIR/contrib/docker/compose.$1.yaml")
    GO_IMAGE=golang PYTHON_IMAGE=debian PORT=8084 \
        docker-compose --log-level ERROR --project-name capwrap "${files[@]}" "${@:2}"
}

# compose_shows PROXY_BOUNDING APP_BOUNDING: the proxy hands on what the app says.
compose_shows() {
    run fetch localhost 8084 whoami
    assert_line 'uid 65532'
    status_shows 65532 "$net_bind_service" "$net_bind_service" "$1" "$net_bind_service" 1
    run fetch localhost 8084
    status_shows 33 "$none" "$none" "$2" "$none" 1
}
