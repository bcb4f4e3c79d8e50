#!/usr/bin/env bats

@test "every C file is formatted as .clang-format says" {
    cd "$SRC_DIR"
    mapfile -d '' -t files < <(find src tests -name '*.[ch]' -print0)
    echo "${#files[@]} files"
    [ "${#files[@]}" -gt 10 ]
    run clang-format --dry-run -Werror "${files[@]}"
    grep -oE '^[^ :]+\.[ch]:[0-9]+' <<<"$output" || true
    [ "$status" -eq 0 ]
}
