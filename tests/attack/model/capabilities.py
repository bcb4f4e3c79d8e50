"""capabilities(7) as a model: the privilege state of a process, and what each call makes of it.

Written from the manual pages of Linux man-pages 6.03, and from nothing else: it shares no code and
no table with capwrap. Each operation takes a State and gives the State after it, or raises Refused
with the error number of the call. Every rule quotes the sentence it stands for. Where the manual is
silent or wrong and the kernel decides, the comment says "kernel:"; `kernel-check` compares all of
it with the kernel that runs.

Ids are those of the initial user namespace, as the kernel keeps them; a Namespace says how a
process inside sees them. Sets of capabilities are integers, one bit each.
"""

import dataclasses
import errno

CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH = 0, 1, 2
SETGID, SETUID, SETPCAP = 6, 7, 8

# The securebits, and the lock of each: "Each of the above base flags has a companion locked flag".
NOROOT, NOROOT_LOCKED = 0x01, 0x02
NO_SETUID_FIXUP, NO_SETUID_FIXUP_LOCKED = 0x04, 0x08
KEEP_CAPS, KEEP_CAPS_LOCKED = 0x10, 0x20
NO_AMBIENT_RAISE, NO_AMBIENT_RAISE_LOCKED = 0x40, 0x80
BASE_BITS, LOCK_BITS = 0x55, 0xAA
# Since Linux 6.14 two more, for interpreters (Documentation/userspace-api/check_exec.rst).
SCRIPT_BITS, SCRIPT_LOCK_BITS = 0x500, 0xA00

# capabilities(7), "Effect of user ID changes": what a change of the filesystem user ID moves, in
# the kernel's words CAP_FS_MASK: CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, FSETID,
# LINUX_IMMUTABLE, MKNOD, MAC_OVERRIDE.
FILESYSTEM_CAPS = sum(1 << cap for cap in (0, 1, 2, 3, 4, 9, 27, 32))

UNCHANGED = 0xFFFFFFFF  # (uid_t) -1
OVERFLOW = 65534  # what an unmapped id reads as (proc(5), /proc/sys/kernel/overflowuid)


class Refused(Exception):
    """A call that fails, with its error number."""

    def __init__(self, number):
        super().__init__(errno.errorcode[number])
        self.number = number


def bit(cap):
    return 1 << cap


def caps_of(mask):
    """The numbers of the capabilities in a set."""
    return [cap for cap in range(64) if mask >> cap & 1]


@dataclasses.dataclass(frozen=True)
class Namespace:
    """A user namespace: maps are lines (inside, outside, count); setgroups: allowed by its file."""

    uid_map: tuple = ((0, 0, 0xFFFFFFFF),)
    gid_map: tuple = ((0, 0, 0xFFFFFFFF),)
    setgroups: bool = True

    def uid_in(self, uid):
        return _look_up(self.uid_map, uid, 1, 0)

    def gid_in(self, gid):
        return _look_up(self.gid_map, gid, 1, 0)

    def uid_out(self, uid):
        return _look_up(self.uid_map, uid, 0, 1)

    def gid_out(self, gid):
        return _look_up(self.gid_map, gid, 0, 1)

    def see_uid(self, uid):
        """user_namespaces(7): "When a user ID has no mapping, system calls that return user IDs
        return the overflow user ID"."""
        inside = self.uid_in(uid)
        return OVERFLOW if inside is None else inside

    def see_gid(self, gid):
        inside = self.gid_in(gid)
        return OVERFLOW if inside is None else inside

    def is_root(self, uid):
        return self.uid_in(uid) == 0

    def maps_every_id(self):
        return all(sum(line[2] for line in m) >= 0xFFFFFFFF for m in (self.uid_map, self.gid_map))


def _look_up(lines, number, source, target):
    for line in lines:
        if line[source] <= number < line[source] + line[2]:
            return line[target] + number - line[source]
    return None


INITIAL = Namespace()


