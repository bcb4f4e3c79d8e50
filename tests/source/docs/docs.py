#!/usr/bin/python3
"""docs.py - reads the documents, and makes the parts of them that commands can make.

  docs.py generate [--check]   writes the generated parts; with --check only prints the differences
  docs.py completions [--check] the same for the completions only, which does not need root
  docs.py table FILE NAME      the rows of the table below `<!-- NAME -->`, one JSON list a line
  docs.py commands FILE...     every capwrap command line in the documents, one JSON list a line
  docs.py containers FILE      every container in the document, one JSON object a line: the words of
                               its command, and the capabilities that are added
  docs.py quotations FILE...   every line that a document quotes and the quoted file does not have in
                               that order, after `<!-- from: PATH -->`; the last line is their number
  docs.py errors MAN           the error codes that the manual page lists

Generating takes root, because the transcripts run in a mount namespace of their own, with users and
a root directory of their own; and the built programs: CAPWRAP and SUPPORT_BIN, else the release build.
"""
import difflib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # not into the source tree
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

# pylint: disable=wrong-import-position
import completions  # noqa: E402

SRC = os.environ.get("SRC_DIR") or str(pathlib.Path(__file__).resolve().parents[3])
CAPWRAP = os.environ.get("CAPWRAP") or os.path.join(SRC, "build/release/capwrap")
CAPWRAP_LEARN = os.environ.get("CAPWRAP_LEARN") or f"{CAPWRAP}-learn"
SUPPORT_BIN = os.environ.get("SUPPORT_BIN") or os.path.join(
    SRC, "build/release/tests/support-bin")
END = {"md": "<!-- end -->", "1": '.\\" end'}

