"""What the attacks by injected answers share: the launchers' cases, where they are run, the
recorded calls of an undisturbed run, and the classification of what was started.

Imported by sweep.py (one fault), pairs.py (two) and tests/attack/sandbox/answers.py (any number). Root,
a private mount namespace and CAPWRAP and SUPPORT_BIN in the environment are needed.
"""

import argparse
import collections
import concurrent.futures
import ctypes
import dataclasses
import errno
import grp
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
    permitted effective inheritable bounding ambient securebits no_new_privs pdeathsig userns
    home user logname home_count user_count logname_count
    session_keyring at_secure cwd umask argc pid""".split()
TIME_LIMIT = 1200

# The user of the attacks: in four groups, so that a lost one is noticed.
USER, UID, GID, HOME = "capwrap-faults", 4242, 4243, "/srv/capwrap-faults"
GROUPS = {"capwrap-faults": GID, "capwrap-fault1": 4301, "capwrap-fault2": 4302,
          "capwrap-fault3": 4303}

# Keys of the probe that differ from run to run, or that are checked in another way.
VOLATILE = {"pid", "ppid", "session_keyring"}

ASSERTED = {"futex", "rt_sigprocmask"}  # futex and signal mask calls: no kernel refuses these


class InjectionError(Exception):
    """The attack cannot be made, or its measurement would be invalid."""


# ---- what is run ----


@dataclasses.dataclass
class Case:
    tool: str
    name: str
    words: list          # the launcher's arguments, before the program
    expected: dict       # what the probe must print, in addition to equalling the reference run
    start: list = dataclasses.field(default_factory=list)  # arguments of start-as: the state at the start
    target: str = "probe"           # a file in the sweep's directory, or PATH/NAME
    own_keyring: bool = False       # a fresh session keyring that belongs to the user
    chowned: bool = False           # the standard streams belong to the user
    status: int = PROBE_STATUS      # with which the program exits
    runtime: bool = False           # calls of a language runtime are left out: it would wait forever


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


USERNS_REFUSED = {"userns": "refused"}
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
        # State left by an earlier program: a wide inheritable set and an ambient capability.
        case("wide-start", ["--keep", "NET_BIND_SERVICE"],
             ids(0, 0, os.getgroups()), caps(bind, bind),
             {"home": "/root", "user": "root", "logname": "root"}, flags(),
             start=["--inheritable", "%x" % wide, "--ambient", "%x" % (bind | mask("CHOWN"))]),
        case("root-stays", ["--no-new-privs"],
             ids(0, 0, os.getgroups()), caps(none, none),
             {"home": "/root", "user": "root", "logname": "root"}, flags(0, 1)),
        case("no-userns", ["--user", f"{UID}:{GID}", "--groups", "4302", "--no-login-env",
                           "--no-new-privs", "--disable-userns", "--chdir", "/usr/share",
                           "--umask", "0137"],
             ids(UID, GID, [GID, 4302]), caps(none, none), USERNS_REFUSED, flags(0, 1),
             {"cwd": "/usr/share", "umask": "0137"},
             own_keyring=True),
    ]


def parser(description, replay):
    """What every attack takes; `replay` is how one of its attempts is written."""
    result = argparse.ArgumentParser(description=description)
    result.add_argument("--case", action="append", help="only this case (repeatable)")
    result.add_argument("--replay", metavar=replay, help="one attempt, shown in full")
    result.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at the same time")
    result.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return result


def chosen_cases(cases, names):
    """Those with these names; all of them when there are no names."""
    unknown = set(names or []) - {case.name for case in cases}
    if unknown:
        raise InjectionError(f"no such case: {' '.join(sorted(unknown))}")
    return [case for case in cases if not names or case.name in names]


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
    """The directory, the binaries and the environment of all runs."""

    def __init__(self, folder, tool):
        self.folder = folder
        self.probe = shutil.copy(self.support("probe"), folder)
        self.start_as = self.support("start-as")
        self.injector = self.support("seccomp-inject")
        installed = os.environ.get("CAPWRAP", tool) if tool == "capwrap" else tool
        self.launcher = find_program(installed)
        self.strace = find_program("strace")
        self.environment = {"PATH": f"/nonexistent:{folder}:/usr/bin:/bin", "LC_ALL": "C",
                            "HOME": "/root", "USER": "root", "LOGNAME": "root"}
        self.caller_keyring = None
        write(f"{folder}/script", f"#!{self.probe}\n", 0o755)
        write(f"{folder}/script-of-a-script", f"#!{folder}/script\n", 0o755)

    def command(self, case, extra=(), around=()):
        """The arguments of a run; around is the command that executes the launcher."""
        start = [self.start_as, *case.start, "--"] if case.start else []
        target = f"{self.folder}/{case.target}"
        if case.target.startswith("PATH/"):
            target = case.target.removeprefix("PATH/")
        words = ["--exit", str(case.status)]
        if "fds" not in case.expected:  # a thousand calls
            words += ["--only", ",".join(PROBE_KEYS)]
        return [*start, *around, self.launcher, *extra, *case.words, target, *words]

    def support(self, name):
        return find_program(os.path.join(os.environ.get("SUPPORT_BIN", ""), name))


def find_program(name):
    path = shutil.which(name)
    if path is None:
        raise InjectionError(f"{name}: no such program")
    return os.path.abspath(path)


def write(path, text, mode):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def add_users(folder):
    """The machine's user database with the user of the attacks, in this mount namespace only."""
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
        raise InjectionError("the private user database is not in force")


