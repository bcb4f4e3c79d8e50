#!/usr/bin/env bats
# The command line: the option table and everything that is refused before any system call.
# Every claim holds for root and for an ordinary user.

# shellcheck disable=SC2154,SC2258 # run sets output and stderr; a comma here is a value
load ../../support/common

# refuses STEP PATTERN OPTION...: these options with a program are refused; the message for a
# failing case shows them.
refuses() {
    refused_by "$1" "$2" "$CAPWRAP" "${@:3}"
}

# accepts OPTION...: these options are accepted; the program runs and gets its arguments unchanged.
accepts() {
    printf 'case:'
    printf ' %q' "$@"
    printf '\n'
    attempt "$CAPWRAP" "$@" printf '<%s>' "one word" "" --user
    assert_success
    assert_output '<one word><><--user>'
}

# ---- which arguments are options ----

@test "an unknown option is refused and named" {
    refuses options '--nope' --nope
    refuses options '--nope' --nope=1
    refuses options '-x' -x
    refuses options '-x' -nx
    refuses options 'x' -vxn
    refuses options '' --=
    refuses options '' --=user
}

@test "an abbreviated option is refused" {
    local option
    for option in --use=0:0 --group=none --kee=none --no-new --no-new-priv --lock --no-login \
        --chown --close --stric --dry --js --stat --dec=1 --list --verb --quie --hel --vers; do
        refuses options "${option%%=*}" "$option"
    done
}

@test "an option in the wrong case is refused" {
    refuses options '' --USER=0:0
    refuses options '' --Strict
    refuses options '' -U 0:0
    refuses options '' -K none
    refuses options '' -N
    refuses options '' -Q
}

@test "dry-run has no short letter" {
    refuses options '-d' -d
}

@test "options stop at the first argument that is not an option" {
    attempt "$CAPWRAP" printf '<%s>' --user -k --nope -- --
    assert_success
    assert_output '<--user><-k><--nope><--><-->'
}

@test "options stop at a double dash" {
    attempt "$CAPWRAP" -- printf '<%s>' --user -k --nope --
    assert_success
    assert_output '<--user><-k><--nope><-->'
}

@test "after a double dash an argument with dashes is the program" {
    attempt -127 "$CAPWRAP" -- --user
    failed_with 127 program '--user'
}

@test "a single dash is the program, not an option" {
    attempt -127 "$CAPWRAP" -
    failed_with 127 program
}

@test "an empty command line is refused" {
    attempt "$CAPWRAP"
    refused options
}

@test "options without COMMAND are refused" {
    attempt "$CAPWRAP" --
    refused options
    attempt "$CAPWRAP" --no-new-privs
    refused options
    attempt "$CAPWRAP" --keep none --
    refused options
    attempt "$CAPWRAP" --dry-run
    refused options
    attempt "$CAPWRAP" --dry-run --json --
    refused options
}

@test "an empty COMMAND is a program that is not found" {
    attempt -127 "$CAPWRAP" -- ''
    failed_with 127 program
    attempt -127 "$CAPWRAP" ''
    failed_with 127 program
}

# ---- values ----

@test "an option that takes a value is refused without one" {
    local option
    for option in --user --groups --keep --decode -u -G -k; do
        echo "case: $option"
        attempt "$CAPWRAP" "$option"
        refused options "$option"
    done
    attempt "$CAPWRAP" -nk
    refused options '-k'
}

@test "a value is taken from the next argument, after =, or directly after the letter" {
    local self
    self=$(id -u):$(id -g)
    accepts --keep none
    accepts --keep=none
    accepts -k none
    accepts -knone
    accepts --user "$self" --groups keep
    accepts "--user=$self" --groups=keep
    accepts -u "$self" -G keep
    accepts "-u$self" -Gkeep
}

@test "directly after an option letter, = is part of the value" {
    refuses keep '=none' -k=none
}

@test "short letters may stand together, the last one with a value" {
    accepts -nq
    accepts -nqk none
    accepts -nqknone
    accepts -nv
    attempt "$CAPWRAP" -nknone "$PROBE" --only no_new_privs
    assert_success
    assert_output 'no_new_privs=1'
}

