#!/usr/bin/env bats
# The script with which CTest runs every file of tests: what must not count as success. And what tests/run.sh
# refuses before it does anything.

setup() {
    FILE="$BATS_TEST_TMPDIR/some.bats"
}

# run_bats [NAME=VALUE...]: as from CTest, and not as from within a test, where bats puts its own
# directory in front.
run_bats() {
    run env -i PATH="${PATH#*/bats-core:}" TMPDIR="$BATS_TEST_TMPDIR" "$@" "$SRC_DIR/tests/support/run-bats" "$FILE"
    echo "$output"
}

@test "a file whose tests pass is a success" {
    echo '@test "one" { true; }' >"$FILE"
    run_bats CI=true
    [ "$status" -eq 0 ]
}

@test "a test that fails is a failure" {
    printf '@test "one" { true; }\n@test "two" { false; }\n' >"$FILE"
    run_bats
    [ "$status" -ne 0 ]
}

@test "a file without a test is a failure" {
    echo '# nothing' >"$FILE"
    run_bats
    [ "$status" -ne 0 ]
    [[ $output == *"0 tests ran"* ]]
}

@test "a file that does not exist is a failure" {
    run_bats
    [ "$status" -ne 0 ]
}

@test "a file that stops before its last test is a failure" {
    echo '@test "one" { true; }' >"$FILE"
    # shellcheck disable=SC2016 # for the file's own shell
    echo '@test "two" { kill -KILL $PPID; kill -KILL $$; }' >>"$FILE"
    run_bats
    [ "$status" -ne 0 ]
}

@test "a skipped test is a failure under CI, and is reported elsewhere" {
    printf '@test "one" { true; }\n@test "two" { skip "not here"; }\n' >"$FILE"
    run_bats CI=true
    [ "$status" -ne 0 ]
    [[ $output == *"1 of 2 tests were skipped"* ]]
    run_bats
    [ "$status" -eq 0 ]
    [[ $output == *"1 of 2 tests were skipped"* ]]
}

@test "a test that hangs is stopped" {
    echo '@test "one" { sleep 1000; }' >"$FILE"
    run_bats BATS_TEST_TIMEOUT=1
    [ "$status" -ne 0 ]
    [[ $output == *"not ok 1"* ]]
    [ "$SECONDS" -lt 900 ]
}

# LEFT_BEHIND: a countdown that bats has not ended, as a test's line.
# shellcheck disable=SC2016 # for the file's own shell
LEFT_BEHIND='sleep "$BATS_TEST_TIMEOUT" & disown'

@test "a remaining countdown of a time limit is not waited for" {
    echo "@test \"one\" { $LEFT_BEHIND; }" >"$FILE"
    run_bats BATS_TEST_TIMEOUT=3000
    [ "$status" -eq 0 ]
    [ "$SECONDS" -lt 1500 ]
}

@test "countdowns of the same file in a parallel run for another build continue" {
    # shellcheck disable=SC2016 # for the file's own shell
    echo '@test "one" { touch "$BEGAN"; until [ -e "$GO" ]; do sleep 0.1; done; '"$LEFT_BEHIND; }" >"$FILE"
    local go=$BATS_TEST_TMPDIR/go began=$BATS_TEST_TMPDIR/began
    # In the background, where its status is read at the end.
    (run_bats BATS_TEST_TIMEOUT=3000 GO="$go" BEGAN="$began"; exit "$status") >"$BATS_TEST_TMPDIR/log" 3>&- &
    until [ -e "$began" ]; do sleep 0.1; done
    run_bats BATS_TEST_TIMEOUT=3000 GO="$began" BEGAN="$began"
    [ "$status" -eq 0 ]
    touch "$go"
    wait $! || { cat "$BATS_TEST_TMPDIR/log"; false; }
}

@test "a copy's command has its own exit status, and processes that it leaves behind are a failure and are terminated" {
    run "$SRC_DIR/tests/support/in-copy" bash -c 'exit 3'
    [ "$status" -eq 3 ]
    # shellcheck disable=SC2016 # for the inner shell
    IN_COPY_TRIES=10 run "$SRC_DIR/tests/support/in-copy" bash -c 'sleep 3000 >/dev/null 2>&1 3>&- & echo "$!"'
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *"processes were left behind"* && $output == *"sleep 3000"* ]]
    # Nothing but perhaps a zombie, which has no command line.
    while grep -qs sleep "/proc/${lines[0]}/cmdline"; do sleep 0.1; done
}

