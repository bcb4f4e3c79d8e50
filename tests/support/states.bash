# For the tests that start capwrap from a chosen state:  load SUPPORT/states
#
# FROM is the command that creates the state and executes the rest, such as
#   FROM=("$START_AS" --bounding "$(mask NET_RAW)" --)
# `runs` and `refuses` start capwrap from there: once for real and once as a rehearsal, which
# must report the same.
# shellcheck shell=bash disable=SC2154 # status, output and stderr are set by bats

FROM=()
BACKGROUND=()

# The capability sets of an ordinary process are empty.
# shellcheck disable=SC2034 # for the tests
NONE=0000000000000000

# Reads a STATE of --json on standard input and prints the probe's lines for it.
state_lines() {
    local numbers
    numbers=$(awk '$1 == "#define" && $2 ~ /^CAP_/ && $3 ~ /^[0-9]+$/ { print $2, $3 }' \
        /usr/include/linux/capability.h)
    jq -r --arg numbers "$numbers" '
        ($numbers | split("\n") | map(split(" ") | {(.[0] | ltrimstr("CAP_")): .[1]}) | add) as $n
        | (to_entries[] | select(.key == "uid" or .key == "gid") | .key as $k | .value
           | "r\($k)=\(.real)", "e\($k)=\(.effective)", "s\($k)=\(.saved)", "fs\($k)=\(.fs)"),
          "groups=\(.groups | sort | join(","))",
          (to_entries[] | select(.value | type == "array") | select(.key != "groups")
           | "\(.key)=caps:\(.value | map($n[.] // .) | join(" "))"),
          "securebits=\(.securebits)",
          "no_new_privs=\(if .no_new_privs then 1 else 0 end)"' |
        while IFS='=' read -r key value; do
            case $value in
            caps:*)
                # shellcheck disable=SC2086 # a list of numbers
                value=$(mask ${value#caps:})
                ;;
            esac
            [[ $key != securebits ]] || value=$(printf '%x' "$value")
            printf '%s=%s\n' "$key" "$value"
        done
}

# Prints the lines of $1 (of the probe) that a STATE includes, sorted.
privilege_lines() {
    grep -E '^([res]|fs)[ug]id=|^(groups|permitted|effective|inheritable|bounding)=|^(ambient|securebits|no_new_privs)=' \
        <<<"$1" | LC_ALL=C sort
}

# dry_run ARG...: runs `capwrap --dry-run --json ARG...` from the state, with its document in $output.
dry_run() {
    attempt "${FROM[@]}" "$CAPWRAP" --dry-run --json "$@"
}

# runs ARG... -- COMMAND...: asserts that capwrap starts COMMAND (a probe), whose output is in $output, and
# that the rehearsal predicted exactly the state that the probe found.
runs() {
    local real real_stderr predicted
    dry_run "$@"
    assert_success
    assert_equal "$(jq -r .outcome <<<"$output")" ok
    predicted=$(jq .program.after_exec <<<"$output" | state_lines | LC_ALL=C sort)
    attempt "${FROM[@]}" "$CAPWRAP" "$@"
    assert_success
    real=$output real_stderr=$stderr
    assert_equal "$predicted" "$(privilege_lines "$real")"
    output=$real stderr=$real_stderr
}

# refuses STEP CODE [PATTERN] -- ARG...: asserts that capwrap ARG... refuses at this step (the text matches the
# regular expression), that nothing runs, and that the rehearsal has the same step, code and status.
refuses() {
    fails_with 125 "$@"
}

# fails_with STATUS STEP CODE [PATTERN] -- ARG...: as refuses, with another exit status. If ARG... has no
# COMMAND, the marked probe is added.
fails_with() {
    local wanted=$1 step=$2 code=$3 pattern=
    shift 3
    [[ $1 == -- ]] || { pattern=$1 && shift; }
    [[ $1 == -- ]] || fail "fails_with STATUS STEP CODE [PATTERN] -- ARG..."
    shift
    [[ " $* " == *" -- "* ]] || set -- "$@" -- "${MARKED[@]}"
    local real_stderr
    attempt_ending "$wanted" "$@"
    failed_with "$wanted" "$step" "$pattern"
    real_stderr=$stderr
    attempt_ending "$wanted" --dry-run --json "$@"
    assert_equal "$status" "$wanted"
    assert_equal "$(jq -r '"\(.outcome) \(.exit) \(.error.step) \(.error.code)"' <<<"$output")" \
        "refused $wanted $step $code"
    did_not_run
    stderr=$real_stderr
}

# attempt_ending STATUS ARG...: attempts capwrap ARG... from the state. (bats warns about status 127 unless
# it is announced.)
attempt_ending() {
    local expected=()
    [[ $1 != 127 ]] || expected=(-127)
    attempt "${expected[@]}" "${FROM[@]}" "$CAPWRAP" "${@:2}"
}

# Asserts that the second line of standard error, after `refuses`, matches the regular expression.
hint_says() {
    assert_regex "$(sed -n 2p <<<"$stderr")" "^  hint: .*$1"
}

# Asserts that the first line of standard error, after `attempt`, matches the regular expression.
error_says() {
    assert_regex "${stderr_lines[0]-}" "$1"
}

# Creates a copy of capwrap with file capabilities, such as granted_capwrap cap_net_bind_service=p; CAPWRAP
# names it from here on.
granted_capwrap() {
    [[ $CAPWRAP == "$PUBLIC/capwrap" ]] || install -m 755 "$CAPWRAP" "$PUBLIC/capwrap"
    setcap "$1" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
}

# in_background NAME CMD...: runs CMD until end_background; returns when its process has the name NAME.
in_background() {
    local name=$1
    shift
    "$@" 3>&- &
    BACKGROUND+=($!)
    until grep -qx "$name" "/proc/$!/comm"; do
        kill -0 $! || fail "it ended: $*"
        sleep 0.02
    done
}

# end_tree PID: ends the process and all below it. unshare --fork ignores SIGTERM.
end_tree() {
    local child
    for child in $(pgrep -P "$1"); do end_tree "$child"; done
    kill -KILL "$1" 2>/dev/null || true
}

# For teardown.
end_background() {
    local pid
    for pid in "${BACKGROUND[@]}"; do end_tree "$pid"; done
    BACKGROUND=()
}

# child_of PID NAME: prints the process ID of its child of this name, as soon as there is one.
child_of() {
    until pgrep -P "$1" -x "$2"; do
        kill -0 "$1" || fail "process $1 has ended"
        sleep 0.05
    done
}

# File capabilities and set-id bits count only if the mount allows them.
require_suid_mount() {
    [[ ,$(findmnt --noheadings --output OPTIONS --target "$PUBLIC"), != *,nosuid,* ]] ||
        fail "$PUBLIC lies on a nosuid mount: set TMPDIR to a folder on another one"
}

# An ordinary user who runs capwrap: no groups, no capabilities, unchanged bounding set.
# shellcheck disable=SC2034 # for the tests
ORDINARY=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted 0 --effective 0
    --inheritable 0 --ambient 0)

# The bounding set that Docker gives a container by default (moby, oci/caps/defaults.go).
DOCKER_DEFAULT=(CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT
    MKNOD AUDIT_WRITE SETFCAP)
docker_default() {
    mask "${DOCKER_DEFAULT[@]}"
}
