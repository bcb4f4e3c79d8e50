#!/usr/bin/env python3
"""Rewrites a user and a group database over and over, each time as a whole and atomically.

  rewrite.py lines|entry FOLDER SEED

lines   The user joe stays what it is (uid 1001, gid 2001, a member of 3001 ... 3100); all other
        lines change in number, order and length. FOLDER/passwd and FOLDER/group are replaced by
        rename(2), one after the result.
entry   In version V joe has uid 100000+V, gid 200000+V, home /home/V and is a member of 300000+V
        and 400000+V; the other lines change as well. No version comes twice. Both files of a
        version change at the same moment: they are reached through FOLDER/now, a symbolic link that
        is replaced by rename(2).

The first version is there before "ready" is printed. Goes on until standard input ends, and then
prints how many versions there were. Needs root.
"""
import os
import random
import select
import sys

KEPT = 200  # old versions that stay, for a reader that is entering their directory
PAUSE = 0.004  # seconds between two versions


def shuffled(rng, kept, noise):
    """The lines that matter, in their order, somewhere among a random number of others."""
    others = [noise(number) for number in range(rng.choice((0, 3, 40, 400)))]
    places = sorted(rng.randrange(len(others) + 1) for _ in kept)
    for place, line in reversed(list(zip(places, kept))):
        others.insert(place, line)
    return "".join(line + "\n" for line in others)


def passwd(rng, joe):
    """A user database with the line of joe in it, and neighbours that look like it."""
    base = rng.randrange(10000, 90000)
    return shuffled(rng, [joe], lambda n: f"joe{n}:x:{base + n}:{n}:{'x' * (n % 90)}:/:/bin/sh")


def group(rng, gids):
    """A group database that lists joe in the groups of these ids, and others elsewhere."""
    base = rng.randrange(10000, 90000)
    crowd = ",".join(f"joe{n}" for n in range(rng.randrange(60)))
    member = [f"g{gid}:x:{gid}:{crowd},joe" if crowd else f"g{gid}:x:{gid}:joe" for gid in gids]
    return shuffled(rng, member, lambda n: f"other{n}:x:{base + n}:joe{n},joey")


def write(path, text):
    """A file with this text."""
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def replace(folder, name, text):
    """As vipw(8) does: a new file, renamed over the old one."""
    write(f"{folder}/{name}.new", text)
    os.rename(f"{folder}/{name}.new", f"{folder}/{name}")


def lines(folder, rng, _):
    """The next version of everything but joe."""
    replace(folder, "passwd", passwd(rng, "joe:x:1001:2001::/home/joe:/bin/sh"))
    replace(folder, "group", group(rng, range(3001, 3101)))


def entry(folder, rng, version):
    """The next version of joe."""
    os.mkdir(f"{folder}/v{version}")
    joe = f"joe:x:{100000 + version}:{200000 + version}::/home/{version}:/bin/sh"
    write(f"{folder}/v{version}/passwd", passwd(rng, joe))
    write(f"{folder}/v{version}/group", group(rng, (300000 + version, 400000 + version)))
    os.symlink(f"v{version}", f"{folder}/now.new")
    os.rename(f"{folder}/now.new", f"{folder}/now")
    if version > KEPT:
        for name in ("passwd", "group"):
            os.unlink(f"{folder}/v{version - KEPT}/{name}")
        os.rmdir(f"{folder}/v{version - KEPT}")


def main():
    """Versions, until standard input ends."""
    mode, folder, seed = sys.argv[1:]
    change = {"lines": lines, "entry": entry}[mode]
    rng = random.Random(int(seed))
    os.nice(-10)  # not to come last behind all who read
    version = 1
    change(folder, rng, version)
    print("ready", flush=True)
    while not select.select([sys.stdin], [], [], PAUSE)[0]:
        version += 1
        change(folder, rng, version)
    print(f"versions: {version}")


if __name__ == "__main__":
    main()
