"""What does not depend on how busy the machine is: account.c, and bytes on disk."""

import concurrent.futures
import json
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

import programs
import settings

RUNS = 7


def libraries(path):
    """The files that the dynamic linker loads before main, itself among them."""
    done = subprocess.run(["ldd", path], capture_output=True, text=True, check=False)
    return re.findall(r"(?:=> |^\t)(/\S+)", done.stdout, re.M)


def disk(path):
    """Bytes of the program without symbols, as packages have it, and of the libraries it loads."""
    with tempfile.NamedTemporaryFile() as stripped:
        programs.call("strip", "-o", stripped.name, path)
        size = os.path.getsize(stripped.name)
    loaded = libraries(path)
    return {"disk": size, "libraries": len(loaded),
            "disk_libraries": sum(os.path.getsize(file) for file in loaded)}


def account(words, instructions=False):
    done = subprocess.run([words[0], *(["-i"] if instructions else []), *words[1:]],
                          env=settings.ENVIRONMENT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{done.stderr}bench: account ended with {done.returncode}")
    return json.loads(done.stdout)


def count_one(tool, words, instructions):
    """Where the kernel lays out memory anew each time, the numbers differ a little: medians."""
    runs = [account([tool, *words]) for _ in range(RUNS)]
    middle = {key: statistics.median_low(run[key] for run in runs) for key in runs[0]}
    stepped = account([tool, *words], instructions=True) if instructions else {}
    return stepped | middle | disk(words[0])


def count(commands, tools, target, users, instructions):
    """{name: counts} of all but the program alone."""
    users.fill(settings.SMALL, 0)
    target = str(pathlib.Path(target).resolve())
    names = [name for name in commands if name != programs.ALONE]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        jobs = {name: pool.submit(count_one, str(tools / "account"), [*commands[name], target],
                                  instructions) for name in names}
        return {name: job.result() for name, job in jobs.items()}
