#!/usr/bin/python3
"""Injects one fault after another into a launcher, and looks at what was started.

A launcher promises that the program runs as asked or not at all. So each system call that it
makes, from its own start to the execve of the program, fails once with each of a few errors; and
each that claims to change or to report something that the promise rests on "succeeds" once without
doing anything. After every single fault one of these must be true:

  refused      the program did not start, and the launcher named the step that failed
  exact        the program started in exactly the state asked for
  before main  the fault came before main, and nothing was started
  aborted      nothing was started, and a library ended the process with its own message: only for
               two calls that the kernel cannot fail, so that the C library or a module of the user
               database asserts their success; in a sanitized build also for the sanitizer's memory

Everything else is reported: `wrong` (started in another state), `unnamed` (not started, but without
the exit status and error that are promised) and `missed` (the fault did not happen, or it happened
after the execve of the program: the measurement is then worth nothing).

How it works. A reference run under strace(1) gives the list of calls. The n-th call of a name is
the n-th one in the next run as well, because nothing differs before the fault; strace's `when=` is
that number, so the observer itself (the program `probe`) never meets a fault. This is checked in
the trace of every run. Where main begins is told by the C library: in a second reference run
LD_DEBUG=files makes it write "transferring control" as the last thing before it calls main. (A
static program has no loader to say so; all of its calls are judged.)

Usage, as root, with CAPWRAP and SUPPORT_BIN in the environment as CTest sets them:
  sweep.py                                    every case of capwrap
  sweep.py --tool setpriv                     the same faults in another launcher
  sweep.py --case by-name --case locked       only these
  sweep.py --replay by-name/setresuid/1/=0    one fault, with the command and its trace
  sweep.py --rows                             which row of the transition table which case exercises

The last line, `summary: {...}`, holds the counts as JSON. Exit status: 0 nothing to report;
1 something to report; 2 the sweep could not be made.
"""

import argparse
import collections
import concurrent.futures
import ctypes
import dataclasses
import errno
import grp
import json
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

CAP = {"CHOWN": 0, "SETGID": 6, "SETUID": 7, "SETPCAP": 8, "NET_BIND_SERVICE": 10}
LOCKED_SECUREBITS = 0xEF
PROBE_STATUS = 42
LEAKED_FD = 9
PROBE_KEYS = """ruid euid suid fsuid rgid egid sgid fsgid groups
    permitted effective inheritable bounding ambient securebits no_new_privs pdeathsig
    home user logname home_count user_count logname_count
    session_keyring at_secure cwd umask argc pid""".split()
TIME_LIMIT = 30

# The user of the sweep: in four groups, so that a lost one is noticed.
USER, UID, GID, HOME = "capwrap-faults", 4242, 4243, "/srv/capwrap-faults"
GROUPS = {"capwrap-faults": GID, "capwrap-fault1": 4301, "capwrap-fault2": 4302,
          "capwrap-fault3": 4303}

LOOKUPS = set("""
    open openat openat2 read pread64 readv getdents64 lseek
    stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2
    readlink readlinkat getxattr lgetxattr fgetxattr
    socket connect poll ppoll sendto recvfrom sendmsg recvmsg fcntl""".split())

# What a kernel or a sandbox may answer instead of doing: 0, and any other value that means "done".
NO_VALUE = ["0"]
LIES = {
    **dict.fromkeys("""setuid setgid setreuid setregid setresuid setresgid setgroups capset capget
                       getresuid getresgid close_range fchown chown fchownat execve faccessat
                       faccessat2 access""".split(), NO_VALUE),
    # Lies about what was read: nothing filled in, end of file, an empty attribute.
    **dict.fromkeys("""read pread64 getdents64 stat lstat fstat newfstatat statx statfs fstatfs
                       getxattr lgetxattr fgetxattr""".split(), NO_VALUE),
    # Calls whose value is an answer.
    "prctl": ["0", "1"],
    "keyctl": ["0", "1", "0x2a2a2a2a"],
    "getgroups": ["0", "1", str(len(GROUPS))],
    "fcntl": ["0", "1"],
    **dict.fromkeys("getuid geteuid setfsuid".split(), ["0", str(UID)]),
    **dict.fromkeys("getgid getegid setfsgid".split(), ["0", str(GID)]),
    # brk(2) has no errors: it fails by answering with an address below the one asked for.
    "brk": NO_VALUE,
}
NEVER_FAIL = {"brk"}

