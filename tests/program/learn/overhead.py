#!/usr/bin/python3
"""The cost of being watched for a program.

    overhead.py [ROUNDS]                 prints the cost
    overhead.py --write FILE [ROUNDS]    also writes the table in FILE

Runs each load as nobody, in turn under `capwrap --keep all`, under `capwrap-learn`, and as the last run of
`capwrap-learn --verify`, which also records the calls that fail. Compares the processor time of the load, user and
system, as reported by its shell. Other activity of the machine changes more slowly than the turns, so it affects both
runs of a pair: the result is the median over all rounds of the quotient of both. The time that capwrap-learn needs to
start and to report is given separately. The server answers requests of this process, which is not part of the
program.

Exit status: 0 if no load takes more than ten percent more while it is watched once. The last line is "summary: " and a
JSON object with the overhead in percent.
"""

import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

MOST = 10 # percent
ROUNDS = 31
REQUESTS = 2000
SOURCE = pathlib.Path(__file__).resolve().parents[3] / "src"
TABLE = re.compile(r"(?<=<!-- measured: overhead -->\n).*?(?=<!-- end -->\n)", re.S)
LOADS = {
    "find over /usr": "find /usr -xdev >/dev/null",
    "a compile": "for i in transition program; do gcc -std=c17 -D_GNU_SOURCE -O2 -I source "
                 "-c source/core/$i.c -o /dev/null; done",
    "300 fork+exec": "i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done",
}
NGINX = """\
daemon off; pid tmp/pid; error_log stderr crit; worker_processes 1; events {}
http { access_log off; client_body_temp_path tmp/1; proxy_temp_path tmp/2; fastcgi_temp_path tmp/3;
uwsgi_temp_path tmp/4; scgi_temp_path tmp/5; server { listen 127.0.0.1:PORT; root .; } }
"""


def ways():
    """The ways to start a load, by name."""
    return {"bare": [os.environ["CAPWRAP"], "--user", "nobody", "--keep", "all", "--no-new-privs", "--"],
            "watched": [os.environ["CAPWRAP_LEARN"], "-o", "report", "--"],
            "trial": [os.environ["CAPWRAP_LEARN"], "--verify", "-o", "report", "--"]}


def start(way, line):
    """A shell that runs the line and then prints the time it took."""
    return subprocess.Popen([*ways()[way], "bash", "-c", f"TIMEFORMAT='%U %S'; time {{ {line}; }}"],
                            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def cost(program):
    """The processor time of a load in its last run, in seconds."""
    said = program.communicate()[1]
    return sum(map(float, re.findall(r"^[\d.]+ [\d.]+$", said, re.M)[-1].split()))


def serve(way):
    """As for a line, but for a server that answers requests."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pathlib.Path("nginx.conf").write_text(NGINX.replace("PORT", str(port)), encoding="utf-8")
    program = start(way, 'nginx -p "$PWD" -e stderr -c nginx.conf')
    for _ in range(2 if way == "trial" else 1):
        ask(port)
        server = int(pathlib.Path("tmp/pid").read_text(encoding="utf-8"))
        os.kill(server, signal.SIGTERM)
        # Its file is removed before its sockets, which would accept the next connection.
        while pathlib.Path(f"/proc/{server}").exists():
            time.sleep(0.01)
    return cost(program)


def ask(port):
    """Waits for a server and makes the requests."""
    for _ in range(500):
        with socket.socket() as there:
            if there.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    for _ in range(REQUESTS):
        link = http.client.HTTPConnection("127.0.0.1", port)
        link.request("GET", "/file")
        link.getresponse().read()
        link.close()


def by_turns(measure, rounds):
    """The cost of each way, a pair for each round, after one round for warming up."""
    pairs = []
    for number in range(rounds + 1):
        order = sorted(ways(), reverse=number % 2 == 0)
        pairs.append({way: measure(way) for way in order})
    return pairs[1:]


def elapsed(way):
    begin = time.monotonic()
    start(way, ":").communicate()
    return time.monotonic() - begin


def middle(pairs, value):
    return statistics.median(map(value, pairs))


def measure_all(rounds):
    """By load: seconds bare and watched, percent watched and in a trial, and the milliseconds for starting and
    reporting."""
    rows = {}
    loads = {name: lambda way, line=line: cost(start(way, line)) for name, line in LOADS.items()}
    for name, measure in {**loads, f"nginx, {REQUESTS} requests": serve}.items():
        pairs = by_turns(measure, rounds)
        more = [middle(pairs, lambda pair, way=way: pair[way] / pair["bare"]) - 1 for way in ("watched", "trial")]
        rows[name] = (middle(pairs, lambda pair: pair["bare"]),
                      middle(pairs, lambda pair: pair["watched"]), *(round(100 * part, 1) for part in more))
    begins = middle(by_turns(elapsed, rounds), lambda pair: pair["watched"] - pair["bare"])
    return rows, round(1000 * begins)


def table(rows):
    """The rows for a reader."""
    return "| load | bare | watched | more | in a trial |\n|---|---|---|---|---|\n" + "".join(
        f"| {name} | {bare:.3f} s | {watched:.3f} s | {percent:+.1f} % | {trial:+.1f} % |\n"
        for name, (bare, watched, percent, trial) in rows.items())


def main(*words):
    page = pathlib.Path(words[1]).resolve() if words[:1] == ("--write",) else None
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        os.chdir(folder)
        shutil.copytree(SOURCE, "source")
        subprocess.run(["chmod", "-R", "a+rX", "source"], check=True)
        pathlib.Path("tmp").mkdir()
        os.chmod("tmp", 0o777)
        pathlib.Path("file").write_text("works\n" * 200, encoding="utf-8")
        rounds = int(words[-1]) if words and words[-1].isdigit() else ROUNDS
        rows, begin = measure_all(rounds)
        os.chdir("/")
    told = table(rows) + f"\nTo begin and to report takes {begin} ms.\n"
    print(told)
    if page is not None:
        page.write_text(TABLE.sub(lambda _: told, page.read_text(encoding="utf-8")), encoding="utf-8")
    print("summary: " + json.dumps({"overhead": {name: row[2] for name, row in rows.items()},
                                    "in_a_trial": {name: row[3] for name, row in rows.items()},
                                    "begin_ms": begin, "most": MOST, "rounds": rounds}))
    return any(row[2] > MOST for row in rows.values())


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
