/*
 * The user database of a static program: /etc/passwd and /etc/group themselves. NSS would load
 * modules into it, which need exactly the C library that it was linked with.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/pool.h"
#include "users/passwd.h"
#include "users/passwd_lines.h"

const bool passwd_loads_modules = false;
const char passwd_note[] = " (this static build asks /etc/passwd and /etc/group alone)";
const char *const passwd_hint =
    "give numbers, as in --user UID:GID: this static build reads no other user database than "
    "/etc/passwd and /etc/group";

static char room[4096]; /* most files fit, and no memory must be allocated */

struct file {   /* only one is open at a time */
    char *text; /* room, or allocated */
    struct entries entries;
};

static void close_file(struct file *file) {
    if (file->text != room)
        free(file->text);
}

/* Moves the text to a buffer of capacity bytes. */
static int grow(struct file *file, size_t size, size_t capacity) {
    bool is_first = file->text == room;

    char *text = realloc(is_first ? NULL : file->text, capacity);
    if (text == NULL)
        return -ENOMEM;
    if (is_first)
        memcpy(text, room, size);
    file->text = text;
    return 0;
}

static int read_all(int fd, struct file *file) {
    size_t capacity = sizeof room, size = 0;

    for (;;) {
        ssize_t got = read(fd, file->text + size, capacity - 1 - size);
        if (got < 0)
            return -errno;
        if (got == 0)
            break;
        if ((size_t)got > capacity - 1 - size) /* not a valid result */
            return -EIO;
        size += (size_t)got;
        if (size + 1 < capacity)
            continue;
        capacity *= 4;
        int error = grow(file, size, capacity);
        if (error != 0)
            return error;
    }
    file->entries = (struct entries){.next = file->text, .end = file->text + size};
    return passwd_lines_are_clear(&file->entries) ? 0 : -EBADMSG;
}

/* Release with close_file, also after a failure. A file that does not exist has no entries. */
static int open_file(const char *path, struct file *file) {
    file->text = room;
    file->entries = (struct entries){.next = file->text, .end = file->text};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : -errno;
    int error = read_all(fd, file);
    (void)close(fd);
    return error;
}

/* Finds an account by name, or by uid when name is NULL; the first of several. */
static int find_account(const char *name, uid_t uid, struct account *account) {
    struct passwd_entry user;
    struct file passwd;
    bool found = false;

    int error = open_file("/etc/passwd", &passwd);
    while (error == 0 && !found && passwd_lines_user(&passwd.entries, &user))
        found = name != NULL ? strcmp(user.name, name) == 0 : user.uid == uid;
    if (found)
        error = passwd_answer(&user, account);
    close_file(&passwd);
    return error;
}

int passwd_by_name(const char *name, struct account *account) {
    return find_account(name, 0, account);
}

int passwd_by_uid(uid_t uid, struct account *account) { return find_account(NULL, uid, account); }

int passwd_group(const char *name, gid_t *gid) {
    struct group_entry entry;
    struct file group;
    int found = 0;

    int error = open_file("/etc/group", &group);
    while (error == 0 && found == 0 && passwd_lines_group(&group.entries, &entry))
        found = !entry.is_nameless && strcmp(entry.name, name) == 0;
    if (found == 1)
        *gid = entry.gid;
    close_file(&group);
    return error != 0 ? error : found;
}

static int add_group(struct groups *groups, gid_t gid) {
    if (groups->count == PASSWD_GROUPS_MAX)
        return -E2BIG;
    if ((groups->count & (groups->count - 1)) == 0) { /* full: its capacity is a power of two */
        gid_t *list = pool_take(2 * groups->count + 1, sizeof *list);
        if (list == NULL)
            return -ENOMEM;
        if (groups->count > 0)
            memcpy(list, groups->list, groups->count * sizeof *list);
        pool_release(groups->list);
        groups->list = list;
    }
    groups->list[groups->count++] = gid;
    return 0;
}

int passwd_groups(const char *name, gid_t gid, struct groups *groups) {
    struct group_entry entry;
    struct file group;

    int error = open_file("/etc/group", &group);
    if (error == 0)
        error = add_group(groups, gid);
    while (error == 0 && passwd_lines_group(&group.entries, &entry)) {
        if (entry.gid != gid && passwd_lines_has_member(&entry, name))
            error = add_group(groups, entry.gid);
    }
    close_file(&group);
    return error != 0 ? error : 1;
}
