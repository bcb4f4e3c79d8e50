#include "users/environment.h"

#include <stdio.h>
#include <string.h>

#include "core/pool.h"
#include "core/program.h"
#include "text/list.h"

/* NAME=value; NULL without memory. */
static char *variable(const char *name, const char *value) {
    char *result = pool_take(strlen(name) + strlen(value) + 1, 1);

    if (result != NULL)
        (void)stpcpy(stpcpy(result, name), value);
    return result;
}

/* The variables that some release of glibc removes (sysdeps/generic/unsecvars.h, elf/rtld.c, and
 * dl-librecon.h of i386 and x86_64), and MUSL_LOCPATH. */
static const char UNSAFE[] =
    "GCONV_PATH,GETCONF_DIR,GLIBC_TUNABLES,HOSTALIASES,LD_AOUT_LIBRARY_PATH,LD_AOUT_PRELOAD,"
    "LD_AUDIT,LD_BIND_NOT,LD_BIND_NOW,LD_DEBUG,LD_DEBUG_OUTPUT,LD_DYNAMIC_WEAK,LD_HWCAP_MASK,"
    "LD_LIBRARY_PATH,LD_ORIGIN_PATH,LD_PREFER_MAP_32BIT_EXEC,LD_PRELOAD,LD_PROFILE,LD_SHOW_AUXV,"
    "LD_USE_LOAD_BIAS,LD_VERBOSE,LD_WARN,LOCALDOMAIN,LOCPATH,MALLOC_ARENA_MAX,MALLOC_ARENA_TEST,"
    "MALLOC_CHECK_,MALLOC_MMAP_MAX_,MALLOC_MMAP_THRESHOLD_,MALLOC_PERTURB_,MALLOC_TCACHE_COUNT,"
    "MALLOC_TOP_PAD_,MALLOC_TRACE,MALLOC_TRIM_THRESHOLD_,MUSL_LOCPATH,NIS_PATH,NLSPATH,"
    "RESOLV_HOST_CONF,RES_OPTIONS,TMPDIR,TZDIR";

bool environment_is_unsafe(const char *variable) {
    return list_has(UNSAFE, variable, strcspn(variable, "="));
}

void environment_list_unsafe(char *const *environment, size_t size, char *names) {
    size_t used = 0;

    names[0] = '\0';
    for (; *environment != NULL; environment++) {
        if (!environment_is_unsafe(*environment))
            continue;
        int more = snprintf(names + used, size - used, "%s%.*s", used == 0 ? "" : ",",
                            (int)strcspn(*environment, "="), *environment);
        if (more < 0 || (size_t)more >= size - used)
            return;
        used += (size_t)more;
    }
}

void environment_list_known(size_t size, char *names) { (void)snprintf(names, size, "%s", UNSAFE); }

static const char *const LOGIN[] = {"HOME=", "USER=", "LOGNAME="};

static bool is_login(const char *variable) {
    for (size_t i = 0; i < 3; i++)
        if (strncmp(variable, LOGIN[i], strlen(LOGIN[i])) == 0)
            return true;
    return false;
}

/* Appends the login variables of the account to the list. */
static bool add_login(const struct account *account, char **list) {
    const char *values[] = {account->name == NULL ? "/" : account->home, account->name,
                            account->name};

    for (size_t i = 0; i < (account->name == NULL ? 1 : 3); i++) {
        list[i] = variable(LOGIN[i], values[i]);
        if (list[i] == NULL)
            return false;
    }
    return true;
}

/* ---- the caller's environment, changed ---- */

static bool change(char *const *environment, const struct environment_rules *rules, char **list) {
    size_t kept = 0;

    for (; *environment != NULL; environment++)
        if (!(rules->account != NULL && is_login(*environment)) &&
            !(rules->secure && environment_is_unsafe(*environment)))
            list[kept++] = *environment;
    return rules->account == NULL || add_login(rules->account, list + kept);
}

/* ---- a new environment ---- */

enum { OWN_MOST = 6 }; /* HOME, USER, LOGNAME, SHELL, PATH, TERM */

/* Returns the first copy of a variable, whose name has this length; NULL without one. */
static char *find(char *const *environment, const char *name, size_t length) {
    for (; *environment != NULL; environment++)
        if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
            return *environment;
    return NULL;
}

/* Adds the first copy of each variable that is in names but not in list; list ends with NULLs. */
static void pass(char *const *environment, const char *names, bool secure, char **list) {
    for (struct list words = {.rest = names}; list_next(&words);) {
        char *found = find(environment, words.word, words.length);
        if (found == NULL || find(list, words.word, words.length) != NULL ||
            (secure && environment_is_unsafe(found)))
            continue;
        char **end = list;
        while (*end != NULL)
            end++;
        *end = found;
    }
}

/* Adds the user's variables and PATH, except those that are passed. */
static bool add_own(const struct account *account, char **list) {
    static const struct account nobody = {.name = NULL};
    const struct account *user = account == NULL ? &nobody : account;
    const char *home = account != NULL && account->name == NULL ? "/" : user->home;
    const char *const own[][2] = {{"HOME=", home},
                                  {"USER=", user->name},
                                  {"LOGNAME=", user->name},
                                  {"SHELL=", user->shell},
                                  {"PATH=", PROGRAM_SEARCH_PATH}};

    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        char **end = list;
        if (own[i][1] == NULL || find(list, own[i][0], strlen(own[i][0]) - 1) != NULL)
            continue;
        while (*end != NULL)
            end++;
        *end = variable(own[i][0], own[i][1]);
        if (*end == NULL)
            return false;
    }
    return true;
}

static bool renew(char *const *environment, const struct environment_rules *rules, char **list) {
    if (rules->passed != NULL)
        pass(environment, rules->passed, rules->secure, list);
    pass(environment, rules->account == NULL ? "TERM,HOME,USER,LOGNAME" : "TERM", rules->secure,
         list);
    return add_own(rules->account, list);
}

char **environment_make(char *const *environment, const struct environment_rules *rules) {
    size_t most = OWN_MOST + 1;

    for (char *const *variable_there = environment; *variable_there != NULL; variable_there++)
        most++;
    char **result = pool_take(most, sizeof *result);
    if (result == NULL)
        return NULL;
    if (rules->reset ? renew(environment, rules, result) : change(environment, rules, result))
        return result;
    pool_release(result);
    return NULL;
}

const char *environment_value(char *const *environment, const char *name) {
    const char *found = find(environment, name, strlen(name));

    return found == NULL ? NULL : found + strlen(name) + 1;
}
