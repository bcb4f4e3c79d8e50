/*
 * search_path - PATH without the directories that a user cannot search: with one of them, every
 * program that looks for another asks for DAC_READ_SEARCH.
 */
#ifndef CAPWRAP_LEARN_SEARCH_PATH_H
#define CAPWRAP_LEARN_SEARCH_PATH_H

#include "core/cred.h"

/* A copy of path with what this user can search, in its order; relative and empty entries stay.
 * Release with free(). NULL without memory. */
char *search_path_for(const char *path, uid_t uid, gid_t gid, const struct groups *groups);

#endif
