/*
 * target - ends with 0 at once: what is launched, with as little cost of its own as a program can
 * have. For -nostdlib -static -ffreestanding.
 */
#include <asm/unistd.h>

#include "nolibc.h"

void start(const long *stack) {
    (void)stack;
    for (;;)
        call(__NR_exit_group, 0, 0, 0, 0, 0);
}
