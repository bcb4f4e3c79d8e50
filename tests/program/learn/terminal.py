#!/usr/bin/python3
"""terminal.py LEARNER: tests a program on a terminal, run by capwrap-learn.

The program reads from the terminal, and its output is distinguished from what is typed; Ctrl-C reaches it, and
capwrap-learn still reports; the mode and the foreground of the terminal are restored when a killed program has changed
them; on a terminal, one line is printed for each run.

Exit status: 0 if all of this holds.
"""

import os
import pty
import select
import subprocess
import sys
import termios
import time

SECONDS = 600  # the time limit for what is expected


class Terminal:
    """A new session with a shell on a new terminal, which runs one command."""

    def __init__(self, *command):
        self.main, side = pty.openpty()
        self.side = side
        self.said = b""
        self.process = subprocess.Popen(command, stdin=side, stdout=side, stderr=side,
                                        preexec_fn=self.take)

    @staticmethod
    def take():
        """Makes the terminal that of the new session."""
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
    """The program gets what is typed, and its output is seen."""
    terminal = Terminal(learner, "--", "sh", "-c", "read word; echo heard $word")
    terminal.wait_for("watched")
    terminal.type("hello\n")
    assert terminal.end() == 0
    terminal.wait_for("heard hello")
    terminal.wait_for("no capability")


def interrupt(learner):
    """Ctrl-C ends the program but not capwrap-learn."""
    terminal = Terminal(learner, "--", "sh", "-c", "echo ready; exec sleep 1000")
    terminal.wait_for("ready")
    terminal.type("\x03")
    assert terminal.end() == 0
    terminal.wait_for("interrupted")


def survive(learner):
    """Ctrl-C is an ordinary key for a program that reads it as such."""
    terminal = Terminal(learner, "--", "sh", "-c",
                        "trap 'echo again' INT; echo ready; while ! read word; do :; done; echo $word")
    terminal.wait_for("ready")
    terminal.type("\x03")
    terminal.wait_for("again")
    terminal.type("goodbye\n")
    assert terminal.end() == 0
    terminal.wait_for("goodbye")


def restore(learner):
    """The terminal is not left raw when a program is killed in raw mode."""
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
