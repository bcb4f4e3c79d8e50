#!/usr/bin/python3
"""errors.py - provokes every error of capwrap in every place, and keeps docs/errors.md.

  errors.py generate [--check]   writes docs/errors.md; with --check only prints the differences
  errors.py place NAME           one JSON list: what each case printed; runs in its own root directory

Takes root, and the built programs: CAPWRAP and SUPPORT_BIN, else the release build.
"""
import concurrent.futures
import difflib
import itertools
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve()
sys.path.insert(0, str(HERE.parent))

import docs  # noqa: E402 pylint: disable=wrong-import-position

PAGE = "docs/errors.md"
PLACES = {"shell": "a shell", "docker": "Docker", "podman": "Podman", "kubernetes": "Kubernetes",
          "systemd": "a systemd unit"}
FILE_CAPS = "/srv/capwrap"  # a copy of capwrap with file capabilities
BIN = docs.SUPPORT_BIN

# The callers of capwrap.
ROOT = []
ALICE = ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
NO_NEW_PRIVS = [*ALICE, "--no-new-privs", "bash", "-c", 'exec "$@"', "bash"]


def holding(*numbers):
    """Root whose bounding set, and so whose permitted set, is these capabilities."""
    return [f"{BIN}/start-as", "--bounding", f"{sum(1 << number for number in numbers):x}", "--"]


def sandbox(call, answer):
    """Under a seccomp filter that gives one call this answer."""
    return [f"{BIN}/seccomp-errno", call, str(answer)]


def shell(line):
    """The words for a shell line, which has the command as "$@"."""
    return ["bash", "-c", line, "bash"]


USERNS = ["unshare", "--user", "--map-root-user"]

# No command line leads to these: an earlier rule refuses first, and a unit test provokes them.
UNREACHABLE = {"root-gains": "User ID 0 would gain or lose capabilities by execve(2)"}