@dataclasses.dataclass(frozen=True)
class State:
    """What credentials(7) and capabilities(7) give to a thread."""

    ruid: int = 0
    euid: int = 0
    suid: int = 0
    fsuid: int = 0
    rgid: int = 0
    egid: int = 0
    sgid: int = 0
    fsgid: int = 0
    groups: tuple = ()
    permitted: int = 0
    effective: int = 0
    inheritable: int = 0
    bounding: int = 0
    ambient: int = 0
    securebits: int = 0
    no_new_privs: bool = False
    pdeathsig: int = 0
    ns: Namespace = INITIAL

    def has(self, cap):
        return bool(self.effective >> cap & 1)

    def uids(self):
        return (self.ruid, self.euid, self.suid, self.fsuid)

    def gids(self):
        return (self.rgid, self.egid, self.sgid, self.fsgid)

    def any_root(self):
        """"one or more of the real, effective, or saved set user IDs" is 0"""
        return any(self.ns.is_root(uid) for uid in self.uids()[:3])


@dataclasses.dataclass(frozen=True)
class FileCaps:
    """The attribute security.capability, version 2; it may be empty."""

    permitted: int = 0
    inheritable: int = 0
    effective: bool = False


@dataclasses.dataclass(frozen=True)
class Image:
    """The file whose credentials execve uses; for a script, the interpreter."""

    owner: int = 0
    group: int = 0
    mode: int = 0o755
    caps: FileCaps | None = None
    nosuid: bool = False


@dataclasses.dataclass(frozen=True)
class Kernel:
    """What differs between kernels. known: the capabilities it has.

    script_bits: whether it has SCRIPT_BITS.

    Until Linux 6.15 execve took a process whose real and effective ids differ for one that
    executes a set-user-ID program; since 6.16 an effective id that changes counts ("exec: Correct
    the permission check for unsafe exec"). `kernel-check` measures which one runs."""

    known: int
    counts_changed_ids: bool = True
    script_bits: bool = True


def _refuse_unless(condition, number):
    if not condition:
        raise Refused(number)


# ---- user and group ids ----


def _commit(old, new):
    """prctl(2), PR_SET_PDEATHSIG: "cleared upon changes to any of the following thread credentials:
    effective user ID, effective group ID, filesystem user ID, or filesystem group ID".
    kernel: and when the permitted set grows, as by execve."""
    moved = (old.euid, old.egid, old.fsuid, old.fsgid) != (new.euid, new.egid, new.fsuid, new.fsgid)
    if moved or new.permitted & ~old.permitted:
        return dataclasses.replace(new, pdeathsig=0)
    return new


def _fix_up(old, new):
    """capabilities(7), "Effect of user ID changes on capabilities"."""
    if old.securebits & NO_SETUID_FIXUP:
        # "Setting this flag stops the kernel from adjusting the process's permitted, effective,
        # and ambient capability sets"
        return new
    permitted, effective, ambient = new.permitted, new.effective, new.ambient
    if old.any_root() and not new.any_root():
        # "If one or more of the real, effective, or saved set user IDs was previously 0, and as a
        # result of the UID changes all of these IDs have a nonzero value, then all capabilities are
        # cleared from the permitted, effective, and ambient capability sets"
        ambient = 0  # kernel: keep-caps does not save this one
        if not old.securebits & KEEP_CAPS:
            # KEEP_CAPS "allows a thread that has one or more 0 UIDs to retain capabilities in its
            # permitted set when it switches all of its UIDs to nonzero values"
            permitted = effective = 0
    was, is_ = old.ns.is_root(old.euid), new.ns.is_root(new.euid)
    if was and not is_:
        # "If the effective user ID is changed from 0 to nonzero, then all capabilities are cleared
        # from the effective set"
        effective = 0
    if is_ and not was:
        # "If the effective user ID is changed from nonzero to 0, then the permitted set is copied
        # to the effective set"
        effective = permitted
    return dataclasses.replace(new, permitted=permitted, effective=effective, ambient=ambient)


def _mapped(look_up, ids):
    """setresuid(2), EINVAL: "One or more of the target user or group IDs is not valid in this user
    namespace"."""
    outside = [None if i == UNCHANGED else look_up(i) for i in ids]
    _refuse_unless(all(o is not None or i == UNCHANGED for o, i in zip(outside, ids)), errno.EINVAL)
    return outside


