"""harness.py - builds a mutant and runs the tests on it.

Everything happens in a copy of the sources in a temporary directory. Only the changed file is
compiled. What runs is broken on purpose and runs as root, so it is caged: private mount, process,
network, IPC and host name namespaces; everything but the directory of the mutant is read-only, device
nodes too; CPU time, memory and wall time are limited; when the first process exits, all others end.
"""
import json
import re
import shlex
import shutil
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FLAGS = "-O0 -w"  # the most frequently compiled files are run only once
OPTIMIZE = ["-O2"]  # so that a mutant shows that it is the same program
SANITIZE = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
NOT_COPIED = {"build", ".git"}
CPU_SECONDS = 120
MEMORY = 4 << 30

CAGE = """
set -e
mount --bind "$1" "$1"
mount --rbind /dev /dev
mount -o remount,bind,ro /dev
mount -o remount,bind,ro /
cd "$1"
shift
exec "$@"
"""
UNSHARE = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts",
           "--mount-proc", "--propagation", "private", "--"]

# Tests of the built program, for a mutant that survives every unit test: the model's, which check
# the whole state, and a few of what the model does not cover.
PROGRAM_TESTS = ("attack/model/compare-starts --cases 100 --seed 1 --stop",
                 *(f"support/run-bats {{}}/program/root/{name}.bats" for name in (
                     "option_chown_stdio", "option_close_fds", "standard_streams", "program_file",
                     "program_script", "kernel_answers", "caller_process", "option_dry_run",
                     "parent_death_signal", "session_keyring", "user_database")))

SAME, UNBUILT, TIMEOUT = "same code", "not compiled", "timeout"


