#!/usr/bin/env bats
# The ready lines of capwrap-learn, as they are, in what they are for: a shell, a Docker daemon, Compose,
# podman's Kubernetes, systemd as process 1. In each the program is who was learned and holds what was.
# shellcheck disable=SC2030,SC2031,SC2154 # set_up and tests are subshells; bats sets output

load ../../support/common
load ../engines/docker

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"
: "${CAPWRAP_LEARN:?is not set: the program whose lines these are}"

# Words that each of these quotes in its own way. A raw socket takes NET_RAW; busybox asks for SETUID and
# SETGID as well, and works without.
# shellcheck disable=SC2016
PROGRAM=(busybox sh -c 'asks raw && busybox grep -E "^(Uid|NoNewPrivs|Cap...):" /proc/self/status &&
echo "<$1>"' name 'one "word" $HOME $(id) %n')
# shellcheck disable=SC2016
SAID='<one "word" $HOME $(id) %n>'

setup_file() {
    require_root
    export LEARNED=$BATS_FILE_TMPDIR/learned.json PATH=$SUPPORT_BIN:$PATH
    "$CAPWRAP_LEARN" --verify --json -o "$LEARNED" -- "${PROGRAM[@]}" >/dev/null
    jq -e '.state == "confirmed" and .keep == ["NET_RAW"]' "$LEARNED"
    remember_machine
    docker_start
    support_folder
    capwrap_image
    import debian
}

teardown_file() {
    close_room
}

# lines KIND: the ready lines.
lines() {
    jq -r ".snippets.$1" "$LEARNED"
}

# as_learned: the program in $output is nobody, with no_new_privs and NET_RAW in all five sets, and got
# its words unchanged.
as_learned() {
    local set
    assert_line --partial $'Uid:\t65534\t65534\t65534\t65534'
    assert_line --partial $'NoNewPrivs:\t1'
    for set in CapInh CapPrm CapEff CapBnd CapAmb; do
        assert_line --partial "$set:"$'\t'"$(mask NET_RAW)"
    done
    assert_output --partial "$SAID"
}

# context FOLDER IMAGE: what an image with the program is built from, by the lines for a Dockerfile.
context() {
    mkdir "$1"
    cp "$SUPPORT_BIN/asks" "$1"
    { printf 'FROM %s\nCOPY asks /usr/bin/asks\n' "$2" && lines dockerfile; } >"$1/Dockerfile"
    cat "$1/Dockerfile"
}

# ---- a shell ----

@test "the line for a shell" {
    local line shell
    line=$(lines capwrap)
    for shell in bash dash "busybox sh"; do
        # shellcheck disable=SC2086
        PATH=${CAPWRAP%/*}:$SUPPORT_BIN:$PATH run $shell -c "$line"
        assert_success
        as_learned
    done
}

# ---- Docker, Compose ----

@test "the Dockerfile and its line for docker run, and the Compose file" {
    local options
    context "$ROOM/program" debian
    build program "$ROOM/program"
    options=$(sed -n 's/^# docker run \(.*\) IMAGE$/\1/p' <<<"$(lines dockerfile)")
    # shellcheck disable=SC2086
    run docker run --rm $options program
    assert_success
    as_learned
    # shellcheck disable=SC2086
    run docker run --rm ${options/--cap-add NET_RAW/} program
    assert_failure 125

    # This docker-compose wants a version in the file.
    { echo 'version: "3.8"' && lines compose | sed 's/IMAGE/program/'; } >"$ROOM/compose.yaml"
    run docker-compose --no-ansi --project-name learned --file "$ROOM/compose.yaml" up --no-color
    echo "$output"
    as_learned
}

# transcript: what comes of the commands in the README's block, in the form of that block. What is learned
# is learned in a network of its own, where port 80 is free.
transcript() {
    local line
    capwrap-learn() {
        # shellcheck disable=SC2016
        unshare --net -- bash -c 'ip link set lo up && exec "$@"' - "$CAPWRAP_LEARN" "$@" 2>/dev/null
    }
    wget() { busybox wget "$@"; }
    while IFS= read -r line; do
        [[ $line != '# '* ]] || { printf '%s\n' "$line" && eval "${line#\# }"; }
    done < <(sed -n '/<!-- transcript: learn -->/,/<!-- end -->/p' "$SRC_DIR/README.md")
}

@test "the README's way from nothing to a container is what happens" {
    docker tag debian busybox
    mkdir -p "$BATS_TEST_TMPDIR/page/www"
    cd "$BATS_TEST_TMPDIR/page" || return
    chmod 755 . www
    echo hello >www/index.html
    transcript >"$BATS_TEST_TMPDIR/happened"
    cat "$BATS_TEST_TMPDIR/happened"
    sed -n '/<!-- transcript: learn -->/,/<!-- end -->/p' "$SRC_DIR/README.md" | grep -vE '^(<!--|```)' |
        diff - "$BATS_TEST_TMPDIR/happened"
}

# ---- Kubernetes ----

@test "the manifest for Kubernetes" {
    load ../engines/podman # in the place of Docker, and for this test alone
    unset DOCKER_CONFIG
    podman_start
    small_image debian
    support_folder
    capwrap_image
    context "$ROOM/program" debian
    build program "$ROOM/program"
    lines kubernetes | sed 's/IMAGE/localhost\/program/' >"$ROOM/pod.yaml"
    podman --runtime "$SRC_DIR/tests/real/kubernetes/runtime" kube play "$ROOM/pod.yaml"
    eventually logged
    # Kubernetes makes "$(" of "$$(", and podman 4.3 leaves it.
    # shellcheck disable=SC2016
    run bash -c '"$1" logs program-program 2>&1 | sed "s/[$][$](/\$(/"' - "$SRC_DIR/tests/real/engines/podman"
    echo "$output"
    as_learned
    leaves_nothing
}

logged() {
    podman logs program-program 2>&1 | grep '<one "word"'
}

# ---- systemd ----

@test "the unit for systemd" {
    local system=$BATS_TEST_TMPDIR/files out=$BATS_TEST_TMPDIR/out
    mkdir -p "$system/etc/systemd/system" "$system/usr/bin" "$out"
    printf 'passwd: files systemd\ngroup: files systemd\n' >"$system/etc/nsswitch.conf"
    install -m 755 "$CAPWRAP" "$system/usr/bin/capwrap"
    install -m 755 "$SUPPORT_BIN/asks" "$system/usr/bin/asks"
    cd "$system/etc/systemd/system" || return
    {
        printf '[Unit]\nAfter=sysinit.target\nSuccessAction=exit\nFailureAction=exit\n'
        lines systemd
        printf 'Type=oneshot\nStandardOutput=file:/out/said\nStandardError=file:/out/said\n'
    } >learned.service
    cat learned.service
    printf '[Unit]\nRequires=sysinit.target learned.service\n' >learned.target
    run setpriv --pdeathsig TERM "$SRC_DIR/tests/real/systemd/boot" "$system" "$out" learned.target
    run cat "$out/said" "$out/console"
    echo "$output"
    as_learned
}

# ---- the machine ----

@test "afterwards the machine is as before" {
    leaves_nothing
}
