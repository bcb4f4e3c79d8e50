/*
 * terminal - restores the terminal after a run: a killed program leaves it in the mode that it had
 * set, with the foreground process group that it had chosen.
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

/* Saves the state of standard input, if it is our controlling terminal and we have its foreground.
 */
void terminal_save(struct terminal *terminal);

/* Restores that state; does nothing without such a terminal. */
void terminal_restore(const struct terminal *terminal);

#endif
