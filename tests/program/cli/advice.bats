#!/usr/bin/env bats
# What people type first, and the hint that they get: it names the arguments that were typed, and the line that it
# shows can be pasted.

# shellcheck disable=SC2154 # run sets output and stderr
load ../../support/common

# advises STATUS STEP HINT -- ARGUMENT...: capwrap ARGUMENT... is refused at this step, and the hint is HINT.
advises() {
    local wanted=$1 step=$2 hint=$3
    shift 4
    printf 'case:'
    printf ' %q' "$@"
    printf '\n'
    run "-$wanted" --separate-stderr "$CAPWRAP" "$@"
    failed_with "$wanted" "$step"
    assert_equal "${stderr_lines[1]}" "  hint: $hint"
}

@test "USER in place of COMMAND, as gosu takes it: the hint is the same line with --user" {
    advises 127 program 'root is a user: did you mean capwrap --user root -- id' -- root id
    advises 127 program 'root is a user: did you mean capwrap --user root -- id -u' -- root id -u
    advises 127 program 'root:root is a user: did you mean capwrap --user root:root -- id' -- root:root id
    advises 127 program '1000:1000 is a user: did you mean capwrap --user 1000:1000 -- ls /' -- 1000:1000 ls /
    advises 127 program '1000 is a user: did you mean capwrap --user 1000 -- COMMAND' -- 1000
    # shellcheck disable=SC2016 # not to be expanded
    advises 127 program "root is a user: did you mean capwrap --user root -- sh -c 'echo \$0'" -- root sh -c 'echo $0'
    advises 127 program "root is a user: did you mean capwrap --user root -- sh -c ..." -- root sh -c "echo 'a'"
}

@test "USER in place of COMMAND, with options around it: the hint's line has them all and can be pasted" {
    advises 127 program 'root is a user: did you mean capwrap --user root --keep NET_RAW -- id' -- root --keep NET_RAW -- id
    advises 127 program 'root is a user: did you mean capwrap --user root -- id' -- root -- id
    advises 127 program 'root is a user: did you mean capwrap --user root -- id' -- -- root id
    advises 127 program 'root is a user: did you mean capwrap --keep none -n --user root -- id -u' -- --keep none -n root id -u
}

@test "capabilities separated by blanks: the hint is the list with commas" {
    # NET_ADMIN is in no database and no directory of PATH
    local advice='write --keep NET_ADMIN,NET_RAW: commas separate names, and no blank'
    if [[ $(id -u) == 0 ]]; then # who may keep NET_RAW
        advises 127 program "$advice" -- --keep NET_RAW NET_ADMIN -- id
        advises 127 program "$advice" -- --keep NET_RAW CAP_NET_ADMIN, id
        advises 127 program 'write --keep CHOWN,NET_ADMIN,NET_RAW: commas separate names, and no blank' -- \
            --keep NET_RAW NET_ADMIN CHOWN -- id
    fi
    advises 127 program 'write --want NET_ADMIN,NET_RAW: commas separate names, and no blank' -- --want NET_RAW NET_ADMIN id
    advises 127 program 'write --keep NET_ADMIN: commas separate names, and no blank' -- NET_ADMIN id
    advises 127 program 'check the name and PATH, or give the whole path' -- -- NET_ADMIN id
}

@test "USER in place of COMMAND, in the dry run" {
    run -127 --separate-stderr "$CAPWRAP" --dry-run root id
    assert_regex "$stderr" 'hint: root is a user: did you mean capwrap --dry-run --user root -- id$'
}

@test "a name that is not a user, or a user as COMMAND with --user, gets the hint of any missing program" {
    local plain='check the name and PATH, or give the whole path'
    advises 127 program "$plain" -- no-such-program id
    advises 127 program "$plain" -- :root id
    advises 127 program "$plain" -- 33:33:33 id
    advises 127 program "$plain" -- root: id
    advises 127 program "$plain" -- --user "$(id -u):$(id -g)" --groups keep -- root id
    advises 127 program 'name the program: an unset variable in quotes is an empty word' -- ''
    assert_equal "${stderr_lines[0]}" 'capwrap: program: COMMAND is empty: No such file or directory'
    advises 127 program "$plain" -- "$(printf 'x%.0s' {1..150})" id
}

@test "a path that does not exist: the hint does not mention PATH" {
    advises 127 program 'check the path: the file or a directory of it is missing' -- -- /no-such
    advises 127 program 'check the path, which begins at the working directory' -- -- ./no-such
    advises 127 program 'check the path /no/such: there is no /no' -- -- /no/such
    local dir=$BATS_TEST_TMPDIR
    printf 'text' >"$dir/file"
    ln -s nothing "$dir/link"
    advises 127 program "check the path $dir/link: there is no $dir/nothing" -- -- "$dir/link"
    advises 127 program "check the path $dir/file/x: $dir/file is no directory" -- -- "$dir/file/x"
    printf '#!%s\n' "$dir/link" >"$dir/script"
    chmod +x "$dir/script"
    advises 126 program "check the path $dir/link: there is no $dir/nothing" -- -- "$dir/script"
}

