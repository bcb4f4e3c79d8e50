#!/usr/bin/env bats
# The report, as text and as JSON (docs/learn.schema.json).

# shellcheck disable=SC2154 # bats sets output and stderr
load ../../support/common
load learn

setup() {
    require_root
    cd "$PUBLIC" || return
}

# valid: asserts that the schema accepts the report, and rejects it with any key added or removed.
valid() {
    run "$SRC_DIR/tests/source/docs/validate.py" --strict learn.schema.json <"$LEARNED"
    echo "$output"
    assert_success
    assert_equal "$(wc -l <"$LEARNED")" 1
}

@test "the report of a watched run is valid" {
    learned -- sh -c "$ASKS raw; cat /etc/shadow"
    assert_success
    valid
}

@test "the report of a search is valid, with and without a watch" {
    learned --verify --check NET_RAW -- sh -c "$ASKS raw && ps >/dev/null"
    assert_success
    valid
    learned --no-trace --check none -- "$ASKS" raw
    assert_failure 1
    valid
}

@test "the report of a result that was not confirmed is valid" {
    learned --verify --test false --timeout 1 -- true
    assert_failure 2
    valid
}

@test "the report is valid whatever the arguments of the command contain" {
    # shellcheck disable=SC2016
    learned -u 4000:4000 -- printf '%s' $'a"b\\c\n\e[31m\xff' "" '$HOME'
    assert_success
    valid
    assert_equal "$(told .user)" 4000
    assert_equal "$(told '.command[2]')" $'a"b\\c\n\e[31m\xef\xbf\xbd'
}

@test "the text goes to standard error and fits 80 columns, except the line that learns again" {
    attempt "$CAPWRAP_LEARN" -v -- sh -c "$ASKS raw; ps >/dev/null; true"
    assert_success
    assert_regex "$stderr" $'\n  needs +'
    run sed '$d' <<<"$stderr"
    run awk 'length > 80' <<<"$output"
    assert_output ""
}

@test "the answer comes first, and the text contains no configuration" {
    attempt "$CAPWRAP_LEARN" --verify -- "$ASKS" raw
    assert_success
    run sed '1{/^capwrap-learn: at most/d}' <<<"$stderr"
    assert_line --index 0 "capwrap-learn: $ASKS"
    assert_line --index 1 "  needs     NET_RAW"
    assert_line --index 2 --regexp "^  state     confirmed: "
    refute_output --regexp 'ENTRYPOINT|apiVersion|ExecStart|services:'
}

@test "what is needed comes first; what is ignored is shown only with -v" {
    attempt "$CAPWRAP_LEARN" --verify -- sh -c "$ASKS raw && ps >/dev/null"
    run grep -E '^  [A-Z_]+: ' <<<"$stderr"
    assert_line --index 0 --regexp '^  NET_RAW: needed: '
    assert_line --index 1 --regexp '^  [A-Z_]+: not needed: '
    refute_output --partial ignored
    attempt "$CAPWRAP_LEARN" -v -- true
    assert_regex "$stderr" '  SYS_ADMIN: ignored: '
}

@test "each capability that was left out has one line; -v adds the calls that asked for it" {
    attempt "$CAPWRAP_LEARN" --verify -- sh -c "$ASKS raw && ps >/dev/null"
    assert_success
    run grep -cE '^ +ps: ' <<<"$stderr"
    assert_output 0
    attempt "$CAPWRAP_LEARN" --verify -v -- sh -c "$ASKS raw && ps >/dev/null"
    assert_regex "$stderr" $'\n  SYS_PTRACE: not needed: [^\n]+\n +ps: '
}

# ---- the formats ----

FORMATS=(capwrap dockerfile compose kubernetes systemd)

@test "each format equals that of the JSON document, after comments only" {
    local format
    learned -- "$ASKS" raw
    for format in "${FORMATS[@]}"; do
        attempt "$CAPWRAP_LEARN" --format "$format" -o - -- "$ASKS" raw
        assert_success
        assert_equal "$(sed -n 1p <<<"$output")" '# capwrap-learn: needs NET_RAW (observed)'
        [[ $output == *$'\n'"$(told ".snippets.$format")" ]] || fail "$format: $output"
        run sed -n '/^# capwrap-learn/,/^[^#]/p' <<<"${output%"$(told ".snippets.$format")"}"
        refute_line --regexp '^[^#]'
    done
}

