/*
 * proc_fake - one process in memory in place of every one that /proc has (linked with --wrap for
 * proc_file_read and the functions of inspect/proc_dir.h).
 */
#ifndef CAPWRAP_FUZZ_PROC_FAKE_H
#define CAPWRAP_FUZZ_PROC_FAKE_H

#include <stddef.h>

struct proc_fake {
    const char *text; /* of its status file, without the numbers; NULL: there is no such process */
    int number;       /* the one that was opened last */
};

extern struct proc_fake proc_fake;

#endif