def enter_private_namespace():
    """Runs the program again in a mount namespace in which the user database can be replaced."""
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable,
                          os.path.abspath(sys.argv[0]), "--inside", *sys.argv[1:]])


def join_session_keyring():
    """A session keyring that the program must not inherit; none where keyctl(2) is blocked."""
    library = ctypes.CDLL("libkeyutils.so.1", use_errno=True)
    if (library.keyctl_join_session_keyring(b"capwrap-faults") < 0
            and ctypes.get_errno() not in (errno.ENOSYS, errno.EPERM)):
        raise InjectionError(f"no session keyring: {os.strerror(ctypes.get_errno())}")


def in_workshop(tool, attack):
    """attack(shop) in a directory and a namespace of its own; the exit status of the program."""
    name = os.path.basename(sys.argv[0])
    if os.getuid() != 0:
        print(f"{name}: needs root", file=sys.stderr)
        return 2
    if "--inside" not in sys.argv:
        enter_private_namespace()
    try:
        with tempfile.TemporaryDirectory(prefix="capwrap-faults.") as folder:
            os.chmod(folder, 0o755)
            add_users(folder)
            join_session_keyring()
            os.dup2(os.open("/dev/null", os.O_RDONLY), LEAKED_FD)
            shop = Workshop(folder, tool)
            shop.caller_keyring = own_keyring(shop)
            return attack(shop)
    except InjectionError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2


def own_keyring(shop):
    bare = subprocess.run([shop.probe, "--only", "session_keyring"], capture_output=True, text=True)
    keyring = bare.stdout.strip().removeprefix("session_keyring=")
    return keyring if "," in keyring else None


# ---- one run ----


@dataclasses.dataclass
class Run:
    status: int      # as subprocess returns it; None after a timeout
    output: str
    errors: str
    stdio_owners: set
    log: list        # lines that strace or the injector wrote


def run(shop, command, log=None):
    """log: a function that maps a file's name to the arguments before the command."""
    with tempfile.NamedTemporaryFile(dir=shop.folder, prefix="log.") as file:
        full = [*(log(file.name) if log else []), *command]
        with subprocess.Popen(full, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=shop.environment, cwd="/",
                              pass_fds=[LEAKED_FD], process_group=0) as process:
            streams = [os.dup(stream.fileno())
                       for stream in (process.stdin, process.stdout, process.stderr)]
            try:
                output, errors = process.communicate(timeout=TIME_LIMIT)
                status = process.returncode
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)  # otherwise the launcher would remain
                output, errors = process.communicate()
                status = None
            owners = {os.fstat(stream).st_uid for stream in streams}
            for stream in streams:
                os.close(stream)
        lines = file.read().decode(errors="replace").splitlines()
    output, errors = output.decode(errors="replace"), errors.decode(errors="replace")
    if re.search(r"^(\S*strace|seccomp): ", errors, re.M):
        raise InjectionError(f"{errors.strip()}\nfrom: {shlex.join(full)}")
    return Run(status, output, errors, owners, lines)


