/*
 * preload - a library for LD_PRELOAD that overrides calls of the C library, as one that pretends to
 * be root does. Built by preload.bats.
 *
 * LIES names the functions that report success and do nothing, for instance LIES=setresuid,prctl. A
 * reader that is named leaves its answer as it was. With "partial" in it, close_range(2) closes up
 * to the descriptor LAST only. With "consistent" in it, setresuid does nothing, and syscall(2)
 * refuses another setresuid and answers for the user ids what the first was asked for.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static uid_t told;
static bool has_told;

static bool lies(const char *name) {
    const char *list = getenv("LIES");
    size_t length = strlen(name);

    for (const char *at = list; at != NULL && (at = strstr(at, name)) != NULL; at += length)
        if ((at == list || at[-1] == ',') && (at[length] == ',' || at[length] == '\0'))
            return true;
    return false;
}

/* The function that is overridden. */
#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

/* The C library's own names of the parameters are reserved to it. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */

int setresuid(uid_t real, uid_t effective, uid_t saved) {
    if (lies("consistent")) {
        told = effective;
        has_told = true;
        return 0;
    }
    return lies("setresuid") ? 0 : REAL(setresuid)(real, effective, saved);
}

int setresgid(gid_t real, gid_t effective, gid_t saved) {
    return lies("setresgid") ? 0 : REAL(setresgid)(real, effective, saved);
}

int setgroups(size_t count, const gid_t *list) {
    return lies("setgroups") ? 0 : REAL(setgroups)(count, list);
}

int prctl(int option, ...) {
    unsigned long a[4];
    va_list rest;

    va_start(rest, option);
    for (int i = 0; i < 4; i++)
        a[i] = va_arg(rest, unsigned long);
    va_end(rest);
    return lies("prctl") ? 0 : REAL(prctl)(option, a[0], a[1], a[2], a[3]);
}

int capset(void *header, const void *data);
int capset(void *header, const void *data) {
    return lies("capset") ? 0 : REAL(capset)(header, data);
}

int capget(void *header, void *data);
int capget(void *header, void *data) { return lies("capget") ? 0 : REAL(capget)(header, data); }

int getresuid(uid_t *real, uid_t *effective, uid_t *saved) {
    return lies("getresuid") ? 0 : REAL(getresuid)(real, effective, saved);
}

int getresgid(gid_t *real, gid_t *effective, gid_t *saved) {
    return lies("getresgid") ? 0 : REAL(getresgid)(real, effective, saved);
}

int getgroups(int capacity, gid_t *list) {
    return lies("getgroups") ? 0 : REAL(getgroups)(capacity, list);
}

long syscall(long number, ...) {
    long a[6];
    va_list rest;

    va_start(rest, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(rest, long);
    va_end(rest);
    if (lies("partial") && number == SYS_close_range)
        a[1] = strtol(getenv("LAST"), NULL, 10);
    if (lies("consistent") && has_told && number == SYS_setresuid) {
        errno = EPERM;
        return -1;
    }
    if (lies("consistent") && has_told && number == SYS_setfsuid)
        return (long)told;
    if (lies("consistent") && has_told && number == SYS_getresuid) {
        for (int i = 0; i < 3; i++)
            *(uid_t *)a[i] = told;
        return 0;
    }
    return lies("syscall") ? 0 : REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
