# Checks that the machine is as before, whatever the tests of a file have started on it, even when they are killed.
# Source this after support/common.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets lines

# The networks of the tests' engines: those that RFC 2544 reserves for tests.
DOCKER_NETWORK=198.18 PODMAN_NETWORK=198.19

# machine_state: what the tests could leave behind. Others may use the machine at the same time, with engines of their
# own, so this includes only what has a name of the tests, is in their networks, or is a place itself.
machine_state() {
    local places='etc|etc/docker|run|var/lib|dev/shm|sys/fs/cgroup/unified'
    grep -E " /($places) |/capwrap-|/engine-room|${BATS_RUN_TMPDIR:-/capwrap-}" /proc/mounts || true
    { ip -oneline address && iptables-save; } | grep -F -e " $DOCKER_NETWORK." -e " $PODMAN_NETWORK." || true
    ls -d /etc/docker /etc/cni /run/docker* /run/containerd /run/containers /run/crun /run/libpod \
        /run/netns /var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/cni \
        /dev/shm/libpod_lock /dev/shm/vm_file-* ~/.docker ~/.kube ~/.uml 2>&1 || true
}

# remember_machine: saves the state for as_before.
remember_machine() {
    machine_state >"$BATS_FILE_TMPDIR/before"
}

# processes_of DIRECTORY: identifies a PID namespace, by the directory in /proc of its first process: its number, which
# may be used again later, and the start time of that process (proc_pid_stat(5)).
processes_of() {
    echo "$(readlink "$1/ns/pid") $(sed 's/.*) //' "$1/stat" | cut -d ' ' -f 20)"
}

# as_before [PROCESSES...]: asserts that the machine is as remembered and that these namespaces have no process.
as_before() {
    local processes
    diff "$BATS_FILE_TMPDIR/before" <(machine_state) || return 1
    for processes; do
        have_ended "$processes" || return 1
    done
}

# have_ended PROCESSES: waits, because killed processes take a moment to exit. The first process exits last.
have_ended() {
    local try
    for try in {1..100}; do
        is_there "$1" || return 0
        sleep 0.1
    done
    echo "there are processes in $1 after $try tries"
    return 1
}

is_there() {
    local process
    for process in /proc/[0-9]*; do
        [[ $(readlink "$process/ns/pid") != "${1% *}" ||
            $(processes_of "$process" 2>/dev/null) != "$1" ]] || return 0
    done
    return 1
}

# killed COMMAND...: runs COMMAND, with a process that is killed afterwards, as a test may be. The output of COMMAND is
# in $lines.
killed() {
    run killed_after "$@"
    assert_failure 137
}

killed_after() {
    "$@" || return
    kill -KILL "$BASHPID"
}
