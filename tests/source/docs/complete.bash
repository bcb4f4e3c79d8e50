#!/usr/bin/env bash
# complete.bash LINE: what bash offers when TAB is pressed at the end of LINE, one candidate a line.
# An interactive bash splits the line, calls the function and applies its own rules: only the word
# breaks are taken from here.
set -euo pipefail

line=$1
words=()
word=''
# Splits as readline does: at blanks, and around runs of "=" and ":" (COMP_WORDBREAKS).
for ((i = 0; i < ${#line}; i++)); do
    character=${line:i:1}
    case $character in
        ' ')
            [[ -z $word ]] || words+=("$word")
            word=''
            ;;
        [=:])
            [[ -z $word || $word == [=:]* ]] || { words+=("$word") && word=''; }
            word+=$character
            ;;
        *)
            [[ $word != [=:]* ]] || { words+=("$word") && word=''; }
            word+=$character
            ;;
    esac
done
words+=("$word")

compopt() { :; } # only within a completion of readline
# shellcheck source=/dev/null
source "$SRC_DIR/contrib/completions/${words[0]}.bash"
function=$(complete -p "${words[0]}" | sed -n 's/.* -F \([^ ]*\) .*/\1/p')

COMP_WORDS=("${words[@]}")
COMP_CWORD=$((${#words[@]} - 1))
# shellcheck disable=SC2034 # read by the function
COMP_LINE=$line COMP_POINT=${#line}
COMPREPLY=()
set +eu # as in the shell of a person
"$function" "${CAPWRAP%/*}/${words[0]}" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\n' "${COMPREPLY[@]}"
