"""What capwrap promises, as a model: from a start and a request, what must come out.

Written from README, docs/capwrap.1 and docs/design.md, on top of capabilities.py. promise() gives
the reasons for which capwrap has to refuse, by the error codes of the manual page, and the state in
which the program runs where there is none. reach() looks for any order of system calls that leads
to the same state: where there is one, only a rule of the documents, not the kernel, may stand
behind a refusal.
"""

import dataclasses
import functools
import grp
import itertools
import os
import pwd

import capabilities as c

LOCKDOWN = 0xEF  # capwrap(1), --lock-securebits

# Reasons that are rules of the documents: the kernel alone might let capwrap through.
RULES = {
    "started-setid": "IDENTITY: when real and effective IDs differ at the start, capwrap refuses",
    "grant-identity": "CAPABILITIES: in that mode it changes neither identity nor owners",
    "group-needed": "IDENTITY: a number without an entry there needs a group",
    "listen-fds": "--close-fds: refused when a supervisor passes sockets to this process",
    "need-no-new-privs": "--disable-userns: needs -n, or that no_new_privs is on",
    "strict": "--strict: refuse where there would be a note",
    "securebits-locked": "design, Capabilities: securebits are only ever added; locked bits that"
    " stand in the way are a refusal of their own. The transition: one fixed order",
    "unmapped-id": "design, Identity: inside a user namespace such an id is never taken as right",
    "cap-unknown": "DIAGNOSTICS: this kernel does not have the capability",
    "set-id": "The program: set-id bits would make it run with another identity",
    "file-capabilities": "The program: file capabilities would give other capabilities",
    "root-gains": "DIAGNOSTICS: user ID 0 would gain or lose capabilities by execve",
    "outside-bounding": "DIAGNOSTICS: execve would fail",
    "unreadable": "design, The program: a look that cannot be completed is a refusal",
    "not-found": "EXIT STATUS: 127",
    "not-executable": "EXIT STATUS: 126",
    "interpreter": "DIAGNOSTICS: the #! line names a missing interpreter",
}
# The others: the kernel would not let capwrap through either.
IMPOSSIBLE = (
    "cap-not-permitted",
    "cap-bounding-only",
    "cap-masked",
    "need-setpcap",
    "need-setuid",
    "need-setgid",
    "need-chown",
    "setgroups-denied",
)
# No start leads there. Uid 0 gets P' = I | B by execve, and I = keep; B is within keep, or it was
# left wider, which for uid 0 takes no_new_privs, and that masks P' with P = keep.
OUT_OF_REACH = ("root-gains",)

NOBODY_AT_ALL = 0xFFFFFFFF  # stands for an id without a mapping
STATUS = {"not-found": 127, "not-executable": 126, "interpreter": 126, "outside-bounding": 126}


@dataclasses.dataclass(frozen=True)
class Request:
    """The command line. keep: "all", or a mask; groups: None, a word, a tuple of ids, or a
    list with init in it."""

    user: int | None = None
    group: int | None = None
    groups: object = None
    keep: object = 0
    no_new_privs: bool = False
    lock_securebits: bool = False
    strict: bool = False
    close_fds: bool = False
    chown_stdio: bool = False
    no_login_env: bool = False
    verbose: bool = False
    want: str | None = dataclasses.field(
        default=None,
        metadata={"values": (None,) * 5 + ("0,10,13", "cap_net_raw", "SETUID,5,40,63")},
    )
    disable_userns: bool = dataclasses.field(
        default=False, metadata={"values": (False,) * 7 + (True,)}
    )
    chdir: str | None = dataclasses.field(
        default=None, metadata={"values": (None,) * 6 + ("/usr", "/proc/self/../../usr/./bin/")}
    )
    umask: str | None = dataclasses.field(
        default=None, metadata={"values": (None,) * 6 + ("0", "027", "0777")}
    )
    reset_env: bool = dataclasses.field(default=False, metadata={"values": (False,) * 6 + (True,)})
    pdeathsig: int | None = dataclasses.field(
        default=None, metadata={"values": (None,) * 6 + (0, 15, 64)}
    )


@dataclasses.dataclass(frozen=True)
class Program:
    """What is to be run. path: "plain", "nosuid", "script", "orphan" (a script whose interpreter is
    missing), or "missing"."""

    path: str = "plain"
    image: c.Image = c.Image()


