#!/usr/bin/python3
"""Runs capwrap-learn on the programs of firstuse.ini as a first-time user would: with --verify, and with an ordinary
test or none, but without --reset and --fixture.

    firstuse.py ROOT FILE [NAMES]    compares the table in FILE with what was learned: all of it, or of the
                                     programs whose names match this regular expression
    firstuse.py ROOT --write FILE    writes that table
    firstuse.py ROOT --one NAME      tries one program, and prints what was learned

The set that a program needs is first found with capwrap, as in truth.py, which defines ROOT, the programs and their
namespaces. An answer is right if it is exact and confirmed, or if it is not confirmed for a reason listed in
firstuse.ini. Every other answer is wrong; answers that are confirmed but not exact are also counted separately.

Exit status: 0 if every answer is right, no search made more than 60 runs and FILE agrees; otherwise 1. The last
line is "summary: " and a JSON object with the counts.
"""

import concurrent.futures
import configparser
import json
import os
import pathlib
import re
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import truth  # noqa: E402 pylint: disable=wrong-import-position
from truth import recipes  # noqa: E402 pylint: disable=wrong-import-position

TABLE = re.compile(r"(?<=<!-- measured: first use -->\n).*?(?=<!-- end -->\n)", re.S)
HEAD = "| program | kind | needs | answer | state | runs | seconds |\n|---|---|---|---|---|---|---|\n"
MOST_RUNS = 60


class Recipe(recipes.Recipe):
    """A section of firstuse.ini."""

    def __init__(self, number, section):
        super().__init__(number, section)
        self.user = section.get("user", self.user)
        self.uid = 0 if self.user == "root" else self.uid
        self.documented = self.keep
        # Another set, which another version of the program needs; None if there is no such version.
        self.other = re.findall(r"\w+", section["or"]) if "or" in section else None
        self.reasons = set(section.get("reason", "").split())


def programs():
    file = configparser.ConfigParser(interpolation=None)
    file.read(HERE / "firstuse.ini", encoding="utf-8")
    return [Recipe(*numbered) for numbered in enumerate(file[name] for name in file.sections())]


class Trial(truth.Trial):
    """Checks what must hold in addition to the test."""

    def serves(self, server):
        really = self.recipe.section.get("really", "true")
        end = time.monotonic() + truth.DAEMON_SECONDS
        if not super().serves(server):
            return False
        while self.as_root(really).returncode != 0:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True


def find_needs(recipe):
    """The set that the installed version of the program needs."""
    if recipe.other is None or Trial(recipe, recipe.keep).works():
        return recipe.keep
    truth.sweep()
    return recipe.other


def inside(root, recipe):
    """Prints as JSON what was tried and learned of one program."""
    truth.enter(root)
    recipe.keep = find_needs(recipe)
    tried = {}
    for missing in ("", *recipe.keep) if recipe.section.get("truth") != "no" else ():
        tried[missing] = Trial(recipe, [name for name in recipe.keep if name != missing]).works()
        truth.sweep()
    begin = time.monotonic()
    learned = truth.learn(recipe, "--verify", *recipe.section.get("options", "").split())
    print(json.dumps({"needs": recipe.keep, "tried": tried, "learned": learned,
                      "seconds": round(time.monotonic() - begin, 1)}))


