#!/usr/bin/env bats
# What common programs need, compared with docs/recipes.md: recipes.py, on the root file system that
# tests/real/recipes/programs makes. The commands of the document's recipes 1 and 6 run there as well; tests of
# engines have the others.

load ../../support/common
load ../../support/documented
load ../../support/debian-root

export DOCUMENT=$SRC_DIR/docs/recipes.md

: "${PROGRAMS:?is not set: a root file system, as tests/real/recipes/programs makes it}"

setup_file() {
    require_root
    # The static program: another system's C library may be too old for the packaged one.
    export CAPWRAP=$CAPWRAP_MUSL
    export ROOT=$BATS_FILE_TMPDIR/root PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
    cp -a "$PROGRAMS" "$ROOT"
    # What programs are run as has to reach it.
    chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    "$SRC_DIR/tests/real/recipes/recipes.py" "$ROOT" --furnish
}

setup() {
    recipes=$SRC_DIR/tests/real/recipes/recipes.py
}

# one_recipe NAME EXPRESSION: that recipe of a list that the sed expression has changed.
one_recipe() {
    cp "$SRC_DIR"/tests/real/recipes/{recipes.*,call} "$BATS_TEST_TMPDIR"
    sed -i "/^\[$1\]/,/^\$/ $2" "$BATS_TEST_TMPDIR/recipes.ini"
    run "$BATS_TEST_TMPDIR/recipes.py" "$ROOT" --one "$1"
}

@test "each program works with its set and fails with any one capability less, as docs/recipes.md says" {
    run "$recipes" "$ROOT" "$SRC_DIR/docs/recipes.md"
    echo "$output"
    sed -n 's/^summary: /# &/p' <<<"$output" >&3
    assert_success
    run jq '.programs >= 40 and .servers >= 12 and .capabilities >= 30 and .wrong == 0' <<<"$(counts)"
    assert_output true
}

@test "a set that is too small is found" {
    one_recipe ping 's/NET_RAW/CHOWN/'
    assert_failure 1
    assert_line 'ping: does not work:'
    one_recipe python3 's/NET_BIND_SERVICE/CHOWN/'
    assert_failure 1
    assert_line 'python3: does not work:'
}

@test "a set that is too large is found" {
    one_recipe ping 's/NET_RAW/NET_RAW, CHOWN/'
    assert_failure 1
    assert_line 'ping: works without CHOWN'
    one_recipe python3 's/NET_BIND_SERVICE/NET_BIND_SERVICE, CHOWN/'
    assert_failure 1
    assert_line 'python3: works without CHOWN'
}

@test "a document that differs is found" {
    cp "$SRC_DIR"/tests/real/recipes/{recipes.*,call} "$BATS_TEST_TMPDIR"
    sed -n '/DEFAULT/,/^$/p; /^\[ping\]/,/^$/p' "$SRC_DIR/tests/real/recipes/recipes.ini" >"$BATS_TEST_TMPDIR/recipes.ini"
    sed '/^| `ping/s/capability/permission/' "$SRC_DIR/docs/recipes.md" >"$BATS_TEST_TMPDIR/other.md"
    run "$BATS_TEST_TMPDIR/recipes.py" "$ROOT" "$BATS_TEST_TMPDIR/other.md"
    assert_failure 1
    assert_line --regexp 'not as measured: \| `ping .*permission'
    assert_line --regexp 'missing: \| `ping .*capability'
    assert_line --regexp 'not as measured: \| `nginx'
}

@test "each capability that Linux has is in the table, or named as not tried" {
    local name
    "$CAPWRAP" --list-caps | awk '{ print $2 }' >"$BATS_TEST_TMPDIR/names"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/names")" -ge 41 ]
    while read -r name; do
        grep -qw "$name" "$SRC_DIR/docs/recipes.md" || fail "docs/recipes.md: nothing about $name"
    done <"$BATS_TEST_TMPDIR/names"
}

@test "wrong arguments are refused, not taken for a root or a file" {
    run "$recipes"
    assert_failure 1
    assert_output --partial 'recipes.py ROOT FILE'
    run "$recipes" "$ROOT" --one nothing-of-that-name
    assert_failure 1
    assert_output 'recipes.py: no such program: nothing-of-that-name'
}

