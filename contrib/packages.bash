# shellcheck shell=bash
# packages.bash - sourced by contrib/quickstart.sh and tests/run.sh: finds out what is missing on
# this machine and installs it with the system's package manager.

say() { printf '==> %s\n' "$*"; }

die() {
    printf '%s: error: %s\n' "${0##*/}" "$1" >&2
    shift
    [ $# -eq 0 ] || printf '  %s\n' "$@" >&2
    exit 1
}

need_linux() {
    [ "$(uname -s)" = Linux ] ||
        die "capwrap needs Linux; this system is $(uname -s)"
}

# need_debian: requires apt on amd64: Debian, or a distribution derived from it. Missing packages are noticed when they
# are installed.
need_debian() {
    local system
    system="$(uname -m) with the package manager $(package_manager)"
    [ "$system" = 'x86_64 with the package manager apt' ] ||
        die "this needs x86_64 with the package manager apt; this machine is $system" \
            "The tests of real systems use Debian's kernels, cross compilers and packages for amd64." \
            "On other systems use tests/run.sh without an option, and contrib/quickstart.sh."
}

# The words before a command that run it as root: none if the script runs as root. Set by find_root.
as_root=()

find_root() {
    [ "$(id -u)" -ne 0 ] && [ ${#as_root[@]} -eq 0 ] || return 0
    command -v sudo >/dev/null 2>&1 || die "this needs root, and sudo is not installed" "Run it as root."
    say "some of this needs root: sudo may ask for your password"
    sudo -v || die "this needs root, and sudo failed" "Run it as root."
    as_root=(sudo)
}

# One line for each requirement:
#   set, how to detect it, and its package for apt, apk, dnf and pacman ("-": part of the system, or
#   not packaged there; "a|b": a if apt knows it, else b).
# Sets: build; musl (the static build); show (the quickstart); test; lint; real (the second compiler,
#   sanitizers, fuzzers, engines, systemd, kernels, packagers).
needs() {
    cat <<'END'
build  command:gcc             gcc             gcc             gcc              gcc
build  file:/usr/include/stdio.h libc6-dev     musl-dev        glibc-devel      glibc
build  command:cmake           cmake           cmake           cmake            cmake
build  command:ninja           ninja-build     ninja           ninja-build      ninja
build  command:pkg-config      pkg-config      pkgconf         pkgconf-pkg-config pkgconf
build  pkg-config:libcap-ng    libcap-ng-dev   libcap-ng-dev   libcap-ng-devel  libcap-ng
musl   command:make            make            -               -                -
musl   command:autoreconf      autoconf        -               -                -
musl   command:aclocal         automake        -               -                -
musl   command:libtoolize      libtool         -               -                -
show   file:/usr/bin/python3   python3         python3         python3          python
show   command:curl            curl            curl            curl             curl
show   command:ip              iproute2        iproute2        iproute          iproute2
show   command:unshare         util-linux      util-linux-misc util-linux       util-linux
test   file:/usr/bin/python3   python3         python3         python3          python
test   python:jsonschema       python3-jsonschema py3-jsonschema python3-jsonschema python-jsonschema
test   pkg-config:cmocka       libcmocka-dev   cmocka-dev      libcmocka-devel  cmocka
test   command:make            make            make            make             make
test   command:bats            bats            bats            bats             bats
test   bats:bats-support       bats-support    bats-support    -                -
test   bats:bats-assert        bats-assert     bats-assert     -                -
test   bats:bats-file          bats-file       bats-file       -                -
test   command:readelf         binutils        binutils        binutils         binutils
test   command:setpriv         util-linux      setpriv         util-linux       util-linux
test   command:unshare         util-linux      util-linux-misc util-linux       util-linux
test   command:pivot_root      util-linux-extra util-linux-misc util-linux     util-linux
test   command:mount           mount           util-linux-misc util-linux       util-linux
test   command:ip              iproute2        iproute2        iproute          iproute2
test   command:strace          strace          strace          strace           strace
test   command:setcap          libcap2-bin     libcap-utils    libcap           libcap
test   command:setfacl         acl             acl             acl              acl
test   command:setfattr        attr            attr            attr             attr
test   command:keyctl          keyutils        keyutils        keyutils         keyutils
test   command:jq              jq              jq              jq               jq
test   command:curl            curl            curl            curl             curl
test   command:busybox         busybox         busybox         busybox          busybox
test   command:runc            runc            runc            runc             runc
test   command:gosu            gosu            gosu            gosu             -
test   command:s6-setuidgid    s6              s6              s6               s6
test   command:chpst           runit           runit           runit            runit
test   command:tini            tini            tini            tini             -
test   command:ping            iputils-ping    iputils-ping    iputils          iputils
test   command:ps              procps          procps          procps-ng        procps-ng
test   command:bash            bash            bash            bash             bash
test   command:fish            fish            fish            fish             fish
test   command:zsh             zsh             zsh             zsh              zsh
test   command:mandoc          mandoc          mandoc          mandoc           mandoc
test   command:col             bsdextrautils   util-linux-misc util-linux       util-linux
test   man:capabilities.7      manpages        man-pages       man-pages        man-pages
test   man:prctl.2             manpages-dev    man-pages       man-pages        man-pages
test   file:/usr/share/bash-completion/bash_completion bash-completion bash-completion bash-completion bash-completion
test   command:script          bsdutils        util-linux-misc util-linux       util-linux
test   command:valgrind        valgrind        valgrind        valgrind         valgrind
test   python:clang.cindex     python3-clang   py3-clang       python3-clang    clang
lint   command:shellcheck      shellcheck      shellcheck      ShellCheck       shellcheck
lint   command:cppcheck        cppcheck        cppcheck        cppcheck         cppcheck
lint   command:clang-tidy      clang-tidy      clang-extra-tools clang-tools-extra clang
lint   command:clang-format    clang-format    clang-extra-tools clang-tools-extra clang
real   command:ccache          ccache          ccache          ccache           ccache
real   command:musl-gcc        musl-tools      -               -                -
real   command:clang           clang           clang           clang            clang
real   sanitizer:clang:address libclang-rt-dev compiler-rt     compiler-rt      compiler-rt
real   sanitizer:gcc:address   gcc             -               libasan          gcc
real   sanitizer:gcc:undefined gcc             -               libubsan         gcc
real   command:dockerd         docker.io       docker          moby-engine      docker
real   file:/usr/bin/docker    docker-cli|docker.io docker-cli      docker-cli       docker
real   buildkit:/usr/bin/docker docker-buildx|docker.io docker-cli-buildx docker-buildx docker-buildx
real   command:podman          podman          podman          podman           podman
real   command:crun            crun            crun            crun             crun
real   command:catatonit       catatonit       catatonit       catatonit        catatonit
real   file:/usr/lib/podman/netavark netavark  netavark        netavark         netavark
real   file:/usr/share/containers/seccomp.json golang-github-containers-common containers-common containers-common containers-common
real   command:npm             npm             npm             npm              npm
real   python:yaml             python3-yaml    py3-yaml        python3-pyyaml   python-yaml
real   command:linux.uml       user-mode-linux -               -                -
real   command:qemu-system-x86_64 qemu-system-x86 -            -                -
real   command:qemu-aarch64-static qemu-user-static -          -                -
real   command:aarch64-linux-gnu-gcc gcc-aarch64-linux-gnu -   -                -
real   command:s390x-linux-gnu-gcc gcc-s390x-linux-gnu -       -                -
real   command:i686-linux-gnu-gcc gcc-i686-linux-gnu -         -                -
real   file:/usr/aarch64-linux-gnu/lib/libc.a libc6-dev-arm64-cross - -         -
real   file:/usr/s390x-linux-gnu/lib/libc.a libc6-dev-s390x-cross - -           -
real   file:/usr/i686-linux-gnu/lib/libc.a libc6-dev-i386-cross - -             -
real   command:file            file            file            file             file
real   command:mmdebstrap      mmdebstrap      -               -                -
real   command:dpkg-shlibdeps  dpkg-dev        -               -                -
real   command:rpmbuild        rpm             -               -                -
real   command:rpmlint         rpmlint         -               -                -
real   command:lintian         lintian         -               -                -
real   command:makepkg         makepkg         -               -                pacman
real   command:pacman          pacman-package-manager -        -                pacman
real   command:bsdtar          libarchive-tools -              -                libarchive
real   command:docker-compose  docker-compose  docker-cli-compose docker-compose docker-compose
real   command:iptables-save   iptables        iptables        iptables-nft     iptables-nft
real   command:nginx           nginx-light     nginx           nginx            nginx
real   command:go              golang-go       go              golang           go
real   command:systemd-nspawn  systemd-container -             systemd-container systemd
real   command:systemd-analyze systemd         -               systemd          systemd
real   file:/lib/systemd/systemd systemd       -               systemd          systemd
real   file:/usr/share/doc/libnss-systemd libnss-systemd -      -                -
real   command:afl-clang-fast  afl++           -               american-fuzzy-lop-clang afl++
END
}

# Some commands are in the sbin directories, which an ordinary user's PATH may lack.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

have() {
    case $1 in
        command:*) command -v "${1#*:}" >/dev/null 2>&1 ;;
        file:*) [ -e "${1#*:}" ] ;;
        pkg-config:*) pkg-config --exists "${1#*:}" 2>/dev/null ;;
        sanitizer:*) sanitizes "${1#sanitizer:}" ;;
        buildkit:*) has_buildkit "${1#*:}" ;;
        python:*) /usr/bin/python3 -c "import ${1#*:}" 2>/dev/null ;;
        man:*) # Images may leave out man pages; then only dpkg knows that the package is installed.
            [ -n "$(find /usr/share/man -name "${1#*:}*" -print -quit 2>/dev/null)" ] ||
                dpkg-query -S "*/${1#*:}.gz" >/dev/null 2>&1
            ;;
        bats:*) [ -d "/usr/lib/bats/${1#*:}" ] || [ -d "/usr/share/bats/${1#*:}" ] ;;
    esac
}

