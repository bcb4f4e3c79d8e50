#!/usr/bin/env bats
# The configurations of capwrap-learn, as they are printed, on their targets: a shell, a Docker daemon,
# Compose, podman's Kubernetes, systemd as process 1. In each the program has the ids that it was learned
# with, no_new_privs, its arguments unchanged, and only the capabilities that were learned.
# shellcheck disable=SC2030,SC2031,SC2154 # set_up and tests are subshells; bats sets output

load ../../support/common
load ../engines/docker

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"
: "${CAPWRAP_LEARN:?is not set: the program whose configurations these are}"

# Words that each of these quotes in its own way. busybox also requests SETUID and SETGID, and works
# without.
# shellcheck disable=SC2016
SAYS='busybox grep -E "^(Uid|Groups|NoNewPrivs|Cap...):" /proc/self/status && echo "<$1>"'
# shellcheck disable=SC2016
WORD='one "word" $HOME $(id) %n'

# learn NAME NAMES ACTION [OPTION...]: $LEARNED/NAME is the document of a program that does this and says
# what it holds, and that needs these capabilities. In a network of its own, where port 80 is free, and with
# www-data in the group "games" as well.
learn() {
    # shellcheck disable=SC2016
    unshare --net --mount bash -c 'mount --bind "$1" /etc/group && shift && exec "$@"' - "$LEARNED/group" \
        "$CAPWRAP_LEARN" --verify --json -o "$LEARNED/$1" "${@:4}" -- \
        busybox sh -c "asks $3 && $SAYS" name "$WORD" >/dev/null
    jq -e --arg names "$2" '.state == "confirmed" and (.keep | join(",")) == $names' "$LEARNED/$1" ||
        { cat "$LEARNED/$1" && return 1; }
}

setup_file() {
    require_root
    export LEARNED=$BATS_FILE_TMPDIR/learned PATH=$SUPPORT_BIN:$PATH
    mkdir "$LEARNED"
    sed '/^games:/s/:[^:]*$/:www-data/' /etc/group >"$LEARNED/group"
    learn nothing '' 'sleep 0'
    learn raw NET_RAW raw
    learn port NET_BIND_SERVICE 'bind 80'
    learn root NET_RAW raw -u root
    learn groups '' 'sleep 0' -u www-data
    learn fewer '' 'sleep 0' -u www-data:www-data
    learn unknown NET_RAW raw -u 4444:4445
    remember_machine
    docker_start
    support_folder
    capwrap_image
    import debian
}

teardown_file() {
    close_room
}

# lines NAME KIND: what is printed.
lines() {
    jq -r ".snippets.$2" "$LEARNED/$1"
}

# sets NAMES SET...: in $output these sets hold these capabilities and no result.
sets() {
    local set words
    read -ra words <<<"$1"
    for set in "${@:2}"; do
        assert_line --partial "$set:"$'\t'"$(mask "${words[@]}")"
    done
}

# as_learned NAME [NAMES]: the program in $output is who was learned under that name, and holds these
# capabilities, or what was learned.
as_learned() {
    local names=${2-$(jq -r '.keep | join(" ")' "$LEARNED/$1")} uid=65534 groups=
    case $1 in
        root) uid=0 ;;
        groups) uid=33 groups='33 60' ;;
        fewer) uid=33 groups=33 ;;
        unknown) uid=4444 groups=4445 ;;
    esac
    echo "$1: $output"
    assert_line --partial $'Uid:\t'"$uid"$'\t'"$uid"$'\t'"$uid"$'\t'"$uid"
    [[ -z $groups ]] || assert_line --regexp $'Groups:\t'"$groups ?\$"
    assert_line --partial $'NoNewPrivs:\t1'
    sets "$names" CapPrm CapEff CapBnd
    # For root the engines fill the other two or leave them empty, and execve gives the same.
    [[ $1 == root ]] || sets "$names" CapInh CapAmb
    assert_output --partial "<$WORD>"
}

# context FOLDER IMAGE [COMMAND...]: what an image with the program is built from; COMMAND prints the rest of
# the Dockerfile.
context() {
    mkdir "$1"
    cp "$SUPPORT_BIN/asks" "$1"
    { printf 'FROM %s\nCOPY asks /usr/bin/asks\n' "$2" && "${@:3}"; } >"$1/Dockerfile"
    cat "$1/Dockerfile"
}