# The code, when it happens, who starts capwrap and how, and capwrap's words. A file below /srv is made by setup().
CASES = [
    ("usage", "the command line is wrong", ROOT, "--keep NET_RAW+ep -- true"),
    ("usage", "an option stands where a value belongs", ROOT, "--user --keep NET_RAW -- true"),
    ("usage", "letters of options stand where a value belongs", ROOT, "-un www-data -- true"),
    ("usage", "there is no COMMAND", ROOT, "--user www-data"),
    ("usage", "a value is empty", ROOT, ["--chdir", "", "--", "true"]),
    ("usage", "a list has a blank behind its comma", ROOT, "--keep NET_RAW, NET_ADMIN -- true"),
    ("usage", "a mask stands where names belong", ROOT, "--keep 0x2000 -- true"),
    ("usage", "several options are one word", ROOT, ["--keep=NET_RAW --user=www-data", "--", "true"]),
    ("usage", "a list takes a capability away", ROOT, ["--keep", "~CAP_SYS_ADMIN", "--", "true"]),
    ("usage", "a long option has one dash", ROOT, "-user www-data -- true"),
    ("usage", "the dash is that of a printed page", ROOT, "\u2013user www-data -- true"),
    ("usage", "the option is another tool's", ROOT, "--cap-add NET_RAW -- true"),
    ("usage", "an option that only inspects has another one beside it", ROOT, "--status=1 -v"),
    ("usage", "USER stands where COMMAND belongs, and is a program too", ["env", "PATH=/srv/bin:/usr/bin"], "alice id"),
    ("usage", "USER:GROUP has another form", ROOT, "--user a:b:c -- true"),
    ("unknown-user", "the user database has no such name", ROOT, "--user nobody-here -- true"),
    ("unknown-user", "the name is mistyped", ROOT, "--user www-dat -- true"),
    ("unknown-user", "a letter is Cyrillic", ROOT, "--user r\u043e\u043et -- true"),
    ("unknown-group", "the group database has no such name", ROOT, "--user www-data:team -- true"),
    ("group-needed", "a uid without an entry has no primary group", ROOT, "--user 1234 -- true"),
    ("bad-id", "the database gives the user an id that nobody can have", ROOT, "--user broken -- true"),
    ("lookup", "/etc/passwd cannot be read", ["mount", "/srv/unreadable", "/etc/passwd", *ALICE],
     "--user www-data -- true"),
    ("too-many-groups", "the user is in more groups than a process can have",
     ["mount", "/srv/many-groups", "/etc/group"], "--user alice -- true"),
    ("memory", "there is no memory", ["no-memory"], "--user alice -- true"),
    ("started-setid", "real and effective ids differ", [f"{BIN}/start-as", "--uid", "1000,0,0", "--"], "-- true"),
    ("grant-identity", "a capwrap with file capabilities is to change the user", ALICE,
     "FILE --user www-data -- true"),
    ("grant-identity", "a capwrap with file capabilities is to change the groups",
     ["setpriv", "--reuid=1000", "--regid=1000", "--groups=1000,2000"], "FILE --groups none -- true"),
    ("listen-fds", "sockets are passed to this process", shell("LISTEN_PID=$$ exec \"$@\""), "--close-fds -- true"),
    ("old-kernel", "the kernel has no ambient set", sandbox("prctl:47", 22), "-- true"),
    ("old-kernel", "the kernel has no close_range(2)", sandbox("close_range", "ENOSYS"), "--close-fds -- true"),
    ("cap-unknown", "the kernel does not have the capability", ROOT, "--keep 63 -- true"),
    ("cap-not-permitted", "the capability is not in the bounding set, for root", holding(6, 7, 8),
     "--user www-data --keep NET_ADMIN -- true"),
    ("cap-not-permitted", "the same, where a change of the user lacks capabilities as well", holding(10),
     "--user www-data --no-new-privs --keep NET_ADMIN -- true"),
    ("cap-not-permitted", "the capability is not in the bounding set, for a user", ALICE, "--keep NET_ADMIN -- true"),
    ("cap-bounding-only", "the capability is in the bounding set only", ALICE, "--keep NET_RAW -- true"),
    ("cap-bounding-only", "the same, for a capwrap with file capabilities that lack it", ALICE,
     "FILE --keep NET_BIND_SERVICE -- true"),
    ("cap-masked", "the capability is in the bounding set only, and no_new_privs is on", NO_NEW_PRIVS,
     "--keep NET_RAW -- true"),
    ("cap-masked", "the same, for a capwrap with file capabilities", NO_NEW_PRIVS, "FILE --keep NET_RAW -- true"),
    ("need-setpcap", "the bounding set cannot be narrowed", holding(6, 7, 13), "--user www-data --keep NET_RAW -- true"),
    ("need-setpcap", "securebits cannot be set", holding(6, 7),
     "--user www-data --no-new-privs --lock-securebits -- true"),
    ("need-setpcap", "the bounding set cannot be narrowed by a capwrap with file capabilities", ALICE,
     "FILE --keep NET_RAW -- true"),
    ("need-setuid", "root may not change the user", holding(13), "--user www-data -- true"),
    ("need-setuid", "a user may not change the user", ALICE, "--user www-data -- true"),
    ("need-setgid", "only the list of groups differs",
     ["setpriv", "--reuid=1000", "--regid=1000", "--groups=1000,2000"], "--user alice -- true"),
    ("need-setgid", "a group that the user is not in", ALICE, "--groups www-data -- true"),
    ("need-setgid", "root may not change the groups", holding(7, 8), "--user www-data -- true"),
    ("need-chown", "the standard streams cannot be handed over", holding(6, 7, 8),
     "--user www-data --chown-stdio -- true"),
    ("strict", "the bounding set stays", ALICE, "--strict -- true"),
    ("strict", "a capability of --want is left out", ALICE, "--strict --no-new-privs --want NET_RAW -- true"),
    ("strict", "the user may not search the working directory", shell("cd /srv/closed; exec \"$@\""),
     "--user www-data --strict -- true"),
    ("securebits-locked", "securebits are locked", [f"{BIN}/start-as", "--securebits", "20", "--"],
     "--user www-data --keep NET_RAW -- true"),
    ("need-no-new-privs", "--disable-userns without --no-new-privs", ROOT, "--disable-userns -- true"),
    ("unsupported", "the kernel takes no filter", sandbox("prctl:22:2", 22), "--no-new-privs --disable-userns -- true"),
    ("unmapped-id", "the id is not mapped in this user namespace", USERNS, "--user 1000:1000 --groups keep -- true"),
    ("setgroups-denied", "the user namespace denies setgroups(2)", USERNS, "--user 0:0 --groups 5 -- true"),
    ("module-absent", "the security module is not active", sandbox("459", 95), "--apparmor-profile web -- true"),
    ("label-unknown", "no such profile is loaded", [*sandbox("459", 0), *sandbox("460", 2)],
     "--apparmor-profile web -- true"),
    ("label-denied", "the policy denies the change", [*sandbox("459", 0), *sandbox("460", 13)],
     "--selinux-label u:r:web_t:s0 -- true"),
    ("label-locked", "the same under no_new_privs", [*sandbox("459", 0), *sandbox("460", 1), *NO_NEW_PRIVS],
     "--apparmor-profile web -- true"),
    ("key-quota", "the user has no room for a session keyring", sandbox("keyctl:1", 122), "--user www-data -- true"),
    ("system-call", "a sandbox refuses a call", sandbox("setresuid", "EPERM"), "--user www-data -- true"),
    ("system-call", "a sandbox refuses close_range(2)", sandbox("close_range", "EPERM"), "--close-fds -- true"),
    ("parent-gone", "the parent ends during the transition", ["orphan"], "--user www-data --pdeathsig TERM -- true"),
    ("not-found", "there is no such program", ROOT, "-- no-such-program"),
    ("not-found", "the user may not search the directory of PATH that has it",
     ["env", "PATH=/srv/closed:/usr/bin"], "--user www-data -- hidden"),
    ("not-found", "USER stands where COMMAND belongs", ROOT, "www-data id"),
    ("not-found", "a capability stands where COMMAND belongs", ROOT, "--keep NET_RAW NET_BIND_SERVICE -- true"),
    ("not-found", "there is no such path", ROOT, "-- /no/such/program"),
    ("not-found", "a link leads nowhere", ROOT, "-- /srv/dangling"),
    ("not-found", "COMMAND is an option", ROOT, "-- --cap-add=NET_RAW"),
    ("not-found", "COMMAND is a line for a shell", ROOT, ["--", "id; pwd"]),
    ("not-found", "COMMAND is an empty word", ROOT, ["--", ""]),
    ("not-found", "the program and its arguments are one word", ROOT, ["--", "id -u"]),
    ("not-executable", "a directory on its path is closed to the user", ROOT, "--user www-data -- /srv/link"),
    ("not-executable", "it has no execute permission", ROOT, "--user www-data -- /srv/plain"),
    ("not-executable", "its mount takes no programs", ROOT, "--user www-data -- /srv/noexec/program"),
    ("not-executable", "it is a directory", ROOT, "-- /srv"),
    ("not-executable", "it is a device", ROOT, "-- /dev/null"),
    ("not-executable", "it is a text without #!", ROOT, "-- /srv/text"),
    ("not-executable", "it is empty", ROOT, "-- /srv/empty"),
    ("not-executable", "it begins with a byte-order mark", ROOT, "-- /srv/marked"),
    ("not-executable", "it is a program for Windows", ROOT, "-- /srv/program.exe"),
    ("not-executable", "it is a program of another machine", ROOT, "-- /srv/other-machine"),
    ("unreadable", "it can be executed and not read", ROOT, "--user www-data --keep NET_RAW -- /srv/unreadable-program"),
    ("interpreter", "the interpreter of a script does not exist", ROOT, "-- /srv/script"),
    ("interpreter", "the #! line ends with a carriage return", ROOT, "-- /srv/crlf"),
    ("interpreter", "the interpreter lies behind a closed directory", ROOT, "--user www-data -- /srv/closed-script"),
    ("interpreter", "the loader does not exist", ROOT, "-- /srv/no-loader"),
    ("directory", "the directory for --chdir does not exist", ROOT, "--chdir /no-such-directory -- true"),
    ("directory", "the user may not search the directory for --chdir", ROOT,
     "--user www-data --chdir /srv/closed -- true"),
    ("file-capabilities", "file capabilities of the program would replace what is kept", ROOT,
     "--user www-data --keep NET_BIND_SERVICE -- /srv/file-caps"),
    ("outside-bounding", "effective file capabilities of the program are not kept", ROOT,
     "--user www-data -- /srv/effective-caps"),
    ("set-id", "a set-id bit of the program would change the user", ROOT, "--user www-data -- /srv/set-id"),
    ("process-limit", "the user has as many processes as it may have", ["crowd"], "--user 23456:23456 -- true"),
    ("regained", "a sandbox answers setresuid(2) and does not make it", sandbox("setresuid", 0),
     "--user www-data -- true"),
    ("not-as-planned", "a sandbox answers setgroups(2) and does not make it", sandbox("setgroups", 0),
     "--user www-data -- true"),
    ("killed", "a sandbox ends the dry run", sandbox("setresuid", "kill"), "--dry-run --user www-data -- true"),
    ("no-process", "there is no such process", ROOT, "--status=4194304"),
    ("output", "standard output cannot be written", shell("exec \"$@\" >/dev/full"), "--list-caps"),
]


