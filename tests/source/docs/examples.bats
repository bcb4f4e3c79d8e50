#!/usr/bin/env bats
# The documents show the actual output and effects.

# shellcheck disable=SC2154 # stderr: set by bats' run

load ../../support/common

setup() {
    DOCS=$SRC_DIR/tests/source/docs/docs.py
    cd "$BATS_TEST_TMPDIR" || return
    cat >passwd <<'END'
root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
www:x:1001:1001:www:/var/www:/usr/sbin/nologin
alice:x:1000:1000:Alice:/home/alice:/bin/sh
END
    cat >group <<'END'
root:x:0:
adm:x:4:www-data
www-data:x:33:
alice:x:1000:
www:x:1001:
END
}

@test "the generated parts of the documents match the program's output" {
    require_root
    run "$DOCS" generate --check
    [[ $status == 0 && -z $output ]] || fail "as root: tests/source/docs/docs.py generate"$'\n'"$output"
}

@test "the README starts with the five sets as the kernel reports them, all equal to what is kept" {
    run awk '/^```console$/ { inside = 1; next } /^```$/ { exit } inside' "$SRC_DIR/README.md"
    assert_line --index 0 --regexp '^# capwrap .*--keep NET_BIND_SERVICE'
    local set
    for set in CapInh CapPrm CapEff CapBnd CapAmb; do
        assert_line "$set:	$(mask NET_BIND_SERVICE)"
    done
    assert_line "NoNewPrivs:	1"
}

# measured MARK CONDITION: how many rows of that measured table fulfil an awk condition on its columns, from 2 on.
measured() {
    sed -n "/^<!-- measured: $1 -->\$/,/^<!-- end -->\$/p" "$SRC_DIR/docs/learn-accuracy.md" |
        awk -F ' *[|] *' "/^[|]/ && ++n > 2 && ($2) { count++ } END { print count + 0 }"
}

@test "the README's numbers of programs are those of the tables, and no answer there is confirmed and wrong" {
    local all exact driven
    all=$(measured accuracy 1)
    # shellcheck disable=SC2016 # of awk
    exact=$(measured accuracy '$3 == $5')
    driven=$(measured 'first use' 1)
    ((all >= 84 && driven >= 60)) || fail "$all and $driven rows"
    assert_equal "$exact" "$all"
    # shellcheck disable=SC2016 # of awk
    assert_equal "$(measured 'first use' '$6 ~ /^confirmed/ && $4 != $5')" 0
    run bash -c 'tr "\n" " " <"$1"' - "$SRC_DIR/README.md"
    assert_output --partial "Of $all programs with known needs it was right on each; of $driven driven as a first user would"
}

@test "every capwrap command line in the documents would start its program" {
    require_root
    local line count=0
    local -a words options
    # Not docs/known-failures-details.md, which is about lines that are refused.
    "$DOCS" commands README.md docs/{design,threat-model,migration}.md docs/capwrap.1 >lines
    while read -r line; do
        mapfile -t words < <(jq -r '.[]' <<<"$line")
        options=()
        for word in "${words[@]:1}"; do
            [[ $word != -- ]] || break
            [[ $word == ... || $word == --dry-run ]] || options+=("$word")
        done
        attempt with_users passwd group -- "$CAPWRAP" --dry-run "${options[@]}" -- "$PROBE"
        [[ $status == 0 ]] || fail "$line: $stderr"
        count=$((count + 1))
    done <lines
    ((count > 20)) || fail "only $count command lines"
}

# The start in a container: root holds what was added; a user holds nothing, or (under
# no_new_privs, from containerd and CRI-O) what was added, until the first execve.
in_container() {
    local command=$1 added=$2
    if [[ $command == *'"--user"'* ]]; then
        IN_CONTAINER=("$START_AS" --groups none --bounding "$added" --)
        return
    fi
    install -m 755 "$CAPWRAP" "$PUBLIC/capwrap"
    setcap "$(jq -r '"cap_" + (.[2] | ascii_downcase) + "=p"' <<<"$command")" "$PUBLIC/capwrap"
    CAPWRAP=$PUBLIC/capwrap
    IN_CONTAINER=("$START_AS" --uid 1000 --gid 1000 --groups none --bounding "$added"
        --inheritable 0 --ambient 0)
    if [[ $command == *'"--no-new-privs"'* ]]; then
        IN_CONTAINER+=(--permitted "$added" --effective "$added" --no-new-privs)
    else
        IN_CONTAINER+=(--permitted 0 --effective 0)
    fi
    IN_CONTAINER+=(--)
}

