#!/usr/bin/env bats
# capwrap under systemd as process 1. One boot starts every unit of this file and of contrib/systemd;
# each test checks the result of one.
#
# A unit is defined above the test that checks it. `once NAME` is a service that runs until it exits:
# Type=oneshot, standard output in a file, standard error in the journal. `unit FILE` is any other
# unit, which tests/real/systemd/inside starts and stops.
#
# SYSTEM is the root with the systemd that is booted: this machine's / by default.
# shellcheck disable=SC2154 # bats sets output, status, stderr; so does `of`
# shellcheck disable=SC2034,SC2016 # UNITS, lines; quoted words are sed's or the unit's

load ../../support/common

declare -A UNITS=()
ONCE=()

unit() {
    IFS= read -r -d '' "UNITS[$1]" || true
}

once() {
    local service
    IFS= read -r -d '' service || true
    ONCE+=("$1.service")
    UNITS[$1.service]="[Service]
Type=oneshot
StandardOutput=file:/out/$1.stdout
StandardError=journal
$service"
}

setup_file() {
    [[ $(id -u) == 0 ]] || { echo "these tests need root" >&2 && return 1; }
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    export OUT=$BATS_FILE_TMPDIR/out FILES=$BATS_FILE_TMPDIR/files SYSTEM=${SYSTEM:-/}
    BIND=$(mask NET_BIND_SERVICE) NONE=$(mask)
    WWW_GROUPS=$( (chroot "$SYSTEM" id -G www-data | tr ' ' '\n' && echo 60) | sort -nu | paste -sd ,)
    export BIND NONE WWW_GROUPS
    mkdir "$OUT"
    lay_out "$FILES"
    left_behind >"$BATS_FILE_TMPDIR/before"
    if ! boot "$OUT" inside.target || [[ ! -e $OUT/journal ]]; then
        cat "$OUT"/{console,log} >&2
        return 1
    fi
    left_behind >"$BATS_FILE_TMPDIR/after"
}

# boot OUT TARGET: systemd ends with the caller of this function, even when that is killed.
boot() {
    TMPDIR=$BATS_FILE_TMPDIR setpriv --pdeathsig TERM "$SRC_DIR/tests/real/systemd/boot" "$FILES" "$1" "$2" "$SYSTEM" 3>&-
}

# The files that the booted system has and this machine has not.
lay_out() {
    local units=$1/etc/systemd/system examples=$SRC_DIR/contrib/systemd name
    mkdir -p "$units" "$1/usr/bin"
    printf '%s\n' "${ONCE[@]}" >"$OUT/once.list"
    sed '/^games:/s/:[^:]*$/:www-data/' "$SYSTEM/etc/group" >"$1/etc/group"
    printf 'passwd: files systemd\ngroup: files systemd\nhosts: files\n' >"$1/etc/nsswitch.conf"
    install -m 755 "$CAPWRAP" "$1/usr/bin/capwrap"
    install -m 755 "$CAPWRAP_MUSL" "$1/usr/bin/capwrap-static"
    install -m 755 "$PROBE" "$1/usr/bin/probe"
    install -m 755 "$SRC_DIR/tests/real/systemd/server.py" "$1/usr/bin/server"
    install -m 755 "$SRC_DIR/tests/real/systemd/inside" "$1/usr/bin/inside"
    for name in "${!UNITS[@]}"; do
        printf '%s' "${UNITS[$name]}" >"$units/$name"
    done
    install -m 644 "$examples"/* "$units"
    # The example when it is refused; and with systemd's own directives in capwrap's place.
    sed '/^ExecStart=/s/--user www-data/--user no-such-user/; /^Restart=/a RestartSec=0' \
        "$examples/capwrap-example.service" >"$units/example-refused.service"
    sed -e '/^ExecStart=/,/^$/d' -e '/^User=/a ExecStart=/usr/bin/server' \
        -e '/^CapabilityBoundingSet=/{s/=.*/=CAP_NET_BIND_SERVICE/; p; s/^[^=]*/AmbientCapabilities/}' \
        -e '/^SystemCallFilter=@setuid/d' \
        "$examples/capwrap-example.service" >"$units/score-hardened.service"
}

# What a booted system could leave on the machine, except for what another one that is booted in parallel has there.
left_behind() {
    cat /proc/mounts
    ls -A /sys/class/net
    find /run/systemd -maxdepth 1 2>/dev/null || true # a machine without systemd has none
    # What exits meanwhile is an error of find, and is not left behind.
    find /sys/fs/cgroup -name 'capwrap-systemd*' 2>/dev/null | while read -r folder; do
        grep -qs systemd/boot "/proc/${folder##*.}/cmdline" && ! grep -qsF "$FILES" "/proc/${folder##*.}/cmdline" ||
            echo "$folder"
    done
    find "$BATS_FILE_TMPDIR" -maxdepth 1 -name 'capwrap-systemd*'
    pgrep -af "systemd.* $FILES|--bind=$BATS_RUN_TMPDIR" || true
}

