#!/usr/bin/env bats
# The packages: made by the documented commands, installed into a fresh Debian, run there, removed.

load ../../support/common
load ../../support/documented
load ../../support/debian-root
load packages

setup_file() {
    [[ $(id -u) == 0 ]] || { echo "these tests need root" >&2 && return 1; }
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    export ROOT=$BATS_FILE_TMPDIR/root MADE=$BATS_FILE_TMPDIR/one/build/packages
    VERSION=$(sed -nE 's/^  VERSION ([0-9.]+)$/\1/p' "$SRC_DIR/CMakeLists.txt")
    MACHINE=$(uname -m)
    DEB=$MADE/capwrap_${VERSION}_$(dpkg --print-architecture).deb
    export VERSION MACHINE DEB RPM=$MADE/capwrap-$VERSION-1.$MACHINE.rpm
    export TGZ=$MADE/capwrap-$VERSION-linux-$MACHINE.tar.gz
    LEARN_DEB=$MADE/$(of_learn "${DEB##*/}") LEARN_RPM=$MADE/$(of_learn "${RPM##*/}")
    LEARN_TGZ=$MADE/$(of_learn "${TGZ##*/}")
    export LEARN_DEB LEARN_RPM LEARN_TGZ
    # The files beside the static program were made with it.
    STATIC=$(dirname "${CAPWRAP_MUSL%/*}")
    STATIC_TGZ=$BATS_FILE_TMPDIR/static/capwrap-$VERSION-linux-$MACHINE-static.tar.gz
    export STATIC STATIC_TGZ NOTICES=$STATIC/build/licenses
    # rpm makes a database in the home directory when there is none.
    export HOME=$BATS_FILE_TMPDIR/home
    mkdir "$HOME"
    local root=0
    make_root >"$BATS_FILE_TMPDIR/root.log" 2>&1 3>&- &
    if ! { cpack --config "$STATIC/build/CPackConfig.cmake" -G TGZ -B "${STATIC_TGZ%/*}" &&
        make_packages "${MADE%/build/packages}"; } >"$BATS_FILE_TMPDIR/log" 2>&1; then
        tail -n 30 "$BATS_FILE_TMPDIR/log" >&2
        return 1
    fi
    wait $! || root=$?
    if ((root != 0)); then
        cat "$BATS_FILE_TMPDIR/root.log" >&2
        return 1
    fi
}

setup() {
    cd "$BATS_TEST_TMPDIR" || return
}

# without PROGRAM COMMAND...: where this program of /usr/bin does not exist.
without() {
    # shellcheck disable=SC2016 # expands in the inner shell
    unshare --mount --propagation private -- /bin/bash -c '
        mkdir hidden && mount -t tmpfs tmpfs hidden && mkdir hidden/{upper,work} &&
            mount -t overlay overlay /usr/bin \
                -o "lowerdir=/usr/bin,upperdir=$PWD/hidden/upper,workdir=$PWD/hidden/work" &&
            rm "/usr/bin/$1" || exit 99
        shift
        "$@"' without "$@"
}

# ---- how they are made ----

@test "the documented commands make a DEB, an RPM and a TGZ of each program, named after the version" {
    [[ -n $VERSION ]]
    run find "$MADE" -maxdepth 1 -type f
    assert_equal "$(sort <<<"$output")" \
        "$(printf '%s\n' "$DEB" "$RPM" "$TGZ" "$LEARN_DEB" "$LEARN_RPM" "$LEARN_TGZ" | sort)"
    run grep -oE '^cmake --workflow --preset .*' "$SRC_DIR/docs/packaging.md"
    assert_line "cmake --workflow --preset deb    # build/packages/${DEB##*/}"
    assert_line "cmake --workflow --preset rpm    # build/packages/${RPM##*/}"
    assert_line "cmake --workflow --preset tgz    # build/packages/${TGZ##*/}"
    grep -F "\`deb-learn\`, \`rpm-learn\` and \`tgz-learn\`" "$SRC_DIR/docs/packaging.md"
}

