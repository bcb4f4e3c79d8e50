#include "learn/pid_map.h"

#include <stdlib.h>
#include <string.h>

enum { AT_FIRST = 64 };

static size_t home(const struct pid_map *map, uint32_t pid) {
    return (pid * UINT32_C(0x9e3779b1) >> 7) & (map->size - 1);
}

/* The entry's place, or the place where it would be added. */
static size_t find(const struct pid_map *map, uint32_t pid) {
    size_t i = home(map, pid);

    while (map->places[i].value != 0 && map->places[i].pid != pid)
        i = (i + 1) & (map->size - 1);
    return i;
}

uint32_t pid_map_get(const struct pid_map *map, uint32_t pid) {
    return map->size == 0 ? 0 : map->places[find(map, pid)].value;
}

static bool grow(struct pid_map *map) {
    struct pid_map larger = {.count = map->count,
                             .size = map->size == 0 ? AT_FIRST : 2 * map->size};

    larger.places = calloc(larger.size, sizeof larger.places[0]);
    if (larger.places == NULL)
        return false;
    for (size_t i = 0; i < map->size; i++)
        if (map->places[i].value != 0)
            larger.places[find(&larger, map->places[i].pid)] = map->places[i];
    free(map->places);
    *map = larger;
    return true;
}

bool pid_map_set(struct pid_map *map, uint32_t pid, uint32_t value) {
    if (2 * (map->count + 1) > map->size && !grow(map))
        return false;
    struct pid_map_place *place = &map->places[find(map, pid)];
    map->count += place->value == 0;
    *place = (struct pid_map_place){pid, value};
    return true;
}

/* Moves the following entries of the row up where possible. */
void pid_map_remove(struct pid_map *map, uint32_t pid) {
    const size_t mask = map->size - 1;

    if (pid_map_get(map, pid) == 0)
        return;
    size_t hole = find(map, pid);
    for (size_t i = (hole + 1) & mask; map->places[i].value != 0; i = (i + 1) & mask) {
        size_t distance = (i - home(map, map->places[i].pid)) & mask;
        if (distance >= ((i - hole) & mask)) {
            map->places[hole] = map->places[i];
            hole = i;
        }
    }
    map->places[hole].value = 0;
    map->count--;
}

void pid_map_free(struct pid_map *map) {
    free(map->places);
    memset(map, 0, sizeof *map);
}