# of NAME: the result of that `once`, as `attempt` would leave it. Termination by a signal is status -N.
of() {
    inspect "$1.stdout"
    stderr=$(said_by "$1")
    mapfile -t stderr_lines <<<"$stderr"
    state=$(awk -v RS= -v id="$1" 'index("\n" $0 "\n", "\nId=" id ".service\n")' "$OUT/once.state")
    [[ -n $state ]] || fail "no unit $1 was started"
    status=$(value ExecMainStatus)
    [[ $(value ExecMainCode) == [01] ]] || status=-$status
}

# has_version NUMBER: it is that systemd, or a later one.
has_version() {
    (($(sed -n '1s/^systemd \([0-9]*\) .*/\1/p' "$OUT/version") >= $1))
}

# inspect FILE: what was written there, for assert_line.
inspect() {
    output=$(tr -s '[:blank:]' ' ' <"$OUT/$1")
    mapfile -t lines <<<"$output"
}

# value PROPERTY: of the unit in $state.
value() {
    sed -n "s/^$1=//p" <<<"$state"
}

# was FILE: the state that systemd-inside wrote there, into $state.
was() {
    state=$(cat "$OUT/$1.state")
}

# What a service's own processes wrote to the journal.
said_by() {
    jq -r --arg unit "$1.service" \
        'select(._SYSTEMD_UNIT == $unit and ._TRANSPORT == "stdout") | .MESSAGE' "$OUT/journal"
}

# hint_says PATTERN: after `refused`.
hint_says() {
    assert_regex "$(grep '^  hint: ' <<<"$stderr")" "$1"
}

unit inside.target <<'END'
[Unit]
Requires=sysinit.target inside.service
END

unit inside.service <<'END'
[Unit]
After=sysinit.target
SuccessAction=exit
FailureAction=exit
[Service]
Type=oneshot
TimeoutStartSec=100
StandardOutput=file:/out/log
StandardError=file:/out/log
ExecStart=inside
END

# ---- what the program holds ----

once plain <<'END'
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "a service holds exactly the kept capability in all five sets, as www-data" {
    of plain
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    assert_line no_new_privs=1
    assert_line home=/var/www
    assert_regex "$(value_of session_keyring)" ',33$'
    quiet
}

once without <<'END'
ExecStart=probe
END

@test "without capwrap the same service is root, with the manager's bounding set" {
    of without
    assert_line euid=0
    assert_line "effective=$(value_of bounding)"
    refute_line "bounding=$BIND"
    assert_line "ambient=$NONE"
}

once static <<'END'
ExecStart=capwrap-static --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "the static capwrap gives the same" {
    of static
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
}

once port-with <<'END'
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -n -- \
    /usr/bin/python3 -c 'import socket; socket.socket().bind(("127.0.0.2", 81)); print("bound")'
END

once port-without <<'END'
ExecStart=capwrap --user www-data -n -- \
    /usr/bin/python3 -c 'import socket; socket.socket().bind(("127.0.0.2", 81)); print("bound")'
END

@test "with the kept capability the program binds port 81, without it the kernel refuses the port" {
    of port-with
    assert_success
    assert_output bound
    of port-without
    assert_failure 1
    assert_equal "$output" ""
    assert_regex "$stderr" 'PermissionError: .* Permission denied'
}

once surroundings <<'END'
WorkingDirectory=/var
UMask=0027
ExecStart=capwrap --user www-data -- probe --exit 7
END

@test "working directory and umask are systemd's, and the exit status is the program's" {
    of surroundings
    assert_equal "$status $(value Result)" "7 exit-code"
    assert_line cwd=/var
    assert_line umask=0027
}

once no-capwrap <<'END'
ExecStart=/usr/bin/no-capwrap -- probe
END

@test "systemd's own failures have statuses from 200: 203 if capwrap does not exist" {
    of no-capwrap
    assert_equal "$status" 203
}

# ---- directives that give up privilege ----

once no-new-privileges <<'END'
NoNewPrivileges=yes
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "NoNewPrivileges=: capwrap still holds root's capabilities, and the program has no_new_privs set" {
    of no-new-privileges
    holds_exactly "$BIND"
    assert_line no_new_privs=1
    quiet
}

once bounding-four <<'END'
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP CAP_NET_BIND_SERVICE
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "CapabilityBoundingSet=: SETUID, SETGID, SETPCAP and what is kept are enough" {
    of bounding-four
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    quiet
}

once bounding-without-setpcap <<'END'
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_NET_BIND_SERVICE
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

once bounding-without-setpcap-n <<'END'
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_NET_BIND_SERVICE
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "CapabilityBoundingSet= without SETPCAP: refused, or a note with --no-new-privs" {
    of bounding-without-setpcap
    refused bounding SETPCAP
    hint_says 'add --no-new-privs, or add CAP_SETPCAP to CapabilityBoundingSet=$'
    of bounding-without-setpcap-n
    noted bounding
    holds_exactly "$BIND" "$(mask SETUID SETGID NET_BIND_SERVICE)"
}

