#!/usr/bin/python3
"""Two faults at once: a step reports success and does nothing, and its check fails or lies.

The table STATES names, for each part of the state, the call that writes it and its readers: the
calls by which capwrap reads back its final state. The expected result follows from that table
alone, and nothing here was copied from a result:

  a lie of the writer is noticed as long as one reader tells the truth;
  if all of them lie consistently, no program can detect it, and the program starts in a wrong state.

Two attacks, on every case of the sweep in which the writer is called:

  consistent faults
            the writer lies, together with each subset of its readers, and those that lie answer as
            if the write had been done (the support program seccomp-false-success)
  pairs     one call of the writer lies, and one later call of a reader fails or answers something
            (seccomp-inject): noticed, except for the one answer that is consistent, from a reader that
            is the only one and needs only one call

A result is "refused" (the step is named), "exact" (the lie did no harm in this case), or "beyond"
(wrong, as the rule says). Reported are `wrong` (wrong, and the rule says that it is noticed),
`unnamed`, `undetected` (a reader that has never noticed anything on its own) and `redundant` (the rule
says that no program can detect it, and no case shows it).

Usage, as root, with CAPWRAP, SUPPORT_BIN and SRC_DIR in the environment as CTest sets them:
  pairs.py                          everything
  pairs.py --case by-name           only this case (repeatable)
  pairs.py --replay by-name/setresuid,getresuid
  pairs.py --replay by-name/157:24:0/1=0,157:23:0/3=0
  pairs.py --table                  the table of docs/threat-model.md
  pairs.py --rows                   the entry in STATES of each row of the transition table

The last line, `summary: {...}`, holds the counts as JSON. Exit status: 0 nothing to report;
1 something to report; 2 the run could not be made.
"""

import collections
import concurrent.futures
import dataclasses
import errno
import itertools
import json
import os
import sys

sys.dont_write_bytecode = True
import injection  # noqa: E402, beside this file
from injection import InjectionError  # noqa: E402


@dataclasses.dataclass
class State:
    """Words are those of seccomp-false-success. A reader's calls are found in the trace by their
    prefix, or by a tuple of prefixes; consistent is the answer of the one call that such a
    reader needs, or None if it needs more than an answer: something written to memory, or several
    calls."""
    rows: list         # of the transition table
    what: str
    writer: str
    readers: list
    calls: dict = dataclasses.field(default_factory=dict)  # word: the prefix of its call, if different
    consistent: str = None
    old: str = ""       # the writer that returns the previous value
    harmless: str = ""  # why a lie that no program can notice does no harm


STATES = [
    State(["uid"], "user ids", "setresuid", ["regain-uid", "getresuid", "setfsuid"],
          {"regain-uid": "setresuid("}),
    State(["gid"], "group ids", "setresgid", ["regain-gid", "getresgid", "setfsgid"],
          {"regain-gid": "setresgid("}),
    State(["groups"], "supplementary groups", "setgroups", ["getgroups"]),
    State(["effective", "working-caps", "final-caps"],
          "permitted, effective and inheritable sets", "capset", ["capget"]),
    State(["bounding"], "bounding set", "PR_CAPBSET_DROP", ["PR_CAPBSET_READ"], consistent="=0"),
    State(["ambient"], "ambient set", "PR_CAP_AMBIENT_RAISE", ["PR_CAP_AMBIENT_IS_SET"],
          consistent="=1"),
    State(["keep-caps"], "keep-caps, on", "PR_SET_KEEPCAPS-1", [],
          {"PR_SET_KEEPCAPS-1": "prctl(PR_SET_KEEPCAPS, 1)"},
          harmless="what it was to carry is gone, and refused"),
    State(["un-keep-caps"], "keep-caps, off again", "PR_SET_KEEPCAPS-0",
          ["PR_GET_KEEPCAPS", "PR_GET_SECUREBITS"],
          {"PR_SET_KEEPCAPS-0": "prctl(PR_SET_KEEPCAPS, 0)"},
          harmless="execve clears the flag"),
    State(["securebits"], "securebits", "PR_SET_SECUREBITS",
          ["PR_GET_SECUREBITS", "keep-caps-locked"],
          {"keep-caps-locked": "prctl(PR_SET_KEEPCAPS, 0)"}),
    State(["no-new-privs"], "no_new_privs", "PR_SET_NO_NEW_PRIVS",
          ["PR_GET_NO_NEW_PRIVS", "PR_SET_SECCOMP"]),
    State(["parent-death"], "parent-death signal", "PR_SET_PDEATHSIG", ["PR_GET_PDEATHSIG"]),
    State(["keyring"], "session keyring", "KEYCTL_JOIN_SESSION_KEYRING", ["KEYCTL_GET_KEYRING_ID"],
          consistent="=0x2a2a2a2a", old="KEYCTL_JOIN_SESSION_KEYRING-old"),
    State(["fds"], "descriptors above 2", "close_range", ["fcntl", "getdents64"],
          {"fcntl": "fcntl("}),
    State(["stdio"], "owners of the standard streams", "fchown", ["fstat"],
          {"fstat": ("fstat(", "newfstatat(")}),
]
NO_WRITER = {"program": "it changes nothing: what execve does decides, and no_new_privs",
             "chdir": "fchdir and stat, tests/program/root/option_chdir.bats",
             "label": "its module is not active here, tests/real/kernels/security-modules.nightly.bats",
             "umask": "its reader is the writer, tests/program/root/option_umask.bats",
             "userns": "nothing is read: the calls are made and must be refused, "
                       "tests/program/root/option_disable_userns.bats"}

