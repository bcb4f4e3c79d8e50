"""The theorems: what is proven, under which bounds, of which files of src/core.

Each is one run of CBMC over a harness of this directory and the named files of the core.
"""

import dataclasses

PIPELINE = ("pipeline", "plan", "transition", "verify", "cred", "observe", "start")


@dataclasses.dataclass(frozen=True)
class Theorem:
    """claim, bounds: for the page docs/testing.md. caps: 64, or 6: the five that the core names and
    one for all others. checks: whether undefined behaviour is looked for as well. unwind: more
    rounds than any loop makes, which CBMC proves. tier: real, nightly, or "open": no theorem but
    a question, whose answer the run prints."""

    name: str
    claim: str
    bounds: str
    harness: str
    core: tuple
    with_files: tuple = ("any", "library")
    defines: tuple = ()
    caps: int = 64
    checks: bool = False
    unwind: int = 24
    tier: str = "real"


WHOLE = {"harness": "arrive", "core": PIPELINE, "caps": 6,
         "with_files": ("any", "asked", "kernel", "library")}
VERIFY = {"harness": "verify", "core": ("verify", "cred", "observe"),
          "with_files": ("any", "kernel", "library")}

THEOREMS = (
    Theorem(
        "T0", "Where execve is reached, the kernel is in the state that was asked for, with each id "
        "that was asked for, and holds nothing outside of --keep and --want",
        "the whole pipeline; any start, request and user namespace; any call may fail; writers may "
        "lie without limit, readers and calls that confirm are honest; 6 capabilities, 2 groups; undefined "
        "behaviour",
        defines=("MOST=2",), checks=True, **WHOLE),
    Theorem(
        "T0-READ", "As T0, though one answer is false, but for what "
        "[such an answer at the start](threat-model.md#a-kernel-that-lies-consistently) can do",
        "as T0, directly after execve without set-id bits; one call that reads answers with anything, no writer lies; 6 capabilities, 1 group",
        defines=("MOST=1", "WRITER_LIES=0", "READER_LIES=1"), **WHOLE),
    Theorem(
        "LIVE", "What plan and preflight accept arrives and is agreed to; what preflight refuses "
        "would not arrive",
        "the whole pipeline; any start directly after execve, any user namespace, /proc is there, the streams' owners are mapped; no call "
        "fails or lies; 6 capabilities, 1 group",
        "live", PIPELINE, ("any", "asked", "kernel", "library"), ("MOST=1", "HONEST"), caps=6),
    Theorem(
        "T1", "plan_make refuses exactly for the reasons of design.md; else its goal is exactly "
        "what was asked for",
        "any request, any start; 64 capabilities, 3 groups; undefined behaviour",
        "plan", ("plan", "cred"), ("any", "asked", "library"), checks=True),
    Theorem(
        "T2", "cred_after_exec is execve of capabilities(7), bit by bit",
        "any state, any file whose set-id bits change no id; 64 capabilities; undefined behaviour",
        "execve", ("cred",), ("any",), checks=True),
    Theorem(
        "T6", "Where verify_goal agrees, the kernel reads as the goal",
        "any state, any plan; any call may fail; readers are honest; 6 capabilities, 1 group",
        defines=("MOST=1",), caps=6, **VERIFY),
    Theorem(
        "T6-64", "Where verify_goal agrees, the kernel reads as the goal",
        "as T6, with 64 capabilities",
        defines=("MOST=1",), unwind=70, tier="nightly", **VERIFY),
    Theorem(
        "SYS", "The readers of sys.c stay within their buffers, and take no answer that was not given "
        "for one",
        "any answer of a system call, any content of a file in /proc; undefined behaviour",
        "readers", ("sys", "cred"), ("any",), checks=True, unwind=70),
    Theorem(
        "T7", "observe_sort leaves the same set, ascending, no id twice",
        "any list of up to 3 groups; undefined behaviour",
        "sort", ("observe",), checks=True),
    Theorem(
        "T8", "pool_take gives memory of the length asked for, zeros, shared with nothing",
        "three requests of up to 8 KiB and their releases; undefined behaviour",
        "pool", ("pool",), (), ("REAL_POOL",), checks=True),
)
