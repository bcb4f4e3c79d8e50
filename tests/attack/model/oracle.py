"""Compares what capwrap did with what contract.py promises, and gives each difference a name."""

import json
import re
import typing

import contract
import kernel_server
from operations import seen, visible

ERROR = re.compile(r"^capwrap: (?!note: )(\S+): .*\n  hint: .+$", re.MULTILINE)
STEP = re.compile(r"^capwrap: (?!note: )([a-z-]+): (?=.*$)", re.MULTILINE)
NOTES = {
    "bounding-left": "capwrap: note: the bounding set stays",
    "want-left-out": "wanted, and not permitted here",
    "ambient-cleared": "capwrap: note: the program's file capabilities clear the ambient set",
    "parent-death-cleared": "capwrap: note: the program's file capabilities make the kernel disarm",
}


class Found(typing.NamedTuple):
    """What came out of a case. answer: of the real run; rehearsal: of --dry-run --json, after a
    refusal; keyring: the serial number of the session keyring at the start."""

    promise: contract.Promise
    around: contract.Around
    answer: kernel_server.Answer
    rehearsal: kernel_server.Answer | None
    keyring: str
    verbose: bool

    @property
    def step(self):
        """The step that a refusal names; None when there is none."""
        match = ERROR.search(self.answer.error)
        return match and match.group(1)

    @property
    def code(self):
        """The error code of the rehearsal; None where that is no refusal."""
        try:
            error = json.loads(self.rehearsal.output)["error"]
        except ValueError:
            return "no JSON"
        return error and error["code"]

    @property
    def told(self):
        """The steps that --verbose printed."""
        return STEP.findall(self.answer.error)


def refused(answer):
    """Whether the program did not run: the probe always prints its ids."""
    return "ruid=" not in answer.output


def describe(state):
    """A state in one line."""
    return " ".join(f"{key}={value}" for key, value in visible(state).items())


def compare(found):
    """{name: sentence} for what is wrong; empty when all is as promised."""
    return _compare_refusal(found) if refused(found.answer) else _compare_state(found)


# ---- it did not start ----


def _compare_refusal(found):
    promise, answer, code, wrong = found.promise, found.answer, found.code, {}
    if found.step is None or answer.output:
        return {"no clean refusal": f"status {answer.status}, {answer.output + answer.error!r}"}
    if code in promise.leeway:
        return wrong
    # what only the real call can detect, the rehearsal does not
    untold = code is None and promise.reasons & {"system-call", "not-executable"}
    if not promise.reasons:
        wrong["needless refusal"] = f"{code}: {ERROR.search(answer.error).group()}"
    elif code not in promise.reasons and not untold:
        reasons = ", ".join(sorted(promise.reasons))
        wrong["wrong reason"] = f"{found.step}, {code}; the model: {reasons}"
    statuses = {contract.STATUS.get(name, 125) for name in promise.reasons if code in (name, None)}
    if statuses and answer.status not in statuses:
        wrong["wrong status"] = f"{answer.status} for {code}"
    if code is not None and found.rehearsal.status != answer.status:
        wrong["wrong status"] = f"{answer.status}, and {found.rehearsal.status} in the rehearsal"
    if code is not None and answer.owners != found.around.owners:
        wrong["given away"] = f"the streams' owners are {answer.owners}"
    return wrong


# ---- it started ----


def _compare_state(found):
    promise, answer = found.promise, found.answer
    if promise.reasons:
        reasons = ", ".join(sorted(promise.reasons))
        return {"started though impossible": f"{reasons}; {answer.error.strip()}"}
    values = seen(answer.output)
    wrong = _compare_sets(promise, values)
    for name, key, expected in _expectations(found):
        if values.get(key) != expected:
            wrong.setdefault(name, f"{key} is {values.get(key)}, not {expected}")
    wrong.update(_compare_keyring(found, values))
    if answer.owners != promise.owners:
        wrong["stdio owner"] = f"{answer.owners}, not {promise.owners}"
    wrong.update(_compare_notes(found))
    return wrong


def _compare_sets(promise, values):
    """The two invariants that matter most, from the kernel's words alone."""
    wrong, keep = {}, promise.keep
    held = {key: int(values[key], 16) for key in ("permitted", "effective")}
    reachable = held["permitted"] | held["effective"]
    reachable |= int(values["inheritable"], 16) | int(values["ambient"], 16)
    if "bounding-left" not in promise.notes:
        reachable |= int(values["bounding"], 16)
    if reachable & ~keep:
        wrong["outside keep"] = f"{reachable & ~keep:x}"
    if keep & ~(held["permitted"] & held["effective"]):
        wrong["less than keep"] = f"{keep & ~(held['permitted'] & held['effective']):x}"
    return wrong


def _expectations(found):
    """(invariant, key of the probe, value) for the whole state."""
    after = visible(found.promise.after)
    names = {"groups": "groups", "securebits": "securebits", "no_new_privs": "no-new-privs"}
    names |= {"pdeathsig": "parent-death signal"}
    for key, value in after.items():
        yield names.get(key, "ids" if key.endswith("id") else key), key, value
    fds = ",".join(map(str, sorted((0, 1, 2) + found.promise.fds)))
    yield "descriptors", "fds", fds
    for key, value in zip(("home", "user", "logname"), found.promise.login):
        yield "login environment", key, value
    if found.promise.userns is not None:
        yield "user namespaces", "userns", found.promise.userns
    yield "process", "pid", str(found.answer.pid)
    yield "process", "cwd", found.promise.cwd
    yield "process", "umask", found.promise.umask


def _compare_keyring(found, values):
    serial, owner = (values["session_keyring"] + ",").split(",")[:2]
    same = serial == found.keyring
    expected = found.promise.keyring
    user = visible(found.promise.after)["euid"]
    if expected == "either":
        return {}
    if same != (expected == "same") or (not same and owner != user):
        return {"session keyring": f"{values['session_keyring']}, not {expected}"}
    return {}


def _compare_notes(found):
    """Every expected note and no other; steps are printed only on request, and nothing else."""
    lines = found.answer.error.splitlines()
    said = {name for name, text in NOTES.items() if any(text in line for line in lines)}
    expected = set(found.promise.notes)
    if not found.verbose:
        expected.discard("ambient-cleared")
    others = [line for line in lines if not line.startswith("capwrap: note: ")]
    if said != expected or len(lines) - len(others) != len(expected):
        return {"notes": f"{sorted(said)}, not {sorted(expected)}"}
    if others and not found.verbose:
        return {"notes": f"{others[0]!r} was not asked for"}
    return {}
