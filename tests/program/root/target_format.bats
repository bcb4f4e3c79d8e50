#!/usr/bin/env bats
# What the kernel refuses to execute: reported before execve, by a real run and by a rehearsal, with
# 126 and what is wrong with the file.

# shellcheck disable=SC2154 # bats sets output, status and stderr
load ../../support/common
load ../../support/states

setup() {
    require_root
    ASKED=(--user 1000:1000 --keep NET_BIND_SERVICE)
    cd "$PUBLIC" || return
}

# A program of this machine, named $1, that leaves the marker; more words are for the compiler.
program() {
    printf '#include <fcntl.h>\nint main(void) { return creat("%s", 0600) < 0; }\n' "$MARKER" >program.c
    cc -o "$@" program.c
}

# With formats registered on this machine no prediction of a format is possible.
no_registered_formats() {
    local formats
    formats=$(find /proc/sys/fs/binfmt_misc -mindepth 1 ! -name register ! -name status 2>/dev/null || true)
    [[ -z $formats ]] || fail "a format is registered with binfmt_misc: $formats"
}

@test "a text without #!: 126, with the remedy" {
    no_registered_formats
    printf ': >"%s"\n' "$MARKER" >text
    chmod 755 text
    fails_with 126 exec not-executable './text: a text without a #! line .*Exec format error' \
        -- "${ASKED[@]}" -- ./text
    hint_says '#! line, or name its interpreter: sh ./text'
}

@test "an empty file: 126, with the remedy" {
    no_registered_formats
    install -m 755 /dev/null empty
    fails_with 126 exec not-executable './empty: an empty file .*Exec format error' \
        -- "${ASKED[@]}" -- ./empty
    hint_says 'no content'
}

@test "a file in no format of this system: 126, with the remedy" {
    no_registered_formats
    printf 'MZ\0\1\2\3' >program.exe
    chmod 755 program.exe
    fails_with 126 exec not-executable 'a program for Windows \(PE\): Exec format error' \
        -- "${ASKED[@]}" -- ./program.exe
    hint_says 'install the program for Linux'
    printf '\1\2\3' >program.exe
    fails_with 126 exec not-executable 'neither a script nor an ELF file: Exec format error' \
        -- "${ASKED[@]}" -- ./program.exe
    hint_says 'format that this system executes'
}

@test "a program of another architecture: 126, with the remedy" {
    no_registered_formats
    program foreign
    printf '\x4b\0' | dd of=foreign bs=1 seek=18 conv=notrunc status=none # e_machine: a VAX
    fails_with 126 exec not-executable "built for machine number 75, and this is $(uname -m): Exec format error" \
        -- "${ASKED[@]}" -- ./foreign
    hint_says 'install the program for this machine'
}

@test "a program that is truncated or not a program: 126, with the remedy" {
    local name
    no_registered_formats
    program whole
    head -c 30 whole >header
    head -c 100 whole >segments
    cc -c -o object program.c
    chmod 755 header segments object
    for name in header segments object; do
        fails_with 126 exec not-executable 'an ELF file that is damaged.*: Exec format error' \
            -- "${ASKED[@]}" -- "./$name"
        hint_says 'install the program again'
    done
}

@test "a loader that is missing, not executable or not a loader: 126, and it is named" {
    program loaderless -Wl,--dynamic-linker="$PUBLIC/loader"
    fails_with 126 exec interpreter "it needs the loader $PUBLIC/loader, which does not exist: No such file" \
        -- "${ASKED[@]}" -- ./loaderless
    hint_says "install the C library of $PUBLIC/loader, or a program built for that of this system"
    install -m 644 "$(type -P true)" loader
    fails_with 126 exec interpreter "$PUBLIC/loader, which cannot be used: Permission denied" \
        -- "${ASKED[@]}" -- ./loaderless
    head -c 1000 /dev/zero >loader
    chmod 755 loader
    # the words are of the C library; musl has none for ELIBBAD
    fails_with 126 exec interpreter \
        "$PUBLIC/loader, which cannot be used: (Accessing a corrupted shared library|No error information)" \
        -- "${ASKED[@]}" -- ./loaderless
    printf x >loader
    fails_with 126 exec interpreter "$PUBLIC/loader, which cannot be used: $EIO" \
        -- "${ASKED[@]}" -- ./loaderless
}

# field OFFSET64 OFFSET32: where a field of the ELF header is in this machine's class (elf(5)).
field() {
    if [[ $(getconf LONG_BIT) == 64 ]]; then echo "$1"; else echo "$2"; fi
}

