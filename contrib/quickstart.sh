#!/usr/bin/env bash
# Builds capwrap and demonstrates it with an HTTP server. See --help.
set -euo pipefail

usage() {
    cat <<'END'
Usage: contrib/quickstart.sh

Builds capwrap and starts an HTTP server on port 80 (or another port below 1024 if 80 is in use) as
an ordinary user who holds CAP_NET_BIND_SERVICE and no other capability. Fetches a page, shows the
server's state in /proc/PID/status, stops it, and shows that it fails without the capability.

Needs root or sudo. Installs the packages that are missing, such as a compiler, and leaves nothing
else behind but build/. If every user may bind port 80 (net.ipv4.ip_unprivileged_port_start), it
runs the server in a new network namespace, where binding port 80 takes the capability.
END
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=contrib/packages.bash
source contrib/packages.bash

readonly build=build/quickstart
readonly port_start=/proc/sys/net/ipv4/ip_unprivileged_port_start
readonly sets=(CapInh CapPrm CapEff CapBnd CapAmb)
readonly net_bind_service=0000000000000400

# ---- the part that runs as root: quickstart.sh --serve, started by the other part below ----

temporary='' server=''

clean_up() {
    stop_server
    [ -z "$temporary" ] || rm -rf "$temporary"
}

stop_server() {
    [ -n "$server" ] || return 0
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=''
}

# Prints the first of three unprivileged system users that exists.
pick_user() {
    local name
    for name in www-data http nobody; do
        if getent passwd "$name" >/dev/null; then
            echo "$name"
            return
        fi
    done
    die "none of the users www-data, http and nobody exists"
}

# Prints the first of some privileged ports that is free.
pick_port() {
    local port
    for port in 80 81 82 880 1023; do
        if /usr/bin/python3 -I -c '
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
try:
    s.bind(("127.0.0.1", int(sys.argv[1])))
except OSError:
    sys.exit(1)' "$port"; then
            echo "$port"
            return
        fi
    done
    die "ports 80, 81, 82, 880 and 1023 are all in use"
}

# start_server OPTION...: starts the server through capwrap. capwrap executes the server in its own
# process, so $server is the process ID of both.
start_server() {
    "$capwrap" "$@" -- /usr/bin/python3 -I -m http.server --bind 127.0.0.1 \
        --directory "$temporary/www" "$port" </dev/null >"$temporary/log" 2>&1 &
    server=$!
}

show_options() {
    printf '    capwrap'
    printf ' %s' "$@"
    printf ' -- python3 -m http.server %s\n' "$port"
}

fetch() {
    curl --silent --show-error --fail --noproxy '*' --max-time 5 "http://127.0.0.1:$port/" 2>/dev/null
}

# Waits until the page can be fetched; fails if the server exits, or after 100 tries.
await_page() {
    local try
    for try in {1..100}; do
        [ "$(fetch || true)" != "$page" ] || return 0
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.1
    done
    say "no answer after $try tries"
    return 1
}

status_field() {
    sed -n "s/^$1:[[:space:]]*//p" "/proc/$server/status"
}

# Prints the server's credentials from /proc/PID/status and checks them.
show_and_check() {
    local field value uid gid
    uid=$(id -u "$user")
    gid=$(id -g "$user")
    for field in Uid Gid Groups; do
        printf '    %-12s%s\n' "$field" "$(status_field "$field" | xargs)"
    done
    for field in "${sets[@]}"; do
        value=$(status_field "$field")
        printf '    %-12s%s  %s\n' "$field" "$value" \
            "$("$capwrap" --decode="$value" | paste -sd ' ')"
    done
    printf '    %-12s%s\n' NoNewPrivs "$(status_field NoNewPrivs)"

    [ "$(status_field Uid)" = "$(printf '%s\t%s\t%s\t%s' "$uid" "$uid" "$uid" "$uid")" ] ||
        die "the server does not run as uid $uid"
    [ "$(status_field Gid)" = "$(printf '%s\t%s\t%s\t%s' "$gid" "$gid" "$gid" "$gid")" ] ||
        die "the server does not run as gid $gid"
    for field in "${sets[@]}"; do
        [ "$(status_field "$field")" = "$net_bind_service" ] ||
            die "$field of the server is not exactly CAP_NET_BIND_SERVICE"
    done
    [ "$(status_field NoNewPrivs)" = 1 ] || die "no_new_privs is not set for the server"
}

serve() {
    capwrap=$PWD/$build/capwrap
    trap clean_up EXIT
    trap 'exit 1' INT TERM HUP
    temporary=$(mktemp -d)
    mkdir "$temporary/www"
    page="test page $(cat /proc/sys/kernel/random/uuid)"
    echo "$page" >"$temporary/www/index.html"
    chmod -R a+rX "$temporary"

    user=$(pick_user)
    port=$(pick_port)
    [ "$(cat "$port_start")" -gt "$port" ] ||
        die "every user may bind port $port here, so the server would show nothing"

    say "starting as root a server on port $port that runs as $user:"
    show_options --user "$user" --keep NET_BIND_SERVICE --no-new-privs
    start_server --user "$user" --keep NET_BIND_SERVICE --no-new-privs
    await_page || die "the server does not answer; its output:" "$(cat "$temporary/log")"
    say "fetched http://127.0.0.1:$port/: $page"
    say "credentials of the server in /proc/$server/status:"
    show_and_check
    stop_server

    say "starting the same server without the capability:"
    show_options --user "$user" --no-new-privs
    start_server --user "$user" --no-new-privs
    ! await_page || die "the server also answers without the capability"
    local status=0
    wait "$server" || status=$?
    server=''
    printf '    %s\n' "$(tail -n 1 "$temporary/log")"
    [[ $status -ne 0 && $(tail -n 1 "$temporary/log") == PermissionError:* ]] ||
        die "the server failed for another reason (exit status $status):" "$(cat "$temporary/log")"
    say "as expected, it cannot bind port $port"
}

serve_in_namespace() {
    ip link set lo up
    echo 1024 >"$port_start"
    serve
}

# ---- the part that needs root only to install packages ----

build_capwrap() {
    say "building capwrap in $build"
    mkdir -p "$build" || die "cannot write to $PWD" "Run this in a copy of the source tree that you can write."
    local log=$build/quickstart.log
    { cmake --preset release -B "$build" -DBUILD_TESTING=OFF && cmake --build "$build"; } \
        >"$log" 2>&1 || die "building capwrap failed:" "$(cat "$log")"
}

main() {
    need_linux
    install_missing build show
    need_cmake
    find_root
    build_capwrap

    local self=("$BASH" contrib/quickstart.sh)
    if [ "$(cat "$port_start")" -gt 1023 ]; then
        "${as_root[@]}" "${self[@]}" --serve
    else
        say "every user may bind port 80 here: continuing in a network namespace, where it takes the capability"
        "${as_root[@]}" unshare --net true ||
            die "cannot create a network namespace" \
                "Run it where net.ipv4.ip_unprivileged_port_start is 1024."
        "${as_root[@]}" unshare --net -- "${self[@]}" --serve-in-namespace
    fi
    cat <<END
==> done. To run your own server, as root:
    $build/capwrap --user USER --keep NET_BIND_SERVICE --no-new-privs -- COMMAND
  To check that command without running COMMAND:
    $build/capwrap --dry-run --user USER --keep NET_BIND_SERVICE --no-new-privs -- COMMAND
END
}

case ${1:-} in
    '') main ;;
    --serve) serve ;;
    --serve-in-namespace) serve_in_namespace ;;
    --help | -h) usage ;;
    *) die "unknown option: $1" "Try contrib/quickstart.sh --help" ;;
esac
