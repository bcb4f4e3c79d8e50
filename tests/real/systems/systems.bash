# Debian's other releases as machines of their own. Source it after support/common.
# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# shellcheck disable=SC2154 # bats sets output

# packages_for SET...: what contrib/packages.bash asks apt for.
packages_for() {
    # shellcheck disable=SC2016 # for the inner shell
    bash -euc 'source "$1" && needs' packages "$SRC_DIR/contrib/packages.bash" |
        awk -v sets=" $* " 'index(sets, " " $1 " ") && $3 != "-" { print $3 }' | sort -u
}

# system_root SUITE: a root with what tests/run.sh and both compilers need.
system_root() {
    local packages
    mapfile -t packages < <(packages_for build test show)
    "$SRC_DIR/tests/support/root-cache" "system-$1" "$1" "${packages[@]}" clang libclang-rt-dev git
}

# in_system ROOT SCRIPT: a shell's script in a clean copy of the sources, in a copy of that root.
in_system() {
    # shellcheck disable=SC2016 # for the shell in the root
    tar -C "$SRC_DIR" --exclude=./build --exclude=./.git --create . |
        "$SRC_DIR/tests/support/in-system" "$1" bash -euc '
            mkdir /usr/src/capwrap && cd /usr/src/capwrap && tar --no-same-owner -xf - && eval "$1" </dev/null
        ' in_system "$2"
}

# packages_of ROOT: with their versions.
packages_of() {
    dpkg-query --admindir "$1/var/lib/dpkg" --show --showformat '${Package} ${Version}\n' | sort
}

# passes SUITE NAME SCRIPT: in the root of that suite. What sid holds changes: the versions of the last time that
# it passed are kept in the cache, and a failure tells what has changed since.
passes() {
    local root good
    root=$(system_root "$1") || return 1
    good=$("$SRC_DIR/tests/support/root-cache" --place)/passed-$1-$2
    run in_system "$root" "$3"
    if [ "$status" -eq 0 ]; then
        packages_of "$root" >"$good"
        return 0
    fi
    tail -n 200 <<<"$output"
    [ ! -e "$good" ] || { echo 'packages that have changed since it passed:' && diff "$good" <(packages_of "$root"); }
    return 1
}
