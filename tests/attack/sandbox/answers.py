#!/usr/bin/python3
"""capwrap in a hostile sandbox: a seccomp filter answers each system call that it makes, always.

What is answered is taken from the trace of an undisturbed run of every case of tests/attack/faults: each
system call, and each option of prctl(2) and keyctl(2) by itself. The answers are 0 ("done", and
nothing happens), EPERM, ENOSYS, EACCES, and killing the process. After each of them one must be
true:

  refused  the program did not start, and capwrap named the step
  early    as refused, without a message: the call is also made before main, by loader or library
  aborted  a library ended the process with its own message, for a call that no kernel refuses
  killed   the answer was "kill", and the program did not start
  exact    the program started as asked for

Everything else is reported: `wrong` and `unnamed`. A filter stays in force for the program too and
would answer its calls, so what was started is read from outside: from /proc/PID/status after
its exit, before it is waited for. Two things are not shown there, and not checked here: the securebits
and the session keyring (tests/attack/faults/sweep.py checks both).

Usage, as root, with CAPWRAP, SUPPORT_BIN and SRC_DIR in the environment as CTest sets them:
  answers.py                            everything
  answers.py --case locked              only this case (repeatable)
  answers.py --replay locked/157:38/0   one answer, in full
  answers.py --surface                  what the sources say that capwrap calls, and which case does

The last line, `summary: {...}`, holds the counts as JSON. Exit status: 0 nothing to report;
1 something to report; 2 the run could not be made.
"""

import collections
import concurrent.futures
import contextlib
import dataclasses
import errno
import json
import os
import re
import signal
import subprocess
import sys
import threading

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "faults"))
import injection  # noqa: E402
from injection import InjectionError  # noqa: E402

ANSWERS = {"0": "0", "EPERM": "EPERM", "ENOSYS": "ENOSYS", "EACCES": str(errno.EACCES),
           "kill": "kill"}
VERDICTS = ["refused", "early", "aborted", "killed", "exact", "wrong", "unnamed"]
REPORTED = ["wrong", "unnamed"]

# Calls whose name in the sources differs from the kernel's.
KERNEL_NAMES = {"stat": "newfstatat", "open": "openat"}
# What they name and no case can make capwrap do, each with the reason.
UNMAPPED = "asked only where not all ids are mapped: tests/program/ns/independent_reader.bats"
LABEL = "asked only with a security module: tests/real/kernels/security-modules.nightly.bats"
NOT_CALLED = {"seccomp": "named for its manual page; the call is PR_SET_SECCOMP",
              "setreuid": UNMAPPED, "setregid": UNMAPPED,
              "lsm_get_self_attr": LABEL, "lsm_set_self_attr": LABEL}

# What is answered with 0 is taken for the descriptor 0, and closed like any other: the program has
# no standard input then, and there is no owner to change.
DESCRIPTORS = {"socket", "openat"}

# A start takes some hundredths of a second of processor time, with sanitizers too. Their runtime may ask
# forever what is always answered with an error.
LIMITED = ["prlimit", "--cpu=20"]

# Not tried: execve, which the filter's own program needs, and a write(2) that writes nothing for
# ever, which the C library repeats forever.
NOT_TRIED = {("execve", answer) for answer in ANSWERS} | {("write", "0")}


@dataclasses.dataclass(frozen=True)
class Filter:
    key: str      # as seccomp-errno takes it
    name: str
    line: str
    before_main: bool


def filters_of(reference):
    """One for each call; for those that ask about one capability, one for all capabilities."""
    found = {}
    for call in reference.calls:
        key = call.key
        if re.search("PR_CAPBSET_|PR_CAP_AMBIENT", call.line):
            key = key.rpartition(":")[0]
        before = call.before_main or (key in found and found[key].before_main)
        found[key] = Filter(key, call.name, call.line, before)
    return list(found.values())


# ---- one run, inspected from outside ----


@dataclasses.dataclass
class Seen:
    status: int
    errors: str
    account: dict     # /proc/PID/status of the process after its end
    owners: set


