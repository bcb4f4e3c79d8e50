"""The cases: what is tried, with which command of which tool, and which result is right.

A case checks the program that was started, by the output of tests/support/probe or by what the
program could really do, never by the tool's own output. In a command PROGRAM stands for that program
and its arguments.

If a tool has an option for the case, the command uses it. A tool without one is used as it is
if any start of a program as another user should get the case right, and is left out
if the case is about the option itself.
"""

import dataclasses
import os
import re
import signal
import subprocess

from launchers import TIME_LIMIT

# Capability sets, by the numbers of linux/capability.h.
NET_BIND_SERVICE = 1 << 10
CONTAINER = "4e1"  # CHOWN, KILL, SETGID, SETUID, NET_BIND_SERVICE: no SETPCAP
PORT_ONLY = "4c0"  # SETGID, SETUID, NET_BIND_SERVICE
NO_RAW = "1c0"  # SETGID, SETUID, SETPCAP
WITH_SETPCAP = "5c0"  # SETGID, SETUID, SETPCAP, NET_BIND_SERVICE
SETS = ("permitted", "effective", "inheritable", "bounding", "ambient")


@dataclasses.dataclass(frozen=True)
class Cell:
    """The result of one tool in one case. right; wrong; open: the same with every tool, and documented;
    none: the tool has no such option."""

    verdict: str
    text: str


NONE = Cell("none", "–")


def right(text="right"):
    return Cell("right", text)


def wrong(text):
    return Cell("wrong", text)


def still(text):
    return Cell("open", text)


@dataclasses.dataclass(frozen=True)
class Case:
    number: str  # the row of docs/known-failures-details.md, and a letter when the row has several cases
    title: str
    commands: dict
    measure: object
    start: str  # put before the command
    documented: bool  # no tool prevents it

    @property
    def row(self):
        return int(re.match(r"\d+", self.number).group())


CASES = []


def case(number, title, commands, start="", documented=False):
    """Declares a case. The function below gets `run`, which runs one tool's command, and the
    launchers, and returns the cell."""

    def declare(measure):
        CASES.append(Case(number, title, commands, measure, start, documented))
        return measure

    return declare


def measure(one, launchers, tool):
    """The cell of one tool in one case."""
    command = one.commands.get(tool)
    if command is None:
        return NONE

    def run(target=None, word="", **options):
        options.setdefault("start", one.start)
        return launchers.run(command.replace("WORD", word), target, **options)

    return one.measure(run, launchers)


# ---- oracles ----


def refused(outcome):
    """The cell of a program that was correctly not started. Neither a crash nor a success is a refusal;
    and capwrap's refusals have their own status and form."""
    if outcome.status == -signal.SIGABRT and outcome.tool == "minijail0":
        return right("aborts")  # its way to exit with an error
    if outcome.status <= 0:
        return failed(outcome)
    if outcome.tool == "capwrap" and (
        outcome.status not in (125, 126) or not outcome.err.startswith("capwrap: ")
    ):
        return failed(outcome)
    return right(f"refuses ({outcome.status})")


def failed(outcome):
    """The cell of a program that should have been started."""
    if outcome.status < 0:
        return wrong(f"crashes (signal {-outcome.status})")
    return wrong(f"fails ({outcome.status})")


def must_refuse(outcome):
    if not outcome.ran:
        return refused(outcome)
    return wrong(f"runs as uid {outcome.ids('uid')[1]}, exit {outcome.status}")


def must_explain(outcome, code, pattern):
    """Not started, and the error states the reason, not only errno."""
    if outcome.ran:
        return wrong(f"runs as uid {outcome.ids('uid')[1]}, exit {outcome.status}")
    if outcome.status == code and re.search(pattern, outcome.err):
        return right(f"explains ({code})")
    return wrong(f"{outcome.reason()} ({outcome.status})")


def must_be_web(outcome):
    if not outcome.ran:
        return failed(outcome)
    uid, gid = outcome.ids("uid"), outcome.ids("gid")
    if uid != [1000] * 4 or gid != [1000] * 4:
        return wrong(f"runs as uid {uid[1]}, gid {gid[1]}, exit {outcome.status}")
    return right()