once bounding-without-kept <<'END'
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "CapabilityBoundingSet= without what is kept: refused, and the hint names the directive" {
    of bounding-without-kept
    refused keep NET_BIND_SERVICE
    hint_says 'add CAP_NET_BIND_SERVICE to CapabilityBoundingSet=$'
}

once bounding-without-kept-file <<'END'
CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_SETPCAP
StandardError=file:/out/bounding-without-kept-file.stderr
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "the hint names systemd if standard error is the journal, and not if it is a file" {
    of bounding-without-kept-file
    stderr=$(cat "$OUT/bounding-without-kept-file.stderr")
    refused keep NET_BIND_SERVICE
    hint_says 'start capwrap with NET_BIND_SERVICE in its bounding set$'
}

# ---- User= and AmbientCapabilities= ----

once user-keep <<'END'
User=www-data
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "User= alone leaves nothing to keep: refused, and the hint names ExecStart=!" {
    of user-keep
    refused keep 'NET_BIND_SERVICE: in the bounding set only'
    hint_says 'keep User= and write ExecStart=! with --user, or name it in AmbientCapabilities='
}

once user-same <<'END'
User=www-data
ExecStart=capwrap --user www-data --no-new-privs -- probe
END

@test "User= with the same --user: the program runs, with a bounding set that capwrap cannot narrow" {
    of user-same
    noted bounding
    is_user 33 33 "$WWW_GROUPS"
    assert_line "permitted=$NONE"
    refute_line "bounding=$NONE"
}

once user-other <<'END'
User=www-data
ExecStart=capwrap --user nobody --no-new-privs -- probe
END

@test "User= with another --user: refused, because SETUID and SETGID are missing" {
    of user-other
    refused groups 'SETGID,SETUID|SETUID,SETGID'
    hint_says 'keep User= and write ExecStart=!$' # the bounding set is a full one
}

once user-bang <<'END'
User=www-data
ExecStart=!capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "User= with ExecStart=!: the change is left to capwrap" {
    of user-bang
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    quiet
}

once user-bang-bang <<'END'
User=www-data
ExecStart=!!capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "ExecStart=!! leaves nothing to keep, as without !!: capwrap refuses, and systemd from 262 on reports that !! is ignored" {
    of user-bang-bang
    refused keep 'NET_BIND_SERVICE: in the bounding set only'
    hint_says 'write ExecStart=!'
    run jq -r 'select(.UNIT == "user-bang-bang.service") | .MESSAGE' "$OUT/journal"
    if has_version 262; then
        assert_output --partial 'The !! modifier for ExecStart= lines is no longer supported'
    else
        refute_output --partial '!!'
    fi
}

once groups-systemd <<'END'
User=www-data
Group=nogroup
SupplementaryGroups=tty
ExecStart=probe
END

once groups-capwrap <<'END'
ExecStart=capwrap --user www-data:nogroup --groups tty -- probe
END

@test "SupplementaryGroups= adds to the user's groups, --groups is the whole list" {
    of groups-capwrap
    assert_line groups=5,65534
    of groups-systemd
    assert_line egid=65534
    assert_regex "$(value_of groups)" '^5,.*60,65534$'
}

once user-plus <<'END'
User=www-data
CapabilityBoundingSet=
NoNewPrivileges=yes
ExecStart=+capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "ExecStart=+ also works, but disables the unit's other protection" {
    of user-plus
    holds_exactly "$BIND"
    assert_line no_new_privs=0
}

once ambient <<'END'
User=www-data
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --strict -- probe
END

once ambient-alone <<'END'
User=www-data
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ExecStart=probe
END

@test "systemd's own four directives give the same sets, and capwrap after them only checks" {
    local key
    of ambient
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    assert_line no_new_privs=1
    quiet
    of ambient-alone
    is_user 33 33 "$WWW_GROUPS"
    assert_line no_new_privs=1
    for key in permitted effective inheritable bounding ambient; do assert_line "$key=$BIND"; done
    assert_line home=/var/www
}

once ambient-wide <<'END'
User=www-data
AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_NET_RAW CAP_SETPCAP
ExecStart=capwrap --keep NET_BIND_SERVICE -- probe
END

@test "AmbientCapabilities= wider than what is kept: the rest is dropped from all five sets" {
    of ambient-wide
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    quiet
}

once ambient-changes <<'END'
User=nobody
AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_SETPCAP
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "AmbientCapabilities= with SETUID, SETGID, SETPCAP: capwrap needs no root to change the user" {
    of ambient-changes
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    quiet
}

# ---- SecureBits= ----

once lock-securebits <<'END'
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --lock-securebits -- probe
END

@test "--lock-securebits sets two bits that SecureBits= has no names for" {
    of lock-securebits
    holds_exactly "$BIND"
    assert_line securebits=ef
}

once securebits-noroot <<'END'
SecureBits=noroot noroot-locked
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

