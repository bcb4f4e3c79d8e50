/*
 * userns_filter - the seccomp filter of --disable-userns: a fixed program that refuses what makes
 * or enters a user namespace, and nothing else (seccomp(2), user_namespaces(7)). Pure.
 *
 *     clone, unshare   with CLONE_NEWUSER: EPERM
 *     setns            with CLONE_NEWUSER, or with type 0, which any namespace fits: EPERM
 *     clone3           ENOSYS, since its flags stand in memory that a filter cannot read; the C
 *                      libraries then use clone
 *     an ABI that is not in the table: the process is killed
 *
 * The kernel takes these arguments as int, so the low 32 bits alone are compared: a filter that
 * compares 64 lets setns(fd, 1UL << 32) pass, which the kernel reads as type 0.
 */
#ifndef CAPWRAP_USERNS_FILTER_H
#define CAPWRAP_USERNS_FILTER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* One ABI: its name for the kernel (linux/audit.h), and its numbers of the calls. */
struct userns_abi {
    uint32_t arch;
    uint32_t clone, unshare, setns, clone3;
    uint32_t number_mask; /* what of a number tells the call: x32's bit 30 does not */
    unsigned clone_flags; /* the argument of clone that is its flags */
};

/* What a processor can execute: its own ABI first. */
struct userns_machine {
    const char *name;
    size_t count;
    const struct userns_abi *abis;
};

/* The table; *count is its length. Tests interpret the filter of each row. */
const struct userns_machine *userns_machines(size_t *count);

/* The row that this program was compiled for; NULL when there is none. */
const struct userns_machine *userns_machine(void);

enum { USERNS_FILTER_MOST = 64 };

/* Writes the filter for a machine, in whose byte order low halves stand first or not. Returns its
 * length. */
size_t userns_filter_make(const struct userns_machine *machine, int big_endian,
                          struct sock_filter filter[USERNS_FILTER_MOST]);

#endif
