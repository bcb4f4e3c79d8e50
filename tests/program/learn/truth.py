#!/usr/bin/python3
"""Runs capwrap-learn on programs whose true sets are known: those of tests/real/recipes/recipes.ini and those of
truth.ini.

    truth.py ROOT FILE [NAMES]    compares the table in FILE with what was learned: all of it, or of the
                                  programs whose names match this regular expression
    truth.py ROOT --write FILE    writes that table
    truth.py ROOT --one NAME      one program

The true set is the one with which a program works while it fails with any one capability less; both are checked with
capwrap first. A run that is only watched must ask for all of it, and --verify must find exactly that set. For
comparison, strace counts the calls that fail with EPERM or EACCES when the program has no capability.

ROOT is a root file system with the programs, reserved for this script; tests/real/recipes/programs creates it.
CAPWRAP and CAPWRAP_LEARN name the programs that are copied into it. Each program runs in its own namespaces, as in
recipes.py.

Exit status: 0 if every answer is exact, no watched run missed anything, the mean number of runs is at most six and FILE
agrees; otherwise 1. The last line is "summary: " and a JSON object with the counts.
"""

import concurrent.futures
import configparser
import contextlib
import json
import os
import pathlib
import platform
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "real/recipes"))
import recipes  # noqa: E402 pylint: disable=wrong-import-position

TABLE = re.compile(r"(?<=<!-- measured: accuracy -->\n).*?(?=<!-- end -->\n)", re.S)
HEAD = "| program | needs | asked for while watched | confirmed | runs | seconds | strace |\n" \
       "|---|---|---|---|---|---|---|\n"
MEAN_RUNS = 6
# Otherwise the first program in Python would ask for more than the others, because it writes files.
NO_CACHE = {"PYTHONDONTWRITEBYTECODE": "1"}
DAEMON_SECONDS = 3 # after the end of its parent
RESET = "chattr -R -i . 2>/dev/null; find . -mindepth 1 ! -name log -delete; : >log; set -e\n"


def programs():
    """All recipes, each with its own user."""
    found = []
    for path in (HERE.parents[1] / "real/recipes/recipes.ini", HERE / "truth.ini"):
        file = configparser.ConfigParser(interpolation=None)
        file.read(path, encoding="utf-8")
        found += [file[name] for name in file.sections()]
    return [recipes.Recipe(*numbered) for numbered in enumerate(found)]


# ---- in the namespaces, with ROOT as the root directory ----

def start(recipe, *words):
    """Starts the recipe's command, preceded by these words, in the directory made for a trial. Its output is added to
    the file log, as with a recipe."""
    line = f"exec \"$@\" -- {recipe.command}"
    with open("log", "a", encoding="utf-8") as log:
        return subprocess.run(["sh", "-c", line, "sh", *words], stdin=subprocess.DEVNULL, stdout=log,
                              stderr=log, check=False, timeout=10 * recipes.LIMIT).returncode


def learn(recipe, *options):
    """The report of one run of capwrap-learn, with its exit status."""
    recipes.Trial(recipe, [])
    report = pathlib.Path("/tmp/report")
    report.unlink(missing_ok=True)
    test = ["--test", recipe.works] if recipe.works else []
    status = start(recipe, "capwrap-learn", "--user", recipe.user, "--json", "-o", str(report),
                   *test, *options)
    said = pathlib.Path("log").read_text(encoding="utf-8", errors="replace")
    os.chdir("/")
    told = json.loads(report.read_text(encoding="utf-8")) if status in (0, 2) else {}
    return {"status": status, "said": said, **told}


def trace(recipe):
    """The number of calls that fail for lack of permission when the program has no capability."""
    recipes.Trial(recipe, [])
    limit = ["timeout", "2"] if recipe.works else []
    start(recipe, *limit, "capwrap", "--user", recipe.user, "--no-new-privs", "--", "strace", "-f",
          "-qq", "-e", "status=failed", "-o", "/tmp/calls")
    sweep()
    text = pathlib.Path("/tmp/calls").read_text(encoding="utf-8", errors="replace")
    return len(re.findall(r" = -1 (?:EPERM|EACCES) ", text))