def setresuid(s, real, effective, saved):
    """"An unprivileged process may change its real UID, effective UID, and saved set-user-ID, each
    to one of: the current real UID, the current effective UID, or the current saved set-user-ID. A
    privileged process (one having the CAP_SETUID capability) may set [them] to arbitrary values. If
    one of the arguments equals -1, the corresponding value is not changed. [...] the filesystem UID
    is always set to the same value as the (possibly new) effective UID."""
    ids = _mapped(s.ns.uid_out, (real, effective, saved))
    free = s.uids()[:3]
    _refuse_unless(s.has(SETUID) or all(i is None or i in free for i in ids), errno.EPERM)
    real, effective, saved = (old if i is None else i for i, old in zip(ids, free))
    new = dataclasses.replace(s, ruid=real, euid=effective, suid=saved, fsuid=effective)
    return _commit(s, _fix_up(s, new))


def setresgid(s, real, effective, saved):
    """"Completely analogously, setresgid()"; capabilities have nothing to do with groups."""
    ids = _mapped(s.ns.gid_out, (real, effective, saved))
    free = s.gids()[:3]
    _refuse_unless(s.has(SETGID) or all(i is None or i in free for i in ids), errno.EPERM)
    real, effective, saved = (old if i is None else i for i, old in zip(ids, free))
    return _commit(
        s, dataclasses.replace(s, rgid=real, egid=effective, sgid=saved, fsgid=effective)
    )


def _setre(s, ids, now, privileged):
    """setreuid(2): "Unprivileged processes may only set the effective user ID to the real user ID,
    the effective user ID, or the saved set-user-ID. Unprivileged users may only set the real user
    ID to the real user ID or the effective user ID. If the real user ID is set (i.e., ruid is not
    -1) or the effective user ID is set to a value not equal to the previous real user ID, the saved
    set-user-ID will be set to the new effective user ID."""
    real, effective = ids
    fine = (real is None or real in now[:2]) and (effective is None or effective in now[:3])
    _refuse_unless(privileged or fine, errno.EPERM)
    new_effective = now[1] if effective is None else effective
    moves_saved = real is not None or (effective is not None and effective != now[0])
    return now[0] if real is None else real, new_effective, new_effective if moves_saved else now[2]


def setreuid(s, real, effective):
    ids = _mapped(s.ns.uid_out, (real, effective))
    r, e, saved = _setre(s, ids, s.uids(), s.has(SETUID))
    return _commit(s, _fix_up(s, dataclasses.replace(s, ruid=r, euid=e, suid=saved, fsuid=e)))


def setregid(s, real, effective):
    ids = _mapped(s.ns.gid_out, (real, effective))
    r, e, saved = _setre(s, ids, s.gids(), s.has(SETGID))
    return _commit(s, dataclasses.replace(s, rgid=r, egid=e, sgid=saved, fsgid=e))


def setuid(s, uid):
    """setuid(2): "sets the effective user ID of the calling process. If the calling process is
    privileged (more precisely: if the process has the CAP_SETUID capability in its user namespace),
    the real UID and saved set-user-ID are also set." EPERM: "uid does not match the real UID or
    saved set-user-ID of the calling process"."""
    _refuse_unless(uid != UNCHANGED, errno.EINVAL)
    (uid,) = _mapped(s.ns.uid_out, (uid,))
    if s.has(SETUID):
        new = dataclasses.replace(s, ruid=uid, euid=uid, suid=uid, fsuid=uid)
    else:
        _refuse_unless(uid in (s.ruid, s.suid), errno.EPERM)
        new = dataclasses.replace(s, euid=uid, fsuid=uid)
    return _commit(s, _fix_up(s, new))


