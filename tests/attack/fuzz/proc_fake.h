/*
 * proc_fake - one file in memory in place of every /proc/PID/status (linked with
 * --wrap=proc_file_read).
 */
#ifndef CAPWRAP_FUZZ_PROC_FAKE_H
#define CAPWRAP_FUZZ_PROC_FAKE_H

#include <stddef.h>

struct proc_fake {
    char *text; /* NULL: there is no such process */
    size_t size;
};

extern struct proc_fake proc_fake;

#endif
