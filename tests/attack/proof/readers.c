/* SYS: what the readers of sys.c make of any answer of the kernel: they stay within their buffers,
 * nothing is undefined, and an answer that was not given is never taken for one. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <linux/capability.h>

#include "any.h"
#include "core/sys.h"

enum { LONGEST = 63 }; /* bytes of a file or a link that are written */

/* ---- the kernel: each call fails, or answers with anything, or answers without an answer ---- */

static struct ids told; /* what it has reported, -1 where it has not */
static struct __user_cap_data_struct told_caps[2];
static bool told_sets;
static int told_signal;

static long failure(void) {
    errno = nondet_int();
    ASSUME(errno >= 1 && errno <= 4095);
    return -1;
}

static uint32_t tell_id(uint32_t *place) {
    uint32_t id = nondet_u32();

    PROVE("an id has room", __CPROVER_w_ok(place, sizeof *place));
    if (nondet_bool())
        *place = id;
    return *place;
}

static long tell_caps(va_list arguments) {
    (void)va_arg(arguments, struct __user_cap_header_struct *);
    struct __user_cap_data_struct *place = va_arg(arguments, struct __user_cap_data_struct *);

    told_sets = nondet_bool();
    for (int i = 0; i < 2 && told_sets; i++) {
        told_caps[i].permitted = nondet_u32();
        told_caps[i].effective = nondet_u32();
        told_caps[i].inheritable = nondet_u32();
        place[i] = told_caps[i];
    }
    return 0;
}

static long tell_prctl(va_list arguments) {
    int what = va_arg(arguments, int);

    if (what == PR_GET_PDEATHSIG) {
        int *place = va_arg(arguments, int *);
        if (nondet_bool())
            *place = nondet_int();
        told_signal = *place;
        return 0;
    }
    return nondet_unsigned() >> 1;
}

/* readlinkat(2): after the directory and the path. */
static long tell_link(va_list arguments) {
    (void)va_arg(arguments, int);
    const char *path = va_arg(arguments, const char *);
    char *target = va_arg(arguments, char *);
    size_t room = va_arg(arguments, size_t), length = nondet_size();

    PROVE("a path, and room", __CPROVER_r_ok(path, 1) && __CPROVER_w_ok(target, room));
    for (size_t i = 0; i < LONGEST && i < length && i < room; i++)
        target[i] = (char)nondet_int();
    return (long)length; /* also more than the buffer holds, or a negative number */
}

static long tell(long number, va_list arguments) {
    switch (number) {
    case SYS_readlinkat:
        return tell_link(arguments);
    case SYS_getresuid:
    case SYS_getresgid:
        told.real = tell_id(va_arg(arguments, uint32_t *));
        told.effective = tell_id(va_arg(arguments, uint32_t *));
        told.saved = tell_id(va_arg(arguments, uint32_t *));
        return 0;
    case SYS_setfsuid:
    case SYS_setfsgid:
        return told.fs = nondet_u32();
    case SYS_capget:
        return tell_caps(arguments);
    case SYS_prctl:
        return tell_prctl(arguments);
    default:
        return nondet_unsigned() >> 1;
    }
}

long syscall(long sysno, ...) {
    va_list arguments;

    if (nondet_bool())
        return failure();
    va_start(arguments, sysno);
    long answer = tell(sysno, arguments);
    va_end(arguments);
    return answer;
}

/* ---- files of /proc with any content ---- */

int open(const char *file, int oflag, ...) {
    PROVE("a path", __CPROVER_r_ok(file, 1) && oflag >= 0);
    return nondet_bool() ? 3 : (int)failure();
}

ssize_t read(int fd, void *buf, size_t nbytes) {
    char *text = buf;
    size_t length = nondet_size();

    PROVE("a file that is open, and room", fd == 3 && __CPROVER_w_ok(buf, nbytes));
    if (nondet_bool())
        return failure();
    ASSUME(length <= nbytes && length <= LONGEST);
    for (size_t i = 0; i < LONGEST && i < length; i++)
        if (nondet_bool())
            text[i] = (char)nondet_int();
    return (ssize_t)length;
}

int statfs(const char *file, struct statfs *buf) {
    PROVE("a path, and room", __CPROVER_r_ok(file, 1) && __CPROVER_w_ok(buf, sizeof *buf));
    if (nondet_bool())
        return (int)failure();
    if (nondet_bool())
        buf->f_type = nondet_unsigned();
    return 0;
}

int close(int fd) {
    PROVE("what is open is closed", fd == 3);
    return 0;
}

static ssize_t any_bytes(void *buffer, size_t room) {
    char *bytes = buffer;
    size_t length = nondet_size();

    PROVE("room", __CPROVER_w_ok(buffer, room));
    if (nondet_bool())
        return failure();
    for (size_t i = 0; i < LONGEST && i < length && i < room; i++)
        if (nondet_bool())
            bytes[i] = (char)nondet_int();
    return (ssize_t)length; /* also more than the buffer holds, or a negative number */
}

