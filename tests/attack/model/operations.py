"""The operations of model-ops (tests/support), as the model makes them.

A list of words, `NAME=VALUE`, is what the real process does and what predict() works out. The same
words in both, so that there is nothing to keep in step.
"""

import os

import capabilities as c
import kernel_server

CALLS = {
    "setresuid": (c.setresuid, 3),
    "setresgid": (c.setresgid, 3),
    "setreuid": (c.setreuid, 2),
    "setregid": (c.setregid, 2),
    "setuid": (c.setuid, 1),
    "setgid": (c.setgid, 1),
    "setfsuid": (c.setfsuid, 1),
    "setfsgid": (c.setfsgid, 1),
}
BESIDE = ("fd", "owners", "listen")  # nothing of capabilities(7)
SETS = {"drop": c.drop, "raise": c.raise_ambient, "lower": c.lower_ambient}

def read_namespace(text):
    uids, gids, word = text.split(";")
    maps = [
        tuple(tuple(map(int, line.split(":"))) for line in m.split("/")) if m else ()
        for m in (uids, gids)
    ]
    return c.Namespace(*maps, setgroups=word != "deny")


def apply(state, word, kernel, images):
    """The state after one operation, as the model has it."""
    name, value = word.split("=", 1)
    if name in BESIDE:
        return state
    if name in CALLS:
        call, count = CALLS[name]
        return call(state, *map(int, value.split(",")[:count]))
    if name in SETS:
        # one call for each capability: those before the first that fails are done
        return SETS[name](state, int(value, 16))
    if name == "exec":
        return c.execve(state, images[os.path.basename(value)], kernel)
    if name == "setgroups":
        return c.setgroups(state, *map(int, filter(None, value.split(","))))
    return {
        "capset": lambda: c.capset(state, *(int(part, 16) for part in value.split(","))),
        "clear": lambda: c.clear_ambient(state),
        "securebits": lambda: c.set_securebits(state, int(value, 16), kernel),
        "keepcaps": lambda: c.set_keepcaps(state, int(value)),
        "no_new_privs": lambda: c.set_no_new_privs(state),
        "pdeathsig": lambda: c.set_pdeathsig(state, int(value)),
        "userns": lambda: c.new_userns(state, read_namespace(value), kernel),
    }[name]()


def predict(state, words, kernel, images):
    """The error numbers and the State at the end."""
    numbers = []
    for word in words:
        try:
            state = apply(state, word, kernel, images)
            if not word.startswith("exec="):
                numbers.append(0)  # a state that execve replaces shows nothing
        except c.Refused as refused:
            numbers.append(refused.number)
    return numbers, state


def visible(state):
    """The State as the process itself sees it, in the words of the probe."""
    ns = state.ns
    values = dict(zip(("ruid", "euid", "suid", "fsuid"), map(ns.see_uid, state.uids())))
    values |= dict(zip(("rgid", "egid", "sgid", "fsgid"), map(ns.see_gid, state.gids())))
    values = {key: str(value) for key, value in values.items()}
    values["groups"] = ",".join(map(str, sorted(map(ns.see_gid, state.groups))))
    for key in ("permitted", "effective", "inheritable", "bounding", "ambient"):
        values[key] = f"{getattr(state, key):016x}"
    values["securebits"] = f"{state.securebits:x}"
    values["no_new_privs"] = str(int(state.no_new_privs))
    values["pdeathsig"] = str(state.pdeathsig)
    return values


def seen(text):
    """The same out of what a process printed."""
    values = kernel_server.read_values(text)
    if "groups" in values:
        values["groups"] = ",".join(sorted(values["groups"].split(","), key=lambda g: int(g or 0)))
    return values


def root_state(start):
    """The State in which the server starts its children."""
    sets = ("permitted", "effective", "inheritable", "bounding", "ambient")
    return c.State(
        groups=tuple(sorted(int(g) for g in start["groups"].split(",") if g)),
        securebits=int(start["securebits"], 16),
        no_new_privs=start["no_new_privs"] == "1",
        **{key: int(start[key], 16) for key in sets},
    )
