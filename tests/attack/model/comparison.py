"""Runs cases on a capwrap, in the place that kernel_server.py makes, and compares with the model."""

import os
import random
import re

import capabilities as c
import model_cases
import contract
import oracle
import kernel_server
from operations import predict, root_state


def rows():
    """The steps of the transition, by the table of docs/design.md."""
    with open(f"{os.environ['SRC_DIR']}/docs/design.md", encoding="utf-8") as file:
        table = file.read().split("<!-- generated: transition -->")[1].split("<!-- end -->")[0]
    return re.findall(r"^\| `([a-z-]+)` \|", table, re.MULTILINE)


class Comparison:
    """One server, with what was measured on it; runs cases on a capwrap."""

    def __init__(self, name, capwrap):
        self.server = kernel_server.Server(name, capwrap)
        start, self.kernel = kernel_server.measure(self.server)
        self.root = root_state(start)
        self.server.script("script", f"{self.server.place}/program")
        self.server.script("orphan", f"{self.server.place}/missing")
        probe = self.server.ask([], [f"{self.server.place}/program", "--only", "session_keyring"])
        self.keyring = kernel_server.read_values(probe.output)["session_keyring"].split(",")[0]

    def words(self, case):
        return model_cases.operations(case["before"], self.root.permitted, self.kernel.known)

    def start_of(self, case):
        """The state in which capwrap starts; None when it cannot be made or executed."""
        numbers, state = predict(self.root, self.words(case), self.kernel, {})
        if any(numbers):
            return None
        try:
            return c.execve(state, model_cases.image(case["capwrap"]), self.kernel)
        except c.Refused:
            return None

    def random_case(self, seed, number):
        rng = random.Random(f"{seed}:{number}")
        return model_cases.Chance(rng, self.kernel, self.root.permitted, self.start_of).case()

    def path(self, case):
        kind = case["program"]["path"]
        folder = self.server.nosuid if kind == "nosuid" else self.server.place
        return f"{folder}/{'program' if kind in ('plain', 'nosuid') else kind}"

    def run(self, case):
        """The model's promise and what was found: a Found."""
        request, program, around = model_cases.read(case)
        promise = contract.promise(self.start_of(case), request, program, around, self.kernel)
        kernel_server.dress(f"{self.server.place}/capwrap", model_cases.image(case["capwrap"]))
        target = self.path(case)
        if program.path == "script":
            kernel_server.dress(f"{self.server.place}/program", program.image)
        elif program.path in ("plain", "nosuid"):
            kernel_server.dress(target, program.image)
        words = model_cases.arguments(case["request"])
        command = [f"{self.server.place}/capwrap", *words, "--", target]
        answer = self.server.ask(self.words(case), command)
        rehearsal = None
        if oracle.refused(answer):
            command[1:1] = ["--dry-run", "--json"]
            rehearsal = self.server.ask(self.words(case), command)
        return oracle.Found(promise, around, answer, rehearsal, self.keyring, request.verbose)

    def check(self, case):
        """The names of what is wrong with a case, and a sentence for each."""
        found = self.run(case)
        return oracle.compare(found), found

    def shrink(self, case, name):
        """A simpler case that fails under the same name."""
        progress = True
        while progress:
            progress = False
            for simpler in model_cases.simpler(case):
                if self.start_of(simpler) is None:
                    continue
                if name in self.check(simpler)[0]:
                    case, progress = simpler, True
                    break
        return case


def contradiction(comparison, case, promise, around):
    """Whether the two halves of the model disagree: a state promised that no order of calls
    reaches, or a reason that is no rule although one does."""
    possible = contract.reach(comparison.start_of(case), promise, around, comparison.kernel)
    if not promise.reasons:
        return None if possible else "promised, and no order of calls leads there"
    hard = promise.reasons - set(contract.RULES)
    if possible and hard and promise.reasons == hard:
        return f"{', '.join(sorted(hard))}: no rule, and an order of calls leads there"
    return None
