#!/usr/bin/env bats
# The search of COMMAND in PATH: empty, unset, with empty and relative elements; with the new identity;
# the first that can be executed.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    mkdir "$PUBLIC/first" "$PUBLIC/second"
    cd "$PUBLIC" || return
}

# searching PATH: capwrap starts from a shell with this PATH
searching() {
    FROM=(/usr/bin/env PATH="$1")
}

# decoy FILE: a program whose start is noticed
decoy() {
    printf '#!/bin/sh\n: >"%s"\n' "$MARKER" >"$1"
    chmod 755 "$1"
}

found_in() {
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    assert_line "argv0=the-probe"
    dry_run "${ARGS[@]}"
    assert_equal "$(jq -r .program.path <<<"$output")" "$1/the-probe"
    did_not_run
}

ARGS=(--user 1000:1000 --keep NET_BIND_SERVICE -- the-probe)

@test "an unset PATH is /usr/bin:/bin" {
    FROM=(/usr/bin/env -u PATH)
    attempt "${FROM[@]}" "$CAPWRAP" --user 1000:1000 --keep NET_BIND_SERVICE -- \
        cat /proc/self/status
    assert_success
    assert_line --regexp "^CapPrm:[[:space:]]$NBS$"
    dry_run --user 1000:1000 -- cat
    assert_equal "$(jq -r .program.path <<<"$output")" /usr/bin/cat
    fails_with 127 program not-found the-probe -- --user 1000:1000 -- the-probe
}

@test "with an empty PATH no program is found, also in the working directory" {
    decoy here
    searching ''
    fails_with 127 program not-found 'here' -- --user 1000:1000 -- here
}

@test "empty elements of PATH are not the current directory" {
    decoy the-probe
    ln "$PROBE" second/the-probe 2>/dev/null || install "$PROBE" second/the-probe
    for path in ":$PUBLIC/second" "::$PUBLIC/second:" "$PUBLIC/first::$PUBLIC/second"; do
        searching "$path"
        runs "${ARGS[@]}"
        found_in "$PUBLIC/second"
    done
    for path in : :: "$PUBLIC/first:" ":$PUBLIC/first"; do
        searching "$path"
        fails_with 127 program not-found the-probe -- "${ARGS[@]}"
    done
}

@test "relative elements of PATH are skipped" {
    decoy first/the-probe
    decoy the-probe
    install "$PROBE" second/the-probe
    for path in "first:$PUBLIC/second" "./first:.:$PUBLIC/second" "../public:$PUBLIC/second"; do
        searching "$path"
        runs "${ARGS[@]}"
        found_in "$PUBLIC/second"
    done
    searching "first:.:./first"
    fails_with 127 program not-found the-probe -- "${ARGS[@]}"
}

@test "the first match is used" {
    install "$PROBE" first/the-probe
    decoy second/the-probe
    searching "$PUBLIC/first:$PUBLIC/second"
    runs "${ARGS[@]}"
    found_in "$PUBLIC/first"
}

@test "directories of that name are skipped" {
    mkdir first/the-probe
    install "$PROBE" second/the-probe
    searching "$PUBLIC/first:$PUBLIC/second"
    runs "${ARGS[@]}"
    found_in "$PUBLIC/second"
}

@test "a file that nobody may execute is skipped" {
    decoy first/the-probe
    chmod 644 first/the-probe
    install "$PROBE" second/the-probe
    searching "$PUBLIC/first:$PUBLIC/second"
    runs "${ARGS[@]}"
    found_in "$PUBLIC/second"
}

@test "a file that only root may execute is skipped" {
    decoy first/the-probe
    chmod 700 first/the-probe
    install "$PROBE" second/the-probe
    searching "$PUBLIC/first:$PUBLIC/second"
    runs "${ARGS[@]}"
    found_in "$PUBLIC/second"
}

@test "a directory that only root may search is skipped" {
    decoy first/the-probe
    chmod 700 first
    install "$PROBE" second/the-probe
    searching "$PUBLIC/first:$PUBLIC/second"
    runs "${ARGS[@]}"
    found_in "$PUBLIC/second"
}

@test "with DAC_READ_SEARCH kept a directory that only root may search is searched" {
    install -m 755 "$PROBE" first/the-probe
    chmod 700 first
    searching "$PUBLIC/first:$PUBLIC/second"
    runs --user 1000:1000 --keep DAC_READ_SEARCH -- the-probe
    holds_exactly "$(mask DAC_READ_SEARCH)"
}

