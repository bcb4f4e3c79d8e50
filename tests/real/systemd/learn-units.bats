#!/usr/bin/env bats
# capwrap-learn watches a unit of a booted systemd, by its cgroup. SYSTEM is the root that is booted; this machine's
# when it is not set.

# shellcheck disable=SC2016,SC2154 # inner shells; bats sets output and stderr
load ../../support/common
load ../../program/learn/learn

setup_file() {
    require_root
    export FILES=$BATS_FILE_TMPDIR/files OUT=$BATS_FILE_TMPDIR/out
    local units=$FILES/etc/systemd/system
    mkdir -p "$units" "$FILES/usr/bin" "$OUT"
    install -m 755 "$ASKS" "$FILES/usr/bin/asks"
    # Five are held; two are used, by a process that systemd creates in the cgroup and by one that is restarted.
    cat >"$units/learned.service" <<'END'
[Service]
ExecStart=/usr/bin/asks wait /out/go raw touch /out/asked wait /out/end exit 3
Restart=always
RestartSec=0
CapabilityBoundingSet=CAP_NET_RAW CAP_CHOWN CAP_KILL CAP_SETUID CAP_NET_BIND_SERVICE
ExecStartPre=/bin/sh -c 'test ! -e /out/end || { chown 33 /out/asked; rm /out/end; echo >/out/again; }'
END
    cat >"$units/inside.target" <<'END'
[Unit]
Wants=learned.service beside.service
END
    cat >"$units/beside.service" <<'END'
[Service]
ExecStart=/usr/bin/asks wait /out/go seteuid 33 sleep 1000
END
    export SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1
    setpriv --pdeathsig TERM "$SRC_DIR/tests/real/systemd/boot" "$FILES" "$OUT" inside.target ${SYSTEM:+"$SYSTEM"} 3>&- &
    echo $! >"$BATS_FILE_TMPDIR/boot"
}

teardown_file() {
    kill "$(cat "$BATS_FILE_TMPDIR/boot")" || true
    eventually_gone
}

eventually_gone() {
    local i
    for ((i = 0; i < 300; i++)); do
        kill -0 "$(cat "$BATS_FILE_TMPDIR/boot")" 2>/dev/null || return 0
        sleep 0.1
    done
}

@test "a unit is watched by its cgroup, also after a restart; other processes are not" {
    export LEARNED=$OUT/learned.json
    # The hierarchy of the machine, which has those of the booted system below it; systemctl is that of no system here.
    cat >"$OUT/watch" <<'END'
mount -t cgroup2 none "$1"
shift
for try in $(seq 600); do
    "$CAPWRAP_LEARN" --json -o "$LEARNED" --unit learned --for 60s 2>said &
    watcher=$!
    until grep -q 'unit learned: [1-9]' said || ! kill -0 $watcher 2>/dev/null; do sleep 0.05; done
    ! kill -0 $watcher 2>/dev/null || break
    wait $watcher || true
    sleep 0.1
done
cat said
touch go
until [ -e asked ]; do sleep 0.05; done
touch end
until [ -e again ]; do sleep 0.05; done
sleep 1
kill -TERM $watcher
wait $watcher
END
    mkdir -p "$BATS_TEST_TMPDIR/cgroups"
    cd "$OUT" || return
    run unshare --mount --propagation private bash -e watch "$BATS_TEST_TMPDIR/cgroups"
    echo "$output"
    [ "$status" -eq 0 ] || cat "$OUT/console"
    assert_success
    assert_equal "$(told '.targets[0] | .kind, .by')" $'unit\ncgroup'
    assert_equal "$(told '.used | join(",")')" CHOWN,NET_RAW
    assert_equal "$(told '.unused | join(",")')" KILL,SETUID,NET_BIND_SERVICE
    assert_equal "$(told '.snippets.systemd')" $'[Service]\nCapabilityBoundingSet=\nCapabilityBoundingSet=CAP_CHOWN CAP_NET_RAW'
}