def must_hold(outcome, keep=NET_BIND_SERVICE):
    """User web with exactly these capabilities, and nothing else within reach of an exec."""
    if not outcome.ran:
        return failed(outcome)
    if must_be_web(outcome).verdict != "right":
        return must_be_web(outcome)
    if keep & ~outcome.set("effective"):
        left = ", inheritable left behind" if outcome.set("inheritable") else ""
        return wrong(f"runs without it{left}, exit {outcome.status}")
    if any(outcome.set(name) != keep for name in SETS if name != "bounding"):
        return wrong(f"runs with another set, exit {outcome.status}")
    if outcome.set("bounding") & ~keep and "bounding" not in outcome.err:
        return wrong(f"bounding set left, nothing said, exit {outcome.status}")
    return right()


def must_hold_or_refuse(outcome):
    return must_hold(outcome) if outcome.ran else refused(outcome)


# ---- commands ----

WEB = {
    "capwrap": "capwrap --user web -- PROGRAM",
    "setpriv": "setpriv --reuid=web --regid=web --init-groups PROGRAM",
    "capsh": "capsh --user=web --shell=PROGRAM --",
    "gosu": "gosu web PROGRAM",
    "su-exec": "su-exec web PROGRAM",
    "chpst": "chpst -u web PROGRAM",
    "s6-setuidgid": "s6-setuidgid web PROGRAM",
    "s6-applyuidgid": "s6-applyuidgid -u 1000 -g 1000 -G 1000,4000 PROGRAM",
    "minijail0": "minijail0 -T static -u web -g web -G PROGRAM",
}

# For a service, in which nothing precedes the command.
SERVICE = {"systemd": "systemd User=web"}
SERVICE_KEEPS = {"systemd": "systemd User=web AmbientCapabilities=CAP_NET_BIND_SERVICE"
                 " CapabilityBoundingSet=CAP_NET_BIND_SERVICE"}

# One capability kept for user web, with every option that the tool has for it.
WEB_KEEPS = {
    "capwrap": "capwrap --user web --keep NET_BIND_SERVICE -- PROGRAM",
    "setpriv": "setpriv --reuid=web --regid=web --init-groups"
    " --inh-caps=-all,+net_bind_service --ambient-caps=-all,+net_bind_service"
    " --bounding-set=-all,+net_bind_service PROGRAM",
    "capsh": "capsh --user=web --iab=^cap_net_bind_service --drop=all --shell=PROGRAM --",
    "minijail0": "minijail0 -T static -u web -g web -G -c 400 --ambient PROGRAM",
}

# No capability kept, and the bounding set emptied.
WEB_NARROWED = {
    "capwrap": "capwrap --user web -- PROGRAM",
    "setpriv": "setpriv --reuid=web --regid=web --init-groups --bounding-set=-all PROGRAM",
    "capsh": "capsh --drop=all --user=web --shell=PROGRAM --",
    "minijail0": "minijail0 -T static -u web -g web -G -c 0 --ambient PROGRAM",
}


def numbered(uid):
    """Every tool's way to name a uid by number, with gid 1000."""
    return {
        "capwrap": f"capwrap --user '{uid}:1000' -- PROGRAM",
        "setpriv": f"setpriv --reuid='{uid}' --regid=1000 --clear-groups PROGRAM",
        "capsh": f"capsh --gid=1000 --uid='{uid}' --shell=PROGRAM --",
        "gosu": f"gosu '{uid}:1000' PROGRAM",
        "su-exec": f"su-exec '{uid}:1000' PROGRAM",
        "chpst": f"chpst -u ':{uid}:1000' PROGRAM",
        "s6-setuidgid": f"s6-setuidgid '{uid}:1000' PROGRAM",
        "s6-applyuidgid": f"s6-applyuidgid -u '{uid}' -g 1000 -G 1000 PROGRAM",
        "minijail0": f"minijail0 -T static -u '{uid}' -g 1000 PROGRAM",
        "systemd": f"systemd 'User={uid}' Group=1000",
    }


# ---- identity ----


@case("1", "uid 4294967296, which wraps around to 0", numbered("4294967296"))
def uid_wraps(run, _lab):
    return must_refuse(run())


@case("1b", "uid -1, which the kernel reads as “leave it”", numbered("-1"))
def uid_minus_one(run, _lab):
    return must_refuse(run())


@case("1c", "uid 4294967295, the same", numbered("4294967295"))
def uid_unchanged(run, _lab):
    return must_refuse(run())


