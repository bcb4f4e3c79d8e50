#!/usr/bin/env bats
# Watching what runs already: everything of it and nothing else, whatever starts and ends meanwhile.

# shellcheck disable=SC2154 # bats sets output, status, stderr
load ../../support/common
load learn

setup() {
    require_root
    cd "$PUBLIC" || return
    PIDS=()
}

teardown() {
    local pid
    touch go stop 2>/dev/null
    for pid in "${PIDS[@]}"; do
        kill -KILL "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    # In a chain whose links end one after the other, this file's own last link has no parent here.
    pkill -KILL -f "^$ASKS " || true
}

# running COMMAND...: starts the command in the background; its process ID is in $RUNNING.
running() {
    "$@" 3>&- &
    RUNNING=$!
    PIDS+=("$RUNNING")
}

# watching OPTION...: starts capwrap-learn in the background and waits until it watches. Its report is in $LEARNED.
watching() {
    # shellcheck disable=SC2153 # learn.bash has it
    rm -f "$LEARNED" said
    : >said
    env --default-signal=INT "$CAPWRAP_LEARN" --json -o "$LEARNED" "$@" 2>said 3>&- &
    WATCHER=$!
    PIDS+=("$WATCHER")
    watch_says "$WATCHER" said process
}

# watched: waits until the watch has ended by itself, successfully.
watched() {
    local code=0
    wait "$WATCHER" || code=$?
    cat said
    assert_equal "$code" "${1-0}"
}

# watched_whole COMMAND...: watches a command that waits for the file go, until it has ended. The checks of the rest of
# the machine may fill the buffers: then nothing can be said, and the watch is repeated, up to three times.
watched_whole() {
    local try
    for try in 1 2 3; do
        rm -f go
        running "$@"
        watching --pid "$RUNNING"
        assert_equal "$(cat said)" "capwrap-learn: pid $RUNNING: 1 process"
        touch go
        watched
        [[ $(told .lost) != 0 ]] || break
        echo "try $try: $(told .lost) lost"
    done
}