@test "--status 1, --version extra: what to write instead" {
    advises 125 options 'write --status=1' -- --status 1
    advises 125 options 'leave out extra' -- --version extra
    advises 125 options 'leave out id' -- --list-caps id
    advises 125 options 'leave out one of the two' -- -qv id
}

@test "option letters in place of a value: the message names the option that takes the value" {
    advises 125 options 'write --user USER[:GROUP] (--user=n for this value)' -- -un root id
    assert_equal "${stderr_lines[0]}" "capwrap: options: --user (-u) needs a value, and 'n' stands for other options"
    advises 125 options 'write --keep CAP[,CAP...] (--keep=u for this value)' -- -ku CHOWN root id
    advises 125 options 'write --groups LIST|init|none|keep (--groups=nq for this value)' -- -Gnq keep id
}

@test "a mask in place of names: the hint has the names" {
    local mask
    for mask in 0x2000 0X2000 00002000 0000000000002000; do
        advises 125 keep 'write --keep NET_RAW (commas separate names)' -- --keep "$mask" id
    done
    advises 125 want 'write --want CHOWN,KILL (commas separate names)' -- --want 0x21 id
    advises 125 keep 'name capabilities as capwrap --list-caps does, separated by commas' -- --keep 2000 id
    advises 125 keep 'write --keep NET_RAW (commas separate names)' -- -k=NET_RAW id
}

@test "a letter of another alphabet in a name is named by the message or the hint" {
    local again='type the name again: it contains a letter that is not ASCII'
    advises 125 keep "$again" -- --keep $'N\xd0\x95T_RAW' id
    advises 125 user "$again" -- --user $'r\xd0\xbe\xd0\xbet' id
    advises 125 user "$again" -- --user $'root:r\xd0\xbe\xd0\xbet' id
    advises 125 groups "$again" -- --groups $'r\xd0\xbe\xd0\xbet' id
    advises 127 program "$again" -- $'i\xd4\x81'
    advises 125 keep 'write --keep KILL (commas separate names)' -- --keep $'KIL\xef\xbc\xac' id
    assert_regex "${stderr_lines[0]}" 'is not a capability: it contains a letter that is not ASCII$'
    advises 125 options 'see capwrap --help' -- $'--ke\xd0\xb5p' KILL id
    assert_regex "${stderr_lines[0]}" 'is not an option: it contains a letter that is not ASCII$'
    advises 125 options 'write --user' -- $'\xef\xbc\x8d\xef\xbc\x8duser' root id
    advises 127 program $'root is a user: did you mean capwrap --user root -- echo \'\xd0\xbf "a"\'' -- root echo $'\xd0\xbf "a"'
}

@test "a slash at the end of a program, and a PATH without a directory" {
    advises 127 program 'leave out the / at the end of /bin/sh/, which is no directory' -- /bin/sh/
    advises 127 program 'check the path /no-such/: there is no /no-such' -- /no-such/
    local path set='set PATH, as in env PATH=/usr/bin:/bin, or give the whole path'
    for path in '' . :: /no-such:/not-there:bin; do
        run -127 --separate-stderr env "PATH=$path" "$CAPWRAP" id
        assert_equal "${stderr_lines[0]}" \
            'capwrap: program: id: not found: PATH has no absolute directory that exists: No such file or directory'
        assert_equal "${stderr_lines[1]}" "  hint: $set"
    done
    run -127 --separate-stderr env PATH=/no-such:/ "$CAPWRAP" id
    assert_equal "${stderr_lines[1]}" '  hint: check the name and PATH, or give the whole path'
    run -127 --separate-stderr env PATH=/no-such "$CAPWRAP" root id
    assert_equal "${stderr_lines[1]}" '  hint: root is a user: did you mean capwrap --user root -- id'
}

@test "no COMMAND after an option with a value: the message names both" {
    local write='write the program after the options: capwrap [OPTION...] -- COMMAND'
    advises 125 options "$write" -- -n --chdir id
    assert_equal "${stderr_lines[0]}" "capwrap: options: no COMMAND was given: 'id' is the value of --chdir"
    advises 125 options "$write" -- -nu root
    assert_equal "${stderr_lines[0]}" "capwrap: options: no COMMAND was given: 'root' is the value of -nu"
    advises 125 options "$write" -- --user=root
    assert_equal "${stderr_lines[0]}" 'capwrap: options: no COMMAND was given'
}

