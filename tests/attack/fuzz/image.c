/*
 * The prediction of execve's result for a file's format: image_inspect().
 * Input: the size of a loader in two bytes, the loader, and the program, which may name the loader.
 */
#include <elf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/image.h"
#include "fake/kernel.h"
#include "fuzz.h"

#define PROGRAM "/p"
#define LOADER  "/l"

struct bytes {
    const uint8_t *at;
    size_t size;
};

/* What is expected: by offsets into the bytes, as elf(5) has them. */
struct expected {
    enum image_kind kind;
    int error;
};

static uint64_t number(struct bytes file, uint64_t offset, size_t width) {
    uint64_t value = 0; /* of a little-endian machine of 64 bits, as all of this */

    for (size_t i = 0; i < width; i++)
        value |= (uint64_t)file.at[offset + i] << 8 * i;
    return value;
}

static bool holds(struct bytes file, uint64_t offset, uint64_t size) {
    return offset <= file.size && size <= file.size - offset;
}

static bool has_magic(struct bytes file) {
    return file.size >= 4 && memcmp(file.at, "\177ELF", 4) == 0;
}

/* A table of 56 bytes a row, which is within the file. */
static bool has_table(struct bytes file) {
    uint64_t rows = number(file, 56, 2);

    return number(file, 54, 2) == 56 && rows != 0 && rows * 56 <= 65536 &&
           holds(file, number(file, 32, 8), rows * 56);
}

static struct expected of_loader(const char *name, struct bytes program, struct bytes loader) {
    bool is_program = strcmp(name, PROGRAM) == 0;
    struct bytes file = is_program ? program : loader;

    if (!is_program && strcmp(name, LOADER) != 0) {
        bool below = strncmp(name, PROGRAM "/", 3) == 0 || strncmp(name, LOADER "/", 3) == 0;
        return (struct expected){IMAGE_LOADER, below ? -ENOTDIR : -ENOENT};
    }
    if (file.size < 64)
        return (struct expected){IMAGE_LOADER, -EIO};
    if (!has_magic(file) || number(file, 18, 2) != EM_X86_64 || !has_table(file))
        return (struct expected){IMAGE_LOADER, -ELIBBAD};
    return (struct expected){IMAGE_FITS, 0};
}

static struct expected of_segments(struct bytes program, struct bytes loader) {
    const struct expected damaged = {IMAGE_DAMAGED, -ENOEXEC};

    for (uint64_t i = 0; i < number(program, 56, 2); i++) {
        uint64_t at = number(program, 32, 8) + 56 * i;
        if (number(program, at, 4) != PT_INTERP)
            continue;
        uint64_t offset = number(program, at + 8, 8), size = number(program, at + 32, 8);
        if (size < 2 || size > PATH_MAX)
            return damaged;
        if (offset > INT64_MAX)
            return (struct expected){IMAGE_DAMAGED, -EINVAL};
        if (!holds(program, offset, size))
            return (struct expected){IMAGE_DAMAGED, -EIO};
        if (program.at[offset + size - 1] != '\0')
            return damaged;
        return of_loader((const char *)program.at + offset, program, loader);
    }
    return (struct expected){IMAGE_FITS, 0};
}

static bool is_blank(uint8_t byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static bool starts(struct bytes file, const char *with, size_t length) {
    return file.size >= length && memcmp(file.at, with, length) == 0;
}

/* By the first 64 bytes of a file that is not an ELF file. */
static enum image_kind kind_of_text(struct bytes file) {
    enum image_kind kind = IMAGE_TEXT;
    size_t first = 0;

    if (file.size == 0)
        return IMAGE_EMPTY;
    if (file.size > 64)
        file.size = 64;
    if (starts(file, "\xef\xbb\xbf", 3) || starts(file, "\xff\xfe", 2) ||
        starts(file, "\xfe\xff", 2))
        return IMAGE_MARKED;
    for (size_t i = 0; i < file.size; i++)
        if ((file.at[i] < ' ' && !is_blank(file.at[i])) || file.at[i] == 0x7f)
            kind = IMAGE_UNKNOWN;
    while (first < file.size && is_blank(file.at[first]))
        first++;
    if (first != 0 && starts((struct bytes){file.at + first, file.size - first}, "#!", 2))
        return IMAGE_LATE;
    return kind == IMAGE_UNKNOWN && starts(file, "MZ", 2) ? IMAGE_WINDOWS : kind;
}

static struct expected of_text(struct bytes program) {
    return (struct expected){kind_of_text(program), -ENOEXEC};
}

static struct expected of_program(struct bytes program, struct bytes loader) {
    const struct expected damaged = {IMAGE_DAMAGED, -ENOEXEC}, fits = {IMAGE_FITS, 0};

    if (!has_magic(program))
        return of_text(program);
    if (program.size < 64)
        return damaged;
    uint64_t machine = number(program, 18, 2), type = number(program, 16, 2);
    if (machine == EM_386)
        return fits;
    if (machine != EM_X86_64)
        return (struct expected){IMAGE_OTHER_MACHINE, -ENOEXEC};
    if (program.at[EI_CLASS] != ELFCLASS64)
        return fits;
    if ((type != ET_EXEC && type != ET_DYN) || !has_table(program))
        return damaged;
    return of_segments(program, loader);
}

static void put(const char *path, struct bytes content) {
    struct fake_file *file = fake_add_file(path, S_IFREG | 0755, 0, 0, "");

    file->head = content.at;
    file->head_size = content.size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
#ifdef __x86_64__
    static const char *const kinds[IMAGE_KINDS] = {"fits",    "empty",   "text",    "marked",
                                                   "late",    "windows", "unknown", "foreign",
                                                   "damaged", "loader"};
    struct input input = input_of(data, size);
    struct image image;

    size_t left = (size_t)input_number(&input, 2);
    struct bytes loader = {input.next, (size_t)(input.end - input.next)};
    loader.size = left < loader.size ? left : loader.size;
    struct bytes program = {loader.at + loader.size, (size_t)(input.end - loader.at) - loader.size};

    fake_reset();
    put(LOADER, loader);
    put(PROGRAM, program);
    struct expected expected = of_program(program, loader);
    image_inspect(PROGRAM, &image);
    CHECK(image.kind == expected.kind, "%d, not %d", image.kind, expected.kind);
    CHECK(image.error == expected.error, "%d, not %d", image.error, expected.error);
    fuzz_count(kinds[image.kind]);
#else
    (void)data;
    (void)size;
#endif
    return 0;
}
