#!/usr/bin/python3
"""What it costs a program to be watched.

    overhead.py [ROUNDS]

Runs each load under `capwrap --keep all` and under `capwrap-learn`, as nobody, by turns, and compares the
medians of the times that the loads took themselves: what capwrap-learn needs to begin and to report is
told apart. The server answers requests of this process, which is not watched.

Exit status: 0 when no load takes more than a tenth longer. The last line is "summary: " and a JSON object
with the overhead in percent.
"""

import http.client
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

MOST = 10 # percent
ROUNDS = 9
REQUESTS = 400
SOURCE = pathlib.Path(__file__).resolve().parents[2] / "src"
LOADS = {
    "find": "find /usr -xdev >/dev/null",
    "compile": "for i in transition program plan cred; do gcc -std=c17 -D_GNU_SOURCE -O2 -I source "
               "-c source/core/$i.c -o /dev/null; done",
    "300 fork+exec": "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done",
}


def commands():
    """The two ways to start a load, by name."""
    return {"bare": [os.environ["CAPWRAP"], "--user", "nobody", "--keep", "all", "--no-new-privs", "--"],
            "watched": [os.environ["CAPWRAP_LEARN"], "-o", "report", "--"]}


def load(line, way):
    """Seconds that a shell takes for the line, told by that shell."""
    done = subprocess.run([*commands()[way], "bash", "-c", f"TIMEFORMAT=%R; time {{ {line}; }}"],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)
    return float(done.stderr.split()[-1])


def server(_, way):
    """Seconds that a server takes for the requests; it forks for each."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = subprocess.Popen([*commands()[way], "busybox", "httpd", "-f", "-p", f"127.0.0.1:{port}"],
                               stdin=subprocess.DEVNULL)
    try:
        for _ in range(200):
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        begin = time.monotonic()
        for _ in range(REQUESTS):
            link = http.client.HTTPConnection("127.0.0.1", port)
            link.request("GET", "/file")
            link.getresponse().read()
            link.close()
        return time.monotonic() - begin
    finally:
        program.terminate()
        program.wait()


def compare(name, rounds):
    """The overhead of one load, in percent, by turns."""
    measure, line = (load, LOADS[name]) if name in LOADS else (server, None)
    times = {"bare": [], "watched": []}
    for number in range(rounds + 1):
        for way in sorted(times, reverse=number % 2 == 0):
            seconds = measure(line, way)
            if number > 0: # the first round warms up
                times[way].append(seconds)
    bare, watched = statistics.median(times["bare"]), statistics.median(times["watched"])
    percent = round(100 * (watched / bare - 1), 1)
    print(f"{name:14} bare {bare:.3f} s, watched {watched:.3f} s: {percent:+.1f} %")
    return percent


def begin_and_end():
    """Milliseconds that a run of true takes more than it does under capwrap."""
    took = {}
    for way, words in commands().items():
        seconds = []
        for _ in range(5):
            begin = time.monotonic()
            subprocess.run([*words, "true"], check=True)
            seconds.append(time.monotonic() - begin)
        took[way] = statistics.median(seconds)
    return round(1000 * (took["watched"] - took["bare"]))


def main(rounds):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        os.chdir(folder)
        shutil.copytree(SOURCE, "source")
        subprocess.run(["chmod", "-R", "a+rX", "source"], check=True)
        pathlib.Path("file").write_text("works\n" * 200, encoding="utf-8")
        percents = {name: compare(name, rounds) for name in (*LOADS, "server")}
        start = begin_and_end()
        os.chdir("/")
    print(f"beginning and reporting takes {start} ms")
    print("summary: " + json.dumps({"overhead": percents, "start_ms": start, "most": MOST,
                                    "rounds": rounds}))
    return any(percent > MOST for percent in percents.values())


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS))