@case("2", "an empty user name, as from an unset variable", {
    "capwrap": "capwrap --user '' -- PROGRAM",
    "setpriv": "setpriv --reuid='' --clear-groups PROGRAM",
    "capsh": "capsh --user='' --shell=PROGRAM --",
    "gosu": "gosu '' PROGRAM",
    "su-exec": "su-exec '' PROGRAM",
    "chpst": "chpst -u '' PROGRAM",
    "s6-setuidgid": "s6-setuidgid '' PROGRAM",
    "s6-applyuidgid": "s6-applyuidgid -u '' -g 1000 -G 1000 PROGRAM",
    "minijail0": "minijail0 -T static -u '' -g 1000 PROGRAM",
    "systemd": "systemd User= Group=1000",
})
def user_empty(run, _lab):
    return must_refuse(run())


@case("8", "root's supplementary groups, when only ids are given", {
    "capwrap": "capwrap --user 1000:1000 -- PROGRAM",
    "setpriv": "setpriv --reuid=1000 PROGRAM",
    "capsh": "capsh --gid=1000 --uid=1000 --shell=PROGRAM --",
    "gosu": "gosu 1000:1000 PROGRAM",
    "su-exec": "su-exec 1000:1000 PROGRAM",
    "chpst": "chpst -u :1000:1000 PROGRAM",
    "s6-setuidgid": "s6-setuidgid 1000:1000 PROGRAM",
    "s6-applyuidgid": "s6-applyuidgid -u 1000 -g 1000 PROGRAM",
    "minijail0": "minijail0 -T static -u 1000 -g 1000 PROGRAM",
}, start="start-as --groups 0,4,27 --")
def groups_kept(run, _lab):
    outcome = run()
    if not outcome.ran:
        return failed(outcome)
    kept = {0, 4, 27} & set(outcome.groups())
    return wrong(f"keeps groups 0, 4, 27, exit {outcome.status}") if kept else right()


@case("9", "a file closed to the group, and a set-group-ID program in between", {
    "capwrap": "capwrap --user web --groups none -- PROGRAM",
    "setpriv": "setpriv --reuid=web --regid=web --clear-groups PROGRAM",
    "capsh": "capsh --gid=1000 --groups= --uid=1000 --shell=PROGRAM --",
    "gosu": "gosu web:web PROGRAM",
    "su-exec": "su-exec web:web PROGRAM",
    "chpst": "chpst -u web:web PROGRAM",
    "s6-setuidgid": "s6-setuidgid 1000:1000 PROGRAM",
    "s6-applyuidgid": "s6-applyuidgid -u 1000 -g 1000 -G '' PROGRAM",
    "minijail0": "minijail0 -T static -u 1000 -g 1000 PROGRAM",
})
def groups_negative(run, launchers):
    cat = launchers.install("/bin/cat", "cat-as-group-2000", mode=0o2755, group=2000)
    closed = launchers.write("closed-to-web", "secret\n", mode=0o604, group=1000)
    outcome = run(["/bin/sh", "-c", f"echo ran; exec {cat} {closed}"])
    if "ran" not in outcome.out:
        return failed(outcome)
    return wrong("the file is read") if "secret" in outcome.out else right()


@case("10", "a uid without an entry and without a group", {
    "capwrap": "capwrap --user 54321 -- PROGRAM",
    "setpriv": "setpriv --reuid=54321 --clear-groups PROGRAM",
    "capsh": "capsh --uid=54321 --shell=PROGRAM --",
    "gosu": "gosu 54321 PROGRAM",
    "su-exec": "su-exec 54321 PROGRAM",
    "chpst": "chpst -u :54321 PROGRAM",
    "s6-setuidgid": "s6-setuidgid 54321 PROGRAM",
    "s6-applyuidgid": "s6-applyuidgid -u 54321 PROGRAM",
    "minijail0": "minijail0 -T static -u 54321 PROGRAM",
    "systemd": "systemd User=54321",
})
def group_zero(run, _lab):
    outcome = run()
    if not outcome.ran:
        return refused(outcome)
    if 0 in outcome.ids("gid"):
        return wrong(f"keeps gid 0, exit {outcome.status}")
    return right(f"gid {outcome.ids('gid')[1]}")


@case("11", "HOME of the new user", WEB | SERVICE)
def home(run, _lab):
    outcome = run()
    if not outcome.ran:
        return failed(outcome)
    return right() if outcome.state["home"] == "/home/web" else wrong(
        f"HOME stays {outcome.state['home']}")


