# Completion of capwrap-learn(1) for fish 3.2 and later.
#
# Install as /usr/share/fish/vendor_completions.d/capwrap-learn.fish, or put it into
# ~/.config/fish/completions.

# What argparse(1) has to know of the options.
# generated: spec
set -g __capwrap_learn_spec u/user= verify test= expect-status= reset= fixture= fixture-ready= \
    repeat= no-trace timeout= pid= cgroup= unit= container= for= until-idle= runs= check= format= \
    json o/output= v/verbose h/help V/version
# end

# Prints COMMAND and its arguments, separated by null bytes; fails before COMMAND is reached.
function __capwrap_learn_command
    set -l tokens (commandline -opc) (commandline -ct)
    set -e tokens[1]
    argparse -s $__capwrap_learn_spec -- $tokens 2>/dev/null
    or return 1
    set -q argv[1]
    and not string match -q -- '-*' $argv[1]
    or return 1
    printf '%s\0' $argv
end

function __capwrap_learn_no_command
    not __capwrap_learn_command >/dev/null
end

function __capwrap_learn_complete_user
    __fish_complete_users
end

# Completes a list element by element.
function __capwrap_learn_complete_check
    set -l capwrap (commandline -opc | string replace -r -- '-learn$' '')[1]
    set -l caps ($capwrap --list-caps 2>/dev/null | string match -rg '^ *\d+ (\S+)')
    set -l done (commandline -ct | string replace -r -- '^--check=' '' | string match -r -- '.*,')
    if set -q done[1]
        printf '%s\n' $done[1]$caps
    else
        printf '%s\n' $caps none
    end
end

complete -c capwrap-learn -f
complete -c capwrap-learn -n __capwrap_learn_command -x -a '(__fish_complete_subcommand --commandline (__capwrap_learn_command | string split0))'

# generated: options
complete -c capwrap-learn -n __capwrap_learn_no_command -s u -l user -x -a '(__capwrap_learn_complete_user)' -d 'User to run as, and group'
complete -c capwrap-learn -n __capwrap_learn_no_command -l verify -d 'Run it again with less, until nothing more can go, and confirm what is left'
complete -c capwrap-learn -n __capwrap_learn_no_command -l test -x -d 'It works when this shell line succeeds'
complete -c capwrap-learn -n __capwrap_learn_no_command -l expect-status -x -d 'It works when it ends with this status'
complete -c capwrap-learn -n __capwrap_learn_no_command -l reset -x -d 'A shell line to run before each run'
complete -c capwrap-learn -n __capwrap_learn_no_command -l fixture -x -d 'A shell line that is alive during each run, and is ended after it'
complete -c capwrap-learn -n __capwrap_learn_no_command -l fixture-ready -x -d 'The fixture is ready when this shell line succeeds'
complete -c capwrap-learn -n __capwrap_learn_no_command -l repeat -x -d 'Try a set that fails N times'
complete -c capwrap-learn -n __capwrap_learn_no_command -l no-trace -d 'Do not watch'
complete -c capwrap-learn -n __capwrap_learn_no_command -l timeout -x -d 'End each run after this time'
complete -c capwrap-learn -n __capwrap_learn_no_command -l pid -x -a '(__fish_complete_pids)' -d 'In place of COMMAND'
complete -c capwrap-learn -n __capwrap_learn_no_command -l cgroup -x -d 'Watch what runs in this cgroup'
complete -c capwrap-learn -n __capwrap_learn_no_command -l unit -x -d 'Watch a unit of systemd'
complete -c capwrap-learn -n __capwrap_learn_no_command -l container -x -d 'Watch a container of Docker or Podman, by id or name'
complete -c capwrap-learn -n __capwrap_learn_no_command -l for -x -d 'How long to watch'
complete -c capwrap-learn -n __capwrap_learn_no_command -l until-idle -x -d 'Watch until nothing new was seen for this time'
complete -c capwrap-learn -n __capwrap_learn_no_command -l runs -r -F -d 'Add what an earlier run or watch found, whose report --format json has written'
complete -c capwrap-learn -n __capwrap_learn_no_command -l check -x -a '(__capwrap_learn_complete_check)' -d 'Status 1 when it needs more than these capabilities'
complete -c capwrap-learn -n __capwrap_learn_no_command -l format -x -a 'text json capwrap dockerfile compose kubernetes systemd' -d 'What to report'
complete -c capwrap-learn -n __capwrap_learn_no_command -l json -d 'The same as --format json'
complete -c capwrap-learn -n __capwrap_learn_no_command -s o -l output -r -F -d 'Report to FILE'
complete -c capwrap-learn -n __capwrap_learn_no_command -s v -l verbose -d 'Also report what was asked for incidentally'
complete -c capwrap-learn -n __capwrap_learn_no_command -s h -l help -d 'Show this'
complete -c capwrap-learn -n __capwrap_learn_no_command -s V -l version -d 'Show the version'
# end
