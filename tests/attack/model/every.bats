#!/usr/bin/env bats
# Every state of one capability: the decisions of the core, rules that were written apart from them,
# the model, and this kernel.

load ../../support/common

setup() {
    require_root
    tier=$SRC_DIR/tests/support/tier
}

@test "in every state of one capability the core decides as the rules say, the rules as the model, the model as the kernel" {
    kernel=$("$tier" every-kernel)
    # a start costs many times as much there
    if grep -q -e __asan_init -e __gcov_ "$CAPWRAP"; then kernel=$((kernel / 10)); fi
    run "$SRC_DIR/tests/attack/model/every-state" --caps "$("$tier" every-caps)" \
        --model "$("$tier" every-model)" --kernel "$kernel"
    printf '# %s\n' "${lines[@]}" >&3
    assert_success
    # Neither mostly refused nor mostly started.
    run jq '.differences == 0 and .model_differences == 0 and .kernel_differences == 0
        and .plans > 200000000 and .execves > 30000000 and .started * 4 > .on_the_kernel' <<<"$(counts)"
    assert_output true
}

@test "a decision that differs in one state is reported, with the state" {
    run --keep-empty-lines "$SUPPORT_BIN/every-plan" print 12345678
    assert_success
    assert_output --regexp '^\{"number":12345678,.*"reasons":\["securebits-locked"\]'
    run "$SUPPORT_BIN/every-plan" nonsense
    assert_failure 2
}
