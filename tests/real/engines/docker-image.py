#!/usr/bin/python3
"""Writes a root file system for `docker import` to standard output, as a tar file.

    docker-image.py debian | docker import - NAME     busybox as the shell, nginx, python3, strace, ...
    docker-image.py golang | docker import - NAME     a shell and the Go compiler, for a build stage
    docker-image.py small | podman import - NAME      busybox and setcap

No test uses a registry: an image of this machine's own programs, each with the
libraries that ldd(1) names, replaces the public one of the same role. Files are read here and
written to the archive; nothing is unpacked or written on the machine.

Exit status: 0, or 1 with a traceback when a program is missing.
"""

import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

# What the public images also have: nginx is uid 101 in nginx's own.
PASSWD = """root:x:0:0:root:/root:/bin/sh
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nginx:x:101:101:nginx:/nonexistent:/bin/false
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
"""
GROUP = "root:x:0:\nwww-data:x:33:\nnginx:x:101:\nnogroup:x:65534:\n"

# Debian's own programs, whatever else PATH names.
os.environ["PATH"] = "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"
DEBIAN = ("nginx", "python3", "strace", "ip", "setcap", "getcap")
GO_TOOLS = ("asm", "compile", "link")
OLD_GO_TOOLS = ("buildid",)  # which Go 1.27 makes when it is asked for one


class Image:
    """A tar file in the layout of Debian: /bin, /lib, ... are links into /usr."""

    def __init__(self, stream):
        self.tar = tarfile.open(fileobj=stream, mode="w|")
        self.names = set()
        for name in ("etc", "proc", "sys", "dev", "run", "root", "var/log", "usr/bin"):
            self.folder(name)
        self.folder("tmp", 0o1777)
        for name in ("bin", "sbin", "lib", "lib64"):
            self.link(name, f"usr/{name}")

    def put(self, name, kind, mode=0o755, target="", content=b""):
        """One entry of this kind, unless there is one of that name."""
        if name in self.names:
            return
        self.names.add(name)
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode, entry.linkname, entry.size = kind, mode, target, len(content)
        self.tar.addfile(entry, io.BytesIO(content))

    def folder(self, name, mode=0o755):
        self.put(name, tarfile.DIRTYPE, mode)

    def link(self, name, target):
        self.put(name, tarfile.SYMTYPE, target=target)

    def text(self, name, content):
        self.put(name, tarfile.REGTYPE, 0o644, content=content.encode())

    def file(self, path):
        """A file of this machine, under its own name."""
        path = pathlib.Path(path)
        name = re.sub("^/(bin|sbin|lib|lib64)/", r"/usr/\1/", str(path)).lstrip("/")
        mode = 0o755 if os.access(path, os.X_OK) else 0o644
        self.put(name, tarfile.REGTYPE, mode, content=path.read_bytes())

    def program(self, name):
        """A program and its libraries. A static one has none: ldd fails."""
        path = shutil.which(name) or sys.exit(f"docker-image.py: there is no {name}")
        self.file(path)
        listed = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"/\S+", listed):
            self.file(library)

    def tree(self, folder, wanted=lambda path: True, pattern="**/*"):
        """The files of a directory for which wanted(path) holds."""
        for path in sorted(pathlib.Path(folder).glob(pattern)):
            if path.is_file() and wanted(path):
                self.file(path)

    def shell(self):
        """busybox, as everything that it can be."""
        self.program("busybox")
        names = subprocess.run(["busybox", "--list"], capture_output=True, text=True, check=True)
        for name in names.stdout.split():
            if name not in ("busybox", *DEBIAN):
                self.link(f"usr/bin/{name}", "busybox")


def debian(image):
    for name in DEBIAN:
        image.program(name)
    image.shell()
    image.text("etc/passwd", PASSWD)
    image.text("etc/group", GROUP)
    image.file("/etc/nginx/mime.types")
    image.text("usr/share/nginx/html/index.html", "the page of nginx\n")
    unneeded = re.compile("/(test|dist-packages|idlelib|tkinter|ensurepip|__pycache__|config-.*)/")
    image.tree(pathlib.Path(os.__file__).parent, lambda path: not unneeded.search(str(path)))


def small(image):
    image.program("setcap")
    image.shell()
    image.text("etc/passwd", PASSWD)
    image.text("etc/group", GROUP)


def go(*words):
    """What the machine's go says in the directory of the server."""
    here = pathlib.Path(__file__).resolve().parents[3] / "contrib/docker/go"
    return subprocess.check_output(["go", *words], text=True, cwd=here).strip()


def golang(image):
    """The compiler where Debian has it, and of the standard library what the server is made of."""
    image.shell()
    image.program("go")
    root = pathlib.Path(go("env", "GOROOT"))
    tools = pathlib.Path(go("env", "GOTOOLDIR"))
    for name in (*GO_TOOLS, *(name for name in OLD_GO_TOOLS if (tools / name).exists())):
        image.program(str(tools / name))
    image.tree(root / "pkg/include")
    image.tree(root / "src/runtime/cgo", pattern="*.h")  # the runtime's assembler includes it
    for package in go("list", "-deps", "-f", "{{.Standard}} {{.Dir}} {{.Target}}", ".").splitlines():
        standard, folder, *compiled = package.split()
        if standard == "true":
            image.tree(folder, lambda path: not path.name.endswith("_test.go"), "*")
            for archive in filter(os.path.exists, compiled):
                image.file(archive)


def main():
    image = Image(sys.stdout.buffer)
    {"debian": debian, "golang": golang, "small": small}[sys.argv[1]](image)
    image.tar.close()


if __name__ == "__main__":
    main()