@test "a configuration states the limits of what was learned" {
    attempt "$CAPWRAP_LEARN" --format compose -o - -- "$ASKS" raw
    assert_success
    assert_regex "$output" $'\n# - less may be enough: --verify finds out'
}

@test "the text ends with a line that prints a configuration" {
    # shellcheck disable=SC2016
    attempt "$CAPWRAP_LEARN" -o "$PUBLIC/report" --check none --verify -- sh -c "$ASKS raw" 'a b' '$c'
    assert_failure 1
    attempt bash -c "PATH=${CAPWRAP_LEARN%/*}:\$PATH; $(tail -n 1 "$PUBLIC/report")"
    assert_success
    assert_regex "$stderr" 'ENTRYPOINT \["capwrap", "--user", '
    # shellcheck disable=SC2016
    assert_regex "$stderr" 'CMD \["sh", "-c", ".* raw", "a b", "\$c"\]'
}

@test "a program that failed gets no configuration, and the exit status is unchanged" {
    local format
    learned -- sh -c 'exit 3'
    assert_success
    valid
    assert_equal "$(told .snippets)" null
    for format in "${FORMATS[@]}"; do
        attempt "$CAPWRAP_LEARN" --format "$format" -o - -- sh -c 'exit 3'
        assert_success
        assert_regex "$output" '^# capwrap-learn: no [A-Za-z ]+: the program failed'
        run grep -v '^#' <<<"$output"
        assert_output ""
    done
    attempt "$CAPWRAP_LEARN" -- sh -c 'exit 3'
    assert_regex "$stderr" $'\nNo configuration is offered: the program failed\\.$'
}

@test "a result that was not confirmed gets no configuration, and status 2" {
    local format
    local never=$'false "a\nUSER 0:0"' # of two lines
    learned --verify --test "$never" --timeout 1 -- true
    assert_failure 2
    valid
    assert_equal "$(told .snippets)" null
    for format in "${FORMATS[@]}"; do
        attempt "$CAPWRAP_LEARN" --format "$format" -o - --test "$never" --timeout 1 -- true
        assert_failure 2
        assert_regex "$output" '^# capwrap-learn: no [A-Za-z ]+: the program was not confirmed to work'
        assert_regex "$output" $'\n# - '
        run grep -v '^#' <<<"$output"
        assert_output ""
    done
}

@test "with -o - standard output contains only the report, whatever else is written there" {
    attempt "$CAPWRAP_LEARN" --verify --json -o - --reset 'echo reset; rm -f up' --test 'echo test; [ -e up ]' -- \
        sh -c "echo program; echo daemon & $ASKS raw && echo >up; sleep 60"
    assert_success
    assert_equal "$(jq -r .state <<<"$output")" confirmed
    assert_equal "$(wc -l <<<"$output")" 1
    assert_regex "$stderr" program
    assert_regex "$stderr" daemon
    attempt "$CAPWRAP_LEARN" -o - -- sh -c 'echo program'
    assert_success
    assert_line --index 0 'capwrap-learn: sh'
    refute_line program
    assert_equal "$stderr" program
}

@test "a program does not inherit the standard output of the report" {
    # shellcheck disable=SC2016
    attempt bash -c 'exec "$@" >taken' sh "$CAPWRAP_LEARN" -o - -- sh -c 'readlink /proc/$$/fd/*'
    assert_success
    refute [ -z "$stderr" ]
    run grep -F taken <<<"$stderr"
    assert_output ""
}

@test "standard output that cannot be written to is refused before anything is started" {
    attempt bash -c 'exec "$@" >&-' sh "$CAPWRAP_LEARN" --json -o - -u root -- touch started
    assert_failure 125
    assert_regex "$stderr" '^capwrap-learn: output: standard output cannot be opened: Bad file descriptor
  hint: [^
]+$'
    attempt bash -c 'exec "$@" 1</dev/null' sh "$CAPWRAP_LEARN" --json -o - -u root -- touch started
    assert_failure 125
    assert_regex "$stderr" '^capwrap-learn: output: standard output cannot be opened: Bad file descriptor'
    refute [ -e started ]
}