@dataclasses.dataclass(frozen=True)
class Around:
    """What is not credentials: the owners of the three standard pipes, other open descriptors, and
    whether LISTEN_PID names the process."""

    owners: tuple = (0, 0, 0)
    fds: tuple = ()
    listen: bool = False


@dataclasses.dataclass(frozen=True)
class Promise:
    """reasons: the codes that a refusal may give; empty when the program must run, unless it is
    refused with one of leeway. goal: before execve; after: the program. keyring: "same", "fresh",
    or "either"."""

    reasons: frozenset
    leeway: frozenset = frozenset()
    goal: c.State | None = None
    after: c.State | None = None
    keep: int = 0
    keyring: str = "same"
    owners: tuple = ()
    fds: tuple = ()
    login: tuple = ()
    notes: frozenset = frozenset()
    userns: str | None = None  # "refused" by the request
    cwd: str = "/"  # what is there at the start
    umask: str = "0022"


class _Oracle:
    """The work of promise(): one method for each section of the manual page."""

    def __init__(self, start, request, program, around, kernel):
        self.start, self.request, self.program = start, request, program
        self.around, self.kernel = around, kernel
        self.ns = start.ns
        self.reasons = set()
        self.leeway = set()
        self.notes = set()
        self.goal = start
        self.keyring = "same"

    def promise(self):
        if self.start.ruid != self.start.euid or self.start.rgid != self.start.egid:
            self.reasons.add("started-setid")
        self.keep = self.start.permitted if self.request.keep == "all" else self.request.keep
        entry = self.find_entry()
        self.decide_identity(entry)
        self.decide_groups(entry)
        self.decide_owners()
        self.decide_wanted()
        self.decide_kept()
        self.decide_grant()
        self.decide_bounding()
        self.decide_securebits()
        self.decide_flags()
        after = self.inspect_program()
        return Promise(
            frozenset(self.reasons),
            frozenset(self.leeway),
            self.goal,
            after,
            self.keep,
            self.keyring,
            tuple(self.owners),
            () if self.request.close_fds else self.around.fds,
            self.login(entry),
            frozenset(self.notes),
            "refused" if self.request.disable_userns else None,
            os.path.realpath(self.request.chdir or "/"),
            f"{int(self.request.umask or '22', 8):04o}",
        )

    # ---- IDENTITY ----

    def find_entry(self):
        uid = self.request.user
        if uid is None:
            uid = self.ns.see_uid(self.start.ruid)
        try:
            return pwd.getpwuid(uid)
        except KeyError:
            return None

    def decide_identity(self, entry):
        """"All four user IDs and all four group IDs are set." """
        self.changes = self.unclear = self.reads_as_right = False
        if self.request.user is None:
            return
        gid = self.request.group
        if gid is None and entry is None:
            self.reasons.add("group-needed")
            gid = self.ns.see_gid(self.start.rgid)
        gid = entry.pw_gid if gid is None else gid
        uid_out, gid_out = self.ns.uid_out(self.request.user), self.ns.gid_out(gid)
        moves_uid = self.start.uids() != (uid_out,) * 4
        moves_gid = self.start.gids() != (gid_out,) * 4
        self.changes = moves_uid or moves_gid
        seems = (self.ns.see_uid(self.start.ruid), self.ns.see_gid(self.start.rgid))
        self.reads_as_right = self.changes and seems == (self.request.user, gid)
        if moves_uid:
            self.needs(c.SETUID, "need-setuid", self.request.user)
        if moves_gid:
            self.needs(c.SETGID, "need-setgid", gid)
        if None in (uid_out, gid_out):
            self.reasons.add("unmapped-id")
            uid_out = NOBODY_AT_ALL if uid_out is None else uid_out
            gid_out = NOBODY_AT_ALL if gid_out is None else gid_out
        ids = dict(zip(("ruid", "euid", "suid", "fsuid"), (uid_out,) * 4))
        ids |= dict(zip(("rgid", "egid", "sgid", "fsgid"), (gid_out,) * 4))
        self.goal = dataclasses.replace(self.goal, **ids)
        # "Such an id is never taken as already right; setresuid(2) decides": the program's state is
        # the same, and whether capwrap calls it a change is not promised
        overflows = c.OVERFLOW in (self.request.user, gid)
        self.unclear = overflows and not self.changes and not self.ns.maps_every_id()
        self.keyring = "fresh" if self.changes else "either" if self.unclear else "same"

    def needs(self, cap, code, seen=None):
        if not self.start.permitted & c.bit(cap):
            self.reasons.add(code)
            if seen == c.OVERFLOW and not self.ns.maps_every_id():
                self.reasons.add("system-call")  # it reads as right, and the call tells

    def decide_groups(self, entry):
        """--groups, and what stands for it where it is not given."""
        requested = self.request.groups
        if requested is None:
            if self.request.user is None:
                return
            requested = "none" if self.request.group is not None else "init"
        if requested == "keep":
            return
        words = requested.split(",") if isinstance(requested, str) else list(requested)
        wanted = {self.ns.see_gid(self.goal.rgid)}
        if "init" in words:
            if entry is None:
                self.reasons.add("group-needed")
                return
            wanted |= database_groups(entry.pw_name)
        wanted |= {int(word) for word in words if word not in ("init", "none")}
        outside = {self.ns.gid_out(gid) for gid in wanted}
        if outside == set(self.start.groups):
            overflows = c.OVERFLOW in wanted and not self.ns.maps_every_id()
            if overflows:  # "never taken as already right", and setgroups(2) is not free
                self.leeway |= {"need-setgid", "setgroups-denied", "need-setpcap", "grant-identity"}
            return
        self.changes_groups = True
        self.needs(c.SETGID, "need-setgid")
        if not self.ns.setgroups or not self.ns.gid_map:
            self.reasons.add("setgroups-denied")
        if None in outside:
            self.reasons.add("unmapped-id")
        else:
            self.goal = dataclasses.replace(self.goal, groups=tuple(sorted(outside)))

    changes_groups = False

    def login(self, entry):
        """"HOME, USER, LOGNAME are set for the program when -u or --reset-env is given [...] For a user without an
        entry in the user database HOME is / and the other two are removed." """
        asked = self.request.user is not None or self.request.reset_env
        if not asked or self.request.no_login_env:
            return ("/before", "before", "before")
        if entry is None:
            return ("/", "unset", "unset")
        return (entry.pw_dir, entry.pw_name, entry.pw_name)

    # ---- --chown-stdio ----

    def decide_owners(self):
        """"Make the user the owner of the anonymous pipes among descriptors 0 to 2." Who is the
        owner is what the process sees: in a user namespace an unmapped one reads as 65534."""
        self.owners = list(self.around.owners)
        self.gives = False
        if not self.request.chown_stdio:
            return
        user = self.goal.ruid
        reads_as = self.ns.see_uid(user) if self.request.user is None else self.request.user
        unclear = reads_as == c.OVERFLOW and not self.ns.maps_every_id()
        for fd, owner in enumerate(self.owners):
            if self.ns.see_uid(owner) == reads_as:
                if unclear:
                    self.reasons.add("unmapped-id")  # whose it is cannot be told
                continue
            # whether an inherited id is one's own cannot be asked without a call that may change it
            if unclear and self.request.user is None:
                self.reasons.add("unmapped-id")
            self.gives = True
            self.owners[fd] = user
            self.needs(c.CHOWN, "need-chown")
            # user_namespaces(7): a capability counts for a file whose owner and group are mapped;
            # and the new owner must be
            if None in (self.ns.uid_in(owner), self.ns.gid_in(0), self.ns.uid_in(user)):
                self.reasons |= {"system-call", "unmapped-id"}

    # ---- CAPABILITIES ----

    def decide_wanted(self):
        """"Capabilities that the program holds where they are permitted at the start, and does
        without where they are not." What cannot be inherited could not be held either."""
        numbers = {"cap_net_raw": "13", "SETUID": "7"}
        words = (self.request.want or "").split(",")
        wanted = sum(c.bit(int(numbers.get(word, word))) for word in words if word)
        possible = self.start.permitted & (self.start.inheritable | self.start.bounding)
        if wanted & ~possible & ~self.keep:
            self.notes.add("want-left-out")
        self.keep |= wanted & possible

    def decide_kept(self):
        """"A kept capability must be permitted at the start." """
        keep, start = self.keep, self.start
        if keep & ~self.kernel.known:
            self.reasons.add("cap-unknown")
        missing = keep & self.kernel.known & ~start.permitted
        if missing & ~start.bounding:
            self.reasons.add("cap-not-permitted")
        if missing & start.bounding:
            self.reasons.add("cap-masked" if start.no_new_privs else "cap-bounding-only")
        # capset(2): what becomes inheritable must be in the bounding set
        if keep & ~(start.inheritable | start.bounding):
            self.reasons.add("cap-not-permitted")
        self.goal = dataclasses.replace(
            self.goal, permitted=keep, effective=keep, inheritable=keep, ambient=keep
        )

    def decide_grant(self):
        """A capwrap with permitted file capabilities: "not root, and more permitted than
        ambient"."""
        root = self.start.any_root() and not self.start.securebits & c.NOROOT
        self.file_capability_mode = not root and bool(self.start.permitted & ~self.start.ambient)
        changes = self.changes or self.changes_groups or self.unclear or self.gives
        if self.file_capability_mode and changes:
            self.reasons.add("grant-identity")

    def decide_bounding(self):
        """The table of design.md, "Dropping from the bounding set takes CAP_SETPCAP"."""
        start, left = self.start, False
        if start.bounding & ~self.keep and not start.permitted & c.bit(c.SETPCAP):
            off = start.no_new_privs or self.request.no_new_privs
            changes = self.changes or self.changes_groups
            nothing = not start.permitted and not start.any_root() and not changes
            left = off or nothing
            if not left:
                self.reasons.add("need-setpcap")
        if left:
            self.notes.add("bounding-left")
        bounding = start.bounding if left else start.bounding & self.keep
        self.goal = dataclasses.replace(self.goal, bounding=bounding)

    def decide_securebits(self):
        """"Securebits are only ever added. [...] Locked bits that stand in the way are a refusal of
        their own." """
        start, bits = self.start, self.start.securebits
        wanted = bits | (LOCKDOWN if self.request.lock_securebits else 0)
        if wanted != bits:
            self.needs(c.SETPCAP, "need-setpcap")
            if (wanted ^ bits) & (bits & c.LOCK_BITS) >> 1:
                self.reasons.add("securebits-locked")
        leaves = start.any_root() and not self.goal.any_root()
        clears = leaves and not bits & c.NO_SETUID_FIXUP
        carried = self.keep or wanted != bits or self.gives
        if clears and carried and bits & c.KEEP_CAPS_LOCKED:
            self.reasons.add("securebits-locked")
        if bits & c.NO_AMBIENT_RAISE and self.keep & ~(0 if clears else start.ambient):
            self.reasons.add("securebits-locked")
        self.goal = dataclasses.replace(self.goal, securebits=wanted)

    def decide_flags(self):
        off = self.start.no_new_privs or self.request.no_new_privs
        asked = self.request.pdeathsig
        self.goal = dataclasses.replace(
            self.goal,
            no_new_privs=off,
            pdeathsig=self.start.pdeathsig if asked is None else asked,
        )
        if self.request.disable_userns and not off:
            self.reasons.add("need-no-new-privs")
        if self.request.close_fds and self.around.listen:
            self.reasons.add("listen-fds")
        noted = self.notes & {"bounding-left", "want-left-out"}
        if self.request.strict and (noted or self.reads_as_right):
            self.reasons.add("strict")

    # ---- The program ----

    def inspect_program(self):
        """"Before it is executed, the program is looked at"."""
        image, goal = self.program.image, self.goal
        if self.program.path == "missing":
            self.reasons.add("not-found")
            return None
        if self.program.path == "orphan":
            self.reasons.add("interpreter")
            return None
        if not may_access(goal, image, 1):
            is_script = self.program.path == "script"
            self.reasons.add("interpreter" if is_script else "not-executable")
            return None
        inspected = may_access(goal, image, 4)
        if not inspected and not (
            goal.no_new_privs and self.keep == 0 and not self.request.pdeathsig
        ):
            self.reasons.add("unreadable")
        self.check_set_id()
        try:
            after = c.execve(goal, image, self.kernel)
        except c.Refused:
            self.reasons.add("outside-bounding" if inspected else "not-executable")
            return None
        self.check_after(after, inspected)
        return after

    def check_set_id(self):
        """"If its set-user-ID or set-group-ID bits [...] would make it run with another identity
        [...] than asked for, capwrap refuses." A namespace that does not map every id leaves
        leeway: an unmapped owner or group reads as 65534, and the kernel ignores the bits."""
        goal, image = self.goal, self.program.image
        ids = c.ids_after_exec(goal, image)
        if ids != (goal.euid, goal.egid):
            self.reasons.add("set-id")
        elif image.mode & 0o6000 and not goal.no_new_privs and not image.nosuid:
            if None in (self.ns.uid_in(image.owner), self.ns.gid_in(image.group)):
                self.leeway.add("set-id")

    def check_after(self, after, inspected):
        """"... or its file capabilities would make it run with other capabilities"."""
        if (after.permitted, after.effective) != (self.keep, self.keep):
            counts = self.program.image.caps is not None and not self.program.image.nosuid
            self.reasons.add("file-capabilities" if counts else "root-gains")
        if not inspected:
            return
        if after.ambient != self.goal.ambient:
            self.notes.add("ambient-cleared")
        if after.pdeathsig != self.goal.pdeathsig:
            self.notes.add("parent-death-cleared")
            if self.request.pdeathsig:
                self.reasons.add("file-capabilities")
        if self.request.strict and self.notes & {"ambient-cleared", "parent-death-cleared"}:
            self.reasons.add("strict")


