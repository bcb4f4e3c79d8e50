/*
 * proc_dir - the directory /proc/PID of one process. It is opened once, so that everything is read
 * from the same process, even if its number is reused meanwhile.
 */
#ifndef CAPWRAP_PROC_DIR_H
#define CAPWRAP_PROC_DIR_H

#include <stddef.h>
#include <sys/types.h>

/* Whether /proc shows the process IDs of this process's own PID namespace: 1 if so; 0 if those of
 * another namespace; -errno when it cannot be read. */
int proc_dir_is_own(void);

/* Opens the directory. Returns a descriptor or -errno. Its files are read with proc_file_read(). */
int proc_dir_open(pid_t pid);

/* Lists the thread IDs, ascending; the caller releases them with free(3). Returns 0 or -errno. */
int proc_dir_threads(int dir, pid_t **numbers, size_t *count);

/* Reads the path of the file that a thread executes (proc_pid_exe(5)). Returns 0, or -errno:
 * reading it requires permission, and a thread that has ended gives -ENOENT. */
int proc_dir_program(int dir, pid_t thread, size_t size, char *path);

/* Whether the process is in the caller's user namespace: 1, 0, or -errno when not readable. */
int proc_dir_same_users(int dir);

#endif
