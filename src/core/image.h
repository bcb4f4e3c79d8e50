/*
 * image - whether the kernel can execute a file, judged from its first bytes, and for an ELF file
 * from its program headers and its loader (execve(2), elf(5)).
 *
 * It is used as a prediction in the dry run, and to explain an error of execve. It never permits or
 * refuses a real start; only execve decides that.
 */
#ifndef CAPWRAP_IMAGE_H
#define CAPWRAP_IMAGE_H

#include <limits.h>
#include <stdbool.h>

enum image_kind {
    IMAGE_FITS,          /* the kernel can execute it, or this cannot be determined */
    IMAGE_EMPTY,         /* an empty file */
    IMAGE_TEXT,          /* a text without a #! line */
    IMAGE_MARKED,        /* it begins with a byte-order mark */
    IMAGE_LATE,          /* blanks or empty lines come before #! */
    IMAGE_WINDOWS,       /* a PE file */
    IMAGE_UNKNOWN,       /* neither a text nor an ELF file */
    IMAGE_OTHER_MACHINE, /* an ELF file for a machine that the kernel does not execute */
    IMAGE_DAMAGED,       /* an ELF file that is incomplete, or not a program */
    IMAGE_LOADER,        /* the loader named in the file is missing, not executable, or damaged */
    IMAGE_KINDS
};

struct image {
    enum image_kind kind;
    int error;             /* the error of execve, negative; 0 for IMAGE_FITS */
    unsigned machine;      /* of an ELF file (elf(5), e_machine); 0 for another file */
    char loader[PATH_MAX]; /* the one that an ELF file names; "" when none */
};

enum { IMAGE_MACHINE = 32 };

/* Writes the name of a machine as uname(2) reports it, or its number. */
void image_machine(unsigned machine, char name[IMAGE_MACHINE]);

/* Returns the machine that this program was built for. */
unsigned image_own_machine(void);

/* Whether one kernel may execute programs of both machines (elf(5), e_machine), depending on its
 * configuration. False when both are the same machine. */
bool image_are_related(unsigned machine, unsigned other);

/* Inspects the last file of a chain of interpreters. Formats registered with binfmt_misc are not
 * considered. */
void image_inspect(const char *path, struct image *image);

#endif