@test "each container in the README, with the capabilities that it adds, starts its program" {
    require_root
    local container command kept count=0
    local built=$CAPWRAP
    local -a add options
    while read -r container; do
        CAPWRAP=$built
        command=$(jq -c .words <<<"$container")
        mapfile -t add < <(jq -r '.add[]' <<<"$container")
        mapfile -t options < <(jq -r '.[1:index("--") + 1][]' <<<"$command")
        in_container "$command" "$(mask "${add[@]}")"
        attempt with_users passwd group -- "${IN_CONTAINER[@]}" "$CAPWRAP" "${options[@]}" "$PROBE"
        kept=$(mask "$(jq -r '.[index("--keep") + 1]' <<<"$command")")
        [[ $command == *'"--user"'* && " ${add[*]} " != *' SETPCAP '* ]] || holds_exactly "$kept"
        assert_success
        assert_line "permitted=$kept"
        assert_line "ambient=$kept"
        refute_line euid=0
        count=$((count + 1))
    done < <("$DOCS" containers README.md)
    ((count == 2)) || fail "$count containers"
}

@test "what a document quotes from a shipped file is in that file" {
    run "$DOCS" quotations docs/recipes.md docs/containers.md README.md
    assert_success
    [[ $output =~ ^[0-9]+$ ]] && ((output >= 7)) || fail "$output"
}

@test "the README has at most 150 lines, and every part" {
    local part
    (($(wc -l <"$SRC_DIR/README.md") <= 150)) || fail "$(wc -l <"$SRC_DIR/README.md") lines"
    for part in 'Install' 'Coming from gosu or su-exec' 'Pick your situation' 'Which capabilities' \
        'When you do not need it' 'How it compares' 'Limits'; do
        grep -q "^## $part" "$SRC_DIR/README.md" || fail "no $part"
    done | tail -n +1
    # without chmod 0750 every user could run a capwrap with file capabilities
    run grep -c 'setcap cap_' "$SRC_DIR/README.md"
    assert_equal "$output" "$(grep -c 'chmod 0750' "$SRC_DIR/README.md")"
}