# ---- in the root directory of a place ----

# In a chroot no user namespace can be made.
PIVOTED_ROOT = docs.PRIVATE_ROOT.replace('exec chroot "$root" "$@"',
                                         'cd "$root" && pivot_root . . && umount -l . && exec "$@"')

SETUP = r"""
set -e
mount -t tmpfs -o mode=755 none /srv
cd /srv
program=$(type -P true)
install -m 755 /usr/local/bin/capwrap capwrap
setcap cap_net_raw=p capwrap
install -m 600 /etc/passwd unreadable
{ cat /etc/group; seq 100000 165600 | sed 's/.*/g&:x:&:alice/'; } >many-groups
{ cat /etc/group; seq 100000 140000 | sed 's/.*/g&:x:&:alice/'; } >some-groups
mkdir -m 700 closed
mkdir -m 755 noexec
install -m 755 "$program" closed/hidden
ln -s closed/hidden link
ln -s nothing dangling
mkdir -m 755 bin
install -m 755 "$program" bin/alice
install -m 644 "$program" plain
mount -t tmpfs -o mode=755,noexec none noexec
install -m 755 "$program" noexec/program
echo echo hello >text
: >empty
printf '\xef\xbb\xbf#!/bin/sh\n' >marked
printf 'MZ\0\1\2' >program.exe
cp "$program" other-machine
printf '\x4b\0' | dd of=other-machine bs=1 seek=18 conv=notrunc status=none
install -m 711 "$program" unreadable-program
printf '#!/no/such/interpreter\n' >script
printf '#!/bin/sh\r\n' >crlf
printf '#!/srv/closed/hidden\n' >closed-script
sed 's,/lib64/ld-linux-x86-64,/lib64/ld-nolib-x86-64,' "$program" >no-loader
install -m 755 "$program" file-caps
setcap cap_net_raw=p file-caps
install -m 755 "$program" effective-caps
setcap cap_net_raw=ep effective-caps
install -m 4755 "$program" set-id
chmod 755 text empty marked program.exe other-machine script crlf closed-script no-loader
"""