# used NAMES [PROGRAM]: asserts that these were used, by all programs or by one.
used() {
    assert_equal "$(told "${2+.programs[] | select(.name == \"$2\") | }.used | join(\",\")")" "$1"
}

valid() {
    run "$SRC_DIR/tests/source/docs/validate.py" --strict learn-watch.schema.json <"$LEARNED"
    echo "$output"
    assert_success
    assert_equal "$(wc -l <"$LEARNED")" 1
}

@test "a process and its descendants are watched from the start of the watch until they have ended" {
    watched_whole "$ASKS" bind 80 wait go raw children 3
    used NET_RAW
    assert_equal "$(told .ended,.state,.method,.lost)" $'gone\nobserved\ntracepoint\n0'
    assert_equal "$(told '.capabilities[] | select(.name == "NET_RAW").used | .checks, .by[0].process, .by[0].syscall')" \
        $'4\nasks\nsocket'
    assert_equal "$(told '.processes, .programs[0].processes')" $'4\n4'
    assert_regex "$(told '.unused | join(",")')" 'NET_BIND_SERVICE'
    assert_equal "$(told '.held == (.used + .unused | sort_by(.)) or (.held | length) == (.used + .unused | length)')" true
    valid
}

@test "what other processes ask for is not recorded" {
    running "$ASKS" wait go raws 1000 children 100
    running "$ASKS" wait go exec sleep 0.2
    watching --pid "$RUNNING"
    touch go
    watched
    used ""
}

@test "programs are listed separately, and a process is counted for the one that it executed last" {
    # shellcheck disable=SC2016
    running sh -c '"$ASKS" wait go raw; "$ASKS" exec chown 33 "$PUBLIC/file"; true'
    touch file
    watching --pid "$RUNNING"
    touch go
    watched
    used CHOWN,NET_RAW
    used NET_RAW asks
    used CHOWN chown
    used "" sh
    assert_equal "$(told '.programs | map("\(.name) \(.processes)") | sort | join(", ")')" "asks 1, chown 1, sh 1"
}

@test "several targets are watched at once" {
    running "$ASKS" wait go raw
    local first=$RUNNING
    running "$ASKS" wait go bind 81
    watching --pid "$first" --pid "$RUNNING"
    touch go
    watched
    used NET_BIND_SERVICE,NET_RAW
    assert_equal "$(told '.targets | length')" 2
}

@test "refused and used capabilities are listed separately" {
    running setpriv --reuid 4000 --clear-groups "$ASKS" wait go raw
    watching --pid "$RUNNING"
    touch go
    watched
    used ""
    assert_equal "$(told '.refused[],.programs[0].refused[]')" $'NET_RAW\nNET_RAW'
    assert_equal "$(told '.held | length')" 0
    assert_equal "$(told '.phases[0].uid')" 4000
}

@test "the phases of a daemon that gives up root: what it used before and after" {
    # shellcheck disable=SC2016
    running "$ASKS" wait go exec python3 -c '
import os, socket
os.chown(os.environ["PUBLIC"] + "/file", 33, 33)
os.setgroups([])
os.setgid(33)
os.setuid(33)
os.listdir("/")'
    touch file
    watching --pid "$RUNNING"
    touch go
    watched
    used CHOWN,SETGID,SETUID
    assert_equal "$(told '.phases | map("\(.uid):\(.gid) \(.capabilities | join(","))") | join("; ")')" \
        "0:0 CHOWN,SETGID; 0:33 SETUID; 33:33 "
}

@test "noise does not count" {
    running "$ASKS" wait go exec sh -c 'head -c 5000000 /dev/zero | sort >/dev/null; cat /proc/sys/net/ipv4/ip_forward'
    watching --pid "$RUNNING"
    touch go
    watched
    used ""
    assert_equal "$(told '.capabilities[] | select(.name == "SYS_ADMIN").ignored.by[0].noise')" overcommit
    assert_equal "$(told '.capabilities[] | select(.name == "NET_ADMIN").ignored.by[0].noise')" net-sysctl
}

# ---- how it ends ----

@test "a zombie does not keep the watch running" {
    # shellcheck disable=SC2016
    running python3 -c '
import os, time
if os.fork() == 0:
    os._exit(0)
while not os.path.exists("go"):
    time.sleep(0.01)'
    watching --pid "$RUNNING"
    touch go
    watched
    assert_equal "$(told .ended)" gone
}

@test "--for ends the watch after that time, --until-idle when nothing new was seen for that time, signals at once" {
    running "$ASKS" sleep 1000
    watching --pid "$RUNNING" --for 1s
    watched
    assert_equal "$(told '.ended, (.seconds >= 1)')" $'time\ntrue'
    watching --pid "$RUNNING" --until-idle 1s
    watched
    assert_equal "$(told .ended)" idle
    local signal
    for signal in INT TERM HUP; do
        watching --pid "$RUNNING"
        kill -s "$signal" "$WATCHER"
        watched
        assert_equal "$(told .ended)" signal
    done
}

@test "--until-idle restarts its time after each new check" {
    running "$ASKS" wait go raw touch asked sleep 1000
    watching --pid "$RUNNING" --until-idle 3s
    sleep 2
    touch go
    wait_for_file asked
    sleep 2
    kill -0 "$WATCHER" # four seconds have passed, but not three since then
    watched
    used NET_RAW
    assert_equal "$(told .ended)" idle
}

@test "SIGUSR1 prints a report on standard error, and the watch continues" {
    running "$ASKS" wait go raw touch asked wait end bind 82
    watching --pid "$RUNNING"
    touch go
    wait_for_file asked
    local i
    for ((i = 0; i < 600; i++)); do # a record is held back for a short time
        kill -USR1 "$WATCHER"
        sleep 0.1
        ! grep -q 'used  *NET_RAW' said || break
    done
    grep -q 'used  *NET_RAW' said
    [ ! -e "$LEARNED" ] || [ ! -s "$LEARNED" ]
    touch end
    watched
    used NET_BIND_SERVICE,NET_RAW
}

@test "--check fails when something else was used" {
    local code list
    for list in none:1 NET_RAW,KILL:0 KILL:1; do
        rm -f go
        running "$ASKS" wait go raw
        watching --pid "$RUNNING" --check "${list%:*}"
        touch go
        watched "${list#*:}"
    done
    assert_equal "$(told '.check.outside[]')" NET_RAW
    valid
}

@test "--check is not passed when checks were lost: status 2, and 1 when something else was used all the same" {
    local list came
    for list in NET_RAW none; do
        rm -f go "done"
        running "$ASKS" wait go raws 300000 touch "done" sleep 1000
        watching --pid "$RUNNING" --check "$list"
        # Who does not read loses what the rings do not hold.
        kill -STOP "$WATCHER"
        touch go
        came=yes
        wait_for_file "done" || came=no
        kill -CONT "$WATCHER"
        kill "$RUNNING"
        watched "$([[ $list == none ]] && echo 1 || echo 2)"
        assert_equal "$came,$(told .check.complete)" yes,false
        limited checks-lost
    done
}

@test "a progress line is printed on a terminal only" {
    running "$ASKS" wait go raws 10 touch asked sleep 1000
    script --quiet --return --command "'$CAPWRAP_LEARN' --pid $RUNNING --for 4s -o report" typescript \
        >shown 2>&1 </dev/null 3>&- &
    PIDS+=($!)
    until grep -q process shown; do sleep 0.02; done
    touch go
    wait $!
    assert_regex "$(tr '\r' '\n' <shown)" '[1-4] s, [0-9]+ checks, used: NET_RAW'
    "$CAPWRAP_LEARN" --pid "$RUNNING" --for 2s -o report 2>said
    assert_equal "$(wc -l <said)" 1
}

# ---- races ----

@test "a chain of processes, each the child of one that has ended, is not lost when the watch begins" {
    local try
    # Another chain, which is not watched, does the same.
    running "$ASKS" chain stop bind 83
    local told_all=0
    for try in 1 2 3 4 5; do
        rm -f go
        running "$ASKS" chain go raw touch "asked$try" sleep 1000
        watching --pid "$RUNNING"
        touch go
        wait_for_file "asked$try"
        kill -TERM "$WATCHER"
        watched
        # The checks of the rest of the machine may fill the buffers, and this file's own shell, from which the chain
        # was started, may start something at that moment: then the report says so.
        [[ $(told .lost) == 0 && $(told '.limits[].code') != *processes-unclear* ]] || continue
        used NET_RAW
        told_all=$((told_all + 1))
    done
    ((told_all > 0))
}

@test "10,000 children that end at once are all seen, and the process count is right" {
    watched_whole "$ASKS" wait go children 10000
    used NET_RAW
    assert_equal "$(told .lost)" 0
    assert_equal "$(told '.processes, (.capabilities[] | select(.name == "NET_RAW").used.checks)')" $'10001\n10000'
}

@test "a set-user-ID program, from which perf's events are removed, is seen after its execve" {
    cp "$ASKS" set-uid
    chmod 4755 set-uid
    # shellcheck disable=SC2016
    running setpriv --reuid 4000 --clear-groups "$ASKS" wait go exec ./set-uid raw children 2
    watching --pid "$RUNNING"
    touch go
    watched
    used NET_RAW set-uid
    assert_equal "$(told '.capabilities[] | select(.name == "NET_RAW").used.checks')" 3
    refute_regex "$(told '.limits[].code')" processes-unclear
}

@test "existing threads and new threads are seen" {
    running python3 -c '
import os, socket, threading, time
def ask():
    while not os.path.exists("go"):
        time.sleep(0.01)
    socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
    threading.Thread(target=lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)).start()
threads = [threading.Thread(target=ask) for _ in range(50)]
[t.start() for t in threads]
open("ready", "w")
[t.join() for t in threads]'
    wait_for_file ready
    watching --pid "$RUNNING"
    touch go
    watched
    used NET_RAW
    assert_equal "$(told '.capabilities[] | select(.name == "NET_RAW").used.checks')" 100
}

