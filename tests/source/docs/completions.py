"""completions.py - the parts of contrib/completions, and of the fuzzers' words, that are made from
--help.

completed(text, shell, program, help_text) is the text of a completion with its generated parts made
anew: those between a line `# generated: NAME` and the next line `# end`. What completes a value is
chosen by its word in --help; a value whose word is not listed here is completed by nothing.
"""
import re
from dataclasses import dataclass

# Options that end everything else on the line, and those that inspect and start no command.
LAST_WORDS = ("help", "version")
ALONE = ("status", "decode", "list-caps")
REPEATED = ("keep", "pid", "cgroup", "unit", "container", "runs")
FORMATS = "text json capwrap dockerfile compose kubernetes systemd"


@dataclass(frozen=True)
class Option:
    """One option of --help."""
    name: str
    letter: str    # "" for none
    argument: str  # "" for none
    optional: bool
    help: str      # its first part

    @property
    def takes(self):
        """Whether the next word can be its value."""
        return self.argument != "" and not self.optional

    def function(self, functions):
        """What completes its value: by option and word, or by the word alone."""
        return functions.get((self.name, self.argument)) or functions.get(self.argument, "")


def options(help_text):
    """The options that --help lists, in its order."""
    row = re.compile(r"^  (?:-(.), |    )--([a-z-]+)(\[?)(?:[ =]([^ \]]+(?:\]\S*)?)\]?)?(?:  +(.*))?$")
    found, block = [], []
    for line in [*help_text.splitlines(), ""]:
        match = row.match(line)
        if match:
            found.append([*match.groups()[:4], [match[5] or ""]])
            block = found[-1][4]
        elif line.startswith(" " * 27) and found:
            block.append(line.strip())
        elif found:
            break
    return [Option(name, letter or "", (argument or "").removesuffix("]") if optional else argument
                   or "", optional != "", re.split(r"[;:(]", " ".join(words).strip())[0].strip())
            for letter, name, optional, argument, words in found]


def wrapped(words, indent, first, width=99, end=""):
    """Words in lines."""
    lines, line = [], first
    for word in words:
        if len(line) + 1 + len(word) > width and line.strip():
            lines.append(line + end)
            line = indent + word
        else:
            line += ("" if line.endswith("='") or not line.strip() else " ") + word
    return "".join(text + "\n" for text in [*lines, line])


# ---- bash ----

def bash(program, rows):
    """Shell variables: what is offered, and which options take the next word."""
    prefix = "_" + program.replace("-", "_")
    words = []
    for row in rows:
        words += [f"--{row.name}"] if not row.takes else []
        words += [f"--{row.name}="] if row.argument else []
    words += [f"-{row.letter}" for row in rows if row.letter]
    values = [f"--{row.name}" for row in rows if row.takes]
    letters = "".join(row.letter for row in rows if row.takes and row.letter)
    return (wrapped(words, "    ", f"{prefix}_options='").rstrip("\n") + "'\n"
            + wrapped(values, "    ", f"{prefix}_values='").rstrip("\n") + "'\n"
            + f"{prefix}_letters={letters}\n")


# ---- zsh ----

ZSH = {
    "USER[:GROUP]": "user or user\\:group:_PREFIX_user",
    "LIST|init|none|keep": "groups:_sequence _PREFIX_group_elements",
    "CAP[,CAP...]": "capabilities:_sequence _PREFIX_cap_elements",
    ("check", "LIST"): "capabilities:_sequence _PREFIX_cap_elements",
    "DIR": "directory:_files -/",
    "MODE": "mask: ",
    ("assert", "PID"): "process:_PREFIX_pid",
    "PID": ":process:_PREFIX_pid",
    ("pid", "PID"): "process:_pids",
    "PATH": "directory:_files -/",
    "HEX": "mask: ",
    "CMD": "shell line: ",
    "FORMAT": f"format:({FORMATS})",
    "FILE": "file:_files",
}


def zsh(program, rows):
    """The lines of _arguments."""
    prefix, lines = program.replace("-", "_"), []
    for row in rows:
        text = row.help.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]")
        value = row.function(ZSH).replace("_PREFIX", f"_{prefix}")
        value = "" if not row.argument else f":{value or row.argument.lower() + ': '}"
        sign = "" if not row.argument else "=-" if row.optional else "="
        alone = ("(- : *)" if row.name in LAST_WORDS else "(-)" if row.name in ALONE
                 else "*" if row.name in REPEATED
                 else f"(-{row.letter} --{row.name})" if row.letter else "")
        both = f"{{-{row.letter}{'+' if sign else ''},--{row.name}{sign}}}"
        if row.letter:
            lines.append(f"    '{alone}'{both}'[{text}]{value}' \\\n")
        else:
            lines.append(f"    '{alone}--{row.name}{sign}[{text}]{value}' \\\n")
    return ("_arguments -S -s -A '-*' : \\\n" + "".join(lines)
            + "    '(-)1:program: _command_names -e' \\\n    '*::arguments: _normal'\n")


# ---- fish ----

FISH = {
    "USER[:GROUP]": "(__PREFIX_complete_user)",
    "LIST|init|none|keep": "(__PREFIX_complete_groups)",
    "CAP[,CAP...]": "(__PREFIX_complete_keep)",
    ("check", "LIST"): "(__PREFIX_complete_check)",
    "DIR": "(__fish_complete_directories)",
    "PID": "(__fish_complete_pids)",
    "FORMAT": FORMATS,
}


def fish_spec(program, rows):
    """What argparse(1) has to know to find COMMAND."""
    words = []
    for row in rows:
        word = f"{row.letter}/{row.name}" if row.letter else row.name
        words.append(f"'{word}=?'" if row.optional else f"{word}=" if row.argument else word)
    return wrapped(words, "    ", f"set -g __{program.replace('-', '_')}_spec", end=" \\")


def fish(program, rows):
    """A line of complete(1) for each option."""
    prefix, lines = program.replace("-", "_"), []
    for row in rows:
        line = f"complete -c {program} -n __{prefix}_no_command"
        line += f" -s {row.letter}" if row.letter else ""
        line += f" -l {row.name}"
        if row.argument == "FILE":
            line += " -r -F"
        elif row.takes:
            line += " -x"
        value = row.function(FISH).replace("__PREFIX", f"__{prefix}")
        line += f" -a '{value}'" if value else ""
        text = (row.help[:1].upper() + row.help[1:]).replace("'", "\\'")
        lines.append(f"{line} -d '{text}'\n")
    return "".join(lines)


# ---- the words of a fuzzer ----

def dictionary(_program, rows):
    """Each option as a word of libFuzzer's dictionary; a NUL ends a word of the command line."""
    lines = []
    for row in rows:
        lines += [f'"--{row.name}\\x00"\n']
        lines += [f'"--{row.name}="\n'] if row.argument else []
        lines += [f'"-{row.letter}\\x00"\n'] if row.letter else []
    return "".join(lines)


MADE = {"bash": {"options": bash}, "zsh": {"options": zsh}, "dictionary": {"options": dictionary},
        "fish": {"spec": fish_spec, "options": fish}}


def completed(text, shell, program, help_text):
    """See the top of the file."""
    rows = options(help_text)
    for name, make in MADE[shell].items():
        begin, content = f"# generated: {name}\n", make(program, rows)
        pattern = re.compile(f"(?ms)^({re.escape(begin)}).*?^(# end)$")
        if len(pattern.findall(text)) != 1:
            raise RuntimeError(f"{program}, {shell}: not exactly one block {begin.strip()}")
        text = pattern.sub(lambda match, content=content: match[1] + content + match[2], text)
    return text
