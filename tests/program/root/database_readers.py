#!/usr/bin/python3
"""The two readers of the user database, compared over generated files.

A build with NSS leaves /etc/passwd and /etc/group to the C library; a static build reads them itself.
Both are linked into one program (database-readers.c), which gets the same questions about the same
files, which have every irregularity that glibc accepts. A difference is another user, or
other groups, in the other build.

Usage, as root:  database_readers.py PROGRAM [--count N] [--seed N]
The files are bound over the machine's in a mount namespace of this process's own. Exit status: 0 no
difference; 1 a difference, which is printed with its files; 2 the run could not be made.
"""

import argparse
import ctypes
import os
import random
import subprocess
import sys
import tempfile

NAMES = ["web", "joe", "root", "nobody", "a", "w-b", "joe2", "we", "webb", "Joe", "x.y", "#x", "+web",
         "-web", "+", "-", "", " web", "web ", "\tjoe", "+@net", "joe\r", "é"]
BLANKS = ["", "", "", "", " ", "\t", "  ", "\r", "\v", "\f"]
NUMBERS = ["0", "1", "33", "100", "1000", "65534", "007", "00", "+5", "-5", "-0", "-1", " 12", "12 ",
           "\t7", "0x10", "1e3", "", " ", "4294967294", "4294967295", "4294967296",
           "18446744073709551615", "18446744073709551616", "99999999999999999999", "1,2", "12a", "\r9",
           "--5", "+-5", "1.0"]
TEXTS = ["", "x", "*", "!", "Joe, of the shop", "/home/joe", "/", "relative", "/home/with blank", "a:b",
         "/home/joe\r"]
ENDS = ["\n", "\n", "\n", "\n", "\n", "\r\n", "\n\n", " \n", "\n#"]


def field(random_, fields, number=False):
    pool = NUMBERS if number else fields
    return random_.choice(BLANKS) + random_.choice(pool)


def number(random_):
    """Mostly one that both must take."""
    if random_.random() < 0.6:
        return str(random_.choice([0, 33, 100, 1000, 1001, 7103]))
    return random_.choice(NUMBERS)


def name(random_):
    return random_.choice(NAMES[:5] if random_.random() < 0.6 else NAMES)


def passwd_line(random_):
    fields = [name(random_), random_.choice(TEXTS), number(random_), number(random_),
              random_.choice(TEXTS), random_.choice(TEXTS), random_.choice(TEXTS)]
    return cut_short(random_, fields)


def members(random_):
    if random_.random() < 0.02:
        return ",".join(["other%d" % i for i in range(1000)] + [name(random_)])
    count = random_.choice([0, 1, 1, 2, 3, 6])
    return random_.choice([",", ",", ",", ", ", " ,", ",,", ",\t"]).join(
        random_.choice(BLANKS) + name(random_) for _ in range(count)) + random_.choice(
            ["", "", "", ",", " ", "\r", ":x"])


def group_line(random_):
    return cut_short(random_, [name(random_), random_.choice(TEXTS), number(random_), members(random_)])


def cut_short(random_, fields):
    if random_.random() < 0.15:
        fields = fields[:random_.randrange(len(fields) + 1)]
    if random_.random() < 0.05:
        fields.append("more")
    line = random_.choice(BLANKS) + ":".join(fields)
    return random_.choice(["", "", "", "", "", "#"]) * (random_.random() < 0.1) + line


def make_file(random_, line):
    lines = [line(random_) + random_.choice(ENDS) for _ in range(random_.choice([0, 1, 2, 3, 5, 8, 30]))]
    text = "".join(lines)
    last = text.rpartition("\n")[0].rpartition("\n")[2]
    if random_.random() < 0.2 and text.endswith("\n") and not last[:1].isspace() and last:
        text = text[:-1]
    return text.encode()


def questions(random_):
    asked = [name for name in NAMES if name and name.strip() == name and "\t" not in name]
    lines = [f"user\t{name}" for name in asked] + [f"group\t{name}" for name in asked]
    lines += [f"uid\t{uid}" for uid in (0, 5, 7, 12, 33, 1000, 4294967295)]
    lines += [f"groups\t{name}\t{random_.choice([0, 33, 1000, 5555])}" for name in asked]
    return "\n".join([*lines, ".", ""])


def enter_mount_namespace(files):
    CLONE_NEWNS, MS_BIND, MS_REC, MS_PRIVATE = 0x20000, 4096, 16384, 1 << 18
    library = ctypes.CDLL(None, use_errno=True)
    targets = {"passwd": "/etc/passwd", "group": "/etc/group", "nsswitch.conf": "/etc/nsswitch.conf"}

    def check(result):
        if result != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    check(library.unshare(CLONE_NEWNS))
    check(library.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    for file, target in targets.items():
        check(library.mount(f"{files}/{file}".encode(), target.encode(), None, MS_BIND, None))


def put(path, content):
    with open(path, "wb") as file:
        file.write(content)


def main():
    parser = argparse.ArgumentParser(description="The two readers of the user database, compared.")
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=1500, help="how many pairs of files")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    differences = answered = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        put(f"{folder}/nsswitch.conf", b"passwd: files\ngroup: files\n")
        put(f"{folder}/passwd", b"")
        put(f"{folder}/group", b"")
        enter_mount_namespace(folder)
        with subprocess.Popen([os.path.abspath(arguments.program)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE) as reader:
            for turn in range(arguments.count):
                random_ = random.Random(f"{arguments.seed}/{turn}")
                passwd, group = make_file(random_, passwd_line), make_file(random_, group_line)
                put(f"{folder}/passwd", passwd)
                put(f"{folder}/group", group)
                reader.stdin.write(questions(random_).encode())
                reader.stdin.flush()
                while True:
                    line = reader.stdout.readline()
                    if not line:
                        print("the readers have ended")
                        return 2
                    if b"\t" not in line:
                        answered += int(line)
                        break
                    differences += 1
                    if differences <= 10:
                        print(f"turn {turn}: {line!r}")
                        print(f"  passwd: {passwd!r}\n  group: {group!r}"[:4000])
            reader.stdin.close()
    print('summary: {"files": %d, "answered": %d, "differences": %d}'
          % (arguments.count, answered, differences))
    return 1 if differences else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except OSError as error:
        print(f"database_readers.py: {error}", file=sys.stderr)
        sys.exit(2)
