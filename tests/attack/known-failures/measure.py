"""Measures every case: `compare` runs this in a mount namespace of its own.

measure.py FOLDER: what to measure as JSON on standard input, the cells on standard output.
"""

import dataclasses
import json
import sys

sys.dont_write_bytecode = True

import cases
from lab import Lab


def main():
    wish = json.load(sys.stdin)
    lab = Lab(sys.argv[1], wish["programs"], wish["support"], wish["environment"])
    cells = {}
    for one in cases.CASES:
        if not wish["rows"] or str(one.row) in wish["rows"]:
            cells[one.number] = {
                tool: dataclasses.astuple(cases.measure(one, lab, tool)) for tool in wish["tools"]
            }
    json.dump(cells, sys.stdout)


if __name__ == "__main__":
    main()
