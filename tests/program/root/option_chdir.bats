#!/usr/bin/env bats
# --chdir: the working directory of the program, entered as the new user.

# shellcheck disable=SC2034,SC2154 # run sets output and stderr; states.bash reads FROM
load ../../support/common
load ../../support/states

setup() {
    require_root
    HERE=$(realpath "$PUBLIC")
    mkdir -p "$HERE/own/inner" "$HERE/closed/inner" "$HERE/shared"
    chown 1000:1000 "$HERE/own"
    chmod 700 "$HERE/own" "$HERE/closed"
    chown :4301 "$HERE/shared"
    chmod 710 "$HERE/shared"
    ln -s closed/inner "$HERE/link"
    cd / || return
}

# lies INJECTION...: capwrap enters a directory while strace changes the results of calls.
lies() {
    local word words=()
    for word; do words+=(-e "inject=$word"); done
    attempt strace -qq -o "$PUBLIC/trace" -e trace=fchdir,stat,newfstatat,fstat,getcwd "${words[@]}" \
        "$CAPWRAP" --user 1000:1000 --no-login-env --chdir "$HERE/own" -- "${MARKED[@]}"
}

@test "the directory is entered as the new user, and the program starts in it" {
    runs --user 1000:1000 --chdir "$HERE/own" -- "$PROBE"
    assert_line "cwd=$HERE/own"
    runs --user 1000:1000 --chdir="$HERE/own/inner/.." --no-new-privs --close-fds -- "$PROBE"
    assert_line "cwd=$HERE/own"
    assert_line fds=0,1,2
    runs --keep DAC_READ_SEARCH --chdir "$HERE/own" -- "$PROBE"
    assert_line "cwd=$HERE/own"
    runs --user 1000:1000 --chdir / -- "$PROBE"
    assert_line cwd=/
}

@test "without --chdir the working directory stays the caller's" {
    cd "$HERE/own"
    runs --user 1000:1000 -- "$PROBE"
    assert_line "cwd=$HERE/own"
}

@test "a group or a capability of the program opens a directory" {
    refuses chdir directory 'may not search' -- --user 1000:1000 --chdir "$HERE/shared"
    runs --user 1000:1000 --groups 4301 --chdir "$HERE/shared" -- "$PROBE"
    assert_line "cwd=$HERE/shared"
    runs --user 1000:1000 --keep DAC_READ_SEARCH --chdir "$HERE/closed/inner" -- "$PROBE"
    assert_line "cwd=$HERE/closed/inner"
}

@test "an ordinary user can enter a directory that it may search, also by a relative path" {
    FROM=("${ORDINARY[@]}" --)
    cd "$HERE/own"
    runs --chdir inner -- "$PROBE"
    assert_line "cwd=$HERE/own/inner"
    runs --chdir . -- "$PROBE"
    assert_line "cwd=$HERE/own"
    refuses chdir directory 'may not search' -- --chdir ../closed
}

@test "a relative COMMAND is resolved in the new directory" {
    install -m 755 "$PROBE" "$HERE/own/program"
    runs --user 1000:1000 --chdir "$HERE/own" -- ./program
    assert_line "cwd=$HERE/own"
    runs --user 1000:1000 --chdir "$HERE/own/inner" -- ../program
    assert_line "cwd=$HERE/own/inner"
    cd "$HERE/own"
    fails_with 127 program not-found -- --user 1000:1000 --chdir inner -- ./program
    # One without a slash is looked for in PATH alone, here as anywhere.
    fails_with 127 program not-found -- --user 1000:1000 --chdir "$HERE/own" -- program
}

@test "the directory that denies is named: the first on the way, links followed" {
    refuses chdir directory "$HERE/closed: the user may not search $HERE/closed: Permission" -- \
        --user 1000:1000 --chdir "$HERE/closed"
    hint_says 'name a directory with --chdir'
    refuses chdir directory "$HERE/closed/inner: the user may not search $HERE/closed: " -- \
        --user 1000:1000 --chdir "$HERE/closed/inner"
    refuses chdir directory "$HERE/link: the user may not search $HERE/closed: " -- \
        --user 1000:1000 --chdir "$HERE/link"
    refuses chdir directory "may not search /proc/1/map_files: " -- \
        --user 1000:1000 --chdir /proc/1/map_files
    cd "$HERE/closed"
    refuses chdir directory 'inner: the user may not search \.: ' -- --user 1000:1000 --chdir inner
}

