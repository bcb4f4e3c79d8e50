"""Random cases for capwrap: a state before its exec, the capwrap file, a request, a program.

A case is a plain dictionary, so that it can be printed, replayed and shrunk:

  before    what `model-ops` does before it executes capwrap (operations() makes calls of it)
  capwrap   [owner, group, mode, file capabilities] of the capwrap file
  request   the options
  program   the path ("plain", "script", ...: contract.py) and its file, as above

Capability sets are integers; file capabilities [permitted, inheritable, effective] or null.
"""

import copy
import dataclasses

import capabilities as c
from contract import Around, Program, Request

USERS = (41001, 41002)  # no database knows them
MANY = (0, 33, 41001, 41001, 41002, 41002, 65534)
GROUPS = (0, 5, 33, 41001, 41002, 41003, 65534)
BINDS, RAW = 10, 13
# What capwrap itself needs, what programs keep, what decides on access, and the last.
CAPS = (c.CHOWN, c.DAC_OVERRIDE, c.DAC_READ_SEARCH, c.SETGID, c.SETUID, c.SETPCAP, BINDS, RAW, 40)
DOCKER = sum(c.bit(n) for n in (0, 1, 3, 4, 5, 6, 7, 8, 10, 13, 18, 27, 29, 31))
UNKNOWN_CAP = 63

# The maps of user namespaces, the setgroups word, and who makes them (uid, gid).
NAMESPACES = (
    ("0:0:65536;0:0:65536;", 0, 0),
    ("0:0:65536;0:0:65536;", 0, 0),
    ("0:100000:65536;0:100000:65536;", 100000, 100000),
    ("0:0:4294967295;0:0:4294967295;", 0, 0),
    ("0:0:65536;0:0:65536;deny", 0, 0),
    ("0:41001:1;0:41001:1;deny", 41001, 41001),
    ("41001:41001:1;41001:41001:1;", 41001, 41001),
    ("0:0:1/41001:41001:1/65534:65534:1;0:0:1/41001:41001:1/65534:65534:1;", 0, 0),
    ("41001:41001:1;;", 41001, 41001),
    (";;", 0, 0),
)

PLAIN_FILE = [0, 0, 0o755, None]
DEFAULT = {
    "before": {
        "userns": "",
        "maker": [0, 0],
        "uids": None,
        "gids": None,
        "groups": [],
        "permitted": None,
        "effective": None,
        "inheritable": 0,
        "bounding": None,
        "ambient": 0,
        "securebits": 0,
        "no_new_privs": False,
        "pdeathsig": 0,
        "fds": [],
        "listen": False,
        "owners": [0, 0, 0],
    },
    "capwrap": PLAIN_FILE,
    "request": {field.name: field.default for field in dataclasses.fields(Request)}
    | {"no_login_env": True},
    "program": {"path": "plain", "file": PLAIN_FILE},
}


# ---- what a case means ----


def operations(before, full, known):
    """The operations that make the state: first with everything permitted, then less and less.
    full: the permitted set that they begin with; known: that of a user namespace. None as a set:
    everything."""
    full = known if before["userns"] else full
    p, e, i, b, a = (full if v is None else v for v in sets(before))
    words = [f"setgroups={','.join(map(str, before['groups']))}"]
    if before["owners"] != [0, 0, 0]:
        words.insert(0, f"owners={','.join(map(str, before['owners']))}")
    if before["userns"]:
        uid, gid = before["maker"]
        if uid:
            words.append("securebits=4")  # who makes a namespace has to be allowed to
            words += [f"setresgid={gid},{gid},{gid}", f"setresuid={uid},{uid},{uid}"]
        words.append(f"userns={before['userns']}")
    moves = before["uids"] or before["gids"]
    if moves:
        words.append("securebits=4")  # no-setuid-fixup: the sets stay while the ids change
    for kind in ("gids", "uids"):
        if before[kind]:
            words.append(f"setres{kind[0]}id={','.join(map(str, before[kind]))}")
    words.append(f"capset={full:x},{full:x},{i:x}")
    if a:
        words.append(f"raise={a:x}")
    if full & ~b:
        words.append(f"drop={full & ~b:x}")
    if before["securebits"] or moves:
        words.append(f"securebits={before['securebits']:x}")
    words.append(f"capset={p:x},{e & p:x},{i:x}")
    if before["no_new_privs"]:
        words.append("no_new_privs=")
    if before["pdeathsig"]:
        words.append(f"pdeathsig={before['pdeathsig']}")
    words += [f"fd={fd}" for fd in before["fds"]]
    return words + (["listen="] if before["listen"] else [])


