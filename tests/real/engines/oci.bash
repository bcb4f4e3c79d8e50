# The room, the root file system and the containers of oci.bats. Source it after support/common.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2154 # bats sets output, status and stderr
source "$SRC_DIR/tests/real/engines/engine.bash"

# Who root in a user namespace is outside.
OUTER_ROOT=100000

# oci_start: a room for the runtimes, and a root file system.
oci_start() {
    new_room oci
    open_room sleep infinity
    root_file_system "$ROOM/rootfs"
    room_opens room_runs sleep
}

in_room() {
    nsenter --target "$(cat "$ROOM/init")" --mount --net --pid -- "$@"
}

# ---- the root file system ----

# The static capwrap, plain and with file capabilities; a shell and a probe, with their libraries.
root_file_system() {
    local shell library name
    shell=$(command -v busybox)
    mkdir -p "$1"/{bin,proc,dev,tmp,file-caps,file-caps-bind,file-caps-ep,file-caps-inside,file-caps-setpcap}
    cp "$PROBE" "$shell" "$CAPWRAP_MUSL" "$1/bin"
    for name in sh cat grep httpd ping sleep touch wget; do
        ln -s busybox "$1/bin/$name"
    done
    echo 'the page' >"$1/page"
    for library in $({ ldd "$PROBE" && ldd "$shell"; } 2>/dev/null | grep -o '/[^ ]*'); do
        mkdir -p "$1${library%/*}" && cp -n "$library" "$1$library"
    done
    for name in file-caps file-caps-bind file-caps-ep file-caps-inside file-caps-setpcap; do
        cp "$CAPWRAP_MUSL" "$1/$name/capwrap"
    done
    setcap cap_net_raw,cap_net_bind_service=p "$1/file-caps/capwrap"
    setcap cap_net_bind_service=p "$1/file-caps-bind/capwrap"
    setcap cap_net_bind_service=ep "$1/file-caps-ep/capwrap"
    setcap cap_net_raw,cap_setpcap=p "$1/file-caps-setpcap/capwrap"
    setcap -n "$OUTER_ROOT" cap_net_raw=p "$1/file-caps-inside/capwrap"
}

# ---- containers ----

# bundle [OPTION...] -- COMMAND...: one with these options of oci-bundle.py.
bundle() {
    split_at_dashes "$@"
    mkdir -p "$ROOM/bundle"
    "$SRC_DIR/tests/real/engines/oci-bundle.py" --rootfs "$ROOM/rootfs" \
        --cgroup "/${ROOM##*/}/box" "${BEFORE[@]}" "${AFTER[@]}" \
        >"$ROOM/bundle/config.json"
}

# oci RUNTIME COMMAND [ARGUMENT...]; the one container is called box.
oci() {
    in_room env --chdir "$ROOM/bundle" "$1" --root "$ROOM/$1" "${@:2}"
}

# container [-STATUS] [OPTION...] -- COMMAND...: as `attempt`, with COMMAND as the first process of a
# container, by runc and by crun, which must agree.
container() {
    local said expected=()
    [[ $1 != -[0-9]* ]] || { expected=("$1") && shift; }
    bundle "$@"
    attempt "${expected[@]}" oci runc run box
    said=$(everything)
    attempt "${expected[@]}" oci crun run box
    [[ $said == "$(everything)" ]] || fail "runc and crun disagree:
$(diff <(echo "$said") <(everything))"
}

# What the last `attempt` gave, but for the number of a keyring.
everything() {
    printf '%s\n' "$status" "$(grep -v ^session_keyring= <<<"$output")" "$stderr"
}

# starts_with RUNTIME MASK [OPTION...]: of a container with a plain program, that is permitted and
# effective before execve(2), and nothing is after it.
starts_with() {
    local runtime=$1 wanted=$2 log=$ROOM/log nothing bounding
    nothing=$(mask) bounding=$(mask NET_RAW)
    bundle "${@:3}" -- cat /proc/self/status
    oci "$runtime" create box >"$log" 2>&1 3>&-
    run in_room cat "/proc/$(oci "$runtime" state box | jq .pid)/status"
    status_shows 1000 "$nothing" "$wanted" "$bounding" "$nothing" 0
    oci "$runtime" start box
    eventually grep -q ^NoNewPrivs "$log"
    oci "$runtime" delete --force box
    run cat "$log"
    status_shows 1000 "$nothing" "$nothing" "$bounding" "$nothing" 0
}

# stopped_when_it_speaks RUNTIME: runs the bundle and sends SIGTERM after the first line.
stopped_when_it_speaks() {
    {
        read -r line && echo "$line"
        oci "$1" kill box TERM
        cat
    } < <(oci "$1" run box 3>&-; echo "status $?")
}