@test "every relative link in the checkout points to a file" {
    cd "$SRC_DIR" || return
    run tests/source/docs/links.py README.md CHANGELOG.md CONTRIBUTING.md SECURITY.md tests/README.md docs/*.md docs/adr/*.md
    assert_success
    ((output > 100)) || fail "$output links"
}

# ---- docs/migration.md ----

# The rows whose third column says what the program has: theirs, ours, has.
rows() {
    local table
    for table in gosu setpriv capsh; do
        "$DOCS" table docs/migration.md "migrate: $table"
    done | jq -c 'select(.[2] != "") | map(ltrimstr("`") | rtrimstr("`"))[:3]'
}

# state LINE: runs a shell line in which PROGRAM is the probe, as root with group 0; its five sets,
# ids, groups and no_new_privs are left in $output.
state() {
    mkdir -p bin
    ln -sf "$CAPWRAP" bin/capwrap
    attempt with_users passwd group -- "$START_AS" --groups 0 -- \
        env PATH="$PWD/bin:/usr/sbin:/usr/bin:/sbin:/bin" bash -c "${1//PROGRAM/$PROBE}"
}

# The probe's lines for a third column, such as "33:33, groups 33, net_raw, no_new_privs".
expected() {
    local has=$1 ids groups set privs=0
    local -a caps
    ids=${has%%,*}
    [[ $has =~ ,\ groups\ ([0-9,]+),\  ]]
    groups=${BASH_REMATCH[1]}
    caps=${has#*"groups $groups, "}
    [[ $caps != *', no_new_privs' ]] || privs=1 caps=${caps%, no_new_privs}
    case $caps in
    'no capabilities') set=$(mask) ;;
    'all capabilities') set=$("$PROBE" --only permitted | cut -d = -f 2) ;;
    *)
        IFS=, read -r -a caps <<<"$caps"
        set=$(mask "${caps[@]}")
        ;;
    esac
    printf '%s\n' "ruid=${ids%:*}" "euid=${ids%:*}" "suid=${ids%:*}" "fsuid=${ids%:*}" \
        "rgid=${ids#*:}" "egid=${ids#*:}" "sgid=${ids#*:}" "fsgid=${ids#*:}" "groups=$groups" \
        "permitted=$set" "effective=$set" "inheritable=$set" "bounding=$set" "ambient=$set" \
        "no_new_privs=$privs"
}

@test "in the migration tables, capwrap's column gives the result in the third column" {
    require_root
    local row count=0
    while read -r row; do
        state "$(jq -r '.[1]' <<<"$row")"
        assert_success
        assert_equal "$row"$'\n'"$(grep -E "^([res]|fs)[ug]id=|^(groups|permitted|effective|inheritable|bounding|ambient|no_new_privs)=" <<<"$output")" \
            "$row"$'\n'"$(expected "$(jq -r '.[2]' <<<"$row")")"
        count=$((count + 1))
    done < <(rows)
    ((count > 15)) || fail "only $count rows"
}

@test "in the migration tables, the others' column works, and gives the same user and permitted set" {
    require_root
    local row count=0 theirs
    while read -r row; do
        theirs=$(jq -r '.[0]' <<<"$row")
        state "$theirs"
        assert_success
        if [[ $theirs == 'gosu 1234 PROGRAM' ]]; then
            assert_line rgid=0 # as the table says
        elif [[ $theirs != *--drop=cap_sys_admin* ]]; then
            assert_equal "$row"$'\n'"$(grep -E '^([res]|fs)[ug]id=|^permitted=' <<<"$output")" \
                "$row"$'\n'"$(expected "$(jq -r '.[2]' <<<"$row")" | grep -E 'id=|^permitted=')"
        fi
        count=$((count + 1))
    done < <(rows)
    ((count > 15)) || fail "only $count rows"
}

# left_to_others FOR: of the line for this in docs/migration.md, what its PROGRAM is to print, and PROGRAM.
left_to_others() {
    case $1 in
    'resource limits') printf '%s\n' 1000 "sh -c 'ulimit -n'" ;;
    'a nice value') printf '%s\n' $(($(nice) > 14 ? 19 : $(nice) + 5)) nice ;;
    'an OOM score') printf '%s\n' 500 'cat /proc/self/oom_score_adj' ;;
    'namespaces and mounts') printf '%s\n' lo: "sh -c 'grep -o lo: /proc/net/dev; ! grep -v lo: /proc/net/dev | grep :'" ;;
    'Landlock rules'*) printf '%s\n' no "sh -c '(: >tried) 2>/dev/null || echo no'" ;;
    'a policy file' | 'options from the environment') printf '%s\n' 33 'id -u' ;;
    'an init that reaps') printf '%s\n' tini "sh -c 'cat /proc/\$PPID/comm'" ;;
    *) return 1 ;;
    esac
}

@test "the lines for what capwrap leaves to other programs have the documented effect" {
    require_root
    local row line count=0
    local -a wanted
    chmod 1777 . && mkdir -p bin && ln -sf "$CAPWRAP" bin/capwrap
    while read -r row; do
        line=$(jq -r '.[1]' <<<"$row")
        line=${line#\`} line=${line%%\`*}
        [[ $line == *PROGRAM* ]] || continue
        count=$((count + 1))
        [[ $line != setpriv* ]] || setpriv --help | grep -q -e --landlock-access || continue
        mapfile -t wanted < <(left_to_others "$(jq -r '.[0]' <<<"$row")")
        [[ ${#wanted[@]} == 2 ]] || fail "no test of $row"
        attempt with_users passwd group -- env PATH="$PWD/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
            bash -c "${line//PROGRAM/${wanted[1]}}"
        assert_equal "$line"$'\n'"$output" "$line"$'\n'"${wanted[0]}"
    done < <("$DOCS" table docs/migration.md 'beside: others')
    assert_equal "$count" 8
}

@test "in the migration tables, the lines that only inspect print what is documented" {
    local line
    for line in 'capwrap --status' 'capwrap --decode=400'; do
        grep -qF "\`$line\`" "$SRC_DIR/docs/migration.md" || fail "$line is not in a table"
    done
    run "$CAPWRAP" --status
    assert_line --regexp '^  ambient '
    run "$CAPWRAP" --decode=400
    assert_output NET_BIND_SERVICE
}
