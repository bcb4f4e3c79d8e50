#!/usr/bin/python3
"""Takes the counts of docs/testing.md from the results of a run.

Usage:
  testing.py real|nightly     replaces the tier's part of the page by what its last run in build/
                              wrote (tests/run.sh --real, --nightly)
  testing.py --check [FILE]   the page has both parts, complete, and neither has a failure

A test tells its counts in lines `summary: {...}` of its output, which CTest keeps. Exit status: 0; 1
the check failed; 2 there is no such run, or it is incomplete.
"""

import json
import pathlib
import platform
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

TOP = pathlib.Path(__file__).resolve().parents[3]
PAGE = TOP / "docs/testing.md"
# Of interest only when working on that test, and in its output; not in the page.
NOT_TOLD = re.compile(r"(seed|seconds|targets|corpus|new|most cases|codes|(least|most) kib|by kind .*|not counted .*"
                      r"|before main|early|beyond|redundant|stale|incomplete lines) ")
TITLES = {"real": "What every change goes through", "nightly": "The nightly tier"}


def results(tier):
    """The run's test cases: (preset, name, passed, seconds, output)."""
    for file in sorted(TOP.glob(f"build/tiers/{tier}/*.xml")):
        for case in xml.etree.ElementTree.parse(file).iter("testcase"):
            preset, slash, name = case.get("name").partition("/")
            if slash and file.name != "run.xml":
                yield (preset, name, case.get("status") == "run", float(case.get("time")),
                       case.findtext("system-out") or "")


def run_of(tier):
    """The whole of it: (seconds, processors, {preset: seconds of its build})."""
    try:
        run = xml.etree.ElementTree.parse(TOP / f"build/tiers/{tier}/run.xml").getroot()
    except OSError:
        return None
    built = {case.get("name").removeprefix("build of "): float(case.get("time"))
             for case in run.iter("testcase")}
    return float(run.get("time")), int(run.get("processors")), built


def slowest(cases, number=10):
    """Lines of a table."""
    cases = sorted(cases, key=lambda case: case[3], reverse=True)[:number]
    return ["| slowest tests | build | seconds |", "|---|---|---:|",
            *(f"| {name} | {preset} | {seconds:,.0f} |" for preset, name, _, seconds, _ in cases)]


def flat(value, name=""):
    """{"a": {"b": 1}} as [("a b", 1)]."""
    if isinstance(value, dict):
        return [pair for key, inner in value.items()
                for pair in flat(inner, f"{name} {key}".strip().replace("_", " "))]
    if isinstance(value, list):
        return [(name, len(value))] if value else []
    return [(name, value)]


def shown(number):
    return f"{number:,}" if isinstance(number, int) else number


def told(output):
    """The counts that a test has printed, except those that are 0: [(what, text)]."""
    for line in re.findall(r"^(?:# )?summary: (\{.*\})$", output, re.M):
        counts = json.loads(line)
        what = counts.pop("tool", "")
        counts.pop("each", None)  # of several targets; here there is one
        counts = [f"{name} {shown(number)}" for name, number in flat(counts) if number != 0]
        yield what, ", ".join(count for count in counts if not NOT_TOLD.match(count))


def block(tier):
    """The tier's part of the page."""
    cases = list(results(tier))
    run = run_of(tier)
    if not cases or run is None:
        print(f"testing.py: no results of {tier} in build/", file=sys.stderr)
        raise SystemExit(2)
    seconds, processors, built = run
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=TOP, text=True,
                            capture_output=True, check=True).stdout.strip()
    linux = ".".join(platform.release().split(".")[:2])
    passed = sum(case[2] for case in cases)
    lines = [f"### {TITLES[tier]}", "",
             f"Commit {commit}, {time.strftime('%Y-%m-%d')}, Linux {linux}, "
             f"{platform.machine()}: {passed:,} of {len(cases):,} tests passed.",
             f"The run took {seconds / 60:.0f} minutes on {processors} processors.", "",
             "| build | built in seconds | tests | seconds, added up |", "|---|---:|---:|---:|"]
    for preset in dict.fromkeys(case[0] for case in cases):
        of_it = [case for case in cases if case[0] == preset]
        lines.append(f"| {preset} | {built.get(preset, 0):,.0f} | {len(of_it)} | "
                     f"{sum(case[3] for case in of_it):,.0f} |")
    lines += ["", *slowest(cases)]
    lines += ["", "| test | counts |", "|---|---|"]
    for preset, name, _, _, output in cases:
        if preset in ("release", "fuzz"):
            lines += [f"| {name}{' of ' + what if what else ''} | {text} |"
                      for what, text in told(output)]
    return "\n".join(lines) + "\n"


def parts(page):
    """The generated parts of the page, by tier."""
    return {tier: (re.search(rf"(<!-- counts: {tier} -->\n)(.*?)(<!-- end -->\n)", page, re.S)
                   or [None] * 4)[2] for tier in TITLES}


def check(page):
    status = 0
    for tier, text in parts(page.read_text(encoding="utf-8")).items():
        total = re.search(r": ([\d,]+) of ([\d,]+) tests passed", text or "")
        if total is None or total[1] != total[2]:
            print(f"docs/testing.md: {tier}: no whole run", file=sys.stderr)
            status = 1
        for name in ("model/model", "faults/sweep", "faults/pairs", "mutation/mutation"):
            if f"| {name}" not in (text or ""):
                print(f"docs/testing.md: {tier}: no counts of {name}", file=sys.stderr)
                status = 1
    return status


def main():
    if sys.argv[1:2] == ["--check"]:
        return check(pathlib.Path(*sys.argv[2:]) if sys.argv[2:] else PAGE)
    if len(sys.argv) != 2 or sys.argv[1] not in TITLES:
        print(__doc__, file=sys.stderr)
        return 2
    tier = sys.argv[1]
    page = PAGE.read_text(encoding="utf-8")
    new = f"<!-- counts: {tier} -->\n{block(tier)}<!-- end -->\n"
    if parts(page)[tier] is None:
        page += "\n" + new
    else:
        page = re.sub(rf"<!-- counts: {tier} -->\n.*?<!-- end -->\n", lambda _: new, page,
                      flags=re.S)
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