# sanitizes COMPILER:KIND: succeeds if a program links; the library may be in a separate package.
sanitizes() {
    "${1%:*}" -fsanitize="${1#*:}" -x c -o /dev/null - <<<'int main(void) { return 0; }' 2>/dev/null
}

# has_buildkit DOCKER: the client has BuildKit; from Docker 23 on it takes the plugin buildx.
has_buildkit() {
    local major
    major=$("$1" --version 2>/dev/null | sed -nE 's/^Docker version ([0-9]+)\..*/\1/p')
    [ -n "$major" ] && { [ "$major" -lt 23 ] || "$1" buildx version >/dev/null 2>&1; }
}

package_manager() {
    local name command
    for name in apt:apt-get apk:apk dnf:dnf pacman:pacman; do
        command=${name#*:}
        if command -v "$command" >/dev/null 2>&1; then
            echo "${name%:*}"
            return
        fi
    done
    echo none
}

# package_of NAME or NAME|NAME: the first one, if apt knows it, else the second.
package_of() {
    if [[ $1 == *'|'* ]] && ! apt-cache show "${1%|*}" >/dev/null 2>&1; then
        echo "${1#*|}"
    else
        echo "${1%|*}"
    fi
}

# missing COLUMN SET...: prints that column of needs for everything in the sets that this machine lacks.
missing() {
    local column=$1 line
    shift
    needs | while read -r -a line; do
        if [[ " $* " == *" ${line[0]} "* ]] && ! have "${line[1]}"; then
            package_of "${line[column]#*:}"
        fi
    done | sort -u
}

# package_column MANAGER: which column of needs has the names of its packages.
package_column() {
    case $1 in
        apt) echo 2 ;;
        apk) echo 3 ;;
        dnf) echo 4 ;;
        pacman) echo 5 ;;
    esac
}

