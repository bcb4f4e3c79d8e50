#!/usr/bin/python3
"""What it costs a machine that a process is watched which runs already, and what the watch keeps in memory.

    watching.py [SECONDS]                 prints it
    watching.py --write FILE [SECONDS]    writes the table in FILE as well

Memory: what capwrap-learn has for itself (RssAnon; the buffers that the kernel writes to have a fixed size) while a
watched process makes children as fast as it can, each of which asks for a capability and ends; after a tenth of
SECONDS (default: 60), and the most at any time. A burst of records takes some for as long as it is held back. How many
processes there were is told in hours of 300 a second.

Others: what 300 forks with an execve each cost those who make them, in processor time, with and without a watch of
another process, by turns (the median of what each pair of turns shows); and how much of a processor capwrap-learn
itself takes while others make 300 a second.

Exit status: 0 when no more than 32 MiB were taken and others pay less than a tenth more.
"""

import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

MOST = 10 # percent
MEMORY = 32 # MiB
RATE = 300
ROUNDS = 15
TABLE = re.compile(r"(?<=<!-- measured: watching -->\n).*?(?=<!-- end -->\n)", re.S)
FORKS = f"i=0; while [ $i -lt {RATE} ]; do /bin/true; i=$((i+1)); done"


class Watch:
    """capwrap-learn on a process; its report is in the dictionary `told` when it has ended."""

    def __init__(self, pid):
        self.errors = tempfile.TemporaryFile("w+")
        self.program = subprocess.Popen([os.environ["CAPWRAP_LEARN"], "--json", "-o", "report", "--pid", str(pid)],
                                        stderr=self.errors)
        while os.pread(self.errors.fileno(), 9, 0)[:9] != b"capwrap-l":
            if self.program.poll() is not None:
                sys.exit("capwrap-learn has ended")
            time.sleep(0.02)
        self.told = None

    def resident(self):
        """KiB."""
        status = pathlib.Path(f"/proc/{self.program.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1])

    def processor(self):
        """Seconds."""
        fields = pathlib.Path(f"/proc/{self.program.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.program.terminate()
        self.program.wait()
        self.told = json.loads(pathlib.Path("report").read_text(encoding="utf-8"))


def memory(seconds):
    """The memory early and at most, how many processes there were, and how many checks were lost."""
    asks = os.path.join(os.environ["SUPPORT_BIN"], "asks")
    load = subprocess.Popen(["sh", "-c", f"while :; do {asks} children 1000; done"])
    watch = Watch(load.pid)
    time.sleep(seconds / 10)
    early = watch.resident()
    late = early
    for _ in range(seconds * 9 // 10):
        time.sleep(1)
        late = max(late, watch.resident())
    load.kill()
    load.wait()
    watch.end()
    return early, late, watch.told["processes"], watch.told["lost"]


def cost():
    """The processor time of the forks."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(["sh", "-c", FORKS], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def others():
    """Percent more that they pay, and the percent of a processor that the watch takes."""
    idle = subprocess.Popen(["sleep", "1000"])
    ratios = []
    cost()
    for number in range(ROUNDS):
        pair = {}
        for watched in sorted((False, True), reverse=number % 2 == 0):
            watch = Watch(idle.pid) if watched else None
            pair[watched] = cost()
            if watch is not None:
                watch.end()
        ratios.append(pair[True] / pair[False])
    watch = Watch(idle.pid)
    begin, before = time.monotonic(), watch.processor()
    for second in range(10):
        subprocess.run(["sh", "-c", FORKS], check=True)
        time.sleep(max(0, begin + second + 1 - time.monotonic()))
    share = 100 * (watch.processor() - before) / (time.monotonic() - begin)
    watch.end()
    idle.kill()
    idle.wait()
    return 100 * (statistics.median(ratios) - 1), share


def main(*words):
    page = pathlib.Path(words[1]).resolve() if words[:1] == ("--write",) else None
    seconds = int(words[-1]) if words and words[-1].isdigit() else 60
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        early, late, processes, lost = memory(seconds)
        more, share = others()
        os.chdir("/")
    hours = processes / RATE / 3600
    told = ("| what | |\n|---|---:|\n"
            f"| processes that were watched and ended | {processes:,} ({hours:.2f} hours of {RATE} a second) |\n"
            f"| memory after a tenth of them | {early / 1024:.1f} MiB |\n"
            f"| memory at any time, at most | {late / 1024:.1f} MiB |\n"
            f"| checks lost | {lost:,} |\n"
            f"| {RATE} forks with an execve cost others | {more:+.1f} % |\n"
            f"| of one processor, while others make {RATE} a second | {share:.1f} % |\n")
    print(told)
    if page is not None:
        page.write_text(TABLE.sub(lambda _: told, page.read_text(encoding="utf-8")), encoding="utf-8")
    print("summary: " + json.dumps({"early_kib": early, "most_kib": late, "processes": processes, "lost": lost,
                                    "others_percent": round(more, 1), "processor_percent": round(share, 1),
                                    "most": MOST}))
    return late > MEMORY * 1024 or more > MOST


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
