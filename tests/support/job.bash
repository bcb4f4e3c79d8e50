# Long work in the background of a test file. Source this after support/common and as-before.bash.
#
# A job has its own mounts and processes, so that all of it ends with its first process. That process ends
# with the test file, even if the test file is killed. A job holds a lock as long as any of its processes runs,
# so nobody needs to check a process ID, which may belong to another process by then.
# shellcheck shell=bash

# job DIRECTORY COMMAND...: starts COMMAND in the background; its output is in DIRECTORY, as log.
job() {
    local folder=$1 lock
    mkdir -p "$folder"
    exec {lock}>"$folder/lock"
    flock "$lock"
    # shellcheck disable=SC2016 # expands in the inner shell
    setsid setpriv --pdeathsig KILL \
        unshare --mount --propagation private --pid --fork --kill-child --mount-proc -- \
        bash -c 'eval "$1" && processes_of /proc/1 >"$2/processes" && exec "${@:3}"' - \
        "$(declare -f processes_of)" "$@" \
        >"$folder/log" 2>&1 </dev/null 3>&- &
    echo $! >"$folder/pid"
    exec {lock}>&-
}

# job_wait DIRECTORY: waits until the job has ended.
job_wait() {
    flock "$1/lock" true
}

# job_end DIRECTORY...: ends the jobs that still run.
job_end() {
    local folder
    for folder in "$@"; do
        flock --nonblock "$folder/lock" true || kill -KILL -- "-$(cat "$folder/pid")"
        job_wait "$folder"
    done
}

# jobs_leave_nothing DIRECTORY...: asserts that the machine is as remembered once these jobs have ended.
jobs_leave_nothing() {
    local folder processes=()
    for folder; do
        job_wait "$folder"
        processes+=("$(cat "$folder/processes")")
    done
    as_before "${processes[@]}"
}

# killed_job_leaves_nothing DIRECTORY FILE COMMAND...: COMMAND starts that job; the process that started it is killed
# when the job has written FILE and still runs.
killed_job_leaves_nothing() {
    killed job_writes "$@"
    if ! flock --timeout 10 "$1/lock" true; then
        job_end "$1"
        fail "it went on: $(tail -n 5 "$1/log")"
    fi
    jobs_leave_nothing "$1"
}

job_writes() {
    local end=$((SECONDS + 120))
    "${@:3}"
    until [[ -s $2 ]]; do
        ((SECONDS < end)) || { echo "no $2 after two minutes" && return 1; }
        sleep 0.1
    done
    if flock --nonblock "$1/lock" cat "$1/log"; then return 1; fi
}