ASSERTED = {"futex", "rt_sigprocmask"}  # waking and masking: no kernel refuses these

VERDICTS = ["before main", "aborted", "refused", "exact", "wrong", "unnamed", "missed"]
REPORTED = ["wrong", "unnamed", "missed"]

# Keys of the probe that differ from run to run, or that the sweep asks about in its own way.
VOLATILE = {"pid", "ppid", "session_keyring"}


class SweepError(Exception):
    """The sweep cannot be made, or its measurement would be worth nothing."""


# ---- what is run ----


@dataclasses.dataclass
class Case:
    tool: str
    name: str
    words: list          # the launcher's words, before the program
    expected: dict       # what the probe must say, beyond being as in the reference run
    start: list = dataclasses.field(default_factory=list)  # words of start-as: where it starts
    target: str = "probe"           # a file in the sweep's folder, or PATH/NAME
    own_keyring: bool = False       # a fresh session keyring that belongs to the user
    chowned: bool = False           # the standard streams belong to the user
    status: int = PROBE_STATUS      # with which the program ends
    runtime: bool = False           # calls of a language runtime are left out: it waits for ever


def ids(uid, gid, groups):
    state = {kind + "uid": str(uid) for kind in ("r", "e", "s", "fs")}
    state.update({kind + "gid": str(gid) for kind in ("r", "e", "s", "fs")})
    state["groups"] = ",".join(str(group) for group in sorted(groups))
    return state


def caps(keep, bounding):
    sets = dict.fromkeys(["permitted", "effective", "inheritable", "ambient"], keep)
    sets["bounding"] = bounding
    return {name: "%016x" % value for name, value in sets.items()}


def mask(*names):
    return sum(1 << CAP[name] for name in names)


def login(home, user):
    counts = {"home_count": "1", "user_count": str(int(user != "unset")),
              "logname_count": str(int(user != "unset"))}
    return {"home": home, "user": user, "logname": user, **counts}


def flags(securebits=0, no_new_privs=0, pdeathsig=0):
    return {"securebits": "%x" % securebits, "no_new_privs": str(no_new_privs),
            "pdeathsig": str(pdeathsig), "at_secure": "0"}


CLOSED = {"fds": "0,1,2"}  # the sweep itself leaves LEAKED_FD open


def inherited_bounding():
    with open("/proc/self/status", encoding="ascii") as status:
        return int(re.search(r"^CapBnd:\s*(\w+)$", status.read(), re.M).group(1), 16)