@test "a negated option (--no-strict): the hint is to leave it out" {
    advises 125 options 'leave out --strict' -- --no-strict id
    advises 125 options 'leave out --keep' -- --no-keep id
}

@test "a list of groups after the colon, and groups separated by colons" {
    advises 125 user 'name one group behind the colon: capwrap --groups LIST takes more' -- --user root:root,root id
    advises 125 groups 'write the groups with commas between, and no blank: --groups LIST' -- --groups no-such:root id
}

@test "a mistyped option: the hint names the nearest one" {
    advises 125 options 'write --no-new-privs' -- --no-new-priv id
    advises 125 options 'write --keep' -- --kep NET_RAW id
    advises 125 options 'see capwrap --help' -- --nope=1 id
    advises 125 options 'write -u for --user' -- -U root id
}

@test "an option of another tool: the hint names capwrap's option" {
    local option keep='write --keep CAP[,CAP...]: capwrap drops every other capability'
    local drop='leave it out: capwrap drops every capability that --keep does not name'
    local user='write --user USER[:GROUP], with names or numbers'
    for option in --caps=cap_net_raw+ep --cap-add --inh-caps --ambient-caps; do
        advises 125 options "$keep" -- "$option" NET_RAW id
    done
    for option in --cap-drop --drop --bounding-set=-all; do
        advises 125 options "$drop" -- "$option" ALL id
    done
    for option in --uid --gid --reuid=33 --regid=33; do
        advises 125 options "$user" -- "$option" 33 id
    done
    for option in --nnp --no-new-privileges; do
        advises 125 options 'write --no-new-privs' -- "$option" id
    done
    advises 125 options 'write --groups none' -- --clear-groups id
}

@test "unexpanded arguments from Docker's exec form, Kubernetes and systemd: a variable, an option with its value" {
    local expand='first: no shell has done it, as in the exec form of a Dockerfile' word
    advises 125 user "expand \$USER $expand" -- --user "\$USER" id
    advises 127 program "expand \${CMD} $expand" -- "\${CMD}"
    for word in '--user www-data' '--keep NET_RAW --user www-data'; do
        advises 125 options 'write the option and its value as two words, without quotes around both' -- "$word" id
    done
    advises 125 options 'write --no-new-privs' -- --allowPrivilegeEscalation=false id
    advises 125 options 'write --groups LIST' -- --fsGroup 2000 id
}

@test "several options in one argument: the hint separates them" {
    local apart='as separate words, without quotes around all of it'
    advises 125 keep "write --keep NET_RAW --user=root $apart" -- '--keep=NET_RAW --user=root' id
    advises 125 user "write root --keep=NET_RAW $apart" -- '--user=root --keep=NET_RAW' id
    advises 125 options "write --user=root --keep=NET_RAW -- id $apart" -- '--user=root --keep=NET_RAW -- id'
}

@test "not a program in place of COMMAND: an option, a shell line or keyword, a variable" {
    local before='write options before -- (those of docker run before the image):'
    advises 127 program "$before --cap-add=NET_RAW" -- -- --cap-add=NET_RAW
    advises 127 program "$before --" -- -- -- id
    advises 127 program "write the line for a shell: sh -c 'id; pwd'" -- -- 'id; pwd'
    advises 127 program "write the line for a shell: sh -c 'cd ...'" -- -- 'cd' /tmp
    advises 127 program 'set the variable with env: env A=1' -- -- A=1 id
    advises 127 program 'write --user=root' -- user=root id
}

@test "--decode with the whole line of /proc/PID/status: the hint is its mask" {
    advises 125 decode 'write --decode=0000000000000400' -- --decode=$'CapEff:\t0000000000000400'
    advises 125 decode 'write --decode=HEX, as in the line CapEff of /proc/PID/status' -- --decode=CapEff:
}

@test "a list that removes a capability: the hint does not suggest keeping it" {
    local name
    for name in '~CAP_SYS_ADMIN' '!SYS_ADMIN' 'KILL,-SYS_ADMIN'; do
        advises 125 keep 'list the capabilities that the program needs: all others are dropped' -- --keep "$name" id
    done
    advises 125 keep 'write --keep all' -- --keep all=ep id
    advises 125 keep 'list the capabilities that the program needs: all others are dropped' -- --keep 'all -SYS_ADMIN' id
    advises 125 keep 'name capabilities as capwrap --list-caps does, separated by commas' -- --keep 'NET_RAW and KILL' id
}

@test "an option without its dashes in place of COMMAND" {
    advises 127 program 'write --umask MODE' -- umask 022
    advises 127 program 'write --version' -- version
    advises 127 program 'write --help' -- help
    advises 127 program 'write --status' -- status 1
}

