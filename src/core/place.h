/*
 * place - where capwrap runs, guessed from its surroundings for the words of a hint. The guess
 * chooses words, never behaviour.
 */
#ifndef CAPWRAP_PLACE_H
#define CAPWRAP_PLACE_H

#include <stdbool.h>
#include <stdint.h>

enum place_kind { SHELL, SYSTEMD, DOCKER, KUBERNETES, PLACES };

struct place {
    enum place_kind kind;
    uint64_t file_grant; /* what capwrap's own file permits to the ordinary user who starts it;
                            0 for root */
    bool root;           /* this process was started as root (getauxval(3), AT_EUID) */
    bool noroot;         /* as root, with the securebit that takes root's capabilities away */
    bool weak; /* /.dockerenv is the only sign: also in a machine that was made of an image */
};

/* Reads the environment, the files that engines leave (/.dockerenv, /run/.containerenv), where
 * standard error goes (systemd.exec(5), $JOURNAL_STREAM) and the file capabilities of
 * /proc/self/exe. Never fails: what cannot be read is not there. */
struct place place_find(void);

#endif
