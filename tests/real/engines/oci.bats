#!/usr/bin/env bats
# capwrap as the entry point of OCI bundles, run by runc and by crun: every way in which an engine starts
# a user, and what the program finally holds. docs/measured-refusals.md has the results under "Start shapes".

# shellcheck disable=SC2016,SC2154 # inner shells; bats sets output, status and stderr
load ../../support/common
load ../../support/states
load oci

: "${CAPWRAP_MUSL:?is not set: the static capwrap, as contrib/packaging/static-musl.sh builds it}"

net_raw=$(mask NET_RAW)
net_bind_service=$(mask NET_BIND_SERVICE)

# Options of containers. FOUR is what docs/containers.md adds to "drop ALL" for a root start.
FOUR=(--capabilities 'NET_RAW,SETUID,SETGID,SETPCAP')
THREE=(--capabilities 'NET_RAW,SETUID,SETGID')
ONE=(--capabilities NET_RAW)
ENGINES_DEFAULT=(--capabilities 'CHOWN,DAC_OVERRIDE,FOWNER,FSETID,KILL,SETGID,SETUID,SETPCAP,'\
'NET_BIND_SERVICE,NET_RAW,SYS_CHROOT,MKNOD,AUDIT_WRITE,SETFCAP')
APP=(--uid 1000 --env KUBERNETES_SERVICE_HOST=192.0.2.1)
INSIDE=(--user-namespace "$OUTER_ROOT")
# What the Pod Security Standard "restricted" requires, and the most that it allows.
RESTRICTED=("${APP[@]}" --start kept --capabilities NET_BIND_SERVICE --no-new-privileges
    --seccomp /usr/share/containers/seccomp.json)

AS_APP=(--user 1000:1000 --keep NET_RAW)
PROBE_IN=/bin/probe
PING=(sh -c 'ping -c 1 127.0.0.1 >/dev/null')

setup_file() {
    require_root
    remember_machine
    oci_start
}

teardown_file() {
    close_room
}

# A test that fails may leave its container.
teardown() {
    local runtime
    [[ -z ${BATS_TEST_COMPLETED-} ]] || return 0
    for runtime in runc crun; do
        oci "$runtime" delete --force box || true
    done
}

# The program is uid 1000 and holds NET_RAW alone; NO_NEW_PRIVS [BOUNDING].
is_app_with_net_raw() {
    is_user 1000 1000 1000
    holds_exactly "$net_raw" "${2-$net_raw}"
    assert_line "no_new_privs=$1"
    assert_line pid=1
}

# ---- what the engines give ----

@test "the two sets of an ordinary user differ before execve; after it a plain program holds nothing in either case" {
    local runtime
    for runtime in runc crun; do
        starts_with "$runtime" "$NONE" --uid 1000 --start empty "${ONE[@]}"
        starts_with "$runtime" "$net_raw" --uid 1000 --start kept "${ONE[@]}"
    done
}

@test "an ordinary user to whom the capability was only added gets no raw socket in either case" {
    local shape
    for shape in empty kept; do
        container "${APP[@]}" --start "$shape" "${ONE[@]}" -- "${PING[@]}"
        assert_failure
        assert_regex "$stderr" 'permission denied'
    done
}

# ---- start as root ----

@test "root with drop ALL plus four: the user's program holds exactly the kept one, in all five sets" {
    container "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    is_app_with_net_raw 0
    quiet
}

@test "root with what older engines left inheritable as well: the same" {
    container --start inherited "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    is_app_with_net_raw 0
    quiet
}

@test "root under noNewPrivileges: the same, and no_new_privs stays set" {
    container "${FOUR[@]}" --no-new-privileges -- capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    is_app_with_net_raw 1
    quiet
}

@test "root with the engines' default set: exactly the kept one" {
    container "${ENGINES_DEFAULT[@]}" -- capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    is_app_with_net_raw 0
    quiet
}

@test "root without SETPCAP: refused, unless no_new_privs comes from capwrap or from the runtime" {
    container "${THREE[@]}" -- capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    refused bounding 'SETPCAP: required for this step'
    hint_says 'add --no-new-privs'
    container "${THREE[@]}" -- capwrap "${AS_APP[@]}" --no-new-privs -- "$PROBE_IN"
    is_app_with_net_raw 1 "$(mask NET_RAW SETUID SETGID)"
    noted SETPCAP
    container "${THREE[@]}" --no-new-privileges -- capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    is_app_with_net_raw 1 "$(mask NET_RAW SETUID SETGID)"
    noted SETPCAP
}

@test "root without SETUID and SETGID: refused" {
    container "${ONE[@]}" -- capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    refused groups 'SETGID,SETUID,SETPCAP: required to change the user'
    hint_says 'start capwrap with SETGID,SETUID,SETPCAP in its bounding set'
}

