#!/usr/bin/python3
"""Compares the table of refusals in a document with what capwrap says in containers.

    docker-errors.py [--write] FILE

Below <!-- measured: docker-errors --> each row of the table is a container: the words for `docker run`
with the image last, capwrap's options, its error, its hint. Every row is run; with --write the last two
cells become what capwrap said. DOCKER_HOST names a daemon that has the images.

Exit status: 0 when all rows are as they are told, 1 when not, or when there is no row. The last line is
"summary: " and a JSON object with the counts.
"""

import concurrent.futures
import json
import re
import shlex
import subprocess
import sys

TABLE = re.compile(r"<!-- measured: docker-errors -->\n\|.*\n\|[- |]*\n((?:\|.*\n)+)")
ROW = "| `{}` | `{}` | `{}` | {} |\n"
REFUSED = re.compile(r"capwrap: (?!note: )(.*)\n  hint: (.*)\n")


def measure(row):
    """The row with the error and the hint that capwrap gives, or with what happened instead."""
    asked, options = (cell.strip(" `") for cell in row.split("|")[1:3])
    *words, image = shlex.split(asked)
    command = ["/usr/bin/docker", "run", "--rm", *words, "--entrypoint", "capwrap", image,
               *shlex.split(options), "--", "true"]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    refused = REFUSED.search(run.stderr)
    if run.returncode != 125 or not refused:
        return ROW.format(asked, options, "", f"status {run.returncode}: {run.stderr.strip()}")
    return ROW.format(asked, options, *refused.groups())


def main():
    path = sys.argv[-1]
    with open(path, encoding="utf-8") as document:
        text = document.read()
    table = TABLE.search(text)
    told = table.group(1).splitlines(keepends=True) if table else []
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        measured = list(pool.map(measure, told))
    wrong = [pair for pair in zip(told, measured) if pair[0] != pair[1]]
    for row, instead in wrong:
        print(f"told:     {row}measured: {instead}", end="")
    if "--write" in sys.argv and table:
        with open(path, "w", encoding="utf-8") as document:
            document.write(text[:table.start(1)] + "".join(measured) + text[table.end(1):])
    print("summary:", json.dumps({"rows": len(told), "wrong": len(wrong)}))
    return 0 if told and not wrong else 1


if __name__ == "__main__":
    sys.exit(main())
