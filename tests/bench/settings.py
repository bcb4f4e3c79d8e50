"""Where it is measured, and how often.

A *setting* is what surrounds the launches of some commands: the user database, the capabilities that
root has, the environment, the descriptors that are open, how many launches stand side by side. All
settings alternate, round by round, and within a round all commands alternate, lap by lap
(launch.c). A ratio of two commands is taken within each round; the median of these is reported.
"""

import contextlib
import dataclasses
import json
import os
import random
import resource
import statistics
import subprocess
import sys

import programs

INSIDE = "--in-its-own-mount-namespace"
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "HOME": "/root", "USER": "root", "LOGNAME": "root", "LC_ALL": "C"}
ROOT = "root:x:0:0:root:/root:/bin/sh\n"
OTHER = "user{0}:x:{0}:{0}:User {0}:/home/user{0}:/usr/sbin/nologin\n"
SMALL = 20  # entries of a user database that nobody has added to


def enter_namespace():
    """Later mounts are private to this process. (os.unshare is newer than Python 3.11.)"""
    if sys.argv[1:2] == [INSIDE]:
        del sys.argv[1]
        return
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", "--", sys.executable,
                          sys.argv[0], INSIDE, *sys.argv[1:]])


class Users:
    """/etc/passwd, group and nsswitch.conf of the bench's own: files, and no other service, so that
    the numbers do not depend on this machine's user database."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.now = folder, None
        for name in ("passwd", "group", "nsswitch.conf"):
            (folder / name).write_text("passwd: files\ngroup: files\n", encoding="ascii")
            programs.call("mount", "--bind", folder / name, f"/etc/{name}")

    def fill(self, entries, groups):
        """So many entries, and so many groups of the user, whose entry is the last; without any,
        the user has no entry."""
        if (entries, groups) == self.now:
            return
        name, number = programs.NAME, programs.ID
        passwd = [ROOT, *map(OTHER.format, range(100000, 100000 + entries - 2))]
        group = ["root:x:0:\n", *(f"user{gid}:x:{gid}:\n" for gid in range(100000, 100018))]
        if groups > 0:
            passwd.append(f"{name}:x:{number}:{number}::/home/{name}:/bin/sh\n")
            group.append(f"{name}:x:{number}:\n")
            group += [f"group{gid}:x:{gid}:{name}\n" for gid in range(200000, 199999 + groups)]
        (self.folder / "passwd").write_text("".join(passwd), encoding="ascii")
        (self.folder / "group").write_text("".join(group), encoding="ascii")
        self.now = entries, groups


@dataclasses.dataclass
class Setting:
    name: str
    commands: dict  # {name: words, with the program at the end}
    laps: int = 1
    entries: int = SMALL  # of the user database
    groups: int = 0  # that the user is in, by the database; 0: it does not know the user
    capabilities: int = 64  # that root has; the bounding set holds no others
    variables: int = 0  # in the environment, of 100 bytes each, besides the usual ones
    descriptors: int = 0  # open besides the standard streams
    width: int = 1  # launches side by side
    rounds: dict = dataclasses.field(default_factory=dict)  # {name: nanoseconds by lap, by round}

    def medians(self, name):
        """By round, in microseconds."""
        return [statistics.median(laps) / 1000 for laps in self.rounds[name]]

    def median(self, name):
        return statistics.median(time for laps in self.rounds[name] for time in laps) / 1000

    def least(self, name):
        """A disturbance can only add to the time of a launch."""
        return min(time for laps in self.rounds[name] for time in laps) / 1000


def with_capabilities(count):
    """The words that take from root's bounding set all but so many: those that a start needs, and
    the first of the others."""
    if count >= 64:
        return []
    with open("/proc/sys/kernel/cap_last_cap", encoding="ascii") as file:
        last = int(file.read())
    needed = [6, 7, 8, 10]  # SETGID, SETUID, SETPCAP, NET_BIND_SERVICE
    kept = needed + [cap for cap in range(last + 1) if cap not in needed][:count - len(needed)]
    return ["setpriv", "--bounding-set=-all," + ",".join(f"+cap_{cap}" for cap in sorted(kept))]


@contextlib.contextmanager
def open_descriptors(count):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count + 64:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, count + 64), hard))
    descriptors = [os.open("/dev/null", os.O_RDONLY) for _ in range(count)]
    yield descriptors
    for descriptor in descriptors:
        os.close(descriptor)


def run_round(setting, laps, launch, users, seed):
    """[nanoseconds of each lap], by command."""
    users.fill(setting.entries, setting.groups)
    # On one processor, or a launch waits until another wakes up; the first has most interrupts.
    last = max(os.sched_getaffinity(0))
    where = ["-w", str(setting.width)] if setting.width > 1 else ["-c", str(last)]
    where += ["-u", programs.ID]
    extra = {f"VARIABLE_{number:05}": "x" * 85 for number in range(setting.variables)}
    text = b"".join(os.fsencode("".join(f"{word}\0" for word in [*words, ""]))
                    for words in setting.commands.values())
    with open_descriptors(setting.descriptors) as descriptors:
        done = subprocess.run(
            [*with_capabilities(setting.capabilities), launch, *where, str(laps), str(seed)],
            input=text, env=ENVIRONMENT | extra, pass_fds=descriptors, capture_output=True,
            check=False)
    if done.returncode != 0:
        raise SystemExit(f"{done.stderr.decode()}bench: {setting.name}: launch ended with "
                         f"{done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines()]


def measure(chosen, rounds, launch, users, seed):
    """Fills the settings. A first round, of one lap, fills caches and is not counted."""
    draw = random.Random(seed)
    for number in range(rounds + 1):
        for setting in draw.sample(chosen, len(chosen)):
            times = run_round(setting, setting.laps if number > 0 else 1, launch, users,
                              draw.randrange(1 << 31))
            for name, laps in zip(setting.commands, times):
                if number > 0:
                    setting.rounds.setdefault(name, []).append(laps)
