"""Measures every case: `compare` runs this in a mount namespace of its own.

measure.py FOLDER: what to measure as JSON on standard input, the cells on standard output. With "units" in it,
commands are those of services, in a booted systemd: in-systemd.
"""

import dataclasses
import json
import sys

sys.dont_write_bytecode = True

import failure_cases
from launchers import Launchers, Units


def main():
    requested = json.load(sys.stdin)
    launchers = Units(sys.argv[1], requested["support"]) if "units" in requested else Launchers(
        sys.argv[1], requested["programs"], requested["support"], requested["environment"]
    )
    cells = {}
    for one in failure_cases.CASES:
        if not requested["rows"] or str(one.row) in requested["rows"]:
            cells[one.number] = {
                tool: dataclasses.astuple(failure_cases.measure(one, launchers, tool))
                for tool in requested["tools"]
            }
    json.dump(cells, sys.stdout)


if __name__ == "__main__":
    main()