once securebits-noroot-ambient <<'END'
SecureBits=noroot noroot-locked
AmbientCapabilities=CAP_NET_BIND_SERVICE CAP_SETUID CAP_SETGID CAP_SETPCAP
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "SecureBits=noroot takes root's capabilities from capwrap: refused, unless they are ambient" {
    of securebits-noroot
    refused keep 'NET_BIND_SERVICE: in the bounding set only'
    of securebits-noroot-ambient
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    assert_line securebits=3
}

once securebits-noroot-bang <<'END'
SecureBits=noroot
User=www-data
ExecStart=!capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "SecureBits=noroot: the hint names it, also with User= and ExecStart=!" {
    of securebits-noroot
    hint_says 'leave out SecureBits=noroot'
    of securebits-noroot-bang
    refused keep 'NET_BIND_SERVICE: in the bounding set only'
    hint_says 'leave out SecureBits=noroot'
}

once securebits-twice <<'END'
SecureBits=noroot noroot-locked
SecureBits=no-setuid-fixup
ExecStart=probe
END

@test "SecureBits= in a second line replaces those of the first" {
    of securebits-twice
    assert_line securebits=4
}

once securebits-ambient <<'END'
SecureBits=no-cap-ambient-raise
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

once securebits-ambient-locked <<'END'
SecureBits=no-cap-ambient-raise no-cap-ambient-raise-locked
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

once securebits-all <<'END'
User=www-data
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
SecureBits=noroot noroot-locked no-setuid-fixup no-setuid-fixup-locked keep-caps-locked no-cap-ambient-raise \
    no-cap-ambient-raise-locked
ExecStart=probe
END

@test "SecureBits=no-cap-ambient-raise: from 262 on what --lock-securebits sets, and --keep is refused; before, ignored" {
    local unit
    of securebits-all
    assert_line "permitted=$BIND"
    if has_version 262; then
        assert_line securebits=ef
        for unit in securebits-ambient{,-locked}; do
            of "$unit"
            refused ambient 'forbid to raise ambient capabilities'
        done
    else
        assert_line securebits=2f
        for unit in securebits-ambient{,-locked}; do
            of "$unit"
            holds_exactly "$BIND"
            assert_line securebits=0
        done
    fi
}

once securebits-fixup <<'END'
SecureBits=no-setuid-fixup no-setuid-fixup-locked
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "SecureBits=no-setuid-fixup: the same five sets" {
    of securebits-fixup
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    assert_line securebits=c
}

once securebits-keepcaps <<'END'
SecureBits=keep-caps-locked
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "SecureBits=keep-caps-locked: refused, because nothing can be carried over the change of user" {
    of securebits-keepcaps
    refused keep-caps
    hint_says 'securebits are not locked'
}

# ---- DynamicUser= and PrivateUsers= ----

once dynamic <<'END'
DynamicUser=yes
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
ExecStart=capwrap --keep NET_BIND_SERVICE -- probe
END

@test "DynamicUser= with AmbientCapabilities=: capwrap without --user checks" {
    of dynamic
    holds_exactly "$BIND"
    assert_regex "$(value_of euid)" '^6[0-9]{4}$'
    assert_line no_new_privs=1
    quiet
}

once dynamic-bang <<'END'
DynamicUser=yes
User=capwrap-dynamic
ExecStart=!capwrap --user capwrap-dynamic --keep NET_BIND_SERVICE -- probe
END

once dynamic-static <<'END'
DynamicUser=yes
User=capwrap-dynamic2
ExecStart=!capwrap-static --user capwrap-dynamic2 --keep NET_BIND_SERVICE -- probe
END

@test "DynamicUser= with ExecStart=!: capwrap becomes the dynamic user, by its name" {
    of dynamic-bang
    holds_exactly "$BIND"
    assert_regex "$(value_of ruid)" '^6[0-9]{4}$'
    assert_line user=capwrap-dynamic
    is_user "$(value_of ruid)" "$(value_of ruid)" "$(value_of ruid)"
}

@test "DynamicUser= with ExecStart=!: the static capwrap does not know that name" {
    of dynamic-static
    refused user capwrap-dynamic2
}

once private-users <<'END'
PrivateUsers=yes
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

once private-users-keep <<'END'
PrivateUsers=yes
ExecStart=capwrap --user www-data --groups keep --keep NET_BIND_SERVICE -- probe
END

@test "PrivateUsers= maps only root and User=: another --user is refused, and the hints lead to the map" {
    of private-users
    refused groups 'Operation not permitted'
    hint_says 'write --groups keep, and use ids of .*: /proc/self/setgroups denies'
    of private-users-keep
    refused gid 'Invalid argument'
    hint_says 'use ids that /proc/self/uid_map and /proc/self/gid_map contain'
}

once private-users-bang <<'END'
PrivateUsers=yes
User=www-data
ExecStart=!capwrap --user www-data --groups keep --keep NET_BIND_SERVICE -- probe
END

once private-users-port <<'END'
PrivateUsers=yes
User=www-data
ExecStart=!capwrap --user www-data --groups keep --keep NET_BIND_SERVICE -- \
    /usr/bin/python3 -c 'import socket; socket.socket().bind(("127.0.0.2", 82)); print("bound")'