@test "a raw socket: for the user that root becomes with --keep NET_RAW, and not without" {
    container "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- "${PING[@]}"
    assert_success
    container "${FOUR[@]}" -- capwrap --user 1000:1000 -- "${PING[@]}"
    assert_failure 1
    assert_regex "$stderr" 'permission denied'
}

# ---- start as an ordinary user: only the bounding set, as Docker before 24.0 ----

@test "only the bounding set: --keep is refused, and a program that keeps nothing runs" {
    container "${APP[@]}" --start empty "${ONE[@]}" -- capwrap --keep NET_RAW -- "$PROBE_IN"
    refused keep 'NET_RAW: in the bounding set only, not permitted'
    hint_says 'set runAsUser: 0 .*, or put a capwrap with file capabilities into the image'
    container "${APP[@]}" --start empty "${ONE[@]}" -- capwrap -- "$PROBE_IN"
    holds_exactly "$NONE" "$net_raw"
    noted SETPCAP
}

@test "only the bounding set, a capwrap with file capabilities: exactly the kept one" {
    container "${APP[@]}" --start empty "${ONE[@]}" -- /file-caps/capwrap --strict --keep NET_RAW -- \
        "$PROBE_IN"
    is_app_with_net_raw 0
    quiet
}

@test "only the bounding set, under noNewPrivileges: file capabilities give nothing, and capwrap says why" {
    container "${APP[@]}" --start empty "${ONE[@]}" --no-new-privileges -- \
        /file-caps/capwrap --keep NET_RAW -- "$PROBE_IN"
    refused keep 'no_new_privs is on: nothing was gained'
    hint_says 'start capwrap as the first program .* because another program came first or the runtime left its user none'
}

# ---- start as an ordinary user: permitted and effective too, as containerd, CRI-O, Docker from 24.0 ----

@test "permitted = bounding: a plain capwrap loses the capability at its own execve, and refuses --keep" {
    container "${APP[@]}" --start kept "${ONE[@]}" -- capwrap --keep NET_RAW -- "$PROBE_IN"
    refused keep 'NET_RAW: in the bounding set only, not permitted'
    hint_says 'put a capwrap with file capabilities into the image'
    container "${APP[@]}" --start kept "${ONE[@]}" --no-new-privileges -- \
        capwrap --keep NET_RAW -- "$PROBE_IN"
    refused keep 'no_new_privs is on: nothing was gained'
    hint_says 'put a capwrap with file capabilities into the image'
}

@test "permitted = bounding, a capwrap with file capabilities: exactly the kept one" {
    container "${APP[@]}" --start kept "${ONE[@]}" -- /file-caps/capwrap --strict --keep NET_RAW -- \
        "$PROBE_IN"
    is_app_with_net_raw 0
    quiet
}

@test "permitted = bounding, a capwrap with file capabilities, noNewPrivileges: exactly the kept one" {
    container "${APP[@]}" --start kept "${ONE[@]}" --no-new-privileges -- \
        /file-caps/capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 1
    quiet
}

# transcript: the one in docs/measured-refusals.md, a command and what it prints.
transcript() {
    sed -n '/^```console$/,/^```$/{/^```/!p}' "$SRC_DIR/docs/measured-refusals.md"
}

@test "Kubernetes' restricted: the first process holds exactly the kept capability in all five sets" {
    local command=() told set
    eval "command=($(transcript | sed -n '1s/^\$ //p'))"
    told=$(transcript | tail -n +2)
    container "${RESTRICTED[@]}" --read-only -- "/file-caps-bind/${command[0]}" \
        "${command[@]:1}"
    assert_output "$told"
    quiet
    for set in Inh Prm Eff Bnd Amb; do assert_line "Cap$set:	$net_bind_service"; done
    assert_line 'Uid:	1000	1000	1000	1000'
    assert_line 'NoNewPrivs:	1'
    assert_line 'Seccomp:	2'
}

@test "Kubernetes' restricted: the capability works, and without --keep it is not held" {
    local serve='httpd -p 80 && wget -q -O - http://127.0.0.1/page'
    container "${RESTRICTED[@]}" --read-only -- \
        /file-caps/capwrap --keep NET_BIND_SERVICE -- sh -c "$serve"
    assert_success
    assert_output 'the page'
    container "${RESTRICTED[@]}" --read-only -- /file-caps/capwrap -- sh -c "$serve"
    assert_failure
    assert_regex "$stderr" 'bind: Permission denied'
}

@test "Kubernetes' restricted: a rehearsal reports that the program would start" {
    container "${RESTRICTED[@]}" --read-only -- \
        /file-caps/capwrap --dry-run --strict --keep NET_BIND_SERVICE -- "$PROBE_IN"
    assert_success
    assert_line 'outcome: it would start'
}

