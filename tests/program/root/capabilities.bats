#!/usr/bin/env bats
# What the program holds: the kernel's account of the five sets, the securebits and no_new_privs.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common

setup() {
    require_root
    everything=$("$PROBE" --only permitted | cut -d= -f2)
}

# each_permitted: the numbers of the capabilities that this machine lets root have.
each_permitted() {
    local cap
    for ((cap = 0; cap < 64; cap++)); do
        (((16#$everything >> cap & 1) == 0)) || echo "$cap"
    done
}

run_with() {
    printf 'case:'
    printf ' %q' "$@"
    printf '\n'
    attempt "$CAPWRAP" "$@" -- "$PROBE"
}

refuses() {
    refused_by "$1" "$2" "$CAPWRAP" "${@:3}"
}

# ---- exactly ----

@test "the program holds exactly the kept capability, in all five sets: each of all" {
    local cap
    [[ $(each_permitted | wc -l) -gt 30 ]]
    for cap in $(each_permitted); do
        run_with --user www-data --keep "$cap"
        holds_exactly "$(mask "$cap")"
        is_user 33 33 33
        quiet
    done
}

@test "root that stays root holds exactly the kept capability, in all five sets: each of all" {
    local cap
    for cap in $(each_permitted); do
        run_with --keep "$cap"
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

@test "root with no option drops everything and stays uid 0" {
    run_with
    holds_exactly "$(mask)"
    is_user 0 0 ''
    assert_line securebits=0
    assert_line no_new_privs=0
    quiet
}

@test "--keep all is all that can be had" {
    run_with --user www-data --keep all
    holds_exactly "$everything"
    quiet
    run_with --keep all
    holds_exactly "$everything"
    run_with --user www-data --keep all --no-new-privs --lock-securebits
    holds_exactly "$everything"
    quiet
}

@test "--keep all of a narrower start is that start's permitted set" {
    local few
    few=$(mask net_raw chown setuid setgid setpcap)
    attempt "$START_AS" --bounding "$few" --permitted "$few" -- \
        "$CAPWRAP" --user www-data --keep all -- "$PROBE"
    holds_exactly "$few"
    quiet
}

@test "several capabilities, in one list or in several options" {
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

@test "all but one" {
    local cap list
    for cap in $(cap_number setuid) $(cap_number setpcap) $(cap_number chown); do
        list=$(each_permitted | grep -vx "$cap" | paste -sd, -)
        run_with --user www-data --keep "$list"
        holds_exactly "$(printf '%016x' $((16#$everything & ~(1 << cap))))"
        quiet
    done
}

@test "a capability may be named in any case, with and without CAP_, or by its number" {
    local name
    for name in net_bind_service NET_BIND_SERVICE Net_Bind_Service cap_net_bind_service \
        CAP_NET_BIND_SERVICE Cap_Net_Bind_Service CAP_net_bind_service "$(cap_number net_bind_service)"; do
        run_with --user www-data --keep "$name"
        holds_exactly "$(mask net_bind_service)"
        quiet
    done
}

@test "every name of the kernel's header is known" {
    local name number count=0
    while read -r name number; do
        (((16#$everything >> number & 1) == 1)) || continue
        run_with --user www-data --keep "$name"
        holds_exactly "$(mask "$number")"
        ((++count))
    done < <(awk '$1 == "#define" && $2 ~ /^CAP_/ && $3 ~ /^[0-9]+$/ { print $2, $3 }' \
        /usr/include/linux/capability.h)
    ((count > 30))
}

@test "what the kept capability is for works, and its neighbours do not" {
    attempt "$CAPWRAP" --user www-data --keep dac_read_search -- head -c 5 /etc/shadow
    assert_success
    assert_output 'root:'
    attempt "$CAPWRAP" --user www-data --keep dac_read_search -- chown root "$PUBLIC"
    assert_failure 1
    attempt "$CAPWRAP" --user www-data --keep chown -- head -c 5 /etc/shadow
    assert_failure 1
    attempt "$CAPWRAP" --user www-data -- head -c 5 /etc/shadow
    assert_failure 1
}

@test "the program's own children hold the same" {
    attempt "$CAPWRAP" --user www-data --keep net_raw -- sh -c '"$1"; exit $?' sh "$PROBE"
    holds_exactly "$(mask net_raw)"
    is_user 33 33 33
    quiet
}

@test "a machine's missing capability is refused, never left out silently" {
    local cap last
    last=$(cat /proc/sys/kernel/cap_last_cap)
    for ((cap = 0; cap <= last; cap++)); do
        (((16#$everything >> cap & 1) == 0)) || continue
        refuses keep 'not in the bounding set either' --user www-data --keep "$cap"
        refuses keep 'not in the bounding set either' --user www-data --keep "net_raw,$cap"
    done
    # and on a machine that has them all
    attempt "$START_AS" --bounding "$(mask setuid setgid setpcap net_raw)" \
        --permitted "$(mask setuid setgid setpcap net_raw)" -- \
        "$CAPWRAP" --user www-data --keep net_bind_service,net_raw -- "${MARKED[@]}"
    refused keep 'NET_BIND_SERVICE.*not in the bounding set either'
    refute_regex "${stderr_lines[0]}" 'NET_RAW'
}

@test "inheritable and ambient capabilities of the caller do not add up" {
    attempt "$START_AS" --inheritable all --ambient "$(mask chown kill net_raw)" -- \
        "$CAPWRAP" --user www-data --keep net_raw -- "$PROBE"
    holds_exactly "$(mask net_raw)"
    quiet
    attempt "$START_AS" --inheritable all --ambient all -- "$CAPWRAP" --user www-data -- "$PROBE"
    holds_exactly "$(mask)"
    attempt "$START_AS" --inheritable all --ambient all -- "$CAPWRAP" -- "$PROBE"
    holds_exactly "$(mask)"
    quiet
}

@test "a non-root user that holds ambient capabilities keeps those it names" {
    local two
    two=$(mask net_raw net_bind_service)
    attempt "$START_AS" --uid 77 --gid 78 --permitted "$two" --inheritable "$two" --ambient "$two" \
        --bounding "$two" -- "$CAPWRAP" --no-new-privs --keep net_raw -- "$PROBE"
    noted bounding
    holds_exactly "$(mask net_raw)" "$two"
    attempt "$START_AS" --uid 77 --gid 78 --permitted "$two" --inheritable "$two" --ambient "$two" \
        --bounding "$two" -- "$CAPWRAP" --keep net_raw,net_bind_service -- "$PROBE"
    holds_exactly "$two"
    quiet
}

# ---- uid 0 with one capability ----

@test "uid 0 with one capability: exact in each way to ask" {
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

@test "uid 0 without capabilities is still the owner of root's files" {
    : >"$PUBLIC/roots"
    chmod 600 "$PUBLIC/roots"
    attempt "$CAPWRAP" -- sh -c 'echo changed >"$1"' sh "$PUBLIC/roots"
    assert_success
    assert_equal "$(cat "$PUBLIC/roots")" changed
    attempt "$CAPWRAP" -- chown daemon "$PUBLIC/roots"
    assert_failure 1
}

# ---- no_new_privs ----

@test "--no-new-privs sets the flag, and it is not set without" {
    run_with --user www-data
    assert_line no_new_privs=0
    run_with --user www-data --no-new-privs --keep net_raw
    assert_line no_new_privs=1
    holds_exactly "$(mask net_raw)"
    quiet
}

@test "an inherited no_new_privs stays" {
    attempt "$START_AS" --no-new-privs -- "$CAPWRAP" --user www-data --keep net_raw -- "$PROBE"
    holds_exactly "$(mask net_raw)"
    assert_line no_new_privs=1
    quiet
}

@test "with --no-new-privs no setuid program brings root back" {
    install -m 4755 "$PROBE" "$PUBLIC/setuid-probe"
    attempt "$CAPWRAP" --user www-data --no-new-privs -- sh -c '"$1"' sh "$PUBLIC/setuid-probe"
    is_user 33 33 33
    attempt "$CAPWRAP" --user www-data -- sh -c '"$1"' sh "$PUBLIC/setuid-probe"
    assert_line euid=0 # the flag is what makes the difference
    assert_line "permitted=$(mask)"
}

# ---- securebits ----

@test "--lock-securebits locks all but keep-caps" {
    run_with --user www-data --keep net_bind_service --lock-securebits
    holds_exactly "$(mask net_bind_service)"
    assert_line securebits=ef
    quiet
}

@test "without --lock-securebits the securebits are as before" {
    run_with --user www-data --keep net_bind_service
    assert_line securebits=0
    local bits
    for bits in 3 8 c 20 40 80 c0 cf; do
        attempt "$START_AS" --inheritable all --ambient all --securebits "$bits" -- \
            "$CAPWRAP" --user www-data -- "$PROBE"
        holds_exactly "$(mask)"
        assert_line "securebits=$bits"
        quiet
    done
}

@test "securebits are only added: what is there stays" {
    local bits
    for bits in 1 3 4 c 10 40 c0 cf ef; do
        echo "case: $bits"
        # ambient, so that it arrives under noroot as well
        attempt "$START_AS" --inheritable all --ambient all --securebits "$bits" -- \
            "$CAPWRAP" --user www-data --lock-securebits -- "$PROBE"
        holds_exactly "$(mask)"
        assert_line securebits=ef
        quiet
    done
}

@test "--lock-securebits is refused where a bit is locked the other way" {
    local bits
    for bits in 2 8 80; do
        echo "case: $bits"
        attempt "$START_AS" --securebits "$bits" -- \
            "$CAPWRAP" --user www-data --lock-securebits -- "${MARKED[@]}"
        refused securebits
    done
}

@test "with locked securebits uid 0 gains nothing by exec" {
    attempt "$CAPWRAP" --keep net_raw --lock-securebits -- sh -c '"$1"' sh "$PROBE"
    holds_exactly "$(mask net_raw)"
}

@test "nested --lock-securebits works where nothing needs to change" {
    attempt "$CAPWRAP" --user www-data --keep net_raw --lock-securebits -- \
        "$CAPWRAP" --keep net_raw --lock-securebits -- "$PROBE"
    holds_exactly "$(mask net_raw)"
    assert_line securebits=ef
    quiet
    attempt "$CAPWRAP" --keep net_raw --lock-securebits -- \
        "$CAPWRAP" --keep net_raw --lock-securebits -- \
        "$CAPWRAP" --keep net_raw --lock-securebits -n -- "$PROBE"
    holds_exactly "$(mask net_raw)"
    quiet
}

@test "inside --lock-securebits less can be kept, under --no-new-privs with a note" {
    attempt "$CAPWRAP" --user www-data --keep net_raw,chown --lock-securebits -- \
        "$CAPWRAP" --keep net_raw -- "${MARKED[@]}"
    refused bounding SETPCAP
    attempt "$CAPWRAP" --user www-data --keep net_raw,chown --lock-securebits -- \
        "$CAPWRAP" --keep net_raw --no-new-privs -- "$PROBE"
    noted bounding
    holds_exactly "$(mask net_raw)" "$(mask net_raw chown)"
}

@test "inside --lock-securebits root can still become another user, with what is ambient already" {
    attempt "$CAPWRAP" --keep net_raw,setuid,setgid,setpcap --lock-securebits -- \
        "$CAPWRAP" --user www-data --keep net_raw -- "$PROBE"
    holds_exactly "$(mask net_raw)"
    is_user 33 33 33
    assert_line securebits=ef
    quiet
}

@test "locked keep-caps: refused by name where it is needed, no matter where it is not" {
    attempt "$START_AS" --securebits 20 -- "$CAPWRAP" --user www-data --keep net_raw -- "${MARKED[@]}"
    refused keep-caps 'locked.*securebits 0x20'
    attempt "$START_AS" --securebits 20 -- "$CAPWRAP" --keep net_raw -- "$PROBE"
    holds_exactly "$(mask net_raw)"
    quiet
}

@test "locked no-ambient-raise: refused by name where it is needed, no matter where it is not" {
    attempt "$START_AS" --securebits c0 -- "$CAPWRAP" --user www-data --keep net_raw -- "${MARKED[@]}"
    refused ambient 'securebits 0xc0'
    attempt "$START_AS" --securebits 40 -- "$CAPWRAP" --user www-data --keep net_raw -- "${MARKED[@]}"
    refused ambient 'securebits 0x40'
    attempt "$START_AS" --securebits c0 -- "$CAPWRAP" --user www-data -- "$PROBE"
    holds_exactly "$(mask)"
    quiet
}

# ---- the bounding set ----

@test "the bounding set is what it was, narrowed to what is kept" {
    attempt "$START_AS" --bounding "$(mask setuid setgid setpcap net_raw chown)" -- \
        "$CAPWRAP" --user www-data --keep net_raw,chown -- "$PROBE"
    holds_exactly "$(mask net_raw chown)"
    quiet
}

@test "without SETPCAP and with nothing to narrow it goes on" {
    local few
    few=$(mask setuid setgid)
    attempt "$START_AS" --bounding "$few" --permitted "$few" -- \
        "$CAPWRAP" --user www-data --keep setuid,setgid -- "$PROBE"
    holds_exactly "$few"
    quiet
}

@test "without SETPCAP a wide bounding set is refused with both ways out, or left under no_new_privs" {
    local few
    few=$(mask setuid setgid net_bind_service)
    local -a start=("$START_AS" --bounding "$few" --permitted "$few" --)
    attempt "${start[@]}" "$CAPWRAP" --user www-data --keep net_bind_service -- "${MARKED[@]}"
    refused bounding SETPCAP
    assert_regex "${stderr_lines[1]}" 'no-new-privs'
    assert_regex "${stderr_lines[1]}" 'SETPCAP'
    attempt "${start[@]}" "$CAPWRAP" --user www-data --keep net_bind_service -n -- "$PROBE"
    noted bounding
    holds_exactly "$(mask net_bind_service)" "$few"
    attempt "${start[@]}" "$CAPWRAP" --user www-data --keep net_bind_service -n -q -- "$PROBE"
    quiet
    attempt "${start[@]}" "$CAPWRAP" --user www-data --keep net_bind_service -n --strict -- "${MARKED[@]}"
    refused bounding
}

@test "an ordinary user with an empty bounding set has nothing to be told" {
    attempt "$START_AS" --uid 77 --gid 78 --bounding 0 -- "$CAPWRAP" --strict -- "$PROBE"
    holds_exactly "$(mask)"
    quiet
}
