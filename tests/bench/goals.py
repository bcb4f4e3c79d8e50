"""What a start of capwrap may cost: the one table of the goals, and how they are judged.

Each is a ratio of two programs in the same run. setpriv looks up no user: to it the same capwrap is
compared a second time, told not to set HOME.

The floors are no goals. A floor is the least that a program can do for the same change of state,
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


def ratio_in_rounds(scene, name, to):
    return statistics.median(ours / theirs for ours, theirs in
                             zip(scene.medians(name), scene.medians(to)))


def ratio_of(goal, scenes, counts):
    """(the program that it was compared with, the ratio, that of the least times); None where one of
    the two is not here."""
    scene = scenes.get(goal.what)
    here = counts if goal.what == MEMORY else scene.rounds if scene else {}
    to = goal.to if goal.to in here else STAND_INS.get(goal.to)
    if goal.of not in here or to not in here:
        return None
    if goal.what == MEMORY:
        ratio = counts[goal.of]["peak_kib"] / counts[to]["peak_kib"]
        return to, ratio, ratio
    ratio = ratio_in_rounds(scene, goal.of, to)
    return to, ratio, scene.least(goal.of) / scene.least(to)


def judge(scenes, counts):
    """A row for each goal that could be measured."""
    rows = []
    for goal in GOALS:
        found = ratio_of(goal, scenes, counts)
        if found is not None:
            to, ratio, least = found
            rows.append(goal._asdict() | {"to": to, "ratio": ratio, "least": least,
                                          "met": ratio <= goal.most})
    return rows


def climb(scene):
    """From each floor to its capwrap, rung by rung: (name, median in microseconds, ratio)."""
    rows = []
    for floor, build in programs.RUNGS.items():
        names = [floor, *(floor + rung for rung in [*programs.WITNESSES, *programs.CLIMB]), build + IDS_ONLY, build]
        if all(name in scene.rounds for name in names):
            rows.append([(name, scene.median(name), ratio_in_rounds(scene, name, floor))
                         for name in names])
    return rows
