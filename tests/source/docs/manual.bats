#!/usr/bin/env bats
# docs/capwrap.1, --help and the completions, against the program.

load ../../support/common

setup() {
    MANUAL=$SRC_DIR/docs/capwrap.1
    cd "$BATS_TEST_TMPDIR" || return
}

# The options in the program's own table: "name letter", letter 0 for none. Left in $OPTIONS.
read_options() {
    OPTIONS=$(sed -nE "/ OPTIONS\[\] = /,/^};/s/^ *\{\"([a-z-]+)\", ('(.)'|(0)), .*/\1 \3\4/p" \
        "$SRC_DIR/src/capwrap/options.c")
    (($(wc -l <<<"$OPTIONS") > 15)) || fail "the table of options is not read: $OPTIONS"
    local name
    while read -r name _; do
        run "$CAPWRAP" "--$name=" # each one exists, and none has an empty value
        refute_output --partial "is not an option"
    done <<<"$OPTIONS"
}

# The text before a long option: its letter and a comma, or nothing.
with_letter() {
    [[ $1 == 0 ]] || printf -- '-%s%s, ' "$1" "$2"
}

# A section of the manual page, as text.
section() {
    mandoc -T ascii "$MANUAL" | col -bx | sed -n "/^$1$/,/^[A-Z]/p" | sed '$d'
}

@test "every manual page that is referred to is one of a command, a system call or a known page" {
    # By what they describe: the pages themselves are not on every machine.
    local name volume wrong='' count=0
    while read -r _ name volume _; do
        case $volume in
        1 | 8) command -v "$name" >/dev/null ;;
        2) printf '#include <sys/syscall.h>\nSYS_%s\n' "$name" | cpp -P | tail -n 1 | grep -qE '^[0-9]+$' ;;
        *) [[ " capabilities(7) credentials(7) getauxval(3) nsswitch.conf(5) systemd.exec(5) user_namespaces(7) " \
            == *" $name($volume) "* ]] ;;
        esac || wrong+=" $name($volume)"
        count=$((count + 1))
    done < <(grep -E '^\.Xr ' "$MANUAL")
    assert_equal "$wrong" ""
    ((count > 10)) || fail "only $count references"
}

@test "header and footer of the manual pages name the project and its version" {
    local version page
    version=$("$CAPWRAP" --version | head -n 1)
    for page in capwrap capwrap-learn; do
        run bash -c 'groff -mandoc -T ascii -P -cbou "$1" 2>/dev/null | grep -v "^$"' - "$SRC_DIR/docs/$page.1"
        assert_line --index 0 --regexp "^${page^^}\(1\) +$version General Commands Manual|^${page^^}\(1\) .*"
        refute_line --index 0 --partial BSD
        assert_equal "$(tail -n 1 <<<"$output" | grep -o "$version" | head -n 1)" "$version"
    done
}

@test "the manual page has its examples before its options, and the codes last" {
    local sections
    sections=$(sed -n 's/^\.Sh //p' "$MANUAL" | tr '\n' '|')
    assert_regex "$sections" '\|DESCRIPTION\|EXAMPLES\|OPTIONS\|.*\|DIAGNOSTICS\|$'
}

@test "every option is in the manual page, with its letter" {
    local name letter
    read_options
    run section OPTIONS
    while read -r name letter; do
        assert_line --regexp "^ +$(with_letter "$letter" '.*')--$name([] =[]|$)"
    done <<<"$OPTIONS"
}

@test "every option is in --help, with its letter" {
    local name letter
    read_options
    run "$CAPWRAP" --help
    while read -r name letter; do
        assert_line --regexp "^ +$(with_letter "$letter" '')--$name([] =[]|$)"
    done <<<"$OPTIONS"
}

@test "the manual page and --help name no option that does not exist" {
    local word
    read_options
    for word in $( (section 'OPTIONS' && section SYNOPSIS && "$CAPWRAP" --help) |
        grep -oE -- '--[a-z]+(-[a-z]+)*' | sort -u); do
        [[ $word == --option || $word == --init || $'\n'$OPTIONS == *$'\n'"${word#--} "* ]] || fail "$word is no option"
    done
}

@test "the manual page lists every error code, once and in order" {
    assert_equal "$("$SRC_DIR/tests/source/docs/docs.py" errors docs/capwrap.1)" \
        "$("$SUPPORT_BIN/facts" codes)"
}

@test "the manual page lists every note" {
    local code
    for code in $(jq -r '."$defs".note.properties.code.enum[]' "$SRC_DIR/docs/json.schema.json"); do
        run grep -x ".It Li $code" "$MANUAL"
        assert_success
    done
}

@test "the changelog has an entry for the version that --version prints" {
    run "$CAPWRAP" --version
    assert_line --index 0 --regexp '^capwrap [0-9]+\.[0-9]+\.[0-9]+$'
    run grep -F "${lines[0]#capwrap }" "$SRC_DIR/CHANGELOG.md"
    assert_success
}

@test "the recipes of packages have the version that --version prints" {
    local version
    version=$("$CAPWRAP" --version | sed -n '1s/^capwrap //p')
    cd "$SRC_DIR"
    grep -qx "pkgver=$version" contrib/packaging/PKGBUILD
    grep -qx "pkgver=$version" contrib/packaging/APKBUILD
    head -n 1 debian/changelog | grep -qF "capwrap ($version-"
    # Of the same day.
    grep -qx "## \[$version\] - $(date -u -d "$(sed -n 's/^ -- .*>  //p' debian/changelog | head -n 1)" +%F)" CHANGELOG.md
}
