#!/usr/bin/python3
"""The cost for a machine of watching a running process, and the memory that the watch uses.

    watching.py [SECONDS]                 prints the results
    watching.py --write FILE [SECONDS]    also writes the table in FILE

Memory: the memory of capwrap-learn itself (RssAnon; the buffers that the kernel writes to have a fixed size) while a
watched process creates children as fast as it can, each of which asks for a capability and exits; measured after a
tenth of SECONDS (default: 60), and the maximum. A burst of records uses memory while it is held back. The number of
processes is given in hours of 300 a second.

Others: the processor time that 300 forks with an execve each cost other processes, with and without a watch of
another process, in turn (the median over all pairs of turns); and the share of a processor that capwrap-learn itself
uses while others make 300 a second.

Exit status: 0 if at most 32 MiB were used and others pay less than ten percent more.
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
    """capwrap-learn on a process; the dictionary `told` has its report after it has ended."""

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
    """The memory early and at most, the number of processes, and the number of lost checks."""
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
    """The overhead of other processes in percent, and the percent of a processor that the watch uses."""
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
