#!/usr/bin/env bats
# Scripts and their interpreters.

# shellcheck disable=SC2154 # bats sets stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    NBS=$(mask NET_BIND_SERVICE)
    ASKED=(--user 1000:1000 --keep NET_BIND_SERVICE)
    # a short path: the kernel reads 256 bytes of a #! line
    cd "$PUBLIC" || return
}

# script FILE FIRST-LINE: an executable script. When a shell runs it, it leaves the marker.
script() {
    printf '%s\n: >"%s"\n' "$2" "$MARKER" >"$1"
    chmod 755 "$1"
}

# The program ran as asked, and the dry run tells these interpreters, first to last.
ran_through() {
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    dry_run "${ASKED[@]}" -- "$TARGET"
    assert_equal "$(jq -r '.program.interpreters | join(" ")' <<<"$output")" "$*"
}

@test "a script runs through its interpreter, in the requested state" {
    script one "#!$PROBE"
    TARGET=./one
    runs "${ASKED[@]}" -- "$TARGET" word
    assert_line "argv0=$PROBE"
    assert_line argc=3
    ran_through "$PROBE"
}

@test "a #! line may have blanks, one argument, and no end of line" {
    TARGET=./one
    # shellcheck disable=SC2046 # two lines
    for line in "#! $PROBE" $'#!\t '"$PROBE"$' \t' "#!$PROBE --exit" ; do
        script one "$line"
        runs "${ASKED[@]}" -- "$TARGET" 0
        ran_through "$PROBE"
    done
    printf '#!%s' "$PROBE" >one
    runs "${ASKED[@]}" -- "$TARGET"
    assert_line argc=2
    ran_through "$PROBE"
}

@test "a #! line longer than the kernel reads: a cut argument is accepted, a cut interpreter is refused" {
    local long
    printf -v long '%0300d' 0
    TARGET=./one
    script one "#!$PROBE $long"
    runs "${ASKED[@]}" -- "$TARGET"
    assert_line argc=3
    ran_through "$PROBE"
    script one "#!/$long"
    fails_with 126 program interpreter './one' -- "${ASKED[@]}" -- ./one
}

@test "a #! line as long as the kernel reads is accepted or refused as by the kernel" {
    # interpreters whose line is 255 and 256 bytes long, without and with its newline
    local length name kernel
    for length in 255 256; do
        printf -v name '%0*d' $((length - ${#PUBLIC} - 3)) 0
        install -m 755 "$PROBE" "$PUBLIC/$name"
        printf '#!%s' "$PUBLIC/$name" >one
        assert_equal "$(wc -c <one)" $length
        echo >>one
        chmod 755 one
        # a shell would run what the kernel refuses
        kernel=0
        /usr/bin/python3 -c 'import os; os.execv("./one", ["./one"])' >/dev/null 2>&1 || kernel=$?
        TARGET=./one
        if [[ $length == 255 ]]; then
            assert_equal "$kernel" 0
            runs "${ASKED[@]}" -- "$TARGET"
            ran_through "$PUBLIC/$name"
        else
            assert_equal "$kernel" 1 # it takes the line for cut off
            fails_with 126 program interpreter './one' -- "${ASKED[@]}" -- ./one
        fi
    done
}

@test "a #! line without an interpreter: 126" {
    for line in '#!' '#! ' $'#!\t \t'; do
        script one "$line"
        fails_with 126 program interpreter './one' -- "${ASKED[@]}" -- ./one
    done
}

@test "a relative interpreter starts at the working directory, as in the kernel" {
    install -m 755 "$PROBE" interpreter
    script one '#!interpreter'
    TARGET=$PUBLIC/one
    runs "${ASKED[@]}" -- "$TARGET"
    ran_through interpreter
    mkdir elsewhere
    cd elsewhere
    fails_with 126 program interpreter 'interpreter' -- "${ASKED[@]}" -- "$TARGET"
}

# chain N: ./N is a script of ./N-1 and so on; ./1 is a script of the probe
chain() {
    local n
    script 1 "#!$PROBE"
    for ((n = 2; n <= $1; n++)); do script "$n" "#!$PUBLIC/$((n - 1))"; done
}

@test "a script of a script runs" {
    chain 2
    TARGET=./2
    runs "${ASKED[@]}" -- "$TARGET"
    ran_through "$PUBLIC/1" "$PROBE"
}

@test "five levels of scripts run" {
    chain 5
    run ./5
    assert_success # as the kernel alone does
    TARGET=./5
    runs "${ASKED[@]}" -- "$TARGET"
    ran_through "$PUBLIC/4" "$PUBLIC/3" "$PUBLIC/2" "$PUBLIC/1" "$PROBE"
}

@test "six levels of scripts are refused: 126" {
    chain 6
    run ./6
    assert_failure 126 # as the kernel alone does
    fails_with 126 program interpreter "./6.*$ELOOP" -- "${ASKED[@]}" -- ./6
    run ! hint_says 'install' # every one of them is there
}

@test "a script that is its own interpreter: 126" {
    script circle "#!$PUBLIC/circle"
    fails_with 126 program interpreter "circle.*$ELOOP" -- "${ASKED[@]}" -- ./circle
}

@test "an interpreter that is a loop of symbolic links: 126" {
    ln -s loop loop
    script one "#!$PUBLIC/loop"
    fails_with 126 program interpreter "$ELOOP" -- "${ASKED[@]}" -- ./one
    fails_with 126 program interpreter "$ELOOP" -- --user nobody -- ./one
}

@test "a missing interpreter: 126, not 127, and it is named" {
    script one "#!$PUBLIC/missing"
    fails_with 126 program interpreter "$PUBLIC/missing" -- "${ASKED[@]}" -- ./one
    hint_says 'install'
    run ! hint_says "head .*$PUBLIC/missing" # a missing file has no first line
    script two "#!$PUBLIC/one"
    fails_with 126 program interpreter "$PUBLIC/missing" -- "${ASKED[@]}" -- ./two
    # lines that end as on Windows
    script one $'#!/bin/sh\r'
    fails_with 126 program interpreter '/bin/sh' -- "${ASKED[@]}" -- ./one
}

@test "an interpreter that the user may not execute: 126, and it is named" {
    install -m 700 "$PROBE" interpreter
    script one "#!$PUBLIC/interpreter"
    fails_with 126 program interpreter "$PUBLIC/interpreter.*Permission denied" -- \
        "${ASKED[@]}" -- ./one
    run ! hint_says 'install' # it is there
    script one "#!$PUBLIC"
    fails_with 126 program interpreter "$PUBLIC.*(Permission denied|Is a directory)" -- \
        "${ASKED[@]}" -- ./one
    run ! hint_says 'install'
}

@test "a script that the user may execute but not read is refused" {
    script one "#!$PROBE"
    chmod 711 one
    refuses program unreadable ./one -- "${ASKED[@]}" -- ./one
}

@test "an interpreter that the user may execute but not read is refused" {
    install -m 711 "$PROBE" interpreter
    script one "#!$PUBLIC/interpreter"
    refuses program unreadable "$PUBLIC/interpreter" -- "${ASKED[@]}" -- ./one
}