@test "a full standard output ends with 125, and the report goes to standard error" {
    attempt bash -c 'exec "$@" >/dev/full' sh "$CAPWRAP_LEARN" --json -o - -- true
    assert_failure 125
    assert_regex "$stderr" $'\n  needs +no capability'
    assert_regex "$stderr" 'output: standard output cannot be written: '
}

# refusal STATUS ARGUMENT...: asserts that capwrap-learn ARGUMENT... exits with this status and prints one object, in
# $output, that the schema accepts and that contains the error of standard error.
refusal() {
    local wanted=$1
    shift
    attempt "$CAPWRAP_LEARN" "$@"
    assert_equal "$status" "$wanted"
    run "$SRC_DIR/tests/source/docs/validate.py" --strict learn-error.schema.json <<<"$output"
    assert_success
    attempt "$CAPWRAP_LEARN" "$@"
    assert_equal "${#lines[@]}" 1
    assert_equal "$(jq -r '.outcome, .exit' <<<"$output")" $'refused\n'"$wanted"
    assert_equal "${stderr_lines[*]: -2:1}" \
        "capwrap-learn: $(jq -r '"\(.error.step): \(.error.text)"' <<<"$output")"
    assert_equal "${stderr_lines[*]: -1}" "  hint: $(jq -r .error.hint <<<"$output")"
}

@test "an error of --format json is an object on standard output with -o -, whatever the error is" {
    refusal 125 --json -o - --nope
    assert_equal "$(jq -r '.error | .step, .code, .errno' <<<"$output")" $'options\nusage\nnull'
    refusal 125 -o - --format json --timeout 0 -- true
    refusal 125 --json -o - -u no-such-user -- true
    assert_equal "$(jq -r .error.code <<<"$output")" unknown-user
    refusal 125 --json -o - --test true -- true
    refusal 127 --json -o - -- no-such-program
    assert_equal "$(jq -r '.error | .code, .errno' <<<"$output")" $'not-found\nENOENT'
    refusal 127 --json -o - root id
    assert_equal "$(jq -r .error.hint <<<"$output")" \
        'root is a user: did you mean capwrap-learn --json -o - --user root -- id'
    refusal 126 --json -o - -- /etc
    refusal 125 --json -o - --pid 4194304
    refusal 125 --json -o - --pid $$ --runs /no/such
    assert_equal "$(jq -r '.error | .code, .errno' <<<"$output")" $'system-call\nENOENT'
}

@test "an error of --format json is in the file of -o once it was opened; wrong usage leaves the file unchanged" {
    echo before >report
    attempt "$CAPWRAP_LEARN" --json -o report --nope
    assert_failure 125
    assert_output ''
    assert_equal "$(<report)" before
    attempt "$CAPWRAP_LEARN" --json -o report -- no-such-program
    assert_failure 127
    assert_output ''
    assert_equal "$(jq -r .error.code report)" not-found
}

@test "without --format json, or without a destination, an error is not printed as an object" {
    local words
    for words in "-o - --nope" "--format text -o - --nope" "--json --nope" "-o - -- no-such-program" "--json true"; do
        # shellcheck disable=SC2086 # several words
        attempt "$CAPWRAP_LEARN" $words
        assert_output ''
        assert_equal "${#stderr_lines[@]}" 2
    done
    attempt bash -c 'exec "$@" >&-' sh "$CAPWRAP_LEARN" --json -o - -- true
    assert_equal "${#stderr_lines[@]}" 2
}

@test "an unknown format ends with 125, one error and one hint, and nothing is started" {
    attempt "$CAPWRAP_LEARN" --format xml -u root -- touch started
    assert_failure 125
    assert_equal "${stderr_lines[0]}" "capwrap-learn: options: --format: 'xml' is not a format"
    assert_equal "${stderr_lines[1]}" \
        '  hint: write one of text, json, capwrap, dockerfile, compose, kubernetes and systemd'
    refute [ -e started ]
}

@test "USER in the place of COMMAND: the hint is the command with --user, of capwrap-learn" {
    run -127 --separate-stderr "$CAPWRAP_LEARN" --timeout 5 www-data id
    assert_equal "${stderr_lines[1]}" \
        '  hint: www-data is a user: did you mean capwrap-learn --timeout 5 --user www-data -- id'
    run -127 --separate-stderr "$CAPWRAP_LEARN" --user www-data daemon id
    assert_equal "${stderr_lines[1]}" '  hint: check the name and PATH, or give the whole path'
}