@case("11b", "the environment of a caller without an entry", {
    "capwrap": "capwrap --user 777:777 -- PROGRAM",
    "setpriv": "setpriv --reset-env PROGRAM",
}, start="start-as --uid 777 --gid 777 --groups 777 --")
def home_without_entry(run, _lab):
    outcome = run()
    if not outcome.ran:
        return failed(outcome)
    return right(f"HOME={outcome.state['home']}")


def none_taken(run, words, told):
    """Each of the words has to be refused; told(word, outcome) names how one was interpreted."""
    taken = []
    for word in words:
        outcome = run(word=word)
        if outcome.ran:
            taken.append(told(word, outcome))
    return wrong("takes " + ", ".join(taken)) if taken else refused(outcome)


WORDS = (" 1000", "+1000", "01000", "0x3e8")


@case("12", "numbers with a blank, a sign, a leading zero or 0x",
      {tool: command for tool, command in numbered("WORD").items() if tool != "systemd"})
def numbers_odd(run, _lab):
    return none_taken(run, WORDS, lambda word, outcome: f"“{word}” as {outcome.ids('uid')[1]}")


@case("12b", "a user whose name is 1234 and whose uid is 2000", {
    "capwrap": "capwrap --user 1234:1000 -- PROGRAM",
    "setpriv": "setpriv --reuid=1234 --regid=1000 --clear-groups PROGRAM",
    "capsh": "capsh --user=1234 --shell=PROGRAM --",
    "gosu": "gosu 1234:1000 PROGRAM",
    "su-exec": "su-exec 1234:1000 PROGRAM",
    "chpst": "chpst -u 1234:1000 PROGRAM",
    "s6-setuidgid": "s6-setuidgid 1234 PROGRAM",
    "minijail0": "minijail0 -T static -u 1234 -g 1000 PROGRAM",
    "systemd": "systemd User=1234 Group=1000",
})
def digits_are(run, _lab):
    outcome = run()
    if not outcome.ran:
        return refused(outcome)
    return right({1234: "the number", 2000: "the name"}[outcome.ids("uid")[1]])


@case("13", "web:web:junk", {
    "capwrap": "capwrap --user web:web:junk -- PROGRAM",
    "gosu": "gosu web:web:junk PROGRAM",
    "su-exec": "su-exec web:web:junk PROGRAM",
    "chpst": "chpst -u web:web:junk PROGRAM",
    "s6-setuidgid": "s6-setuidgid web:web:junk PROGRAM",
})
def third_part(run, _lab):
    return must_refuse(run())


@case("18", "a user namespace where the new user has no number", WEB,
      start="in-userns --uid-map 0,0,1 --gid-map 0,0,65536 --")
def userns_unmapped(run, _lab):
    return must_explain(run(), 125, r"uid_map|not mapped|no mapping|user namespace")


@case("18b", "a user namespace where /proc/PID/setgroups says deny", WEB,
      start="in-userns --uid-map 0,0,65536 --gid-map 0,0,65536 --deny-setgroups --")
def userns_setgroups(run, _lab):
    return must_explain(run(), 125, r"/proc/\S*/setgroups")


@case("24", "an ordinary user who already is the user asked for", WEB,
      start="start-as --uid 1000 --gid 1000 --groups 1000,4000 --")
def already_there(run, _lab):
    return must_be_web(run())


@case("33", "a user namespace where root is not mapped and reads as 65534", {
    "capwrap": "capwrap --user nobody -- PROGRAM",
    "setpriv": "setpriv --reuid=nobody --regid=nogroup --init-groups PROGRAM",
    "capsh": "capsh --user=nobody --shell=PROGRAM --",
    "gosu": "gosu nobody PROGRAM",
    "su-exec": "su-exec nobody PROGRAM",
    "chpst": "chpst -u nobody PROGRAM",
    "s6-setuidgid": "s6-setuidgid nobody PROGRAM",
    "s6-applyuidgid": "s6-applyuidgid -u 65534 -g 65534 -G 65534 PROGRAM",
    "minijail0": "minijail0 -T static -u nobody -g nogroup -G PROGRAM",
}, start="in-userns --uid-map 1,1,1000 --gid-map 0,0,65536 --keep-caps --")
def userns_overflow(run, _lab):
    outcome = run()
    return wrong("root runs it, as “65534”") if outcome.ran else refused(outcome)


