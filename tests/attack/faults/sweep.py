#!/usr/bin/python3
"""Injects one fault after another into a launcher, and inspects what was started.

A launcher promises that the program runs as asked or not at all. So each system call that it
makes, from its own start to the execve of the program, fails once with each of a few errors; and
each that changes or reports something on which the promise depends "succeeds" once without
doing anything. After each single fault one of these must be true:

  refused      the program did not start, and the launcher named the step that failed
  exact        the program started in exactly the requested state
  before main  the fault came before main, and nothing was started
  aborted      nothing was started, and a library ended the process with its own message: only for
               two calls that the kernel cannot fail, so that the C library or a module of the user
               database asserts their success; in a sanitized build also for the sanitizer's memory,
               and for its wrapper of a call, which checks as many bytes as a false answer claims

Everything else is reported: `wrong` (started in another state), `unnamed` (not started, but without
the exit status and error that are promised) and `missed` (the fault did not happen, or it happened
after the execve of the program: the measurement is then invalid).

How it works. A reference run under strace(1) gives the list of calls. The n-th call of a kind is
the n-th one in the next run as well, because nothing differs before the fault; the support program
seccomp-inject counts that kind and answers that one in the kernel's place, so the observer itself
(the program `probe`) never meets a fault. Its log tells what happened. A replay lets strace inject
the same fault and shows the calls around it.

Usage, as root, with CAPWRAP and SUPPORT_BIN in the environment as CTest sets them:
  sweep.py                                    every case of capwrap
  sweep.py --share 4 [--seed 3]               a quarter: one answer of four, other ones for another
                                              seed, and every call at least once
  sweep.py --tool setpriv                     the same faults in another launcher
  sweep.py --case by-name --case locked       only these
  sweep.py --replay by-name/setresuid/1/=0    one fault, with the command and its trace
  sweep.py --rows                             which row of the transition table which case exercises

The last line, `summary: {...}`, holds the counts as JSON. Exit status: 0 nothing to report;
1 something to report; 2 the sweep could not be made.
"""

import collections
import concurrent.futures
import dataclasses
import errno
import json
import os
import random
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
import injection  # noqa: E402, beside this file
from injection import InjectionError, GID, GROUPS, LEAKED_FD, UID  # noqa: E402

LOOKUPS = set("""
    open openat openat2 read pread64 readv getdents64 lseek
    stat lstat fstat newfstatat statx statfs fstatfs access faccessat faccessat2
    readlink readlinkat getxattr lgetxattr fgetxattr
    socket connect poll ppoll sendto recvfrom sendmsg recvmsg fcntl""".split())

# What a kernel or a sandbox may return instead of acting: 0, and any other value that means success.
NO_VALUE = ["0"]
HUGE = "707406378"  # longer than any list, and larger than any answer
LIES = {
    **dict.fromkeys("""setuid setgid setreuid setregid setresuid setresgid setgroups capset capget
                       getresuid getresgid close_range fchown chown fchownat execve faccessat
                       faccessat2 access""".split(), NO_VALUE),
    # Lies about what was read: nothing filled in, end of file, an empty attribute.
    **dict.fromkeys("""read pread64 stat lstat fstat newfstatat statx statfs fstatfs
                       lgetxattr fgetxattr""".split(), NO_VALUE),
    **dict.fromkeys("getxattr getdents64 readlink".split(), ["0", HUGE]),
    # Calls whose return value is the answer.
    "prctl": ["0", "1"],
    "keyctl": ["0", "1", "0x2a2a2a2a"],
    "getgroups": ["0", "1", str(len(GROUPS)), HUGE],
    "fcntl": ["0", "1"],
    **dict.fromkeys("getuid geteuid setfsuid".split(), ["0", str(UID)]),
    **dict.fromkeys("getgid getegid setfsgid".split(), ["0", str(GID)]),
    # brk(2) has no errors: it fails by returning an address below the requested one.
    "brk": NO_VALUE,
}
NEVER_FAIL = {"brk"}
# Calls whose return value describes the process: also what they returned undisturbed.
TELL = {"keyctl", "getgroups", "setfsuid", "setfsgid"}

VERDICTS = ["before main", "aborted", "refused", "exact", "wrong", "unnamed", "missed"]
REPORTED = ["wrong", "unnamed", "missed"]