def sets(before):
    return [
        before[key] for key in ("permitted", "effective", "inheritable", "bounding", "ambient")
    ]


def image(file, nosuid=False):
    owner, group, mode, caps = file
    return c.Image(owner, group, mode, caps and c.FileCaps(*caps), nosuid)


def read(case):
    """The parts of a case as the contract takes them."""
    request = dict(case["request"])
    if isinstance(request["groups"], list):
        request["groups"] = tuple(request["groups"])
    path = case["program"]["path"]
    program = Program(path, image(case["program"]["file"], nosuid=path == "nosuid"))
    before = case["before"]
    around = Around(tuple(before["owners"]), tuple(before["fds"]), before["listen"])
    return Request(**request), program, around


def arguments(request):
    """The request as words of the command line."""
    words = []
    if request["user"] is not None:
        group = "" if request["group"] is None else f":{request['group']}"
        words.append(f"--user={request['user']}{group}")
    groups = request["groups"]
    if groups is not None:
        word = groups if isinstance(groups, str) else ",".join(map(str, groups))
        words.append(f"--groups={word}")
    if request["keep"] == "all":
        words.append("--keep=all")
    elif request["keep"]:
        words.append("--keep=" + ",".join(map(str, c.caps_of(request["keep"]))))
    for field in dataclasses.fields(Request)[4:]:
        option, value = f"--{field.name.replace('_', '-')}", request[field.name]
        if value is True:
            words.append(option)
        elif value is not False and value is not None:
            words.append(f"{option}={value}")
    return words


# ---- chance ----


