#!/usr/bin/env zsh
# complete.zsh LINE: what zsh makes of LINE when TAB is pressed at its end: the completed line, then
# the candidates that it offers, one a line. An interactive zsh runs on a terminal of its own.
# ZCOMPDUMP may name a file in which zsh keeps what it found about its functions.
emulate zsh
setopt err_exit no_unset
zmodload zsh/zpty

line=$1
work=$(mktemp -d)
trap 'rm -rf $work' EXIT
mkdir $work/functions
cp $SRC_DIR/contrib/completions/_capwrap* $work/functions/

cat >$work/.zshrc <<RC
PS1='' PS2='' RPROMPT=''
PATH=${CAPWRAP:h}:\$PATH
fpath=($work/functions \$fpath)
autoload -Uz compinit
compinit -C -u -d \${ZCOMPDUMP:-$work/zcompdump}
unsetopt beep
zstyle ':completion:*' verbose false
# Notes every candidate that is offered, and adds it as always.
compadd() {
    local -a offered
    if [[ \${@[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
        builtin compadd -O offered "\$@"
        print -rl -- \$offered >>$work/offered
    fi
    builtin compadd "\$@"
}
show-line() { print -r -- "\$BUFFER" >$work/line; zle accept-line }
zle -N show-line
bindkey '^I' complete-word
bindkey '^X^X' show-line
: >$work/ready
RC

zpty shell "ZDOTDIR=$work HOME=$work TERM=dumb COLUMNS=200 zsh -d -i"
await() {
    local -i i
    for ((i = 0; i < 300; i++)); do
        [[ -e $work/$1 ]] && return
        zpty -r -t shell >/dev/null || true
        sleep 0.05
    done
    print -u2 "complete.zsh: the inner shell gave no $1"
    exit 99
}
await ready
# The end of the line is accepted as an unknown command: a comment keeps it from running.
zpty -w -n shell "$line"$'\t\C-x\C-x'
await line
cat $work/line
[[ ! -e $work/offered ]] || sort -u $work/offered
zpty -d shell
