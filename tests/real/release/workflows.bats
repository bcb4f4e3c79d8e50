#!/usr/bin/env bats
# The workflows below .github: valid by GitHub's schema, and the commands are those of this repository.

load ../../support/common

setup_file() {
    export TOOLS=$BATS_FILE_TMPDIR/npm
    cp -r "$SRC_DIR/tests/real/release/npm" "$TOOLS"
    (cd "$TOOLS" && timeout 600 npm ci --silent --prefer-offline \
        --cache "$("$SRC_DIR/tests/support/root-cache" --place)/npm") || return 1
}

validate() {
    "$TOOLS/node_modules/.bin/action-validator" "$1"
}

@test "each workflow is valid against the schema, and a broken one is not" {
    local file
    cd "$SRC_DIR"
    for file in .github/workflows/*.yml; do
        run validate "$file"
        assert_success
        sed 's/runs-on/run-on/' "$file" >"$BATS_TEST_TMPDIR/broken.yml"
        run validate "$BATS_TEST_TMPDIR/broken.yml"
        assert_failure
    done
}

@test "each command of a workflow that is a file of the repository exists and knows the options that it gets" {
    local word
    cd "$SRC_DIR"
    run grep -hoE 'run: (\.ci|contrib|tests)/[^ ]+' .github/workflows/*.yml
    assert_equal "$(sort <<<"$output")" $'run: .ci/run\nrun: contrib/release/release.sh'
    for word in ${output//run: /}; do [[ -x $word ]]; done
    grep -q -- '--unsigned' < <(contrib/release/release.sh --help)
}
