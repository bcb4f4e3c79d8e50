/*
 * What the kernel reads in a file that is executed: the rule of binfmt_script(5.9 and later), and
 * the attribute of capabilities(7), "File capability extended attribute versioning".
 */
#include <string.h>

#include "ref.h"

static bool is_blank(uint8_t byte) { return byte == ' ' || byte == '\t'; }

int ref_interpreter(const uint8_t *file, size_t size, char name[REF_HEAD]) {
    uint8_t head[REF_HEAD] = {0}; /* what is not in the file reads as NUL */
    size_t line = 0, start = 2, end;

    if (size > 0)
        memcpy(head, file, size < REF_HEAD ? size : REF_HEAD);
    if (head[0] != '#' || head[1] != '!')
        return 0;
    while (line < REF_HEAD && head[line] != '\n')
        line++;

    while (start < line && is_blank(head[start]))
        start++;
    for (end = start; end < line && !is_blank(head[end]) && head[end] != '\0';)
        end++;
    /* Without the end of the line in sight, the name must end within what is read. */
    if (end == start || end == REF_HEAD)
        return -1;
    memcpy(name, head + start, end - start);
    name[end - start] = '\0';
    return 1;
}

static uint32_t word(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

enum ref_caps ref_file_caps(const uint8_t *attribute, size_t size, struct ref_file_caps *caps) {
    enum { REVISION_2 = 2, REVISION_3 = 3, SIZE_2 = 20, SIZE_3 = 24 };

    unsigned revision = size >= 4 ? attribute[3] : 0;
    if (revision == REVISION_3 && size == SIZE_3 && word(attribute + 20) != 0)
        return REF_NO_CAPS;
    if (revision != REVISION_2 || size != SIZE_2)
        return REF_UNCLEAR;
    caps->effective = (attribute[0] & 1) != 0;
    caps->permitted = word(attribute + 4) | (uint64_t)word(attribute + 12) << 32;
    caps->inheritable = word(attribute + 8) | (uint64_t)word(attribute + 16) << 32;
    return REF_CAPS;
}