# ---- what is injected ----


@dataclasses.dataclass(frozen=True)
class Fault:
    call: injection.Call
    what: str         # an errno, or =VALUE for a lie

    def rule(self):
        answer = int(self.what[1:], 0) if self.is_lie() else -getattr(errno, self.what)
        return f"{self.call.key}/{self.call.number}={answer}"

    def strace_option(self):
        what = f"retval={self.what[1:]}" if self.is_lie() else f"error={self.what}"
        return f"inject={self.call.name}:{what}:when={self.call.of_name}"

    def is_lie(self):
        return self.what.startswith("=")

    def name(self, case):
        return f"{case.name}/{self.call.name}/{self.call.of_name}/{self.what}"


def answers(call, reference):
    errors = [] if call.name in NEVER_FAIL else ["EPERM", "ENOMEM"]
    if call.name in LOOKUPS:
        errors += ["EINTR", "EIO"]
    lies = ["=" + value for value in LIES.get(call.name, [])]
    if call.name in TELL:
        lies += [value for value in injection.told_values(reference, call)
                 if int(value[1:]) not in {int(lie[1:], 0) for lie in lies}]
    return errors + lies


def is_answered_by_own_filter(call):
    """A call that capwrap's own filter answers (--disable-userns) does not get past it: not to the
    kernel, and not to the fault injector."""
    return re.match(r"(clone|setns|unshare)\(.*= -1 EPERM|clone3\(.*= -1 ENOSYS", call.line)


def faults_in(case, reference):
    return [Fault(call, what) for call in reference.calls for what in answers(call, reference)
            if not is_answered_by_own_filter(call)
            and (not case.runtime or call.name in LOOKUPS or call.name in LIES)]


def asks_about_one_capability(call):
    return "PR_CAPBSET_READ" in call.line or "PR_CAP_AMBIENT_IS_SET" in call.line


def chosen(faults, calls, share, seed):
    """One of this many, evenly spread over calls and answers, with at least one failure of each call.
    The hundreds of queries about single capabilities are so similar that a few of them suffice."""
    turn = {call: place for place, call in enumerate(calls)}
    return [fault for place, fault in enumerate(faults)
            if (place + turn[fault.call] + seed) % share == 0
            or (fault.what == "EPERM" and not asks_about_one_capability(fault.call))]


def inject(shop, case, fault):
    return injection.run(shop, shop.command(case),
                     lambda name: [shop.injector, name, fault.rule(), "--"])


# ---- the verdict ----


def was_injected(case, fault, log):
    """The fault happened, once, and not after the execve of the program."""
    if log.count(fault.rule()) != 1:
        return False
    before = log[: log.index(fault.rule())]
    return before.count("execve") == (1 if case.start else 0)


def refusal_step(fault, result):
    if fault.call.name in ("execve", "execveat"):
        step = injection.refusal_step(result, 126)
        return step if step == "exec" else None
    return injection.refusal_step(result)


@dataclasses.dataclass
class Result:
    fault: Fault
    verdict: str
    detail: str = ""
    step: str = ""


def classify(shop, case, reference, fault, result):
    if injection.started_state(result) is not None:
        differences = injection.state_differences(shop, case, reference, result)
        return Result(fault, "wrong" if differences else "exact", "; ".join(differences))
    if fault.call.before_main:
        return Result(fault, "before main")
    step = refusal_step(fault, result)
    answer = fault.what.removeprefix("=")
    if step is None and injection.library_gave_up(fault.call.name, answer, result):
        return Result(fault, "aborted")
    if result.status == 0 or (case.tool == "capwrap" and step is None):
        return Result(fault, "unnamed", f"status {result.status}: {result.errors.strip()!r}")
    return Result(fault, "refused", step=step or "")


# ---- the sweep ----


def try_one(shop, case, reference, fault):
    result = inject(shop, case, fault)
    if not was_injected(case, fault, result.log):
        return Result(fault, "missed", f"the fault did not happen where it should: {result.log}")
    return classify(shop, case, reference, fault, result)


def print_table(counts):
    columns = ["injections", *VERDICTS]
    print("%-14s" % "case" + "".join("%12s" % column for column in columns))
    for name, count in counts.items():
        values = [sum(count.values()), *(count[verdict] for verdict in VERDICTS)]
        print("%-14s" % name + "".join("%12d" % value for value in values))


