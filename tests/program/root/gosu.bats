#!/usr/bin/env bats
# contrib/gosu, called as entrypoints call gosu and su-exec; and capwrap itself under such a name.

# shellcheck disable=SC2154 # bats sets status and stderr
load ../../support/common

setup() {
    require_root
    cd "$PUBLIC" || return
    cat >passwd <<'TEXT'
root:x:0:0:root:/root:/bin/sh
sync:x:4:65534:sync:/bin:/bin/sync
app:x:1000:1000:app:/home/app:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
TEXT
    printf '%s\n' 'root:x:0:' 'audio:x:29:app' 'app:x:1000:' 'staff:x:50:' 'nogroup:x:65534:' >group
    mkdir bin
    install -m 755 "$SRC_DIR/contrib/gosu" "$CAPWRAP" bin/
    ln -s gosu bin/su-exec
    PATH=$PUBLIC/bin:$PATH
}

# in_container CMD...: with these users, and the capabilities that Docker gives by default.
in_container() {
    local docker=00000000a80425fb
    attempt with_users passwd group -- "$START_AS" --uid 0 --gid 0 --groups none --permitted "$docker" \
        --effective "$docker" --inheritable 0 --ambient 0 --bounding "$docker" -- "$@"
}

# entrypoint TEXT: a script that starts like the one of an image, and is in PATH.
entrypoint() {
    cat >bin/docker-entrypoint.sh
    chmod 755 bin/docker-entrypoint.sh
}

@test "an entrypoint that starts itself again by gosu runs as the user, with its arguments" {
    entrypoint <<'TEXT'
#!/usr/bin/env bash
set -Eeo pipefail
if [ "$(id -u)" = '0' ]; then
    exec gosu app "$BASH_SOURCE" "$@"
fi
exec "$@"
TEXT
    in_container docker-entrypoint.sh "$PROBE"
    is_user 1000 1000 29,1000
    holds_exactly "$(mask)"
    assert_line no_new_privs=1
    quiet
    in_container docker-entrypoint.sh printf '<%s>' 'one word' '' --user
    assert_output '<one word><><--user>'
}

@test "an entrypoint of sh that starts itself again by su-exec runs as the user" {
    entrypoint <<'TEXT'
#!/bin/sh
set -e
if [ "$1" = server -a "$(id -u)" = '0' ]; then
    exec su-exec app "$0" "$@"
fi
exec "$PROBE"
TEXT
    in_container docker-entrypoint.sh server
    is_user 1000 1000 29,1000
    quiet
}

@test "the lines that install gosu and check it succeed" {
    in_container sh -euxc 'chmod +x bin/gosu; gosu --version; gosu nobody true; ln -svf gosu bin/su-exec;
        su-exec nobody true; command -v gosu'
    assert_success
    assert_line "$("$CAPWRAP" --version | head -n 1)"
    in_container gosu nobody id -u
    assert_output 65534
    quiet
}

@test "USER, USER:GROUP and UID:GID run the command with those IDs" {
    in_container gosu app "$PROBE"
    is_user 1000 1000 29,1000
    in_container gosu app:staff "$PROBE"
    is_user 1000 50 50
    in_container su-exec 1000:1000 "$PROBE"
    is_user 1000 1000 1000
    in_container gosu 1234:1234 "$PROBE"
    is_user 1234 1234 1234
    quiet
}

@test "the exit status is the command's own" {
    in_container gosu app sh -c 'exit 7'
    assert_equal "$status" 7
    in_container gosu app false
    assert_equal "$status" 1
}

@test "an ordinary user who is that user already needs no capability" {
    attempt with_users passwd group -- "$START_AS" --uid 65534 --gid 65534 --groups 65534 --permitted 0 \
        --effective 0 --inheritable 0 --ambient 0 -- gosu nobody "$PROBE"
    is_user 65534 65534 65534
    quiet
}

@test "SETUID and SETGID are enough for a change of user" {
    attempt with_users passwd group -- "$START_AS" --uid 0 --gid 0 --groups none --permitted c0 \
        --effective c0 --inheritable 0 --ambient 0 --bounding c0 -- gosu app "$PROBE"
    is_user 1000 1000 29,1000
    quiet
}

# refused_for USER: nothing runs.
refused_for() {
    in_container gosu "$1" "${MARKED[@]}"
    refused user
}

@test "what gosu would run as root or in root's group is refused: no user, a uid without an entry" {
    local user
    for user in : :1000 app: 1234; do refused_for "$user"; done
}

@test "a missing command gives 127, one that cannot be executed 126" {
    attempt -127 with_users passwd group -- gosu app /no/such/program
    failed_with 127 program
    in_container gosu app /etc/passwd
    failed_with 126 program
}

@test "without a command there is one line of usage, and nothing runs" {
    in_container gosu
    assert_equal "$status" 1
    assert_equal "$stderr" 'Usage: gosu USER[:GROUP] COMMAND [ARGUMENT...]'
    in_container su-exec app
    assert_equal "$status" 1
    assert_equal "$stderr" 'Usage: su-exec USER[:GROUP] COMMAND [ARGUMENT...]'
    in_container gosu --help
    assert_output 'Usage: gosu USER[:GROUP] COMMAND [ARGUMENT...]'
    quiet
}

@test "an option is not taken as a user, and nothing runs" {
    local word
    for word in --keep -x -; do
        in_container gosu "$word" "${MARKED[@]}"
        assert_equal "$status" 125
        assert_equal "$stderr" "gosu: '$word' is not a user"$'\n''Usage: gosu USER[:GROUP] COMMAND [ARGUMENT...]'
        [[ ! -e $MARKER ]]
    done
}

@test "without capwrap in PATH one line names what an image has to copy, and nothing runs" {
    local word
    rm bin/capwrap
    for word in app --version; do
        attempt -127 env PATH="$PUBLIC/bin:/usr/bin:/bin" gosu "$word" "${MARKED[@]}"
        assert_equal "$stderr" 'gosu: capwrap is not on PATH. In a Dockerfile: COPY capwrap gosu /usr/local/bin/'
        [[ ! -e $MARKER ]]
    done
}

# called_as NAME: capwrap under that name, with a user as its first word, runs neither that word nor
# the command.
called_as() {
    local way
    for way in 'ln -s' 'ln' 'cp'; do
        rm -f "bin/$1"
        $way "$PUBLIC/bin/capwrap" "bin/$1"
        printf '#!/bin/sh\ntouch %s\n' "$MARKER" >bin/sync
        chmod 755 bin/sync
        in_container "$1" sync "${MARKED[@]}"
        refused options "$1"
        assert_regex "$stderr" 'hint: call it as capwrap --user USER --no-new-privs -- COMMAND'
    done
}

@test "a capwrap that is copied or linked as gosu or su-exec refuses, and names the right line" {
    local name
    for name in gosu su-exec setuidgid s6-setuidgid; do called_as "$name"; done
}