def setgid(s, gid):
    _refuse_unless(gid != UNCHANGED, errno.EINVAL)
    (gid,) = _mapped(s.ns.gid_out, (gid,))
    if s.has(SETGID):
        return _commit(s, dataclasses.replace(s, rgid=gid, egid=gid, sgid=gid, fsgid=gid))
    _refuse_unless(gid in (s.rgid, s.sgid), errno.EPERM)
    return _commit(s, dataclasses.replace(s, egid=gid, fsgid=gid))


def setfsuid(s, uid):
    """setfsuid(2): "setfsuid() will succeed only if the caller is the superuser or if fsuid matches
    either the caller's real user ID, effective user ID, saved set-user-ID, or current filesystem
    user ID." It tells no error."""
    uid = s.ns.uid_out(uid)
    if uid is None or not (s.has(SETUID) or uid in s.uids()) or uid == s.fsuid:
        return s
    effective = s.effective
    if not s.securebits & NO_SETUID_FIXUP:
        if s.ns.is_root(s.fsuid) and not s.ns.is_root(uid):
            # "If the filesystem user ID is changed from 0 to nonzero, then the following
            # capabilities are cleared from the effective set"
            effective &= ~FILESYSTEM_CAPS
        if s.ns.is_root(uid) and not s.ns.is_root(s.fsuid):
            # "If the filesystem UID is changed from nonzero to 0, then any of these capabilities
            # that are enabled in the permitted set are enabled in the effective set"
            effective |= s.permitted & FILESYSTEM_CAPS
    return _commit(s, dataclasses.replace(s, fsuid=uid, effective=effective))


def setfsgid(s, gid):
    gid = s.ns.gid_out(gid)
    if gid is None or not (s.has(SETGID) or gid in s.gids()):
        return s
    return _commit(s, dataclasses.replace(s, fsgid=gid))


def setgroups(s, *groups):
    """setgroups(2), EPERM: "the caller does not have the CAP_SETGID capability in the user
    namespace in which it resides", or "the use of setgroups() is denied in this user namespace".
    user_namespaces(7): "if a process has no gid map, then setgroups() fails"."""
    allowed = s.has(SETGID) and s.ns.setgroups and s.ns.gid_map
    _refuse_unless(allowed, errno.EPERM)
    outside = [s.ns.gid_out(gid) for gid in groups]
    _refuse_unless(None not in outside, errno.EINVAL)
    return dataclasses.replace(s, groups=tuple(sorted(outside)))


# ---- capability sets ----


def capset(s, permitted, effective, inheritable):
    """capabilities(7), "Programmatically adjusting capability sets"."""
    # "If the caller does not have the CAP_SETPCAP capability, the new inheritable set must be a
    # subset of the combination of the existing inheritable and permitted sets"
    if not s.has(SETPCAP):
        _refuse_unless(not inheritable & ~(s.inheritable | s.permitted), errno.EPERM)
    # "The new inheritable set must be a subset of the combination of the existing inheritable set
    # and the capability bounding set"
    _refuse_unless(not inheritable & ~(s.inheritable | s.bounding), errno.EPERM)
    # "The new permitted set must be a subset of the existing permitted set"
    _refuse_unless(not permitted & ~s.permitted, errno.EPERM)
    # "The new effective set must be a subset of the new permitted set"
    _refuse_unless(not effective & ~permitted, errno.EPERM)
    # "Ambient capabilities are automatically lowered if either of the corresponding permitted or
    # inheritable capabilities is lowered"
    return dataclasses.replace(
        s,
        permitted=permitted,
        effective=effective,
        inheritable=inheritable,
        ambient=s.ambient & permitted & inheritable,
    )


def drop(s, mask):
    """prctl(2), PR_CAPBSET_DROP, for each of a set: "If the calling thread has the CAP_SETPCAP
    capability within its user namespace, then drop the capability"."""
    _refuse_unless(not mask or s.has(SETPCAP), errno.EPERM)
    return dataclasses.replace(s, bounding=s.bounding & ~mask)


