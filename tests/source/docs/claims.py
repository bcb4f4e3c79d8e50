#!/usr/bin/python3
"""Whether what a document marks as tried has tests, which exist.

  claims.py FILE TESTS    tells each section of FILE with more marks than tests, and each line of TESTS that is wrong

A line of TESTS is the anchor of a section, and a file and the title of a test there (a function's name, of a test in
C), or "row N": the tests of that row in tests/attack/known-failures/covered-by, which check-page compares. What
stands before the first section is not about a statement. Exit status: 0 nothing to tell; 1 something; 2 the
document has no mark.
"""

import os
import pathlib
import re
import sys

sys.dont_write_bytecode = True  # not into the source tree
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# pylint: disable=wrong-import-position
import links  # noqa: E402

SRC = pathlib.Path(os.environ.get("SRC_DIR") or pathlib.Path(__file__).resolve().parents[3])
COVERED_BY = SRC / "tests/attack/known-failures/covered-by"
MARK = "\N{CHECK MARK}"
LINE = re.compile(r"(\S+) (?:row (\d+)|(tests/[^:]+): (.+))")


def lines(path):
    """Without comments."""
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


def marks(text):
    """How many each section has, by its anchor."""
    found = {}
    for section in re.split(r"(?m)^#+ +", text)[2:]:
        heading, _, body = section.partition("\n")
        found[links.anchor(heading)] = body.count(MARK)
    return found


def exists(file, title):
    path = SRC / file
    if not path.is_file():
        return False
    wanted = f'@test "{title}" {{' if file.endswith(".bats") else f"static void {title}(void **state) {{"
    return wanted in path.read_text(encoding="utf-8").splitlines()


def problems(marked, tests):
    covered = [line.split(" ", 1)[0] for line in lines(COVERED_BY)]
    counts = dict.fromkeys(marked, 0)
    for line in lines(tests):
        test = LINE.fullmatch(line)
        number = 0 if test is None else covered.count(test[2]) if test[2] else exists(test[3], test[4])
        if not number or not marked.get(test[1]):
            yield f"no such test, or no mark: {line}"
        else:
            counts[test[1]] += number
    yield from (f"{number} marks and {counts[anchor]} tests: {anchor}"
                for anchor, number in marked.items() if number > counts[anchor])


def main():
    marked = marks(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
    if not any(marked.values()):
        print("no statement is marked as tried")
        return 2
    found = list(problems(marked, pathlib.Path(sys.argv[2])))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