@test "a thread sets the name of its process" {
    running python3 -c '
import os, threading, time
def thread():
    open("thread", "w").write(str(threading.get_native_id()))
    while not os.path.exists("go"):
        time.sleep(0.01)
threading.Thread(target=thread).start()'
    until [ -s thread ]; do sleep 0.02; done
    watching --pid "$(cat thread)"
    touch go
    watched
    assert_equal "$(told '.ended, .processes')" $'gone\n1'
}

@test "a process ID that is used again belongs to another process" {
    # In its own PID namespace, where the next ID can be chosen.
    cat >inner <<'END'
set -e
"$ASKS" wait go &
first=$!
sleep 1000 &
keeper=$!
"$CAPWRAP_LEARN" --json -o "$LEARNED" --pid "$first" --pid "$keeper" 2>said &
watcher=$!
until grep -q "pid $keeper" said; do sleep 0.02; done
touch go
wait "$first"
for try in $(seq 50); do # another process that forks here may take it
    echo $((first - 1)) >/proc/sys/kernel/ns_last_pid
    "$ASKS" raw &
    again=$!
    wait "$again"
    [ "$again" -ne "$first" ] || break
done
[ "$again" -eq "$first" ]
sleep 0.3
kill -TERM "$watcher"
wait "$watcher"
kill "$keeper"
END
    run unshare --pid --fork --mount-proc --kill-child bash inner
    echo "$output"
    assert_success
    used ""
}

