"""The real kernel, for the model: a private place for files, and a server that runs cases.

`private()` starts the program again in a mount namespace of its own, where two file systems in
memory lie over /mnt: nothing outside changes, and nothing stays. `Server` is one `model-ops
--serve` (tests/support), which forks a child for each request.
"""

import collections
import os
import shutil
import struct
import subprocess
import sys
import traceback

from capabilities import Kernel

PLACE = "/mnt"  # in every root file system, and every user may pass
NOSUID = f"{PLACE}/nosuid"
INSIDE = "MODEL_IS_INSIDE"

# What every program is started with; only --user changes the last three.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/before", "USER": "before", "LOGNAME": "before"}

Answer = collections.namedtuple("Answer", "status pid output error owners")


def support(name):
    return os.path.join(os.environ["SUPPORT_BIN"], name)


def _check_surroundings():
    names = ("CAPWRAP", "SUPPORT_BIN", "SRC_DIR")
    if os.geteuid() != 0 or not all(name in os.environ for name in names):
        _give_up(f"this needs root, and {', '.join(names)} in the environment")
    if any(os.path.realpath(os.environ[name]).startswith(f"{PLACE}/") for name in names):
        _give_up(f"{PLACE} is about to be covered, and what is tested lies below it")


def _give_up(why):
    print(why, file=sys.stderr)
    sys.exit(2)


def finish(main):
    """Exits with the status of main, and with 2 if the comparison could not be made."""
    try:
        status = main()
    except Exception:
        traceback.print_exc()
        status = 2
    sys.exit(status)


def private():
    """Continues in a mount namespace of its own, with the file systems."""
    _check_surroundings()
    if os.environ.get(INSIDE) != str(os.getpid()):
        os.environ[INSIDE] = str(os.getpid())
        unshare = ["unshare", "--mount", "--propagation", "private", "--"]
        os.execvp("unshare", unshare + [sys.executable] + sys.argv)
    for place, options in ((PLACE, "mode=755"), (NOSUID, "mode=755,nosuid")):
        os.makedirs(place, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "model", place], check=True)


def attribute(caps):
    """security.capability as linux/capability.h lays it out, revision 2."""
    sets = (caps.permitted, caps.inheritable)
    words = [part & 0xFFFFFFFF for shift in (0, 32) for part in (s >> shift for s in sets)]
    return struct.pack("<5I", 0x02000000 | int(caps.effective), *words)


def dress(path, image):
    """Gives a file the owner, mode and capabilities of an Image."""
    os.chown(path, image.owner, image.group)  # clears the other two
    os.chmod(path, image.mode)
    try:
        os.removexattr(path, "security.capability")
    except OSError:
        pass
    if image.caps is not None:
        os.setxattr(path, "security.capability", attribute(image.caps))


class Server:
    """A place of its own below PLACE, with copies of the programs, and a `model-ops --serve`."""

    def __init__(self, name, capwrap=None):
        self.place, self.nosuid = f"{PLACE}/{name}", f"{NOSUID}/{name}"
        for place in (self.place, self.nosuid):
            os.mkdir(place, 0o755)
        self.copy(support("model-ops"), "ops", "agent")
        self.copy(support("probe"), "probe", "program")
        if capwrap is not None:
            self.copy(capwrap, "capwrap")
        shutil.copy(support("probe"), f"{self.nosuid}/program")
        passed = {k: v for k, v in os.environ.items() if k in ("ASAN_OPTIONS", "UBSAN_OPTIONS")}
        self.process = subprocess.Popen(
            [f"{self.place}/ops", "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd="/",
            env=ENVIRONMENT | passed,
        )

    def copy(self, source, *names):
        for name in names:
            shutil.copy(source, f"{self.place}/{name}")
            os.chmod(f"{self.place}/{name}", 0o755)

    def script(self, name, interpreter, mode=0o755):
        path = f"{self.place}/{name}"
        with open(path, "w", encoding="ascii") as file:
            file.write(f"#!{interpreter}\n")
        os.chmod(path, mode)
        return path

    def ask(self, operations, command=()):
        """Runs the operations, and the command if there is one, in a process of their own."""
        words = [*operations, *(["--", *command] if command else [])]
        self.process.stdin.write(("\t".join(words) + "\n").encode())
        self.process.stdin.flush()
        head = self.process.stdout.readline().split()
        if len(head) != 7:
            raise RuntimeError("model-ops has ended")
        status, pid, output, error, *owners = map(int, head)
        text = self.process.stdout.read(output + error).decode(errors="replace")
        status = os.waitstatus_to_exitcode(status)
        return Answer(status, pid, text[:output], text[output:], tuple(owners))

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def read_values(text):
    """key=value lines, as the probe and model-ops print them."""
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


def measure(server):
    """The state of root before any operation, and what is particular to this kernel."""
    start = read_values(server.ask(["pdeathsig=0"]).output)
    everything = ["userns=0:0:65536;0:0:65536;"]
    known = int(read_values(server.ask(everything).output)["bounding"], 16)
    # Ambient capabilities of a process whose real and effective ids differ: does execve of an
    # ordinary file leave them?
    full = int(start["permitted"], 16)
    odd = [f"capset={full:x},{full:x},{1:x}", "raise=1", "setresuid=0,1000,0"]
    after = read_values(server.ask([*odd, f"exec={server.place}/agent"]).output)
    script = server.ask(["securebits=100"]).output.startswith("error=0")
    return start, Kernel(known, int(after["ambient"], 16) == 1, script)
