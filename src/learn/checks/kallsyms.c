#include "learn/checks/kallsyms.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "learn/array.h"

enum { READ_AT_ONCE = 1 << 16 };

static int add(struct kallsyms *kallsyms, uint64_t start, const char *name) {
    size_t length = strlen(name) + 1;

    struct symbol *list =
        array_grow(kallsyms->list, sizeof *list, kallsyms->count, 1, &kallsyms->capacity);
    if (list == NULL)
        return -ENOMEM;
    kallsyms->list = list;
    char *names =
        array_grow(kallsyms->names, 1, kallsyms->names_size, length, &kallsyms->names_capacity);
    if (names == NULL)
        return -ENOMEM;
    kallsyms->names = names;
    list[kallsyms->count++] = (struct symbol){start, kallsyms->names_size};
    memcpy(names + kallsyms->names_size, name, length);
    kallsyms->names_size += length;
    return 0;
}

static int compare(const void *a, const void *b) {
    const struct symbol *left = a, *right = b;

    return (left->start > right->start) - (left->start < right->start);
}

/* Adds the symbol of a line. Data symbols are skipped; a hidden address is 0. */
static int read_line(struct kallsyms *kallsyms, char *line) {
    char *rest;
    uint64_t start = strtoull(line, &rest, 16);

    if (start == 0 || rest[0] != ' ' || rest[1] == '\0' || strchr("tTwW", rest[1]) == NULL ||
        rest[2] != ' ')
        return 0;
    char *name = rest + 3;
    name[strcspn(name, ". \t\n")] = '\0'; /* parts of a function f are named f.cold and so on */
    return add(kallsyms, start, name);
}

int kallsyms_read(struct kallsyms *kallsyms, FILE *file) {
    char *line = NULL;
    size_t size = 0;
    int error = 0;

    memset(kallsyms, 0, sizeof *kallsyms);
    while (error == 0 && getline(&line, &size, file) > 0)
        error = read_line(kallsyms, line);
    free(line);
    if (kallsyms->count > 1)
        qsort(kallsyms->list, kallsyms->count, sizeof kallsyms->list[0], compare);
    return error;
}

int kallsyms_load(struct kallsyms *kallsyms) {
    FILE *file = fopen("/proc/kallsyms", "re");
    if (file == NULL) {
        memset(kallsyms, 0, sizeof *kallsyms);
        return 0;
    }
    /* By default the C library would read 1024 bytes at a time, the file's block size. */
    char *buffer = malloc(READ_AT_ONCE);
    if (buffer != NULL)
        (void)setvbuf(file, buffer, _IOFBF, READ_AT_ONCE);
    int error = kallsyms_read(kallsyms, file);
    (void)fclose(file);
    free(buffer);
    return error;
}

bool kallsyms_hidden(const struct kallsyms *kallsyms) { return kallsyms->count == 0; }

const char *kallsyms_name(const struct kallsyms *kallsyms, uint64_t address) {
    size_t low = 0, high = kallsyms->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (kallsyms->list[middle].start <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low == 0 ? NULL : kallsyms->names + kallsyms->list[low - 1].name;
}

void kallsyms_free(struct kallsyms *kallsyms) {
    free(kallsyms->list);
    free(kallsyms->names);
    memset(kallsyms, 0, sizeof *kallsyms);
}

const char *kallsyms_syscall(const char *function) {
    /* The entry, which is named after the architecture, may be missing from a chain because it ends
     * in a jump to one of the others (include/linux/syscalls.h, SYSCALL_DEFINEx; ksys_ and __sys_
     * are its helpers). */
    static const char *const before[] = {
        "__x64_sys_",
        "__ia32_sys_",
        "__arm64_sys_",
        "__riscv_sys_",
        "__s390x_sys_",
        "__s390_sys_",
        "__powerpc_sys_",
        "__x64_compat_sys_",
        "__ia32_compat_sys_",
        "__arm64_compat_sys_",
        "__se_sys_",
        "__do_sys_",
        "__se_compat_sys_",
        "__do_compat_sys_",
        "ksys_",
        "__sys_",
        "sys_",
    };

    if (strstr(function, "mmap_pgoff") != NULL)
        return "mmap"; /* its entry is always a jump to vm_mmap_pgoff or ksys_mmap_pgoff */
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++)
        if (strncmp(function, before[i], strlen(before[i])) == 0)
            return function + strlen(before[i]);
    /* execve is far from the memory mapping that it makes; not all callers may be known. */
    if (strstr(function, "execve") != NULL || strcmp(function, "load_elf_binary") == 0)
        return "execve";
    return NULL;
}
