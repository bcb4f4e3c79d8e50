#!/usr/bin/env python3
"""Prints the coverage in a build directory, and compares what is missing with what is explained.

  report.py BUILD_FOLDER EXPLAINED

src/core and src/capwrap together must reach LINES and BRANCHES per cent, and each line that never
ran and each line with a branch that was never taken must be explained in the file EXPLAINED:
paragraphs of

  FILE: FUNCTION
  > SOURCE TEXT of a line that never ran
  > partly: SOURCE TEXT of a line that ran, with a branch that was never taken
  > varies: SOURCE TEXT of a line that is missing, or partly, with one compiler, kernel or machine,
  Why.      and not with another

An explanation of the first two kinds that explains nothing is an error too: the line is covered, is
covered partly, or is not there any more. What varies has to be there, in its function. Lines may move
within it. How many branches a line has, each compiler says otherwise: no number is in the file. The
other directories of src are shown for information.

Prints what has no explanation in this form, ready for the file. The last line, `summary: {...}`,
holds the numbers as JSON. Exit status: 0 as required; 1 not as required; 2 there are no
counts.
"""
import collections
import functools
import json
import pathlib
import subprocess
import sys

LINES, BRANCHES = 95, 90
LIMITED = ("src/core/", "src/capwrap/")
ROOT = pathlib.Path(__file__).resolve().parents[3]
NEVER, PARTLY, VARIES = "", "partly: ", "varies: "

Line = collections.namedtuple("Line", "file function number count branches")
Row = collections.namedtuple("Row", "place kind text")


def gcov(counts, folder):
    """Every line of code of one object file."""
    answer = subprocess.run(
        ["gcov", "--json-format", "--stdout", "--branch-probabilities", str(counts)],
        check=True, capture_output=True, text=True, cwd=folder)
    answer = json.loads(answer.stdout)
    for file in answer["files"]:
        path = pathlib.Path(answer["current_working_directory"], file["file"]).resolve()
        if not path.is_relative_to(ROOT / "src"):
            continue
        for line in file["lines"]:
            yield Line(str(path.relative_to(ROOT)), line.get("function_name", ""),
                       line["line_number"], line["count"],
                       [branch["count"] for branch in line["branches"]])


@functools.cache
def source(file):
    """The lines of a file of sources."""
    return (ROOT / file).read_text().splitlines()


def row(line, kind):
    """What the file of explanations calls a line."""
    return Row(f"{line.file}: {line.function}", kind, source(line.file)[line.number - 1].strip())


def missing(lines):
    """What is missing of each line that is not wholly covered, and where that is."""
    found = {}
    for line in lines:
        if line.count == 0 or 0 in line.branches:
            found[row(line, PARTLY if line.count > 0 else NEVER)] = f"{line.file}:{line.number}"
    return found


def explained(path):
    """The same, of what the file explains. A paragraph without a reason explains nothing."""
    found = set()
    for paragraph in pathlib.Path(path).read_text().split("\n\n"):
        place, *rest = [text for text in paragraph.splitlines() if not text.startswith("#")] or [""]
        texts = [text[2:] for text in rest if text.startswith("> ")]
        for text in texts if len(rest) > len(texts) else []:
            kind = next(kind for kind in (PARTLY, VARIES, NEVER) if text.startswith(kind))
            found.add(Row(place, kind, text.removeprefix(kind)))
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
    lines = [line for line in lines if line.file.startswith(LIMITED)]
    gaps, reasons = missing(lines), explained(path)
    varying = {row(line, VARIES) for line in lines} & reasons
    unexplained = {gap: at for gap, at in gaps.items()
                   if gap not in reasons and gap._replace(kind=VARIES) not in varying}
    place = None
    for gap, at in sorted(unexplained.items(), key=lambda item: item[1]):
        if gap.place != place:
            print(f"\nnot explained, at {at}:\n{gap.place}")
        place = gap.place
        print(f"> {gap.kind}{gap.text}")
    stale = sorted(reasons - gaps.keys() - varying)
    for reason in stale:
        print(f"\nexplained, and covered or gone:\n{reason.place}\n> {reason.kind}{reason.text}")
    return len(unexplained), len(stale), len(gaps)


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