END

@test "PrivateUsers= with User=, ! and --groups keep: exactly what is kept, with effect inside only" {
    of private-users-bang
    holds_exactly "$BIND"
    is_user 33 33 "${WWW_GROUPS/60/65534}"
    of private-users-port
    assert_failure 1
    assert_regex "$stderr" 'PermissionError: .* Permission denied'
}

unit private-users-managed.service <<'END'
[Service]
Type=oneshot
StandardOutput=file:/out/private-users-managed.stdout
PrivateUsers=managed
User=www-data
ExecStart=!capwrap --user www-data --groups keep --keep NET_BIND_SERVICE -- probe
END

@test "PrivateUsers=managed with User=: from 262 on systemd refuses the unit; before, it is ignored" {
    if has_version 262; then
        assert_equal "$(cat "$OUT/private-users-managed.start")" 1
        [[ ! -e $OUT/private-users-managed.stdout ]]
        grep -q 'PrivateUsers=managed may not be used in combination with User=' "$OUT/journal"
    else
        assert_equal "$(cat "$OUT/private-users-managed.start")" 0
        status=0
        inspect private-users-managed.stdout
        holds_exactly "$BIND"
        grep -E 'managed.*ignoring' "$OUT/journal"
    fi
}

# ---- SystemCallFilter= ----

once filter-service <<'END'
SystemCallFilter=@system-service
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs --lock-securebits \
    --chown-stdio --close-fds -q -- probe
END

@test "SystemCallFilter=@system-service permits every step, including the keyring and the proofs" {
    of filter-service
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    assert_line securebits=ef
    assert_line no_new_privs=1
    assert_line fds=0,1,2
    assert_regex "$(value_of session_keyring)" ',33$'
    quiet
}

once filter-narrow <<'END'
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallFilter=@setuid capset setfsuid
SystemCallErrorNumber=EPERM
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs --lock-securebits \
    --close-fds --strict -- probe
END

@test "SystemCallFilter=~@privileged is also enough if @setuid, capset and setfsuid are permitted again" {
    of filter-narrow
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
    quiet
}

once filter-kills <<'END'
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "SystemCallFilter=~@privileged terminates capwrap with SIGSYS, and the program does not run" {
    of filter-kills
    assert_equal "$status" -31
    assert_equal "$output" ""
}

once filter-refuses <<'END'
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- probe
END

@test "SystemCallFilter=~@privileged with SystemCallErrorNumber=: refused, and the call is named" {
    of filter-refuses
    refused start 'user ids'
    hint_says 'refused'
}

# ---- the surroundings ----

once hidden-proc <<'END'
InaccessiblePaths=/proc
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE -- probe
END

@test "InaccessiblePaths=/proc: capwrap does not need it" {
    of hidden-proc
    holds_exactly "$BIND"
    quiet
}

once keyring-shared <<'END'
KeyringMode=shared
ExecStart=capwrap --user www-data -- probe
END

@test "KeyringMode=shared: the program nevertheless has a session keyring of its own user" {
    of keyring-shared
    assert_success
    assert_regex "$(value_of session_keyring)" ',33$'
}

once credential-root <<'END'
SetCredential=secret:from-systemd
ExecStart=capwrap --user www-data -- /bin/sh -c 'cat $CREDENTIALS_DIRECTORY/secret'
END

once credential-bang <<'END'
User=www-data
SetCredential=secret:from-systemd
ExecStart=!capwrap --user www-data -- /bin/sh -c 'cat $CREDENTIALS_DIRECTORY/secret'
END

@test "LoadCredential=, SetCredential=: for User= alone, so for the program with User= and ExecStart=!" {
    of credential-root
    assert_failure 1
    assert_regex "$stderr" 'Permission denied'
    of credential-bang
    assert_output from-systemd
}

once state-root <<'END'
StateDirectory=capwrap-state-root
ExecStart=capwrap --user www-data -- /bin/sh -c 'touch $STATE_DIRECTORY/file'
END

once state-bang <<'END'
User=www-data
StateDirectory=capwrap-state-bang
ExecStart=!capwrap --user www-data -- /bin/sh -c 'touch $STATE_DIRECTORY/file'
END

@test "StateDirectory= is root's without User=, and the program's with User= and ExecStart=!" {
    of state-root
    assert_failure 1
    assert_regex "$stderr" 'Permission denied'
    of state-bang
    assert_success
}

once stdout-journal <<'END'
StandardOutput=journal
ExecStart=/bin/sh -c 'echo again >/dev/stdout'
END

once stdout-journal-chown <<'END'
StandardOutput=journal
ExecStart=capwrap --user www-data --chown-stdio -- /bin/sh -c 'echo again >/dev/stdout'
END

@test "no user can open /dev/stdout when it is the journal, which is a socket" {
    : >"$OUT/stdout-journal.stdout" && : >"$OUT/stdout-journal-chown.stdout"
    of stdout-journal
    assert_failure
    assert_regex "$stderr" 'No such device or address'
    of stdout-journal-chown
    assert_failure
    assert_regex "$stderr" 'No such device or address'
}