def run(command, **options):
    """subprocess.run, with its output as text."""
    return subprocess.run(command, stdin=options.pop("stdin", subprocess.DEVNULL),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", check=False, **options)


def must(command, **options):
    """Its output; it has to succeed."""
    done = run(command, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{shlex.join(map(str, command))}\n{done.stdout}")
    return done.stdout


class Harness:
    """The unchanged program, built once, and the tests that it passes."""

    def __init__(self, root, only_tests=None):
        self.folder = Path(tempfile.mkdtemp(prefix="mutation."))
        self.folder.chmod(0o755)
        self.tree = self.folder / "tree"
        self.build = self.folder / "build"
        self.only_tests = only_tests
        self.lock = threading.Lock()
        self.program_is_checked = False
        self.seconds, self.members, self.linked, self.links, self.objects = {}, {}, {}, {}, {}
        shutil.copytree(root, self.tree, symlinks=True, ignore=lambda folder, names:
                        NOT_COPIED if Path(folder) == Path(root) else set())
        self.configure()

    def close(self):
        """Removes what was made."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def configure(self):
        """How each file is compiled. A link outside of the build directory cannot write a dependency file
        into it, as CMake 3.27 and later ask the linker to do."""
        must([self.tree / "tests/support/cached", "cmake", "-S", self.tree, "-B", self.build, "-G",
              "Ninja", "-DCMAKE_BUILD_TYPE=None",
              f"-DCMAKE_C_FLAGS={FLAGS}", "-DCAPWRAP_HARDENING=OFF",
              "-DCMAKE_LINK_DEPENDS_USE_LINKER=OFF"])
        database = json.loads((self.build / "compile_commands.json").read_text())
        self.commands = {}
        for entry in database:
            words = [w for w in shlex.split(entry["command"]) if not w.endswith("ccache")]
            at = words.index("-o")
            del words[at:at + 2]
            self.commands[entry["file"]] = [w for w in words if w not in ("-c", entry["file"])]

    def paths(self, name):
        """The files of the core or of text with this name: one, or none."""
        return (self.tree / "src").glob(f"[ct]*/{name}")

    def path(self, name):
        """That file."""
        return str(next(self.paths(name)))

    def arguments(self, name):
        """What libclang has to know to read a file."""
        return [w for w in self.commands[self.path(name)][1:] if w[:2] in ("-I", "-D")
                or w.startswith("-std")]

    def compile(self, name, text, target, flags=()):
        """Compiles another text of a file; the same program gives the same bytes."""
        command = [*self.commands[self.path(name)], "-w", *flags, "-x", "c", "-", "-c",
                   "-o", str(target)]
        done = subprocess.run(command, input=text, cwd=self.build, encoding="latin-1",
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        return done.returncode == 0

    def link_command(self, target):
        """How ninja links a program, with $1 for its name and $2 for one more object, and without
        a file of the core that it links as an object of its own."""
        if target not in self.links:
            last = must(["ninja", "-C", self.build, "-t", "commands", target]).splitlines()[-1]
            words = [w for w in shlex.split(last) if w not in (":", "&&")]
            at = words.index("-o")
            absolute = [str(self.build / w) if (self.build / w).exists() else w
                        for w in words[:at] + words[at + 2:]
                        if not re.search(r"/src/core/[a-z_]+\.c\.o$", w)]
            first = next(i for i, w in enumerate(absolute) if w.endswith(".a"))
            absolute[first:first] = ["MUTANT"]
            self.links[target] = " ".join(
                '"$2"' if w == "MUTANT" else shlex.quote(w) for w in absolute) + ' $3 -o "$1"'
        return self.links[target]

    def caged(self, folder, script, seconds):
        """Runs a shell script in the cage; its output, or None after a timeout."""
        command = ["timeout", "--signal=KILL", str(seconds), *UNSHARE, "prlimit",
                   f"--cpu={CPU_SECONDS}", "--core=0", "--",
                   "sh", "-c", CAGE, "cage", str(folder), "sh", "-c", script]
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C",
                       "HOME": str(folder), "TMPDIR": str(folder),
                       "UBSAN_OPTIONS": "print_stacktrace=0"}
        done = run(command, env=environment)
        return None if done.returncode in (124, 137, -9) else done.stdout

    # ---- unit tests ----

    def unit_tests(self):
        """The names of the unit tests that are run."""
        names = sorted(p.stem.removeprefix("test_")
                       for p in (self.tree / "tests/unit").glob("test_*.c"))
        return [n for n in names if self.only_tests is None or n in self.only_tests]

    def check_units(self, jobs):
        """Builds each unit test, runs it unchanged, and sees what it is linked from."""
        targets = [f"tests/test_{test}" for test in self.unit_tests()]
        if targets:
            must(["ninja", "-C", self.build, *targets])
        with ThreadPoolExecutor(jobs) as pool:
            list(pool.map(self.check_unit, self.unit_tests()))

    def check_unit(self, test):
        """How long it takes, and the objects of the core in it. It has to pass."""
        folder = self.new_folder()
        start = time.monotonic()
        program = self.build / f"tests/test_{test}"
        out = self.caged(folder, f"{program} >/dev/null 2>&1 && echo green", 300)
        self.seconds[test] = time.monotonic() - start
        if out != "green\n":
            raise RuntimeError(f"the unit test {test} is red without any change")
        link = self.link_command(f"tests/test_{test}").replace('"$2"', "")
        trace = must(["sh", "-c", link, "sh", folder / "t", "", "-Wl,--trace,--trace"])
        self.members[test] = set(re.findall(r"([a-z_]+\.c)\.o", trace))
        shutil.rmtree(folder)

    def learn(self, name):
        """The text of a file of the core; prepares for its mutants."""
        with open(self.path(name), encoding="latin-1", newline="") as file:
            text = file.read()
        target = self.folder / f"{name}.original.o"
        if not self.compile(name, text, target, OPTIMIZE):
            raise RuntimeError(f"{name} does not compile")
        self.objects[name] = target.read_bytes()
        self.linked[name] = sorted((t for t in self.unit_tests() if name in self.members[t]),
                                   key=lambda t: (t != name.removesuffix(".c"), self.seconds[t]))
        if not self.linked[name] and self.only_tests is None:
            raise RuntimeError(f"no unit test links {name}")
        for test in self.linked[name][:1]:  # a mutant that cannot be linked would be counted as not compiled
            must(["sh", "-c", self.link_command(f"tests/test_{test}"), "sh", self.folder / "t", target, ""])
        return text

    def new_folder(self):
        """One for a mutant."""
        folder = Path(tempfile.mkdtemp(dir=self.folder, prefix="m."))
        folder.chmod(0o755)
        return folder

    def unit_script(self, name, sanitize):
        """Links and runs one test after another, until one fails."""
        lines = ["exec 2>/dev/null"]
        for test in self.linked[name]:
            limit = round(20 * self.seconds[test] + 10)
            memory = "" if sanitize else f"prlimit --as={MEMORY} "
            lines += [f"link() {{ {self.link_command(f'tests/test_{test}')}; }}",
                      f"link t mutant.o '{' '.join(SANITIZE) if sanitize else ''}' "
                      "|| { echo unbuilt; exit; }",
                      f"{memory}timeout --signal=KILL {limit} ./t >/dev/null",
                      "case $? in 0) ;; 137) echo timeout; exit ;;"
                      f" *) echo unit {test}; exit ;; esac"]
        return "\n".join([*lines, "echo alive"])

    def ask_units(self, name, folder, sanitize=False):
        """The first unit test that fails, as "unit TEST"; TIMEOUT; or "alive"."""
        out = self.caged(folder, self.unit_script(name, sanitize), 900)
        return TIMEOUT if out is None else (out.splitlines() or ["unit died"])[-1]

    # ---- the built program ----

    def check_program(self, name):
        """Once: builds the program, which has to pass its tests in the cage without any change."""
        with self.lock:
            if self.program_is_checked:
                return
            must(["ninja", "-C", self.build])
            folder = self.new_folder()
            with open(self.path(name), encoding="latin-1", newline="") as file:
                self.compile(name, file.read(), folder / "mutant.o")
            verdict = self.run_program(folder)
            if verdict != "alive":
                raise RuntimeError(f"{verdict}: red without any change\n"
                                   + (folder / "log").read_text(errors="replace"))
            shutil.rmtree(folder)
            self.program_is_checked = True

    def run_program(self, folder):
        """The first test of the program that fails, or "alive"."""
        tests = self.tree / "tests"
        (folder / "bin").mkdir()
        for test in PROGRAM_TESTS:
            script = "\n".join([
                f"link() {{ {self.link_command('capwrap')}; }}",
                "[ -e bin/capwrap ] || link bin/capwrap mutant.o '' || { echo unbuilt; exit; }",
                "ip link set lo up",
                f"export CAPWRAP={folder}/bin/capwrap SRC_DIR={self.tree} CI=true",
                f"export SUPPORT_BIN={self.build}/tests/support-bin BATS_TEST_TIMEOUT=60",
                f"{tests}/support/in-copy {tests}/{test.format(tests)} >log 2>&1 && echo alive"])
            out = self.caged(folder, script, 600)
            if out is None:
                return TIMEOUT
            if out != "alive\n":
                return f"program {test.split()[0 if 'model' in test else 1].removeprefix('{}/')}"
        return "alive"

    def ask_program(self, name, folder):
        """The first test of the program that fails, or "alive"."""
        if self.only_tests is not None:
            return "alive"
        self.check_program(name)
        return self.run_program(folder)

    # ---- a mutant ----

    def is_same(self, name, changed, target):
        """Whether another text of a file is the same program as the original, to the byte."""
        return (self.compile(name, changed, target, OPTIMIZE)
                and target.read_bytes() == self.objects[name])

    def classify(self, mutant, text, program=True):
        """Who killed it: "unit TEST", "sanitizer TEST", "program FILE", TIMEOUT; or SAME, UNBUILT,
        or "alive". Without program, the tests of the built program are not run."""
        name, folder = mutant.file, self.new_folder()
        try:
            changed = text[:mutant.start] + mutant.text + text[mutant.end:]
            target = folder / "mutant.o"
            if not self.compile(name, changed, target):
                return UNBUILT
            verdict = self.ask_units(name, folder)
            if verdict == "alive" and self.is_same(name, changed, target):
                return SAME
            if verdict == "alive" and self.compile(name, changed, target, SANITIZE):
                verdict = self.ask_units(name, folder, True).replace("unit", "sanitizer", 1)
            if verdict == "alive" and program:
                self.compile(name, changed, target)
                verdict = self.ask_program(name, folder)
            return UNBUILT if verdict == "unbuilt" else verdict
        finally:
            shutil.rmtree(folder, ignore_errors=True)