# ---- the undisturbed run ----

# What strace -n -X verbose writes: [ 157] prctl(0x17 /* PR_CAPBSET_READ */, 0x1 /* CAP_... */) = 1
CALL = re.compile(r"\[\s*(\d+)\] ((\w+)\((.*))")
STRACE = ["-qq", "-n", "-X", "verbose"]
PR_CAPBSET_READ, PR_CAPBSET_DROP, PR_CAP_AMBIENT = 23, 24, 47


@dataclasses.dataclass(frozen=True)
class Call:
    name: str
    key: str          # the number, and what distinguishes the options of prctl and keyctl: 157:23:1
    number: int       # the ordinal among calls of this key
    of_name: int      # the ordinal among calls of this name, as strace counts
    before_main: bool
    line: str         # with the names of the constants, for people

    def value(self):
        """What it returned: a number that is not an error, or None."""
        match = re.search(r"\) = (\d+|0x[0-9a-f]+)(?: |$)", self.line)
        return int(match.group(1), 0) if match else None


def key_of(number, name, arguments):
    if name not in ("prctl", "keyctl"):
        return number
    # The option and, if it concerns one capability, what follows it.
    numbers = (re.match(r"-?(0x[0-9a-f]+|\d+)\b", word) for word in arguments.split(", ")[:3])
    words = [int(match.group(), 0) for match in numbers if match]
    more = {PR_CAPBSET_READ: 2, PR_CAPBSET_DROP: 2, PR_CAP_AMBIENT: 3}
    length = more.get(words[0], 1) if name == "prctl" else 1
    return ":".join([number, *map(str, words[:length])])


def readable(line):
    """The names of the constants instead of their numbers."""
    return re.sub(r"-?\w+ /\* (\S+) \*/", r"\1", line)


def calls_of(trace):
    """(key, name, line) of each, without the execve with which strace itself starts: no counter
    includes it."""
    matches = [match for match in map(CALL.match, trace) if match]
    return [(key_of(number, name, arguments), name, readable(line))
            for number, line, name, arguments in (match.groups() for match in matches)][1:]


def exec_places(case, calls):
    """The index of the launcher's own execve (-1: strace's) and, if it was reached, of the program's."""
    places = [i for i, (_, name, line) in enumerate(calls)
              if name == "execve" and line.endswith(" = 0")]
    return places if case.start else [-1, *places]


@dataclasses.dataclass
class Reference:
    state: dict
    calls: list   # of the launcher: from its start to the execve of the program, inclusive


MOST_VALUES = 4


def told_values(reference, call):
    """What the calls of its name returned undisturbed: the previous value, the goal's, a neighbour's.
    Only a few results of a call that is made for each capability or descriptor."""
    values = {other.value() for other in reference.calls
              if other.name == call.name and not other.before_main} - {None}
    return [f"={value}" for value in sorted(values)[:MOST_VALUES]]


def strace(shop, case, *options):
    return run(shop, shop.command(case),
               lambda name: [shop.strace, *STRACE, "-o", name, *options, "--"])


def launcher_calls(case, trace, before_main):
    calls = calls_of(trace)
    execs = exec_places(case, calls)
    if len(execs) != 2:
        raise InjectionError(f"{case.name}: not two successful execve in the trace")
    keys, names, numbered = collections.Counter(), collections.Counter(), []
    for i, (key, name, line) in enumerate(calls[: execs[1] + 1]):
        keys[key] += 1
        names[name] += 1
        if i > execs[0]:
            numbered.append(Call(name, key, keys[key], names[name],
                                 i - execs[0] - 1 < before_main, line))
    return numbered


