# shellcheck shell=bash
# Completion of capwrap-learn(1) for bash. Needs nothing but bash; with the bash-completion package the
# words after COMMAND are completed as COMMAND's own.
#
# Install as /usr/share/bash-completion/completions/capwrap-learn, or source it from ~/.bashrc.

# What --help lists: the options, those that take the next word, and the letters of the latter.
# generated: options
_capwrap_learn_options='--user= --verify --test= --expect-status= --reset= --fixture=
    --fixture-ready= --repeat= --no-trace --timeout= --pid= --cgroup= --unit= --container= --for=
    --until-idle= --runs= --check= --format= --json --output= --verbose --help --version -u -o -v
    -h -V'
_capwrap_learn_values='--user --test --expect-status --reset --fixture --fixture-ready --repeat
    --timeout --pid --cgroup --unit --container --for --until-idle --runs --check --format --output'
_capwrap_learn_letters=uo
# end

# Prints the index of COMMAND in COMP_WORDS, or 0 while options are being typed. A value of an option may
# be a word of its own; readline takes "=" for one as well.
_capwrap_learn_command() {
    local i word
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
            --)
                ((i == COMP_CWORD)) && break # an option begins
                echo $((i + 1)) && return
                ;;
            -*)
                [[ " $_capwrap_learn_values " == *" $word "* ||
                    $word == -[!-]*[$_capwrap_learn_letters] || $word == -[$_capwrap_learn_letters] ]] || continue
                ((i++))
                [[ ${COMP_WORDS[i]-} != = ]] || ((i++))
                ;;
            *) echo "$i" && return ;;
        esac
    done
    echo 0
}

_capwrap_learn() {
    local cur=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]} command names done=''
    COMPREPLY=()
    command=$(_capwrap_learn_command)
    if ((command > 0 && command < COMP_CWORD)) && declare -F _command_offset >/dev/null; then
        _command_offset "$command"
        return
    elif ((command > 0)); then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(((command < COMP_CWORD)) || compgen -c -- "$cur"; compgen -f -- "$cur")
        return
    fi

    # The value behind "=", or of the word before.
    [[ $option != = ]] || option=${COMP_WORDS[COMP_CWORD - 2]}
    [[ $cur != = ]] || cur=''
    case $option in
        --user | -u) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
        --output | -o | --runs)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "$cur")
            ;;
        --check)
            names=$("${1%-learn}" --list-caps 2>/dev/null | awk '{ print $2 }' && echo none)
            [[ $cur != *,* ]] || done=${cur%,*},
            mapfile -t COMPREPLY < <(compgen -P "$done" -W "$names" -- "${cur#"$done"}")
            ;;
        --pid) mapfile -t COMPREPLY < <(cd /proc && compgen -G '[0-9]*' | grep "^$cur") ;;
        --cgroup)
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -d -- "$cur")
            ;;
        --unit) mapfile -t COMPREPLY < <(compgen -W "$(systemctl list-units --plain --no-legend 2>/dev/null | awk '{ print $1 }')" -- "$cur") ;;
        --container) mapfile -t COMPREPLY < <(compgen -W "$({ docker ps --format '{{.Names}}' || podman ps --format '{{.Names}}'; } 2>/dev/null)" -- "$cur") ;;
        --format)
            mapfile -t COMPREPLY < <(compgen -W 'text json capwrap dockerfile compose kubernetes systemd' -- "$cur")
            ;;
        *)
            [[ " $_capwrap_learn_values " != *" $option "* ]] || return
            compopt -o nospace 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -W "$_capwrap_learn_options" -- "$cur")
            # A word that takes no value ends with a blank.
            COMPREPLY=("${COMPREPLY[@]/%/ }")
            COMPREPLY=("${COMPREPLY[@]/%= /=}")
            ;;
    esac
}

complete -F _capwrap_learn capwrap-learn
