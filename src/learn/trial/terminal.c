#include "learn/trial/terminal.h"

#include <signal.h>
#include <unistd.h>

void terminal_save(struct terminal *terminal) {
    terminal->foreground = tcgetpgrp(STDIN_FILENO);
    terminal->is_one =
        terminal->foreground == getpgrp() && tcgetattr(STDIN_FILENO, &terminal->mode) == 0;
}

void terminal_restore(const struct terminal *terminal) {
    sigset_t output, before;

    if (!terminal->is_one)
        return;
    /* The program may have put us in the background, where the kernel would stop us for this. */
    (void)sigemptyset(&output);
    (void)sigaddset(&output, SIGTTOU);
    (void)sigprocmask(SIG_BLOCK, &output, &before);
    (void)tcsetpgrp(STDIN_FILENO, terminal->foreground);
    (void)tcsetattr(STDIN_FILENO, TCSANOW, &terminal->mode);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
}
