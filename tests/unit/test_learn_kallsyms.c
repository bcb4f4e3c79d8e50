/* An address of the kernel has the name of the function that it is in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "learn/checks/kallsyms.h"

static struct kallsyms read_text(const char *text) {
    struct kallsyms kallsyms;
    char *copy = strdup(text);
    FILE *file = fmemopen(copy, strlen(copy), "r");

    assert_non_null(file);
    assert_int_equal(kallsyms_read(&kallsyms, file), 0);
    (void)fclose(file);
    free(copy);
    return kallsyms;
}

/* Of a part that the compiler made of a function, the name is that of the function. */
static void an_address_belongs_to_the_function_before_it(void **state) {
    (void)state;
    struct kallsyms kallsyms = read_text("ffffffff81000300 T third\n"
                                         "ffffffff81000100 T first\n"
                                         "ffffffff81000200 t second.isra.0\t[module]\n");

    assert_null(kallsyms_name(&kallsyms, 0xffffffff810000ff));
    assert_string_equal(kallsyms_name(&kallsyms, 0xffffffff81000100), "first");
    assert_string_equal(kallsyms_name(&kallsyms, 0xffffffff810001ff), "first");
    assert_string_equal(kallsyms_name(&kallsyms, 0xffffffff81000200), "second");
    assert_string_equal(kallsyms_name(&kallsyms, UINT64_MAX), "third");
    kallsyms_free(&kallsyms);
}

static void data_is_no_function(void **state) {
    (void)state;
    struct kallsyms kallsyms = read_text("ffffffff81000100 T first\nffffffff81000180 D data\n"
                                         "not a line\n\n");

    assert_string_equal(kallsyms_name(&kallsyms, 0xffffffff81000190), "first");
    kallsyms_free(&kallsyms);
}

static void hidden_addresses_are_no_addresses(void **state) {
    (void)state;
    struct kallsyms kallsyms = read_text("0000000000000000 T first\n0000000000000000 t second\n");

    assert_true(kallsyms_hidden(&kallsyms));
    assert_null(kallsyms_name(&kallsyms, 0xffffffff81000190));
    kallsyms_free(&kallsyms);
}

static void many_symbols_are_found(void **state) {
    (void)state;
    enum { MANY = 20000 };
    char *text = NULL, name[32];
    size_t size;
    FILE *lines = open_memstream(&text, &size);

    for (unsigned i = 0; i < MANY; i++)
        (void)fprintf(lines, "%x T function_%u\n", 0x1000 + (i * 7919 % MANY) * 16,
                      i * 7919 % MANY);
    (void)fclose(lines);
    struct kallsyms kallsyms = read_text(text);
    for (unsigned i = 0; i < MANY; i++) {
        (void)snprintf(name, sizeof name, "function_%u", i);
        assert_string_equal(kallsyms_name(&kallsyms, 0x1000 + i * 16 + 9), name);
    }
    kallsyms_free(&kallsyms);
    free(text);
}

static void an_entry_is_called_after_its_system_call(void **state) {
    (void)state;
    static const char *const same[][2] = {
        {"__x64_sys_socket", "socket"},
        {"__sys_bind", "bind"},
        {"__do_sys_capset", "capset"},
        {"ksys_read", "read"},
        {"__se_sys_mount", "mount"},
        {"__arm64_sys_openat", "openat"},
        {"__ia32_compat_sys_ioctl", "ioctl"},
        {"sys_kill", "kill"},
        {"vm_mmap_pgoff", "mmap"},
        {"ksys_mmap_pgoff", "mmap"},
        {"__x64_sys_execveat", "execveat"},
        {"do_execveat_common", "execve"},
        {"load_elf_binary", "execve"},
    };
    static const char *const none[] = {"do_syscall_64", "cap_capable",
                                       "inet_create",   "entry_SYSCALL_64_after_hwframe",
                                       "system_wq",     "__sys"};

    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        assert_string_equal(kallsyms_syscall(same[i][0]), same[i][1]);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_null(kallsyms_syscall(none[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_belongs_to_the_function_before_it),
        cmocka_unit_test(data_is_no_function),
        cmocka_unit_test(hidden_addresses_are_no_addresses),
        cmocka_unit_test(many_symbols_are_found),
        cmocka_unit_test(an_entry_is_called_after_its_system_call),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
