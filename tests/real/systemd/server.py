#!/usr/bin/python3
"""systemd-server.py [STATUS] - a service that reports its state to systemd and to every client.

Sends READY=1 if NOTIFY_SOCKET is set. Answers each connection to the sockets it was passed
(LISTEN_FDS) with a report. SIGHUP: prints it. SIGTERM: prints it and exits with STATUS (default 0).
"""
import os
import select
import signal
import socket
import sys


def report():
    """What the kernel and the environment say of this process."""
    names = ("LISTEN_PID", "LISTEN_FDS", "WATCHDOG_PID", "HOME", "USER")
    lines = [f"pid={os.getpid()}"]
    lines += [f"{name}={os.environ.get(name, 'unset')}" for name in names]
    with open("/proc/self/status", encoding="ascii") as status:
        kept = ("Uid", "Gid", "Groups", "Cap", "NoNewPrivs")
        lines += [" ".join(line.split()) for line in status if line.startswith(kept)]
    return "\n".join(lines) + "\n"


def notify(text):
    """Sends sd_notify(3)'s message: one datagram from this very process."""
    path = os.environ.get("NOTIFY_SOCKET")
    if path:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(text.encode(), path.replace("@", "\0", 1))


def stop(status):
    """Exits at a signal, after printing it to standard output."""
    print("stopping", flush=True)
    sys.exit(status)


def main():
    status = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    signal.signal(signal.SIGTERM, lambda *_: stop(status))
    signal.signal(signal.SIGHUP, lambda *_: print("reloading", flush=True))
    print(report(), end="", flush=True)
    passed = range(3, 3 + int(os.environ.get("LISTEN_FDS", "0")))
    sockets = [socket.socket(fileno=descriptor) for descriptor in passed]
    notify(f"READY=1\nWATCHDOG=1\nSTATUS=ready as process {os.getpid()}")
    while True:
        for ready in select.select(sockets, [], [])[0]:
            connection, _ = ready.accept()
            with connection:
                connection.sendall(report().encode())


main()