@test "root does not enter a directory that the user may not search" {
    refuses chdir directory -- --user 1000:1000 --chdir "$HERE/closed" --strict
    runs --keep DAC_READ_SEARCH --chdir "$HERE/closed" -- "$PROBE"
    chown 1000 "$HERE/closed"
    refuses chdir directory -- --chdir "$HERE/closed" # root without capabilities
}

@test "a file that is not a directory, an empty name and a repeated option are refused" {
    local name
    for name in "$PROBE" "$PROBE/x"; do
        refuses chdir directory 'no directory to change to: Not a directory' -- --user 1000:1000 --chdir "$name"
    done
    ln -s "$HERE/nosuch/x" "$HERE/dangling"
    for name in "$HERE"/{nosuch,nosuch/x/y,dangling,dangling/y}; do
        refuses chdir directory "$name: there is no $HERE/nosuch: No such file" -- --user 1000:1000 --chdir "$name"
    done
    ln -s loop "$HERE/loop"
    refuses chdir directory "$ELOOP" -- --chdir "$HERE/loop"
    refuses chdir directory "$ENAMETOOLONG" -- --chdir "/$(printf 'x%.0s' {1..5000})"
    refuses options usage 'the value of --chdir is empty' -- --chdir ''
    refuses chdir usage '--chdir was given twice' -- --chdir / --chdir /
    hint_says 'leave out one of the two'
}

@test "the report names the directory, and so does its document" {
    dry_run --user 1000:1000 --chdir "$HERE/own" -- "$PROBE"
    assert_success
    assert_equal "$(jq -r '.program.directory, (.steps[].name | select(. == "chdir"))' <<<"$output")" \
        "$HERE/own"$'\n'chdir
    attempt "$CAPWRAP" --dry-run --user 1000:1000 --chdir "$HERE/own" -- "$PROBE"
    assert_line "  directory     $HERE/own"
    dry_run --user 1000:1000 -- "$PROBE"
    assert_equal "$(jq -r '.program.directory' <<<"$output")" null
}

@test "a directory that the user may search is no note" {
    cd "$HERE/closed"
    runs --strict --user 1000:1000 --chdir "$HERE/own" -- "$PROBE"
    quiet
}

@test "a chdir that reports success and changes nothing is noticed" {
    lies fchdir:retval=0
    refused verify 'the working directory is not the one that was entered'
    lies fchdir:error=EPERM
    refused chdir 'cannot be entered'
    lies fchdir:error=EACCES
    refused chdir "the user may not search $HERE/own"
}

@test "a reader of the directory that fails or answers nothing is noticed" {
    local reader when refused=0 readers
    lies
    # of the working directory, and of the one that is entered next
    mapfile -t readers < <(grep -nE '^(newfstatat|stat)\((AT_FDCWD, )?"\."' "$PUBLIC/trace" | sed 's/:.*/ (verify|start)/'
        grep -n -B 1 '^fchdir(' "$PUBLIC/trace" | sed -n 's/-.*/ chdir/p')
    for reader in "${readers[@]}"; do
        local nth name step=${reader#* }
        when=${reader%% *}
        name=$(sed -n "${when}s/(.*//p" "$PUBLIC/trace")
        rm -f "$MARKER"
        nth=$(head -n "$when" "$PUBLIC/trace" | grep -c "^$name(")
        cp "$PUBLIC/trace" "$PUBLIC/undisturbed"
        lies "$name:retval=0:when=$nth"
        refused "$step"
        lies "$name:error=EIO:when=$nth"
        refused "$step"
        cp "$PUBLIC/undisturbed" "$PUBLIC/trace"
        refused=$((refused + 1))
    done
    ((refused > 1)) || fail "a reader of the directory was not found: ${readers[*]}"
}