@test "an option with one dash, or with a dash copied from a page" {
    advises 125 options 'write --user' -- -user root id
    advises 125 options 'write --keep' -- -keep NET_RAW -- id
    advises 125 options 'write --user' -- $'\xe2\x80\x93user' root id
    advises 125 options 'write --no-new-privs' -- --strict $'\xe2\x80\x94no-new-privs' id
    assert_regex "${stderr_lines[0]}" $'\xe2\x80\x94''no-new-privs.* begins with a dash that is not .-.'
    run -127 "$CAPWRAP" -- $'\xe2\x80\x93user'
}

@test "an option in place of a value: the message names both" {
    advises 125 options 'write --user USER[:GROUP] (--user=VALUE for one that begins with -)' -- --user --keep NET_RAW id
    assert_equal "${stderr_lines[0]}" "capwrap: options: --user (-u) needs a value, and '--keep' is an option"
    advises 125 options 'write --chdir DIR (--chdir=VALUE for one that begins with -)' -- --chdir -- id
    assert_equal "${stderr_lines[0]}" "capwrap: options: --chdir needs a value, and '--' ends the options"
    advises 125 options 'write --assert=PID' -- --assert --dry-run
}

@test "an empty value, or one with a blank: the message names the option" {
    advises 125 options 'write --user USER[:GROUP]' -- --user '' id
    assert_equal "${stderr_lines[0]}" 'capwrap: options: the value of --user (-u) is empty'
    advises 125 options 'write --keep CAP[,CAP...]' -- --keep= id
    advises 125 options 'write --chdir DIR' -- --chdir '' id
    advises 125 options 'write --status[=PID]' -- --status=
    advises 125 pass-env 'name each variable, with commas between, such as --pass-env LANG,TZ' -- \
        --reset-env --pass-env 'A B' id
    assert_equal "${stderr_lines[0]}" "capwrap: pass-env: 'A B' is not the name of a variable: it contains a blank"
    advises 125 keep 'write --keep NET_RAW[,CAP...], without a blank' -- --keep NET_RAW, NET_ADMIN -- id
    assert_equal "${stderr_lines[0]}" "capwrap: keep: the list 'NET_RAW,' has an empty element"
}

@test "an option that only inspects: the message names the option that it does not take" {
    advises 125 options 'leave out --verbose' -- --status=1 -v
    advises 125 options 'leave out --keep' -- --list-caps --keep NET_RAW
    advises 125 options 'leave out one of the two' -- --status --list-caps
}

@test "capabilities in the notation of other tools: the hint is the list that --keep takes" {
    local name
    for name in NET_RAW+ep cap_net_raw=p +net_raw net-raw cap-net-raw NETRAW '"NET_RAW"'; do
        advises 125 keep 'write --keep NET_RAW (commas separate names)' -- --keep "$name" id
    done
    advises 125 keep 'write --keep CHOWN,KILL (commas separate names)' -- --keep 'CAP_CHOWN CAP_KILL' id
    advises 125 keep 'name capabilities as capwrap --list-caps does, separated by commas' -- --keep NOPE id
    advises 125 want 'write --want NET_RAW (commas separate names)' -- --want NET_RAW+ep id
    # the whole list, not the element alone
    advises 125 keep 'write --keep CHOWN,NET_RAW (commas separate names)' -- --keep CHOWN,NET_RAW+ep id
    advises 125 keep 'write --keep CHOWN,NET_RAW (commas separate names)' -- --keep 'CHOWN, NET_RAW' id
}

@test "ALL and NONE are all and none" {
    run -0 "$CAPWRAP" --keep ALL true
    run -0 "$CAPWRAP" --keep None true
}

@test "a control character, a blank or a quote in a name is named" {
    local crlf='remove the carriage return from the value: it comes from a file with CRLF line ends'
    advises 125 user "$crlf" -- --user $'1002\r:1000\r' id
    advises 125 user "$crlf" -- --user $'nobody-here\r' id
    advises 125 groups "$crlf" -- --groups $'5\r' id
    advises 127 program "$crlf" -- $'id\r'
    advises 125 user 'remove the quote from the value' -- --user '"root"' id
    advises 125 user 'remove the blank from the value' -- --user 'root ' id
    advises 125 user 'remove the control character from the value' -- --user $'ro\xe2\x80\x8bot' id
    advises 127 program 'write the program and each argument as a word of its own: id -u' -- 'id -u'
    run -125 --separate-stderr "$CAPWRAP" --keep $'CHOWN\r' id
    assert_regex "$stderr" ": it contains a carriage return"$'\n'"  hint: write --keep CHOWN \(commas"
}
