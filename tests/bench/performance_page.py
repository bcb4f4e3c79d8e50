#!/usr/bin/python3
"""docs/performance-details.md and its plot, made of what bench.py has measured.

  performance_page.py FILE.json      writes both from the file that bench.py -o has written
  performance_page.py --check [PAGE] the page has every program, goal and growth, whole and
                                     stamped, and so has the plot beside it. What the
                                     numbers are is not checked.

Exit status: 0; 1 the check failed; 2 usage.
"""

import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import time

import goals
import growth
import programs

PAGE = programs.TOP / "docs/performance-details.md"


# ---- the tables: a head and rows of words ----

def number(value, digits=0):
    return f"{value:,.{digits}f}"


def is_rung(name):
    return name.endswith((*programs.SINGLE_QUESTIONS, *programs.CLIMB))


def time_table(result, part="time"):
    rows = [[name, number(one["median"]), number(one["least"]),
             f"{number(one['first'])}–{number(one['third'])}"]
            for name, one in sorted(result[part].items(), key=lambda item: item[1]["median"])
            if not is_rung(name)]
    return ["program", "median µs", "least", "middle half"], rows


def filter_table(result):
    """Each program with a filter, and the one without, by the least times: a difference of medians is less
    than what disturbs a busy machine."""
    rows = []
    for name, one in result["filter"].items():
        for kind, without in ((programs.FILTER, name.removesuffix(programs.FILTER)),
                              (programs.USERNS, name.removesuffix(programs.USERNS))):
            if name.endswith(kind):
                before = result["filter"][without]["least"]
                rows.append([name, number(before), number(one["least"]),
                             number(one["least"] - before)])
    return ["program", "least µs without", "with", "difference"], rows


def goals_table(result):
    rows = [[row["what"], f"{row['of']} / {row['to']}", number(row["ratio"], 2),
             f"≤ {number(row['most'], 2)}", "met" if row["met"] else "**not met**"]
            for row in result["goals"]]
    return ["what", "ratio of", "measured", "goal", ""], rows


def climb_table(result):
    rows = [[name, number(micro), number(ratio, 2)]
            for climb in result["climb"] for name, micro, ratio in climb]
    return ["program", "median µs", "of its baseline"], rows


def counts_table(result):
    rows = [[name, number(one["calls"]), number(one.get("instructions", 0)), number(one["faults"]),
             number(one["peak_kib"]), number(one["private_kib"]), number(one["disk"] / 1024),
             f"{one['libraries']} ({number(one['disk_libraries'] / 1024)})"
             if one["libraries"] else "–"]
            for name, one in result["counts"].items()]
    return ["program", "system calls", "instructions", "page faults", "peak KiB", "not shared",
            "KiB on disk", "libraries (KiB)"], rows


def ends(times):
    """The smallest size and the two largest, between which the exponent is."""
    shown = list(times.items())
    return "; ".join(f"{size}: {number(micro)}" for size, micro in [*shown[:1], *shown[1:][-2:]])


def growth_table(result):
    steep = [(what, name) for what, name, _ in growth.steeper(result["growth"], goals.STEEPEST)]
    rows = []
    for one in result["growth"]:
        for name, times in one["times"].items():
            verdict = "**no**" if (one["what"], name) in steep else "yes"
            rows.append([one["what"], name, ends(times), number(one["exponents"][name], 2),
                         "–" if name == programs.ALONE else verdict])
    return ["what grows", "program", "size: median µs", "exponent", "linear or better"], rows


TABLES = {
    "time": ("Launches by number", time_table),
    "goals": ("Goals", goals_table),
    "climb": ("From the baseline to capwrap", climb_table),
    "counts": ("Counted", counts_table),
    "names": ("A user by name among 65,000", lambda result: time_table(result, "names")),
    "filter": ("What --disable-userns adds", filter_table),
    "growth": ("How it grows", growth_table),
}


def markdown(table):
    head, rows = table
    marks = ["---:" if column > 0 and all(row[column][:1].isdigit() for row in rows) else "---"
             for column in range(len(head))]
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, marks, *rows])


def text(result):
    """All tables for a terminal."""
    lines = []
    for part, (title, make) in TABLES.items():
        if not result[part]:
            continue
        head, rows = make(result)
        widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
        lines += [title, ""]
        lines += ["  ".join(word.ljust(width) for word, width in zip(row, widths)).rstrip()
                  for row in [head, *rows]]
        lines.append("")
    return "\n".join(lines)


# ---- the stamp ----

def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = re.findall(r"^(?:model name|Model)\s*: (.*)$", file.read(), re.M)
    return names[0] if names else platform.machine()


def commit_measured():
    """Of the sources; "" without git or a repository, which only the page needs."""
    try:
        return subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=programs.TOP, text=True,
                              capture_output=True, check=False).stdout.strip()
    except FileNotFoundError:
        return ""


def stamp():
    """What the numbers depend on, and when."""
    linux = ".".join(platform.release().split(".")[:2])
    return {"date": time.strftime("%Y-%m-%d", time.gmtime()), "commit": commit_measured(),
            "machine": f"{processor()}, {os.cpu_count()} processors, Linux {linux}, "
                       f"{platform.machine()}",
            "versions": programs.versions()}


def launches(result):
    return sum(len(laps) for rounds in result["launches"].values() for each in rounds.values()
               for laps in each)


def stamp_text(result):
    said = result["stamp"]
    return (f"Measured on {said['date']} at commit {said['commit']}: {said['machine']}; "
            f"{said['versions']}. {launches(result):,} launches in {result['rounds']} rounds, seed "
            f"{result['seed']}.\n")


# ---- the plot ----

