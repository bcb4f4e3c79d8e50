#!/usr/bin/python3
"""What a start through capwrap costs, next to the baselines and to other launchers.

  bench.py [--part PART]... [--also NAME=CAPWRAP]... [-o FILE] [--page]
  bench.py --short [--part PART]...

The parts: "time" (launches by number, in turns), "names" (a user by name among 65,000), "growth"
(how the cost grows), "counts" (system calls, instructions, faults, memory, disk), "filter" (what
--disable-userns adds); all of them without --part. Prints tables; -o FILE keeps everything as JSON, down
to the single launch. --page writes docs/performance-details.md and .svg, which takes all parts and su-exec; with
--part filter alone it writes that part, of the builds that are named.

Needs root. The environment may name what is measured: CAPWRAP, CAPWRAP_SHARED, CAPWRAP_STATIC and
CAPWRAP_MUSL (each is built below build/bench otherwise, the last one with Debian's sources);
SU_EXEC, SU_EXEC_STATIC and SU_EXEC_MUSL (not in Debian; left out otherwise). --also adds another
build as a row of its own.

--short takes some seconds, measures a little of everything, and of capwrap and su-exec what is
named. It never checks a time: only a ratio of least times above twice its goal, or growth far
from linear, makes it exit with 1.

--rounds N, --laps N  of "time": in each round each command has N laps
--seed N              the same order of launches once more
"""

import argparse
import json
import os
import pathlib
import random
import statistics
import sys
import tempfile
import time

import counts
import goals
import growth
import performance_page
import programs
import settings

PARTS = ["time", "names", "growth", "counts", "filter"]
FILTER = "with a filter"


def options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--also", action="append", default=[], metavar="NAME=CAPWRAP")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--laps", type=int)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("-o", dest="file", metavar="FILE")
    chosen = parser.parse_args([word for word in sys.argv[1:] if word != settings.INSIDE])
    chosen.part = chosen.part or PARTS
    chosen.rounds = chosen.rounds or (5 if chosen.short else 15)
    chosen.laps = chosen.laps or (10 if chosen.short else 60)
    return chosen


def plan(chosen, tools, paths):
    """The settings of these parts, by name; those of growth by (what, size)."""
    target, few = str(tools / "target"), chosen.short
    found = {}
    if "time" in chosen.part:
        commands = programs.by_number(tools, paths) | programs.rungs(tools)
        found[goals.TIME] = settings.Setting("by number", {
            name: [*words, target] for name, words in commands.items()}, chosen.laps)
    if "names" in chosen.part:
        found[goals.NAMED] = settings.Setting("by name", {
            name: [*words, target] for name, words in programs.by_name(paths).items()},
            2 if few else 5, entries=65000, groups=3)
    if "filter" in chosen.part:
        found[FILTER] = settings.Setting(FILTER, {
            name: [*words, target] for name, words in programs.filtered(tools, paths).items()},
            chosen.laps)
    if "growth" in chosen.part:
        found |= growth.settings_of(paths, target, 3 if few else 10, 2 if few else 0)
    return found


def spread(setting):
    """What the launches of each command took, in microseconds."""
    result = {}
    for name, rounds in setting.rounds.items():
        times = [lap / 1000 for laps in rounds for lap in laps]
        first, median, third = statistics.quantiles(times, n=4)
        result[name] = {"median": median, "least": min(times), "first": first, "third": third}
    return result


def measure(chosen, tools, paths):
    """Everything that is asked for, as what -o writes."""
    users = settings.Users(tools / "etc")
    found = plan(chosen, tools, paths)
    settings.measure(list(found.values()), chosen.rounds, str(tools / "launch"), users, chosen.seed)
    counted = {}
    if "counts" in chosen.part:
        counted = counts.count(programs.by_number(tools, paths), tools, tools / "target", users,
                               not chosen.short)
    grown = {key: setting for key, setting in found.items() if isinstance(key, tuple)}
    return {
        "seed": chosen.seed, "rounds": chosen.rounds, "laps": chosen.laps, "stamp": performance_page.stamp(),
        "time": spread(found[goals.TIME]) if goals.TIME in found else {},
        "names": spread(found[goals.NAMED]) if goals.NAMED in found else {},
        "filter": spread(found[FILTER]) if FILTER in found else {},
        "goals": goals.evaluate(found, counted), "counts": counted,
        "climb": goals.climb(found[goals.TIME]) if goals.TIME in found else [],
        "growth": growth.rows(grown) if grown else [],
        "launches": {setting.name: setting.rounds for setting in found.values()},
    }


def far_off(result):
    """The reasons for which --short exits with 1."""
    said = [f"{row['what']}: {row['of']} is {row['least']:.2f} of {row['to']}, more than twice "
            f"{row['most']}" for row in result["goals"]
            if row["least"] > goals.MARGIN * row["most"]]
    said += [f"{what}: the cost of {name} grows with the power {power:.2f}"
             for what, name, power in growth.steeper(result["growth"], goals.FAR_FROM_LINEAR)]
    return said


def summary(result, said, seconds):
    return {"tool": "bench", "seed": result["seed"], "programs": len(result["time"]),
            "launches": performance_page.launches(result), "goals": len(result["goals"]),
            "met": sum(row["met"] for row in result["goals"]), "growths": len(result["growth"]),
            "far_off": len(said), "seconds": round(seconds)}


def main():
    chosen = options()
    if os.geteuid() != 0:
        raise SystemExit("bench: needs root")
    settings.enter_namespace()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="capwrap-bench.", dir="/tmp") as folder:
        tools = pathlib.Path(folder)
        tools.chmod(0o755)  # the program that is launched is in there
        named = chosen.short or chosen.part == ["filter"]
        paths = programs.capwraps(None if named else programs.TOP / "build/bench")
        programs.build_tools(tools, programs.baselines_beside(paths))
        if "filter" in chosen.part:
            programs.build_filters(tools, paths)
        if chosen.page and not named:
            programs.build_rungs(tools, paths)
        paths |= dict(also.split("=", 1) for also in chosen.also)
        result = measure(chosen, tools, paths)
    print(performance_page.text(result), end="")
    if chosen.file:
        pathlib.Path(chosen.file).write_text(json.dumps(result), encoding="utf-8")
    if chosen.page:
        performance_page.write(result, only="filter" if chosen.part == ["filter"] else None)
    said = far_off(result) if chosen.short else []
    for line in said:
        print(f"bench: {line}", file=sys.stderr)
    print(f"summary: {json.dumps(summary(result, said, time.monotonic() - began))}")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