# ---- Type=notify, stop ----

unit notify.service <<'END'
[Service]
Type=notify
WatchdogSec=1min
TimeoutStartSec=20
StandardOutput=file:/out/notify.stdout
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- server
ExecStopPost=/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >/out/notify.end'
ExecReload=kill -HUP $MAINPID
END

@test "Type=notify: READY=1 comes from the main process, which is the program that replaced capwrap" {
    assert_equal "$(cat "$OUT/notify.start")" 0
    was notify.started
    assert_equal "$(value ActiveState)" active
    assert_equal "$(value StatusText)" "ready as process $(value MainPID)"
    inspect notify.stdout
    assert_line "pid=$(value MainPID)"
    assert_line "WATCHDOG_PID=$(value MainPID)"
}

@test "the main process is the program, as www-data with exactly the kept capability" {
    local set
    inspect notify.started.process
    assert_line --index 0 server
    assert_line 'Uid: 33 33 33 33'
    assert_line 'Gid: 33 33 33 33'
    for set in Inh Prm Eff Bnd Amb; do assert_line "Cap$set: $BIND"; done
    assert_line 'NoNewPrivs: 1'
}

@test "ExecReload= and stop reach the program itself, and its own exit status counts" {
    inspect notify.stdout
    assert_line reloading
    assert_line stopping
    assert_equal "$(cat "$OUT/notify.end")" "success exited 0"
    assert_equal "$(cat "$OUT/stops-with-7.end")" "exit-code exited 7"
}

unit asserted.service <<END
[Service]
Type=notify
TimeoutStartSec=20
StandardError=journal
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- server
$(sed -n 's|^ExecStartPost=/usr/bin/|ExecStartPost=|p' "$SRC_DIR/docs/systemd.md")
END

unit asserted-user.service <<END
[Service]
Type=notify
User=www-data
TimeoutStartSec=20
ExecStart=!capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- server
$(sed -n 's|^ExecStartPost=/usr/bin/|ExecStartPost=|p' "$SRC_DIR/docs/systemd.md")
END

unit asserted-hidden.service <<END
[Service]
Type=notify
User=www-data
ProtectProc=invisible
TimeoutStartSec=20
StandardError=journal
ExecStart=!capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- server
$(sed -n 's|^ExecStartPost=/usr/bin/|ExecStartPost=-|p' "$SRC_DIR/docs/systemd.md")
$(sed -n 's|^ExecStartPost=/usr/bin/|ExecStartPost=+|p' "$SRC_DIR/docs/systemd.md")
END

unit asserted-differs.service <<END
[Service]
Type=notify
TimeoutStartSec=20
StandardOutput=journal
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE,KILL --no-new-privs -- server
$(sed -n 's|^ExecStartPost=/usr/bin/|ExecStartPost=|p' "$SRC_DIR/docs/systemd.md")
END

@test "ExecStartPost= with --assert: the unit starts if the program has the requested state, and fails otherwise" {
    grep -q '^ExecStartPost=/usr/bin/capwrap --assert=\${MAINPID}' "$SRC_DIR/docs/systemd.md"
    run said_by asserted
    assert_line --regexp '^process [0-9]+ \(server\): as asked$'
    assert_equal "$(cat "$OUT/asserted.start")" 0
    assert_equal "$(cat "$OUT/asserted-user.start")" 0
    run said_by asserted-hidden
    assert_line '  hint: give the number of a process that /proc shows to you'
    assert_line --regexp '^process [0-9]+ \(server\): as asked$'
    assert_equal "$(cat "$OUT/asserted-hidden.start")" 0
    assert_equal "$(cat "$OUT/asserted-differs.start")" 1
    run said_by asserted-differs
    assert_line --regexp '^ +permitted +holds more: KILL$'
}

unit stops-with-7.service <<'END'
[Service]
Type=notify
TimeoutStartSec=20
ExecStart=capwrap --user www-data -- server 7
ExecStopPost=/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >/out/stops-with-7.end'
END

unit dies-of-term.service <<'END'
[Service]
Type=exec
ExecStart=capwrap --user www-data -- sleep infinity
ExecStopPost=/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >/out/dies-of-term.end'
END

@test "a program that systemd's SIGTERM terminates is stopped successfully" {
    assert_equal "$(cat "$OUT/dies-of-term.end")" "success killed TERM"
}

# ---- socket activation ----

unit hand.socket <<'END'
[Socket]
ListenStream=127.0.0.1:8001
END

unit hand.service <<'END'
[Service]
ExecStart=capwrap --user www-data --no-new-privs -- server
END

@test "socket activation: LISTEN_PID is the program's, and it serves without any capability" {
    local set
    was hand
    inspect hand.answer
    assert_line "pid=$(value MainPID)"
    assert_line "LISTEN_PID=$(value MainPID)"
    assert_line LISTEN_FDS=1
    assert_line 'Uid: 33 33 33 33'
    for set in Inh Prm Eff Bnd Amb; do assert_line "Cap$set: $NONE"; done
}