class Chance:
    """One random case. start_of(case) gives the state in which capwrap starts, or None when the
    kernel would not execute it."""

    def __init__(self, rng, kernel, full, start_of):
        self.rng, self.kernel, self.full, self.start_of = rng, kernel, full, start_of

    def case(self):
        while True:
            case = copy.deepcopy(DEFAULT)
            self.choose_before(case["before"])
            self.choose_capwrap(case)
            start = self.start_of(case)
            if start is not None:
                break
        self.choose_request(case, start)
        self.choose_program(case, start)
        return case

    def maybe(self, share):
        return self.rng.random() < share

    def some(self, within, share=0.5):
        """A random part of a set."""
        return sum(c.bit(cap) for cap in c.caps_of(within) if self.maybe(share))

    # ---- before ----

    def choose_before(self, before):
        rng = self.rng
        self.choose_namespace(before)
        before["groups"] = sorted(rng.sample(GROUPS, rng.choice((0, 0, 1, 2))))
        self.choose_ids(before)
        self.choose_sets(before)
        if self.maybe(0.3):
            before["securebits"] = self.random_securebits()
        before["no_new_privs"] = self.maybe(0.15)
        before["pdeathsig"] = rng.choice((0, 0, 0, 15, 10))
        before["fds"] = rng.choice(([], [], [3], [9], [3, 7]))
        before["listen"] = self.maybe(0.05)
        if self.maybe(0.4):
            before["owners"] = [rng.choice((0, 0, 41001, 65534)) for _ in range(3)]

    def choose_namespace(self, before):
        if self.maybe(0.25):
            before["userns"], *before["maker"] = self.rng.choice(NAMESPACES)

    def everything(self, before):
        return self.kernel.known if before["userns"] else self.full

    def inside(self, before, kind):
        """Ids that exist inside the namespace, or None to leave the current ones."""
        maps = before["userns"].split(";")[kind == "gids"] if before["userns"] else "0:0:65536"
        lines = [tuple(map(int, line.split(":"))) for line in maps.split("/") if line]
        return [i for i in MANY for line in lines if line[0] <= i < line[0] + line[2]]

    def choose_ids(self, before):
        rng = self.rng
        uids, gids = self.inside(before, "uids"), self.inside(before, "gids")
        if uids and self.maybe(0.65):
            uid = rng.choice(uids)
            before["uids"] = [uid, uid, uid]
            if self.maybe(0.12):
                before["uids"] = [rng.choice((uid, 0)) for _ in range(3)]
                if not set(before["uids"]) <= set(uids):
                    before["uids"] = [uid, uid, uid]
        if gids and self.maybe(0.6):
            gid = rng.choice(gids)
            before["gids"] = [gid, gid, rng.choice((gid, gid, rng.choice(gids)))]
            if self.maybe(0.02):
                before["gids"][1] = rng.choice(gids)

    def random_set(self, full):
        style = self.rng.random()
        if style < 0.25:
            return full
        if style < 0.35:
            return full & ~c.bit(c.SETPCAP)
        if style < 0.5:
            return DOCKER & full
        if style < 0.6:
            return 0
        chosen = sum(c.bit(cap) for cap in CAPS if self.maybe(0.65))
        return (chosen | (self.some(full, 0.3) if style > 0.9 else 0)) & full

    def choose_sets(self, before):
        """Ambient within permitted and inheritable; the bounding set as it comes."""
        full = self.everything(before)
        before["permitted"] = self.random_set(full)
        before["effective"] = self.rng.choice(
            (before["permitted"], 0, self.some(before["permitted"]))
        )
        if self.maybe(0.6):
            before["inheritable"] = self.random_set(full)
            both = before["inheritable"] & before["permitted"]
            before["ambient"] = both if self.maybe(0.6) else self.some(both)
        before["bounding"] = self.random_set(full)

    def random_securebits(self):
        rng = self.rng
        known = (0x01, 0x03, 0x04, 0x0C, 0x20, 0x40, 0xC0, 0x10, 0x30, 0xEF, 0x02, 0x08, 0x80)
        bits = rng.choice(known) | (rng.choice(known) if self.maybe(0.3) else 0)
        if self.kernel.script_bits and self.maybe(0.15):
            bits |= rng.choice((0x100, 0x500, 0xF00))
        return bits

    def file_caps(self, likely):
        rng = self.rng
        style = rng.random()
        if style < 0.15:
            return [0, 0, False]
        within = likely if self.maybe(0.7) else self.kernel.known
        permitted = within if style < 0.45 else self.some(within)
        inheritable = self.some(self.kernel.known) if self.maybe(0.3) else 0
        return [permitted, inheritable, self.maybe(0.35)]

    def choose_capwrap(self, case):
        """Sometimes a capwrap with file capabilities, or one with set-id bits."""
        if self.maybe(0.2):
            within = sum(c.bit(cap) for cap in self.rng.sample(CAPS, 3))
            within &= self.everything(case["before"])
            case["capwrap"] = [0, 0, 0o755, self.file_caps(within)]
        if self.maybe(0.03):
            mode = self.rng.choice((0o4755, 0o2755, 0o6755))
            case["capwrap"] = [self.rng.choice(USERS), 41003, mode, case["capwrap"][3]]

    # ---- request ----

    def choose_request(self, case, start):
        rng, request = self.rng, case["request"]
        self.choose_keep(request, start)
        able = all(start.permitted & c.bit(cap) for cap in (c.SETUID, c.SETGID, c.SETPCAP))
        if self.maybe(0.7 if able else 0.3):
            inside = self.inside(case["before"], "uids")
            request["user"] = rng.choice(inside if inside and self.maybe(0.8) else MANY)
            if self.maybe(0.97) or request["user"] in (0, 33):
                inside = self.inside(case["before"], "gids")
                request["group"] = rng.choice(inside if inside and self.maybe(0.8) else MANY)
            if case["before"]["userns"] and self.maybe(0.35):
                request["user"] = 70000  # beyond every map
            if self.maybe(0.25):  # the caller's own ids
                request["user"] = start.ns.see_uid(start.ruid)
                request["group"] = start.ns.see_gid(start.rgid)
        if self.maybe(0.3):
            listed = sorted(rng.sample(GROUPS, rng.randrange(1, 4)))
            more = ",".join(["init", *map(str, listed)])
            request["groups"] = rng.choice(("keep", "keep", "none", "init", more, listed))
        request["no_new_privs"] = self.maybe(0.4 if start.permitted & c.bit(c.SETPCAP) else 0.65)
        request["lock_securebits"] = self.maybe(0.25)
        request["strict"] = self.maybe(0.12)
        request["close_fds"] = self.maybe(0.3)
        request["chown_stdio"] = self.maybe(0.6 if any(case["before"]["owners"]) else 0.15)
        request["no_login_env"] = self.maybe(0.4)
        request["verbose"] = self.maybe(0.4)
        for field in dataclasses.fields(Request):  # independent fields: one of these values
            if "values" in field.metadata:
                request[field.name] = rng.choice(field.metadata["values"])

    def choose_keep(self, request, start):
        style = self.rng.random()
        possible = start.permitted & (start.inheritable | start.bounding)
        if style < 0.25:
            return
        if style < 0.35:
            request["keep"] = "all"
        elif style < 0.85:
            request["keep"] = self.some(possible, self.rng.choice((0.1, 0.4, 0.8)))
        else:
            request["keep"] = self.some(possible, 0.3) | c.bit(self.rng.choice(CAPS))
        if style > 0.985:
            request["keep"] = (request["keep"] or 0) | c.bit(UNKNOWN_CAP)

    # ---- program ----

    def choose_program(self, case, start):
        rng, program = self.rng, case["program"]
        kinds = ("plain", "script", "nosuid", "missing", "orphan")
        program["path"] = rng.choices(kinds, (77, 12, 7, 2, 2))[0]
        if self.maybe(0.6):
            return
        keep = case["request"]["keep"]
        likely = start.permitted if keep == "all" else keep
        owner = rng.choice((0, 41001, 41002, 100000, start.ruid))
        group = rng.choice((0, 41001, 41003, 100000, start.rgid))
        mode = 0o755
        style = rng.random()
        if style < 0.45:
            mode = rng.choice((0o4755, 0o2755, 0o6755, 0o2745))
            self.name_the_goal(case, start, program)
        elif style < 0.75:
            mode = rng.choice((0o711, 0o711, 0o711, 0o750, 0o700, 0o644, 0o754))
        caps = self.file_caps(likely) if self.maybe(0.6) else None
        if mode == 0o2745:
            group = 41999  # nobody's
        program["file"] = [owner, group, mode, caps]
        if mode & 0o6000 and self.maybe(0.4):
            self.name_the_goal(case, start, program)

    def name_the_goal(self, case, start, program):
        """Set-id bits that name the ids which the program is to have anyway."""
        request, file = case["request"], list(program["file"])
        uid = start.ruid if request["user"] is None else start.ns.uid_out(request["user"])
        gid = start.rgid if request["group"] is None else start.ns.gid_out(request["group"])
        if uid is not None and gid is not None:
            program["file"] = [uid, gid, file[2], file[3]]


# ---- fewer and simpler ----


def simpler(case):
    """Cases that differ in one thing and are simpler: the value that means nothing, or a set with
    one member less."""
    for part, values in DEFAULT.items():
        if part == "capwrap":
            if case[part] != values:
                yield {**case, part: values}
            continue
        for key, plain in values.items():
            value = case[part][key]
            for other in _simpler_values(value, plain):
                yield {**case, part: {**case[part], key: other}}


def _simpler_values(value, plain):
    if value == plain:
        return
    yield plain
    if isinstance(value, bool) or isinstance(value, str) or value is None:
        return
    if isinstance(value, int):
        caps = c.caps_of(value)
        if 1 < len(caps):
            yield sum(map(c.bit, caps[: len(caps) // 2]))
            yield sum(map(c.bit, caps[len(caps) // 2 :]))
        if len(caps) <= 12:
            yield from (value & ~c.bit(cap) for cap in caps)
    if isinstance(value, list):
        yield from (value[:i] + [p] + value[i + 1 :] for i, p in enumerate(plain or []) if
                    i < len(value) and value[i] != p)
        if plain == []:
            yield from (value[:i] + value[i + 1 :] for i in range(len(value)))
