"""The table of `compare`: for a terminal, for docs/known-failures-details.md and for README.md."""

import json
import os
import re
import textwrap

import failure_cases

BEGIN = "<!-- generated: compare -->"
BEGIN_NEWER = "<!-- generated: compare-sid -->"
END = "<!-- end -->"
MEASURED = "Measured on "
VERSIONS = "Versions: "
ELSEWHERE = "In roots of their own: "
SIZES = "KiB that are loaded, without libraries: "
TOOLS = ("capwrap", "setpriv", "capsh", "gosu", "su-exec", "chpst", "s6-setuidgid", "s6-applyuidgid",
         "minijail0", "systemd")
NOT_IN_DEBIAN_12 = {"capwrap": "no", "su-exec": "no", "minijail0": "sid"}


def plain(cell):
    return f"WRONG: {cell.text}" if cell.verdict == "wrong" else cell.text


def marked(cell):
    """A cell in Markdown: a wrong result is in bold."""
    return f"**{cell.text}**" if cell.verdict == "wrong" else cell.text


def measured_cases(table):
    return sorted(
        (one for one in failure_cases.CASES if one.number in table), key=lambda one: (one.row, one.number)
    )


# ---- a terminal ----


def terminal(tools, table):
    """Side by side, each cell wrapped to its column."""
    first, width = 30, 16
    heads = ["", *tools]
    lines = []

    def add(texts):
        columns = [
            textwrap.wrap(text, first if index == 0 else width) or [""]
            for index, text in enumerate(texts)
        ]
        for row in range(max(map(len, columns))):
            words = [column[row] if row < len(column) else "" for column in columns]
            lines.append(
                " ".join(word.ljust(first if index == 0 else width)
                         for index, word in enumerate(words)).rstrip()
            )

    add(heads)
    for one in measured_cases(table):
        lines.append("")
        add([f"{one.number} {one.title}", *(plain(table[one.number][tool]) for tool in tools)])
    return "\n".join(lines) + "\n"


# ---- Markdown ----


def row_of(words):
    return "| " + " | ".join(words) + " |"


def whole(tools, table, of_tools, day, name):
    """Everything between the marks of docs/known-failures-details.md."""
    versions, elsewhere, sizes = of_tools
    lines = [
        BEGIN,
        f"{MEASURED}{day} with {name} by `tests/attack/known-failures/compare`.",
        f"{VERSIONS}{versions}.",
        *([f"{ELSEWHERE}{elsewhere}."] if elsewhere else []),
        SIZES + ", ".join(f"{tool} {size}" for tool, size in sizes.items()) + ".",
        "",
        row_of(["row", "case", *tools]),
        row_of(["---"] * (len(tools) + 2)),
    ]
    found = measured_cases(table)
    for one in found:
        lines.append(row_of([one.number, one.title,
                             *(marked(table[one.number][tool]) for tool in tools)]))
    return "\n".join([*lines, END]) + "\n"


def whole_newer(table, newer):
    """Everything between the other marks: the cells that are not the same with newer versions."""
    changed = {}
    for one in measured_cases(table):
        for tool, cell in newer[one.number].items():
            if marked(cell) != marked(table[one.number][tool]):
                changed.setdefault(one.number, {})[tool] = marked(cell)
    tools = [tool for tool in TOOLS if any(tool in row for row in changed.values())]
    lines = [BEGIN_NEWER, row_of(["row", "case", *tools]), row_of(["---"] * (len(tools) + 2))]
    lines += [row_of([one.number, one.title, *(changed[one.number].get(tool, "") for tool in tools)])
              for one in measured_cases(table) if one.number in changed]
    return "\n".join([*lines, END]) + "\n"


def together(verdicts):
    """One word for several cases: wrong in one is wrong."""
    if "wrong" in verdicts:
        return "**no**"
    return "yes" if "right" in verdicts else "–"


