#!/usr/bin/env bats
# What common programs need, and that docs/recipes.md says so: recipes.py, on a root file system of
# Debian's packages that is unpacked and not installed, so that no service is set up or started.

load ../support/common

PACKAGES=(nginx-light lighttpd haproxy caddy nodejs python3 busybox-static redis-server dnsmasq-base
    unbound tcpdump iputils-ping iproute2 nftables coreutils util-linux bsdutils grep libcap2-bin
    e2fsprogs dash libcap-ng0)

setup_file() {
    require_root
    # The static program: another system's C library may be too old for the packaged one.
    export CAPWRAP=$CAPWRAP_MUSL
    export ROOT=$BATS_FILE_TMPDIR/root PATH=/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
    # Debian 12: the messages in the document are those of its programs.
    mmdebstrap --quiet --variant=extract --include="${PACKAGES[*]}" bookworm "$ROOT"
    # What programs are run as has to reach it.
    chmod go+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/file" "$BATS_FILE_TMPDIR"
    mkdir "$ROOT/recipes"
    cd "$SRC_DIR/contrib/docker/go" || return
    CGO_ENABLED=0 GOCACHE=$BATS_FILE_TMPDIR/go go build -o "$ROOT/recipes/go-server" .
}

setup() {
    recipes=$SRC_DIR/tests/real/recipes.py
}

# one_recipe NAME EXPRESSION: that recipe of a list that the sed expression has changed.
one_recipe() {
    cp "$SRC_DIR"/tests/real/recipes* "$BATS_TEST_TMPDIR"
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

@test "a document that says something else is found" {
    cp "$SRC_DIR"/tests/real/recipes* "$BATS_TEST_TMPDIR"
    sed -n '/DEFAULT/,/^$/p; /^\[ping\]/,/^$/p' "$SRC_DIR/tests/real/recipes.ini" >"$BATS_TEST_TMPDIR/recipes.ini"
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

@test "wrong words are told from a root and a file" {
    run "$recipes"
    assert_failure 1
    assert_output --partial 'recipes.py ROOT FILE'
    run "$recipes" "$ROOT" --one nothing-of-that-name
    assert_failure 1
    assert_output 'recipes.py: no such program: nothing-of-that-name'
}