# ---- a shell ----

@test "the command line runs in every shell" {
    local line shell
    line=$(lines raw capwrap)
    for shell in bash dash "busybox sh"; do
        # shellcheck disable=SC2086
        PATH=${CAPWRAP%/*}:$SUPPORT_BIN:$PATH run $shell -c "$line"
        assert_success
        as_learned raw
    done
    PATH=${CAPWRAP%/*}:$SUPPORT_BIN:$PATH run sh -c "$(lines nothing capwrap)"
    assert_success
    as_learned nothing
}

# ---- Docker, Compose ----

# in_docker NAME [NAMES]: by the Dockerfile and its line for docker run, and by the Compose file, whose image
# has another user.
in_docker() {
    local options
    context "$ROOM/$1" debian lines "$1" dockerfile
    build "$1" "$ROOM/$1"
    options=$(sed -n 's/^# docker run \(.*\) IMAGE$/\1/p' <<<"$(lines "$1" dockerfile)")
    # shellcheck disable=SC2086
    run docker run --rm $options "$1"
    assert_success
    as_learned "$@"

    context "$ROOM/$1.other" "$1" printf 'USER 1:1\nENTRYPOINT ["false"]\nCMD ["x"]\n'
    build "$1.other" "$ROOM/$1.other"
    # This docker-compose wants a version in the file.
    { echo 'version: "3.8"' && lines "$1" compose | sed "s/IMAGE/$1.other/"; } >"$ROOM/$1.yaml"
    run docker-compose --no-ansi --project-name "learned$1" --file "$ROOM/$1.yaml" up --no-color
    as_learned "$@"
}

@test "in Docker a program that needs nothing runs without capwrap and without capabilities" {
    in_docker nothing
    run docker run --rm --entrypoint busybox nothing ls /usr/bin/capwrap
    assert_failure 1
    in_docker groups
}

@test "in Docker a port below 1024 requires neither capwrap nor a capability" {
    local options=(--cap-drop ALL --sysctl net.ipv4.ip_unprivileged_port_start=1024)
    in_docker port ''
    run docker run --rm "${options[@]}" port
    assert_failure 1 # the sysctl is what opens it
}

@test "in Docker capwrap passes another capability on to a user" {
    in_docker raw
    run docker run --rm --cap-drop ALL --cap-add SETGID --cap-add SETUID --cap-add SETPCAP raw
    assert_failure 125
}

@test "in Docker root holds the added capabilities without capwrap" {
    in_docker root
}

# transcript: what comes of the commands in the block of docs/learning.md, in the form of that block. What is learned
# is learned in a network of its own, where port 80 is free.
transcript() {
    local line
    capwrap-learn() {
        # shellcheck disable=SC2016
        unshare --net -- bash -c 'ip link set lo up && exec "$@"' - "$CAPWRAP_LEARN" "$@" 2>/dev/null
    }
    while IFS= read -r line; do
        [[ $line != '# '* ]] || { printf '%s\n' "$line" && eval "${line#\# }"; }
    done < <(sed -n '/<!-- transcript: learn -->/,/<!-- end -->/p' "$SRC_DIR/docs/learning.md")
}

@test "the documented steps from nothing to a container give the documented output" {
    docker tag debian busybox
    # busybox is among the packages of the tests, wget is not.
    mkdir -p "$BATS_TEST_TMPDIR/page/www" "$BATS_TEST_TMPDIR/bin"
    ln -s "$(command -v busybox)" "$BATS_TEST_TMPDIR/bin/wget"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
    cd "$BATS_TEST_TMPDIR/page" || return
    chmod 755 . www
    echo hello >www/index.html
    transcript >"$BATS_TEST_TMPDIR/happened"
    cat "$BATS_TEST_TMPDIR/happened"
    sed -n '/<!-- transcript: learn -->/,/<!-- end -->/p' "$SRC_DIR/docs/learning.md" | grep -vE '^(<!--|```)' |
        diff - "$BATS_TEST_TMPDIR/happened"
}

# ---- Kubernetes ----

# in_kubernetes NAME LEVEL: its Pod, with the image that its comments describe, started as containerd and
# CRI-O do; and the strictest Pod Security level that admits it.
in_kubernetes() {
    lines "$1" kubernetes >"$ROOM/$1.pod.yaml"
    context "$ROOM/$1.pod" debian sed -n 's/^#   //p' "$ROOM/$1.pod.yaml"
    build "$1" "$ROOM/$1.pod"
    assert_equal "$(python3 -c 'import sys, yaml; sys.path.append(sys.argv[1]); import check
print(check.level(yaml.safe_load(sys.stdin)["spec"]))' "$SRC_DIR/tests/real/kubernetes" <"$ROOM/$1.pod.yaml")" "$2"
    sed -i "s/image: IMAGE/image: localhost\/$1/" "$ROOM/$1.pod.yaml"
    podman --runtime "$SRC_DIR/tests/real/kubernetes/runtime" kube play "$ROOM/$1.pod.yaml"
    eventually logged
    # Kubernetes makes "$(" of "$$(", and podman 4.3 leaves it.
    # shellcheck disable=SC2016
    run bash -c '"$1" logs program-program 2>&1 | sed "s/[$][$](/\$(/"' - "$SRC_DIR/tests/real/engines/podman"
    as_learned "$1"
    eventually no_pods
}

# A container that has just ended is started again meanwhile, and then cannot be removed.
no_pods() {
    podman rm --all --force --time 0 && podman pod rm --all --force --time 0
}

logged() {
    podman logs program-program 2>&1 | grep '<one "word"'
}

@test "in Kubernetes each Pod gives what was learned, at the strictest level that admits it" {
    load ../engines/podman # in the place of Docker, and for this test alone
    unset DOCKER_CONFIG
    podman_start
    small_image debian
    support_folder
    capwrap_image
    in_kubernetes nothing restricted
    in_kubernetes groups restricted
    in_kubernetes port restricted
    in_kubernetes raw privileged
    in_kubernetes root privileged
    leaves_nothing
}

# ---- systemd ----

# service NAME: a unit of this [Service] section, whose program writes to /out/NAME.
service() {
    { cat && printf 'Type=oneshot\nStandardOutput=file:/out/%s\nStandardError=file:/out/%s\n' "$1" "$1"; } \
        >"$1.service"
    cat "$1.service"
}

@test "under systemd its own directives suffice, and capwrap is used only where they do not" {
    local system=$BATS_TEST_TMPDIR/files out=$BATS_TEST_TMPDIR/out name
    local names=(nothing raw port root groups fewer unknown)
    mkdir -p "$system/etc/systemd/system" "$system/usr/bin" "$out"
    printf 'passwd: files systemd\ngroup: files systemd\n' >"$system/etc/nsswitch.conf"
    cp "$LEARNED/group" "$system/etc/group"
    install -m 755 "$CAPWRAP" "$system/usr/bin/capwrap"
    install -m 755 "$SUPPORT_BIN/asks" "$system/usr/bin/asks"
    cd "$system/etc/systemd/system" || return
    for name in "${names[@]}"; do
        lines "$name" systemd | service "$name"
    done
    # Why capwrap is in two of them.
    lines fewer systemd | sed 's/^ExecStart=.* -- /ExecStart=/' | service more
    lines unknown systemd | sed 's/^ExecStart=.* -- /User=4444\nGroup=4445\nExecStart=/' | service nobody
    printf '[Unit]\nWants=%s\nAfter=%s\nSuccessAction=exit\n[Service]\nType=oneshot\nExecStart=/bin/true\n' \
        "$(echo *.service)" "$(echo *.service)" >finished.service
    printf '[Unit]\nRequires=sysinit.target finished.service\n' >learned.target
    run setpriv --pdeathsig TERM "$SRC_DIR/tests/real/systemd/boot" "$system" "$out" learned.target
    cat "$out/console"
    for name in "${names[@]}"; do
        run cat "$out/$name"
        as_learned "$name"
    done
    run grep -l capwrap ./*.service
    assert_output $'./fewer.service\n./unknown.service'
    run cat "$out/more"
    assert_line --regexp $'Groups:\t33 60 ?$'
    refute [ -s "$out/nobody" ]
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    leaves_nothing
}