def capwrap_cases():
    bind, none = mask("NET_BIND_SERVICE"), 0
    everyone = sorted(GROUPS.values())
    wide = inherited_bounding()
    weak = wide & ~mask("SETPCAP")
    web = pwd.getpwnam("www-data")

    def case(name, words, *expected, **more):
        state = {key: value for part in expected for key, value in part.items()}
        return Case("capwrap", name, words, state, **more)

    return [
        case("by-name", ["--user", USER, "--keep", "NET_BIND_SERVICE"],
             ids(UID, GID, everyone), caps(bind, bind), login(HOME, USER), flags(),
             own_keyring=True),
        case("by-number", ["--user", f"{UID + 1}:{GID + 1}", "--keep", "10"],
             ids(UID + 1, GID + 1, [GID + 1]), caps(bind, bind), login("/", "unset"), flags(),
             target="PATH/probe", own_keyring=True),
        case("locked", ["--user", f"{USER}:{GID}", "--groups", "4301,4303", "--keep",
                        "CHOWN,NET_BIND_SERVICE", "--lock-securebits", "--close-fds",
                        "--chown-stdio", "--no-new-privs"],
             ids(UID, GID, [GID, 4301, 4303]), caps(mask("CHOWN") | bind, mask("CHOWN") | bind),
             login(HOME, USER), flags(LOCKED_SECUREBITS, 1), CLOSED,
             own_keyring=True, chowned=True),
        case("no-setpcap", ["--user", f"{UID}:{GID}", "--keep", "NET_BIND_SERVICE",
                            "--no-new-privs", "--groups", "4302"],
             ids(UID, GID, [GID, 4302]), caps(bind, weak), login(HOME, USER), flags(0, 1),
             start=["--bounding", "%x" % weak], own_keyring=True),
        case("already-right", ["--user", f"{UID}:{GID}", "--keep", "NET_BIND_SERVICE",
                               "--no-new-privs", "--groups", "keep"],
             ids(UID, GID, everyone), caps(bind, wide), login(HOME, USER), flags(0, 1),
             start=["--uid", str(UID), "--gid", str(GID),
                    "--groups", ",".join(str(group) for group in everyone),
                    "--permitted", "%x" % bind, "--effective", "%x" % bind,
                    "--inheritable", "%x" % bind, "--ambient", "%x" % bind]),
        case("script", ["--user", "www-data", "--close-fds"],
             ids(web.pw_uid, web.pw_gid, os.getgrouplist("www-data", web.pw_gid)),
             caps(none, none), login(web.pw_dir, "www-data"), flags(), CLOSED,
             target="script-of-a-script", status=0, own_keyring=True),
        case("parent-death", ["--user", USER, "--groups", "none", "--chown-stdio"],
             ids(UID, GID, [GID]), caps(none, none), login(HOME, USER), flags(pdeathsig=15),
             start=["--pdeathsig", "15"], own_keyring=True, chowned=True),
        case("root-stays", ["--no-new-privs"],
             ids(0, 0, os.getgroups()), caps(none, none),
             {"home": "/root", "user": "root", "logname": "root"}, flags(0, 1)),
    ]


def peer_cases():
    bind = mask("NET_BIND_SERVICE")
    everyone = sorted(GROUPS.values())
    narrow = ["--inh-caps", "-all,+net_bind_service", "--ambient-caps", "-all,+net_bind_service",
              "--bounding-set", "-all,+net_bind_service"]
    return [
        Case("setpriv", "setpriv", ["--reuid", USER, "--regid", str(GID), "--init-groups", *narrow],
             {**ids(UID, GID, everyone), **caps(bind, bind)}),
        # gosu leaves the primary group out of the supplementary ones.
        Case("gosu", "gosu", [USER], ids(UID, GID, set(everyone) - {GID}), runtime=True),
    ]


# ---- where it is run ----


class Workshop:
    """The folder, the binaries and the environment of all runs."""

    def __init__(self, folder, tool):
        self.folder = folder
        support = os.environ.get("SUPPORT_BIN", "")
        self.probe = shutil.copy(find_program(os.path.join(support, "probe")), folder)
        self.start_as = os.path.join(support, "start-as")
        installed = os.environ.get("CAPWRAP", tool) if tool == "capwrap" else tool
        self.launcher = find_program(installed)
        self.strace = find_program("strace")
        self.environment = {"PATH": f"/nonexistent:{folder}:/usr/bin:/bin", "LC_ALL": "C",
                            "HOME": "/root", "USER": "root", "LOGNAME": "root"}
        self.caller_keyring = None
        write(f"{folder}/script", f"#!{self.probe}\n", 0o755)
        write(f"{folder}/script-of-a-script", f"#!{folder}/script\n", 0o755)

    def command(self, case, extra=()):
        start = [self.start_as, *case.start, "--"] if case.start else []
        target = f"{self.folder}/{case.target}"
        if case.target.startswith("PATH/"):
            target = case.target.removeprefix("PATH/")
        words = ["--exit", str(case.status)]
        if "fds" not in case.expected:  # a thousand calls, and each one stops in strace
            words += ["--only", ",".join(PROBE_KEYS)]
        return [*start, self.launcher, *extra, *case.words, target, *words]


