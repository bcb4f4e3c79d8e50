#!/usr/bin/env bats
# The options that only inspect: --help, --version, --decode, --list-caps, --status.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common

# The names of the kernel's header without CAP_, in the order of their numbers: "NUMBER NAME".
header_names() {
    awk '$1 == "#define" && $2 ~ /^CAP_/ && $3 ~ /^[0-9]+$/ { sub("CAP_", "", $2); print $3, $2 }' \
        /usr/include/linux/capability.h | sort -n
}

# names SET: the kernel's names for a set, joined by commas.
names() {
    local number name list=
    while read -r number name; do
        (((16#$1 >> number & 1) == 0)) || list+=${list:+,}$name
    done < <(header_names)
    printf '%s\n' "${list:-none}"
}

# ---- --help and --version ----

@test "--help and --version go to standard output and succeed" {
    local option
    for option in --help -h; do
        attempt "$CAPWRAP" "$option"
        assert_success
        assert_regex "${lines[0]}" '^Usage: capwrap '
        quiet
    done
    for option in --version -V; do
        attempt "$CAPWRAP" "$option"
        assert_success
        assert_line --index 0 --regexp '^capwrap [0-9]+\.[0-9]+\.[0-9]+$'
        quiet
    done
}

@test "--version names libcap-ng where it is linked in statically, as its licence requires" {
    local expected=2
    [[ $(readelf --dynamic "$CAPWRAP") != *libcap-ng.so* ]] || expected=1
    attempt "$CAPWRAP" --version
    assert_equal "${#lines[@]}" $expected
    ((expected == 1)) || assert_line --index 1 'contains libcap-ng, which is under the LGPL, version 2.1 or later: see NOTICE'
}

@test "--help lists the exit statuses, in lines of at most 80 columns" {
    local word
    attempt "$CAPWRAP" --help
    for word in 125 126 127; do
        assert_output --partial -- "$word"
    done
    while read -r line; do
        ((${#line} <= 80)) || fail "wider than a terminal: $line"
    done <<<"$output"
}

@test "output that cannot be written is an error" {
    local -a options
    local words
    for words in --help --version --list-caps --decode=400 --status "--status=$$" \
        '--status --json' '--dry-run true' '--dry-run --json true'; do
        echo "case: $words"
        read -ra options <<<"$words"
        attempt bash -c 'exec "$@" >/dev/full' sh "$CAPWRAP" "${options[@]}"
        refused output
        attempt bash -c 'exec "$@" >&-' sh "$CAPWRAP" "${options[@]}"
        refused output
    done
}

# ---- --decode ----

@test "--decode names each capability" {
    local number name
    while read -r number name; do
        attempt "$CAPWRAP" --decode="$(mask "$number")"
        assert_success
        assert_output "$name"
        quiet
    done < <(header_names)
}

@test "--decode takes a set as /proc/PID/status prints it, with or without 0x, in any case" {
    local set
    for set in 0000000000000400 400 0x400 0X400; do
        attempt "$CAPWRAP" --decode "$set"
        assert_success
        assert_output NET_BIND_SERVICE
    done
    for set in 1c03 0x1C03 0x1c03 1C03; do
        attempt "$CAPWRAP" --decode="$set"
        assert_output "$(names 1c03)"
    done
    attempt "$CAPWRAP" --decode=0
    assert_success
    assert_output none
}

@test "--decode prints numbers for capabilities without a name" {
    attempt "$CAPWRAP" --decode=8000000000000001
    assert_success
    assert_output 'CHOWN,63'
    attempt "$CAPWRAP" --decode=ffffffffffffffff
    assert_success
    assert_equal "$(tr ',' '\n' <<<"$output" | sort -u | wc -l)" 64
}

@test "--decode agrees with libcap's capsh" {
    local set
    for set in 0 1 a80425fb 00000000a80425fb 1ffffffffff "$("$PROBE" --only bounding | cut -d= -f2)"; do
        attempt "$CAPWRAP" --decode="$set"
        assert_success
        assert_equal "$output" \
            "$(capsh --decode="$set" | sed 's/^[^=]*=//; s/cap_//g; s/^$/none/' | tr '[:lower:]' '[:upper:]' | sed 's/NONE/none/')"
    done
}

@test "--decode refuses an argument that is not a set" {
    local set
    for set in '' 0x x 0xg g 1g -1 +1 ' 1' '1 ' $'1\n' 10000000000000000 0x10000000000000000 1,2 \
        NET_RAW 0x0x1 1e+3 1.0 ''; do
        echo "case: $set"
        attempt "$CAPWRAP" --decode="$set"
        refused '(options|decode)'
        assert_output ''
    done
}

# ---- --list-caps ----

@test "--list-caps lists every capability of this kernel, by number and name" {
    local number name last
    last=$(cat /proc/sys/kernel/cap_last_cap)
    attempt "$CAPWRAP" --list-caps
    assert_success
    quiet
    assert_equal "${#lines[@]}" $((last + 1))
    while read -r number name; do
        ((number > last)) || assert_regex "${lines[number]}" "^ *$number +$name +"
    done < <(header_names)
}

@test "--list-caps shows which capabilities are permitted and which are only in the bounding set" {
    local permitted bounding cap word
    permitted=$("$PROBE" --only permitted | cut -d= -f2)
    bounding=$("$PROBE" --only bounding | cut -d= -f2)
    attempt "$CAPWRAP" --list-caps
    assert_success
    for ((cap = 0; cap < ${#lines[@]}; cap++)); do
        word='not here'
        (((16#$bounding >> cap & 1) == 0)) || word='bounding set only'
        (((16#$permitted >> cap & 1) == 0)) || word='permitted'
        assert_regex "${lines[cap]}" "$word$"
    done
}

@test "--list-caps -v adds a line on what each capability allows, and changes nothing else" {
    local last plain
    last=$(cat /proc/sys/kernel/cap_last_cap)
    plain=$("$CAPWRAP" --list-caps)
    attempt "$CAPWRAP" --list-caps -v
    assert_success
    assert_equal "${#lines[@]}" $((last + 1))
    assert_equal "$(cut -c -46 <<<"$output" | sed 's/ *$//')" "$plain"
    for line in "${lines[@]}"; do assert_regex "${line:46}" '^  [^ ].{9,79}$'; done
    assert_line --regexp '^10 NET_BIND_SERVICE .*  bind ports below 1024$'
}

@test "--list-caps --json has the content of the text" {
    attempt "$CAPWRAP" --list-caps --json
    assert_success
    local text
    text=$(jq -r '.capabilities[] | "\(.number) \(.name) " + (if .permitted then "permitted"
        elif .bounding then "in the bounding set only" else "not here" end)' <<<"$output")
    assert_equal "$text" "$("$CAPWRAP" --list-caps | sed 's/^ *//; s/  */ /g')"
    assert_equal "$(jq -r '.capabilities[13].allows' <<<"$output")" \
        'open raw and packet sockets; bind to any address for transparent proxying'
}

@test "--decode --json has the names as a list" {
    attempt "$CAPWRAP" --decode=2400 --json
    assert_success
    assert_output '{"version":1,"decoded":["NET_BIND_SERVICE","NET_RAW"]}'
    attempt "$CAPWRAP" --decode=0 --json
    assert_output '{"version":1,"decoded":[]}'
}

@test "every name of --list-caps is one that --keep and --decode know" {
    local number name rest
    while read -r number name rest; do
        attempt "$CAPWRAP" --decode "$(mask "$number")"
        assert_output "$name"
        attempt "${AS_ORDINARY[@]}" "$CAPWRAP" --keep "$name" -- "${MARKED[@]}"
        refused keep "$name.*$([[ $rest == *'not here'* ]] || echo 'in the bounding set')"
    done < <("$CAPWRAP" --list-caps)
}

# ---- --status ----

# set_of NAME: a set in --status --json, as the probe prints sets.
set_of() {
    local words
    words=$(jq -r ".state.$1 | join(\" \")" <<<"$output")
    # shellcheck disable=SC2086 # words
    mask $words
}

# account_agrees PID: $output of --status --json equals the content of /proc/PID/status.
account_agrees() {
    local pair key
    declare -A says
    while IFS=$':\t' read -r key rest; do
        says[$key]=$(xargs <<<"$rest")
    done < <(sed 's/:\t/:/' "/proc/$1/status" | sed 's/:/\t/')
    for pair in permitted:CapPrm effective:CapEff inheritable:CapInh bounding:CapBnd ambient:CapAmb; do
        assert_equal "$(set_of "${pair%:*}")" "${says[${pair#*:}]}"
    done
    assert_equal "$(jq -r '.state.uid | "\(.real) \(.effective) \(.saved) \(.fs)"' <<<"$output")" "${says[Uid]}"
    assert_equal "$(jq -r '.state.gid | "\(.real) \(.effective) \(.saved) \(.fs)"' <<<"$output")" "${says[Gid]}"
    assert_equal "$(jq -r '.state.groups | join(" ")' <<<"$output")" "${says[Groups]}"
    assert_equal "$(jq -r '.state.no_new_privs | if . then 1 else 0 end' <<<"$output")" "${says[NoNewPrivs]}"
}

@test "--status shows the state that a program would have here" {
    local name
    local account
    account=$("$PROBE")
    attempt "$CAPWRAP" --status --json
    assert_success
    quiet
    for name in permitted effective inheritable bounding ambient; do
        assert_equal "$name=$(set_of "$name")" "$(grep "^$name=" <<<"$account")"
    done
    assert_equal "euid=$(jq .state.uid.effective <<<"$output")" "$(grep ^euid= <<<"$account")"
    assert_equal "egid=$(jq .state.gid.effective <<<"$output")" "$(grep ^egid= <<<"$account")"
    assert_equal "groups=$(jq -r '.state.groups | join(",")' <<<"$output")" "$(grep ^groups= <<<"$account")"
    assert_equal "securebits=$(printf %x "$(jq .state.securebits <<<"$output")")" "$(grep ^securebits= <<<"$account")"
}

@test "--status shows the same state as text" {
    attempt "$CAPWRAP" --status
    assert_success
    quiet
    assert_line --regexp "^ *uid +$(id -u)$"
    assert_line --regexp "^ *gid +$(id -g)$"
    local name
    for name in groups permitted effective inheritable bounding ambient securebits no_new_privs; do
        assert_line --regexp "^ *$name +[^ ]"
    done
}

@test "--status=PID shows that process, whichever user runs it" {
    local pid
    for pid in 1 $$; do
        attempt "$CAPWRAP" --status="$pid" --json
        assert_success
        assert_equal "$(jq .pid <<<"$output")" "$pid"
        account_agrees "$pid"
        assert_equal "$(jq .state.securebits <<<"$output")" null
        attempt "$CAPWRAP" "--status=$pid"
        assert_success
        assert_line --regexp "$pid"
        quiet
    done
}

@test "--status=PID of a program that capwrap started" {
    "${AS_ORDINARY[@]}" "$CAPWRAP" -qn -- sleep 60 3>&- &
    local pid=$! waited
    for ((waited = 0; waited < 200; waited++)); do
        [[ $(cat "/proc/$pid/comm") != sleep ]] || break
        sleep 0.05
    done
    attempt "$CAPWRAP" --status="$pid" --json
    kill "$pid"
    assert_success
    assert_equal "$(jq -c '[.state.uid.real, .state.permitted, .state.no_new_privs]' <<<"$output")" \
        "[$ORDINARY_UID,[],true]"
}

@test "--status=PID refuses what is not a process id" {
    local pid
    for pid in '' 0 00 01 -1 +1 ' 1' '1 ' 0x1 1x self thread-self 1/../1 ../1 4294967297 \
        2147483648 18446744073709551617 '1 2'; do
        echo "case: $pid"
        attempt "$CAPWRAP" --status="$pid"
        refused '(options|status)'
        assert_output ''
    done
}

@test "an argument that is not a process ID: the hint has the number in it, or says where to find it" {
    local option
    for option in status assert; do
        attempt "$CAPWRAP" "--$option=/proc/12/status"
        refused "$option"
        assert_equal "${stderr_lines[1]}" "  hint: write --$option=12"
        attempt "$CAPWRAP" "--$option=nginx"
        assert_equal "${stderr_lines[1]}" "  hint: write --$option=PID, with the number that ps -e has for nginx"
        attempt "$CAPWRAP" "--$option=/proc/x"
        assert_equal "${stderr_lines[1]}" "  hint: write --$option=PID, such as --$option=1"
    done
    attempt "$CAPWRAP" --status=self
    assert_equal "${stderr_lines[1]}" '  hint: write --status'
    attempt "$CAPWRAP" --status=2147483648
    refused status 'a process id is a decimal number from 1 to 2147483647$'
}

@test "--status=PID refuses a process that no longer exists" {
    local pid
    true &
    pid=$!
    wait "$pid"
    attempt "$CAPWRAP" --status="$pid"
    refused status "$pid"
    assert_output ''
    attempt "$CAPWRAP" --status="$pid" --json
    refused status "$pid"
    assert_equal "$(jq -r '"\(.outcome) \(.exit) \(.error.code)"' <<<"$output")" 'refused 125 no-process'
    attempt "$CAPWRAP" --status=2147483647
    refused status 2147483647
}

@test "--status takes its process ID with = only: a separate argument would be COMMAND" {
    attempt "$CAPWRAP" --status 1
    refused options
}