@test "a process of another user namespace: what it uses there, and what it asks for in the first one" {
    running unshare --user --map-root-user --net "$ASKS" wait go raw
    watching --pid "$RUNNING"
    touch go
    watched
    used NET_RAW
    assert_equal "$(told '.programs[0].user_namespace, (.outside | join(","))')" other
    valid
    rm go
    running unshare --user --map-root-user "$ASKS" wait go raw seteuid 0
    watching --pid "$RUNNING"
    touch go
    watched
    used ""
    assert_equal "$(told '.outside | join(",")')" NET_RAW
    assert_equal "$(told '.refused | join(",")')" ""
    limited user-namespace
}

@test "a user namespace that a program creates while it is watched does not count" {
    running "$ASKS" wait go exec unshare --user --map-root-user chroot / true
    watching --pid "$RUNNING"
    touch go
    watched
    used ""
    assert_equal "$(told '.capabilities[] | select(.name == "SYS_CHROOT").ignored.by[0].noise')" own-namespace
}

@test "a capability that is raised in an ambient set is used; a capset is reported as not read" {
    local held=-all,+net_raw,+kill
    running "$ASKS" wait go exec setpriv --inh-caps "$held" --ambient-caps "$held" true
    watching --pid "$RUNNING" --check NET_RAW
    touch go
    watched 1
    used KILL,NET_RAW
    limited capset-not-read
    valid
    assert_equal "$(told '.capabilities[] | select(.name == "KILL").used.by[0].syscall')" prctl
    # Nothing that a process does to itself in a namespace that it has made.
    rm go
    running "$ASKS" wait go exec unshare --user --map-root-user \
        setpriv --inh-caps "$held" --ambient-caps "$held" true
    watching --pid "$RUNNING"
    touch go
    watched
    used ""
    refute_regex "$(told '.limits[].code')" capset-not-read
}

# ---- cgroups ----

@test "a cgroup is watched: processes that enter it, that leave it, and those below it" {
    # shellcheck disable=SC2016
    run unshare --mount --propagation private -- bash -c '
        set -e
        mount -t cgroup2 none "$1"
        cgroup=$1/capwrap-test-$$
        trap "touch go enter leave stop; wait || true; rmdir $cgroup/below $cgroup" EXIT
        mkdir "$cgroup"
        (echo $BASHPID >"$cgroup/cgroup.procs"; exec "$ASKS" wait stop) &
        (exec "$ASKS" wait go bind 84 wait stop) &
        (wait_for() { until [ -e "$1" ]; do sleep 0.02; done; }
            wait_for go; chown 33 file; echo $BASHPID >"$cgroup/cgroup.procs"; "$ASKS" raw; touch entered
            echo $BASHPID >"$1/cgroup.procs"; "$ASKS" seteuid 33; touch left) &
        sleep 0.2
        "$CAPWRAP_LEARN" --json -o "$LEARNED" --cgroup "${cgroup##*/}" 2>said &
        watcher=$!
        touch said
        until grep -q "1 process" said; do kill -0 $watcher; sleep 0.02; done
        touch file go
        until [ -e left ]; do sleep 0.02; done
        mkdir "$cgroup/below"
        (echo $BASHPID >"$cgroup/below/cgroup.procs"; exec "$ASKS" exec setpriv --inh-caps=-all kill -0 1)
        sleep 0.3
        kill -TERM $watcher
        wait $watcher' - "$(mkdir -p cgroups && echo "$PUBLIC/cgroups")"
    echo "$output"
    assert_success
    used NET_RAW asks
    assert_equal "$(told '[.programs[].name] | index("kill") != null')" true
    run told '.used | join(",")'
    refute_output --regexp 'CHOWN|SETUID|NET_BIND_SERVICE'
    assert_equal "$(told '.targets[0] | .kind, .processes, .by')" $'cgroup\n1\ncgroup'
}

