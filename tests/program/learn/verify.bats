#!/usr/bin/env bats
# The search by further runs: what it finds, how many runs it makes, and when it reports that it does not know.

# shellcheck disable=SC2154 # bats sets output and stderr
load ../../support/common
load learn

setup() {
    require_root
    cd "$PUBLIC" || return
}

@test "nothing is run a second time unless that is requested" {
    learned -- sh -c 'echo ran >>count'
    assert_success
    assert_equal "$(cat count)" ran
}

@test "a program that needs nothing is confirmed in two runs" {
    learned --verify -- true
    needs "" confirmed
    assert_equal "$(told .runs)" 2
}

@test "a capability that is needed is confirmed in four runs" {
    # One with everything, two with nothing, and one with exactly that capability.
    learned --verify -- "$ASKS" raw
    needs NET_RAW confirmed
    assert_equal "$(told .runs)" 4
}

@test "a capability that is asked for but not needed is left out, and listed separately" {
    learned --verify -- sh -c "$ASKS raw && { test -r /etc/shadow || true; }"
    needs NET_RAW confirmed
    learned --verify -- ps aux
    needs "" confirmed
    assert_equal "$(verdict SYS_PTRACE)" "not needed"
}

@test "capwrap runs the program with the confirmed set, and not with one capability less" {
    echo secret >secret
    chmod 600 secret
    learned --verify -- sh -c "$ASKS raw && cat secret"
    needs DAC_READ_SEARCH,NET_RAW confirmed
    run bash -c "PATH=$(dirname "$CAPWRAP"):\$PATH; $(told .snippets.capwrap)"
    assert_success
    assert_output secret
    local less
    for less in DAC_READ_SEARCH NET_RAW; do
        run "$CAPWRAP" --user nobody --keep "$less" --no-new-privs -- sh -c "$ASKS raw && cat secret"
        assert_failure
    done
}

@test "without a watch the same set is found in more runs" {
    learned --no-trace -- "$ASKS" raw
    needs NET_RAW confirmed
    assert_equal "$(told .method,.lost)" $'trial\n0'
    [ "$(told .runs)" -le 16 ]
    learned --no-trace -- true
    needs "" confirmed
    [ "$(told .runs)" -le 3 ]
}

@test "a program works if it exits with status 0, or with the expected status" {
    learned --verify --expect-status 7 -- sh -c "$ASKS raw && exit 7; exit 8"
    needs NET_RAW confirmed
    learned --verify -- sh -c "$ASKS raw && exit 7; exit 8"
    not_confirmed failed-with-everything
    learned --verify -- sh -c "$ASKS raw && kill -TERM \$\$; exit 8"
    not_confirmed failed-with-everything
    attempt "$CAPWRAP_LEARN" --verify --expect-status 256 -- true
    assert_failure 125
}

@test "a server works when the test succeeds, which is tried repeatedly" {
    learned --verify --timeout 60 --test 'test -e served' --reset 'rm -f served' -- \
        sh -c "$ASKS raw || exit; sleep 0.5; touch served; exec sleep 1000"
    needs NET_RAW confirmed
    [ "$(told .runs)" -eq 4 ]
}

@test "a test that never succeeds confirms nothing" {
    learned --timeout 1 --test false -- "$ASKS" raw sleep 1000
    assert_failure 2
    assert_equal "$(told .state,.runs)" $'not confirmed\n1'
    not_confirmed test-never-succeeded
    learned --verify --timeout 60 --test 'echo told why >&2; false' -- true
    not_confirmed test-never-succeeded
    assert_equal "$(told .runs)" 2
    assert_regex "$(told '.reasons[].text')" 'never succeeded.*with status 1.*told why'
}

@test "a test that never ends is said not to have ended, whatever ends it then" {
    local test
    for test in 'sleep 1000' "trap '' TERM; sleep 1000"; do
        rm -f alone
        # The first time it is tried without the program.
        learned --timeout 1 --test "test -e alone || { touch alone; exit 1; }; $test" -- "$ASKS" sleep 1000
        not_confirmed test-never-succeeded
        run told '.reasons[].text'
        refute_output --partial 'it ended'
        assert_output --partial 'the test never ended, with everything kept, within 1 s'
    done
}

@test "a test may check what exists after the program has ended" {
    learned --verify --test 'test -e result' --reset 'rm -f result' -- "$ASKS" raw touch result
    needs NET_RAW confirmed
}

