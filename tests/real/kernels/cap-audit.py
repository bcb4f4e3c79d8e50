#!/usr/bin/python3
"""Runs capwrap-learn and cap-audit of libcap-ng on the same programs, those of cap-audit.ini.

    cap-audit.py --furnish ROOT         gives a root file system what it needs for this, as truth.py does
    cap-audit.py --names                prints the names of the programs
    cap-audit.py --inside NAME          in a guest with that root: prints the result of one program, as JSON
    cap-audit.py REPORT FILE            compares the table in FILE with what those printed, where the versions are FILE's
    cap-audit.py REPORT --write FILE    writes that table

What a program needs is tried with capwrap before: it works with exactly this, and fails with any one capability
less. Then each of the two watches one run of it, which starts in the same state: as the same user with every
capability ambient, for which cap-audit gets a unit (--service), or as root. At last capwrap-learn is asked to
--verify.

Exit status: 0 when what is needed is true, capwrap-learn confirms exactly that, and FILE says so; else 1. The last
line is "summary: " and a JSON object with the counts.
"""

import configparser
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "program/learn"))
import firstuse  # noqa: E402 pylint: disable=wrong-import-position
import truth  # noqa: E402 pylint: disable=wrong-import-position
from truth import recipes, words  # noqa: E402 pylint: disable=wrong-import-position

TABLE = re.compile(r"(?<=<!-- generated: cap-audit -->\n).*?(?=<!-- end -->\n)", re.S)
HEAD = "| program | started as | needs | cap-audit | capwrap-learn, one run | capwrap-learn --verify | runs |\n" \
       "|---|---|---|---|---|---|---|\n"


def programs():
    file = configparser.ConfigParser(interpolation=None)
    file.read(HERE / "cap-audit.ini", encoding="utf-8")
    return [firstuse.Recipe(*numbered) for numbered in enumerate(file[name] for name in file.sections())]


# ---- in the guest ----

def unit(recipe):
    """The options with which cap-audit starts a program as capwrap-learn does."""
    if recipe.user == "root":
        return []
    listed = subprocess.check_output(["capwrap", "--list-caps"], text=True)
    names = " ".join("CAP_" + name for name in re.findall(r"^ *\d+ (\w+)", listed, re.M))
    path = pathlib.Path("/tmp/program.service")
    path.write_text(f"[Service]\nUser={recipe.user}\nAmbientCapabilities={names}\n", encoding="utf-8")
    return ["--service", str(path)]


def wait_for(recipe, auditor):
    """Until the program has worked, or ended."""
    end = time.monotonic() + recipes.LIMIT
    while auditor.poll() is None and time.monotonic() < end:
        if recipe.works and subprocess.run(["sh", "-ec", recipe.works], check=False,
                                           capture_output=True, timeout=recipes.LIMIT).returncode == 0:
            auditor.send_signal(signal.SIGINT)
            return
        time.sleep(0.1)


def audit(recipe):
    """What cap-audit says of a program: {"keep": required, "capset": only installed by capset}; {"said": why}
    when it says nothing. Both write to a pipe: a write to a file of a tmpfs would ask for memory."""
    recipes.Trial(recipe, [])
    with open("log", "a+", encoding="utf-8") as log:
        pipe = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=log, start_new_session=True)
        auditor = subprocess.Popen(
            ["sh", "-c", f"exec \"$@\" -- {recipe.command}", "sh", "cap-audit", "--json", *unit(recipe)],
            stdin=subprocess.DEVNULL, stdout=pipe.stdin, stderr=pipe.stdin, start_new_session=True)
        wait_for(recipe, auditor)
        with contextlib.suppress(subprocess.TimeoutExpired):
            auditor.wait(recipes.LIMIT)
        time.sleep(1) # until cat has written it
        truth.sweep()
        log.seek(0)
        return parsed(log.read())


def parsed(said):
    """The answer begins with a line that is a brace, behind what the program and cap-audit say."""
    try:
        told = json.JSONDecoder().raw_decode(said, said.index("\n{\n") + 1)[0]
    except ValueError:
        return {"said": said[-recipes.TAIL:]}
    return {key: [entry["name"].upper() for entry in told[name]]
            for key, name in (("keep", "required_capabilities"), ("capset", "capset_only_capabilities"))}


