/*
 * keyrings.h - waits for the keyrings of processes that have ended, for tests that start many
 * programs.
 *
 * Each start of capwrap as another user makes a session keyring. The kernel frees it some time
 * after the end of the program, later on a loaded machine, and a user may have 200 keys
 * (/proc/sys/kernel/keys/maxkeys, keyrings(7)).
 */
#ifndef CAPWRAP_TESTS_KEYRINGS_H
#define CAPWRAP_TESTS_KEYRINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static const unsigned ANY_USER = UINT_MAX;

/* How many keys that user has, or all users together, counting those alone who have more than a
 * quarter of what a user may have (/proc/key-users, keyrings(7)). */
static unsigned long many_keys(unsigned user) {
    FILE *users = fopen("/proc/key-users", "re");
    char line[256];
    unsigned long many = 0;

    while (users != NULL && fgets(line, sizeof line, users) != NULL) {
        unsigned who, keys, most;

        /* uid: usage keys/instantiated keys-in-quota/limit ... */
        if (sscanf(line, "%u: %*u %*u/%*u %u/%u", &who, &keys, &most) == 3 &&
            (user == ANY_USER || who == user) && keys > most / 4)
            many += keys;
    }
    if (users != NULL)
        fclose(users);
    return many;
}

/* Waits until they are fewer. Where nothing changes, for ten seconds in all: the keys of somebody
 * who works on this machine stay. */
static void wait_for_keyrings(unsigned user) {
    const struct timespec pause = {.tv_nsec = 1000000};
    static int left = 10000;
    unsigned long keys, before = 0;

    while (left > 0 && (keys = many_keys(user)) > 0) {
        left -= keys == before;
        before = keys;
        nanosleep(&pause, NULL);
    }
}

#endif
