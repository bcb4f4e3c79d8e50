#!/usr/bin/env bats
# --umask: the file mode creation mask of the program.

# shellcheck disable=SC2034,SC2154 # run sets output and stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    umask 022
}

# lies INJECTION: capwrap sets the mask $MASK while strace changes what umask answers.
lies() {
    attempt strace -qq -o "$PUBLIC/trace" -e trace=umask -e "inject=umask:$1" \
        "$CAPWRAP" --user 1000:1000 --umask "${MASK-027}" -- "${MARKED[@]}"
}

@test "the program has the requested mask" {
    local word
    for word in 027 0027 27; do
        runs --umask "$word" -- "$PROBE"
        assert_line umask=0027
    done
    runs --umask 0 -- "$PROBE"
    assert_line umask=0000
    runs --umask=0777 --user 1000:1000 --keep NET_RAW --no-new-privs -- "$PROBE"
    assert_line umask=0777
}

@test "an ordinary user's program also gets the mask, also one that is already set" {
    FROM=("${ORDINARY[@]}" --)
    runs --umask 077 -- "$PROBE"
    assert_line umask=0077
    runs --umask 022 -- "$PROBE"
    assert_line umask=0022
}

@test "without --umask the mask stays the caller's" {
    umask 0135
    runs --user 1000:1000 -- "$PROBE"
    assert_line umask=0135
}

@test "files are created with the mask" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    runs --user 1000:1000 --umask 0137 -- /bin/sh -c '>"$0/new" && exec "$1"' "$PUBLIC" "$PROBE"
    assert_equal "$(stat -c %a "$PUBLIC/new")" 640
}

@test "an argument that is not a mask, and a repeated option, are refused" {
    local word
    for word in 8 08 1000 07777 00027 -1 +27 0x17 0o27 u=rwx ' 27' '27 ' 27,27 \
        18446744073709551639; do
        refuses umask usage "'${word/+/[+]}' is not a mask: 1 to 4 octal digits, at most 0777" -- --umask "$word"
    done
    refuses umask usage '--umask was given twice' -- --umask 027 --umask 027
    hint_says 'leave out one of the two'
}

@test "the report names the mask, and so does its document" {
    dry_run --user 1000:1000 --umask 27 -- "$PROBE"
    assert_equal "$(jq -r '.program.umask, (.steps[].name | select(. == "umask"))' <<<"$output")" \
        0027$'\n'umask
    attempt "$CAPWRAP" --dry-run --user 1000:1000 --umask 27 -- "$PROBE"
    assert_line '  umask         0027'
    dry_run --user 1000:1000 -- "$PROBE"
    assert_equal "$(jq -r '.program.umask' <<<"$output")" null
}

@test "a umask that is reported as set but was not set is noticed, whichever call is false" {
    # The step, and the two calls of its reader: each alone, and all of them with one answer.
    local first when
    lies error=EPERM:when=1000
    assert_success
    first=$(($(grep -c '^umask(' "$PUBLIC/trace") - 2)) # before the probe's own, which are two
    rm -f "$MARKER"
    lies "retval=18:when=$((first - 2))"
    refused verify 'the umask is not 027'
    lies "retval=18:when=$((first - 1))"
    refused verify 'the umask is not 027'
    lies "retval=23:when=$first"
    refused verify 'the umask is not 027'
    for when in $((first - 1)) "$first"; do
        lies "error=EPERM:when=$when"
        refused verify 'umask.*: Operation not permitted'
    done
    MASK=022 lies "retval=18:when=$((first - 2))+"
    refused verify 'the umask is not 022'
    MASK=0 lies "retval=0:when=$((first - 2))+"
    refused verify 'the umask is not 00'
}

@test "a umask(2) that fails is an error" {
    attempt strace -qq -o "$PUBLIC/trace" -e trace=umask -e inject=umask:error=EPERM \
        "$CAPWRAP" --user 1000:1000 --no-login-env --umask 027 -- "${MARKED[@]}"
    refused umask 'umask: Operation not permitted'
    hint_says 'seccomp'
}
