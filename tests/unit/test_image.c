/*
 * What the first bytes of a file predict about execve.
 */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/image.h"
#include "fake/kernel.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define LOADER       "/lib/loader"
#define FILE_NAME    "/srv/server"

static void inspects(enum image_kind kind, int error) {
    struct image image;

    image_inspect(FILE_NAME, &image);
    if (image.kind != kind || image.error != error)
        print_error("  kind %d, errno %d\n", image.kind, image.error);
    assert_int_equal(image.kind, kind);
    assert_int_equal(image.error, error);
}

/* Only this file, of so many bytes of *elf. */
static void put(const struct fake_elf *elf, size_t size) {
    fake_reset();
    fake_add_program(FILE_NAME, elf)->head_size = size;
}

static void put_bytes(const char *bytes, size_t size) {
    fake_reset();
    struct fake_file *file = fake_add_file(FILE_NAME, S_IFREG | 0755, 0, 0, "");
    file->head = bytes;
    file->head_size = size;
}

/* As many as are read of a file. */
#define BLANKS_BUT_ONE "                                                               "
#define BLANKS         BLANKS_BUT_ONE " "

static void a_file_without_a_format_is_told_by_what_is_in_it(void **state) {
    static const struct {
        const char *bytes;
        size_t size;
        enum image_kind kind;
    } rows[] = {
        {"", 0, IMAGE_EMPTY},
        {"echo hello\n", 11, IMAGE_TEXT},
        {"\tfor i;\r\ndo :\f\v; done", 21, IMAGE_TEXT},
        {"gr\xc3\xbc\xc3\x9f", 6, IMAGE_TEXT},
        {"\xef\xbb\xbf#!/bin/sh\n", 13, IMAGE_MARKED},
        {"\xff\xfe#\0!\0", 6, IMAGE_MARKED},
        {"\xfe\xff\0#", 4, IMAGE_MARKED},
        {"\xef\xbb", 2, IMAGE_TEXT},
        {"\n#!/bin/sh\n", 11, IMAGE_LATE},
        {"\r\n\t #!/bin/sh\n", 14, IMAGE_LATE},
        {"\n#/bin/sh\n", 10, IMAGE_TEXT},
        {"\n#", 2, IMAGE_TEXT},
        {" \n", 2, IMAGE_TEXT},
        {" #!", 3, IMAGE_LATE},
        {"#!", 2, IMAGE_TEXT},
        {"x#!/bin/sh\n", 11, IMAGE_TEXT},
        {BLANKS, 64, IMAGE_TEXT},
        {BLANKS_BUT_ONE "#", 64, IMAGE_TEXT},
        {"MZ is a text", 12, IMAGE_TEXT},
        {"\1MZ", 3, IMAGE_UNKNOWN},
        {"x\0y", 3, IMAGE_UNKNOWN},
        {"MZ\x90\0\3\0\0", 7, IMAGE_WINDOWS},
        {"\177EL", 3, IMAGE_UNKNOWN},
        {"\177ELG", 4, IMAGE_UNKNOWN},
        {"text\177", 5, IMAGE_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        put_bytes(rows[i].bytes, rows[i].size);
        inspects(rows[i].kind, -ENOEXEC);
    }
}

static void a_whole_program_of_this_machine_fits(void **state) {
    struct fake_elf elf = fake_elf(NULL), loader = fake_elf(NULL);

    (void)state;
    put(&elf, sizeof elf);
    inspects(IMAGE_FITS, 0);
    put(&elf, offsetof(struct fake_elf, segments[1])); /* nothing after its one segment */
    inspects(IMAGE_FITS, 0);
    elf.head.e_type = ET_EXEC;
    put(&elf, sizeof elf);
    inspects(IMAGE_FITS, 0);
    elf = fake_elf(LOADER);
    put(&elf, sizeof elf);
    (void)fake_add_program(LOADER, &loader);
    inspects(IMAGE_FITS, 0);
}

static void what_cannot_be_read_is_not_decided(void **state) {
    struct fake_elf elf = fake_elf(NULL);

    (void)state;
    put(&elf, 8);
    fake_be(1000, 1000);
    fake.permitted = fake.effective = 0;
    fake_find_file(FILE_NAME)->mode = S_IFREG | 0711;
    inspects(IMAGE_FITS, 0);
}

static void an_elf_file_of_another_machine_is_told(void **state) {
    struct fake_elf elf = fake_elf(NULL);

    (void)state;
    elf.head.e_machine = EM_NONE;
    put(&elf, sizeof elf);
    inspects(IMAGE_OTHER_MACHINE, -ENOEXEC);
    elf.head.e_machine = EM_VAX; /* related to no other machine */
    put(&elf, sizeof elf);
    inspects(IMAGE_OTHER_MACHINE, -ENOEXEC);
}

/* i386 on x86_64, and similar pairs: the kernel may be built for both, or not. */
static void a_relative_of_this_machine_is_left_to_the_kernel(void **state) {
    static const ElfW(Half) pairs[][2] = {
        {EM_386, EM_X86_64}, {EM_ARM, EM_AARCH64}, {EM_PPC, EM_PPC64}, {EM_SPARC, EM_SPARCV9}};
    struct fake_elf elf = fake_elf(NULL);
    const ElfW(Half) own = elf.head.e_machine;

    (void)state;
    for (size_t i = 0; i < 2 * COUNT(pairs); i++) {
        const ElfW(Half) first = pairs[i / 2][i % 2], second = pairs[i / 2][1 - i % 2];
        elf = fake_elf(NULL);
        elf.head.e_machine = second;
        elf.head.e_phnum = 0; /* in the other class, its place is unknown */
        put(&elf, sizeof elf);
        if (first == own)
            inspects(IMAGE_FITS, 0);
        else if (second != own)
            inspects(IMAGE_OTHER_MACHINE, -ENOEXEC);
    }
    elf = fake_elf(NULL);
    elf.head.e_ident[EI_CLASS] ^= ELFCLASS32 ^ ELFCLASS64;
    elf.head.e_phnum = 0;
    put(&elf, sizeof elf);
    inspects(IMAGE_FITS, 0);
}

static void the_two_machines_of_a_pair_are_related_and_no_others(void **state) {
    static const unsigned machines[] = {EM_386,   EM_X86_64, EM_ARM,     EM_AARCH64, EM_PPC,
                                        EM_PPC64, EM_SPARC,  EM_SPARCV9, EM_S390,    EM_NONE};
    const size_t paired = 8;

    (void)state;
    for (size_t i = 0; i < COUNT(machines); i++)
        for (size_t k = 0; k < COUNT(machines); k++)
            assert_int_equal(image_are_related(machines[i], machines[k]),
                             i < paired && k < paired && i != k && i / 2 == k / 2);
}

static void a_damaged_elf_file_is_told(void **state) {
    (void)state;
    for (unsigned damage = 0; damage < 9; damage++) {
        struct fake_elf elf = fake_elf(NULL);
        size_t size = sizeof elf;

        switch (damage) {
        case 0:
            size = SELFMAG;
            break;
        case 1:
            size = sizeof elf.head - 1;
            break;
        case 2:
            size = offsetof(struct fake_elf, segments[1]) - 1;
            break;
        case 3:
            elf.head.e_type = ET_REL;
            break;
        case 4:
            elf.head.e_phnum = 0;
            break;
        case 5:
            elf.head.e_phentsize--;
            break;
        case 6:
            memset(&elf.head.e_phoff, 0xff, sizeof elf.head.e_phoff);
            break;
        case 7: /* and its program header starts at the start of the file */
            size = sizeof elf.head - 1;
            elf.head.e_phoff = 0;
            elf.head.e_phnum = 1;
            break;
        default:
            elf.head.e_type = ET_CORE;
            break;
        }
        print_message("  damage %u\n", damage);
        put(&elf, size);
        inspects(IMAGE_DAMAGED, -ENOEXEC);
    }
}

/* 65536 bytes of program headers, and not one more: that many are read one by one. */
static void the_kernel_reads_so_many_program_headers(void **state) {
    static struct {
        ElfW(Ehdr) head;
        ElfW(Phdr) segments[65536 / sizeof(ElfW(Phdr)) + 1];
    } file;
    const unsigned most = 65536 / sizeof(ElfW(Phdr));

    (void)state;
    for (unsigned more = 0; more <= 1; more++) {
        file.head = fake_elf(NULL).head;
        file.head.e_phoff = sizeof file.head;
        file.head.e_phnum = (ElfW(Half))(most + more);
        put_bytes((const char *)&file, sizeof file);
        inspects(more == 0 ? IMAGE_FITS : IMAGE_DAMAGED, more == 0 ? 0 : -ENOEXEC);
    }
}

static void the_name_of_the_loader_must_be_whole(void **state) {
    const struct {
        uint64_t offset, size;
        int error;
    } rows[] = {
        {0, 0, -ENOEXEC},
        {0, 1, -ENOEXEC},
        {0, PATH_MAX + 1, -ENOEXEC},
        {0, PATH_MAX, -EIO},                 /* beyond the end of the file */
        {sizeof(struct fake_elf), 12, -EIO}, /* nothing of it is there */
        {0, 5, -ENOEXEC},                    /* no NUL at its end */
        {offsetof(struct fake_elf, loader) + sizeof LOADER - 1, 1, -ENOEXEC}, /* nothing but that */
        {UINT64_MAX, 12, -EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct fake_elf elf = fake_elf(LOADER);

        elf.segments[1].p_offset += (ElfW(Off))rows[i].offset;
        if (rows[i].offset != 0)
            elf.segments[1].p_offset = (ElfW(Off))rows[i].offset;
        elf.segments[1].p_filesz = rows[i].size;
        put(&elf, sizeof elf);
        inspects(IMAGE_DAMAGED, rows[i].error);
    }
}

static void a_loader_of_one_character_is_a_name(void **state) {
    struct fake_elf elf = fake_elf("x");

    (void)state;
    put(&elf, sizeof elf);
    inspects(IMAGE_LOADER, -ENOENT);
}

static void a_loader_that_cannot_load_is_told_by_name(void **state) {
    struct fake_elf elf = fake_elf(LOADER), loader = fake_elf(NULL);
    struct image image;

    (void)state;
    put(&elf, sizeof elf);
    inspects(IMAGE_LOADER, -ENOENT);
    image_inspect(FILE_NAME, &image);
    assert_string_equal(image.loader, LOADER);

    (void)fake_add_program(LOADER, &loader);
    inspects(IMAGE_FITS, 0);
    fake_find_file(LOADER)->mode = S_IFREG | 0644;
    inspects(IMAGE_LOADER, -EACCES);
    fake_find_file(LOADER)->mode = S_IFREG | 0755;
    fake_find_file(LOADER)->head_size = sizeof loader.head - 1;
    inspects(IMAGE_LOADER, -EIO);
    fake_find_file(LOADER)->head_size = 0;
    inspects(IMAGE_LOADER, -EIO);
    fake_find_file(LOADER)->head_size = sizeof loader;
    loader.head.e_machine = EM_NONE;
    inspects(IMAGE_LOADER, -ELIBBAD);
    loader = fake_elf(NULL);
    loader.head.e_ident[EI_MAG3] = 'G';
    inspects(IMAGE_LOADER, -ELIBBAD);
    fake_be(1000, 1000);
    fake.permitted = fake.effective = 0;
    fake_find_file(LOADER)->mode = S_IFREG | 0711;
    inspects(IMAGE_FITS, 0); /* cannot be determined */
}

/* Of the loader the kernel reads the program headers as it does of the program. */
static void a_loader_whose_program_headers_the_kernel_does_not_take_is_told(void **state) {
    struct fake_elf elf = fake_elf(LOADER);

    (void)state;
    for (unsigned damage = 0; damage < 6; damage++) {
        struct fake_elf loader = fake_elf(NULL);

        put(&elf, sizeof elf);
        struct fake_file *file = fake_add_program(LOADER, &loader);
        switch (damage) {
        case 0:
            file->head_size = sizeof loader.head;
            break;
        case 1:
            file->head_size = offsetof(struct fake_elf, segments[1]) - 1;
            break;
        case 2:
            loader.head.e_phnum = 0;
            break;
        case 3:
            loader.head.e_phnum = UINT16_MAX;
            break;
        case 4:
            loader.head.e_phentsize--;
            break;
        default:
            loader.head.e_phoff = sizeof loader;
            break;
        }
        print_message("  damage %u\n", damage);
        inspects(IMAGE_LOADER, -ELIBBAD);
    }
}

/* Directories, devices and FIFOs, whoever may search or open them: the kernel opens none. */
static void a_loader_that_is_no_regular_file_is_told(void **state) {
    static const unsigned types[] = {S_IFDIR, S_IFCHR, S_IFIFO};
    struct fake_elf elf = fake_elf(LOADER), loader = fake_elf(NULL);

    (void)state;
    put(&elf, sizeof elf);
    (void)fake_add_program(LOADER, &loader);
    for (size_t i = 0; i < COUNT(types); i++) {
        fake_find_file(LOADER)->mode = types[i] | 0755;
        inspects(IMAGE_LOADER, -EACCES);
    }
    fake_find_file(LOADER)->mode = S_IFREG | 0755;
    (void)fake_arm(FAKE_FAILS, "sys_inspect", 1, EIO);
    inspects(IMAGE_FITS, 0); /* its kind cannot be determined */
}

/* The kernel reads the program headers before it inspects one. */
static void program_headers_that_are_cut_off_behind_the_loaders_name_are_told(void **state) {
    struct fake_elf elf = fake_elf(LOADER), loader = fake_elf(NULL);

    (void)state;
    elf.head.e_phnum = 4;
    put(&elf, sizeof elf);
    (void)fake_add_program(LOADER, &loader);
    inspects(IMAGE_DAMAGED, -ENOEXEC);
}

/* The kernel takes the first PT_INTERP. */
static void the_first_loader_counts(void **state) {
    struct fake_elf elf = fake_elf(LOADER), loader = fake_elf(NULL);

    (void)state;
    elf.segments[0] = elf.segments[1];
    elf.segments[1].p_filesz = 1;
    put(&elf, sizeof elf);
    (void)fake_add_program(LOADER, &loader);
    inspects(IMAGE_FITS, 0);
}

static void named(unsigned machine, const char *name) {
    char text[IMAGE_MACHINE];

    image_machine(machine, text);
    assert_string_equal(text, name);
}

static void a_machine_has_the_name_that_uname_gives_it(void **state) {
    (void)state;
    named(EM_X86_64, "x86_64");
    named(EM_386, "i386");
    named(EM_ARM, "arm");
    named(EM_AARCH64, "aarch64");
    named(EM_RISCV, "riscv");
    named(EM_PPC, "ppc");
    named(EM_PPC64, "ppc64");
    named(EM_S390, "s390x");
    named(EM_MIPS, "mips");
    named(EM_SPARCV9, "sparc64");
    named(258, "loongarch");
    named(0, "machine number 0");
    named(75, "machine number 75");
}

static void the_machine_of_a_file_is_read_in_its_order_of_bytes(void **state) {
    struct fake_elf elf = fake_elf(NULL);
    struct image image;

    (void)state;
    put(&elf, sizeof elf);
    image_inspect(FILE_NAME, &image);
    assert_int_equal(image.machine, image_own_machine());
    elf.head.e_ident[EI_DATA] ^= ELFDATA2LSB ^ ELFDATA2MSB;
    elf.head.e_machine = EM_S390 << 8;
    put(&elf, sizeof elf);
    image_inspect(FILE_NAME, &image);
    assert_int_equal(image.machine, EM_S390);
    assert_int_equal(image.kind, IMAGE_OTHER_MACHINE);
    elf.head.e_machine = 0x0201;
    put(&elf, sizeof elf);
    image_inspect(FILE_NAME, &image);
    assert_int_equal(image.machine, 0x0102);
    put(&elf, 10); /* cut off */
    image_inspect(FILE_NAME, &image);
    assert_int_equal(image.machine, 0);
    put_bytes("#!/bin/sh", 9);
    image_inspect(FILE_NAME, &image);
    assert_int_equal(image.machine, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_without_a_format_is_told_by_what_is_in_it),
        cmocka_unit_test(a_whole_program_of_this_machine_fits),
        cmocka_unit_test(what_cannot_be_read_is_not_decided),
        cmocka_unit_test(an_elf_file_of_another_machine_is_told),
        cmocka_unit_test(a_relative_of_this_machine_is_left_to_the_kernel),
        cmocka_unit_test(the_two_machines_of_a_pair_are_related_and_no_others),
        cmocka_unit_test(a_damaged_elf_file_is_told),
        cmocka_unit_test(the_kernel_reads_so_many_program_headers),
        cmocka_unit_test(the_name_of_the_loader_must_be_whole),
        cmocka_unit_test(a_loader_of_one_character_is_a_name),
        cmocka_unit_test(a_loader_that_cannot_load_is_told_by_name),
        cmocka_unit_test(a_loader_whose_program_headers_the_kernel_does_not_take_is_told),
        cmocka_unit_test(a_loader_that_is_no_regular_file_is_told),
        cmocka_unit_test(program_headers_that_are_cut_off_behind_the_loaders_name_are_told),
        cmocka_unit_test(the_first_loader_counts),
        cmocka_unit_test(a_machine_has_the_name_that_uname_gives_it),
        cmocka_unit_test(the_machine_of_a_file_is_read_in_its_order_of_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
