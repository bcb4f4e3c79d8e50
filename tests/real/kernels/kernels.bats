#!/usr/bin/env bats
# capwrap on another kernel than this machine's: user-mode-linux, with all 41 capabilities. tests/support/self-test
# runs there on the packaged program and on the static one, and, since it sees this machine's files, files of
# tests/program/root as well. Kernels in QEMU: kernels.nightly.bats.
# shellcheck disable=SC2154 # bats sets output

load ../../support/common
load ../../support/as-before
load ../../support/job
load kernels

setup_file() {
    : "${CAPWRAP_MUSL:?is not set: the static capwrap}"
    # In user mode each of these takes minutes; UML_SUITE=. runs all of them.
    export SUITE=${UML_SUITE:-server}
    begin_machines "$([[ $SUITE == server ]] && echo 3000 || echo 7000)"
    user_mode_linux uml "$SUITE"
}

teardown_file() {
    job_end "$MACHINES"/*/
}

@test "user-mode-linux: the self-test, with each of 41 capabilities, and SYS_RESOURCE used" {
    local version
    version=$(linux.uml --version)
    self_tested uml "${version//./\\.}"
}

@test "user-mode-linux: files of the root suite" {
    local file files=0 tests=0
    report_of uml
    for file in $(cd "$SRC_DIR/tests/program/root" && printf '%s\n' *.bats | grep -E "$SUITE"); do
        passed "$file"
        files=$((files + 1))
        tests=$((tests + $(part "$file" | grep -c '^ok ')))
    done
    ((files > 0))
    echo "# $tests tests of $files files" >&3
}

@test "wrong usage of the scripts that make the machines is one clear error" {
    run "$SRC_DIR/tests/real/kernels/initramfs" /bin/true here
    assert_failure 1
    assert_output "kernels-initramfs: 'here' is not PLACE=FILE, both absolute"
}

# ---- the machine ----

@test "the tests leave the machine as it was" {
    jobs_leave_nothing "$MACHINES"/*/
}

@test "a test that is killed while another kernel runs leaves the machine as it was" {
    MACHINES=$BATS_TEST_TMPDIR
    killed_job_leaves_nothing "$MACHINES/uml" "$MACHINES/uml/log" user_mode_linux uml none
}