# What a call returns instead of acting: success, where that is a value other than 0.
DONE = {"KEYCTL_JOIN_SESSION_KEYRING": "=0x2a2a2a2a"}
# What a reader returns. In addition: what calls of its kind returned undisturbed, which are the previous
# value, the goal's, and those of its neighbours.
ANSWERS = ["EPERM", "ENOSYS", "EINVAL", "EINTR", "EBADF", "=0", "=1", "=0x2a2a2a2a"]

REPORTED = ["wrong", "unnamed", "undetected", "redundant"]


# ---- what is tried ----


@dataclasses.dataclass(frozen=True)
class Attack:
    case: injection.Case = dataclasses.field(compare=False, hash=False)
    kind: str
    state: str
    words: str            # for --replay, and for the support program
    lying: frozenset      # of the readers
    all_lie: bool         # the rule: no program can detect it

    def name(self):
        return f"{self.case.name}/{self.words}"

    def run(self, shop):
        if self.kind == "pairs":
            return injection.run(shop, shop.command(self.case), lambda name: [
                shop.injector, name, *self.words.split(","), "--"])
        whom = "2" if self.case.start else "1"
        return injection.run(shop, [shop.support("seccomp-false-success"), whom, self.words,
                                *shop.command(self.case)])


def is_call_of(state, word, call):
    if word in state.calls:
        return call.line.startswith(state.calls[word])
    if word == word.upper():
        option = call.line.partition("(")[2]
        return call.name in ("prctl", "keyctl") and (
            option.replace("PR_CAP_AMBIENT, ", "").startswith(word))
    return call.name == word


def calls_by(state, word, reference):
    return [call for call in reference.calls
            if not call.before_main and is_call_of(state, word, call)]


def consistent_faults(case, reference):
    for state in STATES:
        if not calls_by(state, state.writer, reference):
            continue
        for writer in filter(None, [state.writer, state.old]):
            for size in range(len(state.readers) + 1):
                for lying in itertools.combinations(state.readers, size):
                    # The previous value is noticed even then: a new one differs.
                    unknown = size == len(state.readers) and writer == state.writer
                    yield Attack(case, "consistent_faults", state.what, ",".join([writer, *lying]),
                                 frozenset(lying), unknown)


def rule(call, answer):
    value = int(answer[1:], 0) if answer.startswith("=") else -getattr(errno, answer)
    return f"{call.key}/{call.number}={value}"


def same_capability(write, read):
    """Only a question about the capability that was not dropped or raised can notice it."""
    last = [call.key.split(":")[-1] for call in (write, read)]
    return "PR_CAP" not in read.line or last[0] == last[1]


def done_by(state, reference):
    """What the writer returns: success, and what its reader returned before."""
    yield DONE.get(state.writer, "=0")
    if state.old:
        before = calls_by(state, state.readers[0], reference)[0].value()
        if before is not None:
            yield f"={before}"


def answers_to(read, reference):
    told = [answer for answer in injection.told_values(reference, read)
            if int(answer[1:]) not in (0, 1)]
    return ANSWERS + told


def pairs(case, reference):
    for state, done in ((state, done) for state in STATES
                        if calls_by(state, state.writer, reference)
                        for done in done_by(state, reference)):
        for write in calls_by(state, state.writer, reference):
            place = reference.calls.index(write)
            for word in state.readers:
                for read in calls_by(state, word, reference):
                    if reference.calls.index(read) < place or not same_capability(write, read):
                        continue
                    for answer in answers_to(read, reference):
                        alone = (len(state.readers) == 1 and answer == state.consistent
                                 and done == DONE.get(state.writer, "=0"))
                        words = f"{rule(write, done)},{rule(read, answer)}"
                        yield Attack(case, "pairs", state.what, words, frozenset([word]), alone)


# ---- the result ----


def classify(shop, attack, reference):
    """The verdict, with the reason for a reader."""
    result = attack.run(shop)
    if injection.started_state(result) is None:
        step = injection.refusal_step(result)
        return ("refused", step) if step else (
            "unnamed", f"status {result.status}: {result.errors.strip()!r}")
    differences = "; ".join(injection.state_differences(shop, attack.case, reference, result))
    if not differences:
        return "exact", ""
    return ("beyond" if attack.all_lie else "wrong"), differences


def seen_alone(results):
    """Of each state: the readers that noticed it while all others lied; whether anything that
    no program can detect has happened."""
    alone, beyond = collections.defaultdict(set), set()
    for attack, (verdict, _) in results:
        if verdict == "beyond" and attack.kind == "consistent_faults":
            beyond.add(attack.state)
        if verdict == "refused" and attack.kind == "consistent_faults":
            honest = set(state_named(attack.state).readers) - attack.lying
            if len(honest) == 1:
                alone[attack.state] |= honest
    return alone, beyond