@test "the engines' default set: it stays in the bounding set, with a note, or a grant of SETPCAP narrows it" {
    container "${APP[@]}" --start kept "${ENGINES_DEFAULT[@]}" -- \
        /file-caps/capwrap --keep NET_RAW -- "$PROBE_IN"
    refused bounding 'SETPCAP: required for this step'
    hint_says 'add --no-new-privs'
    container "${APP[@]}" --start kept "${ENGINES_DEFAULT[@]}" --no-new-privileges -- \
        /file-caps/capwrap --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 1 "$(docker_default)"
    noted SETPCAP
    container "${APP[@]}" --start kept "${ENGINES_DEFAULT[@]}" --no-new-privileges -- \
        /file-caps-setpcap/capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 1
    quiet
}

@test "a capwrap with file capabilities on a volume that is mounted nosuid: they give nothing" {
    container "${APP[@]}" --start kept "${ONE[@]}" --nosuid /file-caps -- \
        /file-caps/capwrap --keep NET_RAW -- "$PROBE_IN"
    refused keep 'NET_RAW: in the bounding set only'
    hint_says 'no volume that is mounted nosuid'
}

@test "file capabilities with =ep: without the capability the runtime itself fails, with a bare errno" {
    local runtime
    bundle "${APP[@]}" --start kept --capabilities NET_RAW -- /file-caps-ep/capwrap -- "$PROBE_IN"
    for runtime in runc crun; do
        attempt oci "$runtime" run box
        assert_failure
        assert_regex "$stderr" '[Oo]peration not permitted'
        did_not_run
    done
}

@test "file capabilities without the one to keep: the hint names it, in both cases" {
    local start option
    for start in empty kept; do
        for option in --read-only --no-new-privileges; do
            container "${APP[@]}" --start "$start" --capabilities NET_RAW,NET_ADMIN "$option" -- \
                /file-caps/capwrap --keep NET_ADMIN -- "$PROBE_IN"
            refused keep 'NET_ADMIN: in the bounding set only'
            hint_says 'add NET_ADMIN to the file capabilities of capwrap in the image'
        done
    done
}

# ---- start as an ordinary user: all five sets, as podman ----

@test "all five sets: a plain capwrap holds exactly the kept one, also under noNewPrivileges" {
    container "${APP[@]}" --start all "${ONE[@]}" -- capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 0
    quiet
    container "${APP[@]}" --start all "${ONE[@]}" --no-new-privileges -- \
        capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 1
    quiet
}

@test "all five sets, a capwrap with file capabilities: it needs none, and the result is the same" {
    container "${APP[@]}" --start all "${ONE[@]}" --no-new-privileges -- \
        /file-caps/capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 1
    quiet
}

# ---- user namespaces ----

@test "in a user namespace, root: exactly the kept one, with and without noNewPrivileges" {
    container "${INSIDE[@]}" "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- \
        sh -c 'cat /proc/self/uid_map; exec /bin/probe'
    assert_line --regexp '^ +0 +100000 +65536$'
    is_app_with_net_raw 0
    quiet
    container "${INSIDE[@]}" "${FOUR[@]}" --no-new-privileges -- \
        capwrap "${AS_APP[@]}" -- "$PROBE_IN"
    is_app_with_net_raw 1
    quiet
    container "${INSIDE[@]}" "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- "${PING[@]}"
    assert_success
}

@test "in a user namespace, a user that it does not map: refused" {
    container "${INSIDE[@]}" "${FOUR[@]}" -- \
        capwrap --user 70000:1000 --keep NET_RAW -- "$PROBE_IN"
    refused uid 70000
    hint_says /proc/self/uid_map
}

@test "in a user namespace, an ordinary user: file capabilities of its root give exactly the kept one" {
    container "${INSIDE[@]}" "${APP[@]}" --start empty "${ONE[@]}" -- \
        /file-caps-inside/capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 0
    container "${INSIDE[@]}" "${APP[@]}" --start kept "${ONE[@]}" --no-new-privileges -- \
        /file-caps-inside/capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 1
    quiet
    container "${INSIDE[@]}" "${APP[@]}" --start empty "${ONE[@]}" --no-new-privileges -- \
        /file-caps-inside/capwrap --keep NET_RAW -- "$PROBE_IN"
    refused keep 'nothing was gained'
}

@test "file capabilities of the outer root have effect inside, and those of an inner root have none outside" {
    container "${INSIDE[@]}" "${APP[@]}" --start kept "${ONE[@]}" --no-new-privileges -- \
        /file-caps/capwrap --strict --keep NET_RAW -- "$PROBE_IN"
    is_app_with_net_raw 1
    container "${APP[@]}" --start kept "${ONE[@]}" -- \
        /file-caps-inside/capwrap --keep NET_RAW -- "$PROBE_IN"
    refused keep 'in the bounding set only'
}

