#!/usr/bin/env bats

# Every shell script and bats file of the project, wherever it is and whatever its name.
scripts() {
    cd "$SRC_DIR" || return
    find . -path ./build -prune -o -path ./.git -prune -o -type f -print0 |
        while IFS= read -r -d '' file; do
            case $file in
                *.bash | *.sh | *.bats) printf '%s\0' "$file" ;;
                *) if head -c 64 "$file" | head -n 1 | grep -qaE '^#! ?/.*[/ ](ba|da|)sh( |$)'; then
                    printf '%s\0' "$file"
                fi ;;
            esac
        done
}

@test "shellcheck finds nothing in any shell script or bats file" {
    command -v shellcheck
    mapfile -d '' -t files < <(scripts)
    printf '%s\n' "${files[@]}"
    [ "${#files[@]}" -gt 10 ]
    printf '%s\n' "${files[@]}" | grep -qx ./.ci/run
    cd "$SRC_DIR"
    run shellcheck -x -P SCRIPTDIR "${files[@]}"
    echo "$output"
    [ "$status" -eq 0 ]
}

@test "the completions parse in their own shells" {
    cd "$SRC_DIR/contrib/completions"
    bash -n capwrap.bash
    zsh -n _capwrap
    fish --no-execute capwrap.fish
}
