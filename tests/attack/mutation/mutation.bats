#!/usr/bin/env bats
# The core is changed in one small place after another, and a test notices each change, or the file
# `equivalent` explains why no test could. tests/attack/mutation/mutate describes the method.
# (A failure names its mutant; `tests/attack/mutation/mutate --only ID` shows it again.)

load ../../support/common

setup() {
    require_root
    mutation="$SRC_DIR/tests/attack/mutation/mutate"
}

@test "no mutant of the core survives without an explanation, and no explanation is unused" {
    run "$mutation" --sample "$("$SRC_DIR/tests/support/tier" mutants)"
    sed -n '/^seed \|^summary: /s/^/# /p' <<<"$output" >&3
    assert_success
    run jq '.survived == 0 and .killed.unit >= 20' <<<"$(counts)"
    assert_output true
}

@test "a mutant survives where no test checks, and an explanation of no mutant is reported" {
    printf '%s\n' 'number.c:f:constant: no [such -> line]' 'gone.c:f:constant: no [such -> file]' \
        'capname.c:f:constant: a file that [is -> was] not asked for' '  a reason' >"$BATS_TEST_TMPDIR/equivalent"
    run "$mutation" --file number.c --sample 4 --tests fail \
        --equivalent "$BATS_TEST_TMPDIR/equivalent"
    assert_failure 1
    assert_line --regexp '^survived: number\.c:[0-9]+:[0-9]+:'
    assert_line --regexp '^explained, but there is no such mutant'
    assert_line '  number.c:f:constant: no [such -> line]'
    assert_line '  gone.c:f:constant: no [such -> file]'
    assert_line --regexp '^summary: .*"survived": [1-4], "stale": 2'
}

@test "a mutant that a test kills must not be explained" {
    run "$mutation" --list --file number.c
    assert_success
    id=$(grep -m 1 ':return:true$' <<<"$output")
    key=$(grep -m 1 -A 1 ':return:true$' <<<"$output" | sed -n 's/^  //p')
    printf '%s\n  a reason\n' "$key" >"$BATS_TEST_TMPDIR/equivalent"
    run "$mutation" --only "$id" --file number.c --tests number \
        --equivalent "$BATS_TEST_TMPDIR/equivalent"
    assert_failure 1
    assert_line "explained, but unit number: $id"
    assert_line --regexp '^summary: .*"killed": \{"unit": 1,.*"stale": 1'
}

@test "a sample has no mutant that is explained" {
    run "$mutation" --list --file pool.c
    id=$(grep -m 1 ':statement:deleted$' <<<"$output")
    printf '%s\n  a reason\n' "$(grep -m 1 -A 1 ':statement:deleted$' <<<"$output" | sed -n 's/^  //p')" \
        >"$BATS_TEST_TMPDIR/equivalent"
    run "$mutation" --file pool.c --sample 1000 --tests pool --no-program --verbose \
        --equivalent "$BATS_TEST_TMPDIR/equivalent"
    refute_output --partial "$id"
    assert_line --regexp '^unit pool: pool\.c:[0-9]+:[0-9]+:statement:deleted$'
}

@test "nothing is concluded from a test that fails without a mutant" {
    copy=$BATS_TEST_TMPDIR/copy
    mkdir "$copy"
    tar -C "$SRC_DIR" --exclude=./build --exclude=./.git -cf - . | tar -C "$copy" -xf -
    sed -i 's/^int main(void) {/& return 1;/' "$copy/tests/unit/test_number.c"
    run "$copy/tests/attack/mutation/mutate" --file number.c --sample 1 --tests number
    assert_failure 2
    assert_line --partial 'the unit test number is red without any change'
}