@test "the test does not run as the program's user, and its output is discarded" {
    learned --test 'id -u >who; echo output; echo error >&2; test -e ran' -- \
        "$ASKS" touch ran sleep 1000
    assert_success
    assert_output ""
    quiet
    assert_equal "$(cat who)" 0
}

@test "a test that succeeds without the program is refused, before the program runs" {
    learned --verify --test true -- "$ASKS" touch ran
    assert_failure 125
    assert_regex "$stderr" "^capwrap-learn: test: it succeeds without the program: 'true'"
    refute [ -e ran ]
}

@test "a test that cannot be executed is an error before the program runs" {
    learned --test 'no-such-command --here' -- "$ASKS" touch ran
    assert_failure 125
    assert_regex "$stderr" "^capwrap-learn: test: 'no-such-command --here' cannot be executed, status 127:"
    refute [ -e ran ]
}

@test "a test that a run has made impossible to execute: the hint is to restore it" {
    printf '#!/bin/sh\ntest -e ran\n' >check
    chmod 755 check
    chmod 777 .
    learned --verify --reset 'rm -f ran' --test ./check -- \
        sh -c 'touch ran; trap "rm -f check; exit" TERM; while :; do sleep 0.1; done'
    assert_failure 125
    assert_regex "$stderr" "hint: restore what it takes with --reset"
}

@test "a test that later succeeds without the program confirms nothing" {
    learned --verify --test 'test -e result' -- "$ASKS" raw touch result
    not_confirmed test-passes-without-program
}

@test "the search for a program that works only once stops after at most five runs" {
    learned --verify -- mkdir once
    not_confirmed not-repeatable
    [ "$(told .runs)" -le 5 ]
}

@test "a program that stays root because it could not give it up does not work" {
    cat >gives-up.py <<'END'
import os
try:
    os.setgid(33)
    os.setuid(33)
except PermissionError:
    pass
END
    learned --verify -u root -- python3 gives-up.py
    needs SETGID,SETUID confirmed
    assert_equal "$(told '.capabilities[] | select(.name == "SETUID").keeps')" "uid 0"
    # What it asked for as each user.
    assert_equal "$(told '.phases | map("\(.uid):\(.gid) \(.capabilities | join(","))") | join("; ")')" \
        "0:0 SETGID; 0:33 SETUID; 33:33 "
}

@test "a program that gives up root is reported with what each user and group needed, in the text as well" {
    cat >gives-up.py <<'END'
import os
os.chown("file", 33, 33)
os.setgid(33)
os.setuid(33)
END
    touch file
    attempt "$CAPWRAP_LEARN" --verify --reset 'chown 0:0 file' -u root -- python3 -B gives-up.py
    assert_success
    assert_regex "$stderr" 'needs +CHOWN, SETGID, SETUID'
    assert_regex "$stderr" '
Needed by each user and group that it ran with, in order of appearance
  0:0: CHOWN, SETGID
  0:33: SETUID
  33:33: nothing
'
    # For a program that never changes its user, the head contains everything.
    attempt "$CAPWRAP_LEARN" -- "$ASKS" raw
    refute_regex "$stderr" 'Needed by each user'
    # A capability that suffices instead of another is reported as needed.
    attempt "$CAPWRAP_LEARN" --verify -u root -- sh -c 'ionice -c 1 setpriv --reuid 33 true'
    assert_success
    assert_regex "$stderr" '
  0:0: SETUID, SYS_NICE
  33:0: nothing
'
}

@test "if the kernel accepts several capabilities, the least dangerous one is found" {
    learned --verify -- ionice -c 1 true
    needs SYS_NICE confirmed
    assert_equal "$(told '.capabilities[] | select(.name == "SYS_ADMIN").substitute')" SYS_NICE
}

@test "what a program puts into its own sets is found" {
    learned --verify -- setpriv --inh-caps +net_raw true
    needs NET_RAW confirmed
    limited capset-not-read
    learned -- setpriv --inh-caps +net_raw --ambient-caps +net_raw true
    needs NET_RAW
}

@test "SYS_PTRACE that is asked for only where the other process has more is found by running again" {
    sleep 1000 3>&- &
    # With everything nobody has more, and nothing is asked for.
    learned -u root -- readlink "/proc/$!/cwd"
    needs ""
    learned -u root --verify -- readlink "/proc/$!/cwd"
    kill $!
    needs SYS_PTRACE confirmed
}

