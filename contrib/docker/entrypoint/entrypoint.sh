#!/bin/sh
# Prepares as root, then becomes the program as an ordinary user. `exec` makes the program process 1.
#
# PUID, PGID  who the program is (1000, 1000); they need no entry in /etc/passwd
# KEEP        the capabilities that it holds (none)
set -eu

user=${PUID:-1000}:${PGID:-1000}

# Started with --user, this is an ordinary user already, and there is nothing to prepare.
if [ "$(id -u)" -ne 0 ]; then
    exec capwrap --keep "${KEEP:-none}" --no-new-privs -- "$@"
fi

# Only the folder itself: what is in it belongs to the user since an earlier start, and chown -R by
# root in a folder that a user can write follows where that user leads.
chown "$user" /data
exec capwrap --user "$user" --keep "${KEEP:-none}" --no-new-privs -- "$@"
