/*
 * place - the environment in which capwrap runs, guessed for the wording of a hint. The guess never
 * affects what capwrap does.
 */
#ifndef CAPWRAP_PLACE_H
#define CAPWRAP_PLACE_H

#include <stdbool.h>
#include <stdint.h>

enum place_kind { SHELL, SYSTEMD, DOCKER, KUBERNETES, PLACES };

struct place {
    enum place_kind kind;
    uint64_t file_grant; /* what capwrap's file capabilities permit to the ordinary user who starts
                            it; 0 for root */
    bool root;           /* this process was started as root (getauxval(3), AT_EUID) */
    bool noroot;         /* as root, with the securebit that removes root's capabilities */
    bool weak;           /* /.dockerenv is the only sign; a machine made from an image has it too */
};

/* Reads the environment, the files that container engines create (/.dockerenv, /run/.containerenv),
 * the destination of standard error (systemd.exec(5), $JOURNAL_STREAM) and the file capabilities of
 * /proc/self/exe. Never fails: what cannot be read is treated as absent. */
struct place place_find(void);

#endif