@test "a unit is identified by systemctl, or without systemd by the cgroup of that name" {
    mkdir -p cgroups bin
    # shellcheck disable=SC2016
    printf '#!/bin/sh\n[ "$*" = "show --property=ControlGroup --value -- $UNIT" ] && echo "$GROUP"\n' >bin/systemctl
    chmod 755 bin/systemctl
    # shellcheck disable=SC2016
    run unshare --mount --propagation private -- bash -c '
        set -e
        mount -t cgroup2 none "$1"
        name=capwrap-test-$$
        trap "touch stop; wait || true; rmdir $1/$name/web.service $1/$name" EXIT
        mkdir "$1/$name" "$1/$name/web.service"
        (echo $BASHPID >"$1/$name/web.service/cgroup.procs"; exec "$ASKS" wait stop) &
        until [ -n "$(cat "$1/$name/web.service/cgroup.procs")" ]; do sleep 0.02; done
        PATH=$PWD/bin:$PATH UNIT=any.socket GROUP=/$name/web.service "$CAPWRAP_LEARN" --unit any.socket --for 1s
        ! PATH=$PWD/bin:$PATH UNIT=idle.service GROUP= "$CAPWRAP_LEARN" --unit idle
        printf "#!/bin/sh\nexit 1\n" >bin/systemctl
        PATH=$PWD/bin:$PATH "$CAPWRAP_LEARN" --unit web --for 1s
        ! PATH=$PWD/bin:$PATH "$CAPWRAP_LEARN" --unit none' - "$PUBLIC/cgroups"
    echo "$output"
    assert_success
    assert_line "capwrap-learn: unit any.socket: 1 process"
    assert_line "capwrap-learn: unit web: 1 process"
    assert_line "capwrap-learn: target: there is no unit idle.service that runs"
    assert_line "capwrap-learn: target: there is no unit none.service that runs"
}

@test "if the hierarchy that perf uses is not mounted, a cgroup and a unit are refused" {
    local option
    for option in --cgroup --unit; do
        # shellcheck disable=SC2016
        attempt unshare --mount --propagation private -- bash -c '
            while read -r _ _ _ _ point _; do umount "$point"; done < <(grep " - cgroup2 " /proc/self/mountinfo)
            exec "$@"' - "$CAPWRAP_LEARN" "$option" name
        assert_failure 125
        assert_regex "$stderr" '^capwrap-learn: target: name: a check records the cgroup of one hierarchy only.*
  hint: name a process: --pid$'
    done
}

@test "if perf records the root for the checks of a cgroup, the cgroup is refused" {
    # shellcheck disable=SC2016
    attempt unshare --mount --propagation private -- bash -c '
        mount -t cgroup2 none "$1"
        mkdir "$1/capwrap-test-$$"
        trap "rmdir $1/capwrap-test-$$" EXIT
        "${@:2}" --cgroup "capwrap-test-$$"' - "$(mkdir -p cgroups && echo "$PUBLIC/cgroups")" \
        "$SUPPORT_BIN/seccomp-errno" perf_event_open 2 "$CAPWRAP_LEARN"
    assert_failure 125
    assert_regex "$stderr" '^capwrap-learn: target: capwrap-test-[0-9]+: checks do not record its cgroup before a controller is enabled in the root.*
  hint: enable a controller once: echo \+pids >/sys/fs/cgroup/cgroup.subtree_control; or name a process: --pid$'
}