@case("34", "one failing read of /etc/group", WEB,
      start="strace -f -qq -o /dev/null -P /etc/group -e inject=read:error=EIO:when=1 --")
def groups_unread(run, _lab):
    outcome = run()
    if not outcome.ran:
        return refused(outcome)
    return right() if 4000 in outcome.groups() else wrong(
        f"loses group 4000, exit {outcome.status}")


# ---- capabilities ----


@case("3", "one capability, by the ambient set alone", {
    "capwrap": WEB_KEEPS["capwrap"],
    "setpriv": "setpriv --reuid=web --regid=web --init-groups --ambient-caps=+net_bind_service"
    " PROGRAM",
    "capsh": "capsh --user=web --addamb=cap_net_bind_service --shell=PROGRAM --",
})
def ambient_alone(run, _lab):
    return must_hold_or_refuse(run())


@case("4", "one capability, with the user change behind it", {
    "capwrap": WEB_KEEPS["capwrap"],
    "capsh": "capsh --inh=cap_net_bind_service --addamb=cap_net_bind_service --user=web"
    " --shell=PROGRAM --",
})
def ambient_then_user(run, _lab):
    return must_hold_or_refuse(run())


@case("4b", "one capability, with every option given in the right order", WEB_KEEPS | SERVICE_KEEPS)
def keep_in_full(run, _lab):
    return must_hold(run())


@case("5", "emptying the bounding set without CAP_SETPCAP", WEB_NARROWED,
      start=f"start-as --bounding {CONTAINER} --")
def bounding_left(run, _lab):
    outcome = run()
    return must_hold(outcome, keep=0) if outcome.ran else refused(outcome)


@case("7", "no_new_privs, and a program with file capabilities", {
    "capwrap": "capwrap --no-new-privs -- PROGRAM",
    "setpriv": "setpriv --no-new-privs --inh-caps=-all --ambient-caps=-all PROGRAM",
    "capsh": "capsh --no-new-privs --noamb --inh= --caps= --shell=PROGRAM --",
    "minijail0": "minijail0 -T static -n -c 0 --ambient PROGRAM",
}, start="start-as --uid 1000 --gid 1000 --groups 1000 --permitted 2000 --effective 2000"
         " --inheritable 2000 --ambient 2000 --")
def no_new_privs_full(run, launchers):
    outcome = run([launchers.with_file_capabilities("cap_net_raw=ep")])
    if not outcome.ran:
        return refused(outcome)
    held = outcome.set("permitted")
    return wrong(f"holds NET_RAW, exit {outcome.status}") if held else right()


@case("17", "securebits that lock the ambient set", WEB_KEEPS,
      start="start-as --securebits c0 --")
def securebits_ambient(run, _lab):
    return must_hold_or_refuse(run())


@case("17b", "securebits that lock keep-caps", WEB_KEEPS, start="start-as --securebits 20 --")
def securebits_keepcaps(run, _lab):
    return must_hold_or_refuse(run())


@case("19", "a container with NET_BIND_SERVICE, SETUID and SETGID", {
    "capwrap": "capwrap --user web --keep NET_BIND_SERVICE --no-new-privs -- PROGRAM",
    "setpriv": "setpriv --no-new-privs" + WEB_KEEPS["setpriv"].removeprefix("setpriv"),
    "capsh": "capsh --no-new-privs" + WEB_KEEPS["capsh"].removeprefix("capsh"),
    "minijail0": "minijail0 -n" + WEB_KEEPS["minijail0"].removeprefix("minijail0"),
}, start=f"start-as --bounding {PORT_ONLY} --")
def container_root(run, _lab):
    return must_hold_or_refuse(run())


@case("21", "no /proc", WEB_KEEPS,
      start="""unshare --mount sh -c 'umount -l /proc && exec "$@"' sh""")
def proc_absent(run, _lab):
    return must_hold(run())


@case("21b", "another namespace's /proc", WEB_KEEPS,
      start=f"unshare --pid --fork start-as --bounding {WITH_SETPCAP} --")
def proc_foreign(run, _lab):
    return must_hold(run())


