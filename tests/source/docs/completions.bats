#!/usr/bin/env bats
# contrib/completions, each in its own shell: what is offered when TAB is pressed.

load ../../support/common
load offers

setup() {
    begin_completing
    mapfile -t CAPS < <("$CAPWRAP" --list-caps | awk '{ print $2 }')
    ((${#CAPS[@]} > 30)) || fail "--list-caps lists ${#CAPS[@]}"
    cat >passwd <<'END'
root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
www-run:x:1001:1001:www:/var/www:/usr/sbin/nologin
END
    cat >group <<'END'
root:x:0:
web-data:x:33:
web-log:x:34:
END
}

# As offers, with the users and groups above, and nothing else is offered.
offers_only() {
    local shell=$1 line=$2
    shift 2
    run with_users passwd group -- "$COMPLETE/complete.$shell" "$line"
    assert_success
    assert_equal "$(printf '%s\n' "$output" | sed '/^$/d' | LC_ALL=C sort -u)" \
        "$(printf '%s\n' "$@" | LC_ALL=C sort)"
}

# The options in --help: long ones; those with a value with "=" after them.
long_options() {
    "$CAPWRAP" --help | sed -nE 's/^ +(-., )?(--[a-z-]+)([] =[].*)?$/\2/p' >long-options
    (($(wc -l <long-options) > 15)) || fail "--help lists $(wc -l <long-options) options"
    cat long-options
}

# every_option SHELL: each is offered for its name without the last letter.
every_option() {
    local name offered
    long_options >/dev/null
    while read -r name; do
        run "$COMPLETE/complete.$1" "capwrap ${name%?}"
        assert_success
        offered=$(sed -E 's/[ =]+$//; s/^capwrap //' <<<"$output")
        [[ $'\n'$offered$'\n' == *$'\n'$name$'\n'* ]] || fail "$name is not offered, but: $output"
    done <long-options
}

@test "every option is completed in bash" {
    every_option bash
}

@test "every option is completed in fish" {
    every_option fish
}

@test "every option is completed in zsh" {
    every_option zsh
}

@test "no option is offered that does not exist" {
    local shell word
    long_options >/dev/null
    for shell in bash fish zsh; do
        run "$COMPLETE/complete.$shell" 'capwrap --'
        assert_success
        while read -r word; do
            grep -qxe "$word" long-options || fail "$shell offers $word"
        done < <(grep -oE '^--[a-z-]+' <<<"$output")
    done
}

@test "every option letter is completed" {
    local -a letters
    mapfile -t letters < <("$CAPWRAP" --help | sed -nE 's/^ +(-.), --.*/\1/p')
    ((${#letters[@]} > 5)) || fail "--help lists ${letters[*]}"
    offers bash 'capwrap -' "${letters[@]/%/ }"
    offers fish 'capwrap -' "${letters[@]}"
    offers zsh 'capwrap -' "${letters[@]}"
}

@test "--keep completes the capabilities of this kernel, in bash" {
    offers bash 'capwrap --keep ' all none "${CAPS[@]}"
    offers_only bash 'capwrap --keep=NET_RAW,CHECKP' NET_RAW,CHECKPOINT_RESTORE
    offers_only bash 'capwrap -kCHO' -kCHOWN
    offers_only bash 'capwrap -nk CHO' CHOWN
    offers_only bash 'capwrap -k CHOWN,no'
}

@test "--keep completes the capabilities of this kernel, in fish" {
    offers fish 'capwrap --keep ' all none "${CAPS[@]}"
    offers_only fish 'capwrap --keep=NET_RAW,CHECKP' --keep=NET_RAW,CHECKPOINT_RESTORE
    offers_only fish 'capwrap -nk CHO' CHOWN
}

@test "--keep completes the capabilities of this kernel, in zsh" {
    offers zsh 'capwrap --keep ' all none "${CAPS[@]}"
    offers_only zsh 'capwrap --keep=NET_RAW,CHECKP' 'capwrap --keep=NET_RAW,CHECKPOINT_RESTORE,' \
        CHECKPOINT_RESTORE
    offers_only zsh 'capwrap -k CHOWN,no' 'capwrap -k CHOWN,no'
}

@test "--user completes users, and groups after the colon" {
    require_root
    offers_only bash 'capwrap --user www-' www-data www-run
    offers_only bash 'capwrap --user=www-d' www-data
    offers_only bash 'capwrap -u root:web-' web-data web-log
    offers_only fish 'capwrap --user www-' www-data www-run
    offers_only fish 'capwrap --user=root:web-' --user=root:web-data --user=root:web-log
    offers_only zsh 'capwrap --user www-' 'capwrap --user www-' www-data www-run
    offers_only zsh 'capwrap --user=root:web-d' 'capwrap --user=root:web-data ' web-data
}

@test "--groups completes groups, and the keywords that replace a list" {
    require_root
    offers_only bash 'capwrap --groups ' init keep none root web-data web-log
    offers_only bash 'capwrap -G root,web-d' root,web-data
    offers_only fish 'capwrap --groups ' init keep none root web-data web-log
    offers_only fish 'capwrap --groups=root,web-d' --groups=root,web-data
    offers zsh 'capwrap --groups ' init keep none root
    offers_only zsh 'capwrap --groups root,web-d' 'capwrap --groups root,web-data,' web-data
}

@test "--status and --assert complete process ids" {
    local option
    for option in --status --assert; do
        offers bash "capwrap $option=${$%?}" $$
        offers fish "capwrap $option=${$%?}" "$option=$$"
        offers zsh "capwrap $option=${$%?}" $$
    done
}

@test "after the options a command is completed, and after it the command's own arguments" {
    local shell
    for shell in bash fish zsh; do
        offers $shell 'capwrap -n --keep NET_RAW -- setpri' setpriv
        offers $shell 'capwrap -u root setpri' setpriv
        offers $shell 'capwrap -- cat file-h' file-here
    done
    run "$COMPLETE/complete.bash" 'capwrap -- cat --ke'
    refute_output --partial keep
    run "$COMPLETE/complete.fish" 'capwrap cat --lock-se'
    refute_output --partial lock
    run "$COMPLETE/complete.zsh" 'capwrap cat --lock-se'
    refute_output --partial lock-securebits
}

@test "an interactive bash puts the completion in the right place of the line" {
    require_root
    local line want
    while IFS='>' read -r line want; do
        run with_users passwd group -- "$COMPLETE/press-tab.py" "$line"
        assert_success
        assert_output "$want"
    done <<'END'
capwrap --us>capwrap --user=
capwrap --user=www-d>capwrap --user=www-data
capwrap --user=www-data:web-d>capwrap --user=www-data:web-data
capwrap -u www-data:web-d>capwrap -u www-data:web-data
capwrap --keep=NET_RAW,NET_AD>capwrap --keep=NET_RAW,NET_ADMIN 
capwrap --no-n>capwrap --no-new-privs 
capwrap -n -- setpri>capwrap -n -- setpriv 
END
}
