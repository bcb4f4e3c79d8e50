#!/usr/bin/env bats
# --keep: the program holds the named capabilities in all five sets, and no result.

# shellcheck disable=SC2034,SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    everything=$("$PROBE" --only permitted | cut -d= -f2)
    NBS=$(mask NET_BIND_SERVICE)
}

# each_permitted: the numbers of the capabilities that this machine lets root have.
each_permitted() {
    local cap
    for ((cap = 0; cap < 64; cap++)); do
        (((16#$everything >> cap & 1) == 0)) || echo "$cap"
    done
}

# run_with OPTION...: capwrap starts the probe with these options, as the dry run has said.
run_with() {
    printf 'case:'
    printf ' %q' "$@"
    printf '\n'
    runs "$@" -- "$PROBE"
}

@test "a program of another user holds exactly the kept capability, in all five sets: each capability" {
    local cap
    [[ $(each_permitted | wc -l) -gt 30 ]]
    for cap in $(each_permitted); do
        attempt "$CAPWRAP" --user www-data --keep "$cap" -- "$PROBE"
        holds_exactly "$(mask "$cap")"
        is_user 33 33 33
        quiet
    done
}

@test "a program of root holds exactly the kept capability, in all five sets: each capability" {
    local cap
    for cap in $(each_permitted); do
        attempt "$CAPWRAP" --keep "$cap" -- "$PROBE"
        holds_exactly "$(mask "$cap")"
        is_user 0 0 ''
        quiet
    done
}

@test "nothing is kept by default" {
    run_with --user www-data
    holds_exactly "$(mask)"
    quiet
    run_with --user www-data --keep none
    holds_exactly "$(mask)"
    quiet
}

@test "root without options drops every capability and stays uid 0" {
    run_with
    holds_exactly "$(mask)"
    is_user 0 0 ''
    assert_line securebits=0
    assert_line no_new_privs=0
    quiet
}

@test "--keep all keeps every capability that is permitted" {
    run_with --user www-data --keep all
    holds_exactly "$everything"
    quiet
    run_with --keep all
    holds_exactly "$everything"
    run_with --user www-data --keep all --no-new-privs --lock-securebits
    holds_exactly "$everything"
    quiet
}

@test "--keep all of a smaller permitted set keeps that set" {
    local few
    few=$(mask net_raw chown setuid setgid setpcap)
    FROM=("$START_AS" --bounding "$few" --permitted "$few" --)
    run_with --user www-data --keep all
    holds_exactly "$few"
    quiet
}

@test "several capabilities are kept, in one list or in several options" {
    local three
    three=$(mask chown net_raw net_bind_service)
    run_with --user www-data --keep chown,net_raw,net_bind_service
    holds_exactly "$three"
    run_with --user www-data -k chown -k net_raw,net_bind_service
    holds_exactly "$three"
    run_with --user www-data -k net_bind_service -knet_raw --keep=chown
    holds_exactly "$three"
    run_with --user www-data -k chown,chown,net_raw -k net_raw,net_bind_service,0
    holds_exactly "$three"
    quiet
}

@test "every capability but one is kept" {
    local cap list
    for cap in $(cap_number setuid) $(cap_number setpcap) $(cap_number chown); do
        list=$(each_permitted | grep -vx "$cap" | paste -sd, -)
        run_with --user www-data --keep "$list"
        holds_exactly "$(printf '%016x' $((16#$everything & ~(1 << cap))))"
        quiet
    done
}

@test "a capability is named in any case, with and without CAP_, or by its number" {
    local name
    for name in net_bind_service NET_BIND_SERVICE Net_Bind_Service cap_net_bind_service \
        CAP_NET_BIND_SERVICE Cap_Net_Bind_Service CAP_net_bind_service "$(cap_number net_bind_service)"; do
        run_with --user www-data --keep "$name"
        holds_exactly "$(mask net_bind_service)"
        quiet
    done
}

@test "--keep takes every name of the kernel's header" {
    local name number count=0
    while read -r name number; do
        (((16#$everything >> number & 1) == 1)) || continue
        attempt "$CAPWRAP" --user www-data --keep "$name" -- "$PROBE"
        holds_exactly "$(mask "$number")"
        ((++count))
    done < <(awk '$1 == "#define" && $2 ~ /^CAP_/ && $3 ~ /^[0-9]+$/ { print $2, $3 }' \
        /usr/include/linux/capability.h)
    ((count > 30))
}

@test "what the kept capability permits works, and what other capabilities permit does not" {
    attempt "$CAPWRAP" --user www-data --keep dac_read_search -- head -c 5 /etc/shadow
    assert_success
    assert_output "$(head -c 5 /etc/shadow)"
    attempt "$CAPWRAP" --user www-data --keep dac_read_search -- chown root "$PUBLIC"
    assert_failure 1
    attempt "$CAPWRAP" --user www-data --keep chown -- head -c 5 /etc/shadow
    assert_failure 1
    attempt "$CAPWRAP" --user www-data -- head -c 5 /etc/shadow
    assert_failure 1
}

@test "the children of the program hold the same" {
    attempt "$CAPWRAP" --user www-data --keep net_raw -- sh -c '"$1"; exit $?' sh "$PROBE"
    holds_exactly "$(mask net_raw)"
    is_user 33 33 33
    quiet
}

@test "inheritable and ambient capabilities of the caller are not added" {
    FROM=("$START_AS" --inheritable all --ambient "$(mask chown kill net_raw)" --)
    run_with --user www-data --keep net_raw
    holds_exactly "$(mask net_raw)"
    quiet
    FROM=("$START_AS" --inheritable all --ambient all --)
    run_with --user www-data
    holds_exactly "$(mask)"
    run_with
    holds_exactly "$(mask)"
    quiet
}

@test "uid 0 holds exactly the kept capability, also with --no-new-privs and --lock-securebits" {
    local -a options
    local more
    for more in '' '--no-new-privs' '--lock-securebits' '--no-new-privs --lock-securebits'; do
        read -ra options <<<"$more"
        run_with --user root --keep net_bind_service "${options[@]}"
        holds_exactly "$(mask net_bind_service)"
        is_user 0 0 "$(id -G root | tr ' ' ,)"
        quiet
        run_with --user 0:0 "${options[@]}"
        holds_exactly "$(mask)"
        quiet
    done
}

# ---- a kept capability that is missing ----

@test "a capability that is neither permitted nor in the bounding set is refused" {
    local cap last few
    last=$(cat /proc/sys/kernel/cap_last_cap)
    for ((cap = 0; cap <= last; cap++)); do
        (((16#$everything >> cap & 1) == 0)) || continue
        refuses keep cap-not-permitted 'not in the bounding set either' -- \
            --user www-data --keep "$cap"
        refuses keep cap-not-permitted 'not in the bounding set either' -- \
            --user www-data --keep "net_raw,$cap"
    done
    # and on a machine that has them all
    few=$(mask SETUID SETGID SETPCAP)
    FROM=("$START_AS" --bounding "$few" --permitted "$few" --)
    refuses keep cap-not-permitted 'NET_BIND_SERVICE.*not in the bounding set either' -- \
        --user 1000:1000 --keep NET_BIND_SERVICE
    refuses keep cap-not-permitted 'NET_BIND_SERVICE' -- --keep SETUID,NET_BIND_SERVICE
    run ! error_says 'SETUID'
}

@test "capabilities that the change of user also requires are reported in the same error" {
    FROM=("$START_AS" --bounding 0 --permitted 0 --)
    refuses keep cap-not-permitted 'NET_RAW: .*; also missing: SETGID,SETUID,SETPCAP' -- --user 1000:1000 --keep NET_RAW
    hint_says 'SETGID.*SETUID.*SETPCAP.*NET_RAW'
    refuses keep cap-not-permitted NET_RAW -- --user 1000:1000 --keep NET_RAW --no-new-privs
    error_says 'also missing: SETGID,SETUID'
    run ! error_says SETPCAP
    refuses keep cap-not-permitted NET_RAW -- --keep NET_RAW --no-new-privs
    run ! error_says 'also missing'
    # where only other groups differ, --groups keep would do: a pod with fsGroup
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups 2000 --bounding 0 --permitted 0 --effective 0 --)
    refuses keep cap-not-permitted NET_RAW -- --user 1000:1000 --keep NET_RAW --no-new-privs
    run ! error_says 'also missing'
    # what is in the bounding set root would have
    local few
    few=$(mask SETUID SETGID)
    FROM=("$START_AS" --bounding "$few" --permitted 0 --)
    refuses keep cap-not-permitted NET_RAW -- --user 1000:1000 --keep NET_RAW --no-new-privs
    run ! error_says 'also missing'
}

@test "a capability in the bounding set only is refused: a non-root user of a container" {
    FROM=("${ORDINARY[@]}" --bounding "$NBS" --)
    refuses keep cap-bounding-only 'NET_BIND_SERVICE' -- --keep NET_BIND_SERVICE
    FROM=("${ORDINARY[@]}" --)
    refuses keep cap-bounding-only 'NET_BIND_SERVICE' -- --keep NET_BIND_SERVICE --no-new-privs
}

@test "a capability in the bounding set only, under no_new_privs: file capabilities are not suggested" {
    FROM=("${ORDINARY[@]}" --bounding "$NBS" --no-new-privs --)
    refuses keep cap-masked 'NET_BIND_SERVICE' -- --keep NET_BIND_SERVICE
}

@test "permitted capabilities that are not ambient do not reach a non-root program, and are refused" {
    for nnp in '' --no-new-privs; do
        FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --permitted "$NBS"
            --effective "$NBS" --inheritable 0 --bounding "$NBS" ${nnp:+"$nnp"} --)
        refuses keep "$([[ $nnp ]] && echo cap-masked || echo cap-bounding-only)" \
            NET_BIND_SERVICE -- --keep NET_BIND_SERVICE
        runs --no-new-privs -- "$PROBE"
        assert_line "permitted=$NONE"
    done
}

@test "a capability that this kernel does not have is refused, with the dry run" {
    refuses keep cap-unknown 63 -- --keep 63
}

@test "of several capabilities the missing ones are named, and no other" {
    FROM=("$START_AS" --bounding "$(mask NET_BIND_SERVICE SETUID SETGID)" --)
    refuses keep cap-not-permitted 'KILL' -- --keep NET_BIND_SERVICE,NET_RAW,KILL
    error_says 'NET_RAW'
    run ! error_says 'NET_BIND_SERVICE'
}