# ---- tests/run.sh ----

# machine NAME: uname -m says so; and packages cannot be had.
machine() {
    mkdir -p "$BATS_TEST_TMPDIR/bin"
    # shellcheck disable=SC2016 # for the script's own shell
    printf '#!/bin/sh\n[ "$1" = -s ] && echo Linux || echo %s\n' "$1" >"$BATS_TEST_TMPDIR/bin/uname"
    printf '#!/bin/sh\nexit 1\n' | tee "$BATS_TEST_TMPDIR/bin/apt-get" >"$BATS_TEST_TMPDIR/bin/cmake"
    chmod +x "$BATS_TEST_TMPDIR"/bin/*
    PATH=$BATS_TEST_TMPDIR/bin:$PATH
}

# needs_debian: as contrib/packages.bash sees this machine.
needs_debian() {
    # shellcheck disable=SC2016 # for the inner shell
    run bash -euc 'source "$1" && need_debian' run.sh "$SRC_DIR/contrib/packages.bash"
    echo "$output"
}

@test "the real systems need apt on amd64 of any release; another system is named and refused" {
    machine x86_64
    needs_debian
    [ "$status" -eq 0 ]
    [ -z "$output" ]
    machine aarch64
    needs_debian
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = 'run.sh: error: this needs x86_64 with the package manager apt; this machine is aarch64 with the package manager apt' ]
    only_tools_but ninja
    ln -s /bin/false "$BATS_TEST_TMPDIR/tools/dnf"
    needs_debian
    [ "$status" -eq 1 ]
    [[ ${lines[0]} == *": error: this needs x86_64 with the package manager apt; this machine is "*" with the package manager dnf" ]]
}

@test "a package that has another name in another release is requested by the name that apt knows" {
    machine x86_64
    # shellcheck disable=SC2016 # for the script's own shell
    printf '#!/bin/sh\n[ "$2" = new-name ]\n' >"$BATS_TEST_TMPDIR/bin/apt-cache"
    chmod +x "$BATS_TEST_TMPDIR/bin/apt-cache"
    # shellcheck disable=SC2016 # for the inner shell
    run bash -euc 'source "$1" && for name in "new-name|old" "newer|old" plain; do package_of "$name"; done' \
        run.sh "$SRC_DIR/contrib/packages.bash"
    [ "$output" = $'new-name\nold\nplain' ]
}

@test "tests/run.sh --real and --nightly refuse another system before they install or build anything" {
    local option
    machine aarch64
    # A copy that has nothing to build, for the case that they do not.
    mkdir -p "$BATS_TEST_TMPDIR/copy"/{tests,contrib}
    cp "$SRC_DIR/tests/run.sh" "$BATS_TEST_TMPDIR/copy/tests/"
    cp "$SRC_DIR/contrib/packages.bash" "$BATS_TEST_TMPDIR/copy/contrib/"
    for option in --real --nightly; do
        run "$BATS_TEST_TMPDIR/copy/tests/run.sh" "$option"
        echo "$output"
        [ "$status" -eq 1 ]
        [[ ${lines[0]} == "run.sh: error: this needs x86_64 with the package manager apt; this machine is aarch64 with "* ]]
    done
}

# ---- a machine that lacks something ----

# only_tools_but NAME...: PATH leads to every command of this machine but these, and to no package manager.
only_tools_but() {
    local folder tools=$BATS_TEST_TMPDIR/tools
    mkdir "$tools"
    for folder in /bin /usr/bin /usr/local/bin; do
        find "$folder/" -maxdepth 1 ! -type d -exec ln -sf -t "$tools" {} +
    done
    (cd "$tools" && rm -f "$@" apt-get apk dnf pacman)
    PATH=$tools
}

# no_cmocka: for pkg-config. Its answers about other libraries are unchanged.
no_cmocka() {
    local real
    real=$(readlink -f "$(command -v pkg-config)")
    rm "$BATS_TEST_TMPDIR/tools/pkg-config"
    cat >"$BATS_TEST_TMPDIR/tools/pkg-config" <<STUB
#!/bin/sh
for word; do case \$word in cmocka*) exit 1 ;; esac; done
exec $real "\$@"
STUB
    chmod +x "$BATS_TEST_TMPDIR/tools/pkg-config"
}

# a_copy: as from a tarball, without what git and builds have left: $COPY.
a_copy() {
    COPY=$BATS_TEST_TMPDIR/copy
    mkdir "$COPY"
    tar -C "$SRC_DIR" --exclude=./build --exclude=./.git -cf - . | tar -C "$COPY" -xf -
}

@test "the tier is that of the option, whatever the value of the caller's variable" {
    local real
    real=$(command -v cmake)
    a_copy
    mkdir "$BATS_TEST_TMPDIR/bin"
    # shellcheck disable=SC2016 # for the script's own shell
    printf '#!/bin/sh\n[ "$1" != --preset ] || { echo "$TIER" >"%s"; exit 1; }\nexec %s "$@"\n' \
        "$BATS_TEST_TMPDIR/tier" "$real" >"$BATS_TEST_TMPDIR/bin/cmake"
    chmod +x "$BATS_TEST_TMPDIR/bin/cmake"
    TIER=nightly PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$COPY/tests/run.sh" --unprivileged
    echo "$output"
    [ "$status" -eq 1 ]
    [ "$(cat "$BATS_TEST_TMPDIR/tier")" = unprivileged ]
}

# lacks MANAGER PACKAGES COMMAND: what tests/run.sh --unprivileged says with this package manager.
lacks() {
    ln -sf /bin/false "$BATS_TEST_TMPDIR/tools/$1"
    run "$COPY/tests/run.sh" --unprivileged
    rm "$BATS_TEST_TMPDIR/tools/$1"
    echo "$output"
    [ "$status" -eq 1 ]
    [[ ${lines[0]} == "run.sh: error: missing on this machine: "*cmocka*ninja* ]]
    [[ $output == *$'\n'"  Packages: "*"$2"* ]]
    [[ $output == *$'\n'"  As root: $3 "*"$2"* ]]
    [ "${lines[-1]}" = '  Install them, then run this again.' ]
    [ ! -e "$COPY/build" ]
}

@test "tests/run.sh --unprivileged names the packages that it lacks, and the command that installs them" {
    only_tools_but ninja
    no_cmocka
    a_copy
    lacks apt-get 'libcmocka-dev ninja-build' 'apt-get install --no-install-recommends'
    lacks apk 'cmocka-dev ninja' 'apk add'
    lacks dnf 'libcmocka-devel ninja-build' 'dnf install'
    lacks pacman 'cmocka ninja' 'pacman -S --needed'
}

# needed BIN COLUMNS: need_all of one thing that exists nowhere, with that directory as PATH.
needed() {
    # shellcheck disable=SC2016 # for the inner shell
    run env PATH="$1" "$BASH" -euc 'source "$1" && row=$2 && needs() { echo "$row"; } && need_all build' run.sh \
        "$SRC_DIR/contrib/packages.bash" "build command:no-such-thing $2"
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${lines[0]}" = 'run.sh: error: missing on this machine: no-such-thing' ]
    [ "${lines[-1]}" = '  Install them, then run this again.' ]
}

@test "without a known package manager, or without a package, the missing program is named" {
    only_tools_but ninja
    needed "$PATH" 'a b c d'
    [ "${#lines[@]}" -eq 2 ]
    ln -s /bin/false "$BATS_TEST_TMPDIR/tools/dnf"
    needed "$PATH" 'a b - d'
    [ "${lines[1]}" = '  Some of these have no package for dnf.' ]
    [ "${#lines[@]}" -eq 3 ]
}

@test "a plain build needs neither cmocka, Ninja nor git, and reports in one line that the tests are left out" {
    local path=$PATH
    only_tools_but ninja git
    no_cmocka
    a_copy
    cd "$COPY"
    unset CMAKE_GENERATOR CFLAGS LDFLAGS
    run cmake -B build
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(grep cmocka <<<"$output")" = '-- cmocka is not installed: the tests are left out' ]
    run cmake --build build
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output != *warning* ]]
    [ "$(build/capwrap --version | head -n 1)" = "capwrap $(sed -n 's/^CMAKE_PROJECT_VERSION:STATIC=//p' build/CMakeCache.txt)" ]
    [ -x build/capwrap-learn ]
    [ ! -e build/CTestTestfile.cmake ] && [ ! -e build/build.ninja ]

    # Once cmocka is there, the next run of CMake has them.
    ln -sf "$(PATH=$path command -v pkg-config)" "$BATS_TEST_TMPDIR/tools/pkg-config"
    run cmake -B build
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output != *cmocka* ]]
    cmake --build build --target test_plan
    run ctest --test-dir build -R '^unit/plan$'
    echo "$output"
    [ "$status" -eq 0 ]
    [[ $output == *'100% tests passed, 0 tests failed out of 1'* ]]
}

@test "the versions of CMake that the documents name are those that the build requires" {
    local build presets
    build=$(sed -nE 's/^cmake_minimum_required\(VERSION ([0-9.]+)\.\.\.[0-9.]+\)$/\1/p' "$SRC_DIR/CMakeLists.txt")
    presets=$(jq -r '.cmakeMinimumRequired | "\(.major).\(.minor)"' "$SRC_DIR/CMakePresets.json")
    [ -n "$build" ]
    grep -qF "cmake --build build\` needs CMake $build," "$SRC_DIR/CONTRIBUTING.md"
    grep -qF "Linux with CMake $presets," "$SRC_DIR/CONTRIBUTING.md"
    grep -qF -e "- CMake $build, make or Ninja" "$SRC_DIR/docs/packaging.md"
    grep -qF "ask for CMake $presets." "$SRC_DIR/docs/packaging.md"
    grep -qF "cmake \$version is too old: $presets or newer is needed" "$SRC_DIR/contrib/packages.bash"
}

# ---- the queue of tests ----

# a_runner: a copy of tests/run.sh, in which builds do nothing but succeed, and CTest describes these tests of
# each: NAME LABEL COMMAND COST lines on standard input. Tests are run by the real one.
a_runner() {
    COPY=$BATS_TEST_TMPDIR/copy
    mkdir -p "$COPY"/{bin,tests/support,contrib}
    cp "$SRC_DIR/tests/run.sh" "$COPY/tests/"
    cp "$SRC_DIR"/tests/support/{cached,queue,root-cache} "$COPY/tests/support/"
    cp "$SRC_DIR/contrib/packages.bash" "$COPY/contrib/"
    jq --raw-input --null-input '{tests: [inputs / " " | {name: .[0], command: ["/bin/sh", "-c", .[2]],
        properties: [{name: "LABELS", value: [.[1]]}, {name: "COST", value: (.[3] | tonumber)}]}]}' >"$COPY/tests.json"
    cat >"$COPY/bin/cmake" <<'STUB'
#!/bin/sh
[ "$1" != --version ] || echo 'cmake version 3.25.1'
echo "cmake $*"
[ "$1" = --version ] || [ ! -e broken ]
STUB
    cat >"$COPY/bin/ctest" <<STUB
#!/bin/sh
case "\$*" in *--show-only*) exec cat "$COPY/tests.json" ;; esac
exec $(command -v ctest) "\$@"
STUB
    chmod +x "$COPY"/bin/*
    PATH=$COPY/bin:$PATH
    cd "$COPY" || return
    # No package counts as missing: other tests check that.
    sed -i 's/^need_all() {/&\n    return 0/' contrib/packages.bash
}

@test "tests/run.sh counts the tests of its queue by build, and prints the slowest and its duration" {
    a_runner <<'END_OF_TESTS'
unit/quick unprivileged true 1
unit/slow unprivileged sleep${IFS}1 1
root/none root false 1
unit/broken unprivileged false 1
END_OF_TESTS
    run tests/run.sh --unprivileged
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'==> release: 2 passed, 1 failed'* ]]
    [ "${lines[-1]}" = '2 passed, 1 failed' ]
    [[ $output =~ '==> the slowest tests, in seconds:'.[1-9][0-9]*\.[0-9]\ release/unit/slow. ]]
    [[ ${lines[-2]} =~ ^'==> '[0-9]+' minutes and '[0-9]+' seconds'$ ]]
    [ "$(grep -c '<testcase name="release/' build/tiers/unprivileged/unprivileged.xml)" -eq 3 ]
    grep -q '<testsuite name="tests/run.sh --unprivileged" time="[0-9]*" processors="[0-9]*">' \
        build/tiers/unprivileged/run.xml
    grep -qE '<testcase name="build of release" status="run" time="[0-9]+"/>' build/tiers/unprivileged/run.xml
}

@test "a build that fails is shown and counted, and so is a queue without a test" {
    a_runner <<<'unit/quick unprivileged true 1'
    touch broken
    run tests/run.sh --unprivileged
    echo "$output"
    [ "$status" -eq 1 ]
    [[ $output == *'cmake --preset release'* ]]
    [ "${lines[-1]}" = '0 passed, 1 failed' ]
    rm broken
    # One that is killed, with the shell that waits for it.
    # shellcheck disable=SC2016 # for the script's own shell
    sed -i '/^echo "cmake/s/^/[ "$1" = --version ] || kill -KILL $PPID\n/' bin/cmake
    run tests/run.sh --unprivileged
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = '0 passed, 1 failed' ]
    sed -i /KILL/d bin/cmake
    echo '{"tests": []}' >tests.json
    run tests/run.sh --unprivileged
    echo "$output"
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = '0 passed, 1 failed' ]
}

@test "for an ordinary user, tests that need root run through sudo, and others do not" {
    a_runner <<'END_OF_TESTS'
unit/one unprivileged true 1
root/two root true 1
lint/three lint true 1
END_OF_TESTS
    echo 'run plain release none .' >tests/tiers
    # shellcheck disable=SC2016 # for the script's own shell
    printf '#!/bin/sh\n[ "$1" = -u ] && echo 1000 || exec /usr/bin/id "$@"\n' >bin/id
    # shellcheck disable=SC2016 # for the script's own shell
    printf '#!/bin/sh\necho "$@" >>sudo.log\n[ "$1" = -v ] || exec "$@"\n' >bin/sudo
    chmod +x bin/id bin/sudo
    sed -i 's/chown -R/true/; s/^install_missing() {/&\n    return 0/' tests/run.sh contrib/packages.bash
    run tests/run.sh
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = '3 passed, 0 failed' ]
    [ "$(grep -c 'ctest --test-dir build/tiers/plain/root ' sudo.log)" -eq 1 ]
    [ "$(grep -c ctest sudo.log)" -eq 1 ]
    grep -q 'name="release/root/two"' build/tiers/plain/root.xml
    [ "$(grep -c 'name="release/' build/tiers/plain/user.xml)" -eq 2 ]
}

# queued PART [SECONDS]: the queue's commands of a build "release" with all tests.
queued() {
    run tests/support/queue make "$COPY/queue" "$@" <<<'release none .'
    echo "$output"
    [ "$status" -eq 0 ]
    cat "$COPY/queue/CTestTestfile.cmake"
}

@test "the queue starts tests without a known duration first, then the longest tests of the last run" {
    a_runner <<'END_OF_TESTS'
a lint true 1
b root true 1000
c unprivileged true 1
END_OF_TESTS
    printf '%s\n' '7.5 release/c' '30.0 release/a' '9.0 dev/b' >seconds
    queued all seconds
    run bash -c 'sed -nE "s,.*release/(.).* COST .=.([0-9.]+).*,\2 \1,p" queue/CTestTestfile.cmake | sort -rn'
    [ "$output" = $'1001000.0 b\n30.0 a\n7.5 c' ]
    # An incomplete file is ignored.
    echo 'nonsense' >seconds
    queued all seconds
    # What needs no root, and what does.
    queued user
    [ "$(grep -o 'add_test(\[=\[release/.' queue/CTestTestfile.cmake | tail -c 2)" = c ]
    [ "$(grep -c add_test queue/CTestTestfile.cmake)" -eq 2 ]
    queued root
    [ "$(grep add_test queue/CTestTestfile.cmake)" = 'add_test([=[release/b]=] [=[/bin/sh]=] [=[-c]=] [=[true]=])' ]
    run tests/support/queue make
    [ "$status" -eq 2 ]
}

@test "a test waits in the queue for the fixtures of its own build" {
    a_runner <<<'a real true 1'
    echo '{"tests": [{"name": "a", "command": ["/bin/true"], "properties": [
        {"name": "FIXTURES_REQUIRED", "value": ["one", "two"]}, {"name": "DEPENDS", "value": ["b"]},
        {"name": "ENVIRONMENT", "value": ["A=]=]", "B=1"]}, {"name": "RUN_SERIAL", "value": true}]}]}' >tests.json
    queued all
    local properties='set_tests_properties([=[release/a]=] PROPERTIES'
    grep -qxF "$properties FIXTURES_REQUIRED [=[release/one;release/two]=])" queue/CTestTestfile.cmake
    grep -qxF "$properties DEPENDS [=[release/b]=])" queue/CTestTestfile.cmake
    grep -qxF "$properties ENVIRONMENT [==[A=]=];B=1]==])" queue/CTestTestfile.cmake
    grep -qxF "$properties RUN_SERIAL [=[True]=])" queue/CTestTestfile.cmake
}
