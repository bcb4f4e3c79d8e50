#!/usr/bin/python3
"""Compares the table of refusals in a document with what capwrap prints in Docker's containers.

    docker-errors.py [--write] FILE

The cells of a row: the words for `docker run` with the image last, capwrap's options, its error,
its hint; see refusals.py. DOCKER_HOST names a daemon that has the images.

Exit status: 0 if all rows are as documented, 1 if not, or if there is no row. The last
line is "summary: " and a JSON object with the counts.
"""

import concurrent.futures
import pathlib
import shlex
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import refusals  # noqa: E402 pylint: disable=wrong-import-position


def measure(row):
    """The row with the error and the hint that capwrap gives."""
    asked, options, *_ = refusals.cells(row)
    *words, image = shlex.split(asked)
    command = ["/usr/bin/docker", "run", "--rm", *words, "--entrypoint", "capwrap", image,
               *shlex.split(options), "--", "true"]
    for _ in range(3):
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
        if run.stderr:
            break  # otherwise the container exited before docker attached to it: a refusal is never silent
    return refusals.row(asked, options, *refusals.told(run.returncode, run.stderr))


def measure_all(rows):
    """Three at a time."""
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        return list(pool.map(measure, rows))


if __name__ == "__main__":
    sys.exit(refusals.compare("docker-errors", measure_all))
