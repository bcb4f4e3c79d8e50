#!/usr/bin/env bats
# `capwrap -- COMMAND` at a prompt: no option, no privilege needed. The tests start from the
# prompt of an ordinary user, from root as well as from that user.

# shellcheck disable=SC2154,SC2016 # run sets output and stderr; quoted words expand in an inner shell
load ../../support/common
load ../../support/states

# prompt [-STATUS] CMD...
prompt() {
    local -a expected=()
    if [[ $1 =~ ^-[0-9]+$ ]]; then
        expected=("$1")
        shift
    fi
    attempt "${expected[@]}" "${AS_ORDINARY[@]}" "$@"
}

@test "an ordinary user's program needs no option and no privilege, and the bounding set stays, with one note" {
    FROM=("${AS_ORDINARY[@]}")
    runs -- "$PROBE"
    is_user "$ORDINARY_UID" "$ORDINARY_GID" "$ORDINARY_GROUPS"
    assert_line "permitted=$(mask)"
    assert_line "effective=$(mask)"
    assert_line "inheritable=$(mask)"
    assert_line "ambient=$(mask)"
    noted bounding
    assert_line "bounding=$("${FROM[@]}" "$PROBE" --only bounding | cut -d= -f2)"
    refute_line "bounding=$(mask)"
}

@test "-q suppresses the note, and changes nothing else" {
    prompt "$CAPWRAP" -q -- "$PROBE" --only bounding
    assert_success
    refute_output "bounding=$(mask)"
    quiet
    prompt -127 "$CAPWRAP" -q -- /nowhere/at/all
    failed_with 127 program '/nowhere/at/all'
    prompt "$CAPWRAP" -q --nope
    refused options
}

@test "--strict turns the note into an error" {
    prompt "$CAPWRAP" --strict -- "${MARKED[@]}"
    refused bounding
    prompt "$CAPWRAP" --strict -q -- "${MARKED[@]}"
    refused bounding
    prompt "$CAPWRAP" --strict --no-new-privs -- "${MARKED[@]}"
    refused bounding
}

@test "with --no-new-privs the note stays and the program has the flag" {
    prompt "$CAPWRAP" --no-new-privs -- "$PROBE" --only no_new_privs,bounding
    noted 'bounding'
    assert_line 'no_new_privs=1'
}

@test "without --no-new-privs no_new_privs is not set" {
    prompt "$CAPWRAP" -- "$PROBE" --only no_new_privs
    assert_success
    assert_output 'no_new_privs=0'
}

@test "HOME, USER and LOGNAME stay when no user is named" {
    prompt env HOME=/some/where USER=me LOGNAME=too "$CAPWRAP" -q -- "$PROBE" --only home,user,logname
    assert_output "$(printf '%s\n' home=/some/where user=me logname=too)"
    quiet
}

@test "an ordinary user cannot become another one" {
    local user uid=$ORDINARY_UID gid=$ORDINARY_GID
    for user in root 0:0 1:1 nobody "$((uid + 1)):$gid" "$uid:$((gid + 1))" "$uid:0"; do
        echo "case: $user"
        prompt "$CAPWRAP" --user "$user" -- "${MARKED[@]}"
        refused '(bounding|groups|gid|uid)' 'SET[UG]ID.*not permitted'
    done
}

@test "an ordinary user cannot take a group" {
    local groups
    for groups in root 0 "$((ORDINARY_GID + 1))" none; do
        echo "case: $groups"
        prompt "$CAPWRAP" --groups "$groups" -- "${MARKED[@]}"
        refused '(bounding|groups)' 'SETGID.*not permitted'
    done
}

@test "--user with the ids of the caller needs no privilege" {
    prompt "$CAPWRAP" -q --user "$ORDINARY_UID:$ORDINARY_GID" --groups keep -- "$PROBE"
    is_user "$ORDINARY_UID" "$ORDINARY_GID" "$ORDINARY_GROUPS"
    quiet
}