# bytes_at FILE OFFSET BYTES: writes them there.
bytes_at() {
    # shellcheck disable=SC2059 # the escapes are its
    printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# execve_says PROGRAM ERRNO: what the kernel answers without capwrap.
execve_says() {
    attempt python3 -c 'import os, sys
try:
    os.execv(sys.argv[1], sys.argv[1:])
except OSError as error:
    print(error.errno)' "$1"
    assert_output "$2"
}

@test "a loader whose program headers are damaged: 126, and it is named" {
    local name
    program whole
    program loaderless -Wl,--dynamic-linker="$PUBLIC/loader"
    for name in cut none many size offset; do
        echo "case: $name"
        cp whole loader
        case $name in # e_phnum, e_phentsize, e_phoff
            cut) head -c 64 whole >loader ;;
            none) bytes_at loader "$(field 56 44)" '\0\0' ;;
            many) bytes_at loader "$(field 56 44)" '\377\377' ;;
            size) bytes_at loader "$(field 54 42)" '\1\0' ;;
            offset) bytes_at loader "$(field 32 28)" '\377\377\377\177' ;;
        esac
        execve_says ./loaderless 80 # ELIBBAD
        fails_with 126 exec interpreter \
            "$PUBLIC/loader, which cannot be used: (Accessing a corrupted shared library|No error information)" \
            -- "${ASKED[@]}" -- ./loaderless
        hint_says "install the C library of $PUBLIC/loader, or a program built for that of this system"
    done
}

@test "a loader that is not a regular file: 126, and it is named" {
    program loaderless -Wl,--dynamic-linker="$PUBLIC/loader"
    for make in mkdir 'mkfifo -m 777' 'ln -s /dev/null'; do
        echo "case: $make"
        $make loader
        execve_says ./loaderless 13 # EACCES
        fails_with 126 exec interpreter "$PUBLIC/loader, which cannot be used: Permission denied" \
            -- "${ASKED[@]}" -- ./loaderless
        hint_says "install the C library of $PUBLIC/loader, or a program built for that of this system"
        rm -r loader
    done
}

@test "program headers that end after the name of the loader: 126, with the remedy" {
    no_registered_formats
    program cut
    bytes_at cut "$(field 56 44)" '\0\4' # e_phnum, and the file ends before
    truncate -s 4000 cut
    execve_says ./cut 8 # ENOEXEC
    fails_with 126 exec not-executable './cut: it is an ELF file that is damaged.*: Exec format error' \
        -- "${ASKED[@]}" -- ./cut
    hint_says 'install the program again'
}

@test "an aarch64 program on another machine: named, with both machines" {
    no_registered_formats
    [[ $(uname -m) != aarch64 ]] || return 0
    program foreign
    printf '\xb7\0' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
    fails_with 126 exec not-executable "built for aarch64, and this is $(uname -m): Exec" -- "${ASKED[@]}" -- ./foreign
}

