# Completion of capwrap(1) for fish 3.2 and later.
#
# Install as /usr/share/fish/vendor_completions.d/capwrap.fish, or put it into
# ~/.config/fish/completions.

# What argparse(1) has to know of the options.
# generated: spec
set -g __capwrap_spec u/user= G/groups= k/keep= want= n/no-new-privs lock-securebits disable-userns \
    no-login-env reset-env pass-env= chown-stdio close-fds pdeathsig= chdir= umask= \
    apparmor-profile= selinux-label= strict dry-run json assert= 'status=?' decode= list-caps \
    v/verbose q/quiet h/help V/version
# end

# Prints COMMAND and its arguments, separated by null bytes; fails before COMMAND is reached.
function __capwrap_command
    set -l tokens (commandline -opc) (commandline -ct)
    set -e tokens[1]
    argparse -s $__capwrap_spec -- $tokens 2>/dev/null
    or return 1
    set -q argv[1]
    and not string match -q -- '-*' $argv[1]
    or return 1
    printf '%s\0' $argv
end

function __capwrap_no_command
    not __capwrap_command >/dev/null
end

# The value that is being typed, without its option.
function __capwrap_value
    commandline -ct | string replace -r -- '^(--[a-z-]+=|-[uGk])' ''
end

function __capwrap_complete_user
    set -l user (__capwrap_value | string split -m 1 :)
    if set -q user[2]
        printf '%s\n' $user[1]:(__fish_print_groups)
    else
        __fish_complete_users
    end
end

# Completes a list element by element; argv: the elements, then -- and the words that stand alone.
function __capwrap_complete_list
    set -l split (contains -i -- -- $argv)
    set -l elements $argv[1..(math $split - 1)]
    set -l done (__capwrap_value | string match -r -- '.*,')
    if set -q done[1]
        printf '%s\n' $done[1]$elements
    else
        printf '%s\n' $elements $argv[(math $split + 1)..-1]
    end
end

function __capwrap_complete_groups
    __capwrap_complete_list (__fish_print_groups) -- init none keep
end

function __capwrap_complete_keep
    set -l capwrap (commandline -opc)[1]
    __capwrap_complete_list ($capwrap --list-caps 2>/dev/null | string match -rg '^ *\d+ (\S+)') -- all none
end

complete -c capwrap -f
complete -c capwrap -n __capwrap_command -x -a '(__fish_complete_subcommand --commandline (__capwrap_command | string split0))'

# generated: options
complete -c capwrap -n __capwrap_no_command -s u -l user -x -a '(__capwrap_complete_user)' -d 'User to run as, and group'
complete -c capwrap -n __capwrap_no_command -s G -l groups -x -a '(__capwrap_complete_groups)' -d 'Supplementary groups'
complete -c capwrap -n __capwrap_no_command -s k -l keep -x -a '(__capwrap_complete_keep)' -d 'Capabilities that the program holds'
complete -c capwrap -n __capwrap_no_command -l want -x -a '(__capwrap_complete_keep)' -d 'Capabilities that the program holds where they are permitted'
complete -c capwrap -n __capwrap_no_command -s n -l no-new-privs -d 'Set no_new_privs'
complete -c capwrap -n __capwrap_no_command -l lock-securebits -d 'Uid 0 is not special, no keep-caps, no ambient raise'
complete -c capwrap -n __capwrap_no_command -l disable-userns -d 'No user namespace can be made or entered'
complete -c capwrap -n __capwrap_no_command -l no-login-env -d 'Do not change HOME, USER and LOGNAME'
complete -c capwrap -n __capwrap_no_command -l reset-env -d 'Set HOME, USER, LOGNAME, SHELL and PATH, keep TERM, remove every other variable'
complete -c capwrap -n __capwrap_no_command -l pass-env -x -d 'Variables that --reset-env keeps as they are'
complete -c capwrap -n __capwrap_no_command -l chown-stdio -d 'Give pipes on the standard streams to the user'
complete -c capwrap -n __capwrap_no_command -l close-fds -d 'Nothing above descriptor 2 is inherited'
complete -c capwrap -n __capwrap_no_command -l pdeathsig -x -d 'Signal that the program gets when its parent ends, by name or number'
complete -c capwrap -n __capwrap_no_command -l chdir -x -a '(__fish_complete_directories)' -d 'Working directory of the program, entered as the user'
complete -c capwrap -n __capwrap_no_command -l umask -x -d 'File mode creation mask, octal from 0 to 0777'
complete -c capwrap -n __capwrap_no_command -l apparmor-profile -x -d 'AppArmor profile that the program runs in'
complete -c capwrap -n __capwrap_no_command -l selinux-label -x -d 'SELinux context that the program runs in'
complete -c capwrap -n __capwrap_no_command -l strict -d 'Treat notes as errors'
complete -c capwrap -n __capwrap_no_command -l dry-run -d 'Make the whole transition in a child, and report it'
complete -c capwrap -n __capwrap_no_command -l json -d 'Print --dry-run, --status, --assert, --decode or --list-caps as JSON'
complete -c capwrap -n __capwrap_no_command -l assert -x -a '(__fish_complete_pids)' -d 'Compare a process with what this line would give it'
complete -c capwrap -n __capwrap_no_command -l status -a '(__fish_complete_pids)' -d 'Show a process\'s ids and capability sets'
complete -c capwrap -n __capwrap_no_command -l decode -x -d 'Name the capabilities of a set in /proc/PID/status'
complete -c capwrap -n __capwrap_no_command -l list-caps -d 'List this kernel\'s capabilities, and which are here'
complete -c capwrap -n __capwrap_no_command -s v -l verbose -d 'Print each step with its values'
complete -c capwrap -n __capwrap_no_command -s q -l quiet -d 'No notes'
complete -c capwrap -n __capwrap_no_command -s h -l help -d 'Show this'
complete -c capwrap -n __capwrap_no_command -s V -l version -d 'Show the version'
# end
