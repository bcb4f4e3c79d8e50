#include "core/place.h"

#include <endian.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/sys.h"

/* systemd.exec(5), $JOURNAL_STREAM: device and inode of a stream connected to the journal. */
static bool goes_to_journal(void) {
    const char *stream = getenv("JOURNAL_STREAM");
    char mine[64];
    struct stat status;

    if (stream == NULL || fstat(STDERR_FILENO, &status) != 0)
        return false;
    (void)snprintf(mine, sizeof mine, "%llu:%llu", (unsigned long long)status.st_dev,
                   (unsigned long long)status.st_ino);
    return strcmp(mine, stream) == 0;
}

static bool is_there(const char *path) { return access(path, F_OK) == 0; }

static enum place_kind find_kind(bool *weak) {
    if (getenv("KUBERNETES_SERVICE_HOST") != NULL)
        return KUBERNETES;
    if (is_there("/run/.containerenv"))
        return DOCKER;
    if (goes_to_journal())
        return SYSTEMD;
    *weak = is_there("/.dockerenv");
    return *weak ? DOCKER : SHELL;
}

static uint64_t file_grant(void) {
    struct vfs_ns_cap_data data = {0};

    if (getxattr("/proc/self/exe", "security.capability", &data, sizeof data) <
        (ssize_t)XATTR_CAPS_SZ_2)
        return 0;
    return le32toh(data.data[0].permitted) | (uint64_t)le32toh(data.data[1].permitted) << 32;
}

/* SECBIT_NOROOT: execve(2) gives root no capability that is not ambient. */
static bool has_noroot(void) {
    int bits = sys_get_securebits();

    return bits >= 0 && ((unsigned)bits & SECBIT_NOROOT) != 0;
}

struct place place_find(void) {
    struct place place = {.root = getauxval(AT_EUID) == 0};

    place.noroot = place.root && has_noroot();
    place.kind = find_kind(&place.weak);
    place.file_grant = place.root ? 0 : file_grant();
    return place;
}