ssize_t pread(int fd, void *buf, size_t nbytes, off_t offset) {
    PROVE("a file that is open", fd == 3);
    (void)offset;
    return any_bytes(buf, nbytes);
}

ssize_t getxattr(const char *path, const char *name, void *value, size_t size) {
    PROVE("a path, and a name", __CPROVER_r_ok(path, 1) && __CPROVER_r_ok(name, 1));
    return any_bytes(value, size);
}

unsigned long strtoul(const char *nptr, char **endptr, int base) {
    size_t digits = nondet_size();

    PROVE("a decimal number of a text that ends", base == 10 && strlen(nptr) < 16);
    ASSUME(digits <= strlen(nptr));
    *endptr = (char *)nptr + digits;
    return nondet_u64();
}

/* ---- the readers ---- */

static void prove_ids(int (*get)(struct ids *ids)) {
    struct ids ids;
    int status = get(&ids);

    PROVE("0 or an error", status <= 0 && status >= -4095);
    PROVE("ids as they were told", status != 0 || ids_equal(&ids, &told));
    PROVE("an id that was not told is an error",
          status != 0 || (ids.real != UINT32_MAX && ids.effective != UINT32_MAX &&
                          ids.saved != UINT32_MAX && ids.fs != UINT32_MAX));
    REACHED("ids", status == 0);
}

static void prove_caps(void) {
    uint64_t permitted, effective, inheritable;
    const uint64_t poison = UINT64_C(0xa5a5a5a5a5a5a5a5);

    if (sys_get_caps(&permitted, &effective, &inheritable) != 0)
        return;
    PROVE(
        "sets as they were told",
        !told_sets ||
            (permitted == (told_caps[0].permitted | (uint64_t)told_caps[1].permitted << 32) &&
             effective == (told_caps[0].effective | (uint64_t)told_caps[1].effective << 32) &&
             inheritable == (told_caps[0].inheritable | (uint64_t)told_caps[1].inheritable << 32)));
    PROVE("sets that were not told are no state of a kernel",
          told_sets || (permitted == poison && effective == poison && inheritable == poison));
    REACHED("sets", told_sets && permitted != 0);
}

/* What was read of a file: never more than the buffer holds. */
static void prove_sizes(void) {
    char bytes[24];
    const int room = (int)sizeof bytes;

    int size = sys_read_at("/bin/true", nondet_u64(), sizeof bytes, bytes);
    PROVE("a size or an error", size >= -4095 && size <= room);
    REACHED("bytes at an offset", size == room);
    size = sys_read_file_caps("/bin/true", sizeof bytes, bytes);
    PROVE("a size or an error", size >= -4095 && size <= room);
    REACHED("file capabilities", size == room);
    size = sys_read_head("/bin/true", sizeof bytes, bytes);
    PROVE("a size or an error", size >= -4095 && size <= room);
    PROVE("a beginning that was told", size <= 0 || bytes[0] != '\xff');
    size = sys_read_link("/proc/self/exe", sizeof bytes, bytes);
    PROVE("a size or an error", size >= -4095 && size <= room);
}

int main(void) {
    int signal;

    prove_sizes();
    prove_ids(sys_get_uids);
    prove_ids(sys_get_gids);
    prove_caps();
    int status = sys_get_parent_death_signal(&signal);
    PROVE("a signal as it was told, or -1", status != 0 || signal == told_signal);
    PROVE("a bit or an error", sys_bounding_has(nondet_unsigned()) >= -4095);
    PROVE("a bit or an error", sys_ambient_has(nondet_unsigned()) >= -4095);
    PROVE("bits or an error", sys_get_securebits() >= -4095 && sys_get_keepcaps() >= -4095);
    PROVE("a flag or an error", sys_get_no_new_privs() >= -4095);
    int refused = sys_filter_is_refused(), mapped = sys_all_ids_mapped();
    PROVE("0 or 1", refused == 0 || refused == 1);
    PROVE("0, 1 or 2", mapped == 0 || mapped == 1 || mapped == SYS_INITIAL_NAMESPACE);
    int denied = sys_setgroups_denied();
    PROVE("0 or 1", denied == 0 || denied == 1);
    REACHED("all ids mapped", mapped == 1);
    REACHED("the initial user namespace", mapped == SYS_INITIAL_NAMESPACE);
    REACHED("setgroups denied", denied == 1);
    uid_t overflow;
    int status_of_id = sys_overflow_id("/proc/sys/kernel/overflowuid", &overflow);
    PROVE("0 or an error", status_of_id <= 0);
    REACHED("an overflow id", status_of_id == 0);
    return 0;
}
