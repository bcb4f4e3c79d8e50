#include "learn/trial/search_path.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_group_of(gid_t group, gid_t gid, const struct groups *groups) {
    if (group == gid)
        return true;
    for (size_t i = 0; i < groups->count; i++)
        if (groups->list[i] == group)
            return true;
    return false;
}

/* Checks only the mode; a directory that does not exist blocks nobody. */
static bool may_search(const char *folder, uid_t uid, gid_t gid, const struct groups *groups) {
    struct stat state;

    if (stat(folder, &state) != 0)
        return true;
    if (state.st_uid == uid)
        return (state.st_mode & S_IXUSR) != 0;
    if (is_group_of(state.st_gid, gid, groups))
        return (state.st_mode & S_IXGRP) != 0;
    return (state.st_mode & S_IXOTH) != 0;
}

/* Checks the directory and all above it. */
static bool may_reach(const char *folder, size_t length, uid_t uid, gid_t gid,
                      const struct groups *groups) {
    char part[PATH_MAX];

    if (length == 0 || folder[0] != '/' || length >= sizeof part)
        return true;
    for (size_t end = 1; end <= length; end++) {
        if (end != length && folder[end] != '/')
            continue;
        memcpy(part, folder, end);
        part[end] = '\0';
        if (!may_search(part, uid, gid, groups))
            return false;
    }
    return true;
}

char *search_path_for(const char *path, uid_t uid, gid_t gid, const struct groups *groups) {
    char *result = malloc(strlen(path) + 1);
    size_t used = 0;
    bool first = true;

    if (result == NULL)
        return NULL;
    for (const char *entry = path;;) {
        size_t length = strcspn(entry, ":");
        if (uid == 0 || may_reach(entry, length, uid, gid, groups)) {
            if (!first)
                result[used++] = ':';
            memcpy(result + used, entry, length);
            used += length;
            first = false;
        }
        if (entry[length] == '\0')
            break;
        entry += length + 1;
    }
    result[used] = '\0';
    return result;
}