@test "a file that may not be executed and no other match: 126, not 127" {
    decoy first/the-probe
    chmod 700 first/the-probe
    searching "$PUBLIC/first:$PUBLIC/second"
    fails_with 126 program not-executable 'the-probe' -- "${ARGS[@]}"
    error_says 'Permission denied'
    searching "$PUBLIC/second:$PUBLIC/first:$PUBLIC/missing"
    fails_with 126 program not-executable 'the-probe' -- "${ARGS[@]}"
}

@test "a directory that only root may search, and no other match: 127, not 126" {
    decoy first/the-probe
    chmod 700 first
    searching "$PUBLIC/first:$PUBLIC/second"
    fails_with 127 program not-found 'the-probe: not found in PATH, of which the user may not search '"$PUBLIC/first: No" \
        -- "${ARGS[@]}"
    # its full path is a different case: it exists, and is denied
    fails_with 126 program not-executable "the user may not search $PUBLIC/first: Permission denied" \
        -- --user 1000:1000 -- "$PUBLIC/first/the-probe"
    hint_says "install it outside of $PUBLIC/first, or let the user search that directory: chmod o\+x $PUBLIC/first\$"
}

@test "a link in PATH to a program behind a closed directory: 126, and the directory is named" {
    mkdir -m 700 closed
    mkdir closed/python
    install -m 755 "$PROBE" closed/python/the-probe
    ln -s ../closed/python/the-probe first/the-probe
    searching "$PUBLIC/first:$PUBLIC/second"
    fails_with 126 program not-executable "first/the-probe: the user may not search $PUBLIC/first/../closed: Permission" \
        -- "${ARGS[@]}"
    ln -sfn "$PUBLIC/closed/python" venv
    ln -sfn "$PUBLIC/venv/the-probe" first/the-probe
    for command in the-probe "$PUBLIC/first/the-probe"; do
        fails_with 126 program not-executable "the user may not search $PUBLIC/closed: Permission" \
            -- --user 1000:1000 -- "$command"
    done
    printf '#!%s\n' "$PUBLIC/first/the-probe" >script
    chmod 755 script
    fails_with 126 program interpreter \
        "./script: its #! line names .*/first/the-probe; the user may not search $PUBLIC/closed: Permission" \
        -- --user 1000:1000 -- ./script
    install -m 755 "$PROBE" second/the-probe
    runs "${ARGS[@]}"
    found_in "$PUBLIC/second"
}

@test "an element of PATH that is missing or not a directory is skipped" {
    install "$PROBE" second/the-probe
    searching "$PUBLIC/missing:$PROBE:$PUBLIC/second"
    runs "${ARGS[@]}"
    found_in "$PUBLIC/second"
}

@test "no match in PATH: 127" {
    searching "$PUBLIC/first:$PUBLIC/second:/usr/bin"
    fails_with 127 program not-found 'the-probe' -- "${ARGS[@]}"
}

@test "an empty COMMAND: 127" {
    searching "$PUBLIC/first:/usr/bin"
    fails_with 127 program not-found '' -- --user 1000:1000 -- ''
}

@test "a COMMAND with a slash is not searched for" {
    decoy first/the-probe
    install -D "$PROBE" second/bin/the-probe
    searching "$PUBLIC/first"
    cd second
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- bin/the-probe
    holds_exactly "$NBS"
    assert_line argv0=bin/the-probe
    runs --user 1000:1000 --keep NET_BIND_SERVICE -- ./bin/the-probe
    holds_exactly "$NBS"
    fails_with 127 program not-found './the-probe' -- --user 1000:1000 -- ./the-probe
}

@test "a PATH element of many kilobytes is skipped" {
    local long
    printf -v long '/%04095d' 0
    install "$PROBE" second/the-probe
    searching "$long:$long$long:$PUBLIC/second"
    runs "${ARGS[@]}"
    found_in "$PUBLIC/second"
}

@test "a COMMAND of many kilobytes is refused" {
    local long
    printf -v long '%05000d' 0
    searching "$PUBLIC/first"
    fails_with 127 program not-found '' -- --user 1000:1000 -- "$long"
    fails_with 126 program not-executable "$ENAMETOOLONG" -- --user 1000:1000 -- "/$long"
}
