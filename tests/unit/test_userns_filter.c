/*
 * The filter of --disable-userns, interpreted: for every machine, ABI, call and argument that
 * matters it returns what a reference returns, which is written from the manual pages.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/userns_filter.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- the kernel's interpreter of classic BPF, as far as this filter uses it ---- */

/* The bytes of seccomp_data as a machine of that byte order has them. */
static void lay_out(const struct seccomp_data *data, bool big_endian, unsigned char bytes[64]) {
    const struct {
        size_t offset, size;
        uint64_t value;
    } fields[] = {
        {0, 4, (uint32_t)data->nr}, {4, 4, data->arch},     {16, 8, data->args[0]},
        {24, 8, data->args[1]},     {32, 8, data->args[2]}, {40, 8, data->args[3]},
    };

    memset(bytes, 0, 64);
    for (size_t i = 0; i < COUNT(fields); i++)
        for (size_t b = 0; b < fields[i].size; b++) {
            size_t place = big_endian ? fields[i].size - 1 - b : b;
            bytes[fields[i].offset + place] = (unsigned char)(fields[i].value >> (8 * b));
        }
}

static uint32_t word_at(const unsigned char *bytes, uint32_t offset, bool big_endian) {
    uint32_t word = 0;

    for (size_t b = 0; b < 4; b++)
        word |= (uint32_t)bytes[offset + b] << (8 * (big_endian ? 3 - b : b));
    return word;
}

static uint32_t interpret(const struct sock_filter *filter, size_t length,
                          const struct seccomp_data *data, bool big_endian) {
    unsigned char bytes[64];
    uint32_t a = 0;

    lay_out(data, big_endian, bytes);
    for (size_t i = 0; i < length; i++) {
        const struct sock_filter *at = &filter[i];
        switch (at->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            assert_true(at->k % 4 == 0 && at->k <= 60);
            a = word_at(bytes, at->k, big_endian);
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= at->k;
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            i += a == at->k ? at->jt : at->jf;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            i += (a & at->k) != 0 ? at->jt : at->jf;
            break;
        case BPF_RET | BPF_K:
            return at->k;
        default:
            fail_msg("instruction %zu has the code %x", i, at->code);
        }
    }
    fail_msg("the filter runs off its end");
    return 0;
}

/* ---- the reference ---- */

enum call { CLONE, UNSHARE, SETNS, CLONE3, OTHER };

/* By hand, and apart from the table: syscall numbers of each ABI, by strace's and libseccomp's
 * tables; x32 is an ABI of its own here. */
static const struct {
    const char *machine;
    uint32_t arch;
    int32_t numbers[4]; /* in the order of enum call */
    unsigned flags;     /* clone's argument */
} ABIS[] = {
    {"x86_64", 0xc000003e, {56, 272, 308, 435}, 0},
    {"x86_64", 0xc000003e, {0x40000038, 0x40000110, 0x40000134, 0x400001b3}, 0}, /* x32 */
    {"x86_64", 0x40000003, {120, 310, 346, 435}, 0},
    {"i386", 0x40000003, {120, 310, 346, 435}, 0},
    {"aarch64", 0xc00000b7, {220, 97, 268, 435}, 0},
    {"aarch64", 0x40000028, {120, 337, 375, 435}, 0},
    {"arm", 0x40000028, {120, 337, 375, 435}, 0},
    {"riscv64", 0xc00000f3, {220, 97, 268, 435}, 0},
    {"ppc64le", 0xc0000015, {120, 282, 350, 435}, 0},
    {"s390x", 0x80000016, {120, 303, 339, 435}, 1},
    {"s390x", 0x00000016, {120, 303, 339, 435}, 1},
};

/* clone(2), unshare(2), setns(2): what the kernel makes of the arguments, which it takes as int. */
static uint32_t expected(enum call call, unsigned flags, const uint64_t args[6]) {
    const uint32_t newuser = 0x10000000;

    switch (call) {
    case CLONE:
        return ((uint32_t)args[flags] & newuser) != 0 ? SECCOMP_RET_ERRNO | EPERM
                                                      : SECCOMP_RET_ALLOW;
    case UNSHARE:
        return ((uint32_t)args[0] & newuser) != 0 ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_ALLOW;
    case SETNS:
        return (uint32_t)args[1] == 0 || ((uint32_t)args[1] & newuser) != 0
                   ? SECCOMP_RET_ERRNO | EPERM
                   : SECCOMP_RET_ALLOW;
    case CLONE3:
        return SECCOMP_RET_ERRNO | ENOSYS;
    case OTHER:
        break;
    }
    return SECCOMP_RET_ALLOW;
}

/* Arguments: nothing, each single bit of 64, each with CLONE_NEWUSER, and all bits. */
enum { ARGUMENTS = 2 + 2 * 64 };