@functools.cache
def database_groups(name):
    return {entry.gr_gid for entry in grp.getgrall() if name in entry.gr_mem}


def may_access(state, image, wanted):
    """path_resolution(7): the permission bits for the owner, the group, or others; CAP_DAC_OVERRIDE
    passes by (to execute, where any execute bit is set), CAP_DAC_READ_SEARCH for reading. In a user
    namespace, when the owner and the group of the file are mapped."""
    if image.owner == state.fsuid:
        bits = image.mode >> 6
    elif image.group == state.fsgid or image.group in state.groups:
        bits = image.mode >> 3
    else:
        bits = image.mode
    if bits & wanted == wanted:
        return True
    if state.ns.uid_in(image.owner) is None or state.ns.gid_in(image.group) is None:
        return False
    if state.has(c.DAC_OVERRIDE) and (wanted != 1 or image.mode & 0o111):
        return True
    return wanted == 4 and state.has(c.DAC_READ_SEARCH)


def promise(start, request, program, around, kernel):
    return _Oracle(start, request, program, around, kernel).promise()


# ---- can it be done at all ----


def reach(start, made, around, kernel):
    """Whether any order of calls leads from start to made.goal, with the owners given away."""
    if made.goal is None or made.keep & ~kernel.known:
        return False
    choices = itertools.product((False, True), repeat=3)
    return any(_leads(start, made, around, kernel, *choice) for choice in choices)