@test "a capability that an ordinary user does not hold is refused, never dropped silently" {
    prompt "$CAPWRAP" --keep net_bind_service -- "${MARKED[@]}"
    refused keep NET_BIND_SERVICE
    prompt "$CAPWRAP" --keep chown,net_raw -- "${MARKED[@]}"
    refused keep 'CHOWN.*NET_RAW'
}

@test "--keep all at an ordinary prompt keeps all that is permitted: nothing" {
    prompt "$CAPWRAP" -q --keep all -- "$PROBE"
    assert_success
    assert_line "permitted=$(mask)"
    assert_line "ambient=$(mask)"
    quiet
}

@test "--lock-securebits at an ordinary prompt is refused" {
    prompt "$CAPWRAP" --lock-securebits -- "${MARKED[@]}"
    refused securebits
}

# ---- exec in place ----

@test "the program has the same process id" {
    attempt bash -c 'echo "pid=$$"; exec "$@"' sh "$CAPWRAP" -q -- "$PROBE" --only pid
    assert_success
    assert_equal "${#lines[@]}" 2
    assert_equal "${lines[0]}" "${lines[1]}"
}

@test "the program has the same parent" {
    attempt bash -c 'echo "ppid=$PPID"; exec "$@"' sh "$CAPWRAP" -q -- "$PROBE" --only ppid
    assert_success
    assert_equal "${#lines[@]}" 2
    assert_equal "${lines[0]}" "${lines[1]}"
}

@test "the exit status is the program's own" {
    local n
    for n in 0 1 2 42 99 124 125 126 127 128 255; do
        attempt "-$n" "$CAPWRAP" -q -- "$PROBE" --only argc --exit "$n"
        assert_equal "$status" "$n"
        quiet
    done
}

@test "a program that a signal terminates has that signal in its wait status" {
    local signal
    # not INT and HUP: a shell that runs the tests in the background may have ignored them
    for signal in TERM KILL SEGV USR1; do
        attempt "$CAPWRAP" -q -- bash -c "ulimit -c 0; kill -$signal \$\$; sleep 5"
        assert_equal "$status" $((128 + $(kill -l "$signal")))
    done
}

@test "a signal sent to the process reaches the program's handler" {
    "$CAPWRAP" -q -- bash -c 'trap "exit 23" USR1; echo ready >"$1"; while :; do sleep 0.05; done' \
        sh "$PUBLIC/ready" 3>&- &
    local pid=$!
    until [[ -s $PUBLIC/ready ]]; do
        kill -0 "$pid"
        sleep 0.05
    done
    kill -USR1 "$pid"
    status=0
    wait "$pid" || status=$?
    assert_equal "$status" 23
}

@test "ignored signals and the signal mask are inherited unchanged" {
    attempt bash -c 'trap "" HUP USR2; exec "$@"' sh "$CAPWRAP" -q -- \
        grep -E '^Sig(Blk|Ign)' /proc/self/status
    assert_success
    local through=$output
    attempt bash -c 'trap "" HUP USR2; exec "$@"' sh grep -E '^Sig(Blk|Ign)' /proc/self/status
    assert_equal "$through" "$output"
}

@test "working directory, umask, limits and nice value are inherited unchanged" {
    local account='pwd; umask; ulimit -a; nice'
    mkdir "$PUBLIC/here"
    attempt bash -c "cd '$PUBLIC/here'; umask 0137; ulimit -n 77; exec nice -n 7 \"\$@\"" sh \
        "$CAPWRAP" -q -- bash -c "$account"
    assert_success
    local through=$output
    attempt bash -c "cd '$PUBLIC/here'; umask 0137; ulimit -n 77; exec nice -n 7 \"\$@\"" sh \
        bash -c "$account"
    assert_equal "$through" "$output"
}

@test "the program receives its arguments byte for byte" {
    local words=('' ' ' $'\n' $'\xff\xfe' '--' '-u' "it's" '$(x)' '*' 'å')
    attempt "$CAPWRAP" -q -- printf '[%s]' "${words[@]}"
    assert_output "$(printf '[%s]' "${words[@]}")"
    attempt "$CAPWRAP" -q "$PROBE" --only argc,argv0 a b -- c
    assert_line "argv0=$PROBE"
    assert_line argc=7
}