# ---- the recipes ----

# state UID GID SET BOUNDING: of a program that printed its /proc/self/status; 0 is an empty set.
state() {
    local key
    assert_success
    assert_line "Uid:	$1	$1	$1	$1"
    assert_line "Gid:	$2	$2	$2	$2"
    for key in Inh Prm Eff Amb; do assert_line "Cap$key:	$3"; done
    assert_line "CapBnd:	$4"
}

@test "README's line for gosu: the result is that of gosu, without the bounding set and group 0" {
    local row before after all
    # shellcheck disable=SC2016 # code in Markdown
    row=$(grep -x '| `gosu [^`]*` | `capwrap [^`]*` |' "$SRC_DIR/README.md")
    IFS='`' read -r _ before _ after _ <<<"$row"
    printf '#!/bin/sh\ncat /proc/$$/status\n' >"$ROOT/recipes/server"
    chmod 755 "$ROOT/recipes/server"
    all=$(awk '/^CapBnd/ { print $2 }' /proc/self/status)
    run in_recipes "$before"
    state 33 33 "$(mask)" "$all"
    run in_recipes "$after"
    state 33 33 "$(mask)" "$(mask)"
    # A uid without an entry.
    run in_recipes "${before/www-data/12345}"
    state 12345 0 "$(mask)" "$all"
    run in_recipes "${after/www-data/12345}"
    assert_failure 125
    assert_output --partial 'the uid has no entry, so the group must be given'
    run in_recipes "${after/www-data/12345:12345 --groups none}"
    state 12345 12345 "$(mask)" "$(mask)"
}

# in_recipes LINE: a shell's.
in_recipes() {
    in_root sh -ec "cd /recipes; $1"
}

# serves LINE: a shell's, of a server; its /proc/PID/status once it answers on port 80.
serves() {
    # shellcheck disable=SC2016 # expands in the inner shell
    in_root sh -c 'cd /home; eval "exec $1" &
        until busybox wget -qO- http://127.0.0.1/ >/dev/null 2>&1; do
            kill -0 $! || exit
            sleep 0.05
        done
        cat /proc/$!/status' serves "$1"
}

@test "recipe 3: with setcap on python every user has the capability; as documented, the named one" {
    local undo server python nobody='setpriv --reuid 65534 --regid 65534 --clear-groups'
    local plain="$nobody python3 -m http.server 80" library="LD_LIBRARY_PATH=/lib $nobody python3 -c"
    library+=" 'import os; print(os.environ.get(\"LD_LIBRARY_PATH\"))'"
    below '3. Instead of setcap on python or node' >"$BATS_TEST_TMPDIR/lines"
    assert_equal "$(wc -l <"$BATS_TEST_TMPDIR/lines")" 2
    undo=$(grep '^setcap -r ' "$BATS_TEST_TMPDIR/lines")
    server=$(grep '^capwrap ' "$BATS_TEST_TMPDIR/lines")
    python=$(readlink -f "$ROOT/usr/bin/python3")

    in_recipes "$(documented 'setcap cap_net_bind_service=ep')"
    run serves "$plain"
    assert_success
    assert_line "CapPrm:	$(mask NET_BIND_SERVICE)"
    run in_recipes "$library"
    assert_output None # dropped, as from a set-user-ID program

    in_recipes "$undo"
    run serves "$plain"
    assert_failure
    assert_output --partial 'PermissionError: [Errno 13] Permission denied'
    run in_recipes "$library"
    assert_output /lib

    run serves "$server"
    state 33 33 "$(mask NET_BIND_SERVICE)" "$(mask NET_BIND_SERVICE)"
    assert_line "NoNewPrivs:	1"
    run serves "${server/--keep NET_BIND_SERVICE/}"
    assert_failure
    assert_output --partial 'PermissionError: [Errno 13] Permission denied'

    # What an update does: a new file in the place of the old one.
    in_recipes "$(documented 'setcap cap_net_bind_service=ep')"
    cp "$python" "$python.dpkg-new" && mv "$python.dpkg-new" "$python"
    run serves "$plain"
    assert_failure
    assert_output --partial 'PermissionError: [Errno 13] Permission denied'
}