def sweep(shop, cases, arguments):
    references = injection.make_references(shop, cases, arguments.jobs)
    every = [(case, reference, fault) for case, reference in zip(cases, references)
             for fault in chosen(faults_in(case, reference), reference.calls, arguments.share,
                                 arguments.seed)]
    counts, steps = {case.name: collections.Counter() for case in cases}, set()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        results = pool.map(lambda one: try_one(shop, *one), every)
        for (case, _, fault), result in zip(every, results):
            counts[case.name][result.verdict] += 1
            steps.add(result.step)
            if result.verdict in REPORTED:
                print(f"{result.verdict}: {fault.name(case)}: {fault.call.line}\n"
                      f"    {result.detail}", flush=True)
    total = sum(counts.values(), collections.Counter())
    print_table({**counts, "total": total})
    summary = {"tool": cases[0].tool, "cases": len(cases), "share": arguments.share,
               "seed": arguments.seed, "injections": sum(total.values()),
               **{verdict.replace(" ", "_"): total[verdict] for verdict in VERDICTS},
               "steps_named": sorted(steps - {""})}
    print("summary: " + json.dumps(summary))
    return 1 if any(total[verdict] for verdict in REPORTED) else 0


# Rows that no case exercises on the kernel of every machine, and where they are.
NOT_HERE = {"label": "its module is not active here: tests/real/kernels/security-modules.nightly.bats"}


def replay(shop, cases, text):
    case = next((case for case in cases if case.name == text.split("/")[0]), None)
    if case is None:
        raise InjectionError(f"{text}: no such case")
    reference = injection.make_reference(shop, case)
    fault = next((fault for fault in faults_in(case, reference) if fault.name(case) == text), None)
    if fault is None:
        raise InjectionError(f"{text}: the reference run has no such call")
    run = injection.strace(shop, case, "-e", fault.strace_option())
    result = classify(shop, case, reference, fault, run)
    print(shlex.join(["strace", "-e", fault.strace_option(), "--", *shop.command(case)]))
    place = next((i for i, line in enumerate(run.log) if line.endswith("(INJECTED)")), 0)
    print(*map(injection.readable, run.log[max(place - 10, 0): place + 25]), sep="\n")
    print(f"status {run.status}\n{run.output}{run.errors}{result.verdict}: {result.detail}")
    return 1 if result.verdict in REPORTED else 0


def show_rows(shop, cases, source):
    """Which case exercises which row, according to the launcher's own rehearsal."""
    covered = {row: [] for row in injection.table_rows(source)}
    for case in cases:
        run = subprocess.run(shop.command(case, ["--dry-run", "--json"]), env=shop.environment,
                             cwd="/", capture_output=True, text=True, pass_fds=[LEAKED_FD])
        if run.returncode != 0:
            raise InjectionError(f"{case.name}: the rehearsal was refused: {run.stdout}{run.stderr}")
        for step in json.loads(run.stdout)["steps"]:
            covered[step["name"]].append(case.name)
    for row, names in covered.items():
        print(f"{row}: {' '.join(names) or NOT_HERE.get(row, 'by no case')}")
    return 0 if all(names or row in NOT_HERE for row, names in covered.items()) else 1


def parse_arguments():
    parser = injection.parser("Inject faults into a launcher.", "CASE/SYSCALL/N/FAULT")
    parser.add_argument("--tool", default="capwrap", choices=["capwrap", "setpriv", "gosu"])
    parser.add_argument("--share", type=int, default=1, help="one of so many faults")
    parser.add_argument("--seed", type=int, default=random.randrange(1000), help="which ones")
    parser.add_argument("--rows", action="store_true", help="coverage of the transition table")
    return parser.parse_args()


def main():
    arguments = parse_arguments()

    def attack(shop):
        cases = injection.chosen_cases(
            [case for case in injection.capwrap_cases() + injection.peer_cases()
             if case.tool == arguments.tool], arguments.case)
        if arguments.replay:
            return replay(shop, cases, arguments.replay)
        if arguments.rows:
            return show_rows(shop, cases, os.environ["SRC_DIR"])
        return sweep(shop, cases, arguments)

    return injection.in_workshop(arguments.tool, attack)


if __name__ == "__main__":
    sys.exit(main())