def calls_before_main(shop, case):
    """Uses the loader, which writes (and calls getpid for this purpose) when main starts. A
    static capwrap has no loader that writes this; the first action of main is to inspect descriptor
    0. Of another static program all calls are classified."""
    run_with_loader = strace(shop, case, "-s", "4096", "-E", "LD_DEBUG=files")
    calls = calls_of(run_with_loader.log)
    own, program = exec_places(case, calls)
    before, first_look = 0, 0
    for _, name, line in calls[own + 1: program]:
        if name == "writev" and "transferring control" in line:
            return before
        if line.startswith("fcntl(0, F_GETFD)"):
            first_look = first_look or before
        if name != "getpid" and not (name == "writev" and line.startswith("writev(2,")):
            before += 1
    return first_look


def make_reference(shop, case):
    undisturbed = strace(shop, case)
    state = started_state(undisturbed)
    if state is None:
        raise InjectionError(f"{case.name}: nothing was started without a fault either: "
                         f"status {undisturbed.status}: {undisturbed.errors.strip()}\n"
                         f"from: {shlex.join(shop.command(case))}")
    reference = Reference(state, launcher_calls(case, undisturbed.log,
                                                calls_before_main(shop, case)))
    differences = state_differences(shop, case, reference, undisturbed)
    if differences:
        raise InjectionError(f"{case.name}: wrong without a fault: {'; '.join(differences)}")
    return reference


def make_references(shop, cases, jobs):
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda case: make_reference(shop, case), cases))


# ---- what was started ----


def started_state(result):
    """What the probe printed; None if nothing shows that a program started."""
    if result.output == "" and result.status != PROBE_STATUS:
        return None
    return dict(line.split("=", 1) for line in result.output.splitlines() if "=" in line)


def state_differences(shop, case, reference, result):
    state = started_state(result)
    wanted = {**{key: value for key, value in reference.state.items() if key not in VOLATILE},
              **case.expected}
    differences = [f"{key} is {state.get(key, 'not told')}, not {value}"
                   for key, value in wanted.items() if state.get(key) != value]
    if result.status != case.status or "pid" not in state:
        differences.append(f"the program was cut short: status {result.status}")
    uid = int(case.expected["ruid"])
    keyring = state.get("session_keyring", "not told")
    if case.own_keyring and shop.caller_keyring and (
            keyring == shop.caller_keyring or not keyring.endswith(f",{uid}")):
        differences.append(f"session_keyring is {keyring}")
    if case.chowned and result.stdio_owners != {uid}:
        differences.append(f"the standard streams belong to {sorted(result.stdio_owners)}")
    return differences


ERROR_LINES = re.compile(r"(?:capwrap: note: [^\n]+\n)*capwrap: (?!note:)([a-z-]+): [^\n]+\n"
                         r"  hint: [^\n]+\n")


def refusal_step(result, status=125):
    """The step that capwrap named, with the exit status that belongs to it; or None."""
    match = ERROR_LINES.fullmatch(result.errors)
    return match.group(1) if match and result.status == status else None


def library_gave_up(name, answer, result):
    """A library aborted the process: the call was one that the kernel does not refuse or, in a
    sanitized build, one for the sanitizer's own memory, or one whose wrapper checks as many
    bytes as a false answer claims."""
    wrapped = rf"AddressSanitizer: .*\nWRITE of size {answer} .*\n +#0 \S+ in \w*{name} "
    if re.search(wrapped, result.errors):
        return True
    if name in ("mmap", "munmap"):
        return re.search("AddressSanitizer.* (failed to (de)?allocate|out of memory)",
                         result.errors)
    return name in ASSERTED and result.status == -signal.SIGABRT and result.errors != ""


def table_rows(source):
    """The names in the transition table, from its source."""
    with open(f"{source}/src/core/transition.c", encoding="utf-8") as file:
        rows = re.findall(r'^\s*\{\s*"([a-z-]+)",\s*\w+,\s*(?:CAP_|NEEDS_)', file.read(), re.M)
    if not rows:
        raise InjectionError("src/core/transition.c: no table found")
    return rows