class Trial(recipes.Trial):
    """As for a recipe, but a server may be a daemon: it works if its program has ended."""

    def serves(self, server):
        end = time.monotonic() + recipes.LIMIT
        while self.as_root(self.recipe.works).returncode != 0:
            if server.poll() not in (None, 0) or time.monotonic() > end:
                return False
            if server.poll() == 0:
                end = min(end, time.monotonic() + DAEMON_SECONDS)
            time.sleep(0.05)
        return True


def sweep():
    """Ends the daemons that a trial has left: this process is process 1, and all others belong to them."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    os.chdir("/")


def enter(root):
    """Makes ROOT the root directory of this process, with the file systems that a program expects."""
    for kind, folder in (("proc", "proc"), ("sysfs", "sys")):
        subprocess.run(["mount", "-t", kind, kind, f"{root}/{folder}"], check=True)
    subprocess.run(["mount", "--bind", "/dev", f"{root}/dev"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", f"{root}/tmp"], check=True)
    os.chroot(root)


def inside(root, recipe):
    """Prints as JSON what was tried and learned of one program."""
    enter(root)
    tried = {}
    for missing in ("", *recipe.keep):
        tried[missing] = Trial(
            recipe, [name for name in recipe.keep if name != missing]).works()
        sweep()
    watched = learn(recipe)
    begin = time.monotonic()
    verified = learn(recipe, "--verify", "--reset", RESET + recipe.prepare)
    print(json.dumps({"tried": tried, "watched": watched, "verified": verified,
                      "seconds": time.monotonic() - begin, "strace": trace(recipe)}))


# ---- outside ----

def run(root, recipe):
    """The result for a program; if there is none, the reason."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    done = subprocess.run([*recipes.UNSHARE, sys.executable, __file__, str(root), "--inside",
                           recipe.name],
                          env={"PATH": path, "HOME": "/home", **NO_CACHE}, text=True, capture_output=True,
                          check=False, timeout=20 * recipes.LIMIT)
    return json.loads(done.stdout) if done.returncode == 0 else {"failed": done.stderr}


def wrong(recipe, seen):
    """The differences from what is expected."""
    if "failed" in seen:
        return [f"{recipe.name}: {seen['failed'][-recipes.TAIL:]}"]
    needs = set(recipe.keep)
    told = [f"{recipe.name}: " + (f"works without {missing}" if missing else "does not work with it")
            for missing, works in seen["tried"].items() if works == bool(missing)]
    for kind in ("watched", "verified"):
        if "keep" not in seen[kind]:
            return told + [f"{recipe.name}: {kind}: {seen[kind]['said'][-recipes.TAIL:]}"]
    if not needs <= set(seen["watched"]["keep"]):
        told.append(f"{recipe.name}: the watch missed {needs - set(seen['watched']['keep'])}")
    if set(seen["verified"]["keep"]) != needs or seen["verified"]["state"] != "confirmed":
        told.append(f"{recipe.name}: learned {seen['verified']['keep']} "
                    f"({seen['verified']['state']}), and needs {recipe.keep}: "
                    f"{seen['verified']['said'][-recipes.TAIL:]}")
    return told


def words(names):
    return ", ".join(sorted(names)) or "nothing"


def row(recipe, seen):
    """A line of the table."""
    shown = recipe.section.get("shown", recipe.command).replace("|", "\\|")
    return f"| {recipe.name}: `{shown}` | {words(recipe.keep)} | {words(seen['watched']['keep'])} | " \
           f"{words(seen['verified']['keep'])} | {seen['verified']['runs']} | " \
           f"{seen['seconds']:.0f} | {seen['strace']} |\n"


