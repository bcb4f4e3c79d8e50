# The commands of a document, to be run exactly as printed there. Source this after support/common.
# shellcheck shell=bash

# documented BEGINNING [FILE]: prints the command that DOCUMENT gives as `BEGINNING...`, with FILE for its "FILE".
documented() {
    local command
    command=$(grep -oE "\`$1[^\`]*\`" "$DOCUMENT") || fail "no command $1" || return 1
    command=${command//\`/}
    printf '%s\n' "${command//FILE/${2-}}"
}

# below HEADING: prints the lines of the first block of commands after that heading.
below() {
    awk -v heading="## $1" '/^## / { mine = $0 == heading } /^```/ { code = !code; next } mine && code' \
        "$DOCUMENT"
}