def find_program(name):
    path = shutil.which(name)
    if path is None:
        raise SweepError(f"{name}: no such program")
    return os.path.abspath(path)


def write(path, text, mode):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def add_users(folder):
    """The machine's user database with the user of the sweep, in this mount namespace only."""
    members = "".join(f"{name}:x:{gid}:{'' if gid == GID else 'root,' + USER}\n"
                      for name, gid in GROUPS.items())
    more = {"passwd": f"{USER}:x:{UID}:{GID}::{HOME}:/bin/sh\n", "group": members}
    for name, lines in more.items():
        with open(f"/etc/{name}", encoding="utf-8", errors="surrogateescape") as file:
            old = file.read()
        with open(f"{folder}/{name}", "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(lines + old)
        os.chmod(f"{folder}/{name}", 0o644)
        subprocess.run(["mount", "--bind", f"{folder}/{name}", f"/etc/{name}"], check=True)
    if grp.getgrgid(4303).gr_name != "capwrap-fault3":
        raise SweepError("the private user database is not in force")


def enter_private_namespace():
    """Where the user database can be another one."""
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable,
                          os.path.abspath(__file__), "--inside", *sys.argv[1:]])


def join_session_keyring():
    """A session keyring that the program must not inherit; none where keyctl(2) is blocked."""
    library = ctypes.CDLL("libkeyutils.so.1", use_errno=True)
    if (library.keyctl_join_session_keyring(b"capwrap-faults") < 0
            and ctypes.get_errno() not in (errno.ENOSYS, errno.EPERM)):
        raise SweepError(f"no session keyring: {os.strerror(ctypes.get_errno())}")


# ---- one run ----


@dataclasses.dataclass
class Run:
    status: int      # as subprocess gives it; None when the time was up
    output: str
    errors: str
    trace: list      # lines of strace
    stdio_owners: set


def strace_run(shop, command, options):
    log = tempfile.NamedTemporaryFile(dir=shop.folder, prefix="trace.", delete=False)
    log.close()
    full = [shop.strace, "-qq", "-o", log.name, *options, "--", *command]
    try:
        process = subprocess.Popen(full, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=shop.environment, cwd="/",
                                   pass_fds=[LEAKED_FD], process_group=0)
        with process:
            streams = [process.stdin, process.stdout, process.stderr]
            try:
                status = process.wait(TIME_LIMIT)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # strace alone would leave the launcher
                status = None
            owners = {os.fstat(stream.fileno()).st_uid for stream in streams}
            output, errors = (stream.read().decode(errors="replace") for stream in streams[1:])
        with open(log.name, encoding="utf-8", errors="replace") as file:
            trace = file.read().splitlines()
    finally:
        os.unlink(log.name)
    if re.search(r"^\S*strace: ", errors, re.M):
        raise SweepError(f"{errors.strip()}\nfrom: {shlex.join(full)}")
    return Run(status, output, errors, trace, owners)


def call_name(line):
    match = re.match(r"(\w+)\(", line)
    return match.group(1) if match else None


def calls_of(trace):
    """Without the execve that strace itself begins with: `when=` does not count it either."""
    return [(call_name(line), line) for line in trace if call_name(line)][1:]


def exec_places(case, calls):
    """Where the launcher's own execve is (-1: strace's) and, when it came to it, the program's."""
    places = [i for i, (name, line) in enumerate(calls)
              if name == "execve" and line.endswith(" = 0")]
    return places if case.start else [-1, *places]


@dataclasses.dataclass
class Reference:
    state: dict
    calls: list   # (name, number of this name, line), from the launcher's start to the execve
    main: int     # how many of them come before main