@case("22", "all capabilities, where the process cannot have all", {
    "capwrap": "capwrap --user web --keep all -- PROGRAM",
    "setpriv": "setpriv --reuid=web --regid=web --init-groups --inh-caps=+all --ambient-caps=+all"
               " PROGRAM",
    "capsh": "capsh --user=web --inh=all --addamb=all --shell=PROGRAM --",
}, start=f"start-as --bounding {WITH_SETPCAP} --")
def keep_all(run, _lab):
    return must_hold(run(), keep=int(WITH_SETPCAP, 16))


@case("35", "real uid 0, effective uid 1000, no_new_privs", {
    "capwrap": "capwrap --no-new-privs -- PROGRAM",
    "setpriv": "setpriv --no-new-privs PROGRAM",
    "capsh": "capsh --no-new-privs --shell=PROGRAM --",
    "minijail0": "minijail0 -T static -n PROGRAM",
}, start="start-as --uid 0,1000,1000 --")
def real_root(run, _lab):
    outcome = run()
    if not outcome.ran:
        return refused(outcome)
    held = outcome.set("permitted")
    return wrong(f"holds root's permitted set, exit {outcome.status}") if held else right()


# ---- a kernel or a sandbox that reports success and changes nothing ----

LIES = "strace -f -qq -o /dev/null -e inject={}:retval=0 --"


@case("6", "setresuid answers “done” and does nothing", WEB,
      start=LIES.format("setuid,setreuid,setresuid"))
def setuid_lies(run, _lab):
    return must_refuse(run())


@case("6b", "setgroups answers “done” and does nothing", WEB,
      start="start-as --groups 0,4,27 -- " + LIES.format("setgroups"))
def setgroups_lies(run, _lab):
    outcome = run()
    if not outcome.ran:
        return refused(outcome)
    return right() if 0 not in outcome.groups() else wrong(
        f"keeps groups 0, 4, 27, exit {outcome.status}")


# ---- the program ----


@case("14", "a program with an empty file capability", WEB_KEEPS | SERVICE_KEEPS)
def file_caps_empty(run, launchers):
    return must_hold_or_refuse(run([launchers.with_file_capabilities("=")]))


@case("15", "a program whose file capability is outside the bounding set", WEB,
      start=f"start-as --bounding {NO_RAW} --")
def file_caps_outside(run, launchers):
    outcome = run([launchers.with_file_capabilities("cap_net_raw=ep")])
    return must_explain(outcome, 126, "file capabilities")


@case("16", "a set-user-ID program of another user", WEB | SERVICE)
def set_uid_program(run, launchers):
    outcome = run([launchers.install(launchers.probe, "probe-as-other", mode=0o4755, owner=3000)])
    return must_be_web(outcome) if outcome.ran else refused(outcome)


@case("23", "a user who has no process left (RLIMIT_NPROC)", WEB, start="prlimit --nproc=0 --")
def process_limit(run, _lab):
    with subprocess.Popen(["sleep", str(TIME_LIMIT)], user=1000, group=1000) as other:
        try:
            return must_explain(run(), 126, "RLIMIT_NPROC|ulimit|limit")
        finally:
            other.kill()


@case("26", "a text file without #!", WEB | SERVICE)
def text_file(run, launchers):
    outcome = run([launchers.write("no-interpreter", "echo a shell ran it\n", mode=0o755)])
    ran = "a shell ran it" in outcome.out
    return wrong(f"/bin/sh runs it, exit {outcome.status}") if ran else refused(outcome)


@case("32", "exit statuses: no privilege, not found, not executable", WEB)
def exit_statuses(run, launchers):
    plain = launchers.write("not-executable", "#!/bin/sh\n", mode=0o644)
    statuses = [
        run(start="start-as --uid 3000 --gid 3000 --groups 3000 --").status,
        run([launchers.path("not-there")]).status,
        run([plain]).status,
    ]
    text = ", ".join(str(number) for number in statuses)
    return right(text) if len(set(statuses)) == 3 else wrong(text)


# ---- what is inherited ----


@case("25", "opening /dev/stdout, a pipe of root's, again (capwrap: --chown-stdio)",
      WEB | {"capwrap": "capwrap --user web --chown-stdio -- PROGRAM"})
def stdout_again(run, _lab):
    outcome = run(["/bin/sh", "-c", "echo reached > /dev/stdout"])
    if "reached" in outcome.out:
        return right()
    return wrong(f"{outcome.reason()} ({outcome.status})")


