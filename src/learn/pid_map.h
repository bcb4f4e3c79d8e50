/*
 * pid_map - maps each existing process or thread ID to a number. Pure. Its size depends on the
 * number of entries it has now, not on how many it ever had.
 */
#ifndef CAPWRAP_LEARN_PID_MAP_H
#define CAPWRAP_LEARN_PID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pid_map_place {
    uint32_t pid, value; /* value 0: empty */
};

/* Initialise with zeros. Release with pid_map_free(). */
struct pid_map {
    struct pid_map_place *places; /* open addressing, a power of two */
    size_t count, size;
};

/* Returns 0 if there is no entry. */
uint32_t pid_map_get(const struct pid_map *map, uint32_t pid);

/* value: not 0. Returns false if there is no memory; the map is unchanged then. */
bool pid_map_set(struct pid_map *map, uint32_t pid, uint32_t value);

void pid_map_remove(struct pid_map *map, uint32_t pid);

void pid_map_free(struct pid_map *map);

#endif
