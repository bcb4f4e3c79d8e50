# The packages of packages.bats, and the root directory that they are installed into. Source it after
# support/common, documented and debian-root.
# shellcheck shell=bash
# shellcheck disable=SC2154 # bats sets output

# Whatever the machine is set to.
export SOURCE_DATE_EPOCH=1700000000 DOCUMENT=$SRC_DIR/docs/packaging.md
umask 022

# make_packages FOLDER: by the commands of docs/packaging.md, in a copy of the sources.
make_packages() {
    local kind
    mkdir -p "$1"
    tar -C "$SRC_DIR" --exclude=./build --exclude=./.git --create . | tar -C "$1" --extract
    for kind in deb{-learn,} rpm{-learn,} tgz{-learn,}; do
        (cd "$1" && cmake --workflow --preset "$kind") || return 1
    done
}

# make_arch_packages FOLDER: as nobody, for makepkg does not run as root.
make_arch_packages() {
    tar -C "$SRC_DIR" --exclude=./build --exclude=./.git --transform "s,^\.,capwrap-$VERSION," \
        --create --gzip --file "$1/capwrap-$VERSION.tar.gz" .
    cp "$SRC_DIR/contrib/packaging/PKGBUILD" "$1/"
    chown -R nobody "$1"
    (cd "$1" && setpriv --reuid nobody --regid nogroup --clear-groups \
        env HOME="$1" PKGEXT=.pkg.tar.gz PKGDEST="$1" makepkg --nodeps) >"$1/log" 2>&1
}

# make_root: a fresh Debian with what capwrap depends on.
make_root() {
    debian_root "$ROOT" essential essential libcap-ng0 || return 1
    # As on every system with RPM or pacman.
    install -D -m 644 "$SRC_DIR/LICENSE" "$ROOT/usr/share/licenses/other/LICENSE"
}

# of_learn COMMAND: what it is for capwrap-learn.
of_learn() {
    printf '%s\n' "${1//capwrap/capwrap-learn}"
}

# rpm_in_root COMMAND: a command of rpm's. No database of dpkg's packages exists, so that nothing is there
# to depend on.
rpm_in_root() {
    # shellcheck disable=SC2086 # words
    rpm --root "$ROOT" --dbpath /var/lib/rpm --nodeps ${1#rpm }
}

# pacman_in_root COMMAND OPTION...: the same of pacman.
pacman_in_root() {
    local config=$BATS_TEST_TMPDIR/pacman.conf
    printf '[options]\nArchitecture = auto\nSigLevel = Never\n' >"$config"
    # shellcheck disable=SC2086 # words
    pacman --config "$config" --root "$ROOT" --dbpath "$ROOT/var/lib/pacman" \
        --cachedir "$BATS_TEST_TMPDIR/cache" --logfile /dev/null --noconfirm ${1#pacman } "${@:2}"
}

# files_of FOLDER: all that is there, but for what dpkg, RPM, pacman and ldconfig, which pacman runs,
# keep for themselves.
files_of() {
    local own='proc|tmp|dev|var/lib/(rpm|pacman)|var/log/dpkg.log|var/lib/dpkg/(status|lock|triggers).*'
    own+='|etc/ld.so.cache|var/cache/ldconfig'
    find "$1" -xdev -regextype posix-extended -regex "$1/($own)" -prune \
        -o -type d -printf '%M %U:%G %P\n' -o -printf '%M %U:%G %s %T@ %P %l\n' | LC_ALL=C sort
}

# what_came FILE: the files and directories that are in the root directory and not in FILE, as mode, owner, name.
what_came() {
    comm -13 "$1" <(files_of "$ROOT") | awk '{ print $1, $2, $1 ~ /^d/ ? $3 : $5 }'
}

# learns_in_root PROGRAM: beside a capwrap or without one.
learns_in_root() {
    run in_root "$1" --version
    assert_output "capwrap-learn $VERSION"
    run in_root "$1" --verify -- chroot / true
    assert_success
    assert_output --regexp 'needs +SYS_CHROOT
  state +confirmed'
}

# works_in_root PROGRAM: a program that it starts as an ordinary user has one capability in all
# five sets; and PROGRAM itself gives none away.
works_in_root() {
    local set mode
    run in_root "$1" --version
    assert_output "capwrap $VERSION"
    attempt in_root "$1" --user nobody --keep NET_BIND_SERVICE --no-new-privs -- cat /proc/self/status
    assert_success
    quiet
    assert_line "Uid:	65534	65534	65534	65534"
    assert_line "Gid:	65534	65534	65534	65534"
    for set in Inh Prm Eff Bnd Amb; do assert_line "Cap$set:	$(mask NET_BIND_SERVICE)"; done
    assert_line "NoNewPrivs:	1"
    # The negative control: an ordinary user has nothing to keep.
    attempt in_root /usr/bin/setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$1" --keep NET_BIND_SERVICE -- cat /proc/self/status
    assert_equal "$status" 125
    assert_equal "$output" ""
    mode=$(stat --format '%A %U:%G' "$ROOT$1")
    assert_equal "$mode" "-rwxr-xr-x root:root"
    run getfattr --absolute-names --match - "$ROOT$1"
    assert_success
    assert_output ""
}
