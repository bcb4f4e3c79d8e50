"""What is measured: the baselines, capwrap's builds, and the peers that are installed.

Each is the words that stand before COMMAND. All start as root and make the program user and group
54321, which the user database does not know: what a start costs, not what is found there. NAMED are
the same for a user given by name, where they look it up.
"""

import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]

ID, NAME = "54321", "bench"
ALONE = "exec alone"
NO_LIBC = ["-nostdlib", "-static", "-ffreestanding", "-fno-stack-protector"]
WARNINGS = ["-Wall", "-Wextra", "-Wconversion"]
BASELINES = {  # the compiler and its options
    "baseline, no libc": ["cc", *NO_LIBC, "-DNO_LIBC"],
    "baseline, static musl": ["musl-gcc", "-static"],
    "baseline, static glibc": ["cc", "-static"],
    "baseline, dynamic glibc": ["cc"],
}
# What capwrap has and a baseline has not, one upon the other: how much of the way from the baseline to
# capwrap each of it is.
RUNGS = {"baseline, static musl": "capwrap, static musl",
         "baseline, dynamic glibc": "capwrap, dynamic glibc"}
CLIMB = ASKING, WITH_LIBRARY, HARDENED = ", asking", ", with libcap-ng", ", hardened"
QUESTIONS = ["-DQUESTIONS"]
# What a single question costs: the baseline with nothing but it. A question that is added to capwrap is a
# function of questions.h and a row here.
SINGLE_QUESTIONS = {", only the working directory": "ask_directory",
             ", only the user namespace": "ask_user_namespace",
             ", only AT_EXECVE_CHECK": "ask_execve_check"}
# What a filter costs: the baseline that sets the smallest one, and capwrap with and without its own.
FILTER, USERNS = ", with a filter", ", --disable-userns"
LIBRARY = ["-Wl,--undefined=capng_apply"]  # which brings what libcap-ng does before main
HARDENING = ["-fPIE", "-fstack-protector-strong", "-fstack-clash-protection", "-fcf-protection",
             "-D_FORTIFY_SOURCE=2", "-Wl,-z,relro,-z,now"]
BUILDS = {  # the variable of the environment that names it
    "capwrap, static musl": "CAPWRAP_MUSL",
    "capwrap, static glibc": "CAPWRAP_STATIC",
    "capwrap, dynamic glibc": "CAPWRAP",
    "capwrap, shared libcap-ng": "CAPWRAP_SHARED",
}
IDS_ONLY = ", --no-login-env"  # looks up nothing, as a baseline and setpriv do not for numbers
KEPT = ["--keep", "NET_BIND_SERVICE", "--no-new-privs", "--"]
ONLY = "-all,+net_bind_service"
SAME_JOB = [f"--bounding-set={ONLY}", f"--inh-caps={ONLY}", f"--ambient-caps={ONLY}",
            "--no-new-privs"]
PEERS = {
    "setpriv, the same job": ["setpriv", f"--reuid={ID}", f"--regid={ID}", f"--groups={ID}",
                              *SAME_JOB],
    "gosu": ["gosu", f"{ID}:{ID}"],
    "chpst": ["chpst", "-u", f":{ID}:{ID}"],
    "s6-applyuidgid": ["s6-applyuidgid", "-u", ID, "-g", ID, "-G", ID],
    "s6-setuidgid": ["s6-setuidgid", f"{ID}:{ID}"],
}
NAMED = {
    "setpriv, the same job": ["setpriv", f"--reuid={NAME}", f"--regid={NAME}", "--init-groups",
                              *SAME_JOB],
    "gosu": ["gosu", NAME],
    "chpst": ["chpst", "-u", NAME],
    "s6-setuidgid": ["s6-setuidgid", NAME],
}
SU_EXEC = {  # as BUILDS
    "su-exec, static musl": "SU_EXEC_MUSL",
    "su-exec, static glibc": "SU_EXEC_STATIC",
    "su-exec": "SU_EXEC",
}
PACKAGES = ["util-linux", "gosu", "runit", "s6", "libcap-ng0", "libc6", "musl"]


def call(*command, **options):
    """Runs it; what it says is shown only when it fails."""
    done = subprocess.run([str(word) for word in command], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout}bench: {command[0]} ended with {done.returncode}")
    return done.stdout


def file_of(folder, name):
    return folder / name.replace(",", "").replace(" ", "-")


def kernel_headers(folder):
    """musl-gcc finds its own headers alone; the kernel's are the same for every C library."""
    folder.mkdir()
    for source in ("linux", "asm-generic", call("cc", "-print-multiarch").strip() + "/asm"):
        (folder / pathlib.Path(source).name).symlink_to(f"/usr/include/{source}")


def build_baseline(folder, name, kind, *flags):
    """A file by this name: this kind of baseline."""
    compiler, *given = BASELINES[kind]
    headers = ["-I", folder / "include"] if compiler == "musl-gcc" else []
    call(compiler, "-O2", *WARNINGS, *given, *headers, "-o", file_of(folder, name),
         HERE / "baseline.c", *flags)