@test "what an ordinary user may not do: the hint names capwrap-learn and its options" {
    attempt as_user 1500 1500 -- "$CAPWRAP_LEARN" --no-trace --user www-data -- true
    assert_failure 125
    assert_equal "${stderr_lines[-1]}" '  hint: run capwrap-learn as root, or leave out --user'
    attempt as_user 1500 1500 -- "$CAPWRAP_LEARN" --no-trace --user 1500:1501 -- true
    assert_equal "${stderr_lines[-1]}" '  hint: run capwrap-learn as root, or leave out --user'
}

# ---- systemd's User= ----

# unit USER FILES COMMAND...: prints the unit for a user of these database files, "passwd" and "group" below $PUBLIC.
unit() {
    # shellcheck disable=SC2016
    attempt unshare --mount bash -c 'for file in passwd group; do mount --bind "$1/$file" "/etc/$file"; done
        shift && exec "$@"' - "$PUBLIC" "$CAPWRAP_LEARN" --format systemd -o - -u "$1" -- true
    assert_success
}

@test "systemd's directives start a user with an entry and its own groups; capwrap starts any other" {
    { cat /etc/passwd && echo 'app:x:4321:4321::/:/bin/sh'; } >"$PUBLIC/passwd"
    { cat /etc/group && printf 'app:x:4321:\nweb:x:4322:\nlogs:x:4323:app\n'; } >"$PUBLIC/group"
    unit app
    assert_line User=4321
    refute_output --partial capwrap\ --user
    unit app:web # the database lists "logs" as well
    assert_line 'ExecStart=!/usr/bin/capwrap --user app:web --no-new-privs -- /usr/bin/true'
    unit 4444:4444
    assert_line 'ExecStart=/usr/bin/capwrap --user 4444:4444 --no-new-privs -- /usr/bin/true'
    refute_line --regexp '^User='
    { cat /etc/group && printf 'app:x:4321:\n'; } >"$PUBLIC/group"
    unit app:app
    assert_line User=4321
    refute_output --partial capwrap\ --user
}

@test "if a program fails with everything too, the report says so, and nothing is confirmed" {
    run "$CAPWRAP_LEARN" --verify -- sh -c 'exit 3'
    assert_failure 2
    assert_output --partial 'with everything kept it ended with status 3'
}

@test "the name of a program cannot write to a terminal" {
    cp "$ASKS" "$PUBLIC/"$'a\e[31m'
    attempt "$CAPWRAP_LEARN" -- "$PUBLIC/"$'a\e[31m' raw
    assert_success
    refute [ -z "$stderr" ]
    run grep -c $'\e' <<<"$stderr"
    assert_output 0
}

@test "no progress is printed if standard error is not a terminal" {
    attempt "$CAPWRAP_LEARN" -o "$PUBLIC/report" --verify -- "$ASKS" raw
    assert_success
    # Except the limit of runs, which is printed before the second run.
    assert_regex "$stderr" '^capwrap-learn: at most 60 runs in all, each of at most [0-9]+ s$'
    assert_regex "$(cat report)" 'state +confirmed'
}

@test "help is within 80 columns and names every option; the version is capwrap's" {
    attempt "$CAPWRAP_LEARN" --help
    assert_success
    run awk 'length > 80' <<<"$output"
    assert_output ""
    assert_equal "$("$CAPWRAP_LEARN" --version)" "$("$CAPWRAP" --version | sed s/capwrap/capwrap-learn/)"
}

@test "a hint names only options that exist" {
    attempt "$CAPWRAP_LEARN" -u 4242 -- true
    assert_failure 125
    assert_regex "$stderr" 'hint: name the group as well, as in --user 4242:4242$'
    attempt unshare --user --map-root-user "$CAPWRAP_LEARN" --no-trace -- true
    assert_failure 125
    assert_regex "$stderr" 'hint: learn outside of this user namespace'
}

@test "help and version that cannot be written end with 125 and an error" {
    local option
    for option in --help --version; do
        attempt bash -c 'exec "$@" >/dev/full' sh "$CAPWRAP_LEARN" "$option"
        assert_failure 125
        assert_equal "${stderr_lines[0]}" \
            'capwrap-learn: output: standard output cannot be written: No space left on device'
    done
}