@test "without --user the program receives the environment byte for byte" {
    attempt env -i A=1 B= "C=x y" $'D=\xff' HOME=/h "$CAPWRAP" -q -- /usr/bin/env -0
    assert_success
    local through
    through=$(env -i A=1 B= "C=x y" $'D=\xff' HOME=/h "$CAPWRAP" -q -- /usr/bin/env -0 | od -c)
    assert_equal "$through" "$(env -i A=1 B= "C=x y" $'D=\xff' HOME=/h /usr/bin/env -0 | od -c)"
}

@test "an environment variable does not configure capwrap" {
    local plain through
    attempt "$CAPWRAP" -q -- "$PROBE" --only no_new_privs,bounding,securebits,groups
    plain=$output
    attempt env CAPWRAP_KEEP=all CAPWRAP_USER=root CAPWRAP_OPTIONS=-n CAPWRAP=-n POSIXLY_CORRECT=1 \
        "$CAPWRAP" -q -- "$PROBE" --only no_new_privs,bounding,securebits,groups
    through=$output
    assert_equal "$plain" "$through"
}

@test "no descriptor of capwrap itself reaches the program" {
    local through
    attempt "$CAPWRAP" -q -- "$PROBE" --only fds
    through=$output
    attempt "$PROBE" --only fds
    assert_equal "$through" "$output"
}

# ---- streams ----

@test "standard output has only the program's bytes, also with -v and with a note" {
    prompt "$CAPWRAP" -v -- printf 'only this'
    assert_success
    assert_output 'only this'
    prompt "$CAPWRAP" -- printf 'only this'
    assert_output 'only this'
}

@test "a refusal writes nothing to standard output" {
    attempt "$CAPWRAP" --nope
    refused options
    assert_output ''
    attempt "$CAPWRAP" -v --keep nope -- true
    refused keep
    assert_output ''
    attempt -127 "$CAPWRAP" -v -- /nowhere
    assert_output ''
}

@test "standard input is the program's own" {
    run bash -c 'printf "a\nb\n" | "$1" -q -- cat' sh "$CAPWRAP"
    assert_output $'a\nb'
}

@test "-v prints each step on standard error" {
    prompt "$CAPWRAP" -v -- true
    assert_success
    assert_output ''
    grep -q '^capwrap: program: ' <<<"$stderr"
    ((${#stderr_lines[@]} > 1))
    ! grep -v '^capwrap: ' <<<"$stderr" || fail "a line that does not say who speaks"
}

# ---- 125, 126 and 127 ----

@test "127 means that the program was not found" {
    attempt -127 "$CAPWRAP" -q -- /nowhere/at/all
    failed_with 127 program '/nowhere/at/all'
    attempt -127 "$CAPWRAP" -q -- no-such-program-anywhere
    failed_with 127 program 'no-such-program-anywhere'
    attempt -127 "$CAPWRAP" -q -- "$PUBLIC/no/such/folder"
    failed_with 127 program
}

@test "126 means that the program was found and cannot be executed" {
    printf '#!/bin/sh\n' >"$PUBLIC/not-executable"
    attempt "$CAPWRAP" -q -- "$PUBLIC/not-executable"
    failed_with 126 program 'not-executable'
    mkdir "$PUBLIC/folder"
    attempt "$CAPWRAP" -q -- "$PUBLIC/folder"
    failed_with 126 program 'folder'
    printf 'echo "$$" >%s\n' "$MARKER" >"$PUBLIC/no-shebang"
    chmod 755 "$PUBLIC/no-shebang"
    attempt "$CAPWRAP" -q -- "$PUBLIC/no-shebang"
    failed_with 126 '(program|exec)' 'no-shebang'
}

@test "125 means that capwrap refused and nothing ran" {
    attempt "$CAPWRAP" --user no-such-user -- "${MARKED[@]}"
    refused user
}

@test "a refusal comes before the program is looked for" {
    attempt "$CAPWRAP" --user no-such-user -- /nowhere
    refused user
    attempt "$CAPWRAP" --keep nope -- /nowhere
    refused keep
}