def run(command, environment):
    """Status and standard error of a command, in this environment."""
    with tempfile.TemporaryFile(dir="/dev/shm") as stderr:
        status = os.fstat(stderr.fileno())
        if "JOURNAL_STREAM" in environment:
            environment = {**environment, "JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=stderr, check=False, timeout=120, cwd="/")
        stderr.seek(0)
        return done.returncode, stderr.read().decode()


def attempt(who, words, environment):
    """Status and standard error of a case."""
    if words[0] == "FILE":
        program = [FILE_CAPS, *words[1:]]
    else:
        program = ["/usr/local/bin/capwrap", *words]
    bounded = ["setpriv", f"--bounding-set={docs.BOUNDING}", "--inh-caps=-all", "--groups=0"]
    if who == ["orphan"]:
        line = ('strace -D -qq -o /dev/null -e trace=setresuid -e inject=setresuid:delay_exit=1s:when=1 "$@" & '
                'until grep -q "^Uid:.33" "/proc/$!/status"; do sleep 0.02; done')
        waiting = ["bash", "-c", 'bash -c "$0" bash "$@"; while pgrep -x capwrap >/dev/null; do sleep 0.05; done; exit 125',
                   line, *program]
        return run([*bounded, *waiting], environment)
    if who == ["crowd"]:
        other = [f"{BIN}/start-as", "--uid", "23456", "--gid", "23456", "--groups", "none", "--", "sleep", "60"]
        with subprocess.Popen(other) as one, subprocess.Popen(other) as two:
            try:
                for process in (one, two):
                    while b"sleep" not in pathlib.Path(f"/proc/{process.pid}/comm").read_bytes():
                        pass
                return run([*bounded, f"{BIN}/start-as", "--nproc", "1", "--", *program], environment)
            finally:
                one.kill()
                two.kill()
    if who == ["no-memory"]:
        subprocess.run(["mount", "--bind", "/srv/some-groups", "/etc/group"], check=True)
        try:
            for heap, number in itertools.product((4, 5, 6), range(10, 40)):  # which calls those are, a C library decides
                status, stderr = run(["strace", "-qq", "-o", "/dev/null", "-e", "trace=mmap,brk",
                                      "-e", f"inject=brk:retval=0:when={heap}+",
                                      "-e", f"inject=mmap:error=ENOMEM:when={number}+", *program], environment)
                if "groups: " in stderr and "allocate memory" in stderr:
                    return status, stderr
            return 0, "no call of mmap(2) was found whose failure is reported"
        finally:
            subprocess.run(["umount", "/etc/group"], check=True)
    mounting = []
    if who[:1] == ["mount"]:
        mounting = ["unshare", "--mount", "bash", "-c", f'mount --bind {who[1]} {who[2]}; exec "$@"', "bash"]
        who = who[3:]
    if who[:1] == [f"{BIN}/seccomp-errno"]:  # which takes CAP_SYS_ADMIN
        bounded = ["setpriv", "--groups=0"]
    return run([*mounting, *bounded, *who, *program], environment)


def place(name):
    """What each case prints in this place."""
    environment = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                   **dict(pair.split("=", 1) for pair in docs.passed_on())}
    subprocess.run(["bash", "-c", SETUP], check=True, env=environment)
    with open("/etc/passwd", "a", encoding="utf-8") as passwd:
        passwd.write("broken:x:4294967295:100::/:/bin/sh\n")
    if name == "docker":
        pathlib.Path("/.dockerenv").touch()
    if name == "podman":
        pathlib.Path("/run/.containerenv").touch()
    if name == "kubernetes":
        environment["KUBERNETES_SERVICE_HOST"] = "10.0.0.1"
    if name == "systemd":
        environment["JOURNAL_STREAM"] = ""
    for _, _, who, words in CASES:
        words = words.split() if isinstance(words, str) else words
        status, stderr = attempt(who, words, environment)
        lines = [line for line in stderr.splitlines() if not line.startswith("capwrap: note: ")]
        error = re.sub(r"process [0-9]+", "process PID", lines[0]) if lines else ""
        yield {"status": status, "error": error,
               "hint": lines[1].removeprefix("  hint: ") if len(lines) > 1 else ""}