def launcher_calls(case, trace):
    """The calls of the launcher: from its own execve, exclusive, to the program's, inclusive."""
    calls = calls_of(trace)
    execs = exec_places(case, calls)
    if len(execs) != 2:
        raise SweepError(f"{case.name}: not two successful execve in the trace")
    count, numbered = collections.Counter(), []
    for i, (name, line) in enumerate(calls[: execs[1] + 1]):
        count[name] += 1
        if i > execs[0]:
            numbered.append((name, count[name], line))
    return numbered


def calls_before_main(shop, case):
    """Asks the loader, which writes (and calls getpid for the sake of it) where main begins."""
    run = strace_run(shop, shop.command(case), ["-s", "4096", "-E", "LD_DEBUG=files"])
    calls = calls_of(run.trace)
    own, program = exec_places(case, calls)
    before = 0
    for name, line in calls[own + 1: program]:
        if name == "writev" and "transferring control" in line:
            return before
        if name != "getpid" and not (name == "writev" and line.startswith("writev(2,")):
            before += 1
    return 0


def make_reference(shop, case):
    run = strace_run(shop, shop.command(case), [])
    state = started_state(run)
    if state is None:
        raise SweepError(f"{case.name}: nothing was started without a fault either: "
                         f"status {run.status}: {run.errors.strip()}\n"
                         f"from: {shlex.join(shop.command(case))}")
    reference = Reference(state, launcher_calls(case, run.trace), calls_before_main(shop, case))
    differences = state_differences(shop, case, reference, run)
    if differences:
        raise SweepError(f"{case.name}: wrong without a fault: {'; '.join(differences)}")
    return reference


# ---- what is injected ----


@dataclasses.dataclass(frozen=True)
class Fault:
    name: str
    number: int
    what: str         # an errno, or =VALUE for a lie
    before_main: bool
    line: str         # the call in the reference run

    def option(self):
        what = f"retval={self.what[1:]}" if self.what.startswith("=") else f"error={self.what}"
        return f"inject={self.name}:{what}:when={self.number}"


def faults_in(case, reference):
    for position, (name, number, line) in enumerate(reference.calls):
        if case.runtime and name not in LOOKUPS and name not in LIES:
            continue
        errors = [] if name in NEVER_FAIL else ["EPERM", "ENOMEM"]
        if name in LOOKUPS:
            errors += ["EINTR", "EIO"]
        for what in errors + ["=" + value for value in LIES.get(name, [])]:
            yield Fault(name, number, what, position < reference.main, line)


def inject(shop, case, fault):
    options = ["-e", f"trace={fault.name},execve", "-e", fault.option()]
    return strace_run(shop, shop.command(case), options)


# ---- the verdict ----


def started_state(run):
    """What the probe said; None when nothing shows that a program started."""
    if run.output == "" and run.status != PROBE_STATUS:
        return None
    return dict(line.split("=", 1) for line in run.output.splitlines() if "=" in line)


def state_differences(shop, case, reference, run):
    state = started_state(run)
    wanted = {**{key: value for key, value in reference.state.items() if key not in VOLATILE},
              **case.expected}
    differences = [f"{key} is {state.get(key, 'not told')}, not {value}"
                   for key, value in wanted.items() if state.get(key) != value]
    if run.status != case.status or "pid" not in state:
        differences.append(f"the program was cut short: status {run.status}")
    uid = int(case.expected["ruid"])
    keyring = state.get("session_keyring", "not told")
    if case.own_keyring and shop.caller_keyring and (
            keyring == shop.caller_keyring or not keyring.endswith(f",{uid}")):
        differences.append(f"session_keyring is {keyring}")
    if case.chowned and run.stdio_owners != {uid}:
        differences.append(f"the standard streams belong to {sorted(run.stdio_owners)}")
    return differences


