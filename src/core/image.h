/*
 * image - whether the kernel can make a process of a file: what its first bytes, and for an ELF
 * file its program headers and its loader, say about it (execve(2), elf(5)).
 *
 * A prediction for the dry run, and the explanation of an error of execve. It never permits and
 * never refuses a real start: execve has the last word.
 */
#ifndef CAPWRAP_IMAGE_H
#define CAPWRAP_IMAGE_H

#include <limits.h>
#include <stdbool.h>

enum image_kind {
    IMAGE_FITS,          /* nothing speaks against it, or it cannot be told */
    IMAGE_EMPTY,         /* no byte */
    IMAGE_TEXT,          /* a text without #! */
    IMAGE_MARKED,        /* it begins with a byte-order mark */
    IMAGE_LATE,          /* blanks or empty lines stand before #! */
    IMAGE_WINDOWS,       /* a PE file */
    IMAGE_UNKNOWN,       /* neither a text nor an ELF file */
    IMAGE_OTHER_MACHINE, /* an ELF file of a machine that the kernel does not execute */
    IMAGE_DAMAGED,       /* an ELF file that is incomplete, or no program */
    IMAGE_LOADER,        /* the loader that it names is missing, not executable, or damaged */
    IMAGE_KINDS
};

struct image {
    enum image_kind kind;
    int error;             /* what execve answers, negative; 0 for IMAGE_FITS */
    unsigned machine;      /* of an ELF file (elf(5), e_machine); 0 when it is none */
    char loader[PATH_MAX]; /* that an ELF file names; "" when none */
};

enum { IMAGE_MACHINE = 32 };

/* Writes the name of a machine as uname(2) calls it, or its number. */
void image_machine(unsigned machine, char name[IMAGE_MACHINE]);

/* The machine of this program. */
unsigned image_own_machine(void);

/* Whether one kernel may execute programs of both machines (elf(5), e_machine), as its
 * configuration says. A machine is not its own relative. */
bool image_are_related(unsigned machine, unsigned other);

/* Reads the last file of a chain of interpreters. Formats that are registered with binfmt_misc are
 * not considered. */
void image_inspect(const char *path, struct image *image);

#endif
