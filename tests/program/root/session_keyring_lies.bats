#!/usr/bin/env bats
# The new session keyring differs from the previous one, whatever the call that makes it has returned.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common

setup() {
    require_root
    INJECTOR=("$START_AS" --new-session-keyring-with-key capwrap-test -- "$SUPPORT_BIN/seccomp-false-success" 1)
}

# with_keyring DO CMD...: CMD with a session keyring of its own, on which the function DO of
# libkeyutils(3) was called before.
with_keyring() {
    python3 -c '
import ctypes, os, sys
keys = ctypes.CDLL("libkeyutils.so.1", use_errno=True)
session = ctypes.c_int32(-3)
if keys.keyctl_join_session_keyring(None) < 0:
    sys.exit(99)
do = {"revoke": lambda: keys.keyctl_revoke(session),
      "expire": lambda: keys.keyctl_set_timeout(session, 1),
      "close": lambda: keys.keyctl_setperm(session, 0)}[sys.argv[1]]
if do() != 0:
    sys.exit(99)
import time
time.sleep(1.2 if sys.argv[1] == "expire" else 0)
os.execvp(sys.argv[2], sys.argv[2:])' "$@"
}

@test "a join that returns the old serial number is refused" {
    refused_by keyring KEYCTL_JOIN_SESSION_KEYRING "${INJECTOR[@]}" KEYCTL_JOIN_SESSION_KEYRING-old \
        "$CAPWRAP" --user www-data
    refused_by keyring KEYCTL_JOIN_SESSION_KEYRING "${INJECTOR[@]}" \
        KEYCTL_JOIN_SESSION_KEYRING-old,KEYCTL_GET_KEYRING_ID "$CAPWRAP" --user www-data
}

@test "a keyring that cannot be read before the join is also replaced" {
    local id
    id=$(id -u www-data)
    for do in revoke expire close; do
        attempt with_keyring "$do" "$CAPWRAP" --user www-data -- "$PROBE" --only session_keyring
        assert_success
        assert_regex "$output" "^session_keyring=[0-9]+,$id$"
    done
}

@test "if the previous keyring cannot be read, a join that changed nothing is refused" {
    for do in revoke expire close; do
        refused_by keyring KEYCTL_JOIN_SESSION_KEYRING with_keyring "$do" \
            "$SUPPORT_BIN/seccomp-false-success" 1 KEYCTL_JOIN_SESSION_KEYRING "$CAPWRAP" --user www-data
    done
}
