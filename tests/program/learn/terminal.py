#!/usr/bin/python3
"""terminal.py LEARNER: a program on a terminal, under the learner.

It reads from the terminal and is told apart from its output; Ctrl-C reaches it and leaves the learner
to report; the mode and the foreground of the terminal are as before when a killed program has changed
them; on a terminal a line tells each run.

Exit status: 0 when all that holds.
"""

import os
import pty
import select
import subprocess
import sys
import termios
import time

SECONDS = 600  # until what does not come is missing


class Terminal:
    """A shell's session of its own on a new terminal, that runs one command."""

    def __init__(self, *command):
        self.main, side = pty.openpty()
        self.side = side
        self.said = b""
        self.process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side,
                                        preexec_fn=self.take)

    @staticmethod
    def take():
        """The terminal becomes that of the new session."""
        os.setsid()
        import fcntl
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def read(self, seconds):
        if select.select([self.main], [], [], seconds)[0]:
            self.said += os.read(self.main, 65536)

    def wait_for(self, text):
        end = time.monotonic() + SECONDS
        while text.encode() not in self.said and time.monotonic() < end:
            self.read(0.05)
        assert text.encode() in self.said, f"no {text!r} in {self.said.decode()}"

    def type(self, text):
        os.write(self.main, text.encode())

    def end(self):
        """Its exit status."""
        end = time.monotonic() + SECONDS
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.05)
        self.read(0)
        return self.process.wait(1)


def talk(learner):
    """What is typed is the program's, what it says is seen."""
    terminal = Terminal(learner, "--", "sh", "-c", "read word; echo heard $word")
    terminal.wait_for("watched")
    terminal.type("hello\n")
    assert terminal.end() == 0
    terminal.wait_for("heard hello")
    terminal.wait_for("no capability")


def interrupt(learner):
    """Ctrl-C ends the program, not the learner."""
    terminal = Terminal(learner, "--", "sh", "-c", "echo ready; exec sleep 1000")
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.end() == 0
    terminal.wait_for("interrupted")


def survive(learner):
    """Ctrl-C is one key of many to a program that takes it as such."""
    terminal = Terminal(learner, "--", "sh", "-c",
                        "trap 'echo again' INT; echo ready; while ! read word; do :; done; echo $word")
    terminal.wait_for("ready")
    terminal.type("\x03")
    terminal.wait_for("again")
    terminal.type("goodbye\n")
    assert terminal.end() == 0
    terminal.wait_for("goodbye")


def restore(learner):
    """A program that is killed in raw mode leaves no raw terminal."""
    terminal = Terminal(learner, "--timeout", "1", "--", "sh", "-c",
                        "stty raw -echo; trap '' TERM; echo ready; while :; do sleep 1; done")
    before = termios.tcgetattr(terminal.side)
    terminal.wait_for("ready")
    assert termios.tcgetattr(terminal.side) != before
    assert terminal.end() == 0
    assert termios.tcgetattr(terminal.side) == before


def progress(learner):
    """Each run has its line."""
    terminal = Terminal(learner, "--verify", "--", "cat", "/etc/shadow")
    assert terminal.end() == 0
    terminal.wait_for("run 1, watched, with everything")
    terminal.wait_for("at most 60 runs in all")
    terminal.wait_for("run 2: with none it does not work")
    terminal.wait_for("run 4: with DAC_READ_SEARCH it works")


def main(learner):
    for test in (talk, interrupt, survive, restore, progress):
        test(learner)
        print(test.__name__, "ok")


main(sys.argv[1])
