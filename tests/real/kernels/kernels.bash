# Machines that run another kernel, for the tests beside it. Source it after support/common.
#
# Each has a directory below $MACHINES with its console in `log` and its `report`: for each thing that ran in
# it a line "== NAME", its TAP, and "exit status N". Takes job.bash.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output

# begin_machines SECONDS: for setup_file; machines end after so many at the latest.
begin_machines() {
    [[ $(id -u) == 0 ]] || { echo "these tests need root" >&2 && return 1; }
    export MACHINES=$BATS_FILE_TMPDIR/machines MACHINE_SECONDS=$1
    mkdir "$MACHINES"
    remember_machine
}

# machine NAME COMMAND...: as a job, which ends after MACHINE_SECONDS at the latest.
machine() {
    local folder=$MACHINES/$1
    shift
    job "$folder" env --chdir "$folder" timeout --foreground --signal KILL "$MACHINE_SECONDS" "$@"
}

# user_mode_linux NAME SUITE: with the files of tests/program/root that the regular expression names.
user_mode_linux() {
    local folder=$MACHINES/$1
    mkdir -p "$folder"/{temporary,share/programs}
    cp "$CAPWRAP" "$folder/share/programs/capwrap"
    cp "$CAPWRAP_MUSL" "$folder/share/programs/capwrap-static"
    cp -r "$SUPPORT_BIN" "$folder/share/support-bin"
    ln -s share/report "$folder/report"
    gcc -shared -fPIC -O2 -o "$folder/xstate.so" "$SRC_DIR/tests/real/kernels/xstate.c"
    machine "$1" env TMPDIR="$folder/temporary" LD_PRELOAD="$folder/xstate.so" \
        linux.uml mem=1G uml_dir="$folder/temporary" con=null con0=null,fd:1 quiet \
        root=none rootfstype=hostfs rootflags=/ ro init="$SRC_DIR/tests/real/kernels/uml-init" \
        src="$SRC_DIR" share="$folder/share" suite="$2"
}

# debian_kernel SUITE: the path of its kernel for clouds.
debian_kernel() {
    local root image
    root=$("$SRC_DIR/tests/support/root-cache" --variant=extract "kernel-$1" "$1" linux-image-cloud-amd64) || return 1
    for image in "$root"/boot/vmlinuz* "$root"/usr/lib/modules/*/vmlinuz*; do
        [[ -e $image ]] && echo "$image" && return
    done
    return 1
}

# qemu NAME IMAGE [PARAMETERS]: that kernel in QEMU, without hardware support, with more parameters. An old processor,
# and a kernel that guards against none of its faults, are emulated in three quarters of the time.
qemu() {
    local folder=$MACHINES/$1
    mkdir -p "$folder"
    machine "$1" qemu-system-x86_64 -accel tcg -cpu Nehalem -m "${MEMORY-512}" -nodefaults -display none \
        -no-reboot -kernel "$2" -initrd "$MACHINES/${INITRAMFS-initramfs}" \
        -append "console=ttyS0 quiet panic=-1 mitigations=off rdinit=/init ${3-}" \
        -serial stdio -serial file:report
}

# Emulated, a program that needs no loader starts much faster.
initramfs() {
    local kernels=$SRC_DIR/tests/real/kernels support=$SRC_DIR/tests/support program
    for program in probe start-as userns-int80; do
        gcc -static -O2 -D_FILE_OFFSET_BITS=64 -o "$MACHINES/$program" \
            "$support/$program.c" || return 1
    done
    gcc -static -O2 -o "$MACHINES/landlock" "$kernels/landlock.c" || return 1
    "$kernels/initramfs" "$kernels/init" \
        /programs/capwrap="$CAPWRAP" /programs/capwrap-static="$CAPWRAP_MUSL" \
        /support/self-test="$support/self-test" /support/probe="$MACHINES/probe" \
        /support/start-as="$MACHINES/start-as" /support/userns-int80="$MACHINES/userns-int80" \
        /support/landlock="$MACHINES/landlock" \
        /etc/passwd="$support/self-test.passwd" /etc/group="$support/self-test.group" \
        /bin/setcap="$(command -v setcap)" >"$MACHINES/initramfs"
}

# report_of MACHINE: waits until that is off, and takes its report into $output.
report_of() {
    job_wait "$MACHINES/$1"
    output=$(tr -d '\r' <"$MACHINES/$1/report") || output=
    [[ -n $output ]] || fail "no report of $1; its console: $(tail -n 30 "$MACHINES/$1/log")"
}

# part NAME: of the report in $output, what NAME wrote.
part() {
    awk -v name="$1" '/^== / { mine = $2 == name; next } mine' <<<"$output"
}

# passed NAME: it ran, all that was planned, nothing failed, nothing was skipped.
passed() {
    local text planned
    text=$(part "$1")
    planned=$(sed -n 's/^1\.\.//p' <<<"$text")
    [[ $planned -gt 0 && $(grep -c '^ok ' <<<"$text") == "$planned" && $text != *$'\nnot ok'* &&
        $text != *' # skip'* && $text == *$'\nexit status 0' ]] || fail "$1: $text"
}

# self_tested MACHINE RELEASE: both programs, on that kernel, with all capabilities there.
self_tested() {
    local program
    report_of "$1"
    for program in /programs/capwrap /programs/capwrap-static; do
        passed "$program"
        assert_regex "$(part "$program")" \
            "# $2[^ ]*, 41 capabilities, permitted 000001ffffffffff"
    done
}

# int80_filtered MACHINE: the calls of i386, made by a 64-bit program, are the kernel's own without
# --disable-userns, and are refused with it.
int80_filtered() {
    report_of "$1"
    run part int80-open
    assert_output $'unshare=done\nclone=done\nsetns=EBADF\nsetns_any=EBADF\nclone3=EINVAL\nexit status 0'
    report_of "$1"
    run part int80-filtered
    assert_output $'unshare=EPERM\nclone=EPERM\nsetns=EPERM\nsetns_any=EPERM\nclone3=ENOSYS\nexit status 0'
}

# landlock_forbids MACHINE STATUS: the program is not executed where a Landlock domain forbids it, and --dry-run, with
# that status, says so where the kernel is asked with AT_EXECVE_CHECK.
landlock_forbids() {
    local said='capwrap: exec: /bin/busybox: cannot be executed: Permission denied'
    report_of "$1"
    run part landlock
    assert_line "--dry-run: $2"
    assert_line 'run: 126'
    assert_equal "$(grep -cFx "$said" <<<"$output")" $(($2 == 0 ? 1 : 2))
}

# learner_initramfs: $MACHINES/learner, for machines in which capwrap-learn is tested.
learner_initramfs() {
    "$SRC_DIR/tests/support/tier" sweep-share >"$BATS_FILE_TMPDIR/share"
    "$SRC_DIR/tests/real/kernels/initramfs" "$SRC_DIR/tests/program/learn/kernels-init" \
        /programs/capwrap-learn="$CAPWRAP_LEARN" /bin/asks="$SUPPORT_BIN/asks" \
        /bin/strace="$(command -v strace)" /share="$BATS_FILE_TMPDIR/share" \
        /etc/passwd="$SRC_DIR/tests/program/learn/kernels.passwd" \
        /etc/group="$SRC_DIR/tests/support/self-test.group" >"$MACHINES/learner"
}