@case("27", "an open file of root's (capwrap: --close-fds)",
      WEB | {"capwrap": "capwrap --user web --close-fds -- PROGRAM"})
def descriptors(run, launchers):
    secret = os.open(launchers.write("secret", "secret\n", mode=0o600), os.O_RDONLY)
    try:
        outcome = run(fds=(secret,))
    finally:
        os.close(secret)
    if not outcome.ran:
        return failed(outcome)
    return wrong("inherits it") if str(secret) in outcome.state["fds"].split(",") else right()


@case("36", "root's session keyring", WEB | {"minijail0": "minijail0 -T static -w -u web -g web -G PROGRAM"},
      start="start-as --new-session-keyring-with-key capwrap-test --")
def keyring(run, _lab):
    outcome = run(["/bin/sh", "-c",
                   'echo ran; exec keyctl pipe "$(keyctl search @s user capwrap-test)"'])
    if "ran" not in outcome.out:
        return failed(outcome)
    read = outcome.status == 0 and len(outcome.out) > len("ran\n")
    return wrong("reads root's key") if read else right()


@case("37", "two HOME entries in the environment", WEB,
      start="start-as --env-dup HOME=/somewhere --")
def two_homes(run, _lab):
    outcome = run()
    if not outcome.ran:
        return failed(outcome)
    count = outcome.state["home_count"]
    if (outcome.state["home"], count) == ("/home/web", "1"):
        return right()
    return wrong(f"{count} entries left" if count != "1" else
                 f"HOME={outcome.state['home']}")


@case("38", "standard error closed, and an error to tell",
      WEB | {"chpst": "chpst -l lock -u web PROGRAM"}, start="start-as --close 2 --")
def stderr_closed(run, launchers):
    lock = launchers.write("lock", owner=1000)
    outcome = run([launchers.path("not-there")])
    if outcome.status <= 0:
        return failed(outcome)
    return wrong("into its lock file") if os.path.getsize(lock) else right("into no file")


@case("40", "a parent-death signal", WEB | {
    "setpriv": "setpriv --pdeathsig=keep --reuid=web --regid=web --init-groups PROGRAM"},
      start="start-as --pdeathsig 15 --")
def parent_death_signal(run, _lab):
    outcome = run()
    if not outcome.ran:
        return failed(outcome)
    return right() if outcome.state["pdeathsig"] == "15" else wrong("cleared")


# ---- what no tool prevents: documented, with the remedy ----

TYPES = """
import fcntl, termios
print("ran", flush=True)
for letter in b"typed by the program\\n":
    fcntl.ioctl(0, termios.TIOCSTI, bytes([letter]))
"""


@case("28", "typing into the terminal it was started from (TIOCSTI)", WEB, documented=True,
      start="""bash -c '"$@"; read -r -t 1 line && echo "read: $line"' bash""")
def terminal(run, _lab):
    outcome = run(["/usr/bin/python3", "-I", "-S", "-c", TYPES], terminal=True)
    typed = "read: typed by the program" in outcome.out
    if "ran" not in outcome.out:
        return failed(outcome)
    return still("the shell reads it") if typed else right("the kernel refuses")


@case("29", "LD_PRELOAD in the environment, and a kept capability", WEB_KEEPS, documented=True)
def preload(run, _lab):
    outcome = run(["/bin/cat", "/proc/self/maps"], env={"LD_PRELOAD": "libm.so.6"})
    if "cat" not in outcome.out:
        return failed(outcome)
    return still("is loaded") if "libm.so" in outcome.out else right()


@case("30", "a user namespace made by the program", {
    "capwrap": "capwrap --user web --no-new-privs -- PROGRAM",
    "setpriv": "setpriv --no-new-privs" + WEB_NARROWED["setpriv"].removeprefix("setpriv"),
    "capsh": "capsh --no-new-privs" + WEB_NARROWED["capsh"].removeprefix("capsh"),
    "minijail0": "minijail0 -n" + WEB_NARROWED["minijail0"].removeprefix("minijail0"),
}, documented=True)
def user_namespace(run, launchers):
    outcome = run(["/bin/sh", "-c", f"echo ran; exec unshare --user --map-root-user {launchers.probe}"])
    if "ran" not in outcome.out:
        return failed(outcome)
    if not outcome.ran:
        return right("the kernel refuses")
    return still("all capabilities inside") if outcome.set("effective") else right()


