#!/usr/bin/env bash
# Builds capwrap and shows its main job on a real server. See --help.
set -euo pipefail

usage() {
    cat <<'END'
Usage: contrib/quickstart.sh

Builds capwrap, then starts a real HTTP server on port 80 (another one below 1024 when it is taken)
as an ordinary user who holds CAP_NET_BIND_SERVICE and nothing else. Fetches a page, shows what the
kernel says of that server, shows that it fails without the capability, and stops it.

Needs root, or sudo. Installs a compiler and the few tools that are missing. Leaves build/ behind
and nothing else. Where anybody may bind port 80 (net.ipv4.ip_unprivileged_port_start), it does all
of this in a network namespace of its own, where only the capability can do it.
END
}

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=contrib/packages.bash
source contrib/packages.bash

readonly build=build/quickstart
readonly port_start=/proc/sys/net/ipv4/ip_unprivileged_port_start
readonly sets=(CapInh CapPrm CapEff CapBnd CapAmb)
readonly net_bind_service=0000000000000400

# ---- the part that needs root: quickstart.sh --serve, started by the other part below ----

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

# An account that is nobody's in particular.
pick_user() {
    local name
    for name in www-data http nobody; do
        if getent passwd "$name" >/dev/null; then
            echo "$name"
            return
        fi
    done
    die "this system has none of the users www-data, http and nobody"
}

# The first of some privileged ports that nothing listens on.
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
    die "ports 80, 81, 82, 880 and 1023 are all taken"
}

# start_server CAPWRAP OPTION...: what follows is capwrap's own process id, and the server's: there
# is only one process.
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

# Waits until the page can be fetched; fails when the server ended, or after ten seconds.
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

# The kernel's account of the server, and that it is what was asked for.
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
        die "the server is not uid $uid"
    [ "$(status_field Gid)" = "$(printf '%s\t%s\t%s\t%s' "$gid" "$gid" "$gid" "$gid")" ] ||
        die "the server is not gid $gid"
    for field in "${sets[@]}"; do
        [ "$(status_field "$field")" = "$net_bind_service" ] ||
            die "$field of the server is not exactly CAP_NET_BIND_SERVICE"
    done
    [ "$(status_field NoNewPrivs)" = 1 ] || die "the server does not have no_new_privs"
}

serve() {
    capwrap=$PWD/$build/capwrap
    trap clean_up EXIT
    trap 'exit 1' INT TERM HUP
    temporary=$(mktemp -d)
    mkdir "$temporary/www"
    page="a page for you alone: $(cat /proc/sys/kernel/random/uuid)"
    echo "$page" >"$temporary/www/index.html"
    chmod -R a+rX "$temporary"

    user=$(pick_user)
    port=$(pick_port)
    [ "$(cat "$port_start")" -gt "$port" ] ||
        die "anybody may bind port $port here, so a server on it would prove nothing"

    say "as root, starting a server on port $port that runs as $user:"
    show_options --user "$user" --keep NET_BIND_SERVICE --no-new-privs
    start_server --user "$user" --keep NET_BIND_SERVICE --no-new-privs
    await_page || die "the server does not answer; it said:" "$(cat "$temporary/log")"
    say "fetched http://127.0.0.1:$port/: $page"
    say "what the kernel says of process $server (/proc/$server/status):"
    show_and_check
    stop_server

    say "the same server without the capability:"
    show_options --user "$user" --no-new-privs
    start_server --user "$user" --no-new-privs
    ! await_page || die "it answers as well: then the capability was not what let it"
    local status=0
    wait "$server" || status=$?
    server=''
    printf '    %s\n' "$(tail -n 1 "$temporary/log")"
    [[ $status -ne 0 && $(tail -n 1 "$temporary/log") == PermissionError:* ]] ||
        die "it failed for another reason (exit status $status):" "$(cat "$temporary/log")"
    say "it may not have port $port, as it should be"
}

serve_in_namespace() {
    ip link set lo up
    echo 1024 >"$port_start"
    serve
}

# ---- the part that needs no root, but for the packages ----

build_capwrap() {
    say "building capwrap in $build"
    mkdir -p "$build" || die "$PWD cannot be written: make a copy of your own"
    local log=$build/quickstart.log
    { cmake --preset release -B "$build" -DBUILD_TESTING=OFF && cmake --build "$build"; } \
        >"$log" 2>&1 || die "capwrap does not build:" "$(cat "$log")"
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
        say "anybody may bind port 80 here: going on in a network namespace, where nobody may"
        "${as_root[@]}" unshare --net true ||
            die "no network namespace can be made here" \
                "Run it where net.ipv4.ip_unprivileged_port_start is 1024."
        "${as_root[@]}" unshare --net -- "${self[@]}" --serve-in-namespace
    fi
    cat <<END
==> done. Now with a server of your own, as root:
    $build/capwrap --user USER --keep NET_BIND_SERVICE --no-new-privs -- COMMAND
  and, to see what it would do and why, without doing it:
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