def furnish_learn(root):
    """What capwrap-learn needs there."""
    shutil.copy(os.environ["CAPWRAP_LEARN"], root / "usr/bin/capwrap-learn")
    (root / "recipes").mkdir(exist_ok=True)
    shutil.copy(HERE / "truth-buffer.py", root / "recipes/buffer.py")
    with open(root / "etc/group", "a", encoding="utf-8") as group:
        group.write("nogroup:x:65534:\n")


def furnish(root):
    recipes.furnish(root, programs())
    furnish_learn(root)


def write(path, rows):
    table = HEAD + "".join(rows)
    path.write_text(TABLE.sub(lambda _: table, path.read_text(encoding="utf-8")), encoding="utf-8")


def is_release_of(text):
    """Whether the installed programs are those of the release that the page describes. Those of another release need
    the same, but may also ask for something else, which one watched run reports."""
    return f"programs of Debian {platform.freedesktop_os_release().get('VERSION_ID')}," in text


def compared(line, cells):
    """From a line of the table: the program, what it needs, what was confirmed, and from the fourth cell what it asked
    for while it was watched."""
    program, needs, watched, confirmed = line.rsplit(" | ", 3)[0].rsplit(" | ", 3)
    return " | ".join((program, needs, confirmed, watched)[:cells])


def compare(path, rows, names):
    """The differences between the rows of these names in a file and what was learned. The number of runs, their
    duration and the counts of strace may differ."""
    text = path.read_text(encoding="utf-8")
    found = TABLE.search(text)
    lines = found[0].removeprefix(HEAD).splitlines() if found else []
    cells = 4 if is_release_of(text) else 3
    told = {compared(line, cells) for line in lines
            if re.search(names, line.removeprefix("| ").partition(": `")[0])}
    seen = {compared(line, cells) for line in rows}
    return [f"{path}: not as learned: {line}" for line in sorted(told - seen)] + \
           [f"{path}: missing: {line}" for line in sorted(seen - told)]


def summary(wanted, results, failures):
    """The counts."""
    learned = [(recipe, seen) for recipe, seen in zip(wanted, results)
               if "failed" not in seen and "keep" in seen["verified"] and "keep" in seen["watched"]]
    runs = [seen["verified"]["runs"] for _, seen in learned]
    return {"programs": len(wanted),
            "exact": sum(set(seen["verified"]["keep"]) == set(recipe.keep) for recipe, seen in learned),
            "exact_when_watched": sum(set(seen["watched"]["keep"]) == set(recipe.keep)
                                      for recipe, seen in learned),
            "missed_by_the_watch": sum(not set(recipe.keep) <= set(seen["watched"]["keep"])
                                       for recipe, seen in learned),
            "lost": sum(seen["verified"]["lost"] for _, seen in learned),
            "mean_runs": round(sum(runs) / len(runs), 2) if runs else 0,
            "most_runs": max(runs, default=0), "wrong": len(failures)}


def main(root, what, argument="."):
    """what: an option with its argument, or FILE with NAMES."""
    root = pathlib.Path(root)
    names = {"--write": ".", "--inside": f"^{re.escape(argument)}$",
             "--one": f"^{re.escape(argument)}$"}.get(what, argument)
    wanted = [recipe for recipe in programs() if re.search(names, recipe.name)]
    if not wanted:
        sys.exit(f"truth.py: no such program: {argument}")
    if what == "--inside":
        return inside(root, *wanted)
    furnish(root)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda recipe: run(root, recipe), wanted))
    failures = [text for recipe, seen in zip(wanted, results) for text in wrong(recipe, seen)]
    counts = summary(wanted, results, failures)
    if counts["mean_runs"] > MEAN_RUNS:
        failures.append(f"{counts['mean_runs']} runs on average")
    if what == "--one":
        print(json.dumps(results[0], indent=2))
    elif not failures:
        rows = [row(recipe, seen) for recipe, seen in zip(wanted, results)]
        if what == "--write":
            write(pathlib.Path(argument), rows)
        else:
            failures = compare(pathlib.Path(what), rows, names)
    print("\n".join(failures))
    print("summary: " + json.dumps(counts))
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
