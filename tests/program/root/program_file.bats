#!/usr/bin/env bats
# What COMMAND is: programs that cannot be executed, and the exit statuses 126 (found, not executable)
# and 127 (not found).

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

# execve_refuses PATTERN -- COMMAND...: what only execve finds out. 126, nothing ran.
execve_refuses() {
    local pattern=$1
    shift 2
    attempt "$CAPWRAP" "${ASKED[@]}" -- "$@"
    failed_with 126 exec "$pattern"
}

@test "a symbolic link to a program is followed, and argv[0] is the link's name" {
    ln -s "$PROBE" link
    runs "${ASKED[@]}" -- ./link
    holds_exactly "$NBS"
    assert_line argv0=./link
}

@test "the exit status is the program's" {
    for wanted in 0 1 7 125 126 127 255; do
        attempt_ending "$wanted" "${ASKED[@]}" -- "$PROBE" --exit "$wanted"
        assert_equal "$status" "$wanted"
        quiet
    done
}

@test "a program that a signal terminates has that signal in its wait status" {
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

@test "a path through a file that is not a directory: 127" {
    fails_with 127 program not-found "$PROBE/here" -- "${ASKED[@]}" -- "$PROBE/here"
}

@test "a directory: 126" {
    mkdir directory
    fails_with 126 program not-executable ./directory -- "${ASKED[@]}" -- ./directory
}

@test "a FIFO, a device and a socket: 126, without waiting" {
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
    hint_says 'let the user execute it: chmod a\+x ./no-permission$'
}

@test "no execute permission for the user, although root may execute it: 126" {
    for mode in 700 750 744; do
        install -m "$mode" "$PROBE" for-root
        fails_with 126 program not-executable './for-root.*Permission denied' -- \
            "${ASKED[@]}" -- ./for-root --marker "$MARKER"
    done
}

@test "execute permission of the primary and of a supplementary group is used" {
    install -g 1000 -m 750 "$PROBE" for-group
    runs "${ASKED[@]}" -- ./for-group
    is_user 1000 1000 1000
    install -g 2000 -m 750 "$PROBE" for-group
    fails_with 126 program not-executable ./for-group -- "${ASKED[@]}" -- ./for-group
    runs "${ASKED[@]}" --groups 2000 -- ./for-group
    is_user 1000 1000 1000,2000
    holds_exactly "$NBS"
}

@test "with DAC_OVERRIDE kept any execute permission is enough" {
    install -m 700 "$PROBE" for-root
    runs --user 1000:1000 --keep DAC_OVERRIDE -- ./for-root
    is_user 1000 1000 1000
    holds_exactly "$(mask DAC_OVERRIDE)"
    install -m 644 "$PROBE" for-nobody
    fails_with 126 program not-executable ./for-nobody -- \
        --user 1000:1000 --keep DAC_OVERRIDE -- ./for-nobody
}

@test "in a directory that only root may search: 126, or it runs with DAC_READ_SEARCH or DAC_OVERRIDE kept" {
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

@test "a program that the user may execute but not read is refused, as it may be a script" {
    install -m 711 "$PROBE" unreadable
    refuses program unreadable ./unreadable -- "${ASKED[@]}" -- ./unreadable --marker "$MARKER"
    refuses program unreadable ./unreadable -- --user 1000:1000 -- ./unreadable --marker "$MARKER"
    refuses program unreadable ./unreadable -- --no-new-privs "${ASKED[@]}" -- ./unreadable \
        --marker "$MARKER"
}

@test "a program that the user may execute but not read runs if it can gain nothing" {
    install -m 711 "$PROBE" unreadable
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- ./unreadable
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    assert_line no_new_privs=1
    dry_run --user 1000:1000 --no-new-privs -- ./unreadable
    assert_success
}

@test "a program that the user may execute but not read runs with DAC_READ_SEARCH kept" {
    install -m 711 "$PROBE" unreadable
    runs --user 1000:1000 --keep DAC_READ_SEARCH -- ./unreadable
    is_user 1000 1000 1000
    holds_exactly "$(mask DAC_READ_SEARCH)"
}

@test "a set-user-ID program that the user may not read runs as the user if it can gain nothing" {
    require_suid_mount
    install -m 4711 "$PROBE" unreadable
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- ./unreadable
    is_user 1000 1000 1000
    holds_exactly "$NONE"
    refuses program unreadable ./unreadable -- --user 1000:1000 -- ./unreadable --marker "$MARKER"
}

# ---- what only execve finds out ----

@test "a text file without #! is not run by a shell: 126, and the hint names the remedy" {
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

@test "a program of another architecture: 126" {
    printf '\177ELF\002\002\001' >foreign
    head -c 200 /dev/zero >>foreign
    chmod 755 foreign
    execve_refuses './foreign.*Exec format error' -- ./foreign
}

@test "a missing loader of a program: 126, not 127, and the hint names the loader" {
    printf 'int main(void) { return 0; }\n' >program.c
    cc -o loaderless -Wl,--dynamic-linker=/nonexistent/loader program.c
    execve_refuses './loaderless' -- ./loaderless
    hint_says '(loader|interpreter)'
    run ! hint_says 'head ' # a program has no first line
}

@test "a program that is open for writing is run or refused as the kernel does" {
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
