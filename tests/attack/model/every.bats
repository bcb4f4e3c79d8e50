#!/usr/bin/env bats
# Every state of one capability: the decisions of the core, rules that were written apart from them,
# the model, and this kernel.

load ../../support/common

setup() {
    require_root
    tier=$SRC_DIR/tests/support/tier
}

@test "in every state of one capability the core agrees with the rules, the rules with the model, the model with the kernel" {
    kernel=$("$tier" every-kernel) caps=$("$tier" every-caps)
    # everything takes many times as long there
    if grep -q -e __asan_init -e __gcov_ "$CAPWRAP"; then kernel=$((kernel / 10)) caps=10; fi
    run "$SRC_DIR/tests/attack/model/every-state" --caps "$caps" \
        --model "$("$tier" every-model)" --kernel "$kernel"
    printf '# %s\n' "${lines[@]}" >&3
    assert_success
    # Neither mostly refused nor mostly started.
    run jq '.differences == 0 and .model_differences == 0 and .kernel_differences == 0
        and .plans > 200000000 and .execves > 30000000 and .started * 4 > .on_the_kernel' <<<"$(counts)"
    assert_output true
}

# changed FILE OLD NEW PROGRAM: PROGRAM (every-plan, every-execve) with one change of the core, as program.
# every-execve answers for sys.c itself.
changed() {
    local file=$BATS_TEST_TMPDIR/src/core/$1 old=$2 new=$3 name=$4 every=$SRC_DIR/tests/attack/model/every text
    local core=(plan cred transition program image obstacle directory label sys descriptors entries userns_filter)
    [[ $name != every-execve ]] || core=(cred program image obstacle directory)
    cp -r "$SRC_DIR/src" "$BATS_TEST_TMPDIR"
    grep -qF "$old" "$file"
    text=$(<"$file")
    printf '%s\n' "${text/"$old"/"$new"}" >"$file"
    program=$BATS_TEST_TMPDIR/$name
    core=("${core[@]/#/$BATS_TEST_TMPDIR/src/core/}")
    cc -std=c17 -O1 -D_GNU_SOURCE -I "$BATS_TEST_TMPDIR/src" -I "$every" -o "$program" \
        "$every"/{every,rules,"${name/-/_}"}.c "${core[@]/%/.c}" -lcap-ng
}

@test "a rule of the plan that is left out differs in some states, and the first ones are shown" {
    changed plan.c 'if (excess == 0 ||' 'if (plan->goal.no_new_privs || excess == 0 ||' every-plan
    run "$program" 3 100 10
    assert_failure 1
    assert_line --index 0 --regexp '^\{"number":[0-9]+,.*"reasons":'
    run jq '.differences > 0 and .differences < .states' <<<"${lines[-1]}"
    assert_output true
}

@test "a rule of execve that is left out differs in some states" {
    changed cred.c 'after->permitted &= now->permitted;' ';' every-execve
    run "$program" 3 100 10
    assert_failure 1
    run jq '.differences > 0 and .differences < .states' <<<"${lines[-1]}"
    assert_output true
}

@test "a state can be shown by its number, and other arguments are refused" {
    run "$SUPPORT_BIN/every-plan" print 12345678
    assert_success
    assert_output --regexp '^\{"number":12345678,.*"reasons":\["securebits-locked"\]'
    run "$SUPPORT_BIN/every-plan" nonsense
    assert_failure 2
}
