#!/usr/bin/env bats
# The hardening flags: there by default, gone on request, and never instead of a distribution's.
# Each test makes a build of its own, with the compiler of the build under test.

setup() {
    BUILT="$BATS_TEST_TMPDIR/build"
    CC=$(sed -n 's/^CMAKE_C_COMPILER:[A-Z]*=//p' "$BUILD_DIR/CMakeCache.txt")
    export CC
    unset CFLAGS LDFLAGS CPPFLAGS
}

configure() {
    "$SRC_DIR/tests/support/cached" cmake -G Ninja -S "$SRC_DIR" -B "$BUILT" -DBUILD_TESTING=OFF \
        -DCMAKE_COMPILE_WARNING_AS_ERROR=ON "$@" >"$BATS_TEST_TMPDIR/configure.log" ||
        { cat "$BATS_TEST_TMPDIR/configure.log"; false; }
}

build() {
    cmake --build "$BUILT" --target capwrap >"$BATS_TEST_TMPDIR/build.log" 2>&1 ||
        { cat "$BATS_TEST_TMPDIR/build.log"; false; }
}

# The command that compiles main.c, or the one that links capwrap, one word a line.
words() {
    local commands
    commands=$(ninja -C "$BUILT" -t commands capwrap)
    case $1 in
        compile) grep -E ' -c .*main\.c$' <<<"$commands" ;;
        link) tail -n 1 <<<"$commands" | grep -E 'main\.c\.o' ;;
    esac | tr ' ' '\n'
}

# How often a matching word occurs there.
number_of() {
    local found
    found=$(words "$1")
    [ -n "$found" ] || return 1
    grep -cE -e "^($2)\$" <<<"$found" || true
}

# What an unhardened build must not have.
FAMILIES='-f(no-)?(pie|PIE)|-(no-)?pie|-f(no-)?stack-protector.*|-f(no-)?stack-clash-protection'
FAMILIES+='|-fcf-protection.*|-D_FORTIFY_SOURCE=.|-Wl,-z,.*'

@test "a build with optimisation is hardened unless an option disables that" {
    configure -DCMAKE_BUILD_TYPE=RelWithDebInfo
    build
    words compile && words link
    local program="$BUILT/capwrap"
    [[ $(readelf --file-header "$program") == *"DYN (Position-Independent Executable file)"* ]]
    [[ $(readelf --program-headers --wide "$program") == *GNU_RELRO* ]]
    [[ $(readelf --dynamic --wide "$program") == *"BIND_NOW"* ]]
    [[ $(readelf --dynamic --wide "$program") == *"NOW PIE"* ]]
    [[ $(readelf --program-headers --wide "$program") != *"GNU_STACK"*"RWE"* ]]
    local symbols
    symbols=$(nm --dynamic "$program")
    [[ $symbols == *__stack_chk_fail* ]]
    [[ $symbols == *printf_chk* ]]
    if [ "$(uname -m)" = x86_64 ]; then
        [ "$(number_of compile -fcf-protection)" -eq 1 ]
    fi
}

@test "CAPWRAP_HARDENING=OFF adds nothing" {
    configure -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCAPWRAP_HARDENING=OFF
    words compile && words link
    [ "$(number_of compile "$FAMILIES")" -eq 0 ]
    [ "$(number_of link "$FAMILIES")" -eq 0 ]
}

@test "what CFLAGS and LDFLAGS disable stays disabled" {
    export CFLAGS="-O2 -fno-pie -fno-stack-protector -fno-stack-clash-protection"
    CFLAGS+=" -fcf-protection=none -U_FORTIFY_SOURCE"
    export LDFLAGS="-no-pie -Wl,-z,norelro -Wl,-z,lazy"
    configure -DCMAKE_BUILD_TYPE=None
    build
    words compile && words link
    [ "$(number_of compile -fPIE)" -eq 0 ]
    [ "$(number_of link -pie)" -eq 0 ]
    [ "$(number_of compile '-fstack-.*|-fcf-protection')" -eq 0 ]
    [ "$(number_of compile '-D_FORTIFY_SOURCE=.')" -eq 0 ]
    [ "$(number_of link '-Wl,-z,(relro|now)')" -eq 0 ]
    [[ $(readelf --file-header "$BUILT/capwrap") == *"EXEC (Executable file)"* ]]
    [[ $(readelf --program-headers --wide "$BUILT/capwrap") != *GNU_RELRO* ]]
}

@test "a distribution's own hardening flags are used as given, and once" {
    # As from dpkg-buildflags with hardening=+all.
    export CFLAGS="-g -O2 -fPIE -fstack-protector-strong -Wformat -Werror=format-security"
    CFLAGS+=" -Wdate-time -D_FORTIFY_SOURCE=2"
    export LDFLAGS="-fPIE -pie -Wl,-z,relro -Wl,-z,now"
    configure -DCMAKE_BUILD_TYPE=None
    build
    words compile && words link
    [ "$(number_of compile '-D_FORTIFY_SOURCE=.')" -eq 1 ]
    [ "$(number_of compile '-D_FORTIFY_SOURCE=2')" -eq 1 ]
    [ "$(number_of compile '-fstack-protector.*')" -eq 1 ]
    [ "$(number_of link -pie)" -eq 1 ]
    [ "$(number_of link -Wl,-z,relro)" -eq 1 ]
    [ "$(number_of link -Wl,-z,now)" -eq 1 ]
}

@test "without optimisation _FORTIFY_SOURCE is left out, and nothing warns" {
    configure -DCMAKE_BUILD_TYPE=Debug
    build
    words compile && words link
    [ "$(number_of compile '-D_FORTIFY_SOURCE=.')" -eq 0 ]
    [ "$(number_of compile -fstack-protector-strong)" -ge 1 ]
}
