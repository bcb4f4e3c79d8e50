#!/usr/bin/python3
"""Runs each program of recipes.ini through capwrap, as its own user: with the capabilities that it
needs, and once more without each one of them.

    recipes.py ROOT FILE            compares the table in FILE with what happens
    recipes.py ROOT --write FILE    writes that table
    recipes.py ROOT --one NAME      one program, and what it says
    recipes.py ROOT --furnish       only gives ROOT users and capwrap, as the others do first

ROOT is a root file system with the programs, which belongs to this script. CAPWRAP names the program
that is copied into it. Each program runs in namespaces of its own (mount, network, process, host name,
IPC), and its directory is on a tmpfs there. What a server holds is read from its /proc/PID/status.

Exit status: 0 if each program works with its set, fails with less, and FILE agrees; else 1. The
last line is "summary: " and a JSON object with the counts.
"""

import concurrent.futures
import configparser
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
TABLE = re.compile(r"(?<=<!-- measured: recipes -->\n).*?(?=<!-- end -->\n)", re.S)
HEAD = "| program | keeps | without it |\n|---|---|---|\n"
UNSHARE = ("unshare", "--mount", "--net", "--pid", "--uts", "--ipc", "--fork", "--kill-child",
           "--propagation", "private")
SETS = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
FIRST_UID = 2001
TAIL = 600     # characters of what a program said, in a failure
LIMIT = 60     # seconds in which a program is to work, or to end


class Recipe:
    """A section of recipes.ini."""

    def __init__(self, number, section):
        self.name, self.uid, self.section = section.name, FIRST_UID + number, section
        self.user = re.sub("[^a-z0-9]+", "-", section.name.lower())
        self.keep = re.findall(r"\w+", section["keep"])
        self.command = section["command"]
        self.prepare = section.get("prepare", "true")
        self.works = section.get("works")
        self.clears = section.get("clears", "").split()

    def told(self, said):
        """Of what a program said, what the document shows."""
        lines = [match[1] for match in map(re.compile(self.section["says"]).search,
                                           said.splitlines()) if match]
        return lines[-1].strip() if lines else ""


def recipes():
    file = configparser.ConfigParser(interpolation=None)
    file.read(HERE / "recipes.ini", encoding="utf-8")
    return [Recipe(*numbered) for numbered in enumerate(file[name] for name in file.sections())]


# ---- in the namespaces, with ROOT as the root directory ----

class Trial:
    """One program, with some capabilities, in a directory that is new."""

    def __init__(self, recipe, keep):
        self.recipe, self.keep, self.said = recipe, keep, ""
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/home"], check=True)
        os.chdir("/home")
        shutil.chown(".", recipe.uid, recipe.uid)
        self.as_root(recipe.prepare).check_returncode()

    def as_root(self, line):
        done = subprocess.run(["sh", "-ec", line], text=True, capture_output=True, check=False,
                              timeout=LIMIT)
        self.said += done.stderr
        return done

    def start(self, log):
        line = f'exec capwrap --user "$0" --keep "$1" -- {self.recipe.command}'
        return subprocess.Popen(["sh", "-c", line, self.recipe.user, ",".join(self.keep) or "none"],
                                stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                start_new_session=True)

    def works(self):
        """Whether the program does its work."""
        with open("log", "w+", encoding="utf-8", errors="replace") as log:
            program = self.start(log)
            try:
                if self.recipe.works:
                    return self.serves(program)
                return program.wait(LIMIT) == 0
            finally:
                self.end(program)
                log.seek(0)
                self.said = log.read()

    @staticmethod
    def end(program):
        """Ends a program and its children, which are this process' own then: it is process 1."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-program.pid, 0)

    def serves(self, server):
        """Whether a server works; one that does not is to end."""
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            ended = server.poll() is not None
            if self.as_root(self.recipe.works).returncode == 0:
                status = pathlib.Path(f"/proc/{server.pid}/status")
                self.require_state(status.read_text(encoding="utf-8"))
                return True
            if ended:
                return False
            time.sleep(0.05)
        raise SystemExit(f"{self.recipe.name}: neither works nor ends")

    def require_state(self, account):
        """The kernel's account of a server that works."""
        lines = dict(line.split(":\t", 1) for line in account.splitlines())
        listed = subprocess.check_output(["capwrap", "--list-caps"], text=True)
        bits = {name: 1 << int(bit) for bit, name in re.findall(r"^ *(\d+) (\w+)", listed, re.M)}
        mask = sum(bits[name] for name in self.keep)
        right = {name: {mask, 0} if name in self.recipe.clears else {mask} for name in SETS}
        if lines["Uid"].split() != [str(self.recipe.uid)] * 4 or \
                any(int(lines[name], 16) not in right[name] for name in SETS):
            raise SystemExit(f"{self.recipe.name}: not in the state that was asked for:\n{account}")