@test "an option does not take an option as its value, except after = or its letter" {
    refuses options "'--strict' is an option" --keep --strict
    refuses options "'--' ends the options" -k --
    refuses options "'-n' is an option" -u -n
    refuses options "'-n' is an option" -G -n
    refuses options "'--nope' is an option" -G --nope
    refuses keep "'--strict' is not a capability" --keep=--strict
    refuses groups '-n' -G-n
    refuses user '-1' --user -1
}

@test "a flag is refused with a value" {
    local flag
    local -a flags
    mapfile -t flags < <(listed flags)
    ((${#flags[@]} > 10)) || fail "--help lists ${flags[*]}"
    for flag in "${flags[@]}"; do
        refuses options "$flag" "$flag=1"
        refuses options "$flag" "$flag="
    done
}

@test "an empty value is refused" {
    local option
    local -a values
    mapfile -t values < <(listed values)
    ((${#values[@]} > 3)) || fail "--help lists ${values[*]}"
    for option in "${values[@]}" --status; do
        refuses options "the value of $option.* is empty" "$option="
    done
    for option in "${values[@]}" -u -G -k; do
        refuses options "the value of .*$option.* is empty" "$option" ''
    done
}

# ---- what may be given once, and what excludes each other ----

@test "a repeated --user is refused, also with the same value" {
    refuses user '--user' -u 0:0 -u 0:0
    refuses user '--user' --user=1:1 -u 2:2
}

@test "a repeated --groups is refused, also with the same value" {
    refuses groups '--groups' -G none -G none
    refuses groups '--groups' --groups=keep -G init
}

@test "none and all do not mix with names, with each other, or across options" {
    local list
    for list in none,chown chown,none all,chown chown,all none,all all,none none,5 5,all; do
        refuses '(options|keep)' '' --keep "$list"
    done
    refuses '(options|keep)' '' -k none -k chown
    refuses '(options|keep)' '' -k chown -k none
    refuses '(options|keep)' '' -k all -k chown
    refuses '(options|keep)' '' -k chown -k all
    refuses '(options|keep)' '' -k none -k all
    refuses '(options|keep)' '' -k all -k none
}

@test "none and keep do not mix with groups" {
    local list
    for list in none,5 5,none keep,5 5,keep none,keep init,none; do
        refuses '(options|groups)' '' --groups "$list"
    done
}

@test "--json is refused without a mode that reports" {
    refuses options '--json' --json
    refuses options '--json' --json -n
}

@test "the modes that only inspect exclude each other, the transition and COMMAND" {
    local mode other
    local -a others
    # -h and -V come first, whatever else is given; --json is valid with --status
    mapfile -t others < <(listed flags | grep -vxE -- '--(help|version|json)')
    for mode in --status --status=1 --decode=1 --list-caps; do
        refuses options '' "$mode"
        for other in --status --decode=2 --user=0:0 --keep=none --groups=none "${others[@]}"; do
            [[ ${mode%%=*} != "$other" && "$mode $other" != "--list-caps --verbose" ]] || continue
            echo "case: $mode $other"
            attempt "$CAPWRAP" "$mode" "$other"
            refused options
        done
    done
}

# ---- --keep ----

@test "an unknown capability is refused and named" {
    local word
    for word in NOPE CAP_NOPE CAP_ cap_cap_chown CHOWN_ _CHOWN CHOWNX CHOW 'CAP CHOWN' cap_0 cap_5 CAP_63 cap_cap_5 \
        ' chown' 'chown ' $'chown\n' $'\tchown' cap-chown cháwn '*' -1 +5 05 00 0x5 5x 1e1 64 255 \
        4294967296 4294967301 18446744073709551616 18446744073709551621; do
        refuses keep '' --keep "$word"
    done
    refuses keep 'NOPE' --keep NOPE
    refuses keep 'NOPE' --keep chown,NOPE,kill
}

@test "an empty element in --keep is refused" {
    local list
    for list in , chown, ,chown chown,,kill none, ,none all, ', ,'; do
        refuses keep '' --keep "$list"
    done
}

@test "a capability that this kernel does not have is refused" {
    local count
    count=$(($(cat /proc/sys/kernel/cap_last_cap) + 1))
    ((count < 64))
    refuses keep "$count" --keep "$count"
    refuses keep 63 --keep 63
}

# ---- numbers ----

bad_numbers=(4294967295 4294967296 4294967297 18446744073709551615 18446744073709551616
    99999999999999999999999999 -1 -0 +5 +0 010 00 01 0x10 0X10 0b1 5x 5. 5.0 5e1 ' 5' '5 ' $'5\n'
    $'\t5' '5 5' "5'" '٣' '５' '1_000' "1'000")

@test "a uid is strict decimal and fits: every other spelling is refused" {
    local number
    for number in "${bad_numbers[@]}"; do
        refuses '(user|options)' '' --user "$number"
        refuses '(user|options)' '' --user "$number:1"
    done
}

@test "a gid is strict decimal and fits: every other spelling is refused" {
    local number
    for number in "${bad_numbers[@]}"; do
        refuses '(user|groups?|options)' '' --user "1:$number"
        refuses '(groups|options)' '' --groups "$number"
        refuses '(groups|options)' '' --groups "1,$number"
        refuses '(groups|options)' '' --groups "$number,1"
    done
}

@test "an empty or additional part of USER:GROUP is refused" {
    local word
    for word in : root: :root :0 0: :: root:: root::0 root:0: root:root:root 0:0:0 a:b:c ':0:0'; do
        refuses user 'USER:GROUP' --user "$word"
    done
    for word in ' :0' '0: ' ' ' ' : '; do
        refuses user '' --user "$word"
    done
}

@test "an empty element in --groups is refused" {
    local list
    for list in , 1, ,1 1,,2 none, ,none ' '; do
        refuses '(groups|options)' '' --groups "$list"
    done
}

@test "an unknown user is refused and named" {
    refuses user 'no-such-user' --user no-such-user
    refuses user 'no-such-user' --user no-such-user:root
}

@test "an unknown group is refused and named" {
    refuses '(user|groups?)' 'no-such-group' --user root:no-such-group
    refuses groups 'no-such-group' --groups no-such-group
    refuses groups 'no-such-group' --groups root,no-such-group
}

# ---- what reaches the terminal ----

# raw_free: what capwrap printed has no control byte except the line feed, not even the two-byte
# form of a C1 control.
raw_free() {
    if LC_ALL=C grep -qP '[\x00-\x09\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' <<<"$stderr"; then
        fail "a control character came through: $(cat -v <<<"$stderr")"
    fi
}

@test "control characters in what was typed do not reach the terminal" {
    local evil=$'x\e[31m\x07\x7f\r\xc2\x9b31my'
    refuses user '' --user "$evil"
    raw_free
    refuses '(user|groups?)' '' --user "root:$evil"
    raw_free
    refuses groups '' --groups "$evil"
    raw_free
    refuses keep '' --keep "$evil"
    raw_free
    refuses options '' "--$evil"
    raw_free
    refuses options '' $'-\e'
    raw_free
    attempt "$CAPWRAP" --decode="$evil"
    refused decode
    raw_free
    attempt "$CAPWRAP" --status="$evil"
    refused status
    raw_free
    attempt -127 "$CAPWRAP" -- "$evil"
    failed_with 127 program
    raw_free
    attempt -127 "$CAPWRAP" -- "/$evil"
    failed_with 127 program
    raw_free
}

@test "a line feed in what was typed cannot forge a second message" {
    refuses user '' --user $'x\ncapwrap: user: forged'
    refuses keep '' --keep $'x\ncapwrap: keep: forged'
    attempt -127 "$CAPWRAP" -- $'x\ncapwrap: note: forged'
    failed_with 127 program
    refute_regex "$stderr" $'\ncapwrap: note: forged'
}

@test "a word of any length and any bytes is refused in one error" {
    local long
    long=$(printf 'x%.0s' {1..100000})
    refuses user '' --user "$long"
    refuses groups '' --groups "$long"
    refuses keep '' --keep "$long"
    refuses options '' "--$long"
    refuses '(user|options)' '' --user "$(printf '9%.0s' {1..5000}):1"
    refuses user '' --user $'\xff\xfe'
    refuses user '' --user '%s%n%s%n'
}
