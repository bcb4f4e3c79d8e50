#!/usr/bin/python3
"""press-tab.py LINE: what an interactive bash makes of LINE when TAB is pressed at its end."""
import os
import pty
import select
import sys
import tempfile
import time

SETUP = """\
PS1=; PATH={path}:$PATH
source {source}/contrib/completions/capwrap.bash
bind 'set bell-style none'
bind 'set completion-query-items 0'
bind -x '"\\C-x\\C-x": printf "%s" "$READLINE_LINE" >{folder}/line'
: >{folder}/ready
"""


def wait_for(name, terminal):
    """Until the file is there and has been written; what bash prints is read and dropped."""
    for _ in range(300):
        if select.select([terminal], [], [], 0.05)[0]:
            os.read(terminal, 65536)
        if os.path.exists(name):
            time.sleep(0.1)
            with open(name, encoding="utf-8") as file:
                return file.read()
    sys.exit(f"press-tab.py: bash gave no {os.path.basename(name)}")


def main(line):
    with tempfile.TemporaryDirectory() as folder:
        rc = os.path.join(folder, "rc")
        with open(rc, "w", encoding="utf-8") as file:
            file.write(SETUP.format(path=os.path.dirname(os.environ["CAPWRAP"]), folder=folder,
                                    source=os.environ["SRC_DIR"]))
        child, terminal = pty.fork()
        if child == 0:
            os.environ["TERM"] = "dumb"
            os.execvp("bash", ["bash", "--noprofile", "--rcfile", rc, "-i"])
        wait_for(os.path.join(folder, "ready"), terminal)
        os.write(terminal, f"{line}\t\x18\x18".encode())
        print(wait_for(os.path.join(folder, "line"), terminal))
        os.write(terminal, b"\x15exit\n")
        os.close(terminal)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main(sys.argv[1])
