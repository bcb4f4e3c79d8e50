#!/usr/bin/env bats
# What docs/design.md says of the transition, on the code's table and on this kernel.

# shellcheck disable=SC2154 # stderr: set by bats' run

load ../../support/common

setup() {
    FACTS=$SUPPORT_BIN/facts
    cd "$BATS_TEST_TMPDIR" || return
}

# transition [NAME PAST]: the whole transition, with a row moved; what the probe then reports is
# left in $output, without what differs from run to run. Standard output is a pipe.
transition() {
    run --separate-stderr bash -c 'set -o pipefail
        "$@" </dev/null | sed -E "s/^session_keyring=[0-9]+,/session_keyring=/; /^p?pid=/d"' \
        transition "$FACTS" run "$@" "$PROBE"
}

# What noticed the exchange of two rows: the step that failed, verify, the first line in which the
# program's state differs from $1, or nothing.
noticed_by() {
    case $status in
    0) diff <(printf '%s\n' "$1") <(printf '%s\n' "$output") | sed -n 's/^> \([a-z_]*\)=.*/\1/p' |
        head -n 1 ;;
    1 | 2) sed -n 's/^\([a-z-]*\): .*/\1/p' <<<"$stderr" ;;
    *) printf 'unusable: %s %s\n' "$status" "$stderr" ;;
    esac
}

# Columns of the table of steps, such as 0,2.
documented() {
    "$SRC_DIR/tests/source/docs/docs.py" table docs/design.md "generated: transition" |
        jq -r "[.[$1]] | map(gsub(\"\`\"; \"\")) | @tsv"
}

# The rows of the table of necessary orders: step, before, noticed by.
necessary() {
    "$SRC_DIR/tests/source/docs/docs.py" table docs/design.md necessary |
        jq -r '[.[0], .[1], .[2]] | map(gsub("`"; "")) | @tsv'
}

@test "the table of steps is that of the code" {
    run "$FACTS" table
    local code=$output
    assert_equal "$(documented 0,2)" "$(cut -f 1,3 <<<"$code")"
    # Capabilities by number: see capability.h.
    local name needs
    while IFS=$'\t' read -r name needs; do
        [[ -z $needs ]] || needs=$(cap_number "$needs")
        assert_equal "$name ${needs:--1}" "$(awk -v name="$name" -F '\t' \
            '$1 == name { print $1, $2 }' <<<"$code")"
    done < <(documented 0,1)
}

@test "a request that takes every step reports the documented table, in its order" {
    require_root
    local want
    # A label is refused if its module is not active: real/kernels/security-modules.nightly tests both.
    want=$(documented 0,2 | grep -v ^label)
    run --separate-stderr "$START_AS" --pdeathsig 15 -- "$CAPWRAP" --dry-run --json \
        --user 1000:1000 --groups 1001 --keep NET_RAW --no-new-privs --lock-securebits \
        --chown-stdio --close-fds --disable-userns --chdir / --umask 027 -- "$PROBE"
    assert_success
    assert_equal "$(jq -r '.steps[] | [.name, .why] | @tsv' <<<"$output")" "$want"
}

@test "a preflight asks for exactly the documented capability of each step" {
    require_root
    local name needs docker
    docker=$(mask CHOWN SETUID SETGID SETPCAP NET_RAW)
    documented 0,1 >needs
    assert_equal "$(cut -f 2 needs | grep . | sort -u | tr '\n' ' ')" "CHOWN SETGID SETPCAP SETUID "
    for needs in CHOWN SETGID SETPCAP SETUID; do
        local left=$((0x$docker & ~0x$(mask "$needs")))
        run --separate-stderr "$START_AS" --bounding "$(printf '%x' "$left")" -- "$CAPWRAP" \
            --user 1000:1000 --groups 1001 --keep NET_RAW --lock-securebits --chown-stdio -- \
            "${MARKED[@]}"
        name=$(awk -v needs="$needs" '$2 == needs { print $1; exit }' needs)
        refused "$name" "$needs: "
    done
}

@test "each order that is documented as necessary is necessary: the exchange is noticed as documented" {
    require_root
    transition
    assert_success
    local right=$output step before by seen count=0
    while IFS=$'\t' read -r step before by; do
        seen=''
        transition "$step" "$before"
        seen+=" $(noticed_by "$right")"
        transition "$before" "$step"
        seen+=" $(noticed_by "$right") "
        [[ $seen == *" $by "* ]] || fail "$step before $before: noticed by:$seen, not by $by"
        [[ $seen =~ ^\ [a-z_-]+\ [a-z_-]+\ $ ]] || fail "$step before $before is not necessary:$seen"
        count=$((count + 1))
    done < <(necessary)
    ((count > 10)) || fail "only $count orders"
}

@test "neighbouring steps that no necessary order names can be exchanged without changing the result" {
    require_root
    transition
    assert_success
    local right=$output count=0 upper='' lower
    while read -r lower; do
        if [[ -n $upper ]] && ! necessary | grep -q "^$upper"$'\t'"$lower"$'\t'; then
            transition "$upper" "$lower"
            assert_equal "$upper $lower $status" "$upper $lower 0"
            assert_equal "$output" "$right"
            count=$((count + 1))
        fi
        upper=$lower
    done < <("$FACTS" table | cut -f 1)
    ((count > 5)) || fail "only $count exchanges"
}

@test "the modules that the page names are those of the source tree" {
    local named
    named=$(sed -nE 's,^    src/([a-z/]+)/ +([a-z_, ]+)$,\1 \2,p' "$SRC_DIR/docs/design.md" | tr -d , |
        awk '{ for (i = 2; i <= NF; i++) print $1 "/" $i }' | LC_ALL=C sort)
    assert_equal "$named" "$(cd "$SRC_DIR/src" && find . -name '*.[ch]' |
        sed -E 's,^\./,,; s,\.[ch]$,,' | LC_ALL=C sort -u)"
}
