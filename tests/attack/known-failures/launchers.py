"""The launchers that `compare` runs, in an environment of their own, and how each run ended.

The environment is a private mount namespace, as root, with its directory on a separate file system
and its own /etc/passwd and /etc/group, so that the machine is not changed and does not affect the
result.
"""

import ctypes
import fcntl
import functools
import os
import pty
import re
import shlex
import shutil
import subprocess
import termios

TIME_LIMIT = 1200  # seconds, for what hangs; nothing here waits for anything

PASSWD = """\
root:x:0:0:root:/root:/bin/sh
web:x:1000:1000:a server:/home/web:/bin/sh
1234:x:2000:2000:a name of digits:/home/digits:/bin/sh
other:x:3000:3000:somebody else:/home/other:/bin/sh
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = """\
root:x:0:
adm:x:4:
sudo:x:27:
web:x:1000:
digits:x:2000:
other:x:3000:
logs:x:4000:web
nogroup:x:65534:
"""
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "USER": "root",
    "LOGNAME": "root",
    "LC_ALL": "C",
}
MS_BIND = 4096
SETUP_FAILED = 99  # of start-as and in-userns


class Outcome:
    """How a run ended, and what the probe printed if it was started."""

    def __init__(self, tool, status, out, err):
        self.tool, self.status, self.out, self.err = tool, status, out, err
        self.state = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
        self.ran = "ruid" in self.state

    def ids(self, kind):
        return [int(self.state[which + kind]) for which in ("r", "e", "s", "fs")]

    def groups(self):
        return [int(word) for word in self.state["groups"].split(",") if word]

    def set(self, name):
        return int(self.state[name], 16)

    def reason(self):
        """The reason in the error message: the text of errno, in one spelling."""
        for text in (
            "Operation not permitted",
            "Invalid argument",
            "Resource temporarily unavailable",
            "Permission denied",
        ):
            if text.lower() in self.err.lower():
                return f"“{text}”"
        return "no reason given"


class Launchers:
    def __init__(self, folder, programs, support, environment):
        self.folder = folder
        self.environment = ENVIRONMENT | environment
        self.programs = {}
        self._settle()
        self.probe = self.install(os.path.join(support, "probe"), "probe")
        support_programs = {
            name: os.path.join(support, name) for name in ("start-as", "in-userns")
        }
        for name, path in (support_programs | programs).items():
            self.programs[name] = self.install(path, name)

    def _settle(self):
        """Makes this mount namespace the environment of the launchers."""
        libc = ctypes.CDLL(None, use_errno=True)

        def mount(source, target, kind, flags, data):
            if libc.mount(source.encode(), target.encode(), kind, flags, data) != 0:
                raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), target)

        mount("tmpfs", self.folder, b"tmpfs", 0, b"mode=755")
        for name, text in (("passwd", PASSWD), ("group", GROUP)):
            mount(self.write(name, text), f"/etc/{name}", None, MS_BIND, None)
        os.chdir(self.folder)
        os.umask(0o022)
        os.setgroups([0])

    def path(self, name):
        return os.path.join(self.folder, name)

    def install(self, source, name, mode=0o755, owner=0, group=0):
        """A copy of a program, where every user can reach it."""
        path = self.path(name)
        shutil.copyfile(source, path)
        os.chown(path, owner, group)
        os.chmod(path, mode)
        return path

    def write(self, name, text="", mode=0o644, owner=0, group=0):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chown(path, owner, group)
        os.chmod(path, mode)
        return path

    def with_file_capabilities(self, text):
        """A copy of the probe with these file capabilities, in the words of setcap(8)."""
        path = self.install(self.probe, "probe-with-capabilities")
        subprocess.run(["setcap", text, path], check=True)
        return path

    def argv(self, command, target, start):
        """The words of a command, with PROGRAM replaced: where it is a word, by the whole target;
        where it is part of one, by the target's name, and then the arguments come last."""
        words, tail = [], []
        for word in shlex.split(start) + shlex.split(command):
            if word == "PROGRAM":
                words += target
            elif "PROGRAM" in word:
                words.append(word.replace("PROGRAM", target[0]))
                tail = target[1:]
            else:
                words.append(self.programs.get(word, word))
        return words + tail

    def run(self, command, target=None, start="", env=None, fds=(), terminal=False):
        """Runs one tool's command. start precedes it, env is added to the environment, fds
        are inherited; terminal: at the head of a session with a terminal of its own."""
        stdin, before = subprocess.DEVNULL, None
        if terminal:
            master, stdin = pty.openpty()
            before = functools.partial(fcntl.ioctl, 0, termios.TIOCSCTTY, 0)
        done = subprocess.run(
            self.argv(command, target or [self.probe], start),
            env=self.environment | (env or {}),
            stdin=stdin,
            capture_output=True,
            timeout=TIME_LIMIT,
            pass_fds=fds,
            start_new_session=terminal,
            preexec_fn=before,
            check=False,
        )
        if terminal:
            os.close(stdin)
            os.close(master)
        out, err = (text.decode("utf-8", "replace") for text in (done.stdout, done.stderr))
        if done.returncode == SETUP_FAILED and re.match("(start-as|in-userns): ", err):
            raise RuntimeError(f"the start of {command!r} cannot be reached: {err}")
        return Outcome(shlex.split(command)[0], done.returncode, out, err)


class Units(Launchers):
    """The same inside of a booted systemd, whose users and groups are those above: a command is the word
    systemd and the directives of a service, and nothing precedes it."""

    def __init__(self, folder, support):  # pylint: disable=super-init-not-called
        self.folder, self.programs, self.count = folder, {}, 0
        os.umask(0o022)
        self.probe = self.install(os.path.join(support, "probe"), "probe")

    def run(self, command, target=None, start="", env=None, fds=(), terminal=False):
        if start or env or fds or terminal:
            raise RuntimeError(f"a service is not started so: {command}")
        self.count += 1
        unit, out, err = (f"measured-{self.count}.service", *(self.write(f"{self.count}.{name}") for name in ("out", "err")))
        words = ['"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$") + '"'
                 for word in target or [self.probe]]
        lines = ["[Service]", "Type=oneshot", f"StandardOutput=file:{out}", f"StandardError=file:{err}",
                 *shlex.split(command)[1:], "ExecStart=" + " ".join(words)]
        with open(f"/run/systemd/system/{unit}", "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        subprocess.run(["systemctl", "daemon-reload"], check=True, timeout=TIME_LIMIT)
        started = subprocess.run(["systemctl", "start", unit], check=False, timeout=TIME_LIMIT)
        shown = subprocess.run(["systemctl", "show", "--value", "--property=ExecMainStatus", unit], check=True,
                               stdout=subprocess.PIPE, text=True, timeout=TIME_LIMIT).stdout.strip()
        texts = []
        for path in (out, err):
            with open(path, encoding="utf-8", errors="replace") as file:
                texts.append(file.read())
        return Outcome("systemd", int(shown or 0) or started.returncode, *texts)
