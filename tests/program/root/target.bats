#!/usr/bin/env bats
# What COMMAND is: scripts and their interpreters, programs that cannot be executed, and the exit
# statuses 126 (found, not executable) and 127 (not found).

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

teardown() {
    end_background
}

# script FILE FIRST-LINE: an executable script. When a shell runs it, it leaves the marker.
script() {
    printf '%s\n: >"%s"\n' "$2" "$MARKER" >"$1"
    chmod 755 "$1"
}

# The program ran as asked, and the rehearsal had seen these interpreters, first to last.
ran_through() {
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    dry_run "${ASKED[@]}" -- "$TARGET"
    assert_equal "$(jq -r '.program.interpreters | join(" ")' <<<"$output")" "$*"
}

# execve_refuses PATTERN -- COMMAND...: what only execve can know. 126, nothing ran.
execve_refuses() {
    local pattern=$1
    shift 2
    attempt "$CAPWRAP" "${ASKED[@]}" -- "$@"
    failed_with 126 exec "$pattern"
}

# ---- plain programs ----

@test "a program runs with exactly what was asked for" {
    runs "${ASKED[@]}" -- "$PROBE"
    is_user 1000 1000 1000
    holds_exactly "$NBS"
    quiet
}

@test "a symbolic link to a program is followed, and the program keeps the link's name" {
    ln -s "$PROBE" link
    runs "${ASKED[@]}" -- ./link
    holds_exactly "$NBS"
    assert_line argv0=./link
}

@test "the program's own exit status is capwrap's" {
    for wanted in 0 1 7 125 126 127 255; do
        attempt_ending "$wanted" "${ASKED[@]}" -- "$PROBE" --exit "$wanted"
        assert_equal "$status" "$wanted"
        quiet
    done
}

@test "a program ended by a signal is seen to be ended by it" {
    # shellcheck disable=SC2016 # expanded by the program
    attempt "$CAPWRAP" "${ASKED[@]}" -- /bin/sh -c 'kill -TERM $$'
    assert_equal "$status" $((128 + 15))
}

@test "a missing program: 127" {
    fails_with 127 program not-found "$PUBLIC/missing" -- "${ASKED[@]}" -- "$PUBLIC/missing"
    fails_with 127 program not-found missing/here -- "${ASKED[@]}" -- missing/here
}

@test "a dangling symbolic link: 127" {
    ln -s "$PUBLIC/missing" dangling
    fails_with 127 program not-found ./dangling -- "${ASKED[@]}" -- ./dangling
}

@test "a symbolic link to itself: 126" {
    ln -s circle circle
    fails_with 126 program not-executable "circle.*$ELOOP" -- "${ASKED[@]}" -- ./circle
}

@test "a path through something that is no directory: 127" {
    fails_with 127 program not-found "$PROBE/here" -- "${ASKED[@]}" -- "$PROBE/here"
}

@test "a directory: 126" {
    mkdir directory
    fails_with 126 program not-executable ./directory -- "${ASKED[@]}" -- ./directory
}

@test "a FIFO, a device and a socket: 126, and nobody waits for them" {
    mkfifo -m 777 fifo
    fails_with 126 program not-executable ./fifo -- "${ASKED[@]}" -- ./fifo
    fails_with 126 program not-executable /dev/null -- "${ASKED[@]}" -- /dev/null
    /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind("socket")'
    chmod 777 socket
    fails_with 126 program not-executable ./socket -- "${ASKED[@]}" -- ./socket
}

@test "no execute permission: 126, with the remedy" {
    install -m 644 "$PROBE" no-permission
    fails_with 126 program not-executable './no-permission.*Permission denied' -- \
        "${ASKED[@]}" -- ./no-permission --marker "$MARKER"
    hint_says 'execute ./no-permission'
}

@test "no execute permission, although root may: 126" {
    for mode in 700 750 744; do
        install -m "$mode" "$PROBE" for-root
        fails_with 126 program not-executable './for-root.*Permission denied' -- \
            "${ASKED[@]}" -- ./for-root --marker "$MARKER"
    done
}

@test "execute permission through the group, and through a supplementary group" {
    install -g 1000 -m 750 "$PROBE" for-group
    runs "${ASKED[@]}" -- ./for-group
    is_user 1000 1000 1000
    install -g 2000 -m 750 "$PROBE" for-group
    fails_with 126 program not-executable ./for-group -- "${ASKED[@]}" -- ./for-group
    runs "${ASKED[@]}" --groups 2000 -- ./for-group
    is_user 1000 1000 1000,2000
    holds_exactly "$NBS"
}

@test "with DAC_OVERRIDE kept execute permission of anybody is enough" {
    install -m 700 "$PROBE" for-root
    runs --user 1000:1000 --keep DAC_OVERRIDE -- ./for-root
    is_user 1000 1000 1000
    holds_exactly "$(mask DAC_OVERRIDE)"
    install -m 644 "$PROBE" for-nobody
    fails_with 126 program not-executable ./for-nobody -- \
        --user 1000:1000 --keep DAC_OVERRIDE -- ./for-nobody
}

