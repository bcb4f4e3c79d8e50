#include "core/image.h"

#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/sys.h"

/* The kernel executes files for the machine and class of this program. The linker knows the address
 * of this program's own ELF header. */
/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

static const ElfW(Half) RELATED[][2] = {
    {EM_386, EM_X86_64}, {EM_ARM, EM_AARCH64}, {EM_PPC, EM_PPC64}, {EM_SPARC, EM_SPARCV9}};

bool image_are_related(unsigned machine, unsigned other) {
    for (size_t i = 0; i < sizeof RELATED / sizeof RELATED[0]; i++)
        if ((machine == RELATED[i][0] && other == RELATED[i][1]) ||
            (machine == RELATED[i][1] && other == RELATED[i][0]))
            return true;
    return false;
}

/* Sets the kind that belongs to the error, or IMAGE_FITS without an error. */
static void set(struct image *image, enum image_kind kind, int error) {
    image->kind = error == 0 ? IMAGE_FITS : kind;
    image->error = error;
}

static bool begins(const char *bytes, size_t size, const char *mark) {
    return size >= strlen(mark) && memcmp(bytes, mark, strlen(mark)) == 0;
}

/* The kind of a file without the magic number of ELF. A file whose only control characters are
 * blanks and line ends is a text. */
static enum image_kind kind_of_other(const char *bytes, size_t size) {
    size_t blanks = 0;
    bool text = true;

    if (size == 0)
        return IMAGE_EMPTY;
    if (begins(bytes, size, "\xef\xbb\xbf") || begins(bytes, size, "\xff\xfe") ||
        begins(bytes, size, "\xfe\xff"))
        return IMAGE_MARKED;
    for (size_t i = 0; i < size; i++)
        text = text && (!iscntrl((unsigned char)bytes[i]) || isspace((unsigned char)bytes[i]));
    while (blanks < size && isspace((unsigned char)bytes[blanks]))
        blanks++;
    if (blanks > 0 && begins(bytes + blanks, size - blanks, "#!"))
        return IMAGE_LATE;
    if (!text && begins(bytes, size, "MZ"))
        return IMAGE_WINDOWS;
    return text ? IMAGE_TEXT : IMAGE_UNKNOWN;
}

static bool is_elf(const ElfW(Ehdr) * head, size_t size) {
    return size >= SELFMAG && memcmp(head->e_ident, ELFMAG, SELFMAG) == 0;
}

/* Reads the program headers as load_elf_phdrs() of the kernel does; NULL when the kernel would
 * refuse them. The next call overwrites them. */
static const ElfW(Phdr) * read_segments(const char *path, const ElfW(Ehdr) * head) {
    static ElfW(Phdr) segments[65536 / sizeof(ElfW(Phdr))]; /* the kernel reads no more bytes */
    const size_t size = head->e_phnum * sizeof segments[0];

    if (head->e_phentsize != sizeof segments[0] || head->e_phnum == 0 || size > sizeof segments ||
        sys_read_at(path, head->e_phoff, size, segments) != (int)size)
        return NULL;
    return segments;
}

/* Checks the loader as load_elf_binary() of the kernel does: the error, or 0. */
static int try_loader(const char *path) {
    struct sys_file file = {0};
    ElfW(Ehdr) head = {0};

    int error = sys_may_execute(path);
    if (error != 0)
        return error;
    if (sys_inspect(path, &file) == 0 && !S_ISREG(file.mode))
        return -EACCES;
    int size = sys_read_at(path, 0, sizeof head, &head);
    if (size < 0)
        return 0; /* executable and not readable */
    if ((size_t)size < sizeof head)
        return -EIO;
    bool taken = is_elf(&head, (size_t)size) && head.e_machine == __ehdr_start.e_machine &&
                 read_segments(path, &head) != NULL;
    return taken ? 0 : -ELIBBAD;
}

/* Reads the name in a PT_INTERP segment: the error, or 0. */
static int read_name(const char *path, const ElfW(Phdr) * segment, char name[PATH_MAX]) {
    size_t length = segment->p_filesz;

    if (length < 2 || length > PATH_MAX)
        return -ENOEXEC;
    int size = sys_read_at(path, segment->p_offset, length, name);
    if (size < 0)
        return size;
    if ((size_t)size != length)
        return -EIO;
    return name[length - 1] == '\0' ? 0 : -ENOEXEC;
}

/* Searches the program headers for the first one that names a loader, as the kernel does. */
static void inspect_segments(const char *path, const ElfW(Ehdr) * head, struct image *image) {
    const ElfW(Phdr) *segments = read_segments(path, head);
    unsigned i = 0;

    while (segments != NULL && i < head->e_phnum && segments[i].p_type != PT_INTERP)
        i++;
    if (segments != NULL && i == head->e_phnum)
        return; /* static */
    int error = segments == NULL ? -ENOEXEC : read_name(path, &segments[i], image->loader);
    set(image, IMAGE_DAMAGED, error);
    if (error == 0)
        set(image, IMAGE_LOADER, try_loader(image->loader));
}

/* Returns e_machine of a file in either byte order. */
static unsigned machine_of(const ElfW(Ehdr) * head) {
    unsigned machine = head->e_machine;

    if (head->e_ident[EI_DATA] == __ehdr_start.e_ident[EI_DATA])
        return machine;
    return (machine & 0xffu) << 8 | machine >> 8;
}

unsigned image_own_machine(void) { return __ehdr_start.e_machine; }

void image_machine(unsigned machine, char name[IMAGE_MACHINE]) {
    static const struct {
        unsigned machine;
        const char *name;
    } names[] =
        {
            {EM_386, "i386"},        {EM_X86_64, "x86_64"}, {EM_ARM, "arm"},
            {EM_AARCH64, "aarch64"}, {EM_RISCV, "riscv"},   {EM_PPC, "ppc"},
            {EM_PPC64, "ppc64"},     {EM_S390, "s390x"},    {EM_MIPS, "mips"},
            {EM_SPARCV9, "sparc64"}, {258, "loongarch"}, /* EM_LOONGARCH, since glibc 2.36 */
        };

    (void)snprintf(name, IMAGE_MACHINE, "machine number %u", machine);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].machine == machine)
            (void)snprintf(name, IMAGE_MACHINE, "%s", names[i].name);
}

/* Checks an ELF file as load_elf_binary() of the kernel does. */
static void inspect_elf(const char *path, const ElfW(Ehdr) * head, struct image *image) {
    image->machine = machine_of(head);
    if (head->e_machine != __ehdr_start.e_machine) {
        if (!image_are_related(head->e_machine, __ehdr_start.e_machine))
            set(image, IMAGE_OTHER_MACHINE, -ENOEXEC);
    } else if (head->e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS]) {
        return; /* a second class of the same machine: the kernel may have been built for both */
    } else if (head->e_type != ET_EXEC && head->e_type != ET_DYN) {
        set(image, IMAGE_DAMAGED, -ENOEXEC);
    } else {
        inspect_segments(path, head, image);
    }
}

void image_inspect(const char *path, struct image *image) {
    union {
        ElfW(Ehdr) elf;
        char bytes[sizeof(ElfW(Ehdr))];
    } head = {0};

    *image = (struct image){.kind = IMAGE_FITS};
    int size = sys_read_at(path, 0, sizeof head, &head);
    if (size < 0)
        return; /* executable and not readable */
    bool elf = is_elf(&head.elf, (size_t)size);
    if (elf && size == sizeof head)
        inspect_elf(path, &head.elf, image);
    else
        set(image, elf ? IMAGE_DAMAGED : kind_of_other(head.bytes, (size_t)size), -ENOEXEC);
}