def raise_ambient(s, mask):
    """prctl(2), PR_CAP_AMBIENT_RAISE, for each of a set: "must already be present in both the
    permitted and the inheritable sets of the process. This operation is not permitted if the
    SECBIT_NO_CAP_AMBIENT_RAISE securebit is set."""
    if mask:
        _refuse_unless(not s.securebits & NO_AMBIENT_RAISE, errno.EPERM)
        _refuse_unless(not mask & ~(s.permitted & s.inheritable), errno.EPERM)
    return dataclasses.replace(s, ambient=s.ambient | mask)


def lower_ambient(s, mask):
    return dataclasses.replace(s, ambient=s.ambient & ~mask)


def clear_ambient(s):
    return dataclasses.replace(s, ambient=0)


# ---- flags ----


def set_securebits(s, wanted, kernel):
    """capabilities(7): "Setting any of the locked flags is irreversible, and has the effect of
    preventing further changes to the corresponding base flag." "The CAP_SETPCAP capability is
    required to modify the flags."
    kernel: also where nothing changes; and not for the two of check_exec.rst."""
    script = SCRIPT_BITS | SCRIPT_LOCK_BITS if kernel.script_bits else 0
    locks = s.securebits & (LOCK_BITS | SCRIPT_LOCK_BITS)
    changed = s.securebits ^ wanted
    _refuse_unless(not changed & locks >> 1, errno.EPERM)
    _refuse_unless(not locks & ~wanted, errno.EPERM)
    _refuse_unless(not wanted & ~(BASE_BITS | LOCK_BITS | script), errno.EPERM)
    _refuse_unless(s.has(SETPCAP) or (changed and not changed & ~script), errno.EPERM)
    return dataclasses.replace(s, securebits=wanted)


def set_keepcaps(s, on):
    """prctl(2), PR_SET_KEEPCAPS; it "provides the same functionality" as the flag, and its lock
    holds for it as well."""
    _refuse_unless(on in (0, 1), errno.EINVAL)
    _refuse_unless(not s.securebits & KEEP_CAPS_LOCKED, errno.EPERM)
    bits = s.securebits | KEEP_CAPS if on else s.securebits & ~KEEP_CAPS
    return dataclasses.replace(s, securebits=bits)


def set_no_new_privs(s):
    """"Once set, the no_new_privs attribute cannot be unset." """
    return dataclasses.replace(s, no_new_privs=True)


def set_pdeathsig(s, number):
    _refuse_unless(0 <= number <= 64, errno.EINVAL)
    return dataclasses.replace(s, pdeathsig=number)


def new_userns(s, namespace, kernel):
    """user_namespaces(7): "The child process created by clone(2) with the CLONE_NEWUSER flag starts
    out with a complete set of capabilities in the new user namespace." "Upon creation of a new user
    namespace [the] securebits flags are set to default values". capabilities(7) knows a full set
    without inheritable and ambient ones. The ids stay the same, whatever they read as."""
    return dataclasses.replace(
        s,
        permitted=kernel.known,
        effective=kernel.known,
        inheritable=0,
        bounding=kernel.known,
        ambient=0,
        securebits=0,
        ns=namespace,
    )


# ---- execve ----


def ids_after_exec(s, image):
    """execve(2): "If the set-user-ID bit is set on the program file, then the effective user ID of
    the calling process is changed to that of the owner of the program file. Similarly" for groups.
    "not performed if the no_new_privs attribute is set for the calling thread [or] the underlying
    filesystem is mounted nosuid".
    user_namespaces(7): "if either the user or the group ID of the file has no mapping inside the
    namespace, the set-user-ID (set-group-ID) bit is silently ignored".
    inode(7): set-group-ID without group execute permission means mandatory locking."""
    euid, egid = s.euid, s.egid
    mapped = s.ns.uid_in(image.owner) is not None and s.ns.gid_in(image.group) is not None
    if mapped and not s.no_new_privs and not image.nosuid:
        if image.mode & 0o4000:
            euid = image.owner
        if image.mode & 0o2010 == 0o2010:
            egid = image.group
    return euid, egid


