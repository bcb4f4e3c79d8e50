"""How the cost of a start grows with what it has to do."""

import math

import programs
import settings
from goals import DYNAMIC, MUSL


def many(count):
    return ",".join(str(gid) for gid in range(1000, 1000 + count))


# What grows, its sizes, capwrap's further options (a function of the size), and the setting.
GROWTH = [
    ("groups in --groups", [1, 64, 1024, 4096, 16384],
     lambda size: ["--user", f"{programs.ID}:{programs.ID}", "--groups", many(size)],
     lambda size: {}),
    ("groups of the user in /etc/group", [1, 64, 1024, 4096, 16384],
     lambda size: ["--user", programs.NAME], lambda size: {"groups": size}),
    ("entries in /etc/passwd", [64, 1024, 4096, 16384, 65000],
     lambda size: ["--user", programs.NAME], lambda size: {"entries": size, "groups": 3}),
    ("capabilities dropped", [3, 10, 40], None, lambda size: {"capabilities": size + 1}),
    ("environment variables of 100 bytes", [1, 64, 1024, 4096, 16384], None,
     lambda size: {"variables": size}),
    ("open descriptors, with --close-fds", [1, 64, 1024, 4096],
     lambda size: ["--user", f"{programs.ID}:{programs.ID}", "--close-fds"],
     lambda size: {"descriptors": size}),
    ("launches side by side", [1, 4, 16, 64], None, lambda size: {"width": size}),
]


def settings_of(paths, target, laps, sizes):
    """{(what grows, size): Setting}; of each, the last `sizes` sizes alone, or all."""
    found = {}
    for what, all_sizes, words, around in GROWTH:
        for size in all_sizes[-sizes:]:
            told = words(size) if words else ["--user", f"{programs.ID}:{programs.ID}"]
            commands = {programs.ALONE: [target]}
            commands |= {name: [paths[name], *told, *programs.KEPT, target]
                         for name in (DYNAMIC, MUSL) if name in paths}
            found[what, size] = settings.Setting(f"{size} {what}", commands, laps, **around(size))
    return found


def exponent(times):
    """Between the two largest sizes, time grows with which power of the size."""
    (small, before), (large, after) = sorted(times.items())[-2:]
    return math.log(after / before) / math.log(large / small)


def rows(found):
    """For each thing that grows: microseconds by program and size, and the exponents, which are
    those of the least times."""
    result = []
    for what, *_ in GROWTH:
        here = {size: setting for (name, size), setting in found.items() if name == what}
        names = list(next(iter(here.values())).commands)
        times = {name: {size: setting.median(name) for size, setting in here.items()}
                 for name in names}
        least = {name: exponent({size: setting.least(name) for size, setting in here.items()})
                 for name in names}
        result.append({"what": what, "times": times, "exponents": least})
    return result


def steeper(result, limit):
    """(what, program, exponent) where capwrap's cost grows faster than with this power."""
    return [(row["what"], name, power) for row in result for name, power in row["exponents"].items()
            if name != programs.ALONE and power > limit]
