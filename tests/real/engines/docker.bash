# The Docker daemon, the images and the claims of docker.nightly.bats. Source it after support/common.
# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # the arrays are for the tests; bats sets output
# shellcheck source-path=SCRIPTDIR
source "$SRC_DIR/tests/real/engines/engine.bash"
source "$SRC_DIR/tests/real/engines/claims.bash"

ENGINE=docker
RUN_OPTIONS=()
IMAGES=(capwrap go-server nginx-server python-server user-ping prepared)

# Debian's client, whatever else PATH names. A command that does not exit in time is a failure.
docker() {
    timeout --foreground 300 /usr/bin/docker "$@"
}

# ---- the daemon ----

docker_start() {
    new_room docker
    export DOCKER_HOST=unix://$ROOM/docker.sock DOCKER_CONFIG=$ROOM/client DOCKER_BUILDKIT=0 \
        COMPOSE_DOCKER_CLI_BUILD=0
    open_room "$SRC_DIR/tests/real/engines/docker-daemon" "$ROOM" "$DOCKER_NETWORK"
    room_opens docker info
}

# ---- the images ----

docker_images() {
    support_folder
    capwrap_image
    build_go >"$BATS_FILE_TMPDIR/go.log" 2>&1 3>&- &
    shipped_images
}

# The compiler needs as long as all the rest, so other tests run meanwhile. Without its garbage
# collection it is faster. Runs as a job: what it exports is its own, and what it writes is not in the
# room, which may be closed meanwhile.
build_go() {
    local status=failed
    export GOCACHE=$BATS_FILE_TMPDIR/go-cache GOPATH=$BATS_FILE_TMPDIR/go-path
    ! { import golang --change "ENV GOGC=off GOROOT=$(go env GOROOT)" && compose plain build --quiet proxy; } || status=built
    echo "$status" >"$BATS_FILE_TMPDIR/go"
}

go_is_built() {
    eventually [ -e "$BATS_FILE_TMPDIR/go" ]
    [[ $(cat "$BATS_FILE_TMPDIR/go") == built ]] || fail "$(cat "$BATS_FILE_TMPDIR/go.log")"
}

# Docker 24 and later leave a user that is not root what was added, permitted and effective (moby #45511).
leaves_added_permitted() {
    (($(docker version --format '{{.Server.Version}}' | cut -d . -f 1) >= 24))
}

healthy() {
    [[ $(docker inspect --format '{{.State.Health.Status}}' "$1") == healthy ]]
}

unhealthy() {
    [[ $(docker inspect --format '{{.State.Health.Status}}' "$1") == unhealthy ]]
}

# ---- Compose ----

# compose VARIANT COMMAND...: what the shipped file describes, as project "capwrap" on port 8084.
# VARIANT adds another shipped file; "plain" none.
compose() {
    local files=(--file "$DOCKER_FILES/compose.yaml")
    [[ $1 == plain ]] || files+=(--file "$DOCKER_FILES/compose.$1.yaml")
    GO_IMAGE=golang PYTHON_IMAGE=debian PORT=8084 \
        docker-compose --log-level ERROR --project-name capwrap "${files[@]}" "${@:2}"
}

# compose_shows PROXY_BOUNDING APP_BOUNDING: the proxy passes on what the app prints.
compose_shows() {
    run fetch localhost 8084 whoami
    assert_line 'uid 65532'
    status_shows 65532 "$net_bind_service" "$net_bind_service" "$1" "$net_bind_service" 1
    run fetch localhost 8084
    status_shows 33 "$none" "$none" "$2" "$none" 1
}
