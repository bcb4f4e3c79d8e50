#!/usr/bin/env python3
"""Prints the coverage in a build folder, and compares what is missing with what is explained.

  report.py BUILD_FOLDER EXPLAINED

src/core and src/capwrap together must reach LINES and BRANCHES per cent, and each line that never
ran and each line with a branch that was never taken must be explained in the file EXPLAINED:
paragraphs of

  FILE: FUNCTION
  > SOURCE TEXT of a line that never ran
  > 1 of 4: SOURCE TEXT of a line with one of four branches never taken
  Why.

An explanation of something that is covered now, or is not there any more, is an error too. Lines
may move within their function. The other folders of src are shown for information.

Prints what has no explanation in this form, ready for the file. The last line, `summary: {...}`,
holds the numbers as JSON. Exit status: 0 all is as it should be; 1 it is not; 2 there are no
counts.
The number of branches of a line depends on the compiler: the file is for Debian 12's gcc.
"""
import collections
import json
import pathlib
import subprocess
import sys

LINES, BRANCHES = 95, 90
LIMITED = ("src/core/", "src/capwrap/")
ROOT = pathlib.Path(__file__).resolve().parents[3]

Line = collections.namedtuple("Line", "file function number count branches")


def gcov(counts, folder):
    """Every line of code of one object file."""
    answer = subprocess.run(
        ["gcov", "--json-format", "--stdout", "--branch-probabilities", str(counts)],
        check=True, capture_output=True, text=True, cwd=folder)
    for file in json.loads(answer.stdout)["files"]:
        path = pathlib.Path(folder, file["file"]).resolve()
        if not path.is_relative_to(ROOT / "src"):
            continue
        for line in file["lines"]:
            yield Line(str(path.relative_to(ROOT)), line.get("function_name", ""),
                       line["line_number"], line["count"],
                       [branch["count"] for branch in line["branches"]])


def missing(lines):
    """(FILE: FUNCTION, what is missing) of each line that is not wholly covered."""
    found = {}
    for line in lines:
        text = (ROOT / line.file).read_text().splitlines()[line.number - 1].strip()
        untaken = line.branches.count(0)
        if line.count > 0 and untaken > 0:
            text = f"{untaken} of {len(line.branches)}: {text}"
        if line.count == 0 or untaken > 0:
            found[f"{line.file}: {line.function}", text] = f"{line.file}:{line.number}"
    return found


def explained(path):
    """The same, of what the file explains. A paragraph without a reason explains nothing."""
    found = set()
    for paragraph in pathlib.Path(path).read_text().split("\n\n"):
        place, *rest = [row for row in paragraph.splitlines() if not row.startswith("#")] or [""]
        texts = [row[2:] for row in rest if row.startswith("> ")]
        if len(rest) > len(texts) > 0:
            found.update((place, text) for text in texts)
    return found


def share(lines, prefixes):
    """Per cent of lines and of branches, and the four numbers."""
    here = [line for line in lines if line.file.startswith(prefixes)]
    taken = [count for line in here for count in line.branches]
    ran = sum(line.count > 0 for line in here)
    went = sum(count > 0 for count in taken)
    return (100 * ran / max(1, len(here)), 100 * went / max(1, len(taken)),
            ran, len(here), went, len(taken))


def show(name, numbers):
    """One row of the table."""
    print(f"{name:<28}{numbers[0]:6.1f} % of {numbers[3]:4} lines"
          f"{numbers[1]:8.1f} % of {numbers[5]:4} branches")


def compare(lines, path):
    """How many lines lack an explanation, and how many explanations lack a line."""
    gaps = missing(line for line in lines if line.file.startswith(LIMITED))
    reasons = explained(path)
    place = None
    for (where, text), number in sorted(gaps.items(), key=lambda item: item[1]):
        if (where, text) in reasons:
            continue
        if where != place:
            print(f"\nnot explained, at {number}:\n{where}")
        place = where
        print(f"> {text}")
    stale = sorted(reasons - gaps.keys())
    for where, text in stale:
        print(f"\nexplained, and covered or gone:\n{where}\n> {text}")
    return len(gaps.keys() - reasons), len(stale), len(gaps)


def main():
    """The table, the comparison, the verdict."""
    folder, path = sys.argv[1:]
    lines = [line for counts in sorted(pathlib.Path(folder, "src").rglob("*.gcda"))
             for line in gcov(counts.resolve(), folder)]
    if not lines:
        print("no counts in", folder, file=sys.stderr)
        return 2
    for file in sorted({line.file for line in lines}):
        show(file, share(lines, (file,)))
    limited = share(lines, LIMITED)
    show("core and capwrap", limited)
    show("users and show", share(lines, ("src/users/", "src/show/")))
    unexplained, stale, gaps = compare(lines, path)
    print("summary:", json.dumps({
        "lines": limited[3], "lines_percent": round(limited[0], 1), "branches": limited[5],
        "branches_percent": round(limited[1], 1), "incomplete_lines": gaps,
        "unexplained": unexplained, "stale": stale}))
    good = limited[0] >= LINES and limited[1] >= BRANCHES and unexplained == 0 and stale == 0
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
