# Long work in the background of a test file. Source it after support/common and as-before.bash.
#
# A job has mounts and processes of its own, so that all of it ends with its first process; and that one
# ends with the test file, also when this is killed. A job holds a lock for as long as any of its processes
# lives, so that nobody has to ask for a process id that may be somebody else's by then.
# shellcheck shell=bash

# job FOLDER COMMAND...: in the background; FOLDER keeps what it writes, as log.
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

# job_wait FOLDER: until it has ended.
job_wait() {
    flock "$1/lock" true
}

# job_end FOLDER...: ends what still runs.
job_end() {
    local folder
    for folder in "$@"; do
        flock --nonblock "$folder/lock" true || kill -KILL -- "-$(cat "$folder/pid")"
        job_wait "$folder"
    done
}

# jobs_leave_nothing FOLDER...: once they have ended, the machine is as remembered.
jobs_leave_nothing() {
    local folder processes=()
    for folder; do
        job_wait "$folder"
        processes+=("$(cat "$folder/processes")")
    done
    as_before "${processes[@]}"
}

# killed_job_leaves_nothing FOLDER FILE COMMAND...: COMMAND starts that job; who has started it is killed
# when the job has written FILE, and still runs.
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
