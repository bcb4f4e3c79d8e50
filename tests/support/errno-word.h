/*
 * errno-word - the name of an error of unshare(2), clone(2) and setns(2): only glibc has
 * strerrorname_np(3).
 */
#ifndef ERRNO_WORD_H
#define ERRNO_WORD_H

#include <errno.h>
#include <stddef.h>

static inline const char *errno_word(int error) {
    static const struct {
        int error;
        const char *word;
    } words[] = {{EPERM, "EPERM"},   {ESRCH, "ESRCH"},   {EBADF, "EBADF"},   {ENOMEM, "ENOMEM"},
                 {EACCES, "EACCES"}, {EFAULT, "EFAULT"}, {EINVAL, "EINVAL"}, {ENOSPC, "ENOSPC"},
                 {ENOSYS, "ENOSYS"}, {EUSERS, "EUSERS"}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (words[i].error == error)
            return words[i].word;
    }
    return "?";
}

#endif