def state_named(what):
    return next(state for state in STATES if state.what == what)


def check_table(results):
    """STATES is correct as a whole: each reader notices something, and each gap is real."""
    alone, beyond = seen_alone(results)
    for state in STATES:
        for word in state.readers:
            if word not in alone[state.what]:
                yield "undetected", f"{state.what}: {word} has noticed nothing alone"
        if (state.what in beyond) == bool(state.harmless):
            yield "redundant", (f"{state.what}: a lie of all " +
                           ("does harm" if state.harmless else "never did harm"))


def attack_all(shop, cases, arguments):
    references = injection.make_references(shop, cases, arguments.jobs)
    every = [(attack, reference) for case, reference in zip(cases, references)
             for attack in [*consistent_faults(case, reference), *pairs(case, reference)]]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        verdicts = pool.map(lambda one: classify(shop, *one), every)
        results = [(attack, verdict) for (attack, _), verdict in zip(every, verdicts)]
    return report(results, whole=not arguments.case)


def report(results, whole):
    counts = {state.what: collections.Counter() for state in STATES}
    kinds = collections.Counter(attack.kind for attack, _ in results)
    for attack, (verdict, detail) in results:
        counts[attack.state][verdict] += 1
        if verdict in REPORTED:
            print(f"{verdict}: {attack.name()}: {attack.state}: {detail}")
    total = sum(counts.values(), collections.Counter())
    for verdict, detail in check_table(results) if whole else []:
        total[verdict] += 1
        print(f"{verdict}: {detail}")
    columns = ["refused", "exact", "beyond", *REPORTED[:2]]
    print("%-42s" % "what" + "".join("%9s" % column for column in columns))
    for what, count in [*counts.items(), ("total", total)]:
        print("%-42s" % what + "".join("%9d" % count[column] for column in columns))
    print("summary: " + json.dumps({"attacks": len(results), **kinds, **{
        verdict: total[verdict] for verdict in ["refused", "exact", "beyond", *REPORTED]}}))
    return 1 if any(total[verdict] for verdict in REPORTED) else 0


def replay(shop, cases, text):
    name, _, words = text.partition("/")
    case = next((case for case in cases if case.name == name), None)
    if case is None:
        raise InjectionError(f"{text}: no such case")
    reference = injection.make_reference(shop, case)
    attack = next((attack for attack in
                   [*consistent_faults(case, reference), *pairs(case, reference)]
                   if attack.words == words), None)
    if attack is None:
        raise InjectionError(f"{text}: no such attack")
    result = attack.run(shop)
    verdict, detail = classify(shop, attack, reference)
    print(f"{' '.join(shop.command(case))}\nstatus {result.status}\n{result.output}{result.errors}"
          f"{verdict}: {attack.state}: {detail}")
    return 1 if verdict in REPORTED else 0


# ---- the report ----


IN_THE_TABLE = {
    "regain-uid": "`setresuid` back to the old ones",
    "regain-gid": "`setresgid` back to the old ones",
    "keep-caps-locked": "`PR_SET_KEEPCAPS`, refused once it is locked",
    "fcntl": "`fcntl` of two planted ones",
    "getdents64": "`getdents64` of /proc/self/fd",
    "PR_SET_SECCOMP": "`PR_SET_SECCOMP`, refused without it",
}


def table():
    yield "| what | written by | independent readers | when the writer and all of them lie |"
    yield "|---|---|---|---|"
    for state in STATES:
        readers = "; ".join(IN_THE_TABLE.get(word, f"`{word}`") for word in state.readers)
        yield (f"| {state.what} | `{state.writer.removesuffix('-0').removesuffix('-1')}` "
               f"| {readers or 'the next `capset`, refused'} "
               f"| {'no harm: ' + state.harmless if state.harmless else 'not noticed'} |")


def show_rows(source):
    rows = injection.table_rows(source)
    places = {row: [state.what for state in STATES if row in state.rows] for row in rows}
    for row, whats in places.items():
        print(f"{row}: {', '.join(whats) or NO_WRITER.get(row, 'in no state')}")
    named = {row for state in STATES for row in state.rows} | set(NO_WRITER)
    right = all(len(whats) == (row not in NO_WRITER) for row, whats in places.items())
    return 0 if right and named == set(rows) else 1


def parse_arguments():
    parser = injection.parser("Two faults at once.", "CASE/WORDS")
    parser.add_argument("--table", action="store_true", help="the table of the threat model")
    parser.add_argument("--rows", action="store_true", help="the rows of the transition table")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    if arguments.table:
        print("\n".join(table()))
        return 0
    if arguments.rows:
        return show_rows(os.environ["SRC_DIR"])

    def attack(shop):
        cases = injection.chosen_cases(injection.capwrap_cases(), arguments.case)
        if arguments.replay:
            return replay(shop, cases, arguments.replay)
        return attack_all(shop, cases, arguments)

    return injection.in_workshop("capwrap", attack)


if __name__ == "__main__":
    sys.exit(main())
