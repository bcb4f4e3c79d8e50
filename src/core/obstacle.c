#include "core/obstacle.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/directory.h"
#include "core/sys.h"

enum { EXECUTE = S_IXUSR | S_IXGRP | S_IXOTH };

static enum obstacle at_file(const struct sys_file *file) {
    if (!S_ISREG(file->mode))
        return OBSTACLE_TYPE;
    if (file->noexec)
        return OBSTACLE_NOEXEC;
    if ((file->mode & EXECUTE) == 0)
        return OBSTACLE_NOBODY;
    return (file->mode & EXECUTE) != EXECUTE ? OBSTACLE_USER : OBSTACLE_OTHER;
}

enum obstacle obstacle_find(const char *path, char at[PATH_MAX]) {
    struct sys_file file;

    directory_find(path, -EACCES, at);
    if (at[0] != '\0' && (sys_inspect(at, &file) != 0 || S_ISDIR(file.mode)))
        return OBSTACLE_DIRECTORY;
    if (at[0] == '\0') /* a device or a pipe may be permitted */
        return sys_inspect(path, &file) == 0 && !S_ISREG(file.mode) ? OBSTACLE_TYPE
                                                                    : OBSTACLE_OTHER;
    return at_file(&file);
}