# ---- the page ----

HEAD = """\
# Errors

<!-- generated by tests/source/docs/errors.py; a test provokes each of them in each place and compares -->

An error is one line, `capwrap: STEP: WHAT: errno text`, and a hint. With `--json` the report has it with its code, which
is the heading here; there is one code for each remedy. Where a capability is missing, the hint has the words of the place in which capwrap runs: a shell, Docker,
Podman, Kubernetes or a systemd unit. The exit status is 125 where capwrap refuses or fails, 126 where the program cannot
be executed, and 127 where it is not found.
"""


def measure(name):
    """What the cases say in a place, each a dictionary."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "root")
        os.mkdir(root)
        os.chmod(folder, 0o755)
        for file, text in (("passwd", docs.PASSWD), ("group", docs.GROUP)):
            with open(f"{root}.{file}", "w", encoding="utf-8") as database:
                database.write(text)
        done = subprocess.run(
            ["unshare", "--mount", "--propagation", "private", "bash", "-c", PIVOTED_ROOT, "private-root", root,
             docs.CAPWRAP, sys.executable, str(HERE), "place", name],
            check=False, text=True, stdout=subprocess.PIPE, env={**os.environ, "SUPPORT_BIN": BIN})
        if done.returncode != 0:
            sys.exit(f"errors.py: {name}: status {done.returncode}")
        return json.loads(done.stdout)


def section(case, said):
    """The lines of a case, and what is wrong with it."""
    _, when, _, words = case
    words = shlex.join(words) if isinstance(words, list) else words.removeprefix("FILE ")
    errors = {result["error"] for result in said.values()}
    wrong = [] if len(errors) == 1 and "" not in errors else [f"{when}: {errors}"]
    wrong += [f"{when}, {name}: no hint" for name, result in said.items() if not result["hint"]]
    lines = [f"{when[0].upper()}{when[1:]} (`capwrap {words}`):", "", "```text", errors.pop(), "```", ""]
    by_hint = {}
    for name, result in said.items():
        by_hint.setdefault(result["hint"], []).append(PLACES[name])
    for hint, places in by_hint.items():
        where = "" if len(by_hint) == 1 else f" in {' and '.join(places)}"
        lines.append(f"- hint{where}: `{hint}`")
    return [*lines, ""], wrong


def page():
    """The text of the page, and what is wrong."""
    with concurrent.futures.ThreadPoolExecutor() as pool:
        said = dict(zip(PLACES, pool.map(measure, PLACES)))
    text, wrong, last = HEAD.splitlines(), [], None
    for number, case in enumerate(CASES):
        results = {name: said[name][number] for name in PLACES}
        if case[0] != last:
            statuses = sorted({said["shell"][i]["status"] for i, other in enumerate(CASES) if other[0] == case[0]})
            text += ["", f"## {case[0]}", "", f"Exit status {' or '.join(map(str, statuses))}.", ""]
            last = case[0]
        lines, bad = section(case, results)
        text += lines
        wrong += bad
    for code, when in UNREACHABLE.items():
        text += ["", f"## {code}", "", f"{when}. No command line leads to it: an earlier rule refuses first.", ""]
    codes = subprocess.run([f"{BIN}/facts", "codes"], check=True, text=True, stdout=subprocess.PIPE).stdout.split()
    wrong += [f"no case for {code}" for code in codes if code not in {case[0] for case in CASES} | {"none", *UNREACHABLE}]
    joined = "\n".join(text)
    while "\n\n\n" in joined:
        joined = joined.replace("\n\n\n", "\n\n")
    return joined.rstrip() + "\n", wrong


def main(arguments):
    if arguments[:1] == ["place"]:
        print(json.dumps(list(place(arguments[1]))))
        return 0
    if arguments not in (["generate"], ["generate", "--check"]):
        sys.exit(__doc__)
    wanted, wrong = page()
    for line in wrong:
        print(f"errors.py: {line}")
    path = os.path.join(docs.SRC, PAGE)
    present = docs.read(PAGE) if os.path.exists(path) else ""
    if "--check" in arguments:
        sys.stdout.writelines(difflib.unified_diff(present.splitlines(True), wanted.splitlines(True), PAGE,
                                                   f"{PAGE} as generated"))
    elif present != wanted:
        with open(path, "w", encoding="utf-8") as file:
            file.write(wanted)
    return 1 if wrong or ("--check" in arguments and present != wanted) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
