/*
 * keyrings.h - waits for the keyrings of processes that have ended, for tests that start many
 * programs.
 *
 * Each start of capwrap as another user creates a session keyring. The kernel frees it some time
 * after the program has exited, later on a busy machine, and a user may have 200 keys
 * (/proc/sys/kernel/keys/maxkeys, keyrings(7)).
 */
#ifndef CAPWRAP_TESTS_KEYRINGS_H
#define CAPWRAP_TESTS_KEYRINGS_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>

static const unsigned ANY_USER = UINT_MAX;

/* The number of keys of that user, or of all users; only users that have more than a quarter of
 * their quota count (/proc/key-users, keyrings(7)). */
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

/* Waits until there are fewer. While nothing changes, it waits ten seconds in total: the keys of
 * another user of this machine may remain. */
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
