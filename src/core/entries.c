#include "core/entries.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* getdents64(2): d_reclen, d_name. The limit is twice the highest possible number of threads
 * (proc_sys_kernel(5), pid_max), for a directory without an end. */
enum { LENGTH_AT = 16, NAME_AT = 19, ROOM = 1024, ENTRIES_MOST = 1 << 23 };

int entries_each(int fd, int (*each)(void *data, const char *name), void *data) {
    char entries[ROOM + NAME_AT]; /* an entry may start at the last byte read */
    size_t at = 0, size = 0;
    uint16_t length;

    for (unsigned count = 0; count < ENTRIES_MOST; count++, at += length) {
        if (at == size) {
            memset(entries, 0, sizeof entries); /* not an entry: its length would be 0 */
            long answer = syscall(SYS_getdents64, fd, entries, (size_t)ROOM);
            if (answer == 0 || (answer < 0 && errno == ENOENT)) /* the directory was removed */
                return 0;
            if (answer < 0 || answer > ROOM)
                return -EIO;
            size = (size_t)answer;
            at = 0;
        }
        const char *name = entries + at + NAME_AT;
        memcpy(&length, entries + at + LENGTH_AT, sizeof length);
        if (length <= NAME_AT || length > size - at ||
            memchr(name, '\0', (size_t)length - NAME_AT) == NULL)
            return -EIO;
        int status = each(data, name);
        if (status != 0)
            return status;
    }
    return -EIO;
}