def inside(recipe):
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/tmp"], check=True)
    tried = {}
    for missing in ("", *recipe.keep):
        tried[missing] = firstuse.Trial(recipe, [name for name in recipe.keep if name != missing]).works()
        truth.sweep()
    watched = truth.learn(recipe, "--timeout", "60")
    audited = audit(recipe)
    verified = truth.learn(recipe, "--timeout", "60", "--verify", "--reset", truth.RESET + recipe.prepare)
    print(json.dumps({"name": recipe.name, "tried": tried, "watched": watched, "verified": verified,
                      "audited": audited}), flush=True)


# ---- outside ----

def read(report):
    """The versions and the answers."""
    lines = pathlib.Path(report).read_text(encoding="utf-8").splitlines()
    versions = dict(line.split(": ", 1) for line in lines if re.match("(kernel|libcap-ng): ", line))
    return versions, {seen["name"]: seen for seen in (json.loads(line) for line in lines if line.startswith("{"))}


def measured_with(versions):
    return f"cap-audit of libcap-ng {versions['libcap-ng']}, on Linux {versions['kernel']}.\n"


def audited(seen):
    """What cap-audit answered."""
    answer = seen["audited"]
    if "keep" not in answer:
        return "no answer"
    return words(answer["keep"]) + ("; by capset: " + words(answer["capset"]) if answer["capset"] else "")


def row(recipe, seen):
    """A line of the table."""
    shown = recipe.section.get("shown", recipe.command).replace("|", "\\|")
    state = "" if seen["verified"]["state"] == "confirmed" else f" ({seen['verified']['state']})"
    return f"| {recipe.name}: `{shown}` | {'root' if recipe.uid == 0 else 'a user'} | {words(recipe.keep)} | " \
           f"{audited(seen)} | {words(seen['watched']['keep'])} | {words(seen['verified']['keep'])}{state} | " \
           f"{seen['verified']['runs']} |\n"


def summary(wanted, answers, failures):
    """The counts."""
    def exact(*keys):
        found = 0
        for recipe in wanted:
            answer = answers.get(recipe.name, {})
            for key in keys:
                answer = answer.get(key, {})
            found += answer != {} and set(answer) == set(recipe.keep)
        return found

    return {"programs": len(wanted), "exact": exact("verified", "keep"), "exact_when_watched": exact("watched", "keep"),
            "exact_of_cap_audit": exact("audited", "keep"),
            "answers_of_cap_audit": sum("keep" in seen["audited"] for seen in answers.values()), "wrong": len(failures)}


def page(wanted, answers, versions, counts):
    """What the document has."""
    return measured_with(versions) + f"""
Of {counts['programs']} programs, cap-audit named exactly what is needed for {counts['exact_of_cap_audit']}, capwrap-learn \
for {counts['exact_when_watched']} after one run and for {counts['exact']} with `--verify`.

""" + HEAD + "".join(row(recipe, answers[recipe.name]) for recipe in wanted)


def differences(told, seen):
    """The rows that differ, and whether that is a failure: other versions may answer otherwise. How often a program
    was run may differ from one time to the next."""
    def rows(text):
        return [line.rsplit(" | ", 1)[0] for line in text.splitlines() if line.startswith("| ")]

    lines = [f"not as on the page: {line}" for line in rows(seen) if line not in rows(told)]
    with_same = told.splitlines()[:1] == seen.splitlines()[:1]
    if not with_same:
        lines.append(f"the page was measured with {''.join(told.splitlines()[:1])}")
    return lines, with_same and bool(lines)


def compare(report, path, write):
    wanted = programs()
    versions, answers = read(report)
    failures = [text for recipe in wanted
                for text in truth.wrong(recipe, answers.get(recipe.name, {"failed": "no answer"}))]
    counts = summary(wanted, answers, failures)
    if not failures:
        text, new = path.read_text(encoding="utf-8"), page(wanted, answers, versions, counts)
        if write:
            path.write_text(TABLE.sub(lambda _: new, text), encoding="utf-8")
        else:
            lines, differ = differences(TABLE.search(text)[0], new)
            print("\n".join(lines))
            failures += ["the page is stale"] * differ
    print("\n".join(failures))
    print("summary: " + json.dumps(counts))
    return 1 if failures else 0


def main(first, what="", path=""):
    if first == "--names":
        print("\n".join(recipe.name for recipe in programs()))
    elif first == "--furnish":
        firstuse.furnish(pathlib.Path(what), programs())
    elif first == "--inside":
        inside(*(recipe for recipe in programs() if recipe.name == what))
    else:
        return compare(first, pathlib.Path(path or what), what == "--write")
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
