# That the machine is as before, whatever the tests of a file have started on it, and also when they are
# killed. Source it after ../support/common.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets lines

# The networks of the tests' engines: those that RFC 2544 sets apart for tests.
DOCKER_NETWORK=198.18 PODMAN_NETWORK=198.19

# machine_state: what the tests could leave behind. Others may use the machine meanwhile, and engines of
# their own: so this is what bears a name of the tests, lies in their networks, or is a place itself.
machine_state() {
    local places='etc|etc/docker|run|var/lib|dev/shm|sys/fs/cgroup/unified'
    grep -E " /($places) |/capwrap-|/engine-room|${BATS_RUN_TMPDIR:-/capwrap-}" /proc/mounts || true
    { ip -oneline address && iptables-save; } | grep -F -e " $DOCKER_NETWORK." -e " $PODMAN_NETWORK." || true
    ls -d /etc/docker /etc/cni /run/docker* /run/containerd /run/containers /run/crun /run/libpod \
        /run/netns /var/lib/docker /var/lib/containerd /var/lib/containers /var/lib/cni \
        /dev/shm/libpod_lock /dev/shm/vm_file-* ~/.docker ~/.kube ~/.uml 2>&1 || true
}

# remember_machine: for as_before.
remember_machine() {
    machine_state >"$BATS_FILE_TMPDIR/before"
}

# as_before [PID_NAMESPACE...]: the machine is as remembered, and in these there is no process.
as_before() {
    local namespace
    diff "$BATS_FILE_TMPDIR/before" <(machine_state) || return 1
    for namespace; do
        no_process_in "$namespace" || return 1
    done
}

# no_process_in PID_NAMESPACE: not any more, for those that are killed take a moment.
no_process_in() {
    local try
    for try in {1..100}; do
        readlink /proc/[0-9]*/ns/pid | grep -qFx "$1" || return 0
        sleep 0.1
    done
    echo "there are processes in $1 after $try tries"
    return 1
}

# killed COMMAND...: COMMAND, with a process that is killed afterwards, as a test may be. What COMMAND has
# written is in $lines.
killed() {
    run killed_after "$@"
    assert_failure 137
}

killed_after() {
    "$@" || return
    kill -KILL "$BASHPID"
}