PASSWD = """\
root:x:0:0:root:/root:/bin/bash
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
alice:x:1000:1000:Alice:/home/alice:/bin/bash
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = """\
root:x:0:
adm:x:4:www-data
www-data:x:33:
alice:x:1000:
nogroup:x:65534:
"""

# Docker's default capabilities: the transcripts must not depend on what a machine has besides.
BOUNDING = ("-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,"
            "+net_bind_service,+net_raw,+sys_chroot,+mknod,+audit_write,+setfcap")

# A root directory without the marks of a container, so that the hints are those of a plain shell.
PRIVATE_ROOT = r"""
set -e
root=$1 capwrap=$2
shift 2
mount -t tmpfs tmpfs "$root"
for entry in /*; do
    if [ -L "$entry" ]; then
        cp -P "$entry" "$root/"
    elif [ -d "$entry" ]; then
        mkdir "$root$entry"
        mount --rbind "$entry" "$root$entry"
    fi
done
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/usr/local/bin"
install -m 755 "$capwrap" "$root/usr/local/bin/capwrap"
mount --bind "$root.passwd" "$root/etc/passwd"
mount --bind "$root.group" "$root/etc/group"
exec chroot "$root" "$@"
"""


def read(name):
    with open(os.path.join(SRC, name), encoding="utf-8") as file:
        return file.read()


def facts(*arguments):
    program = os.path.join(SUPPORT_BIN, "facts")
    return subprocess.run([program, *arguments], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.splitlines()


def transition():
    """The rows of the transition table: name, capability or "", reason."""
    names = {0: "CHOWN", 6: "SETGID", 7: "SETUID", 8: "SETPCAP"}
    for line in facts("table"):
        name, needs, why = line.split("\t")
        yield name, names[int(needs)] if int(needs) >= 0 else "", why


def markdown_transition():
    rows = "".join(f"| `{name}` | {needs} | {why} |\n" for name, needs, why in transition())
    return "| step | needs | why it stands here |\n|---|---|---|\n" + rows


def mdoc_transition():
    """The names of the steps in their order, with what each needs."""
    lines = [f".Cm {name} Pq CAP_{needs}" if needs else f".Cm {name}" for name, needs, _ in transition()]
    return " ,\n".join(lines) + " .\n"


def passed_on():
    """What a build with sanitizers or coverage needs in the environment."""
    return [f"{name}={value}" for name, value in os.environ.items()
            if name.startswith(("ASAN_", "UBSAN_", "GCOV_"))]


def transcript(commands):
    """Runs the lines that begin with a prompt and returns them with what they print."""
    with tempfile.TemporaryDirectory() as folder:
        root = os.path.join(folder, "root")
        os.mkdir(root)
        os.chmod(folder, 0o755)
        for name, text in (("passwd", PASSWD), ("group", GROUP)):
            with open(f"{root}.{name}", "w", encoding="utf-8") as file:
                file.write(text)
        lines = []
        for command in commands:
            user = (["--reuid=1000", "--regid=1000", "--groups=1000"]
                    if command.startswith("$") else ["--groups=0"])
            run = subprocess.run(
                ["unshare", "--mount", "--propagation", "private", "bash", "-c", PRIVATE_ROOT,
                 "private-root", root, CAPWRAP, "setpriv",
                 f"--bounding-set={BOUNDING}", "--inh-caps=-all", *user, "env", "-i", "LC_ALL=C",
                 *passed_on(), "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                 "bash", "-c", command[2:]],
                text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, check=False)
            lines.append(command)
            lines.extend(line.rstrip() for line in run.stdout.splitlines())
        return "".join(line + "\n" for line in lines)


def regenerate_transcripts(text):
    """Every ```console block whose first line is a prompt, but those that another test runs."""
    def again(match):
        block = match.group(2)
        commands = re.findall(r"(?m)^[#$] .*(?:(?<=\\)\n.*)*", block)
        return match.group(1) + transcript(commands) + match.group(3)
    return re.sub(r"(?ms)(?<!<!-- transcript: learn -->\n)^(```console\n)(.*?)^(```)$", again, text)


def put_block(text, begin, end, content):
    pattern = re.compile(f"(?ms)^({re.escape(begin)}\n).*?^({re.escape(end)})$")
    if len(pattern.findall(text)) != 1:
        sys.exit(f"docs.py: not exactly one block {begin}")
    return pattern.sub(lambda match: match.group(1) + content + match.group(2), text)


def generated():
    """Each document with generated parts: name, and the text that it should have."""
    yield "docs/design.md", regenerate_transcripts(
        put_block(read("docs/design.md"), "<!-- generated: transition -->", END["md"],
                  markdown_transition()))
    yield "docs/capwrap.1", put_block(read("docs/capwrap.1"), '.\\" generated: transition',
                                      END["1"], mdoc_transition())
    yield "README.md", put_figure(regenerate_transcripts(read("README.md")))
    yield "CONTRIBUTING.md", put_figure(read("CONTRIBUTING.md"))
    yield "docs/performance.md", put_block(read("docs/performance.md"), "<!-- generated: short-time -->", END["md"],
                                           short_time())
    yield "docs/known-failures.md", put_block(read("docs/known-failures.md"), "<!-- generated: failures -->", END["md"],
                                              failures())
    yield from generated_completions()


def failures():
    """A line for each failure of docs/known-failures-details.md: its title, and what capwrap does."""
    lines = []
    text = read("docs/known-failures-details.md")
    for theme in re.split(r"(?m)^## ", text)[1:]:
        heading, *rows = re.split(r"(?m)^### \d+\. ", theme)
        if rows:
            lines += [f"## {heading.splitlines()[0]}", ""]
        for row in rows:
            answer = re.search(r"(?ms)^- \*\*(?:capwrap|Remedy):\*\* (.*?)(?=\n- |\n\n|\Z)", row)
            lines.append(f"- **{row.splitlines()[0]}.** capwrap: {' '.join(answer.group(1).split())}")
        if rows:
            lines.append("")
    return "\n".join(lines)


def short_time():
    """What a user asks of docs/performance-details.md: its stamp, and the launchers that are known."""
    details = read("docs/performance-details.md")
    stamp = re.search(r"<!-- generated: stamp -->\n(Measured on \S+) at commit \w+: ([^;]+);", details)
    rows = {name: median for name, median, *_ in table("docs/performance-details.md", "generated: time")}
    wanted = ("exec alone", "su-exec, static musl", "capwrap, static musl", "su-exec", "capwrap, shared libcap-ng",
              "setpriv, the same job", "gosu")
    return (f"{stamp.group(1)} on {stamp.group(2)}:\n\n| program | median µs of a start |\n| --- | ---: |\n"
            + "".join(f"| {name} | {rows[name]} |\n" for name in wanted))


def put_figure(text):
    """How many lines of code run in the privileged process, wherever a document says so."""
    count = subprocess.run([os.path.join(SRC, "tests/source/build/audit-size")], check=True, text=True,
                           stdout=subprocess.PIPE).stdout
    return re.sub(r"\b[\d,]+(?= lines of code)", f"{int(count):,}", text)


def generated_completions():
    """The completions of both programs, for three shells, and the words of a fuzzer."""
    for program, path in (("capwrap", CAPWRAP), ("capwrap-learn", CAPWRAP_LEARN)):
        help_text = subprocess.run([path, "--help"], check=True, text=True,
                                   stdout=subprocess.PIPE).stdout
        for shell, file in (("bash", f"{program}.bash"), ("zsh", f"_{program}"),
                            ("fish", f"{program}.fish")):
            name = f"contrib/completions/{file}"
            yield name, completions.completed(read(name), shell, program, help_text)
        if program == "capwrap":
            name = "tests/attack/fuzz/command_line.dict"
            yield name, completions.completed(read(name), "dictionary", program, help_text)


def generate(parts, check):
    stale = 0
    for name, wanted in parts:
        present = read(name)
        if present == wanted:
            continue
        stale = 1
        if check:
            sys.stdout.writelines(difflib.unified_diff(
                present.splitlines(True), wanted.splitlines(True), name, f"{name} as generated"))
        else:
            with open(os.path.join(SRC, name), "w", encoding="utf-8") as file:
                file.write(wanted)
            print(f"docs.py: wrote {name}")
    return stale if check else 0


def table(name, marker):
    """The cells of a markdown table, without its head. A pipe within `code` is written as it is."""
    text = read(name)
    begin = text.index(f"<!-- {marker} -->")
    rows = []
    for line in text[begin:].splitlines()[1:]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def joined_lines(text):
    return re.sub(r"\\\n\s*", " ", text)


def command_lines(name):
    """The words of each capwrap command line in a document: in code blocks and `code` of markdown,
    in the literal displays of the manual page; as shell text or as a JSON list."""
    text = read(name)
    if name.endswith(".1"):
        code = re.findall(r"(?ms)^\.Bd -literal[^\n]*\n(.*?)^\.Ed$", text)
        code = [block.replace("\\e", "\\") for block in code]
    else:
        code = re.findall(r"(?ms)^```\w*\n(.*?)^```$", text)
        rest = re.sub(r"(?ms)^```\w*\n(.*?)^```$", "", text)
        code += re.findall(r"(?m)^    (.*)$", rest) + re.findall(r"`([^`\n]+)`", rest)
    for block in code:
        for line in joined_lines(block).splitlines():
            listed = re.search(r'\[\s*("(?:/[\w/]*/)?capwrap".*?)\]', line)
            if listed:
                yield json.loads("[" + listed.group(1) + "]")
                continue
            shell = re.search(r"(?:^|[\s=])(?:/[\w/]*/)?capwrap( .*)$", line)
            if shell and line[:shell.start()].count("'") % 2:
                continue  # a word of another shell
            if shell and re.search(r"^ (.* )?--( |$)", shell.group(1)):
                yield ["capwrap", *shlex.split(shell.group(1), comments=True)]


