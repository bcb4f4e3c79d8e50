"""What a start of capwrap may cost: the one table of the goals, and how they are evaluated.

Each is a ratio of two programs in the same run. setpriv looks up no user: to it the same capwrap is
compared a second time, with the option not to set HOME.

The baselines are no goals. A baseline is the least that a program can do for the same change of state,
without a check, with the C library alone; the rungs above it ask what capwrap asks (questions.h). They
tell a contributor where the time goes: climb(). A new question of capwrap is a line in questions.h,
which a test compares with what capwrap asks.
"""

import collections
import statistics

import programs
from programs import IDS_ONLY

Goal = collections.namedtuple("Goal", "what, of, to, most")
MARGIN = 2  # in continuous integration, where the machine is busy with other things
# The exponent with which a cost may grow between the two largest sizes: 1 is linear, 2 is what must
# not be. The second number is for continuous integration.
STEEPEST, FAR_FROM_LINEAR = 1.25, 1.5

DYNAMIC, MUSL = "capwrap, dynamic glibc", "capwrap, static musl"
TIME, NAMED, MEMORY = "time", "time, user by name among 65,000", "peak memory"
GOALS = [
    Goal(TIME, MUSL, "su-exec, static musl", 1.15),
    Goal(TIME, MUSL, "chpst", 0.60),
    Goal(TIME, DYNAMIC, "setpriv, the same job", 0.75),
    Goal(TIME, DYNAMIC + IDS_ONLY, "setpriv, the same job", 0.75),
    Goal(TIME, DYNAMIC, "gosu", 0.55),
    Goal(NAMED, DYNAMIC, "gosu", 1.00),
    Goal(NAMED, DYNAMIC, "setpriv, the same job", 2.00),
    Goal(MEMORY, DYNAMIC, "su-exec", 1.10),
]
# Where su-exec is not named: what Debian has that does as little.
STAND_INS = {"su-exec": "s6-applyuidgid"}
# Programs without glibc. What glibc does before main, such as to identify the processor, is not capwrap's, and is
# most of a start on some machines. So the short form, which asks whether capwrap is far off, leaves it out.
WITHOUT_GLIBC = {"gosu"}


def ratio_in_rounds(setting, name, to):
    return statistics.median(ours / theirs for ours, theirs in
                             zip(setting.medians(name), setting.medians(to)))


def ratio_of(goal, settings, counts):
    """(the program that it was compared with, the ratio, that of the least times); None where one of
    the two is not here."""
    setting = settings.get(goal.what)
    here = counts if goal.what == MEMORY else setting.rounds if setting else {}
    to = goal.to if goal.to in here else STAND_INS.get(goal.to)
    if goal.of not in here or to not in here:
        return None
    if goal.what == MEMORY:
        ratio = counts[goal.of]["peak_kib"] / counts[to]["peak_kib"]
        return to, ratio, ratio
    ratio = ratio_in_rounds(setting, goal.of, to)
    return to, ratio, (setting.least(goal.of) - start_of_glibc(setting, to)) / setting.least(to)


def start_of_glibc(setting, to):
    """What glibc takes before main, where the other program has none of it and both baselines were
    measured; else 0."""
    with_it, without = "baseline, dynamic glibc", "baseline, no libc"
    if to not in WITHOUT_GLIBC or with_it not in setting.rounds or without not in setting.rounds:
        return 0
    return setting.least(with_it) - setting.least(without)


def evaluate(settings, counts):
    """A row for each goal that could be measured."""
    rows = []
    for goal in GOALS:
        found = ratio_of(goal, settings, counts)
        if found is not None:
            to, ratio, least = found
            rows.append(goal._asdict() | {"to": to, "ratio": ratio, "least": least,
                                          "met": ratio <= goal.most})
    return rows


def climb(setting):
    """From each baseline to its capwrap, rung by rung: (name, median in microseconds, ratio)."""
    rows = []
    for baseline, build in programs.RUNGS.items():
        rungs = [*programs.SINGLE_QUESTIONS, *programs.CLIMB]
        names = [baseline, *(baseline + rung for rung in rungs), build + IDS_ONLY, build]
        if all(name in setting.rounds for name in names):
            rows.append([(name, setting.median(name), ratio_in_rounds(setting, name, baseline))
                         for name in names])
    return rows
