#include "text/signame.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <strings.h>

#include "text/number.h"

/* Their numbers differ between architectures. */
#define NAMED(name) #name, SIG##name

static const struct {
    const char *name;
    int number;
} STANDARD[] = {
    {NAMED(HUP)},   {NAMED(INT)},  {NAMED(QUIT)}, {NAMED(ILL)},  {NAMED(TRAP)}, {NAMED(ABRT)},
    {NAMED(BUS)},   {NAMED(FPE)},  {NAMED(KILL)}, {NAMED(USR1)}, {NAMED(SEGV)}, {NAMED(USR2)},
    {NAMED(PIPE)},  {NAMED(ALRM)}, {NAMED(TERM)}, {NAMED(CHLD)}, {NAMED(CONT)}, {NAMED(STOP)},
    {NAMED(TSTP)},  {NAMED(TTIN)}, {NAMED(TTOU)}, {NAMED(URG)},  {NAMED(XCPU)}, {NAMED(XFSZ)},
    {NAMED(PROF)},  {NAMED(IO)},   {NAMED(PWR)},  {NAMED(SYS)},  {NAMED(POLL)}, {NAMED(VTALRM)},
    {NAMED(WINCH)},
};

int signame_parse(const char *word) {
    enum { HIGHEST = 64 }; /* SIGRTMAX; a C library reserves some of the real-time signals */
    uint64_t number;

    if (number_is_digits(word))
        return number_parse(word, HIGHEST, &number) == 0 ? (int)number : -EINVAL;
    const char *bare = strncasecmp(word, "sig", 3) == 0 ? word + 3 : word;
    for (size_t i = 0; i < sizeof STANDARD / sizeof STANDARD[0]; i++)
        if (strcasecmp(bare, STANDARD[i].name) == 0)
            return STANDARD[i].number;
    return -EINVAL;
}