@test "the file may be of a registered format: nothing is reported before execve" {
    local name
    program foreign
    printf '\x4b\0' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
    for name in none '' qemu-vax; do
        # shellcheck disable=SC2016 # expands in the inner shell
        FROM=(unshare --mount --propagation private -- /bin/bash -c '
            mount -t tmpfs none /proc/sys/fs || exit 99
            if [ "$1" != none ]; then
                mkdir /proc/sys/fs/binfmt_misc && cd /proc/sys/fs/binfmt_misc &&
                    touch register status $1 && cd "$OLDPWD" || exit 99
            fi
            shift
            exec "$@"' sh "$name")
        attempt "${FROM[@]}" "$CAPWRAP" "${ASKED[@]}" --dry-run -- ./foreign
        if [[ $name == qemu-vax ]]; then assert_success; else failed_with 126 exec 'built for machine number 75'; fi
        attempt "${FROM[@]}" "$CAPWRAP" "${ASKED[@]}" -- ./foreign
        failed_with 126 exec 'Exec format error'
    done
}

@test "a byte-order mark, or an empty line, before #!: named" {
    no_registered_formats
    printf '\xef\xbb\xbf#!/bin/sh\n' >marked
    printf '\r\n#!/bin/sh\n' >late
    chmod 755 marked late
    fails_with 126 exec not-executable 'a byte-order mark precedes its first line: Exec format error' \
        -- "${ASKED[@]}" -- ./marked
    hint_says 'without a byte-order mark'
    fails_with 126 exec not-executable 'its #! does not stand at the beginning of the file: Exec' \
        -- "${ASKED[@]}" -- ./late
    hint_says 'remove what stands before #!'
}

@test "a #! line that ends with a carriage return: named, and the hint repairs it" {
    printf '#!/bin/sh\r\necho mended\r\n' >script
    chmod 755 script
    fails_with 126 program interpreter './script: its #! line names /bin/sh and ends with a carriage return: No such file' \
        -- "${ASKED[@]}" -- ./script
    hint_says "sed -i 's/\\\\r\\\$//' ./script\$"
    bash -c "$(sed -n 's/^  hint: convert its line ends: //p' <<<"$stderr")"
    run -0 "$CAPWRAP" "${ASKED[@]}" -- ./script
    assert_output mended
}

@test "the interpreter of a script is inspected in the same way, and is named" {
    no_registered_formats
    printf 'no program\n' >interpreter
    printf '#!%s\n' "$PUBLIC/interpreter" >script
    chmod 755 interpreter script
    fails_with 126 exec not-executable "$PUBLIC/interpreter: a text without" \
        -- "${ASKED[@]}" -- ./script
}

@test "a program that may be executed but not read is left to execve" {
    no_registered_formats
    install -m 711 /dev/null unreadable
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs --dry-run -- ./unreadable
    assert_success
    attempt "$CAPWRAP" --user 1000:1000 --no-new-privs -- ./unreadable
    failed_with 126 exec 'cannot be executed: Exec format error'
}

@test "a path through a descriptor that --close-fds closes: 126, with the remedy" {
    program server
    exec 7<server
    for path in /proc/self/fd/7 /dev/fd/7; do
        fails_with 126 exec not-executable "$path: it was there before the descriptors above 2" \
            -- "${ASKED[@]}" --close-fds -- "$path"
        hint_says 'leave out --close-fds'
    done
    printf '#!/proc/self/fd/7\n' >script
    chmod 755 script
    fails_with 126 exec not-executable "/proc/self/fd/7: it was there" -- "${ASKED[@]}" --close-fds \
        -- ./script
    run "$CAPWRAP" "${ASKED[@]}" -- /proc/self/fd/7
    assert_success
    assert [ -e "$MARKER" ]
    exec 7<&-
}

# ---- what only the kernel can decide: from Linux 6.14 on it is checked before execve ----

kernel_tells() {
    [[ $(printf '%s\n' 6.14 "$(uname -r)" | sort -V | head -n 1) == 6.14 ]]
}

@test "a program that is open for writing is refused in the rehearsal if the kernel reports it" {
    local status_there=0
    program busy
    exec 8>>busy
    ./busy 2>/dev/null || status_there=$?
    rm -f "$MARKER"
    if [[ $status_there != 126 ]]; then # Linux 6.11 and 6.12
        attempt "$CAPWRAP" "${ASKED[@]}" -- ./busy
        assert_success
        return
    fi
    if kernel_tells; then
        fails_with 126 exec not-executable './busy: .*Text file busy' -- "${ASKED[@]}" -- ./busy
        hint_says 'wait until nobody has ./busy open'
    fi
    # An older kernel reports nothing before execve, and a filter may refuse the check: nothing changes.
    for answer in 22 EPERM ENOSYS; do
        echo "case: $answer"
        attempt "$SUPPORT_BIN/seccomp-errno" execveat "$answer" "$CAPWRAP" "${ASKED[@]}" -- ./busy
        failed_with 126 exec './busy: cannot be executed: Text file busy'
        attempt "$SUPPORT_BIN/seccomp-errno" execveat "$answer" "$CAPWRAP" "${ASKED[@]}" --dry-run -- ./busy
        assert_success
        attempt "$SUPPORT_BIN/seccomp-errno" execveat "$answer" "$CAPWRAP" "${ASKED[@]}" -- "$PROBE"
        holds_exactly "$(mask NET_BIND_SERVICE)"
        quiet
    done
    exec 8>&-
}

@test "any other error of the kernel's check is refused with 126, and execve is not called" {
    attempt "$SUPPORT_BIN/seccomp-errno" execveat 13 "$CAPWRAP" "${ASKED[@]}" -- "${MARKED[@]}"
    failed_with 126 exec 'cannot be executed: Permission denied'
    attempt "$SUPPORT_BIN/seccomp-errno" execveat 13 "$CAPWRAP" "${ASKED[@]}" --dry-run -- "${MARKED[@]}"
    failed_with 126 exec 'cannot be executed: Permission denied'
    # the kernel's own EPERM, which does not answer flags that do not exist
    attempt strace -qq -o /dev/null -e inject=execveat:error=EPERM:when=1 "$CAPWRAP" "${ASKED[@]}" -- "${MARKED[@]}"
    failed_with 126 exec 'cannot be executed: Operation not permitted'
}

@test "--dry-run reports a Landlock domain that forbids the program, if the kernel reports it" {
    kernel_tells || return 0
    # Handles LANDLOCK_ACCESS_FS_EXECUTE, and allows it below capwrap's directory and the libraries alone.
    cat >landlock.py <<'END'
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
def call(*words):
    value = libc.syscall(*words)
    if value < 0:
        sys.exit(77 if ctypes.get_errno() in (38, 95) else 99)
    return value
ruleset = call(444, ctypes.create_string_buffer(struct.pack("Q", 1)), 8, 0)
for path in sys.argv[1].split(":"):
    rule = struct.pack("=Qi", 1, os.open(path, os.O_PATH))
    call(445, ruleset, 1, ctypes.create_string_buffer(rule), 0)
libc.prctl(38, 1, 0, 0, 0)
call(446, ruleset, 0)
os.execv(sys.argv[2], sys.argv[2:])
END
    program forbidden
    mkdir allowed
    cp "$CAPWRAP" allowed/capwrap
    FROM=(python3 landlock.py "$PUBLIC/allowed:/usr/lib:/lib" "$PUBLIC/allowed/capwrap")
    attempt "${FROM[@]}" --version
    [[ $status != 77 ]] || skip "this kernel has no Landlock"
    assert_success
    attempt "${FROM[@]}" --no-new-privs -- ./forbidden
    failed_with 126 exec './forbidden: cannot be executed: Permission denied'
    attempt "${FROM[@]}" --no-new-privs --dry-run -- ./forbidden
    failed_with 126 exec './forbidden: cannot be executed: Permission denied'
}
