#include "core/image.h"

#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "core/sys.h"

/* The kernel executes what has the machine and class of this program: the linker knows where its
 * own ELF header is. */
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

static void set(struct image *image, enum image_kind kind, int error) {
    image->kind = kind;
    image->error = error;
}

static bool begins(const char *bytes, size_t size, const char *mark) {
    return size >= strlen(mark) && memcmp(bytes, mark, strlen(mark)) == 0;
}

/* A file without the mark of an ELF file. What has no control characters but those of a text is a
 * text. */
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

/* As load_elf_binary() of the kernel takes the loader. */
static void inspect_loader(struct image *image) {
    ElfW(Ehdr) head = {0};

    int error = sys_may_execute(image->loader);
    if (error != 0) {
        set(image, IMAGE_LOADER, error);
        return;
    }
    int size = sys_read_at(image->loader, 0, sizeof head, &head);
    if (size < 0)
        return; /* executable and not readable */
    if ((size_t)size < sizeof head)
        set(image, IMAGE_LOADER, -EIO);
    else if (!is_elf(&head, (size_t)size) || head.e_machine != __ehdr_start.e_machine)
        set(image, IMAGE_LOADER, -ELIBBAD);
}

/* Reads the name that a PT_INTERP segment holds. */
static void inspect_interpreter(const char *path, const ElfW(Phdr) * segment, struct image *image) {
    size_t length = segment->p_filesz;

    if (length < 2 || length > sizeof image->loader) {
        set(image, IMAGE_DAMAGED, -ENOEXEC);
        return;
    }
    int size = sys_read_at(path, segment->p_offset, length, image->loader);
    if (size < 0)
        set(image, IMAGE_DAMAGED, size);
    else if ((size_t)size != length)
        set(image, IMAGE_DAMAGED, -EIO);
    else if (image->loader[length - 1] != '\0')
        set(image, IMAGE_DAMAGED, -ENOEXEC);
    else
        inspect_loader(image);
}

/* Goes through the program headers up to the one that names the loader. */
static void inspect_segments(const char *path, const ElfW(Ehdr) * head, struct image *image) {
    for (unsigned i = 0; i < head->e_phnum; i++) {
        ElfW(Phdr) segment = {0};

        int size = sys_read_at(path, head->e_phoff + i * sizeof segment, sizeof segment, &segment);
        if (size != sizeof segment) {
            set(image, IMAGE_DAMAGED, -ENOEXEC); /* beyond the end, or at no offset at all */
            return;
        }
        if (segment.p_type == PT_INTERP) {
            inspect_interpreter(path, &segment, image);
            return; /* the kernel reads the first one */
        }
    }
}

/* e_machine of a file in either order of bytes. */
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

/* As load_elf_binary() of the kernel reads it. */
static void inspect_elf(const char *path, const ElfW(Ehdr) * head, size_t size,
                        struct image *image) {
    enum { HEADERS_MOST = 65536 }; /* bytes of program headers that the kernel reads */
    const ElfW(Ehdr) *own = &__ehdr_start;
    bool whole = size == sizeof *head;

    image->machine = whole ? machine_of(head) : 0;
    if (whole && head->e_machine != own->e_machine) {
        if (!image_are_related(head->e_machine, own->e_machine))
            set(image, IMAGE_OTHER_MACHINE, -ENOEXEC);
    } else if (whole && head->e_ident[EI_CLASS] != own->e_ident[EI_CLASS]) {
        return; /* a second class of the same machine: the kernel may have been built for both */
    } else if (!whole || (head->e_type != ET_EXEC && head->e_type != ET_DYN) ||
               head->e_phentsize != sizeof(ElfW(Phdr)) || head->e_phnum == 0 ||
               head->e_phnum * sizeof(ElfW(Phdr)) > HEADERS_MOST) {
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
    if (is_elf(&head.elf, (size_t)size))
        inspect_elf(path, &head.elf, (size_t)size, image);
    else
        set(image, kind_of_other(head.bytes, (size_t)size), -ENOEXEC);
}