@contextlib.contextmanager
def empty_pipe():
    """For standard input. Nobody holds its other end: a sanitizer's runtime reads it to the end
    where an openat(2) is answered with its number."""
    reading, writing = os.pipe()
    os.close(writing)
    try:
        yield reading
    finally:
        os.close(reading)


def run(shop, case, filtered, answer):
    command = shop.command(case, around=[*LIMITED, shop.support("seccomp-errno"), filtered.key,
                                         ANSWERS[answer]])
    with empty_pipe() as stdin, \
            subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, env=shop.environment, cwd="/",
                             pass_fds=[injection.LEAKED_FD]) as process:
        timer = kill_after(process, injection.TIME_LIMIT)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        timer.cancel()
        with open(f"/proc/{process.pid}/status", encoding="ascii", errors="replace") as file:
            account = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        owners = {os.fstat(stream).st_uid
                  for stream in (stdin, process.stdout.fileno(), process.stderr.fileno())}
        process.stdout.read()
        errors = process.stderr.read().decode(errors="replace")
        status = process.wait()
    if errors.startswith("seccomp: "):
        raise InjectionError(errors.strip())
    return Seen(status, errors, account, owners)


def kill_after(process, seconds):
    timer = threading.Timer(seconds, process.kill)
    timer.daemon = True
    timer.start()
    return timer


def has_started(case, seen):
    """The process has the name of what it executed, a script's own too."""
    return seen.account["Name"] == os.path.basename(case.target)[:15]


def expected_account(case):
    state = case.expected
    four = {"Uid": ["ruid", "euid", "suid", "fsuid"], "Gid": ["rgid", "egid", "sgid", "fsgid"]}
    sets = {"CapInh": "inheritable", "CapPrm": "permitted", "CapEff": "effective",
            "CapBnd": "bounding", "CapAmb": "ambient"}
    return {**{key: "\t".join(state[kind] for kind in kinds) for key, kinds in four.items()},
            **{key: state[kind] for key, kind in sets.items()},
            "Groups": " ".join(state["groups"].split(",")).strip(),
            "NoNewPrivs": state["no_new_privs"]}


def differences(case, filtered, seen):
    found = [f"{key} is {seen.account[key].strip()}, not {value}"
             for key, value in expected_account(case).items()
             if seen.account[key].strip() != value]
    uid = int(case.expected["ruid"])
    if case.chowned and seen.owners != {uid} and filtered.name not in DESCRIPTORS:
        found.append(f"the standard streams belong to {sorted(seen.owners)}")
    return found


def classify(case, filtered, answer, seen):
    if has_started(case, seen):
        found = differences(case, filtered, seen)
        return ("wrong", "; ".join(found)) if found else ("exact", "")
    if answer == "kill" and seen.status == -signal.SIGSYS:
        return "killed", ""
    step = injection.refusal_step(seen)
    for status in (126, 127):  # documented: the program cannot be executed, or found
        step = step or {"program": "program", "exec": "exec"}.get(injection.refusal_step(seen, status))
    if step:
        return "refused", step
    if injection.library_gave_up(filtered.name, answer, seen):
        return "aborted", ""
    if filtered.before_main and seen.status != 0:
        return "early", ""
    return "unnamed", f"status {seen.status}: {seen.errors.strip()!r}"


# ---- all of them ----


def usable_cases(arguments):
    """A filter without no_new_privs takes SYS_ADMIN, which one start does not have."""
    cases = [case for case in injection.capwrap_cases() if "--permitted" not in case.start]
    return injection.chosen_cases(cases, arguments.case)


