# shellcheck shell=bash
# Completion of capwrap(1) for bash. Needs nothing but bash; with the bash-completion package the
# words after COMMAND are completed as COMMAND's own.
#
# Install as /usr/share/bash-completion/completions/capwrap, or source it from ~/.bashrc.

# What --help lists: the options, those that take the next word, and the letters of the latter.
# generated: options
_capwrap_options='--user= --groups= --keep= --want= --no-new-privs --lock-securebits
    --disable-userns --no-login-env --reset-env --pass-env= --chown-stdio --close-fds --pdeathsig=
    --chdir= --umask= --apparmor-profile= --selinux-label= --strict --dry-run --json --assert=
    --status --status= --decode= --list-caps --verbose --quiet --help --version -u -G -k -n -v -q
    -h -V'
_capwrap_values='--user --groups --keep --want --pass-env --pdeathsig --chdir --umask
    --apparmor-profile --selinux-label --assert --decode'
_capwrap_letters=uGk
# end

# Readline splits words at "=" and ":" as well (COMP_WORDBREAKS). Joins them again: _capwrap_words
# gets the words up to the cursor, _capwrap_starts the place in COMP_WORDS where each began.
_capwrap_join() {
    local i joining='' word
    _capwrap_words=() _capwrap_starts=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ ${#_capwrap_words[@]} -gt 1 && (-n $joining || $word == [=:]*) ]]; then
            _capwrap_words[-1]+=$word
        else
            _capwrap_words+=("$word")
            _capwrap_starts+=("$i")
        fi
        joining=''
        [[ $word == [=:]* ]] && joining=yes
    done
}

# Prints the candidates for the value of option $2; $1 is the capwrap that was typed, $3 the value.
_capwrap_value() {
    local value=$3 done='' names
    case $2 in
        -u | --user)
            if [[ $value == *:* ]]; then
                compgen -P "${value%%:*}:" -g -- "${value#*:}"
            else
                compgen -u -- "$value"
            fi
            return
            ;;
        -G | --groups) names=$(compgen -g && printf '%s\n' init none keep) ;;
        -k | --keep) names=$("$1" --list-caps 2>/dev/null | awk '{ print $2 }' && printf '%s\n' all none) ;;
        --chdir)
            compgen -d -- "$value"
            return
            ;;
        --status | --assert) names=$(cd /proc && printf '%s\n' [0-9]*) ;;
        *) return ;;
    esac
    # A list is completed element by element; the words that stand alone only as its first one.
    if [[ $value == *,* && $2 != --status ]]; then
        done=${value%,*},
        names=$(grep -vxE 'all|none|keep' <<<"$names")
    fi
    compgen -P "$done" -W "$names" -- "${value#"$done"}"
}

# Prints the option whose value the word at the cursor is; fails when it is not a value.
# Sets _capwrap_command to the index of COMMAND in _capwrap_words, or to 0.
_capwrap_scan() {
    local i word
    _capwrap_command=0 _capwrap_option=''
    for ((i = 1; i < ${#_capwrap_words[@]} - 1; i++)); do
        word=${_capwrap_words[i]}
        case $word in
            --)
                _capwrap_command=$((i + 1))
                return
                ;;
            --*)
                [[ " $_capwrap_values " == *" $word "* ]] || continue
                _capwrap_option=$word
                ;;
            -[!$_capwrap_letters]*[$_capwrap_letters]) _capwrap_option=-${word: -1} ;;
            -[$_capwrap_letters]) _capwrap_option=$word ;;
            -*) continue ;;
            *)
                _capwrap_command=$i
                return
                ;;
        esac
        [[ -z $_capwrap_option ]] && continue
        ((++i == ${#_capwrap_words[@]} - 1)) && return
        _capwrap_option=''
    done
    # The word at the cursor itself: COMMAND, an option with its value, or the start of an option.
    word=${_capwrap_words[-1]}
    case $word in
        --*=*) _capwrap_option=${word%%=*} ;;
        -[$_capwrap_letters]?*) _capwrap_option=${word:0:2} ;;
        -*) ;;
        *) _capwrap_command=$((${#_capwrap_words[@]} - 1)) ;;
    esac
}

_capwrap() {
    local _capwrap_words _capwrap_starts _capwrap_command _capwrap_option
    local cur prefix=''
    COMPREPLY=()
    _capwrap_join
    _capwrap_scan
    cur=${_capwrap_words[-1]}

    if ((_capwrap_command > 0)); then
        local start=${_capwrap_starts[_capwrap_command]}
        if ((start == COMP_CWORD)); then
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -c -- "$cur")
            [[ $cur == */* ]] && mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        elif declare -F _command_offset >/dev/null; then
            _command_offset "$start"
        else
            compopt -o filenames 2>/dev/null
            mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
        fi
        return
    fi

    if [[ -z $_capwrap_option ]]; then
        compopt -o nospace 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -W "$_capwrap_options" -- "$cur")
        # A word that takes no value ends with a blank.
        COMPREPLY=("${COMPREPLY[@]/%/ }")
        COMPREPLY=("${COMPREPLY[@]/%= /=}")
        return
    fi

    case $cur in
        "$_capwrap_option="*) prefix=$_capwrap_option= ;;
        -[$_capwrap_letters]?*) prefix=$_capwrap_option ;;
    esac
    [[ $_capwrap_option != --user && $_capwrap_option != -u ]] || compopt -o nospace 2>/dev/null
    mapfile -t COMPREPLY < <(_capwrap_value "$1" "$_capwrap_option" "${cur#"$prefix"}")
    # What readline replaces begins after the last character at which it broke the word.
    local broken=${cur%"${COMP_WORDS[COMP_CWORD]}"}
    [[ ${COMP_WORDS[COMP_CWORD]} == [=:]* ]] && broken+=${COMP_WORDS[COMP_CWORD]}
    COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
    COMPREPLY=("${COMPREPLY[@]#"$broken"}")
}

complete -F _capwrap capwrap