# ---- the formats ----

@test "each format removes what was not used, after comments on its limits" {
    running "$ASKS" sleep 1000
    attempt "$CAPWRAP_LEARN" --pid "$RUNNING" --for 1s --format systemd -o -
    assert_success
    assert_line '[Service]'
    assert_line CapabilityBoundingSet=
    refute_line --regexp '^AmbientCapabilities'
    assert_line --partial 'was not seen, but is needed when they are'
    rm -f go
    running setpriv --reuid 4000 --clear-groups --inh-caps +net_raw,+kill --ambient-caps +net_raw,+kill \
        "$ASKS" wait go raw
    watching --pid "$RUNNING"
    touch go
    watched
    assert_equal "$(told '.snippets.systemd')" $'[Service]
CapabilityBoundingSet=
CapabilityBoundingSet=CAP_NET_RAW
AmbientCapabilities=
AmbientCapabilities=CAP_NET_RAW'
    assert_equal "$(told '.snippets.dockerfile')" $'# docker run --cap-drop ALL --cap-add NET_RAW IMAGE'
    assert_equal "$(told '.snippets.compose')" $'services:\n  SERVICE:\n    cap_drop: [ALL]\n    cap_add: [NET_RAW]'
    assert_equal "$(told '.snippets.kubernetes')" $'securityContext:\n  capabilities:\n    drop: [ALL]\n    add: [NET_RAW]'
    assert_equal "$(told '.unused | join(",")')" KILL
}

@test "the text fits 80 columns and starts with the answer" {
    running "$ASKS" wait go raw
    "$CAPWRAP_LEARN" --pid "$RUNNING" 2>said 3>&- &
    PIDS+=($!)
    until grep -q process said; do sleep 0.02; done
    touch go
    wait $!
    run cat said
    assert_line --index 1 "capwrap-learn: pid $RUNNING"
    assert_line --index 2 "  used      NET_RAW"
    assert_line --index 3 --partial "  unused    every other one"
    assert_line --partial 'state     observed'
    assert_line '    0:0       NET_RAW'
    run awk 'length > 80' said
    assert_output ""
}

# ---- earlier runs ----

@test "earlier runs and watches add up, and the report shows the contribution of each" {
    "$CAPWRAP_LEARN" --json -o run.json -- "$ASKS" bind 85
    running "$ASKS" wait go raw sleep 1000
    watching --pid "$RUNNING" --runs run.json --check NET_BIND_SERVICE --for 1s
    watched
    used ""
    assert_equal "$(told '.together + ["new"] + .new | join(",")')" NET_BIND_SERVICE,new
    cp "$LEARNED" all.json
    watching --pid "$RUNNING" --runs all.json --runs run.json --check NET_BIND_SERVICE
    touch go
    until grep -q 'used  *NET_RAW' said; do kill -USR1 "$WATCHER"; sleep 0.1; done
    kill -TERM "$WATCHER"
    watched 1
    used NET_RAW
    assert_equal "$(told '.together, .new, .runs[0].used, .check.outside | join(",")')" \
        $'NET_BIND_SERVICE,NET_RAW\nNET_RAW\nNET_BIND_SERVICE\nNET_RAW'
    assert_equal "$(told '.snippets.dockerfile')" "# docker run --cap-drop ALL --cap-add NET_BIND_SERVICE --cap-add NET_RAW IMAGE"
    valid
    assert_regex "$(cat said)" 'With earlier runs
  together  NET_BIND_SERVICE, NET_RAW
  new       NET_RAW
  all.json \(observed\): NET_BIND_SERVICE
  run.json \(observed\): NET_BIND_SERVICE'
    # Reads and writes the same file.
    cp "$LEARNED" all.json
    "$CAPWRAP_LEARN" --pid "$RUNNING" --for 1s --runs all.json --json -o all.json
    assert_equal "$(jq -r '.together | join(",")' all.json)" NET_BIND_SERVICE,NET_RAW
}

