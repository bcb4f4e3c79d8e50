#!/usr/bin/python3
"""links.py FILE... - checks each relative link of Markdown files: the file, and the heading in it.

Prints the broken ones, one per line, and as the last line the number of links. Exit status: 0 if all are
valid, 1 if not.
"""
import pathlib
import re
import sys
import unicodedata


def anchors(path):
    """The anchors of a file, as GitHub makes them of its headings."""
    found = set()
    for heading in re.findall(r"(?m)^#+ +(.*)$", path.read_text(encoding="utf-8")):
        text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()
        found.add("".join("-" if c == " " else c for c in text
                          if c in " -_" or unicodedata.category(c)[0] in "LN"))
    return found


def broken(path):
    """The broken links of a file, and the number of its links."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$", "", path.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]
    wrong = []
    for link in links:
        name, _, anchor = link.partition("#")
        target = path.parent / name if name else path
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            wrong.append(link)
    return wrong, len(links)


def main(names):
    count, failed = 0, False
    for name in names:
        wrong, links = broken(pathlib.Path(name))
        count += links
        for link in wrong:
            failed = True
            print(f"{name}: {link}")
    print(count)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
