#!/usr/bin/python3
"""validate.py [--strict] [SCHEMA]: validates the JSON document on standard input against the schema of
that name in docs (json.schema.json).

With --strict it must also be that no key can be left out or added anywhere in this document.
"""
import copy
import json
import os
import sys

import jsonschema


def objects(value, path=()):
    """The paths of all objects within a document."""
    if isinstance(value, dict):
        yield path
        for key, inner in value.items():
            yield from objects(inner, path + (key,))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from objects(inner, path + (index,))


def at(value, path):
    for key in path:
        value = value[key]
    return value


def mutants(document):
    """The document with one key left out, or one too many."""
    for path in objects(document):
        for key in at(document, path):
            mutant = copy.deepcopy(document)
            del at(mutant, path)[key]
            yield f"without {'/'.join(map(str, path + (key,)))}", mutant
        mutant = copy.deepcopy(document)
        at(mutant, path)["surplus"] = None
        yield f"with a surplus key in /{'/'.join(map(str, path))}", mutant


def main(strict, name):
    with open(os.path.join(os.environ["SRC_DIR"], "docs", name), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    document = json.load(sys.stdin)
    validator.validate(document)
    if not strict:
        return
    accepted = [what for what, mutant in mutants(document) if validator.is_valid(mutant)]
    if accepted:
        sys.exit("validate.py: the schema accepts the document " + ", ".join(accepted))


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word != "--strict"]
    main("--strict" in sys.argv[1:], words[0] if words else "json.schema.json")