@test "what earlier watches found is still there after an error, and after the watch was killed" {
    running sleep 1000
    "$CAPWRAP_LEARN" --json -o all.json -- "$ASKS" bind 85
    cp all.json before.json
    attempt "$CAPWRAP_LEARN" --unit no-such-unit --for 1s --runs all.json --json -o all.json
    assert_failure 125
    cmp all.json before.json
    ln -s all.json link.json
    attempt "$CAPWRAP_LEARN" --pid 4194303 --runs all.json --json -o link.json
    assert_failure 125
    cmp all.json before.json
    env "$CAPWRAP_LEARN" --pid "$RUNNING" --runs all.json --json -o all.json 2>said 3>&- &
    PIDS+=("$!")
    watch_says "$!" said process
    kill -KILL "$!"
    wait "$!" || true
    cmp all.json before.json
    # A longer text than the report is gone when there is one.
    { cat before.json; head -c 100000 /dev/zero | tr '\0' ' '; } >all.json
    "$CAPWRAP_LEARN" --pid "$RUNNING" --for 1s --runs all.json --json -o all.json
    [ "$(wc -c <all.json)" -lt 100000 ]
    assert_equal "$(jq -r '.together | join(",")' all.json)" NET_BIND_SERVICE
}

@test "a file that is not a report, or a report that was not confirmed, is refused" {
    running "$ASKS" sleep 1000
    echo '{"version":1}' >other.json
    "$CAPWRAP_LEARN" --verify --json -o failed.json -- sh -c 'exit 3' || true
    cannot 'runs: none.json cannot be read: No such file' "$CAPWRAP_LEARN" --pid "$RUNNING" --runs none.json
    cannot 'runs: other.json is not a report' "$CAPWRAP_LEARN" --pid "$RUNNING" --runs other.json
    cannot "runs: $PWD cannot be read: Is a directory" "$CAPWRAP_LEARN" --pid "$RUNNING" --runs "$PWD"
    cannot 'runs: failed.json is the report of an answer that was not confirmed' \
        "$CAPWRAP_LEARN" --pid "$RUNNING" --runs failed.json -o failed.json
    [ -s failed.json ]
    cannot 'options: --runs applies only to what runs already' "$CAPWRAP_LEARN" --runs failed.json -- true
}

# ---- what cannot be watched ----

# cannot PATTERN OPTION...: asserts one error, one hint and status 125.
cannot() {
    local pattern=$1
    shift
    attempt "$@"
    assert_failure 125
    assert_equal "${#stderr_lines[@]}" 2
    assert_regex "${stderr_lines[0]}" "^capwrap-learn: $pattern"
    assert_regex "${stderr_lines[1]}" '^  hint: '
}

@test "a missing target is refused: one error, one hint, status 125" {
    local gone
    "$ASKS" sleep 0 &
    gone=$!
    wait "$gone"
    cannot "target: there is no process $gone" "$CAPWRAP_LEARN" --pid "$gone"
    # A process that has ended and was not waited for is still in /proc.
    running python3 -c 'import subprocess, time
child = subprocess.Popen(["true"])
while open("/proc/%d/stat" % child.pid).read().split(")")[1][1] != "Z":
    time.sleep(0.01)
open("zombie", "w").write(str(child.pid))
time.sleep(1000)'
    wait_for_file zombie
    until [ -s zombie ]; do sleep 0.02; done
    cannot "target: process $(cat zombie) has ended" "$CAPWRAP_LEARN" --pid "$(cat zombie)"
    cannot "target: 'x' is not a process id" "$CAPWRAP_LEARN" --pid x
    cannot "target: '/proc/1' is not a process id" "$CAPWRAP_LEARN" --pid /proc/1
    assert_equal "${stderr_lines[1]}" '  hint: write --pid 1'
    cannot "target: '/corp/1' is not a process id" "$CAPWRAP_LEARN" --pid /corp/1
    assert_equal "${stderr_lines[1]}" '  hint: give the process id of a program that runs: see ps -e'
    # Without an engine: podman creates directories even for a query.
    mkdir none
    cannot "target: there is no container no-such-name" env PATH="$PWD/none" "$CAPWRAP_LEARN" --container no-such-name
    cannot "options: --for: '5x' is not a time" "$CAPWRAP_LEARN" --pid 1 --for 5x
    cannot "options: --verify applies only to a COMMAND" "$CAPWRAP_LEARN" --pid 1 --verify
    cannot "options: --for applies only to what runs already" "$CAPWRAP_LEARN" --for 5s -- true
    cannot "options: COMMAND 'true' is to be started, but --pid names what runs already" "$CAPWRAP_LEARN" --pid 1 true
    # shellcheck disable=SC2016
    cannot "target: there is no cgroup no/such" unshare --mount --propagation private -- \
        bash -c 'mount -t cgroup2 none "$1" && exec "$2" --cgroup no/such' - "$PUBLIC" "$CAPWRAP_LEARN"
}

