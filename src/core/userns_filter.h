/*
 * userns_filter - the seccomp filter of --disable-userns: a fixed program that refuses the calls
 * that create or enter a user namespace, and nothing else (seccomp(2), user_namespaces(7)). Pure.
 *
 *    clone, unshare   with CLONE_NEWUSER: EPERM
 *    setns            with CLONE_NEWUSER, or with type 0, which accepts any namespace: EPERM
 *    clone3           ENOSYS, because its flags are in memory that a filter cannot read; the C
 *                     libraries then use clone
 *    an ABI that is not in the table: the process is killed
 *
 * The kernel reads these arguments as int, so the filter compares only the low 32 bits: a filter
 * that compares 64 bits lets setns(fd, 1UL << 32) pass, which the kernel reads as type 0.
 */
#ifndef CAPWRAP_USERNS_FILTER_H
#define CAPWRAP_USERNS_FILTER_H

#include <linux/filter.h>
#include <stddef.h>
#include <stdint.h>

/* One ABI: its identifier in the kernel (linux/audit.h), and its system call numbers. */
struct userns_abi {
    uint32_t arch;
    uint32_t clone, unshare, setns, clone3;
    uint32_t number_mask; /* the bits that identify the call: not bit 30 of x32 */
    unsigned clone_flags; /* the index of the argument of clone that holds its flags */
};

/* The ABIs that a processor can execute, its own ABI first. */
struct userns_machine {
    const char *name;
    size_t count;
    const struct userns_abi *abis;
};

/* Returns the table; *count is its length. Tests interpret the filter of each row. */
const struct userns_machine *userns_machines(size_t *count);

/* Returns the row that this program was compiled for; NULL when there is none. */
const struct userns_machine *userns_machine(void);

enum { USERNS_FILTER_MOST = 64 };

/* Writes the filter for a machine; big_endian: the low half of a 64-bit word comes second. Returns
 * the length of the filter. */
size_t userns_filter_make(const struct userns_machine *machine, int big_endian,
                          struct sock_filter filter[USERNS_FILTER_MOST]);

#endif
