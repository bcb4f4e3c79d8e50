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

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

/* Whether a user has more than a quarter of the keys that he may have (/proc/key-users,
 * keyrings(7)). */
static bool many_keys(void) {
    FILE *users = fopen("/proc/key-users", "re");
    char line[256];
    bool many = false;

    while (users != NULL && !many && fgets(line, sizeof line, users) != NULL) {
        unsigned keys, most;

        /* uid: usage keys/instantiated keys-in-quota/limit ... */
        many = sscanf(line, "%*u: %*u %*u/%*u %u/%u", &keys, &most) == 2 && keys > most / 4;
    }
    if (users != NULL)
        fclose(users);
    return many;
}

/* Waits until no user has, ten seconds at most. */
static void wait_for_keyrings(void) {
    const struct timespec pause = {.tv_nsec = 1000000};

    for (int tries = 0; tries < 10000 && many_keys(); tries++)
        nanosleep(&pause, NULL);
}

#endif
