#!/usr/bin/python3
"""Writes the bill of materials of a release, as CycloneDX 1.6 and as SPDX 2.3.

    sbom.py VERSION SECONDS PROGRAMS OUT FETCHED

PROGRAMS is the directory of the programs; capwrap-VERSION.cdx.json and capwrap-VERSION.spdx.json are written to OUT;
fetch.sh has filled FETCHED. SECONDS since 1970 is the time in both files. The same arguments give the same bytes.
"""

import datetime
import hashlib
import json
import pathlib
import re
import sys
import uuid

PARTS = {  # name: licence, supplier
    "capwrap": ("MIT", "the capwrap authors"),
    "libcap-ng": ("LGPL-2.1-or-later", "Steve Grubb"),
    "musl": ("MIT", "the musl authors"),
}


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def versions(version, fetched):
    """Returns the version of each part, and the hash of its source if that is one file."""
    source, = fetched.glob("libcap-ng_*.orig.tar.*z")
    libcap_ng = re.match(r"libcap-ng_(.*)\.orig", source.name)[1]
    musl = {re.match(r"musl-dev_(.*)_", path.name)[1] for path in fetched.glob("musl-dev_*.deb")}
    assert len(musl) == 1, musl
    return {"capwrap": (version, None), "libcap-ng": (libcap_ng, digest(source)),
            "musl": (musl.pop().replace("%3a", ":"), None)}


def cyclonedx(time, parts, files, serial):
    def component(name, kind):
        version, source = parts[name]
        entry = {"type": kind, "bom-ref": name, "name": name, "version": version,
                 "supplier": {"name": PARTS[name][1]}, "licenses": [{"license": {"id": PARTS[name][0]}}]}
        if source:
            entry["hashes"] = [{"alg": "SHA-256", "content": source}]
        return entry

    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1,
        "metadata": {"timestamp": time, "component": component("capwrap", "application")},
        "components": [component("libcap-ng", "library"), component("musl", "library")] + [
            {"type": "file", "bom-ref": path.name, "name": path.name,
             "hashes": [{"alg": "SHA-256", "content": digest(path)}]} for path in files],
        "dependencies": [{"ref": "capwrap", "dependsOn": ["libcap-ng", "musl"]}] + [
            {"ref": path.name, "dependsOn": ["capwrap"]} for path in files],
    }


def spdx(time, parts, files, serial):
    def package(name):
        version, source = parts[name]
        entry = {"SPDXID": f"SPDXRef-{name}", "name": name, "versionInfo": version, "downloadLocation": "NOASSERTION",
                 "filesAnalyzed": False, "licenseConcluded": PARTS[name][0], "licenseDeclared": PARTS[name][0],
                 "copyrightText": "NOASSERTION", "supplier": f"Organization: {PARTS[name][1]}"}
        if source:
            entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": source}]
        return entry

    def relation(one, kind, other):
        return {"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}

    ids = {path: f"SPDXRef-file-{path.name}" for path in files}
    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"capwrap-{parts['capwrap'][0]}", "documentNamespace": f"urn:uuid:{serial}",
        "creationInfo": {"created": time, "creators": ["Tool: contrib/release/sbom.py"]},
        "packages": [package(name) for name in parts],
        "files": [{"SPDXID": ids[path], "fileName": f"./{path.name}", "copyrightText": "NOASSERTION",
                   "licenseConcluded": "NOASSERTION",
                   "checksums": [{"algorithm": "SHA1", "checksumValue": hashlib.sha1(path.read_bytes()).hexdigest()},
                                 {"algorithm": "SHA256", "checksumValue": digest(path)}]} for path in files],
        "relationships": [relation("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-capwrap"),
                          relation("SPDXRef-capwrap", "STATIC_LINK", "SPDXRef-libcap-ng"),
                          relation("SPDXRef-capwrap", "STATIC_LINK", "SPDXRef-musl")] + [
            relation(ids[path], "GENERATED_FROM", "SPDXRef-capwrap") for path in files],
    }


def main():
    version, seconds, folder, out, fetched = sys.argv[1:]
    folder = pathlib.Path(folder)
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    time = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    parts = versions(version, pathlib.Path(fetched))
    files = sorted(path for path in folder.glob("capwrap*-linux-*") if path.suffix != ".debug")
    assert files, folder
    serial = uuid.uuid5(uuid.NAMESPACE_URL, " ".join([version, seconds, *map(digest, files)]))
    for suffix, write in (("cdx", cyclonedx), ("spdx", spdx)):
        text = json.dumps(write(time, parts, files, serial), indent=1) + "\n"
        (pathlib.Path(out) / f"capwrap-{version}.{suffix}.json").write_text(text)


if __name__ == "__main__":
    main()
