"""The tables of refusals in the documents: the common part of the programs that measure them.

Below <!-- measured: NAME --> each row is a container: how it is started, capwrap's options, its error, its hint.
Every row is run; with --write the last two cells are replaced by the output of capwrap.
"""

import json
import re
import sys

REFUSED = re.compile(r"capwrap: (?!note: )(.*)\n  hint: (.*)\n")


def told(status, stderr):
    """The last two cells: the error and the hint, or the actual result if there is no error."""
    refused = REFUSED.search(stderr)
    if status != 125 or not refused:
        return "", f"status {status}: {stderr.strip()}"
    return refused.groups()


def cells(row):
    """The text between the bars of a row, without backquotes."""
    return [cell.strip(" `") for cell in row.split("|")[1:-1]]


def row(*words):
    """A row with these cells: all but the last one, the hint, are literal."""
    return "".join(f"| `{word}` " for word in words[:-1]) + f"| {words[-1]} |\n"


def compare(name, measure):
    """Compares the table of the document that the last argument names with measure(its rows)."""
    path = sys.argv[-1]
    with open(path, encoding="utf-8") as document:
        text = document.read()
    table = re.search(rf"<!-- measured: {name} -->\n\|.*\n\|[- |]*\n((?:\|.*\n)+)", text)
    rows = table.group(1).splitlines(keepends=True) if table else []
    measured = measure(rows)
    wrong = [pair for pair in zip(rows, measured) if pair[0] != pair[1]]
    for before, instead in wrong:
        print(f"told:     {before}measured: {instead}", end="")
    if "--write" in sys.argv and table:
        with open(path, "w", encoding="utf-8") as document:
            document.write(text[:table.start(1)] + "".join(measured) + text[table.end(1):])
    print("summary:", json.dumps({"rows": len(rows), "wrong": len(wrong)}))
    return 0 if rows and not wrong else 1
