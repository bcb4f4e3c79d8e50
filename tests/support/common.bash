# Every bats file loads this first:  load SUPPORT/common
#
# The environment names what is tested, so that the same tests can be run against a build directory, an
# installed copy or another tool:
#   CAPWRAP      the program under test, an absolute path
#   SUPPORT_BIN  the directory with the built support programs (probe, start-as, ...)
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

# What capwrap and its hints inspect must not come from the environment of the user who runs the tests.
unset KUBERNETES_SERVICE_HOST JOURNAL_STREAM LISTEN_PID LISTEN_FDS
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# A directory that every user can write to, the file that proves that the program ran, and the
# program to pass to capwrap when a refusal is expected.
if [[ -n ${BATS_TEST_TMPDIR-} ]]; then
    chmod o+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    export PUBLIC=$BATS_TEST_TMPDIR/public
    mkdir -p "$PUBLIC"
    chmod 1777 "$PUBLIC"
    export MARKER=$PUBLIC/the-program-ran
    # shellcheck disable=SC2034 # for the tests
    MARKED=("$PROBE" --marker "$MARKER")
fi

# The texts of two C libraries for an errno (for the tests).
# shellcheck disable=SC2034
EIO='(Input/output error|I/O error)' \
    ELOOP='(Too many levels of symbolic links|Symbolic link loop)' \
    ENAMETOOLONG='(File name too long|Filename too long)'

# Fails, and never skips: a run without root must not look successful.
require_root() {
    [[ $(id -u) == 0 ]] || fail "this test needs root"
}

# attempt [-STATUS] CMD...: `run` with separate standard error, in $stderr and $stderr_lines. STATUS is
# the required one (bats requires it for 127).
attempt() {
    # The sanitizers' runtime prints a warning if /proc is absent, and libgcov if its counts cannot be opened.
    local runtime='(==[0-9]+==WARNING: reading executable name failed|profiling:[^:]*\.gcda:Cannot open)'
    run --separate-stderr "$@"
    if [[ $'\n'$stderr =~ $'\n'$runtime ]]; then
        mapfile -t stderr_lines < <(sed -E "/^$runtime/d" <<<"$stderr")
        stderr=$(printf '%s\n' "${stderr_lines[@]}")
    fi
}

# A filter: removes from the output of strace -y the calls about the files of counts, which a program of the
# coverage build writes when it exits.
without_counts() {
    sed -E '/\.gcda($|[">])/d' "$@"
}

# listed flags|values|optional: prints the long options of --help that take no value, require one, or accept one.
# Their row is "  -x, --name ARGUMENT  text".
listed() {
    local after
    case $1 in
        flags) after='  ' ;;
        values) after='(=| [^ ])' ;;
        optional) after='\[=' ;;
    esac
    "$CAPWRAP" --help | sed -nE "s/^  (-., |    )(--[a-z-]+)$after.*/\2/p"
}

# with_users FILE_PASSWD FILE_GROUP -- CMD...: runs CMD with these files as /etc/passwd and /etc/group,
# in its own mount namespace. The process ID is unchanged.
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

# split_at_dashes WORD... -- WORD...: stores the arguments before the first "--" in the array BEFORE, those after
# it in AFTER.
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

# The counts that a tool has printed in its last line, `summary: {...}`, after `run`; for jq.
counts() {
    sed -n 's/^summary: //p' <<<"$output"
}

# From here on temporary files are in a place where a program can still find them when it is in root's group
# because setresgid lied: verify must detect that, not the search for the program. What a killed run
# leaves behind belongs to this test.
attack_from_here() {
    chmod g+x "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR"
    export TMPDIR=$PUBLIC
}

# Prints the options that choose an attack's cases, one per line: none, which means all; in a sanitized build, where
# each start is many times as expensive, the one with the most rows.
cases_for_this_build() {
    if grep -q __asan_init "$CAPWRAP"; then printf '%s\n' --case locked; fi
}

# refused_by STEP PATTERN CMD...: asserts that CMD with the program is refused; a failure prints the
# message.
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

# as_user UID GID -- CMD...: runs CMD as an ordinary user: no supplementary groups, no capabilities,
# unchanged bounding set.
as_user() {
    local uid=$1 gid=$2
    [[ $3 == -- ]] || fail "as_user UID GID -- CMD..."
    shift 3
    "$START_AS" --uid "$uid" --gid "$gid" "${NO_PRIVILEGE[@]}" -- "$@"
}

# The ordinary user of the tests that do not require root: the user who runs them, or one that root becomes; IDs,
# groups, and the prefix for a command.
# shellcheck disable=SC2034 # for the tests
if [[ $EUID == 0 ]]; then
    ORDINARY_UID=12345 ORDINARY_GID=12345 ORDINARY_GROUPS=''
    AS_ORDINARY=("$START_AS" --uid "$ORDINARY_UID" --gid "$ORDINARY_GID" "${NO_PRIVILEGE[@]}" --)
else
    ORDINARY_UID=$EUID ORDINARY_GID=$(id -g) ORDINARY_GROUPS=$("$PROBE" --only groups | cut -d= -f2)
    AS_ORDINARY=()
fi

# mask NAME|NUMBER...: prints the set of these capabilities, as the probe prints one.
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

# Prints one value of the probe's output in $output.
value_of() {
    sed -n "s/^$1=//p" <<<"$output"
}

# holds_exactly MASK [BOUNDING]: asserts that the program ran with exactly this in its five sets.
holds_exactly() {
    assert_success
    assert_line "permitted=$1"
    assert_line "effective=$1"
    assert_line "inheritable=$1"
    assert_line "bounding=${2-$1}"
    assert_line "ambient=$1"
}

# is_user UID GID GROUPS: asserts that the program ran with these as all eight IDs and as its groups.
is_user() {
    local key
    assert_success
    for key in ruid euid suid fsuid; do assert_line "$key=$1"; done
    for key in rgid egid sgid fsgid; do assert_line "$key=$2"; done
    assert_line "groups=$3"
}

# After `attempt`: asserts that nothing was printed on standard error.
quiet() {
    assert_equal "$stderr" ""
}

# After `attempt`: asserts success with exactly one note (MATCHING a regular expression) and nothing else.
noted() {
    assert_success
    assert_equal "${#stderr_lines[@]}" 1
    assert_regex "${stderr_lines[0]}" "^capwrap: note: .*${1-}"
}

# failed_with STATUS STEP [PATTERN]: after `attempt`, asserts that exit status, one error of this step whose
# text matches the regular expression, one hint, otherwise only notes, and that the program did not run.
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

# refused STEP [PATTERN]: as failed_with, for refusals by capwrap itself.
refused() {
    failed_with 125 "$@"
}

# Asserts that neither the marker nor the probe's output exists.
did_not_run() {
    [[ ! -e $MARKER && $output != *ruid=* ]] || fail "the program ran"
}
