/*
 * search_path - PATH without the directories that a user cannot search: each of them would make
 * every program that searches PATH ask for DAC_READ_SEARCH.
 */
#ifndef CAPWRAP_LEARN_SEARCH_PATH_H
#define CAPWRAP_LEARN_SEARCH_PATH_H

#include "core/cred.h"

/* A copy of path with the directories that this user can search, in the same order; relative and
 * empty entries are kept. Release with free(). NULL without memory. */
char *search_path_for(const char *path, uid_t uid, gid_t gid, const struct groups *groups);

#endif