def run(root, recipe):
    """The result for a program; if there is none, the reason. The recipe has what the installed version needs."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    try:
        done = subprocess.run([*recipes.UNSHARE, sys.executable, __file__, str(root), "--inside", recipe.name],
                              env={"PATH": path, "HOME": "/home", **truth.NO_CACHE}, text=True,
                              capture_output=True, check=False, timeout=20 * recipes.LIMIT)
    except subprocess.TimeoutExpired:
        return {"failed": "it did not end"}
    if done.returncode != 0:
        return {"failed": done.stderr}
    seen = json.loads(done.stdout)
    recipe.keep = seen["needs"]
    return seen


def is_exact(recipe, seen):
    return set(seen["learned"].get("keep", ["?"])) == set(recipe.keep)


def is_confirmed(seen):
    return seen["learned"].get("state") == "confirmed"


def codes(seen):
    return [reason["code"] for reason in seen["learned"].get("reasons", [])]


def wrong(recipe, seen):
    """The differences from what is expected."""
    if "failed" in seen:
        return [f"{recipe.name}: {seen['failed'][-recipes.TAIL:]}"]
    told = [f"{recipe.name}: " + (f"works without {missing}" if missing else "does not work with it")
            for missing, works in seen["tried"].items() if works == bool(missing)]
    if "keep" not in seen["learned"]:
        told.append(f"{recipe.name}: no answer: {seen['learned']['said'][-recipes.TAIL:]}")
    elif is_confirmed(seen) and not is_exact(recipe, seen):
        told.append(f"{recipe.name}: wrong and confirmed: {seen['learned']['keep']}")
    elif not is_confirmed(seen) and not (codes(seen) and set(codes(seen)) <= recipe.reasons):
        told.append(f"{recipe.name}: not confirmed: {seen['learned']['keep']}, {codes(seen)}: "
                    f"{seen['learned']['said'][-recipes.TAIL:]}")
    elif seen["learned"]["runs"] > MOST_RUNS:
        told.append(f"{recipe.name}: {seen['learned']['runs']} runs")
    return told


def row(recipe, seen, keep):
    """A line of the table, for a program that needs these."""
    shown = recipe.section.get("shown", recipe.command).replace("|", "\\|")
    state = "confirmed" if is_confirmed(seen) else "not confirmed: " + ", ".join(codes(seen))
    return f"| {recipe.name}: `{shown}` | {recipe.section['kind']} | {truth.words(keep)} | " \
           f"{truth.words(seen['learned']['keep'])} | {state} | {seen['learned']['runs']} | {seen['seconds']:.0f} |\n"


def summary(wanted, results, failures):
    """The counts."""
    learned = [(recipe, seen) for recipe, seen in zip(wanted, results)
               if "failed" not in seen and "keep" in seen["learned"]]
    runs = [seen["learned"]["runs"] for _, seen in learned]
    return {"programs": len(wanted),
            "exact": sum(is_confirmed(seen) and is_exact(recipe, seen) for recipe, seen in learned),
            "not_confirmed": sum(not is_confirmed(seen) for _, seen in learned),
            "wrong_and_confirmed": sum(is_confirmed(seen) and not is_exact(recipe, seen)
                                       for recipe, seen in learned),
            "mean_runs": round(sum(runs) / len(runs), 2) if runs else 0,
            "most_runs": max(runs, default=0), "wrong": len(failures)}


def furnish(root, wanted):
    recipes.furnish(root, [recipe for recipe in wanted if recipe.user != "root"])
    truth.furnish_learn(root)


def first_cells(line):
    return " | ".join(line.split(" | ")[:3])


def same(path, rows, names):
    """The differences between the rows of these names in a file and what was learned: the program, its kind and what
    it needs. The number of runs, and the result of a program that fails sometimes, may differ."""
    found = TABLE.search(path.read_text(encoding="utf-8"))
    lines = found[0].removeprefix(HEAD).splitlines() if found else []
    told = {first_cells(line) for line in lines
            if re.search(names, line.removeprefix("| ").partition(": `")[0])}
    seen = {first_cells(line) for line in rows}
    return [f"{path}: not as learned: {line}" for line in sorted(told ^ seen)]


def tell(recipe, seen):
    """Prints the result for a program on standard error as soon as it is known, because all of them take long."""
    learned = seen.get("learned", {})
    print(recipe.name, seen.get("seconds"), seen.get("tried"), learned.get("keep"), learned.get("state"),
          learned.get("runs"), codes(seen) if learned else seen, wrong(recipe, seen), sep="; ", file=sys.stderr, flush=True)
    return seen


def main(root, what, argument="."):
    """what: an option with its argument, or FILE with NAMES."""
    root = pathlib.Path(root)
    names = {"--write": ".", "--inside": f"^{re.escape(argument)}$",
             "--one": f"^{re.escape(argument)}$"}.get(what, argument)
    wanted = [recipe for recipe in programs() if re.search(names, recipe.name)]
    if not wanted:
        sys.exit(f"firstuse.py: no such program: {argument}")
    if what == "--inside":
        return inside(root, *wanted)
    furnish(root, programs())
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda recipe: tell(recipe, run(root, recipe)), wanted))
    failures = [text for recipe, seen in zip(wanted, results) for text in wrong(recipe, seen)]
    counts = summary(wanted, results, failures)
    if what == "--one":
        print(json.dumps(results[0], indent=2))
    elif not failures:
        if what == "--write":
            path = pathlib.Path(argument)
            table = HEAD + "".join(row(recipe, seen, recipe.keep) for recipe, seen in zip(wanted, results))
            path.write_text(TABLE.sub(lambda _: table, path.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            rows = [row(recipe, seen, recipe.documented) for recipe, seen in zip(wanted, results)]
            failures = same(pathlib.Path(what), rows, names)
    print("\n".join(failures))
    print("summary: " + json.dumps(counts))
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
