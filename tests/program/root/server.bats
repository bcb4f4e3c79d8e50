#!/usr/bin/env bats
# A real server on a privileged port, as an ordinary user.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common

setup() {
    require_root
    mkdir "$PUBLIC/site"
    echo 'hello from the site' >"$PUBLIC/site/index.html"
}

# serve OPTION...: in a network namespace of its own, Debian's Python serves a page on port 80; prints
# what a client gets, the server's ids and its sets as the kernel reports them.
serve() {
    run unshare --net -- bash -euo pipefail -c '
        site=$1; shift
        ip link set lo up
        test "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" -gt 80
        cd "$site"
        "$@" -- /usr/bin/python3 -m http.server --bind 127.0.0.1 80 3>&- >"$site/../log" 2>&1 &
        pid=$!
        for ((i = 0; i < 100; i++)); do
            curl -sf http://127.0.0.1:80/ && break
            kill -0 "$pid" 2>/dev/null || { cat "$site/../log"; exit 1; }
            sleep 0.1
        done
        grep -E "^(Uid|Gid|Groups|Cap...|NoNewPrivs):" "/proc/$pid/status" | tr -s "[:blank:]" " "
        kill "$pid"
        wait "$pid" || true' sh "$PUBLIC/site" "$CAPWRAP" "$@"
}

@test "a server on port 80 runs as www-data with exactly one capability" {
    local bind
    bind=$(mask net_bind_service)
    serve --user www-data --keep net_bind_service --no-new-privs
    assert_success
    assert_line 'hello from the site'
    assert_line 'Uid: 33 33 33 33'
    assert_line 'Gid: 33 33 33 33'
    assert_line --regexp '^Groups: 33 ?$'
    for set in Inh Prm Eff Bnd Amb; do
        assert_line "Cap$set: $bind"
    done
    assert_line 'NoNewPrivs: 1'
}

@test "the same server without the kept capability cannot bind the port" {
    serve --user www-data --no-new-privs
    assert_failure
    assert_output --partial 'Permission denied'
    refute_output --partial 'hello from the site'
}