@test "made by an ordinary user under umask 077, they hold files of root's, readable, without set-id bits" {
    chown -R nobody "$MADE/../package" "$PUBLIC"
    chmod a+x "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR"
    umask 077
    HOME=$PUBLIC setpriv --reuid nobody --regid nogroup --clear-groups \
        cpack --config "$MADE/../package/CPackConfig.cmake" -B "$PUBLIC/packages" -G 'DEB;RPM;TGZ'
    cd "$PUBLIC/packages"
    (dpkg-deb --fsys-tarfile ./*.deb | tar --numeric-owner -tv && tar --numeric-owner -tvf ./*.tar.gz) >all
    tar --numeric-owner -tvf "$STATIC_TGZ" >>all
    rpm -qp --queryformat '[%{FILEMODES:perms} %{FILEUSERNAME}/%{FILEGROUPNAME} %{FILENAMES}\n]' \
        ./*.rpm >modes
    (($(cat all modes | wc -l) > 150))
    run grep -vE '^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) +0/0 ' all
    assert_output ""
    run grep -vE '^(drwxr-xr-x|-rw-r--r--|-rwxr-xr-x) root/root ' modes
    assert_output ""
}

@test "rpm gives the programs no file capabilities, and no package has a script" {
    local file
    run rpm -qp --queryformat '[%{FILECAPS}]%{PREIN}%{POSTIN}%{PREUN}%{POSTUN}' "$RPM" "$LEARN_RPM"
    assert_success
    assert_output --regexp '^(.none.)+$'
    for file in "$DEB" "$LEARN_DEB"; do
        run bash -c 'dpkg-deb --ctrl-tarfile "$1" | tar -t | sort | paste -sd " "' - "$file"
        assert_output './control ./md5sums'
    done
}

@test "lintian reports nothing, not even information" {
    run lintian --allow-root --display-info --pedantic --display-experimental --tag-display-limit 0 \
        "$DEB" "$LEARN_DEB"
    assert_success
    assert_output ""
}

@test "rpmlint reports nothing except what contrib/packaging/rpmlint.toml explains" {
    run rpmlint --config "$SRC_DIR/contrib/packaging/rpmlint.toml" "$RPM" "$LEARN_RPM"
    assert_success
    assert_output --partial '2 packages and 0 specfiles checked; 0 errors, 0 warnings'
}

@test "a DEB depends on the C library and libcap-ng, in the versions that it was linked with" {
    local told
    told=$(sed -nE 's/.*(libc6 [0-9.]+) and (libcap-ng0 [0-9.]+) when made on Debian 12.*/\1, \2/p' \
        "$SRC_DIR/docs/packaging.md" | sed -E 's/ ([0-9.]+)/ (>= \1)/g')
    assert_equal "$(dpkg-deb --field "$DEB" Depends)" "$told"
    assert_equal "$(dpkg-deb --field "$LEARN_DEB" Depends)" "$told"
    assert_equal "$(dpkg-deb --field "$LEARN_DEB" Suggests)" capwrap
    assert_equal "$(dpkg-deb --field "$DEB" Version)" "$VERSION"
}

@test "an RPM requires the C library and libcap-ng" {
    local file
    for file in "$RPM" "$LEARN_RPM"; do requires_libraries "$file"; done
}

requires_libraries() {
    run rpm -qp --requires "$1"
    assert_line --regexp '^libcap-ng\.so\.0\(\)'
    assert_line --regexp '^libc\.so\.6\('
    # Of glibc no later version than the DEB.
    assert_equal "libc6 (>= $(grep -oP 'GLIBC_\K[0-9.]+' <<<"$output" | sort -V | tail -n 1))" \
        "$(dpkg-deb --field "$DEB" Depends | cut -d , -f 1)"
    run grep -vE '^(libc\.so\.6|libcap-ng\.so\.0|rpmlib|rtld|ld-linux.*)\(' <<<"$output"
    assert_output ""
}

@test "the packager is the one that the documented line names" {
    cd "${MADE%/build/packages}"
    eval "$(documented 'cmake --preset package -DCPACK_PACKAGE_CONTACT')"
    cpack --config build/package/CPackConfig.cmake -B "$BATS_TEST_TMPDIR" -G 'DEB;RPM'
    cd "$BATS_TEST_TMPDIR"
    assert_equal "$(dpkg-deb --field ./*.deb Maintainer)" 'Your Name <you@your.domain>'
    assert_equal "$(rpm -qp --queryformat '%{PACKAGER}' ./*.rpm)" 'Your Name <you@your.domain>'
    # shellcheck disable=SC2016 # not for the shell
    assert_equal "$(dpkg-deb --field "$DEB" Maintainer)" \
        "$(sed -n 's/^- \*\*Who makes it\*\* is `\([^`]*\)`.*/\1/p' "$SRC_DIR/docs/packaging.md")"
}

@test "no DEB is made without dpkg-shlibdeps, which finds the dependencies" {
    run without dpkg-shlibdeps cpack --config "$MADE/../package/CPackConfig.cmake" -B packages -G DEB
    assert_failure
    assert_output --partial 'install dpkg-dev'
    [[ ! -e packages ]]
}

@test "no RPM is made without rpmbuild" {
    run without rpmbuild cpack --config "$MADE/../package/CPackConfig.cmake" -B packages -G RPM
    assert_failure
    assert_output --partial 'rpmbuild'
    run find packages -maxdepth 1 -name '*.rpm'
    assert_output ""
}

# ---- installed, run, removed ----

# program_below PREFIX COMPLETIONS MANUAL: the program that the manual page is named after, that page, and
# what the shells complete with where they look for it.
program_below() {
    local file name=${3%%.*}
    for file in bin/"$name" share/man/man1/"$3" share/bash-completion/completions/"$name" \
        share/fish/vendor_completions.d/"$name".fish "$2/_$name"; do
        [[ -s $ROOT$1/$file ]] || fail "no $1/$file"
    done
}

# installed_below PREFIX COMPLETIONS MANUAL: capwrap and the units to copy, and nothing of capwrap-learn.
installed_below() {
    program_below "$@"
    [[ -s $ROOT$1/share/doc/capwrap/examples/systemd/capwrap-example.service ]]
    # Examples are not units of the system.
    run find "$ROOT" -xdev -path '*/share/doc' -prune -o -name '*capwrap*.service' -print
    assert_output ""
    run find "$ROOT" -xdev -path "$ROOT/tmp" -prune -o -name '*capwrap-learn*' -print
    assert_output ""
}

@test "the DEB is installed in a fresh Debian, works there, and is removed without a trace" {
    local before=$BATS_TEST_TMPDIR/before
    files_of "$ROOT" >"$before"
    (($(wc -l <"$before") > 3000))
    cp "$DEB" "$ROOT/tmp/capwrap.deb"
    in_root sh -c "$(documented 'dpkg --install' /tmp/capwrap.deb)"
    installed_below /usr share/zsh/vendor-completions capwrap.1.gz
    [[ -s $ROOT/usr/share/doc/capwrap/copyright ]]
    # Which other man pages this machine has says nothing about this one.
    # As tests/source/lint/mandoc.bats: examples first, the catalogue of codes last.
    run bash -c 'zcat "$1" | mandoc -T lint -W warning | grep -vE "conventional order: Sh (ENVIRONMENT|EXIT STATUS|DIAGNOSTICS)$"' \
        - "$ROOT/usr/share/man/man1/capwrap.1.gz"
    assert_output ""
    works_in_root /usr/bin/capwrap
    run in_root dpkg --verify capwrap
    assert_output ""
    cp "$LEARN_DEB" "$ROOT/tmp/capwrap-learn.deb"
    in_root sh -c "$(of_learn "$(documented 'dpkg --install' /tmp/capwrap.deb)")"
    program_below /usr share/zsh/vendor-completions capwrap-learn.1.gz
    zcat "$ROOT/usr/share/man/man1/capwrap-learn.1.gz" | cmp - "$SRC_DIR/docs/capwrap-learn.1"
    in_root sh -c "$(documented 'dpkg --purge')"
    learns_in_root /usr/bin/capwrap-learn
    in_root sh -c "$(of_learn "$(documented 'dpkg --purge')")"
    run what_came "$before"
    assert_output ""
    run comm -23 "$before" <(files_of "$ROOT")
    assert_output ""
}

@test "Debian's shells look for completions in the directories where the DEB installs them" {
    dpkg-deb --fsys-tarfile "$DEB" | tar -x
    # shellcheck disable=SC2016 # zsh expands it, and fish
    run zsh -f -c 'print -l $fpath'
    assert_line /usr/share/zsh/vendor-completions
    [[ -s usr/share/zsh/vendor-completions/_capwrap ]]
    # shellcheck disable=SC2016
    HOME=$PWD run fish -c 'string join \n $fish_complete_path'
    assert_line /usr/share/fish/vendor_completions.d
    [[ -s usr/share/fish/vendor_completions.d/capwrap.fish ]]
    # shellcheck disable=SC2016
    XDG_DATA_DIRS=$PWD/usr/share run bash -c '
        . /usr/share/bash-completion/bash_completion && __load_completion capwrap; complete -p capwrap'
    assert_output --partial _capwrap
}

@test "the RPM is installed, works, and is removed without a trace" {
    local before=$BATS_TEST_TMPDIR/before
    files_of "$ROOT" >"$before"
    rpm_in_root "$(documented 'rpm --install' "$RPM")"
    installed_below /usr share/zsh/site-functions capwrap.1.gz
    [[ -s $ROOT/usr/share/licenses/capwrap/LICENSE ]]
    works_in_root /usr/bin/capwrap
    rpm_in_root "$(documented 'rpm --install' "$LEARN_RPM")"
    program_below /usr share/zsh/site-functions capwrap-learn.1.gz
    [[ -s $ROOT/usr/share/licenses/capwrap-learn/LICENSE ]]
    run rpm_in_root 'rpm --verify capwrap capwrap-learn'
    assert_success
    rpm_in_root "$(documented 'rpm --erase')"
    learns_in_root /usr/bin/capwrap-learn
    rpm_in_root "$(of_learn "$(documented 'rpm --erase')")"
    run what_came "$before"
    assert_output ""
    run comm -23 "$before" <(files_of "$ROOT")
    assert_output ""
    rm -r "$ROOT/var/lib/rpm"
}

@test "the TGZ is unpacked, works, and is removed without a trace" {
    local before=$BATS_TEST_TMPDIR/before
    files_of "$ROOT" >"$before"
    cp "$TGZ" "$ROOT/tmp/capwrap.tar.gz"
    in_root sh -c "$(documented 'mkdir /opt/capwrap' /tmp/capwrap.tar.gz)"
    installed_below /opt/capwrap share/zsh/site-functions capwrap.1
    works_in_root /opt/capwrap/bin/capwrap
    in_root sh -c "$(documented 'ln -s /opt')"
    run in_root capwrap --version
    assert_output "capwrap $VERSION"
    cp "$LEARN_TGZ" "$ROOT/tmp/capwrap-learn.tar.gz"
    in_root sh -c "$(of_learn "$(documented 'mkdir /opt/capwrap' /tmp/capwrap.tar.gz)")"
    program_below /opt/capwrap-learn share/zsh/site-functions capwrap-learn.1
    learns_in_root /opt/capwrap-learn/bin/capwrap-learn
    in_root sh -c "$(documented 'rm -r /opt') $(documented /usr/local/bin/capwrap)"
    in_root sh -c "$(of_learn "$(documented 'rm -r /opt')")"
    run what_came "$before"
    assert_output ""
}

@test "PKGBUILD makes packages for Arch, which are installed, work, and are removed without a trace" {
    local before=$BATS_TEST_TMPDIR/before package=$PUBLIC/capwrap-$VERSION-1-$MACHINE.pkg.tar.gz
    make_arch_packages "$PUBLIC" || fail "$(tail -n 30 "$PUBLIC/log")"
    files_of "$ROOT" >"$before"
    mkdir -p "$ROOT/var/lib/pacman"
    pacman_in_root "$(documented 'pacman -U' "$package")" --nodeps --nodeps
    installed_below /usr share/zsh/site-functions capwrap.1.gz
    works_in_root /usr/bin/capwrap
    run pacman_in_root 'pacman -Qi capwrap'
    assert_line --regexp '^Depends On +: glibc +libcap-ng$'
    pacman_in_root "$(documented 'pacman -U' "${package/capwrap/capwrap-learn}")" --nodeps --nodeps
    program_below /usr share/zsh/site-functions capwrap-learn.1.gz
    pacman_in_root "$(documented 'pacman -R')"
    learns_in_root /usr/bin/capwrap-learn
    pacman_in_root "$(of_learn "$(documented 'pacman -R')")"
    run what_came "$before"
    assert_output ""
    run comm -23 "$before" <(files_of "$ROOT")
    assert_output ""
}

@test "the three lines that need no package build and install, with what the table says and without make" {
    mkdir source && tar -C "${MADE%/build/packages}" --exclude=./build --create . | tar -C source --extract
    below 'Without a package' >lines
    assert_equal "$(wc -l <lines)" 3
    cd source
    DESTDIR=$PWD/../root run without make bash -ec ". ../lines"
    assert_success
    run ../root/usr/bin/capwrap --version
    assert_line --index 0 "capwrap $VERSION"
    [[ -s ../root/usr/share/man/man1/capwrap.1 ]]
}

@test "no package is made of the preset static, and the error names the script that can" {
    mkdir source && tar -C "${MADE%/build/packages}" --exclude=./build --create . | tar -C source --extract
    cd source
    eval "$(documented 'cmake --preset static')" -DBUILD_TESTING=OFF
    run cpack --config build/static/CPackConfig.cmake -B packages -G TGZ
    assert_failure
    assert_output --partial 'contrib/packaging/static-musl.sh'
    [[ ! -e packages ]]
}

# ---- the static program ----

@test "the TGZ of the static program works in a root directory that contains nothing else" {
    mkdir root root/proc
    tar -C root --strip-components=1 -xzf "$STATIC_TGZ"
    cp "$CAPWRAP_MUSL" root/bin/inner
    ROOT=$PWD/root
    run in_root /bin/capwrap --version
    assert_line --index 0 "capwrap $VERSION"
    attempt in_root /bin/capwrap --user 65534:65534 --keep NET_BIND_SERVICE -- \
        /bin/inner --status --json
    assert_success
    assert_equal "$(jq -c '.state | [.permitted, .effective, .inheritable, .bounding, .ambient] | unique' \
        <<<"$output")" '[["NET_BIND_SERVICE"]]'
}

@test "a package of a static program has the licences of all that is in it, and the versions" {
    local licenses=$STATIC/sysroot/licenses where=capwrap-$VERSION-linux-$MACHINE-static/share/doc/capwrap/licenses
    tar -xzf "$STATIC_TGZ"
    diff -r "$where" "$NOTICES"
    cd "$where"
    run cat NOTICE
    assert_line --partial "capwrap $VERSION, a static program"
    assert_line --partial "libcap-ng $(pkg-config --modversion libcap-ng) "
    assert_line --partial "musl $(dpkg-deb --field "$STATIC"/fetched/musl-dev_*.deb Version) "
    assert_line --partial 'GCC Runtime Library Exception'
    refute_output --partial @
    cmp capwrap.MIT "$SRC_DIR/LICENSE"
    cmp libcap-ng.LGPL-2.1 "$STATIC/sysroot/libcap-ng/COPYING.LIB"
    cmp libcap-ng.LGPL-2.1 "$licenses/libcap-ng.LGPL-2.1"
    grep -q 'GNU LESSER GENERAL PUBLIC LICENSE' libcap-ng.LGPL-2.1
    grep -q 'Rich Felker' musl.copyright
    # The source is what Debian has signed for.
    APT_CONFIG=$STATIC/fetched/apt/conf apt-get -qq --print-uris source --tar-only libcap-ng >uris
    (cd "$STATIC/fetched" && [[ $(grep -oE '[0-9a-f]{64}' "$OLDPWD/uris") == "$(sha256sum libcap-ng_*.orig.tar.gz | cut -d ' ' -f 1)" ]])
}

@test "with the archive of the sources, by the commands of NOTICE, a changed libcap-ng can be linked into the program" {
    local kit=capwrap-$VERSION-sources
    mkdir -p "$kit/fetched"
    tar -C "$SRC_DIR" --exclude=./build --exclude=./.git --transform "s,^\.,capwrap-$VERSION," --create . | tar -C "$kit" -x
    cp "$STATIC"/fetched/*.{deb,gz} "$kit/fetched/"
    tar -cJf "$kit.tar.xz" "$kit" && rm -r "$kit"
    sed -n 's/^    //p' "$NOTICES/NOTICE" | sed '/static-musl/i change' >commands
    (($(wc -l <commands) == 4))
    change() { sed -i 's/"net_raw"/"net_changed"/' fetched/libcap-ng/src/captab.h; }
    # shellcheck source=/dev/null
    (set -e && . ./commands) >log 2>&1 || fail "$(tail log)"
    run "$kit/static/build/capwrap" --list-caps
    assert_success
    assert_line --partial NET_CHANGED
    refute_line --partial NET_RAW
    run "$CAPWRAP_MUSL" --list-caps
    assert_line --partial NET_RAW
    refute_line --partial NET_CHANGED
}

@test "no package is made of a static program without those licences" {
    run cpack --config "$STATIC/build/CPackConfig.cmake" -B packages -G TGZ -D CPACK_CAPWRAP_NOTICES=
    assert_failure
    assert_output --partial 'contrib/packaging/static-musl.sh'
    [[ ! -e packages ]]
}

@test "no package is made of a program with libcap-ng in it, and the error names the option" {
    grep -qx 'CAPWRAP_SHARED_LIBCAP_NG:BOOL=OFF' "$BUILD_DIR/CMakeCache.txt"
    run cpack --config "$BUILD_DIR/CPackConfig.cmake" -B packages -G TGZ
    assert_failure
    assert_output --partial 'make it with -DCAPWRAP_SHARED_LIBCAP_NG=ON'
    [[ ! -e packages ]]
}
