#!/usr/bin/python3
"""Writes the config.json of an OCI bundle, as a container engine would, to standard output.

    oci-bundle.py --rootfs FOLDER [OPTION...] COMMAND [ARGUMENT...] >BUNDLE/config.json

The sets that a process starts with are those that engines write for it:

    --start empty      an ordinary user of Docker before 24.0: only the bounding set
    --start kept       one of containerd, CRI-O, Docker from 24.0: permitted and effective as well;
                       and root
    --start inherited  root in older engines: inheritable as well (CVE-2022-24769)
    --start all        an ordinary user of podman: ambient as well

Exit status: 0; 2 for a wrong command line; 1 with a traceback for anything else.
"""

import argparse
import json
import platform

SETS = ("bounding", "permitted", "effective", "inheritable", "ambient")
STARTS = {"empty": 1, "kept": 3, "inherited": 4, "all": 5}  # so many of SETS hold the capabilities
NAMESPACES = ("pid", "mount", "network", "ipc", "uts")
MOUNTS = (
    ("proc", "/proc", ["nosuid", "noexec", "nodev"]),
    ("tmpfs", "/dev", ["nosuid", "strictatime", "mode=755"]),
)
# How a seccomp profile in the format of Docker and podman names this machine.
MACHINE = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())


def capability_names(text):
    return [f"CAP_{name}" for name in text.split(",") if name]


def process(options):
    names = capability_names(options.capabilities)
    holding = SETS[: STARTS[options.start]]
    return {
        "user": {"uid": options.uid, "gid": options.uid, "additionalGids": [options.uid]},
        "args": options.command,
        "env": ["PATH=/bin", *options.env],
        "cwd": "/",
        "capabilities": {name: names if name in holding else [] for name in SETS},
        "noNewPrivileges": options.no_new_privileges,
    }


def applies(rule, capabilities):
    """Whether an engine takes this rule of a profile over, on this machine, for this container."""
    includes, excludes = rule.get("includes") or {}, rule.get("excludes") or {}
    return (
        MACHINE in includes.get("arches", [MACHINE])
        and set(includes.get("caps", [])) <= set(capabilities)
        and not set(excludes.get("caps", [])) & set(capabilities)
        and MACHINE not in excludes.get("arches", [])
    )


def seccomp(path, capabilities):
    """The profile in that file, as the runtime takes it: rules without conditions."""
    with open(path, encoding="utf-8") as file:
        profile = json.load(file)
    wanted = ("names", "action", "args", "errnoRet")
    return {
        "defaultAction": profile["defaultAction"],
        "defaultErrnoRet": profile["defaultErrnoRet"],
        "syscalls": [
            {key: rule[key] for key in wanted if rule.get(key) is not None}
            for rule in profile["syscalls"]
            if applies(rule, capabilities)
        ],
    }


def linux(options):
    kinds = NAMESPACES + (("user",) if options.user_namespace else ())
    section = {"namespaces": [{"type": kind} for kind in kinds]}
    if options.cgroup:
        section["cgroupsPath"] = options.cgroup
    if options.user_namespace:
        ids = {"containerID": 0, "hostID": options.user_namespace, "size": 65536}
        section["uidMappings"] = section["gidMappings"] = [ids]
    if options.seccomp:
        section["seccomp"] = seccomp(options.seccomp, capability_names(options.capabilities))
    return section


def mounts(options):
    places = [(kind, kind, place, how) for kind, place, how in MOUNTS]
    for place in options.nosuid:
        places.append(("none", options.rootfs + place, place, ["bind", "nosuid"]))
    keys = ("type", "source", "destination", "options")
    return [dict(zip(keys, place)) for place in places]


def bundle(options):
    return {
        "ociVersion": "1.0.2",
        "process": process(options),
        "root": {"path": options.rootfs, "readonly": options.read_only},
        "mounts": mounts(options),
        "linux": linux(options),
    }


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--rootfs", required=True)
    parser.add_argument("--cgroup", help="such as /NAME/NAME")
    parser.add_argument("--uid", type=int, default=0, help="and gid")
    parser.add_argument("--start", choices=STARTS, default="kept")
    parser.add_argument("--capabilities", default="", help="NAME,NAME: the bounding set")
    parser.add_argument("--no-new-privileges", action="store_true")
    parser.add_argument("--read-only", action="store_true")
    parser.add_argument("--nosuid", action="append", default=[], metavar="PLACE", help="a volume")
    parser.add_argument("--seccomp", help="a profile in the format of Docker and podman")
    parser.add_argument("--user-namespace", type=int, metavar="ID", help="its root is this uid")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    options = parser.parse_args()
    if not options.command:
        parser.error("no COMMAND")
    print(json.dumps(bundle(options), indent=2))


if __name__ == "__main__":
    main()
