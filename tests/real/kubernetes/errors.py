#!/usr/bin/python3
"""Compares the table of refusals in a document with what capwrap says in the containers of a pod.

    kubernetes-errors.py [--write] FILE

The cells of a row: the file capabilities of the image's capwrap or "none", the securityContext,
capwrap's options, its error, its hint; see refusals.py. All rows are the containers of one pod,
which `podman kube play` runs, with the capabilities that Kubernetes' runtimes hand over
(kubernetes-runtime).

Exit status: 0 if all rows are as documented, 1 if not, or if there is no row. The last
line is "summary: " and a JSON object with the counts.
"""

import json
import pathlib
import shlex
import subprocess
import sys

import yaml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "support"))
import refusals  # noqa: E402 pylint: disable=wrong-import-position
IMAGES = {"none": "registry.example/capwrap:1", "cap_net_bind_service=p": "registry.example/web:1"}


def podman(*words, **options):
    """podman in its room, with the runtime that hands over capabilities as Kubernetes' do."""
    command = [HERE.parent / "engines/podman", "--runtime", HERE / "runtime", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300,
                          **options)


def container(number, row):
    """The container of a row."""
    file, context, options, *_ = refusals.cells(row)
    path = "/capwrap" if file == "none" else "capwrap"
    return {"name": f"row-{number}", "image": IMAGES[file],
            "securityContext": yaml.safe_load(context),
            "command": [path, *shlex.split(options), "--", "true"]}


def measure(rows):
    """The rows with the errors and the hints that capwrap gives."""
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "refusals"},
           "spec": {"restartPolicy": "Never",
                    "containers": [container(*numbered) for numbered in enumerate(rows)]}}
    played = podman("kube", "play", "-", input=json.dumps(pod))
    names = [f"refusals-{container['name']}" for container in pod["spec"]["containers"]]
    codes = podman("wait", *names).stdout.split()
    if len(codes) != len(rows):
        sys.exit(f"the pod did not run: {played.stderr}")
    measured = [refusals.row(*refusals.cells(row)[:3],
                             *refusals.told(int(code), podman("logs", name).stderr))
                for row, name, code in zip(rows, names, codes)]
    podman("rm", "--all", "--force", "--time", "0")
    return measured


if __name__ == "__main__":
    sys.exit(refusals.compare("kubernetes-errors", measure))