def _sets_after_exec(s, image, euid, kernel):
    """P' without ambient, whether all of P' becomes effective, and whether the file is privileged.
    capabilities(7), "Transformation of capabilities during execve()" and "Capabilities and
    execution of programs by root"."""
    caps = None if image.nosuid else image.caps
    permitted, effective = 0, False
    if caps is not None:
        # "P'(permitted) = (P(inheritable) & F(inheritable)) | (F(permitted) & P(bounding))"
        wanted = caps.permitted & kernel.known
        permitted = caps.inheritable & kernel.known & s.inheritable | wanted & s.bounding
        effective = caps.effective
        # "If the process did not obtain the full set of file permitted capabilities, then execve(2)
        # fails with the error EPERM", for a file with the effective bit
        _refuse_unless(not effective or not wanted & ~permitted, errno.EPERM)
    if not s.securebits & NOROOT:
        real_root, effective_root = s.ns.is_root(s.ruid), s.ns.is_root(euid)
        # "If (a) the binary that is being executed has capabilities attached and (b) the real user
        # ID of the process is not 0 (root) and (c) the effective user ID of the process is 0, then
        # the file capability bits are honored"
        if not (caps is not None and effective_root and not real_root):
            # "If the real or effective user ID of the process is 0 (root), then the file
            # inheritable and permitted sets are ignored; instead they are notionally considered
            # to be all ones": "P'(permitted) = P(inheritable) | P(bounding)"
            if real_root or effective_root:
                permitted = s.inheritable | s.bounding
            # "If the effective user ID of the process is 0 (root) [...] then the file effective bit
            # is notionally defined to be one"
            if effective_root:
                effective = True
    return permitted, effective, caps is not None


def _changes_ids(s, euid, egid, kernel):
    """Whether execve "changes UID or GID due to the set-user-ID or set-group-ID bits"."""
    if kernel.counts_changed_ids:
        return euid != s.euid or egid not in (s.fsgid,) + s.groups
    return euid != s.ruid or egid != s.rgid


def execve(s, image, kernel):
    """The state of the program. Raises EPERM for a file whose effective capabilities cannot all be
    had."""
    euid, egid = ids_after_exec(s, image)
    permitted, effective, privileged = _sets_after_exec(s, image, euid, kernel)
    changes = _changes_ids(s, euid, egid, kernel)
    if s.no_new_privs and (changes or permitted & ~s.permitted):
        # "execve(2) promises not to grant privileges to do anything that could not have been done
        # without the execve(2) call". kernel: file capabilities are not ignored, as execve(2) says,
        # but masked with what was permitted before; the file still counts as privileged; and
        # effective ids that differ from the real ones become these.
        permitted &= s.permitted
        euid, egid = s.ruid, s.rgid
    # "P'(ambient) = (file is privileged) ? 0 : P(ambient)"; privileged "is one that has
    # capabilities or has the set-user-ID or set-group-ID bit set" (kernel: and those change an id)
    ambient = 0 if privileged or changes else s.ambient
    permitted |= ambient
    # "P'(effective) = F(effective) ? P'(permitted) : P'(ambient)"
    new = dataclasses.replace(
        s,
        # "The effective user ID of the process is copied to the saved set-user-ID; similarly, the
        # effective group ID is copied to the saved set-group-ID"
        euid=euid,
        suid=euid,
        fsuid=euid,
        egid=egid,
        sgid=egid,
        fsgid=egid,
        permitted=permitted,
        effective=permitted if effective else ambient,
        ambient=ambient,
        # "During an execve(2), all of the flags are preserved, except SECBIT_KEEP_CAPS which is
        # always cleared"
        securebits=s.securebits & ~KEEP_CAPS,
    )
    # PR_SET_PDEATHSIG: "cleared when executing a set-user-ID or set-group-ID binary, or a binary
    # that has associated capabilities"; in full, where execution is secure (ld.so(8)): "the
    # process's real and effective user IDs differ, or the real and effective group IDs differ" or
    # "a process with a nonzero user ID executed a binary that conferred capabilities".
    confers = not s.ns.is_root(s.ruid) and (effective or permitted & ~ambient)
    if changes or euid != s.ruid or egid != s.rgid or confers:
        new = dataclasses.replace(new, pdeathsig=0)
    return _commit(s, new)