@test "in a folder of root's alone: 126, or 0 with DAC_READ_SEARCH or DAC_OVERRIDE kept" {
    mkdir -m 700 folder
    install -m 755 "$PROBE" folder/probe
    fails_with 126 program not-executable './folder/probe.*Permission denied' -- \
        "${ASKED[@]}" -- ./folder/probe --marker "$MARKER"
    for cap in DAC_READ_SEARCH DAC_OVERRIDE; do
        runs --user 1000:1000 --keep "$cap" -- ./folder/probe
        is_user 1000 1000 1000
        holds_exactly "$(mask "$cap")"
    done
}

@test "a program that may be executed and not read: whether it is a script is not known" {
    install -m 711 "$PROBE" unreadable
    refuses program unreadable ./unreadable -- "${ASKED[@]}" -- ./unreadable --marker "$MARKER"
    refuses program unreadable ./unreadable -- --user 1000:1000 -- ./unreadable --marker "$MARKER"
    refuses program unreadable ./unreadable -- --no-new-privs "${ASKED[@]}" -- ./unreadable \
        --marker "$MARKER"
}

@test "a program that may be executed and not read runs when it can gain nothing" {
    install -m 711 "$PROBE" unreadable
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- ./unreadable
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    assert_line no_new_privs=1
    dry_run --user 1000:1000 --no-new-privs -- ./unreadable
    assert_success
}

@test "a program that may be executed and not read runs with DAC_READ_SEARCH kept" {
    install -m 711 "$PROBE" unreadable
    runs --user 1000:1000 --keep DAC_READ_SEARCH -- ./unreadable
    is_user 1000 1000 1000
    holds_exactly "$(mask DAC_READ_SEARCH)"
}

@test "a set-user-ID program that cannot be read and can gain nothing stays the user's" {
    require_suid_mount
    install -m 4711 "$PROBE" unreadable
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- ./unreadable
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    refuses program unreadable ./unreadable -- --user 1000:1000 -- ./unreadable --marker "$MARKER"
}

# ---- scripts ----

@test "a script runs through its interpreter with exactly what was asked for" {
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

@test "a #! line longer than the kernel reads: its argument is cut, its interpreter must not be" {
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

@test "a #! line that fills what the kernel reads: the last byte decides" {
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

@test "an interpreter with a relative path starts at the current directory, as the kernel does it" {
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

@test "a script of a script" {
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

@test "the missing interpreter of a script: 126, not 127, and it is named" {
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

@test "a script that may be executed and not read is unknown too" {
    script one "#!$PROBE"
    chmod 711 one
    refuses program unreadable ./one -- "${ASKED[@]}" -- ./one
}

@test "an interpreter that may be executed and not read is unknown too" {
    install -m 711 "$PROBE" interpreter
    script one "#!$PUBLIC/interpreter"
    refuses program unreadable "$PUBLIC/interpreter" -- "${ASKED[@]}" -- ./one
}

# ---- what only execve can know ----

@test "a text file without #! is not handed to a shell: 126, with the remedy" {
    script text 'echo this is run by a shell'
    execve_refuses './text.*Exec format error' -- ./text
    hint_says '#!'
    mkdir folder
    mv text folder
    FROM=(/usr/bin/env PATH="$PUBLIC/folder")
    attempt "${FROM[@]}" "$CAPWRAP" "${ASKED[@]}" -- text
    failed_with 126 exec 'Exec format error'
}

@test "an empty file: 126" {
    install -m 755 /dev/null empty
    execve_refuses './empty.*Exec format error' -- ./empty
}

@test "a file of another machine's format: 126" {
    printf '\177ELF\002\002\001' >foreign
    head -c 200 /dev/zero >>foreign
    chmod 755 foreign
    execve_refuses './foreign.*Exec format error' -- ./foreign
}

@test "the missing loader of a program: 126, not 127, and not called missing itself" {
    printf 'int main(void) { return 0; }\n' >program.c
    cc -o loaderless -Wl,--dynamic-linker=/nonexistent/loader program.c
    execve_refuses './loaderless' -- ./loaderless
    hint_says '(loader|interpreter)'
    run ! hint_says 'head ' # a program has no first line
}

@test "a file that is open for writing: what the kernel says" {
    install -m 755 "$PROBE" busy
    in_background sleep sleep 300 9>>busy
    run ./busy
    if [[ $status == 0 ]]; then # Linux 6.11 and 6.12 allow it
        runs "${ASKED[@]}" -- ./busy
        is_user 1000 1000 1000
        holds_exactly "$NBS"
    else
        execve_refuses './busy.*Text file busy' -- ./busy --marker "$MARKER"
    fi
}