def was_injected(case, fault, trace):
    """The fault happened, once, and not after the execve of the program."""
    calls = calls_of(trace)
    places = [i for i, (_, line) in enumerate(calls) if line.endswith("(INJECTED)")]
    program = exec_places(case, calls)[1:]
    names = [name for name, _ in calls]
    return (len(places) == 1 and names[places[0]] == fault.name
            and names[: places[0] + 1].count(fault.name) == fault.number
            and not (program and places[0] > program[0]))


ERROR_LINES = re.compile(r"(?:capwrap: note: [^\n]+\n)*capwrap: (?!note:)([a-z-]+): [^\n]+\n"
                         r"  hint: [^\n]+\n")


def refusal_step(fault, run):
    """The step that the launcher named, with the exit status that belongs to it; or None."""
    match = ERROR_LINES.fullmatch(run.errors)
    if not match:
        return None
    if fault.name == "execve":
        return match.group(1) if (run.status, match.group(1)) == (126, "exec") else None
    return match.group(1) if run.status == 125 else None


def library_gave_up(fault, run):
    if fault.name in ("mmap", "munmap"):
        return re.search("AddressSanitizer.* (failed to allocate|out of memory)", run.errors)
    return fault.name in ASSERTED and run.status == -signal.SIGABRT and run.errors != ""


@dataclasses.dataclass
class Result:
    fault: Fault
    verdict: str
    detail: str = ""
    step: str = ""


def judge(shop, case, reference, fault, run):
    state = started_state(run)
    if not was_injected(case, fault, run.trace):
        return Result(fault, "missed", "the fault did not happen where it should")
    if state is not None:
        differences = state_differences(shop, case, reference, run)
        return Result(fault, "wrong" if differences else "exact", "; ".join(differences))
    if fault.before_main:
        return Result(fault, "before main")
    step = refusal_step(fault, run)
    if step is None and library_gave_up(fault, run):
        return Result(fault, "aborted")
    if run.status == 0 or (case.tool == "capwrap" and step is None):
        return Result(fault, "unnamed", f"status {run.status}: {run.errors.strip()!r}")
    return Result(fault, "refused", step=step or "")


# ---- the sweep ----


def replay_name(case, fault):
    return f"{case.name}/{fault.name}/{fault.number}/{fault.what}"


def sweep_case(shop, case, jobs):
    reference = make_reference(shop, case)

    def one(fault):
        return judge(shop, case, reference, fault, inject(shop, case, fault))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(one, faults_in(case, reference)))


def print_table(counts):
    columns = ["injections", *VERDICTS]
    print("%-14s" % "case" + "".join("%12s" % column for column in columns))
    for name, count in counts.items():
        values = [sum(count.values()), *(count[verdict] for verdict in VERDICTS)]
        print("%-14s" % name + "".join("%12d" % value for value in values))


def sweep(shop, cases, jobs):
    counts, steps = {}, set()
    for case in cases:
        results = sweep_case(shop, case, jobs)
        counts[case.name] = collections.Counter(result.verdict for result in results)
        steps |= {result.step for result in results if result.step}
        for result in results:
            if result.verdict in REPORTED:
                print(f"{result.verdict}: {replay_name(case, result.fault)}: {result.fault.line}\n"
                      f"    {result.detail}", flush=True)
    total = sum(counts.values(), collections.Counter())
    print_table({**counts, "total": total})
    summary = {"tool": cases[0].tool, "cases": len(cases), "injections": sum(total.values()),
               **{verdict.replace(" ", "_"): total[verdict] for verdict in VERDICTS},
               "steps_named": sorted(steps)}
    print("summary: " + json.dumps(summary))
    return 1 if any(total[verdict] for verdict in REPORTED) else 0


