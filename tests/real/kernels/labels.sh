# Common part of the cases of both security modules; sourced by them in the guest. $capwrap is the program.
# shellcheck shell=dash
# shellcheck disable=SC2154 # capwrap is set by who sources this

number=0 failed=0 said=''

# runs NAME TEXT... -- COMMAND...: it exits with 0, and its output contains each TEXT.
runs() {
    expect 0 "$@"
}

# refused STATUS NAME TEXT... -- COMMAND...: it exits with STATUS, and its output contains each TEXT.
refused() {
    expect "$@"
}

expect() {
    wanted=$1 name=$2 texts=''
    shift 2
    while [ "$1" != -- ]; do
        texts="$texts$1
"
        shift
    done
    shift
    rm -f /tmp/ran
    said=$("$@" 2>&1)
    status=$?
    number=$((number + 1))
    problem=''
    [ "$status" -eq "$wanted" ] || problem="status $status"
    [ "$wanted" -lt 125 ] || [ ! -e /tmp/ran ] || problem="$problem, and the program ran"
    while read -r text; do
        case $said in *"$text"*) ;; *) problem="$problem, and no '$text'" ;; esac
    done <<END
${texts%?}
END
    if [ -z "$problem" ]; then
        echo "ok $number $name"
    else
        failed=$((failed + 1))
        echo "not ok $number $name"
        echo "# $problem: $said" | tr '\n' '~'
        echo
    fi
}

finish() {
    echo "1..$number"
    [ "$failed" -eq 0 ]
}
