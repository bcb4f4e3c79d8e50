#!/usr/bin/python3
"""Whether each statement of a document that is marked as tried names an existing test.

  claims.py FILE    prints each paragraph with a mark that names no test, and each title of no test

A paragraph names tests at its end: `Tests: "TITLE"; [row N](known-failures-details.md#N-...).` A title is that of
a test in a file tests/**/*.bats, or the name of a function in tests/unit with blanks for its underscores. The tests
of a row are in tests/attack/known-failures/covered-by, which check-page compares. Exit status: 0 nothing to tell; 1
something; 2 the document has no mark.
"""

import os
import pathlib
import re
import sys

SRC = pathlib.Path(os.environ.get("SRC_DIR") or pathlib.Path(__file__).resolve().parents[3])
MARK = "\N{CHECK MARK}"
LEGEND = f"A paragraph with a mark {MARK} "


def titles():
    """Of every test, as the shell reads them."""
    found = set()
    for file in SRC.glob("tests/**/*.bats"):
        for quoted in re.findall(r'^@test "(.*)" \{$', file.read_text(encoding="utf-8"), re.M):
            found.add(re.sub(r"\\\\(.)", r"\1", quoted))
    for file in SRC.glob("tests/unit/test_*.c"):
        for name in re.findall(r"cmocka_unit_test\w*\((\w+)", file.read_text(encoding="utf-8")):
            found.add(name.replace("_", " "))
    return found


def rows():
    """The rows of docs/known-failures-details.md that have tests, as the document links to them."""
    with open(SRC / "tests/attack/known-failures/covered-by", encoding="utf-8") as file:
        return set(re.findall(r"^(\d+) ", file.read(), re.M))


def paragraphs(text):
    """Each without line ends."""
    for block in re.split(r"\n\s*\n", text):
        yield " ".join(block.split())


def named(paragraph):
    """The tests at its end: (the number of a row or "", the title or other text)."""
    _, _, tests = paragraph.partition(" Tests: ")
    for test in re.findall(r'"[^"]*"|[^;"]+', tests.removesuffix(".")):
        row = re.fullmatch(r"\[row (\d+)\]\(known-failures-details\.md#\1-[^)]*\)", test.strip())
        if test.strip():
            yield (row[1], test) if row else ("", test.strip('"'))


def problems(text):
    known, covered = titles(), rows()
    for paragraph in paragraphs(text):
        tests = list(named(paragraph))
        if MARK in paragraph and not tests and not paragraph.startswith(LEGEND):
            yield f"names no test: {paragraph[:100]}"
        yield from (f"no such test: {title}" for row, title in tests
                    if (row not in covered if row else title not in known))


def main():
    text = pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")
    if MARK not in text.replace(LEGEND, ""):
        print("no statement is marked as tried")
        return 2
    found = list(problems(text))
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