def static_pie():
    """As contrib/release/sysroot.sh links, for musl-gcc knows no -static-pie."""
    objects = call("cc", "-print-multiarch").strip().replace("gnu", "musl")
    return ["-nostartfiles", *(f"/usr/lib/{objects}/{name}.o" for name in ("rcrt1", "crti", "crtn")),
            "-Wl,-pie,--no-dynamic-linker,-z,text"]


def build_rungs(folder, paths):
    """The baselines that have, one upon the other, what capwrap has."""
    for kind, build in RUNGS.items():
        if build not in paths:
            continue
        is_musl = "musl" in kind
        # static-musl.sh leaves the libcap-ng that it has built beside the directory of capwrap
        archive = pathlib.Path(paths[build]).parents[1] / "sysroot/lib/libcap-ng.a"
        library = [*LIBRARY, archive if is_musl else "-l:libcap-ng.a"]
        for question, function in SINGLE_QUESTIONS.items():
            build_baseline(folder, kind + question, kind, f"-DQUESTION={function}")
        build_baseline(folder, kind + ASKING, kind, *QUESTIONS)
        build_baseline(folder, kind + WITH_LIBRARY, kind, *QUESTIONS, *library)
        build_baseline(folder, kind + HARDENED, kind, *QUESTIONS, *HARDENING,
                    *(static_pie() if is_musl else ["-pie"]), *library)


def build_filters(folder, paths):
    """The baselines that set a filter."""
    for kind, build in RUNGS.items():
        if build in paths:
            build_baseline(folder, kind + FILTER, kind, "-DQUESTION=set_filter")


def build_tools(folder, baselines):
    """launch, account, target and these baselines."""
    kernel_headers(folder / "include")
    for tool in ("launch", "account"):
        call("cc", "-O2", *WARNINGS, "-o", folder / tool, HERE / f"{tool}.c")
    call("cc", "-O2", *WARNINGS, *NO_LIBC, "-o", folder / "target", HERE / "target.c")
    for name in baselines:
        build_baseline(folder, name, name)


def baselines_beside(paths):
    """All baselines; without musl's compiler where no capwrap was built with it either."""
    return [name for name in BASELINES if "musl" not in name or any("musl" in each for each in paths)]


def build_capwrap(folder, name):
    """A build that was not named by the caller, in a directory that is kept for the next time."""
    place = file_of(folder, name)
    if "musl" in name:
        call(TOP / "contrib/packaging/static-musl.sh", place)
        return place / "build/capwrap"
    preset = "static" if "static" in name else "package" if "shared" in name else "release"
    call("cmake", "--preset", preset, "-B", place, "-DBUILD_TESTING=OFF", cwd=TOP)
    call("cmake", "--build", place)
    return place / "capwrap"


def capwraps(folder):
    """{name: path} of capwrap's builds; without a directory, of those alone that are named."""
    paths = {}
    for name, variable in BUILDS.items():
        path = os.environ.get(variable)
        if path is None and folder is not None:
            path = build_capwrap(folder, name)
        if path is not None:
            paths[name] = str(path)
    return paths


def peers(table, user):
    """The words of those that are here."""
    words = {name: [shutil.which(command[0]), *command[1:]] for name, command in table.items()
             if shutil.which(command[0])}
    words |= {name: [os.environ[variable], user] for name, variable in SU_EXEC.items()
              if os.environ.get(variable)}
    return words


def by_number(tools, paths):
    baselines = {name: [str(file_of(tools, name))] for name in BASELINES
              if file_of(tools, name).exists()}
    builds = {}
    for name, path in paths.items():
        builds[name] = [path, "--user", f"{ID}:{ID}", *KEPT]
        builds[name + IDS_ONLY] = [path, "--no-login-env", *builds[name][1:]]
    return {ALONE: []} | baselines | builds | peers(PEERS, f"{ID}:{ID}")


def rungs(tools):
    """From the baseline to capwrap, which by_number has."""
    names = [kind + rung for kind in RUNGS for rung in [*SINGLE_QUESTIONS, *CLIMB]]
    return {name: [str(file_of(tools, name))] for name in names if file_of(tools, name).exists()}


def filtered(tools, paths):
    """Without a filter and with one, in pairs."""
    words = {}
    for kind, build in RUNGS.items():
        if build in paths:
            capwrap = [paths[build], "--no-login-env", "--user", f"{ID}:{ID}", *KEPT]
            words |= {name: [str(file_of(tools, name))] for name in (kind, kind + FILTER)}
            words |= {build + IDS_ONLY: capwrap,
                      build + IDS_ONLY + USERNS: [capwrap[0], "--disable-userns", *capwrap[1:]]}
    return words


def by_name(paths):
    builds = {name: [path, "--user", NAME, *KEPT] for name, path in paths.items()}
    return builds | peers(NAMED, NAME)


def versions():
    """Of the packages that are measured and of the C libraries."""
    done = subprocess.run(["dpkg-query", "--show", "--showformat=${Package} ${Version}, ",
                           *PACKAGES], capture_output=True, text=True, check=False)
    return done.stdout.rstrip(", ")
