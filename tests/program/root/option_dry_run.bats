#!/usr/bin/env bats
# --dry-run as root. `runs` and `refuses` (support/states.bash) compare it with a real run in every file.

# shellcheck disable=SC2034,SC2154 # run sets output and stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    THREE=$(mask NET_BIND_SERVICE SETUID SETGID)
}

@test "a note is in the document of --dry-run --json" {
    FROM=("$START_AS" --bounding "$THREE" --)
    dry_run --no-new-privs --user 1000:1000 --keep NET_BIND_SERVICE -- "$PROBE"
    assert_equal "$(jq -r '.notes[].code' <<<"$output")" bounding-left
}

@test "--dry-run works where the caller ignores SIGCHLD" {
    attempt env --ignore-signal=CHLD "$CAPWRAP" --dry-run --json --user nobody -n -- /bin/true
    assert_success
    assert_equal "$(jq -s 'length' <<<"$output")" 1
    assert_equal "$(jq -r .outcome <<<"$output")" ok
}

# with_closed FDS CMD...: CMD with these of the descriptors 0 to 2 closed
with_closed() {
    local close=() fd
    for fd in $1; do close+=(--close "$fd"); done
    shift
    "$START_AS" "${close[@]}" -- "$@"
}

# The subsets of descriptors 0 to 2.
SUBSETS=('' '0' '1' '2' '0 1' '0 2' '1 2' '0 1 2')

@test "--dry-run works with closed standard streams, and fails where standard output is closed" {
    for closed in "${SUBSETS[@]}"; do
        local status=0 wanted=0
        [[ $closed != *1* ]] || wanted=125
        with_closed "$closed" "$CAPWRAP" --dry-run --json --user nobody -- true \
            >"$PUBLIC/document" || status=$?
        assert_equal "closed:$closed status:$status" "closed:$closed status:$wanted"
        [[ $wanted == 125 ]] || assert_equal "$(jq -r .outcome "$PUBLIC/document")" ok
    done
}