COLOURS = {"exec": "#8a8f98", "baseline": "#8a8f98", "capwrap": "#1f6fb4", "": "#c98a2b"}
BAR, GAP, LEFT, WIDTH = 18, 8, 190, 760


def svg(result):
    """A bar for each program's median, with the middle half of its launches as a line."""
    rows = sorted(((name, one) for name, one in result["time"].items() if not is_rung(name)),
                  key=lambda item: item[1]["median"])
    scale = (WIDTH - LEFT - 90) / max(one["third"] for _, one in rows)
    height = len(rows) * (BAR + GAP) + 60
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
             f'font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
             f'<text x="{LEFT}" y="20">microseconds for one launch: median, middle half</text>']
    for index, (name, one) in enumerate(rows):
        top, end = 34 + index * (BAR + GAP), LEFT + one["median"] * scale
        colour = next(value for start, value in COLOURS.items() if name.startswith(start))
        middle, low, high = top + BAR / 2, LEFT + one["first"] * scale, LEFT + one["third"] * scale
        lines += [f'<text x="{LEFT - 8}" y="{top + 14}" text-anchor="end">{name}</text>',
                  f'<rect x="{LEFT}" y="{top}" width="{end - LEFT:.1f}" height="{BAR}" '
                  f'fill="{colour}"/>',
                  f'<path d="M{low:.1f} {middle}H{high:.1f}" stroke="#222222"/>',
                  f'<text x="{high + 8:.1f}" y="{top + 14}">{number(one["median"])}</text>']
    said = result["stamp"]
    lines += [f'<text x="{LEFT}" y="{height - 8}" font-size="11" fill="#555555">'
              f'{said["date"]}, {said["commit"]}; {said["machine"]}</text>', "</svg>"]
    return "\n".join(lines) + "\n"


# ---- the page ----

def parts(page):
    return dict(re.findall(r"<!-- generated: (\w+) -->\n(.*?)<!-- end -->\n", page, re.S))


def replace(page, new):
    page.write_text(re.sub(r"(<!-- generated: (\w+) -->\n)(.*?)(?=<!-- end -->\n)",
                           lambda match: match[1] + new.get(match[2], match[3]),
                           page.read_text(encoding="utf-8"), flags=re.S), encoding="utf-8")


def write(result, page=PAGE, only=None):
    """Replaces the generated parts, or one of them with its stamp; the rest of the page is written by
    hand."""
    if only is not None:
        _, make = TABLES[only]
        replace(page, {only: markdown(make(result)), f"{only}_stamp": stamp_text(result)})
        return
    if not all(result[part] for part in TABLES) or not set(programs.SU_EXEC) <= set(result["time"]):
        raise SystemExit(f"bench: the page takes all parts, and {', '.join(programs.SU_EXEC)}")
    if not result["stamp"]["commit"]:
        raise SystemExit("bench: the page tells of a commit: git and a repository are needed")
    new = {part: markdown(make(result)) for part, (_, make) in TABLES.items()}
    new["stamp"], new["filter_stamp"] = stamp_text(result), "Measured with the rest of the page.\n"
    replace(page, new)
    page.with_suffix(".svg").write_text(svg(result), encoding="utf-8")


def expected():
    """The first cells of each row that a part must have."""
    everyone = [*programs.BASELINES, *programs.BUILDS, *programs.PEERS, *programs.SU_EXEC,
                *(name + programs.IDS_ONLY for name in programs.BUILDS)]
    return {
        "time": [[name] for name in [programs.ALONE, *everyone]],
        "counts": [[name] for name in everyone],
        "names": [[name] for name in [*programs.BUILDS, *programs.NAMED, *programs.SU_EXEC]],
        "goals": [[goal.what, f"{goal.of} / {goal.to}"] for goal in goals.GOALS],
        "climb": [[baseline + rung] for baseline in programs.RUNGS for rung in [*programs.SINGLE_QUESTIONS, *programs.CLIMB]],
        "filter": [[name] for baseline, build in programs.RUNGS.items() for name in
                   (baseline + programs.FILTER, build + programs.IDS_ONLY + programs.USERNS)],
        "growth": [[what, name] for what, *_ in growth.GROWTH
                   for name in (programs.ALONE, goals.DYNAMIC, goals.MUSL)],
    }


def is_stamped(text_of_it):
    """Says when, at which commit, where, with which C libraries, and by how many rounds."""
    found = re.match(r"Measured on \d{4}-\d\d-\d\d at commit [0-9a-f]{7,}: .+, Linux \d+\.\d+, .+; "
                     r".*libc6 .*musl .*\. [\d,]+ launches in (\d+) rounds", text_of_it)
    return found is not None and int(found[1]) >= 15


def lacks(page):
    """What ought to be in the page, and in the plot, and is not."""
    found, plot = parts(page.read_text(encoding="utf-8")), page.with_suffix(".svg")
    if not is_stamped(found.get("stamp", "")):
        yield "stamp", "what was measured when, in 15 rounds or more"
    for part, wanted in expected().items():
        lines = [line.strip("| ").split(" | ") for line in found.get(part, "").splitlines()]
        whole = [line for line in lines if len(line) == len(lines[1]) and all(line)]
        for cells in wanted:
            if cells not in [line[:len(cells)] for line in whole]:
                yield part, ", ".join(cells)
    drawn = plot.read_text(encoding="utf-8") if plot.exists() else ""
    for name, in expected()["time"]:
        if f">{name}</text>" not in drawn:
            yield "plot", name


def main():
    if sys.argv[1:2] == ["--check"] and len(sys.argv) <= 3:
        page = pathlib.Path(*sys.argv[2:]) if sys.argv[2:] else PAGE
        missing = list(lacks(page))
        for part, what in missing:
            print(f"{page.name}: {part}: {what} is missing", file=sys.stderr)
        return 1 if missing else 0
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 2
    write(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
