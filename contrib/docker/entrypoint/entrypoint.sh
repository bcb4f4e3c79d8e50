#!/bin/sh
# Prepares data as root, then executes the program as an ordinary user. `exec` makes the program process 1.
#
# PUID, PGID  user and group to run as (default 1000, 1000); they need no entry in /etc/passwd
# KEEP        the capabilities that the program holds (default none)
set -eu

user=${PUID:-1000}:${PGID:-1000}

# If the container was started with --user, this script does not run as root and prepares nothing.
if [ "$(id -u)" -ne 0 ]; then
    exec capwrap --keep "${KEEP:-none}" --no-new-privs -- "$@"
fi

# Change only the directory: its files belong to the user since an earlier start. chown -R as root is not
# safe in a directory that an ordinary user can write to.
chown "$user" /data
exec capwrap --user "$user" --keep "${KEEP:-none}" --no-new-privs -- "$@"