# advises HINT ARGUMENT...: asserts that capwrap-learn ARGUMENT... is refused with this hint.
advises() {
    local hint=$1 expected=()
    shift
    if [[ $1 == -127 ]]; then
        expected=(-127)
        shift
    fi
    attempt "${expected[@]}" "$CAPWRAP_LEARN" "$@"
    assert_failure
    assert_equal "${stderr_lines[1]}" "  hint: $hint"
}

@test "an option of capwrap or of another tool, or a mistyped value: the hint names that of capwrap-learn" {
    local other='leave it out: capwrap has this option, and capwrap-learn runs the program to find what to keep'
    advises "$other" --keep NET_RAW -- true
    advises "$other" -n -- true
    advises 'run capwrap, which has this option' --list-caps
    advises 'run capwrap, which has this option' --status=1
    advises 'write --container ID' --docker web
    advises 'write --pid PID' -p 1
    advises 'write --format dockerfile' --format Dockerfile -- true
    advises 'write --timeout SECONDS, which ends each run of COMMAND' --for 5 -- true
    advises 'write --for TIME' --pid 1 --timeout 5
    advises 'write seconds as a decimal number, such as 10' --timeout 5s -- true
    advises 'write --help' -127 help
    advises 'write --check NET_ADMIN,NET_RAW (commas separate names)' --check 'NET_RAW NET_ADMIN' -- true
    run -0 "$CAPWRAP_LEARN" --check NONE -- true
}

@test "a word of another tool in the place of COMMAND, or a line without quotes: the hint names what to write" {
    advises "write the line of --test in quotes: --test 'curl localhost ...'" -127 --test curl localhost -- true
    advises 'write --check KILL,NET_RAW: commas separate names, and no blank' -127 --check KILL NET_RAW true
    advises 'write --pid PID, --unit NAME, --container ID or --cgroup PATH' -127 attach 1
    advises 'write --pid PID, --unit NAME, --container ID or --cgroup PATH' --attach 1
    advises 'write --runs FILE beside --pid, --unit, --container or --cgroup' -127 merge a.json b.json
    advises 'leave out --verify' --no-verify -- true
    advises 'write --output FILE (--output=v for this value)' -ov - true
    advises 'write --check NET_RAW (commas separate names)' --check 0x2000 true
    local users=$PUBLIC/passwd
    echo root:x:0:0:root:/root:/bin/sh >"$users"
    # shellcheck disable=SC2016 # expands in the inner shell
    attempt unshare --mount --propagation private -- bash -c 'mount --bind "$1" /etc/passwd &&
        mount --bind /dev/null /etc/nsswitch.conf && exec "$2" --no-trace true' - "$users" "$CAPWRAP_LEARN"
    assert_failure 125
    assert_equal "${stderr_lines[1]}" '  hint: name a user that this system has, or ids: --user 65534:65534'
}

@test "a --reset command that fails: the error has its status and its output" {
    attempt "$CAPWRAP_LEARN" --verify --reset 'echo no disk >&2; exit 3' -- true
    assert_failure 125
    assert_equal "${stderr_lines[-2]}" \
        "capwrap-learn: reset: 'echo no disk >&2; exit 3' failed, status 3: no disk"
    attempt "$CAPWRAP_LEARN" --verify --reset 'exit 3' -- true
    assert_equal "${stderr_lines[-2]}" "capwrap-learn: reset: 'exit 3' failed, status 3"
}

@test "without /proc no running process can be watched, and the error says so" {
    attempt unshare --mount bash -c 'mount -t tmpfs none /proc; exec "$@"' bash "$CAPWRAP_LEARN" --pid 1
    assert_failure 125
    assert_equal "${stderr_lines[0]}" 'capwrap-learn: target: /proc is not mounted here'
    assert_equal "${stderr_lines[1]}" '  hint: mount it: mount -t proc proc /proc'
}

@test "wrong usage exits with 125, one error and one hint" {
    attempt "$CAPWRAP_LEARN" --nope
    assert_failure 125
    assert_equal "$stderr" $'capwrap-learn: options: \'--nope\' is not an option\n  hint: see capwrap-learn --help'
}
