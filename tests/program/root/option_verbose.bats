#!/usr/bin/env bats
# --verbose: what each step does, with its values.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
}

# says LINE...: after `attempt`, these lines are on standard error, in this order among others.
says() {
    local line rest=$stderr
    for line; do
        [[ $'\n'$rest$'\n' == *$'\n'"capwrap: $line"$'\n'* ]] || fail "not there, in its place: $line in: $stderr"
        rest=${rest#*"capwrap: $line"}
    done
}

@test "-v prints each step with its values, in the order in which the steps run" {
    FROM=("$START_AS" --groups "0,4" --bounding "$(docker_default)" --)
    attempt "${FROM[@]}" "$CAPWRAP" -v --user 33:34 --groups 33,44 --keep NET_RAW --lock-securebits \
        --no-new-privs --close-fds --pdeathsig TERM --umask 027 --chdir / -- true
    assert_success
    says 'effective: make all that is permitted effective, add to inheritable NET_RAW' \
        'bounding: drop 13 capabilities, keep NET_RAW' 'keep-caps: on' \
        'groups: 0,4 -> 33,34,44' 'gid: 0 -> 34' 'uid: 0 -> 33' 'working-caps: keep SETPCAP,NET_RAW' \
        'keyring: join a new session keyring' 'ambient: raise NET_RAW' 'un-keep-caps: off' \
        'securebits: 0x0 -> 0xef' 'chdir: /' \
        'program: find it as the new user, and check what execve makes of it' \
        'final-caps: keep NET_RAW' 'parent-death: signal 15' 'umask: 0027' \
        'fds: close all descriptors above 2' 'no-new-privs: on'
}

@test "every step that a plan can have has a line with values, in text and in JSON" {
    attempt "$CAPWRAP" --dry-run --json --user 1000:1000 --keep NET_RAW --lock-securebits --no-new-privs \
        --close-fds --pdeathsig TERM --umask 027 --chdir / --disable-userns -- true
    assert_success
    assert_equal "$(jq '[.steps[] | select(.what == "")] | length' <<<"$output")" 0
    assert_equal "$(jq -r '.steps[] | select(.name == "uid") | .what' <<<"$output")" '0 -> 1000'
    assert_equal "$(jq -r '.steps[] | select(.name == "userns") | .what' <<<"$output")" \
        'filter the calls that make or enter a user namespace'
}

@test "-v prints lowered sets, one capability, no group and many groups in words" {
    FROM=("$START_AS" --uid 1000 --gid 1000 --groups none --inheritable "$(mask NET_RAW KILL SETPCAP)"
        --permitted "$(mask NET_RAW KILL SETPCAP)" --effective "$(mask NET_RAW KILL SETPCAP)"
        --ambient "$(mask NET_RAW KILL SETPCAP)" --bounding "$(mask NET_RAW KILL SETPCAP)" --)
    attempt "${FROM[@]}" "$CAPWRAP" -v --keep NET_RAW,KILL -- true
    assert_success
    says 'bounding: drop 1 capability, keep KILL,NET_RAW' 'working-caps: keep KILL,NET_RAW' \
        'ambient: lower SETPCAP'
    attempt "$CAPWRAP" -v --user 33:33 --groups "$(seq -s, 101 120)" -- true
    assert_success
    assert_regex "$stderr" 'capwrap: groups: [0-9a-z,]+ -> 21 groups'
}

@test "--chown-stdio names the streams" {
    run bash -c '"$@" 2>&1 | cat' pipe "$CAPWRAP" -v --user 33:33 --chown-stdio -- true
    assert_line 'capwrap: stdio: standard output, standard error -> uid 33'
}