def containers(name):
    """Each command in a JSON list, with the capabilities that the text adds up to the next one."""
    parts = re.split(r'\[\s*(?="(?:/[\w/]*/)?capwrap")', read(name).replace("\\e\n", "\n"))
    for part in parts[1:]:
        words, rest = part.split("]", 1)
        rest = re.sub(r"\\\n|\n", " ", rest)
        added = re.search(r"(?:--cap-drop ALL )((?: *--cap-add \w+)+)|add: \[([^]]*)\]", rest)
        if added:
            yield {"words": json.loads(f"[{words}]"),
                   "add": re.findall(r"[A-Z_]{3,}", added.group(1) or added.group(2))}


def quotations(name):
    """Each quotation in a document: the quoted file, and the lines."""
    yield from ((path, lines.splitlines()) for path, lines in re.findall(
        r"<!-- from: (\S+) -->\n```\w*\n(.*?)```\n", read(name), re.S))


def misquoted(path, lines):
    """The lines that do not come in this order in the file."""
    rest = iter([line.strip() for line in read(path).splitlines()])
    return [line for line in lines if line.strip() not in rest]


def error_codes(name):
    text = read(name)
    section = text[text.index('.\\" error codes'):]
    return re.findall(r"(?m)^\.It Li ([a-z-]+)$", section[:section.index(END["1"])])


def main(arguments):
    match arguments:
        case ["generate", *check] if check in ([], ["--check"]):
            errors = subprocess.run([sys.executable, os.path.join(SRC, "tests/source/docs/errors.py"), "generate",
                                     *check], check=False)
            return generate(generated(), bool(check)) or errors.returncode
        case ["completions", *check] if check in ([], ["--check"]):
            return generate(generated_completions(), bool(check))
        case ["table", name, marker]:
            for row in table(name, marker):
                print(json.dumps(row))
        case ["commands", *names]:
            for name in names:
                for words in command_lines(name):
                    print(json.dumps(words))
        case ["containers", name]:
            for container in containers(name):
                print(json.dumps(container))
        case ["quotations", *names]:
            quoted = [quotation for name in names for quotation in quotations(name)]
            for path, lines in quoted:
                for line in misquoted(path, lines):
                    print(f"{path}: not there: {line}")
            print(len(quoted))
        case ["errors", name]:
            print("\n".join(error_codes(name)))
        case _:
            sys.exit(__doc__)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
