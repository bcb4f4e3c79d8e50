#!/usr/bin/env fish
# complete.fish LINE: what fish offers when TAB is pressed at the end of LINE, one candidate a line.
set -x PATH (dirname $CAPWRAP) $PATH
source $SRC_DIR/contrib/completions/(string split -f 1 " " $argv[1]).fish
complete -C $argv[1] | cut -f 1
