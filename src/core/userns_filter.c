#include "core/userns_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- the table ---- */

enum { ALL = ~0, X32_BIT = 0x40000000 };

/* clone, unshare, setns, clone3: arch/.../syscall*.tbl and asm-generic/unistd.h of Linux. */
static const struct userns_abi X86_64[] = {
    {AUDIT_ARCH_X86_64, 56, 272, 308, 435, (uint32_t)~X32_BIT, 0},
    {AUDIT_ARCH_I386, 120, 310, 346, 435, (uint32_t)ALL, 0},
};
static const struct userns_abi I386[] = {
    {AUDIT_ARCH_I386, 120, 310, 346, 435, (uint32_t)ALL, 0},
};
static const struct userns_abi AARCH64[] = {
    {AUDIT_ARCH_AARCH64, 220, 97, 268, 435, (uint32_t)ALL, 0},
    {AUDIT_ARCH_ARM, 120, 337, 375, 435, (uint32_t)ALL, 0},
};
static const struct userns_abi ARM[] = {
    {AUDIT_ARCH_ARM, 120, 337, 375, 435, (uint32_t)ALL, 0},
};
static const struct userns_abi RISCV64[] = {
    {AUDIT_ARCH_RISCV64, 220, 97, 268, 435, (uint32_t)ALL, 0},
};
static const struct userns_abi PPC64LE[] = {
    {AUDIT_ARCH_PPC64LE, 120, 282, 350, 435, (uint32_t)ALL, 0},
};
static const struct userns_abi S390X[] = {
    {AUDIT_ARCH_S390X, 120, 303, 339, 435, (uint32_t)ALL, 1},
    {AUDIT_ARCH_S390, 120, 303, 339, 435, (uint32_t)ALL, 1},
};

static const struct userns_machine MACHINES[] = {
    {"x86_64", COUNT(X86_64), X86_64},    {"i386", COUNT(I386), I386},
    {"aarch64", COUNT(AARCH64), AARCH64}, {"arm", COUNT(ARM), ARM},
    {"riscv64", COUNT(RISCV64), RISCV64}, {"ppc64le", COUNT(PPC64LE), PPC64LE},
    {"s390x", COUNT(S390X), S390X},
};

const struct userns_machine *userns_machines(size_t *count) {
    *count = COUNT(MACHINES);
    return MACHINES;
}

const struct userns_machine *userns_machine(void) {
    const char *name =
#if defined __x86_64__
        "x86_64";
#elif defined __i386__
        "i386";
#elif defined __aarch64__
        "aarch64";
#elif defined __arm__
        "arm";
#elif defined __riscv && __riscv_xlen == 64
        "riscv64";
#elif defined __powerpc64__ && defined __LITTLE_ENDIAN__
        "ppc64le";
#elif defined __s390x__
        "s390x";
#else
        "";
#endif

    size_t count;
    const struct userns_machine *machines = userns_machines(&count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(machines[i].name, name) == 0)
            return &machines[i];
    return NULL;
}

/* ---- the filter ---- */

/* A filter that is being written. */
struct writer {
    struct sock_filter *next;
    int big_endian;
};

static void put(struct writer *w, uint16_t code, uint32_t k) {
    *w->next++ = (struct sock_filter){.code = code, .k = k};
}

static void load(struct writer *w, size_t offset) {
    put(w, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

/* Loads the half of an argument that the kernel converts to int. */
static void load_argument(struct writer *w, unsigned n) {
    size_t low = w->big_endian ? sizeof(uint32_t) : 0;

    load(w, offsetof(struct seccomp_data, args) + n * sizeof(uint64_t) + low);
}

/* Continues with the next instruction when the test is true, else skips `over` instructions. */
static void unless(struct writer *w, uint16_t test, uint32_t k, size_t over) {
    put(w, BPF_JMP | test | BPF_K, k);
    w->next[-1].jf = (uint8_t)over;
}

static void refuse(struct writer *w, uint32_t error) {
    put(w, BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error);
}

static void allow(struct writer *w) { put(w, BPF_RET | BPF_K, SECCOMP_RET_ALLOW); }

/* Refuses the call with this number when the flag is set in its argument. */
static void refuse_flag(struct writer *w, uint32_t number, unsigned argument) {
    unless(w, BPF_JEQ, number, 4);
    load_argument(w, argument);
    unless(w, BPF_JSET, CLONE_NEWUSER, 1);
    refuse(w, EPERM);
    allow(w);
}

/* Writes the checks for a process of this ABI; a process of another ABI jumps past them. */
static void write_abi(struct writer *w, const struct userns_abi *abi) {
    struct sock_filter *begin = w->next;

    unless(w, BPF_JEQ, abi->arch, 0);
    load(w, offsetof(struct seccomp_data, nr));
    put(w, BPF_ALU | BPF_AND | BPF_K, abi->number_mask);
    unless(w, BPF_JEQ, abi->clone3, 1);
    refuse(w, ENOSYS);
    refuse_flag(w, abi->clone, abi->clone_flags);
    refuse_flag(w, abi->unshare, 0);
    unless(w, BPF_JEQ, abi->setns, 5);
    load_argument(w, 1);
    unless(w, BPF_JEQ, 0, 1);
    refuse(w, EPERM);
    unless(w, BPF_JSET, CLONE_NEWUSER, 1);
    refuse(w, EPERM);
    allow(w);
    begin->jf = (uint8_t)(w->next - begin - 1);
}

size_t userns_filter_make(const struct userns_machine *machine, int big_endian,
                          struct sock_filter filter[USERNS_FILTER_MOST]) {
    struct writer w = {.next = filter, .big_endian = big_endian};

    load(&w, offsetof(struct seccomp_data, arch));
    for (size_t i = 0; i < machine->count; i++)
        write_abi(&w, &machine->abis[i]);
    put(&w, BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    return (size_t)(w.next - filter);
}
