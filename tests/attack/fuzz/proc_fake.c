#include "proc_fake.h"

#include <errno.h>
#include <string.h>

#include "core/proc_file.h"
#include "fuzz.h"

/* The name that the linker's --wrap gives. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
int __wrap_proc_file_read(const char *path, char **text, size_t *size);

struct proc_fake proc_fake;

int __wrap_proc_file_read(const char *path, char **text, size_t *size) {
    (void)path;
    *text = NULL;
    *size = proc_fake.size;
    if (proc_fake.text == NULL)
        return -ENOENT;
    *text = fuzz_allocate(proc_fake.size + 1);
    memcpy(*text, proc_fake.text, proc_fake.size);
    return 0;
}
