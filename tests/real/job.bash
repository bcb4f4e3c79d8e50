# Long work in the background of a test file. Source it after ../support/common.
#
# A job holds a lock for as long as any of its processes lives, so that nobody has to ask for a process
# id that may be somebody else's by then.
# shellcheck shell=bash

# job FOLDER COMMAND...: in a session of its own, in the background; FOLDER keeps what it writes, as log.
job() {
    local folder=$1 lock
    shift
    mkdir -p "$folder"
    exec {lock}>"$folder/lock"
    flock "$lock"
    setsid "$@" >"$folder/log" 2>&1 </dev/null 3>&- &
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
