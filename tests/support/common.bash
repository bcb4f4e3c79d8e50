# What every bats file loads first:  load SUPPORT/common
#
# The environment names what is tested, so that the same tests run against a build folder, an
# installed copy or another tool in its place:
#   CAPWRAP      the program under test, an absolute path
#   SUPPORT_BIN  the folder with the built support programs (probe, start-as, ...)
#   SRC_DIR      the root of the source tree
# shellcheck shell=bash
# shellcheck disable=SC2154 # output, status, stderr, stderr_lines: set by bats' run

bats_require_minimum_version 1.5.0

: "${CAPWRAP:?is not set: the absolute path of the program under test}"
: "${SUPPORT_BIN:?is not set: the folder with probe and start-as}"
: "${SRC_DIR:?is not set: the root of the source tree}"

_missing() {
    printf '%s\n' "$1" >&2
    exit 1
}
[[ $CAPWRAP == /* && -x $CAPWRAP ]] || _missing "CAPWRAP=$CAPWRAP is not an absolute path of a program"
[[ -x $SUPPORT_BIN/probe && -x $SUPPORT_BIN/start-as ]] ||
    _missing "SUPPORT_BIN=$SUPPORT_BIN does not hold probe and start-as"

BATS_LIB_PATH=${BATS_LIB_PATH:+$BATS_LIB_PATH:}/usr/lib/bats:/usr/share/bats:/usr/lib:/usr/share
bats_load_library bats-support
bats_load_library bats-assert

export PROBE=$SUPPORT_BIN/probe
export START_AS=$SUPPORT_BIN/start-as

# What capwrap and its hints look at must not come from whoever runs the tests.
unset KUBERNETES_SERVICE_HOST JOURNAL_STREAM LISTEN_PID LISTEN_FDS
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# A folder that every user can write to, the file that proves that the program ran, and the
# program to hand to capwrap when a refusal is expected.
if [[ -n ${BATS_TEST_TMPDIR-} ]]; then
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    export PUBLIC=$BATS_TEST_TMPDIR/public
    mkdir -p "$PUBLIC"
    chmod 1777 "$PUBLIC"
    export MARKER=$PUBLIC/the-program-ran
    # shellcheck disable=SC2034 # for the tests
    MARKED=("$PROBE" --marker "$MARKER")
fi

# What two C libraries call an errno (for the tests).
# shellcheck disable=SC2034
EIO='(Input/output error|I/O error)' \
    ELOOP='(Too many levels of symbolic links|Symbolic link loop)' \
    ENAMETOOLONG='(File name too long|Filename too long)'

# Fails, and never skips: a run without root must not look like a success.
require_root() {
    [[ $(id -u) == 0 ]] || fail "this test needs root"
}

# attempt [-STATUS] CMD...: `run` with standard error apart, in $stderr and $stderr_lines. STATUS is
# one that must be (and 127 has to be announced).
attempt() {
    # The sanitizers' runtime complains where /proc is absent, and libgcov where its counts cannot be opened.
    local runtime='(==[0-9]+==WARNING: reading executable name failed|profiling:[^:]*\.gcda:Cannot open)'
    run --separate-stderr "$@"
    if [[ $'\n'$stderr =~ $'\n'$runtime ]]; then
        mapfile -t stderr_lines < <(sed -E "/^$runtime/d" <<<"$stderr")
        stderr=$(printf '%s\n' "${stderr_lines[@]}")
    fi
}

# A filter: what strace -y has written, without the calls about the files of counts, which a program of the
# coverage build writes when it ends.
without_counts() {
    sed -E '/\.gcda($|[">])/d' "$@"
}

# listed flags|values|optional: the long options of --help that take no value, take one, or may. Their
# row is "  -x, --name ARGUMENT  text".
listed() {
    local after
    case $1 in
        flags) after='  ' ;;
        values) after='(=| [^ ])' ;;
        optional) after='\[=' ;;
    esac
    "$CAPWRAP" --help | sed -nE "s/^  (-., |    )(--[a-z-]+)$after.*/\2/p"
}

# with_users FILE_PASSWD FILE_GROUP -- CMD...: CMD with these files as /etc/passwd and /etc/group,
# in a mount namespace of its own. The process id stays.
with_users() {
    local passwd=$1 group=$2
    [[ $3 == -- ]] || fail "with_users PASSWD GROUP -- CMD..."
    shift 3
    # shellcheck disable=SC2016 # expands in the inner shell
    unshare --mount --propagation private -- /bin/bash -c '
        mount --bind "$1" /etc/passwd && mount --bind "$2" /etc/group || exit 99
        shift 2
        exec "$@"' with_users "$passwd" "$group" "$@"
}

# split_at_dashes WORD... -- WORD...: the words before the first "--" become the array BEFORE, those after
# it AFTER.
# shellcheck disable=SC2034 # for the caller
split_at_dashes() {
    BEFORE=() AFTER=()
    while [[ ${1---} != -- ]]; do
        BEFORE+=("$1")
        shift
    done
    [[ ${1-} == -- ]] || fail 'no "--" among the words' || return 1
    AFTER=("${@:2}")
}

# The counts that a tool has told in its last line, `summary: {...}`, after `run`; for jq.
counts() {
    sed -n 's/^summary: //p' <<<"$output"
}

# From here on temporary files stand where a program can find them that is still in root's group
# because setresgid lied: verify is to notice, not the search for the program. What a killed run
# leaves behind belongs to this test.
attack_from_here() {
    chmod g+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    export TMPDIR=$PUBLIC
}

# The options that choose an attack's cases, one a line: none, which is all; in a sanitized build, where
# each start costs many times as much, the one with most rows.
cases_for_this_build() {
    if grep -q __asan_init "$CAPWRAP"; then printf '%s\n' --case locked; fi
}

# refused_by STEP PATTERN CMD...: CMD with the program is refused; the message for a failing case
# shows it.
refused_by() {
    local step=$1 pattern=$2
    shift 2
    printf 'case:'
    printf ' %q' "$@"
    printf '\n'
    attempt "$@" -- "${MARKED[@]}"
    refused "$step" "$pattern"
}

NO_PRIVILEGE=(--groups none --permitted 0 --effective 0 --inheritable 0 --ambient 0)

# as_user UID GID -- CMD...: CMD as an ordinary user: no supplementary groups, no capabilities,
# the bounding set as it is.
as_user() {
    local uid=$1 gid=$2
    [[ $3 == -- ]] || fail "as_user UID GID -- CMD..."
    shift 3
    "$START_AS" --uid "$uid" --gid "$gid" "${NO_PRIVILEGE[@]}" -- "$@"
}

# The ordinary user of the tests that need no root: whoever runs them, or one of root's making; ids, groups, and
# what to put before a command.
# shellcheck disable=SC2034 # for the tests
if [[ $EUID == 0 ]]; then
    ORDINARY_UID=12345 ORDINARY_GID=12345 ORDINARY_GROUPS=''
    AS_ORDINARY=("$START_AS" --uid "$ORDINARY_UID" --gid "$ORDINARY_GID" "${NO_PRIVILEGE[@]}" --)
else
    ORDINARY_UID=$EUID ORDINARY_GID=$(id -g) ORDINARY_GROUPS=$("$PROBE" --only groups | cut -d= -f2)
    AS_ORDINARY=()
fi

# mask NAME|NUMBER...: the capability set of these, as the probe prints one.
mask() {
    local word set=0 number
    for word; do
        number=$word
        [[ $word =~ ^[0-9]+$ ]] || number=$(cap_number "$word")
        ((set |= 1 << number))
    done
    printf '%016x\n' "$set"
}

# The number of a capability, from the kernel's header (the product asks libcap-ng).
cap_number() {
    local header=/usr/include/linux/capability.h number
    number=$(awk -v name="CAP_${1^^}" '$1 == "#define" && $2 == name { print $3 }' "$header")
    [[ -n $number ]] || { fail "no capability named $1 in $header" || return 1; }
    printf '%s\n' "$number"
}

# One value of the probe's output in $output.
value_of() {
    sed -n "s/^$1=//p" <<<"$output"
}

# holds_exactly MASK [BOUNDING]: the program ran, and its five sets are this one.
holds_exactly() {
    assert_success
    assert_line "permitted=$1"
    assert_line "effective=$1"
    assert_line "inheritable=$1"
    assert_line "bounding=${2-$1}"
    assert_line "ambient=$1"
}

# is_user UID GID GROUPS: the program ran, and all eight ids and the group list are these.
is_user() {
    local key
    assert_success
    for key in ruid euid suid fsuid; do assert_line "$key=$1"; done
    for key in rgid egid sgid fsgid; do assert_line "$key=$2"; done
    assert_line "groups=$3"
}

# After `attempt`: nothing was said.
quiet() {
    assert_equal "$stderr" ""
}

# After `attempt`: success with exactly one note (MATCHING a regular expression) and nothing else.
noted() {
    assert_success
    assert_equal "${#stderr_lines[@]}" 1
    assert_regex "${stderr_lines[0]}" "^capwrap: note: .*${1-}"
}

# failed_with STATUS STEP [PATTERN]: after `attempt`, that exit status, one error of this step whose
# text matches the regular expression, one hint, nothing else but notes, and the program did not run.
failed_with() {
    local error
    assert_equal "$status" "$1"
    error=$(grep -v '^capwrap: note: ' <<<"$stderr" || true)
    assert_regex "$error" "^capwrap: $2: [^
]*${3-}[^
]*
  hint: [^
]+$"
    did_not_run
}

# refused STEP [PATTERN]: as failed_with, for capwrap's own refusals.
refused() {
    failed_with 125 "$@"
}

# Neither the marker nor the probe's output is there.
did_not_run() {
    [[ ! -e $MARKER && $output != *ruid=* ]] || fail "the program ran"
}