@test "for each capability that is left out, the result of the call is reported" {
    echo text >file
    chmod 644 file
    mkdir -m 777 to
    learned --verify --reset 'rm -f to/file' -- cp -a file to
    needs "" confirmed
    assert_equal "$(told '.capabilities[] | select(.name == "CHOWN").without | "\(.outcome) \(.error) \(.process)"')" \
        "failed EPERM cp"
    learned --verify -- cat /proc/sys/net/ipv4/ip_forward
    assert_equal "$(told '.capabilities[] | select(.name == "NET_ADMIN").without.outcome')" succeeded
}

@test "a fixture runs during each run, is ready before it, ends after it, and is not counted" {
    # A name that no process of another test has.
    local fixture=$PUBLIC/fixture
    cp "$ASKS" "$fixture"
    learned --verify --fixture "exec '$fixture' sleep 0.2 touch ready raw sleep 1000" \
        --fixture-ready 'test -e ready' --reset 'rm -f ready' -- \
        sh -c "test -e ready && pgrep -f '^$fixture ' && kill -0 1"
    needs KILL confirmed
    run pgrep -f "^$fixture "
    assert_failure
}

@test "a fixture that ends at once, or is never ready, is refused before the program runs" {
    learned --fixture 'exit 1' -- "$ASKS" touch ran
    assert_failure 125
    assert_regex "$stderr" "^capwrap-learn: fixture: 'exit 1' ended at once, status 1"
    local never=1000.$BASHPID
    learned --fixture "sleep $never" --fixture-ready false --timeout 1 -- "$ASKS" touch ran
    assert_failure 125
    assert_regex "$stderr" "^capwrap-learn: fixture: 'sleep $never' was not ready within 1 s"
    learned --fixture 'sleep 0.3' --fixture-ready false --timeout 60 -- "$ASKS" touch ran
    assert_failure 125
    assert_regex "$stderr" "ended before it was ready, status 0"
    # It becomes ready only after it has ended.
    # shellcheck disable=SC2016 # for the shell of the line
    learned --fixture 'echo $$ >pid; exec ./nothing' \
        --fixture-ready '[ -s pid ] && ! grep -qs "State:.[^Z]" "/proc/$(cat pid)/status"' -- "$ASKS" touch ran
    assert_failure 125
    assert_regex "$stderr" "ended before it was ready, status 127"
    refute [ -e ran ]
    run pgrep -xf "sleep $never"
    assert_failure
}

@test "if a fixture has ended, the hint depends on its status" {
    local line hint
    while IFS=: read -r line hint; do
        learned --fixture "$line" -- "$ASKS" touch ran
        assert_failure 125
        assert_regex "$stderr" "  hint: $hint"
    done <<'END'
true:give --fixture a line that stays alive during the run; one that ends is for --reset, with --verify
./nothing:correct the line of --fixture. its shell does not find a program of it
/etc/passwd:correct the line of --fixture. its shell may not execute a program of it
exit 3:correct the line of --fixture; to see what it writes, add 2>FILE to it
END
    learned --fixture "kill -KILL \$\$" -- "$ASKS" touch ran
    assert_regex "$stderr" 'ended at once, status 137'
    refute [ -e ran ]
}

@test "PATH of the program contains no directory that its user cannot search" {
    mkdir -m 700 "$BATS_TEST_TMPDIR/private"
    # shellcheck disable=SC2016
    PATH=$BATS_TEST_TMPDIR/private:$PATH learned -- sh -c 'echo "$PATH"; id'
    needs ""
    refute_output --partial private
}

@test "reset runs before each run" {
    learned --verify --reset 'echo reset >>count' -- "$ASKS" raw
    needs NET_RAW confirmed
    assert_equal "$(wc -l <count)" "$(told .runs)"
}

@test "a reset that fails is an error" {
    attempt "$CAPWRAP_LEARN" --verify --reset false -- true
    assert_failure 125
    assert_regex "$stderr" "^capwrap-learn: reset: 'false' failed"
}

@test "what an earlier run left behind does not make the next one pass" {
    # A daemon that ignores signals serves until it is killed; otherwise every test would succeed.
    local name=1234.$BASHPID
    learned --verify --test "pgrep -xf 'sleep $name'" -- \
        "$ASKS" daemon exec sh -c "trap '' TERM; $ASKS raw && exec sleep $name"
    needs NET_RAW confirmed
    run pgrep -xf "sleep $name"
    assert_failure
}

