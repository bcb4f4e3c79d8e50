#!/usr/bin/env bats
# close_range(2) reports success and has closed only a part: --close-fds refuses.
# shellcheck disable=SC2154 # bats sets status, output and stderr

load ../../support/common

setup_file() {
    export PRELOAD=$BATS_FILE_TMPDIR/preload.so
    "${CC:-cc}" -O2 -shared -fPIC -o "$PRELOAD" "$SRC_DIR/tests/attack/sandbox/preload.c"
    chmod o+x "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR/file" 2>/dev/null || true
}

setup() {
    require_root
}

is_static() {
    ! readelf --program-headers "$CAPWRAP" | grep -q INTERP
}

# closing_up_to LAST CMD...: CMD in a shell that has descriptor 500 open, with the library.
closing_up_to() {
    local last=$1
    shift
    # shellcheck disable=SC2016 # expanded by the shell that is started
    bash -c 'exec 500</; exec "$@"' bash env LIES=partial LAST="$last" LD_PRELOAD="$PRELOAD" "$@"
}

# notices CMD...: refused; a static program preloads nothing, and closes all descriptors.
notices() {
    if is_static; then
        attempt "$@" -- "$PROBE"
        assert_success
        assert_line fds=0,1,2
    else
        refused_by fds close_range "$@"
    fi
}

ASKED=(--user 1000:1000 --close-fds)

@test "a close_range that stops before the last descriptor is noticed" {
    for last in 2 3 100 499 500; do
        notices closing_up_to "$last" "$CAPWRAP" "${ASKED[@]}"
    done
}

@test "a close_range that spares only the planted descriptors is noticed by /proc/self/fd" {
    # what is planted highest is at 1023 here: everything is closed but 1024 and above
    # shellcheck disable=SC2016 # expanded by the shell that is started
    notices bash -c 'ulimit -S -n 2048; exec 1500</; ulimit -S -n 1024; exec "$@"' bash \
        env LIES=partial LAST=1023 LD_PRELOAD="$PRELOAD" "$CAPWRAP" "${ASKED[@]}"
}

@test "without /proc an incomplete close_range is noticed by the planted descriptors" {
    # shellcheck disable=SC2016 # expanded by the shell that is started
    notices unshare --mount --propagation private -- bash -c \
        'mount -t tmpfs none /proc; exec 500</; exec "$@"' bash \
        env LIES=partial LAST=100 LD_PRELOAD="$PRELOAD" "$CAPWRAP" "${ASKED[@]}"
}

@test "without false answers the same starts succeed under every limit" {
    for limit in 16 64 1024 "$(ulimit -H -n)"; do
        # shellcheck disable=SC2016 # expanded by the shell that is started
        attempt bash -c 'exec 500</; ulimit -n "$1" || exit 99; shift; exec "$@"' bash "$limit" \
            "$CAPWRAP" "${ASKED[@]}" -- "$PROBE"
        assert_success
        assert_line fds=0,1,2
    done
}
