#include "learn/verdict.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "show/names.h"

const char *verdict_state(const struct learned *learned) {
    switch (learned->state) {
    case STATE_CONFIRMED:
        return "confirmed";
    case STATE_NOT_CONFIRMED:
        return "not confirmed";
    case STATE_OBSERVED:
        break;
    }
    return "observed";
}

const char *verdict_method(const struct learned *learned) {
    if (!learned->traced)
        return "trial";
    return learned->kprobe ? "kprobe" : "tracepoint";
}

/* ---- each capability ---- */

uint64_t verdict_caps(const struct learned *learned) {
    uint64_t set = learned->keep;

    for (unsigned cap = 0; cap < CAP_BITS; cap++)
        if (tally_uses(&learned->tally.asked[cap])->checks > 0)
            set |= CAP_MASK(cap);
    return set;
}

const char *verdict_of(const struct learned *learned, unsigned cap) {
    if ((learned->keep & CAP_MASK(cap)) != 0)
        return "needed";
    return learned->tally.asked[cap].counted.checks > 0 ? "not needed" : "ignored";
}

/* The reason of the rule that most of the ignored checks come under. */
static const char *ignored_reason(const struct uses *uses) {
    const struct use *most = NULL;

    for (size_t i = 0; i < uses->count; i++)
        if (most == NULL || uses->list[i].checks > most->checks)
            most = &uses->list[i];
    return most == NULL ? "asked by the way" : most->noise->reason;
}

const char *verdict_reason(const struct learned *learned, unsigned cap) {
    const struct asked *asked = &learned->tally.asked[cap];

    if ((learned->keep & CAP_MASK(cap)) == 0)
        return asked->counted.checks > 0 ? "asked for, and it works without"
                                         : ignored_reason(&asked->ignored);
    if (learned->state == STATE_OBSERVED)
        return "asked for; whether it works without was not tried";
    if (learned->state == STATE_NOT_CONFIRMED)
        return "could not be left out, or was not tried without";
    return asked->counted.checks > 0 || !learned->traced
               ? "it does not work without"
               : "it does not work without, though it was not "
                 "seen to be asked for";
}

uint64_t verdict_outside(const struct learned *learned) {
    return learned->options.check_word == NULL ? 0 : learned->keep & ~learned->options.check;
}

int verdict_exit(const struct learned *learned) {
    if (learned->state == STATE_NOT_CONFIRMED)
        return 2;
    return verdict_outside(learned) != 0 ? 1 : 0;
}

/* ---- how far it goes ---- */

struct limits {
    char (*list)[VERDICT_LIMIT];
    size_t count;
};

static void __attribute__((format(printf, 2, 3)))
add(struct limits *limits, const char *format, ...) {
    va_list values;

    if (limits->count == VERDICT_LIMITS)
        return;
    va_start(values, format);
    (void)vsnprintf(limits->list[limits->count++], VERDICT_LIMIT, format, values);
    va_end(values);
}

static void add_watching(const struct learned *learned, struct limits *limits) {
    if (!learned->traced)
        return;
    if (learned->lost > 0)
        add(limits,
            "%llu checks were lost, of this program or of others: more may be needed than was seen",
            (unsigned long long)learned->lost);
    if (symbols_hidden(&learned->symbols))
        add(limits, "the kernel hides its symbols (kptr_restrict, or no SYSLOG): noise is not told "
                    "from need, and system calls have no names");
    if (learned->kprobe)
        add(limits,
            "a kprobe sees no answers, so that checks that were refused count too, and none of "
            "the checks that the compiler made a part of other functions (in capset, and for "
            "securebits)");
    if (learned->tally.no_memory)
        add(limits, "there was not enough memory to tell noise from need");
}

bool verdict_is_of_failure(const struct learned *learned) {
    const struct outcome *first = &learned->first;

    return learned->options.test == NULL && first->ended && first->status != 0;
}

static void add_status(const struct learned *learned, struct limits *limits) {
    const struct outcome *first = &learned->first;

    if (learned->options.test != NULL) {
        if (!first->test_passed)
            add(limits, "the test never succeeded, with everything kept: %s",
                learned->options.test);
        return;
    }
    if (first->timed_out)
        add(limits, "it was still running when its time was up: that is all that counts as "
                    "working; give a --test");
    else if (first->left)
        add(limits, "it ended and left processes behind: its exit status tells little of them; "
                    "give a --test");
    else if (first->ended && WIFSIGNALED(first->status))
        add(limits, "it was ended by signal %d with everything kept: that counts as working",
            WTERMSIG(first->status));
    else if (first->ended && WEXITSTATUS(first->status) != 0)
        add(limits, "it ended with status %d with everything kept: that counts as working",
            WEXITSTATUS(first->status));
}

size_t verdict_limits(const struct learned *learned, char limits[VERDICT_LIMITS][VERDICT_LIMIT]) {
    struct limits all = {.list = limits};

    add_watching(learned, &all);
    add_status(learned, &all);
    if (learned->missing != 0) {
        char names[NAMES_SIZE];
        names_join(learned->missing, "", ", ", names);
        add(&all,
            "capwrap-learn does not hold %.400s itself: whether it would be used cannot be "
            "told",
            names);
    }
    if (learned->own_capabilities)
        add(&all, "the program's file has capabilities of its own: capwrap starts it with "
                  "exactly these, or not at all");
    if (learned->interrupted)
        add(&all, "it was interrupted, and not everything was tried");
    if (learned->options.verify && learned->subject.input < 0 && isatty(STDIN_FILENO) == 0)
        add(&all, "standard input cannot be read again: only the first run had it");
    if (learned->state == STATE_OBSERVED && learned->keep != 0)
        add(&all, "less may be enough: --verify finds out, by running it again");
    return all.count;
}