static uint64_t argument(size_t i) {
    if (i < 64)
        return UINT64_C(1) << i;
    if (i < 128)
        return UINT64_C(1) << (i - 64) | UINT64_C(0x10000000);
    return i == 128 ? 0 : UINT64_MAX;
}

static const struct userns_machine *machine_of(const char *name) {
    size_t count;
    const struct userns_machine *machines = userns_machines(&count);

    for (size_t i = 0; i < count; i++)
        if (strcmp(machines[i].name, name) == 0)
            return &machines[i];
    fail_msg("no machine %s", name);
    return NULL;
}

static bool is_big_endian(const char *name) { return strcmp(name, "s390x") == 0; }

static void it_answers_what_the_manual_pages_say(void **state) {
    unsigned cases = 0;

    (void)state;
    for (size_t n = 0; n < COUNT(ABIS); n++) {
        struct sock_filter filter[USERNS_FILTER_MOST];
        const bool big_endian = is_big_endian(ABIS[n].machine);
        size_t length = userns_filter_make(machine_of(ABIS[n].machine), big_endian, filter);

        assert_true(length > 10 && length <= USERNS_FILTER_MOST);
        for (unsigned call = CLONE; call < OTHER; call++)
            for (size_t i = 0; i < (size_t)ARGUMENTS * ARGUMENTS; i++) {
                struct seccomp_data data = {.nr = ABIS[n].numbers[call], .arch = ABIS[n].arch};
                data.args[0] = argument(i % ARGUMENTS);
                data.args[1] = argument(i / ARGUMENTS);
                uint64_t args[6];
                memcpy(args, data.args, sizeof args);
                uint32_t want = expected((enum call)call, ABIS[n].flags, args);
                if (interpret(filter, length, &data, big_endian) != want)
                    fail_msg("%s %x: call %u with %llx, %llx", ABIS[n].machine, ABIS[n].arch, call,
                             (unsigned long long)args[0], (unsigned long long)args[1]);
                cases++;
            }
    }
    print_message("  %u cases\n", cases);
}

static bool is_refused_somewhere(size_t n, int32_t number) {
    for (unsigned call = CLONE; call < OTHER; call++)
        if (ABIS[n].numbers[call] == number)
            return true;
    return false;
}

static void no_other_call_is_refused(void **state) {
    (void)state;
    for (size_t n = 0; n < COUNT(ABIS); n++) {
        struct sock_filter filter[USERNS_FILTER_MOST];
        const bool big_endian = is_big_endian(ABIS[n].machine);
        size_t length = userns_filter_make(machine_of(ABIS[n].machine), big_endian, filter);
        const int32_t x32 = ABIS[n].numbers[CLONE] & 0x40000000;

        for (int32_t number = 0; number < 1024; number++) {
            struct seccomp_data data = {.nr = number | x32, .arch = ABIS[n].arch};
            data.args[0] = data.args[1] = UINT64_MAX;
            if (!is_refused_somewhere(n, data.nr))
                assert_int_equal(interpret(filter, length, &data, big_endian), SECCOMP_RET_ALLOW);
        }
    }
}

static void an_abi_that_the_machine_does_not_have_is_killed(void **state) {
    size_t count;
    const struct userns_machine *machines = userns_machines(&count);

    (void)state;
    for (size_t m = 0; m < count; m++) {
        struct sock_filter filter[USERNS_FILTER_MOST];
        const bool big_endian = is_big_endian(machines[m].name);
        size_t length = userns_filter_make(&machines[m], big_endian, filter);

        for (size_t n = 0; n < COUNT(ABIS); n++) {
            struct seccomp_data data = {.nr = 1, .arch = ABIS[n].arch};
            bool has = false;
            for (size_t a = 0; a < machines[m].count; a++)
                has |= machines[m].abis[a].arch == ABIS[n].arch;
            assert_int_equal(interpret(filter, length, &data, big_endian),
                             has ? SECCOMP_RET_ALLOW : SECCOMP_RET_KILL_PROCESS);
        }
    }
}

static void this_machine_has_a_row_whose_first_abi_is_its_own(void **state) {
    const struct userns_machine *machine = userns_machine();

    (void)state;
#ifdef __x86_64__
    assert_non_null(machine);
    assert_string_equal(machine->name, "x86_64");
    assert_int_equal(machine->abis[0].arch, AUDIT_ARCH_X86_64);
#else
    if (machine == NULL)
        skip(); /* an architecture without a row: the option is refused there */
#endif
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_answers_what_the_manual_pages_say),
        cmocka_unit_test(no_other_call_is_refused),
        cmocka_unit_test(an_abi_that_the_machine_does_not_have_is_killed),
        cmocka_unit_test(this_machine_has_a_row_whose_first_abi_is_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