def attack_all(shop, cases, arguments):
    references = injection.make_references(shop, cases, arguments.jobs)
    every = [(case, filtered, answer) for case, reference in zip(cases, references)
             for filtered in filters_of(reference) for answer in ANSWERS
             if (filtered.name, answer) not in NOT_TRIED]

    def one(attack):
        case, filtered, answer = attack
        return classify(case, filtered, answer, run(shop, *attack))

    counts, steps = collections.defaultdict(collections.Counter), set()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (case, filtered, answer), (verdict, detail) in zip(every, pool.map(one, every)):
            counts[answer][verdict] += 1
            if verdict == "refused":
                steps.add(detail)
            if verdict in REPORTED:
                print(f"{verdict}: {case.name}/{filtered.key}/{answer}: {filtered.line}\n"
                      f"    {detail}")
    return report(counts, steps, len({filtered.key for _, filtered, _ in every}))


def report(counts, steps, calls):
    total = sum(counts.values(), collections.Counter())
    print("%-8s" % "answer" + "".join("%9s" % verdict for verdict in VERDICTS))
    for answer, count in [*counts.items(), ("total", total)]:
        print("%-8s" % answer + "".join("%9d" % count[verdict] for verdict in VERDICTS))
    print("summary: " + json.dumps({
        "calls": calls, "answers": sum(total.values()),
        **{verdict: total[verdict] for verdict in VERDICTS}, "steps_named": sorted(steps)}))
    return 1 if any(total[verdict] for verdict in REPORTED) else 0


def replay(shop, cases, text):
    name, key, answer = text.split("/")
    case = next((case for case in cases if case.name == name), None)
    if case is None or answer not in ANSWERS:
        raise InjectionError(f"{text}: no such case or answer")
    filtered = next((filtered for filtered in filters_of(injection.make_reference(shop, case))
                     if filtered.key == key), None)
    if filtered is None:
        raise InjectionError(f"{text}: this case makes no such call")
    seen = run(shop, case, filtered, answer)
    verdict, detail = classify(case, filtered, answer, seen)
    account = "".join(f"{key}:\t{value}\n" for key, value in seen.account.items())
    print(f"{filtered.line}\n{account}status {seen.status}\n{seen.errors}{verdict}: {detail}")
    return 1 if verdict in REPORTED else 0


# ---- what the sources say ----


def surface(source):
    """The calls that sys.h promises and sys.c makes, by their names."""
    with open(f"{source}/src/core/sys.h", encoding="utf-8") as file:
        promised = set(re.findall(r"\b([a-z]\w+)\(2\)", file.read()))
    with open(f"{source}/src/core/sys.c", encoding="utf-8") as file:
        text = file.read()
    made = set(re.findall(r"\b(?:PR|KEYCTL)_[A-Z_]+[A-Z]\b", text)) - {"PR_CAP_AMBIENT"}
    made |= set(re.findall(r"\b(?:SYS_|RAW\()([a-z]\w+)", text)) - {"call"}  # in the macro RAW
    return {name for name in promised | made if not name.endswith("32")}


def show_surface(shop, cases, arguments):
    covered = {KERNEL_NAMES.get(name, name): [] for name in surface(os.environ["SRC_DIR"])}
    for case, reference in zip(cases, injection.make_references(shop, cases, arguments.jobs)):
        for name, names in covered.items():
            if any(re.search(rf"\b{name}\b", call.line) for call in reference.calls):
                names.append(case.name)
    missing = 0
    for name, names in sorted(covered.items()):
        missing += not names and name not in NOT_CALLED
        print(f"{name}: {' '.join(names) or NOT_CALLED.get(name, 'by no case')}")
    return 1 if missing or not covered else 0


def parse_arguments():
    parser = injection.parser("A filter answers each call of capwrap.", "CASE/CALL/ANSWER")
    parser.add_argument("--surface", action="store_true", help="the calls that the sources name")
    return parser.parse_args()


def main():
    arguments = parse_arguments()

    def attack(shop):
        cases = usable_cases(arguments)
        if arguments.replay:
            return replay(shop, cases, arguments.replay)
        if arguments.surface:
            return show_surface(shop, cases, arguments)
        return attack_all(shop, cases, arguments)

    return injection.in_workshop("capwrap", attack)


if __name__ == "__main__":
    sys.exit(main())