@test "a program that fails sometimes is tried again" {
    # Of the runs in which it could work, the second fails: the first one with a smaller set.
    cat >flaky <<'END'
#!/bin/sh
"$ASKS" raw || exit 1
echo good >>count
test "$(wc -l <count)" -ne 2
END
    chmod +x flaky
    learned --verify -- ./flaky
    needs NET_RAW confirmed
    limited flaky
}

@test "the most runs are told once, whatever the first run came to" {
    local -a way
    local line
    while read -ra way; do
        for line in 'exit 0' 'exit 3' "exec $ASKS raw"; do
            learned "${way[@]}" -- sh -c "$line"
            assert_equal "$(grep -c 'at most 60 runs in all' <<<"$stderr")" 1
        done
    done <<<$'--verify\n--no-trace'
}

@test "a program that no longer works is not confirmed" {
    learned --verify -- sh -c 'test ! -e ran && touch ran'
    not_confirmed not-repeatable
    [ "$(told .runs)" -le 5 ]
    assert_regex "$(told '.reasons[].text')" 'use --reset|with --reset'
}

@test "the time of a run that hangs with a smaller set is limited by that of the first run" {
    learned --verify --timeout 5 -- sh -c "$ASKS raw || sleep 1000"
    needs NET_RAW confirmed
    [ "$(told .runs)" -eq 4 ]
}

@test "the time is limited without a timeout as well" {
    learned --verify -- sh -c "$ASKS raw || sleep 1000"
    needs NET_RAW confirmed
    [ "$(told .runs)" -eq 4 ]
}

@test "a program with file capabilities is learned with exactly these" {
    cp "$ASKS" "$BATS_TEST_TMPDIR/asks"
    setcap cap_net_raw,cap_kill=ep "$BATS_TEST_TMPDIR/asks"
    learned --verify -- "$BATS_TEST_TMPDIR/asks" raw
    needs KILL,NET_RAW confirmed
    limited 'the program.s file has capabilities of its own'
}

@test "check: status 0 if nothing else is needed, 1 if something is" {
    learned --check NET_RAW,KILL -- "$ASKS" raw
    needs NET_RAW
    assert_equal "$(told '.check | .allowed + ["outside"] + .outside | join(",")')" KILL,NET_RAW,outside
    learned --check none -- true
    needs ""
    learned --check KILL -- "$ASKS" raw
    assert_failure 1
    assert_equal "$(told '.check.outside[]')" NET_RAW
    assert_equal "$(told .check.complete)" true
    # What is asked for but known not to be needed does not fail the check.
    learned --check none -- ps
    assert_failure 1
    learned --verify --check none -- ps
    assert_success
}

@test "if standard input can be read again, each run gets all of it" {
    echo input >input
    learned --verify -- sh -c "test \"\$(cat)\" = input && $ASKS raw" <input
    needs NET_RAW confirmed
}

# from_pipe OPTION... -- COMMAND...: as `learned`, with a line in a pipe as standard input.
from_pipe() {
    local pipe
    [[ -p pipe ]] || mkfifo pipe
    exec {pipe}<>pipe
    echo input >&"$pipe"
    learned "$@" <&"$pipe"
    exec {pipe}<&-
}

@test "standard input that a run has read and no other can read confirms nothing" {
    # It asks for CHOWN in any case, and needs it for what it reads.
    printf '#!/bin/sh\nchown 1 it; read -r line || exit 0; chown 1 it\n' >reads
    chmod 755 reads
    touch it
    from_pipe --verify -- ./reads
    not_confirmed input-not-repeated
    assert_equal "$(told .runs)" 1
    from_pipe --no-trace -- ./reads
    not_confirmed input-not-repeated
    from_pipe --verify -- head -n 1
    not_confirmed input-not-repeated
    echo input >input
    learned --verify -- ./reads <input
    needs CHOWN confirmed
}

@test "standard input that cannot be read again, and that was not read, is reported" {
    from_pipe --verify -- true
    needs "" confirmed
    limited 'standard input cannot be read again'
    "$CAPWRAP_LEARN" --verify --json -o "$LEARNED" -- true <&-
    run told '.limits[]'
    refute_line --partial 'standard input'
}
