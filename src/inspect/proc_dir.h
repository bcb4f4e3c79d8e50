/*
 * proc_dir - the directory /proc/PID of one process: opened once, so that all that is read is of
 * the same process, even when its number is given to another one meanwhile.
 */
#ifndef CAPWRAP_PROC_DIR_H
#define CAPWRAP_PROC_DIR_H

#include <stddef.h>
#include <sys/types.h>

/* Whose numbers /proc shows: 1 those of this process's own pid namespace; 0 those of another one;
 * -errno when it cannot be read. */
int proc_dir_is_own(void);

/* Opens it. Returns a descriptor or -errno. Its files are read with proc_file_read(). */
int proc_dir_open(pid_t pid);

/* The numbers of the threads, ascending, the caller's to free(3). 0 or -errno. */
int proc_dir_threads(int dir, pid_t **numbers, size_t *count);

/* The file that a thread executes (proc_pid_exe(5)). 0, or -errno: it is not shown to everybody,
 * and -ENOENT for one that has ended. */
int proc_dir_program(int dir, pid_t thread, size_t size, char *path);

/* Whether the process is in this process's user namespace: 1, 0, or -errno when it is not told. */
int proc_dir_same_users(int dir);

#endif
