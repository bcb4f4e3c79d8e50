/*
 * terminal - the terminal of a run, as it was: a program that is killed leaves it in whatever mode
 * it had chosen, and in the foreground whom it had put there.
 */
#ifndef CAPWRAP_LEARN_TERMINAL_H
#define CAPWRAP_LEARN_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

struct terminal {
    bool is_one; /* standard input is our controlling terminal */
    pid_t foreground;
    struct termios mode;
};

/* Remembers standard input as it is, if it is our controlling terminal and we are its foreground.
 */
void terminal_save(struct terminal *terminal);

/* Makes it so again; does nothing where there is no such terminal. */
void terminal_restore(const struct terminal *terminal);

#endif