DROPS = "import os; os.setuid(1000); print('saved uid', os.getresuid()[2])"


@case("39", "a set-user-ID child that drops root by setuid(2)", WEB_NARROWED, documented=True)
def set_uid_child(run, launchers):
    python = launchers.install(os.path.realpath("/usr/bin/python3"), "python-as-root", mode=0o4755)
    outcome = run(["/usr/bin/env", python, "-I", "-S", "-c", DROPS])
    if "saved uid" not in outcome.out:
        return failed(outcome)
    return still("its saved uid stays 0") if "saved uid 0" in outcome.out else right()


@case("41", "uid 0 without capabilities, and a file of root's", {
    "capwrap": "capwrap -- PROGRAM",
    "setpriv": "setpriv --inh-caps=-all --bounding-set=-all PROGRAM",
    "capsh": "capsh --drop=all --shell=PROGRAM --",
    "minijail0": "minijail0 -T static -c 0 --ambient PROGRAM",
}, documented=True)
def file_of_root(run, launchers):
    file = launchers.write("file-of-root")
    outcome = run(["/bin/sh", "-c", 'echo changed > "$1"', "sh", file])
    return still("changes it") if os.path.getsize(file) else failed(outcome)


# ---- features of newer versions ----


@case("43", "an abbreviated right or capability", {
    "capwrap": "capwrap --user web --keep NET_BIND -- PROGRAM",
    "setpriv": "setpriv --landlock-access fs:make --reuid=web --regid=web --init-groups PROGRAM",
    "capsh": "capsh --user=web --iab=^cap_net_bind --drop=all --shell=PROGRAM --",
})
def word_abbreviated(run, _lab):
    outcome = run()
    if "unrecognized option" in outcome.err:
        return NONE  # setpriv before 2.40
    return wrong(f"takes fs:make as one right of its kind, exit {outcome.status}") if outcome.ran else refused(outcome)


@case("44", "a supplementary group of 4294967296, or 1000x", {
    "capwrap": "capwrap --user 1000:1000 --groups WORD -- PROGRAM",
    "setpriv": "setpriv --reuid=1000 --regid=1000 --groups=WORD PROGRAM",
    "capsh": "capsh --gid=1000 --groups=WORD --uid=1000 --shell=PROGRAM --",
    "chpst": "chpst -u :1000:1000:WORD PROGRAM",
    "s6-applyuidgid": "s6-applyuidgid -u 1000 -g 1000 -G WORD PROGRAM",
})
def group_wraps(run, _lab):
    return none_taken(run, ("4294967296", "1000x"),
                      lambda word, outcome: f"{word} as {outcome.state['groups'] or 'none'}")


@case("45", "a set-user-ID program, where a preloaded library drops the privilege", {
    "capwrap": "capwrap --user web --no-new-privs -- PROGRAM",
    "minijail0": "minijail0 -n -u web -g web -G PROGRAM",
})
def setuid_program_preloaded(run, launchers):
    outcome = run([launchers.install(launchers.probe, "of-other-preloaded", mode=0o4755, owner=3000)])
    if not outcome.ran:
        return refused(outcome)
    if 0 in outcome.ids("uid"):
        return wrong(f"nothing dropped: real uid {outcome.ids('uid')[0]}, exit {outcome.status}")
    return must_be_web(outcome)


# The rows of the README's table: what a user wants, and the cases that show it.
SHORT = [
    ("uid 4294967296 and an empty user name are refused", ["1", "2"]),
    ("a requested capability is held, or nothing runs", ["3", "4", "14", "17"]),
    ("a bounding set that cannot be narrowed is an error", ["5"]),
    ("a kernel or sandbox that says “done” and does nothing is noticed", ["6", "6b"]),
    ("root's groups are dropped", ["8", "10"]),
    ("HOME is the new user's, and set once", ["11", "37"]),
    ("a set-user-ID program does not run as its owner", ["16"]),
    ("root's session keyring is dropped", ["36"]),
    ("a caller who is that user already is no error", ["24"]),
    ("the exit status shows who failed", ["32"]),
]

# Its columns. A cell that is not measured is by-manual.json's, where that has it.
SHORT_TOOLS = ("capwrap", "gosu", "su-exec", "setpriv", "capsh", "chpst", "s6-setuidgid", "minijail0", "systemd")