def by_manual():
    """What a manual page says of tools that are not measured: name, source and cells."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "by-manual.json")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def short(verdicts, sizes, day):
    """Everything between the marks of README.md: some rows, and whether each tool is right."""
    tools = failure_cases.SHORT_TOOLS
    manual = by_manual()
    lines = [BEGIN, row_of(["", *tools]), row_of(["---"] * (len(tools) + 1))]

    def word(title, numbers, tool):
        said = manual.get(tool, {"cells": {}})["cells"].get(title)
        measured = together({verdicts[number][tool] for number in numbers})
        return f"{said[0]} (manual)" if measured == "–" and said else measured

    for title, numbers in failure_cases.SHORT:
        lines.append(row_of([title, *(word(title, numbers, tool) for tool in tools)]))
    lines.append(row_of(["in the archive of Debian 12", *(NOT_IN_DEBIAN_12.get(tool, "yes") for tool in tools)]))
    lines.append(row_of(["KiB loaded, without libraries", *(sizes.get(tool, "–") for tool in tools)]))
    sources = ", ".join(of["source"] for of in manual.values())
    lines += ["", f"{MEASURED}{day}, with the versions of Debian sid where it has them; –: no such option, or not"
              f" tried; *manual*: by {sources}.", END]
    return "\n".join(lines) + "\n"


# ---- the marks of a page ----


def between(path, begin=BEGIN):
    """A page in three parts: before the marks, what they enclose (with them), behind them."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    parts = re.split(f"({re.escape(begin)}\n.*?{re.escape(END)}\n)", text, flags=re.DOTALL)
    if len(parts) != 3:
        raise SystemExit(f"compare: {path} does not hold the marks {begin} and {END} once")
    return parts


def replace(path, new, begin=BEGIN):
    before, _, after = between(path, begin)
    with open(path, "w", encoding="utf-8") as file:
        file.write(before + new + after)


def printed(path):
    """What docs/known-failures-details.md says: the tools, the cells by case (the first is its title), and
    the lines above the table by their beginning."""
    lines = between(path)[1].splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    said = {name: line.removeprefix(name).rstrip(".") for line in lines
            for name in (VERSIONS, MEASURED, ELSEWHERE, SIZES) if line.startswith(name)}
    cells = {row[0]: row[1:] for row in rows[2:]}
    return rows[0][2:], cells, said


def printed_newer(path):
    """The cells of newer versions that the page has, by case and tool."""
    heads, *rows = [[cell.strip() for cell in line.strip("|").split(" | ")]
                    for line in between(path, BEGIN_NEWER)[1].splitlines() if line.startswith("| ")]
    return {(row[0], tool): text for row in rows[1:] for tool, text in zip(heads[2:], row[2:]) if text}


def newest(path):
    """The columns and cells of the page, each of the newest version that was measured."""
    tools, cells, said = printed(path)
    newer = printed_newer(path)
    return tools, {number: [title, *(newer.get((number, tool), text) for tool, text in zip(tools, texts))]
                   for number, (title, *texts) in cells.items()}, said


def printed_short(path):
    """The README's part as it must be by what docs/known-failures-details.md says."""
    tools, cells, said = newest(path)
    verdicts = {}
    for number, (_, *texts) in cells.items():
        words = ["wrong" if text.startswith("**") else "none" if text == "–" else "right"
                 for text in texts]
        verdicts[number] = dict(zip(tools, words))
    sizes = dict(one.split(" ") for one in said[SIZES].split(", "))
    return short(verdicts, sizes, said[MEASURED].split()[0])


def differences(path, tools, table, versions, newer):
    """What a new measurement, with newer versions or with this machine's, says of the page: errors and notes."""
    heads, cells, said = newest(path) if newer else printed(path)
    errors, notes = [], []
    if heads != list(TOOLS):
        return [f"{path} has the columns {heads}, not {list(TOOLS)}"], notes
    if list(cells) != [one.number for one in measured_cases(table)]:
        return [f"{path} does not have the rows of failure_cases.py"], notes
    same = versions in (said[VERSIONS], *said[ELSEWHERE].split("; "))
    if not same:
        notes.append(f"{path} was measured with {said[VERSIONS]}, and {said[ELSEWHERE]}; here are {versions}")
    for number, (title, *texts) in cells.items():
        for tool, text in zip(heads, texts):
            if tool not in tools or marked(table[number][tool]) == text:
                continue
            now = f"{path} is stale: case {number} ({title}), {tool}: {text}; now {marked(table[number][tool])}"
            (errors if same or tool == "capwrap" else notes).append(now)
    return errors, notes