unit hand-inetd.socket <<'END'
[Socket]
ListenStream=127.0.0.1:8002
Accept=yes
END

unit hand-inetd@.service <<'END'
[Service]
StandardInput=socket
StandardError=journal
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --chown-stdio -- probe
END

@test "Accept=yes with StandardInput=socket: the connection is the program's standard output" {
    inspect hand-inetd.answer
    status=0
    holds_exactly "$BIND"
    is_user 33 33 "$WWW_GROUPS"
}

unit hand-closed.socket <<'END'
[Socket]
ListenStream=127.0.0.1:8003
TriggerLimitBurst=1
END

unit hand-closed.service <<'END'
[Service]
StandardOutput=file:/out/hand-closed.stdout
StandardError=journal
ExecStart=capwrap --user www-data --close-fds -- probe
END

@test "--close-fds is refused in a service that was passed a socket" {
    was hand-closed
    status=$(value ExecMainStatus)
    inspect hand-closed.stdout
    stderr=$(said_by hand-closed | head -n 2)
    refused fds LISTEN_PID
    hint_says 'leave out --close-fds'
}

# ---- refusal, failure, restart ----

RESTARTS='Restart=on-failure
RestartSec=0'
LIMIT='[Unit]
StartLimitIntervalSec=1min
StartLimitBurst=4'

unit loops.service <<END
$LIMIT
[Service]
$RESTARTS
ExecStart=capwrap --user no-such-user -- probe
END

for number in 125 126 127; do
    declare -A COMMAND=([125]='--user no-such-user -- probe' [126]='-- /etc/passwd' [127]='-- /no/such')
    unit loops-not-$number.service <<END
$LIMIT
[Service]
$RESTARTS
RestartPreventExitStatus=125 126 127
ExecStart=capwrap ${COMMAND[$number]}
END
done

@test "exit status 125 is a failure for systemd, and Restart=on-failure restarts the service until the limit" {
    was loops
    assert_equal "$(value ActiveState) $(value ExecMainStatus)" "failed 125"
    assert_equal "$(value NRestarts)" 4
}

@test "with RestartPreventExitStatus=125 126 127 a refusal is final" {
    local number
    for number in 125 126 127; do
        was loops-not-$number
        assert_equal "$(value ActiveState) $(value Result)" "failed exit-code"
        assert_equal "$(value ExecMainStatus) $(value NRestarts)" "$number 0"
    done
}

unit again.service <<END
$LIMIT
[Service]
$RESTARTS
RestartPreventExitStatus=125 126 127
ExecStart=capwrap --user www-data -- /bin/sh -c 'exit 7'
END

@test "with RestartPreventExitStatus= a program that fails is restarted" {
    was again
    assert_equal "$(value ExecMainStatus) $(value NRestarts)" "7 4"
}

unit refused-notify.service <<'END'
[Service]
Type=notify
TimeoutStartSec=20
ExecStart=capwrap --user no-such-user -- server
END

unit refused-exec.service <<'END'
[Service]
Type=exec
ExecStart=capwrap --user no-such-user -- server
END

@test "systemctl start reports a refusal with Type=notify; with Type=exec only the unit's state shows it, later" {
    assert_equal "$(cat "$OUT/refused-notify.start")" 1
    was refused-notify
    assert_equal "$(value ActiveState) $(value ExecMainStatus)" "failed 125"
    assert_equal "$(cat "$OUT/refused-exec.start")" 0
    was refused-exec
    assert_equal "$(value ActiveState) $(value ExecMainStatus)" "failed 125"
}

# ---- contrib/systemd ----

unit app.service <<'END'
[Service]
Type=exec
DynamicUser=yes
ExecStart=/usr/bin/python3 -m http.server --bind 127.0.0.1 --directory /var/lib/capwrap-example 8080
END

@test "capwrap-example.service serves port 80, as www-data with one capability, from its own directory" {
    local set
    assert_equal "$(cat "$OUT/example.page")" "a page"
    assert_equal "$(cat "$OUT/example.owner")" www-data
    inspect example.process
    assert_line --index 0 python3
    assert_line 'Uid: 33 33 33 33'
    for set in Inh Prm Eff Bnd Amb; do assert_line "Cap$set: $BIND"; done
    assert_line 'NoNewPrivs: 1'
    run jq -r 'select(.UNIT == "capwrap-example.service") | .MESSAGE' "$OUT/journal"
    assert_line "capwrap-example.service: Deactivated successfully."
}

@test "capwrap-example-socket.service serves port 80 without any capability" {
    local set
    assert_equal "$(cat "$OUT/example-socket.page")" "a page"
    inspect example-socket.process
    assert_line 'Uid: 33 33 33 33'
    for set in Inh Prm Eff Bnd Amb; do assert_line "Cap$set: $NONE"; done
    was example-socket
    assert_equal "$(value ActiveState)" active
}

