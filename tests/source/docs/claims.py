#!/usr/bin/python3
"""Whether each statement of a document that is marked as tried names a test that there is.

  claims.py FILE    tells each paragraph with a mark that names no test, and each title that is none

A paragraph names tests at its end: `Tests: "TITLE"; "TITLE".` A title is that of a test in a file
tests/**/*.bats, or the name of a function in tests/unit with blanks for its underscores. Exit status: 0 nothing to tell; 1 something; 2 the document has no mark.
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


def paragraphs(text):
    """Each without line ends."""
    for block in re.split(r"\n\s*\n", text):
        yield " ".join(block.split())


def named(paragraph):
    _, _, tests = paragraph.partition(' Tests: "')
    return tests.removesuffix('.').removesuffix('"').split('"; "') if tests else []


def problems(text):
    known = titles()
    for paragraph in paragraphs(text):
        tests = named(paragraph)
        if MARK in paragraph and not tests and not paragraph.startswith(LEGEND):
            yield f"names no test: {paragraph[:100]}"
        yield from (f"no such test: {title}" for title in tests if title not in known)


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
