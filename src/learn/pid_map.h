/*
 * pid_map - a number for each process id or thread id that there is. Pure; as large as there are
 * entries, whatever has come and gone.
 */
#ifndef CAPWRAP_LEARN_PID_MAP_H
#define CAPWRAP_LEARN_PID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pid_map_place {
    uint32_t pid, value; /* value 0: empty */
};

/* Zeros at first. Release with pid_map_free(). */
struct pid_map {
    struct pid_map_place *places; /* open addressing, a power of two */
    size_t count, size;
};

/* 0: there is none. */
uint32_t pid_map_get(const struct pid_map *map, uint32_t pid);

/* value: not 0. False: no memory, and nothing has changed. */
bool pid_map_set(struct pid_map *map, uint32_t pid, uint32_t value);

void pid_map_remove(struct pid_map *map, uint32_t pid);

void pid_map_free(struct pid_map *map);

#endif
