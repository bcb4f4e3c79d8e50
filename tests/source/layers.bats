#!/usr/bin/env bats
# The layers of src: what may include what. CONTRIBUTING.md has the same table for readers.
#
#     core <- text <- users, show <- inspect <- capwrap
#     core, text, users, show <- learn

# may FOLDER: the directories whose headers a file of FOLDER may include.
may() {
    case $1 in
        core) echo core ;;
        text) echo core text ;;
        users) echo core text users ;;
        show) echo core text show ;;
        inspect) echo core text users show inspect ;;
        capwrap) echo core text users show inspect capwrap ;;
        learn) echo core text users show learn ;;
        *) echo "layers: the layer of src/$1 is not stated" >&2 && return 1 ;;
    esac
}

# arrows TREE: each include of one of the project's headers: "FILE HEADER", from TREE/src on.
arrows() {
    (cd "$1/src" && grep -rHoE '^#include "[^"]+"' --include='*.[ch]' . |
        sed -E 's|^\./([^:]+):#include "([^"]+)"|\1 \2|' | sort)
}

# wrong_arrows TREE: those that the layers do not allow.
wrong_arrows() {
    local file header
    while read -r file header; do
        [[ " $(may "${file%%/*}") " == *" ${header%%/*} "* ]] || echo "$file includes $header"
    done < <(arrows "$1")
}

# circles TREE: modules (a source and its header are one) that include each other, however far around.
circles() {
    arrows "$1" | sed -E 's/\.[ch]( |$)/\1/g' | awk '$1 != $2' | sort -u | tsort 2>&1 >/dev/null |
        sed -n 's/^tsort: //p'
}

# changed FILE LINE: a copy of the tree, with one more line in FILE, is left in $tree.
changed() {
    tree=$BATS_TEST_TMPDIR/tree
    rm -rf "$tree"
    mkdir "$tree"
    cp -r "$SRC_DIR/src" "$tree/"
    sed -i "1i $2" "$tree/src/$1"
}

@test "every include is of a file in the same layer or in one below" {
    run arrows "$SRC_DIR"
    [ "${#lines[@]}" -gt 200 ]
    run wrong_arrows "$SRC_DIR"
    echo "$output"
    [ -z "$output" ]
}

@test "no two modules include each other, directly or indirectly" {
    run circles "$SRC_DIR"
    echo "$output"
    [ -z "$output" ]
}

@test "an include of a higher layer is found" {
    changed core/plan.c '#include "text/number.h"'
    run wrong_arrows "$tree"
    [ "$output" = "core/plan.c includes text/number.h" ]
    changed learn/search.c '#include "inspect/status.h"'
    run wrong_arrows "$tree"
    [ "$output" = "learn/search.c includes inspect/status.h" ]
    changed show/hint.c '#include "users/resolve.h"'
    run wrong_arrows "$tree"
    [ "$output" = "show/hint.c includes users/resolve.h" ]
}

@test "a circular include is found, also a long one" {
    changed core/cred.h '#include "core/pipeline.h"'
    run circles "$tree"
    [[ $output == *core/cred* && $output == *core/pipeline* ]]
    changed learn/checks/kallsyms.h '#include "learn/report/text.h"'
    run circles "$tree"
    [[ $output == *learn/checks/kallsyms* && $output == *learn/report/text* ]]
}

@test "a directory without a layer is an error" {
    changed core/plan.c '/* */'
    mkdir "$tree/src/new"
    echo '#include "core/cred.h"' >"$tree/src/new/file.c"
    run wrong_arrows "$tree"
    [[ $output == *"the layer of src/new is not stated"* ]]
}

@test "no file in src names a directory of the tests" {
    run grep -rn 'tests/' "$SRC_DIR/src"
    echo "$output"
    [ "$status" -eq 1 ]
}

@test "no directory of src except core contains more than ten modules" {
    local folder
    while read -r folder; do
        [[ $(find "$folder" -maxdepth 1 -name '*.c' | wc -l) -le 10 || $folder == */core ]] ||
            { echo "$folder"; false; }
    done < <(find "$SRC_DIR/src" -type d)
}

# table: "DIR DIR...", each row of CONTRIBUTING's table: a directory, and what it may include.
table() {
    sed -nE '/^\| directory \|/,/^$/s/^\| src\/([a-z]+) \| .* \| ([a-z, ]+) \|$/\1 \2/p' \
        "$SRC_DIR/CONTRIBUTING.md" | tr -d ,
}

@test "CONTRIBUTING has each directory of src, with what it may include" {
    local folder others
    [ "$(table | cut -d ' ' -f 1 | sort)" = "$(cd "$SRC_DIR/src" && find . -mindepth 1 -maxdepth 1 -type d -printf '%f\n' | sort)" ]
    while read -r folder others; do
        echo "$folder: $others"
        [ "$(tr ' ' '\n' <<<"$folder $others" | grep -v '^itself$' | sort -u)" = "$(may "$folder" | tr ' ' '\n' | sort -u)" ]
    done < <(table)
}