def _leads(start, made, around, kernel, keep_caps, early_bits, early_owners):
    try:
        return _walk(start, made, around, kernel, keep_caps, early_bits, early_owners) == made.goal
    except c.Refused:
        return False


def _walk(s, made, around, kernel, keep_caps, early_bits, early_owners):
    """One way: which is tried is said by the last three."""
    goal, keep = made.goal, made.keep
    s = c.capset(s, s.permitted, s.permitted, s.inheritable | keep)
    s = c.drop(s, s.bounding & ~goal.bounding)
    if early_owners:
        _give(s, made, around)
    if early_bits:
        s = _raise(s, keep)
        s = _bits(s, goal.securebits, kernel)
    if keep_caps:
        s = c.set_keepcaps(s, 1)
    if s.groups != goal.groups:
        s = c.setgroups(s, *map(s.ns.see_gid, goal.groups))
    if s.gids() != goal.gids():
        s = c.setresgid(s, *[s.ns.see_gid(goal.rgid)] * 3)
    if s.uids() != goal.uids():
        s = c.setresuid(s, *[s.ns.see_uid(goal.ruid)] * 3)
    s = c.capset(s, s.permitted, s.permitted, s.inheritable & keep | keep)
    if keep_caps:
        s = c.set_keepcaps(s, 0)
    s = _raise(c.lower_ambient(s, s.ambient & ~keep), keep)
    s = _bits(s, goal.securebits, kernel)
    if not early_owners:
        _give(s, made, around)
    s = c.capset(s, keep, keep, keep)
    if goal.no_new_privs:
        s = c.set_no_new_privs(s)
    return c.set_pdeathsig(s, goal.pdeathsig)


def _raise(s, keep):
    return c.raise_ambient(s, keep & ~s.ambient)


def _bits(s, wanted, kernel):
    return s if s.securebits == wanted else c.set_securebits(s, wanted, kernel)


def _give(s, made, around):
    """chown(2): "Only a privileged process (Linux: one with the CAP_CHOWN capability) may change
    the owner of a file." """
    for old, new in zip(around.owners, made.owners):
        if old == new:
            continue
        if not s.has(c.CHOWN) or None in (s.ns.uid_in(old), s.ns.gid_in(0), s.ns.uid_in(new)):
            raise c.Refused(1)
