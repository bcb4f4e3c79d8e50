#!/usr/bin/env bats
# What a model checker proves of the core: tests/attack/proof/prove has the method, theorems.py the claims.

load ../../support/common

setup() {
    require_root
    proof=$SRC_DIR/tests/attack/proof/prove
}

# changed FILE OLD NEW: a copy of the core with one change, as source.
changed() {
    local file=$BATS_TEST_TMPDIR/src/core/$1 text
    source=$BATS_TEST_TMPDIR
    cp -r "$SRC_DIR/src" "$source"
    grep -qF "$2" "$file"
    text=$(<"$file")
    printf '%s\n' "${text/"$2"/"$3"}" >"$file"
}

@test "every theorem of every change is proven" {
    local kept=()
    # A theorem of the same text is not proven again, except in the nightly tier.
    [[ -z ${CAPWRAP_TEST_CACHE-} || ${TIER-} == nightly ]] || kept=(--kept "$CAPWRAP_TEST_CACHE/proofs")
    run "$proof" --tier real "${kept[@]}"
    printf '# %s\n' "${lines[@]}" >&3
    assert_success
    run jq '.proven == .theorems and .theorems >= 9 and .properties > 4000' <<<"$(counts)"
    assert_output true
}

@test "a step that is left out is a counterexample to LIVE" {
    changed transition.c 'when(plan->goal.securebits != plan->start.securebits)' 'when(plan == NULL)'
    run "$proof" --source "$source" --only LIVE
    assert_failure 1
    assert_line --regexp '^LIVE +REFUTED'
    assert_line '  fails: the proof agrees'
}

@test "a set that is not compared is a counterexample to T6, which names it" {
    changed cred.c 'if (a->ambient != b->ambient)' 'if (a->ambient != a->ambient)'
    run "$proof" --source "$source" --only T6
    assert_failure 1
    assert_line '  fails: ambient'
    run jq --compact-output '[.proven, .refuted]' <<<"$(counts)"
    assert_output '[0,["T6"]]'
}

@test "a read past the end of a list is a counterexample to T7" {
    changed observe.c 'for (size_t i = 0; i < groups->count; i++)' \
        'for (size_t i = 0; i <= groups->count; i++)'
    run "$proof" --source "$source" --only T7
    assert_failure 1
    assert_line --regexp '^  fails: dereference failure'
}

# of_execve WORD: T2 of the copy, and how it was found.
of_execve() {
    run "$proof" --source "$source" --only T2 --kept "$BATS_TEST_TMPDIR/kept"
    assert_line --regexp "^T2 +$1 "
}

@test "a theorem is proven again only when its text differs, and a failure is not cached" {
    changed cred.c 'is_root' 'is_root'
    of_execve proven
    of_execve kept
    # wherever the tree is: before the others by its name, and behind them
    source=/proc/$$/root$source of_execve kept
    source=/$source of_execve kept
    assert_success
    run jq --compact-output '[.proven, .theorems, .properties > 10]' <<<"$(counts)"
    assert_output '[1,1,true]'
    echo '/* another text */' >>"$source/src/core/cred.c"
    of_execve proven
    changed cred.c 'if (now->no_new_privs)' 'if (!now->no_new_privs)'
    of_execve REFUTED
    of_execve REFUTED
    assert_failure 1
    assert_equal "$(find "$BATS_TEST_TMPDIR/kept" -type f | wc -l)" 2
}

@test "a run that exits without a result is not a proof" {
    run "$proof" --only LIVE --seconds 1
    assert_failure 1
    assert_line --regexp '^LIVE +NO RESULT'
    run jq --compact-output '.no_result' <<<"$(counts)"
    assert_output '["LIVE"]'
}

@test "docs/testing.md has the table of theorems" {
    run "$proof" --table
    assert_success
    diff - <(sed -n '/^<!-- generated: theorems -->$/,/^<!-- end -->$/p' "$SRC_DIR/docs/testing.md" |
        grep '^|') <<<"$output"
}

# What docs/testing.md says that "any request" is without.
LEFT_OUT=dry_run

@test "any request has every field of a request, except those that docs/testing.md names" {
    local field left=()
    while read -r field; do
        grep -qE "[. ]$field = \{?(nondet|any_word)|request\.$field = sorted" "$SRC_DIR/tests/attack/proof/any.c" ||
            left+=("$field")
    done < <(sed -n '/^struct request {/,/^};/p' "$SRC_DIR/src/core/plan.h" | sed -nE 's/^    [^;]*[ *]([a-z_]+)(\[[A-Z]+\])?;.*/\1/p')
    assert_equal "${left[*]}" "$LEFT_OUT"
    # shellcheck disable=SC2016 # code in Markdown
    grep -F '`--dry-run`: "any request" is a real run.' "$SRC_DIR/docs/testing.md"
}