def replay(shop, cases, text):
    name, call, number, what = text.split("/", 3)
    case = next((case for case in cases if case.name == name), None)
    if case is None:
        raise SweepError(f"{name}: no such case")
    reference = make_reference(shop, case)
    fault = next((fault for fault in faults_in(case, reference)
                  if (fault.name, str(fault.number), fault.what) == (call, number, what)), None)
    if fault is None:
        raise SweepError(f"{text}: the reference run has no such call")
    run = strace_run(shop, shop.command(case), ["-e", fault.option()])
    result = judge(shop, case, reference, fault, run)
    print(shlex.join(["strace", "-e", fault.option(), "--", *shop.command(case)]))
    place = next((i for i, line in enumerate(run.trace) if line.endswith("(INJECTED)")), 0)
    print(*run.trace[max(place - 10, 0): place + 25], sep="\n")
    print(f"status {run.status}\n{run.output}{run.errors}{result.verdict}: {result.detail}")
    return 1 if result.verdict in REPORTED else 0


def table_rows(source):
    """The names in the transition table, from its source."""
    with open(f"{source}/src/core/transition.c", encoding="utf-8") as file:
        rows = re.findall(r'^\s*\{\s*"([a-z-]+)",\s*\w+,\s*(?:CAP_|NEEDS_)', file.read(), re.M)
    if not rows:
        raise SweepError("src/core/transition.c: no table found")
    return rows


def show_rows(shop, cases, source):
    """Which case exercises which row: told by the launcher's own rehearsal."""
    covered = {row: [] for row in table_rows(source)}
    for case in cases:
        run = subprocess.run(shop.command(case, ["--dry-run", "--json"]), env=shop.environment,
                             cwd="/", capture_output=True, text=True, pass_fds=[LEAKED_FD])
        if run.returncode != 0:
            raise SweepError(f"{case.name}: the rehearsal was refused: {run.stdout}{run.stderr}")
        for step in json.loads(run.stdout)["steps"]:
            covered[step["name"]].append(case.name)
    for row, names in covered.items():
        print(f"{row}: {' '.join(names) or 'by no case'}")
    return 0 if all(covered.values()) else 1


def parse_arguments():
    parser = argparse.ArgumentParser(description="Inject faults into a launcher.")
    parser.add_argument("--tool", default="capwrap", choices=["capwrap", "setpriv", "gosu"])
    parser.add_argument("--case", action="append", help="only this case (repeatable)")
    parser.add_argument("--replay", metavar="CASE/SYSCALL/N/FAULT", help="one fault, shown in full")
    parser.add_argument("--rows", action="store_true", help="coverage of the transition table")
    parser.add_argument("--list", action="store_true", help="the names of the cases")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at the same time")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def run_inside(arguments, folder):
    os.chmod(folder, 0o755)
    add_users(folder)
    join_session_keyring()
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, LEAKED_FD)
    shop = Workshop(folder, arguments.tool)
    bare = subprocess.run([shop.probe, "--only", "session_keyring"], capture_output=True, text=True)
    keyring = bare.stdout.strip().removeprefix("session_keyring=")
    shop.caller_keyring = keyring if "," in keyring else None
    cases = [case for case in capwrap_cases() + peer_cases() if case.tool == arguments.tool]
    if arguments.list:
        print(*(case.name for case in cases), sep="\n")
        return 0
    if arguments.replay:
        return replay(shop, cases, arguments.replay)
    unknown = set(arguments.case or []) - {case.name for case in cases}
    if unknown:
        raise SweepError(f"no such case: {' '.join(sorted(unknown))}")
    if arguments.case:
        cases = [case for case in cases if case.name in arguments.case]
    if arguments.rows:
        return show_rows(shop, cases, os.environ["SRC_DIR"])
    return sweep(shop, cases, arguments.jobs)


def main():
    arguments = parse_arguments()
    if os.getuid() != 0:
        print("sweep.py: needs root", file=sys.stderr)
        return 2
    if not arguments.inside:
        enter_private_namespace()
    try:
        with tempfile.TemporaryDirectory(prefix="capwrap-faults.") as folder:
            return run_inside(arguments, folder)
    except SweepError as error:
        print(f"sweep.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