unit score-root.service <<'END'
[Service]
ExecStart=/usr/bin/server
END

unit score-capwrap.service <<'END'
[Service]
ExecStart=capwrap --user www-data --keep NET_BIND_SERVICE --no-new-privs -- /usr/bin/server
END

unit score-systemd.service <<'END'
[Service]
User=www-data
AmbientCapabilities=CAP_NET_BIND_SERVICE
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
NoNewPrivileges=yes
ExecStart=/usr/bin/server
END

@test "capwrap-example.service, when capwrap refuses, fails once and is not started again" {
    was example-refused
    assert_equal "$(value ActiveState) $(value Result)" "failed exit-code"
    assert_equal "$(value ExecMainStatus) $(value NRestarts)" "125 0"
}

@test "systemd-analyze verify reports nothing about the example units" {
    assert_equal "$(cat "$OUT/verify.stderr")" ""
    [[ -e $OUT/verify.stdout ]]
}

# score UNIT: the score of systemd-analyze security, times ten: 100 is the worst.
score() {
    sed -n "s/^$1\.service \([0-9]*\)\.\([0-9]\)$/\1\2/p" "$OUT/scores"
}

@test "systemd-analyze security does not see what capwrap does, and sees the directives" {
    cat "$OUT/scores"
    (($(score score-capwrap) == $(score score-root)))
    (($(score score-systemd) < $(score score-root)))
    (($(score capwrap-example) < 25 && $(score score-root) > 90))
    (($(score score-hardened) <= $(score capwrap-example)))
}

# ---- docs/systemd.md ----

@test "the scores in docs/measured-refusals.md are those of this systemd, if it is a version named there" {
    local version column
    version=$(sed -n '1s/^systemd \([0-9]*\) .*/\1/p' "$OUT/version")
    column=$(awk -F ' *[|] *' -v version="$version" '$2 == "unit" { for (i = 4; i < NF; i++) if ($i == version) print i }' \
        "$SRC_DIR/docs/measured-refusals.md")
    # sid changes
    [[ -n $column ]] || { [[ $SYSTEM == *-sid/* ]] && return; }
    run awk -F ' *[|] *' -v column="$column" '$3 ~ /^`(score|capwrap)-[a-z]*`$/ {
        gsub("`", "", $3)
        print $3 ".service " $column
    }' "$SRC_DIR/docs/measured-refusals.md"
    assert_output "$(cat "$OUT/scores")"
}

@test "every directive in the table of docs/systemd.md is tried by a unit above" {
    local directive count=0
    while read -r directive; do
        grep -qr "^$directive" "$FILES/etc/systemd/system" || fail "no unit has $directive"
        count=$((count + 1))
    done < <(sed -n '/^| directive/,/^$/p' "$SRC_DIR/docs/systemd.md" |
        cut -d '|' -f 2 | grep -oE '[A-Z][A-Za-z]+=')
    ((count > 20))
}

# ---- the machine ----

# added OLD NEW: the lines that are in NEW alone.
added() {
    comm -13 <(sort "$1") <(sort "$2")
}

@test "the boot left nothing behind: no mount, cgroup, network, process or directory" {
    run added "$BATS_FILE_TMPDIR/before" "$BATS_FILE_TMPDIR/after"
    assert_output ""
}

# has_booted OUT: the one that sees this directory, and no other that is booted in parallel.
has_booted() {
    local process
    process=$(pgrep -of "systemd/boot $FILES $1 ") &&
        [[ -n $(find /sys/fs/cgroup -path "*/capwrap-systemd.$process/*" -name init.scope 2>/dev/null) ]]
}

@test "a boot whose caller is killed leaves nothing behind either" {
    local caller try
    mkdir "$BATS_TEST_TMPDIR/out"
    (boot "$BATS_TEST_TMPDIR/out" sysinit.target && true) 2>/dev/null &
    caller=$!
    for ((try = 0; try < 200; try++)); do
        ! has_booted "$BATS_TEST_TMPDIR/out" || break
        sleep 0.1
    done
    ((try < 200)) || fail "it did not boot: $(cat "$BATS_TEST_TMPDIR/out/console")"
    left_behind >"$BATS_TEST_TMPDIR/now"
    run added "$BATS_FILE_TMPDIR/before" "$BATS_TEST_TMPDIR/now"
    assert_line --regexp '^/sys/fs/cgroup/.*capwrap-systemd\.' # what would be left is seen
    assert_line --partial "$BATS_FILE_TMPDIR/capwrap-systemd."
    assert_line --partial "systemd-nspawn"
    kill -KILL "$caller"
    for ((try = 0; try < 200; try++)); do
        left_behind >"$BATS_TEST_TMPDIR/now"
        [[ -n $(added "$BATS_FILE_TMPDIR/before" "$BATS_TEST_TMPDIR/now") ]] || break
        sleep 0.1
    done
    run added "$BATS_FILE_TMPDIR/before" "$BATS_TEST_TMPDIR/now"
    assert_output ""
}