# ---- the surroundings ----

@test "a read-only root: nothing is missing" {
    container "${FOUR[@]}" -- sh -c 'touch /tmp/x'
    assert_success
    container "${FOUR[@]}" --read-only -- capwrap "${AS_APP[@]}" -- \
        sh -c 'touch /tmp/x; exec /bin/probe'
    is_app_with_net_raw 0
    assert_equal "$stderr" 'touch: /tmp/x: Read-only file system'
}

@test "the engines' seccomp profile: nothing is missing, from root or from file capabilities" {
    container "${FOUR[@]}" --seccomp /usr/share/containers/seccomp.json -- \
        capwrap "${AS_APP[@]}" -- sh -c 'grep ^Seccomp: /proc/self/status && exec /bin/probe'
    is_app_with_net_raw 0
    assert_line 'Seccomp:	2'
    quiet
}

@test "SIGTERM reaches the program, which is process 1, and its exit status is that of the container" {
    local runtime
    bundle "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- sh -c '
        trap "echo stops; exit 7" TERM; echo "process $$ runs"
        for i in 1 2 3 4 5 6 7 8 9; do sleep 5 & wait $!; done'
    for runtime in runc crun; do
        run stopped_when_it_speaks "$runtime"
        assert_output $'process 1 runs\nstops\nstatus 7'
    done
}

@test "exec bypasses the entry point: it has what the container started with" {
    local runtime
    bundle "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- sleep 60
    for runtime in runc crun; do
        oci "$runtime" run --detach box >/dev/null 2>&1 3>&-
        eventually oci "$runtime" exec box grep -qx sleep /proc/1/comm
        run oci "$runtime" exec box grep -E '^(Uid|CapEff)' /proc/self/status /proc/1/status
        oci "$runtime" delete --force box
        assert_line "/proc/1/status:CapEff:	$net_raw"
        assert_line "/proc/self/status:Uid:	0	0	0	0"
        assert_line "/proc/self/status:CapEff:	$(mask NET_RAW SETUID SETGID SETPCAP)"
    done
}

@test "the runtime exits with capwrap's 125, 126 or 127, or with the status of the program" {
    container "${FOUR[@]}" -- capwrap "${AS_APP[@]}" --keep SYS_TIME -- "$PROBE_IN"
    refused keep SYS_TIME
    container "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- /file-caps
    assert_failure 126
    container -127 "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- no-such-program
    container "${FOUR[@]}" -- capwrap "${AS_APP[@]}" -- "$PROBE_IN" --exit 42
    assert_failure 42
}

# ---- the documentation ----

# outcome OPTION... -- CAPWRAP...: what a program holds for which NET_RAW is to be kept.
outcome() {
    container "$@" --keep NET_RAW -- "$PROBE_IN"
    if [[ $status == 0 ]]; then
        is_user 1000 1000 1000 && holds_exactly "$net_raw" && quiet && echo 'exactly NET_RAW'
    else
        refused keep 'in the bounding set only' && echo refused
    fi
}

# row START HELD CAPWRAP OPTION... -- CAPWRAP...: of the table.
row() {
    echo "| $1 | $2 | $3 | $(outcome "${@:4}") | $(outcome --no-new-privileges "${@:4}") |"
}

start_shapes() {
    local empty=("${APP[@]}" --start empty "${ONE[@]}" --) kept=("${APP[@]}" --start kept "${ONE[@]}" --)
    local old='a user: Docker before 24.0' new='a user: containerd, CRI-O, Docker from 24.0'
    row root 'P = E = B' 'plain, `--user`' "${FOUR[@]}" -- capwrap --user 1000:1000
    row "$old" B plain "${empty[@]}" capwrap
    row "$old" B 'with file capabilities' "${empty[@]}" /file-caps/capwrap
    row "$new" 'P = E = B' plain "${kept[@]}" capwrap
    row "$new" 'P = E = B' 'with file capabilities' "${kept[@]}" /file-caps/capwrap
    row 'a user: podman, for what `--cap-add` names' 'P = E = B = I = A' plain \
        "${APP[@]}" --start all "${ONE[@]}" -- capwrap
}

@test "docs/measured-refusals.md has the result of each start" {
    run start_shapes
    assert_success
    assert_output "$(sed -n '/measured: start-shapes/,/<!-- end -->/{/^| [ar]/p}' \
        "$SRC_DIR/docs/measured-refusals.md")"
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    leaves_nothing
}

a_container() {
    oci_start && bundle -- sleep 600 && oci runc run --detach box >/dev/null 2>&1
}

@test "a test that is killed while a container runs leaves the machine as it was" {
    leaves_nothing_when_killed a_container
}