@test "a container's name may be preceded by a slash, or by its engine as in Kubernetes" {
    local name
    mkdir engine
    # shellcheck disable=SC2016 # the script's own
    printf '#!/bin/sh\nfor last; do :; done\necho "$last" >>"%s/asked"\nexit 1\n' "$PWD" >engine/docker
    chmod 755 engine/docker
    for name in web /web docker://web; do
        cannot "target: there is no container $name" env PATH="$PWD/engine" "$CAPWRAP_LEARN" --container "$name"
    done
    assert_equal "$(sort -u asked)" $'--quiet\nweb'
}

@test "a unit or a container that nothing identifies: the hint names what is missing" {
    mkdir none engine
    # only what the wrapper needs
    ln -s "$(type -P true)" none/true
    cannot 'target: there is no container web' env PATH="$PWD/none" "$CAPWRAP_LEARN" --container web
    assert_equal "${stderr_lines[1]}" \
        '  hint: name a process of it, or its cgroup: neither docker nor podman is here'
    printf '#!/bin/sh\nexit 1\n' >engine/docker
    chmod 755 engine/docker
    cannot 'target: there is no container web' env PATH="$PWD/engine" "$CAPWRAP_LEARN" --container web
    assert_equal "${stderr_lines[1]}" \
        '  hint: start docker, or run capwrap-learn as a user who may ask it: docker ps fails'
    # shellcheck disable=SC2016 # the script's own
    printf '#!/bin/sh\ntest $1 = ps\n' >engine/docker
    cannot 'target: there is no container web' env PATH="$PWD/engine" "$CAPWRAP_LEARN" --container web
    assert_equal "${stderr_lines[1]}" '  hint: name a container that runs: see docker ps, podman ps'
    # shellcheck disable=SC2016
    cannot 'target: there is no unit none.service that runs' unshare --mount --propagation private -- \
        bash -c 'mount -t tmpfs none /run && exec "$@"' - "$CAPWRAP_LEARN" --unit none
    assert_regex "${stderr_lines[1]}" 'systemd does not run here$'
}

@test "without the privilege to watch, the error names the missing privilege" {
    running "$ASKS" sleep 1000
    cannot 'watch: .*(PERFMON|SYS_ADMIN)' setpriv --bounding-set=-sys_admin,-perfmon "$CAPWRAP_LEARN" --pid "$RUNNING"
    refute_regex "$stderr" no-trace
    # It can open tracefs, but no events.
    # shellcheck disable=SC2016
    cannot 'watch: perf_event_open: it requires CAP_PERFMON.*kernel.perf_event_paranoid is [-0-9]+' \
        unshare --mount --propagation private -- bash -c '
        { mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; } &&
        exec setpriv --bounding-set=-sys_admin,-perfmon "$@"' - "$CAPWRAP_LEARN" --pid "$RUNNING"
    printf '0000000000000000 T cap_capable\n' >"$BATS_TEST_TMPDIR/kallsyms"
    # shellcheck disable=SC2016
    cannot 'watch: .*CAP_SYSLOG' unshare --mount --propagation private -- bash -c '
        mount --bind "$1" /proc/kallsyms && exec "$2" --pid "$3"' - \
        "$BATS_TEST_TMPDIR/kallsyms" "$CAPWRAP_LEARN" "$RUNNING"
}