def inside(root, recipe):
    """Prints as JSON what happened to one program: [[missing capability or "", works, said]]."""
    for kind, folder in (("proc", "proc"), ("sysfs", "sys")):
        subprocess.run(["mount", "-t", kind, kind, f"{root}/{folder}"], check=True)
    subprocess.run(["mount", "--bind", "/dev", f"{root}/dev"], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    os.chroot(root)
    results = []
    for missing in ("", *recipe.keep):
        trial = Trial(recipe, [name for name in recipe.keep if name != missing])
        results.append((missing, trial.works(), trial.said))
        os.chdir("/")
    print(json.dumps(results))


# ---- outside ----

def furnish(root, all_recipes):
    """What the root file system needs besides the programs."""
    users = [("root", 0), ("www-data", 33), ("nobody", 65534), *((recipe.user, recipe.uid) for recipe in all_recipes)]
    for folder in ("etc", "proc", "sys", "dev", "home", "tmp"):
        (root / folder).mkdir(exist_ok=True)
    (root / "tmp").chmod(0o1777)
    (root / "etc/passwd").write_text("".join(
        f"{name}:x:{uid}:{uid}::/home:/bin/sh\n" for name, uid in users), encoding="utf-8")
    (root / "etc/group").write_text("".join(f"{name}:x:{uid}:\n" for name, uid in users),
                                    encoding="utf-8")
    for program, name in ((os.environ["CAPWRAP"], "capwrap"), (HERE / "call", "call")):
        shutil.copy(program, root / "usr/bin" / name)


def run(root, recipe):
    """What happened to a program; [["", False, why]] when nothing did."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    done = subprocess.run([*UNSHARE, sys.executable, __file__, str(root), "--inside", recipe.name],
                          env={"PATH": path, "HOME": "/home"}, text=True, capture_output=True,
                          check=False, timeout=10 * LIMIT)
    if done.returncode != 0:
        return [["", False, done.stderr]]
    return json.loads(done.stdout)


def row(recipe, results):
    """A line of the table."""
    shown = recipe.section.get("shown", recipe.command)
    without = "; ".join((f"{missing}: " if len(recipe.keep) > 1 else "") + f"`{recipe.told(said)}`"
                        for missing, _, said in results if missing)
    return f"| `{shown}` | {', '.join(recipe.keep)} | {without} |\n"


def wrong(recipe, results):
    """What a program did that it should not have done."""
    told = [f"{recipe.name}: " + ("does not work:\n" if not missing else
                                  f"works without {missing}\n") + said[-TAIL:]
            for missing, works, said in results if works == bool(missing)]
    told += [f"{recipe.name}: without {missing}, it says nothing that matches:\n{said[-TAIL:]}"
             for missing, works, said in results if missing and not recipe.told(said)]
    return told


def compare(path, table, write):
    """The differences between the table in a file and what was measured."""
    text = path.read_text(encoding="utf-8")
    found = TABLE.search(text)
    if found is None:
        return [f"{path}: no table"]
    if write:
        path.write_text(TABLE.sub(lambda _: table, text), encoding="utf-8")
        return []
    told, seen = found[0].splitlines(), table.splitlines()
    return [f"{path}: not as measured: {line}" for line in told if line not in seen] + \
           [f"{path}: missing: {line}" for line in seen if line not in told]


def chosen(words):
    """The recipes that are asked for."""
    found = [recipe for recipe in recipes()
             if words[0] not in ("--inside", "--one") or recipe.name == words[1]]
    return found or sys.exit(f"recipes.py: no such program: {words[1]}")


def main(root, *words):
    root, wanted = pathlib.Path(root), chosen(words)
    if words[0] == "--inside":
        return inside(root, *wanted)
    furnish(root, recipes())
    if words[0] == "--furnish":
        return 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda recipe: run(root, recipe), wanted))
    ran = list(zip(wanted, results))
    failures = [text for recipe, result in ran for text in wrong(recipe, result)]
    if words[0] == "--one":
        print(json.dumps(results[0], indent=2))
    elif not failures:
        table = HEAD + "".join(row(recipe, result) for recipe, result in ran)
        failures = compare(pathlib.Path(words[-1]), table, words[0] == "--write")
    print("\n".join(failures))
    print("summary: " + json.dumps({
        "programs": len(ran), "servers": sum(recipe.works is not None for recipe in wanted),
        "capabilities": len({name for recipe in wanted for name in recipe.keep}),
        "starts": sum(map(len, results)), "wrong": len(failures)}))
    return 1 if failures else 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