# install_command MANAGER: prints the command that installs the packages named after it.
install_command() {
    case $1 in
        apt) echo "apt-get install --no-install-recommends" ;;
        apk) echo "apk add" ;;
        dnf) echo "dnf install" ;;
        pacman) echo "pacman -S --needed" ;;
    esac
}

# need_all SET...: fails if something in the sets is missing, and names the packages that have it.
need_all() {
    local names manager packages help=()
    names=$(missing 1 "$@")
    [ -n "$names" ] || return 0
    manager=$(package_manager)
    if [ "$manager" != none ]; then
        packages=$(missing "$(package_column "$manager")" "$@")
        [[ $'\n'$packages$'\n' != *$'\n-\n'* ]] || help+=("Some of these have no package for $manager.")
        packages=$( (grep -vx -e - <<<"$packages" || true) | paste -sd ' ')
        [ -z "$packages" ] || help+=("Packages: $packages"
            "As root: $(install_command "$manager") $packages")
    fi
    die "missing on this machine: ${names//$'\n'/ }" "${help[@]}" "Install them, then run this again."
}

# install_missing SET...: installs what is missing. If nothing is missing, it changes nothing and
# needs neither root nor network.
install_missing() {
    local manager column packages
    [ -n "$(missing 1 "$@")" ] || return 0
    manager=$(package_manager)
    [ "$manager" != none ] || die "none of the package managers apt, apk, dnf and pacman is installed" \
        "Install these, then run this again: $(missing 1 "$@" | paste -sd ' ')"
    column=$(package_column "$manager")
    mapfile -t packages < <(missing "$column" "$@" | grep -vx -e -)
    [ ${#packages[@]} -gt 0 ] || need_all "$@"
    find_root
    say "installing with $manager: ${packages[*]}"
    install_with "$manager" "${packages[@]}" || die "$manager could not install: ${packages[*]}"
    need_all "$@"
}

install_with() {
    local manager=$1
    shift
    case $manager in
        apt)
            "${as_root[@]}" apt-get update -qq &&
                "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
                    --no-install-recommends "$@" </dev/null >/dev/null
            ;;
        apk) "${as_root[@]}" apk add --quiet "$@" ;;
        dnf) "${as_root[@]}" dnf install -y -q "$@" ;;
        pacman) "${as_root[@]}" pacman -Sy --noconfirm --needed "$@" ;;
    esac
}

# The presets need CMake 3.25.
need_cmake() {
    local version
    version=$(cmake --version | sed -n 's/^cmake version //p')
    [ "$(printf '%s\n' 3.25 "$version" | sort -V | head -n 1)" = 3.25 ] ||
        die "cmake $version is too old: 3.25 or newer is needed"
}
