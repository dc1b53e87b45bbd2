"""Hostile folders, each opened in a process of its own that is watched; see ``guarded`` for what is watched."""

import json
import os
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.lanes.faults.outcomes import Broken, Outcome
from tests.lanes.faults.zygote import Zygote
from tests.lanes.safety.folders import RAN, Case, make_bases
from tests.lanes.safety.guarded import MISBEHAVED
from tests.lanes.safety.hostile_archives import CASES as ARCHIVES
from tests.lanes.safety.hostile_models import CASES as MODELS

LOADED = (
    "qa.models.reader",
    "qa.retrieval",
    "qa.search.reranking",
    "qa.models.question_answering",
    "qa.archive.writer",
    "tests.lanes.safety.loaded",
)
CASES = [*MODELS, *ARCHIVES]
SECONDS, BYTES = 60.0, 256 << 20
GOOD = [
    Case(f"a good {base}", kind, base, lambda folder, secret: None, harmless=True)
    for kind, base in (("embedder", "bert"), ("embedder", "static"), ("reranker", "reranker"), ("reader", "reader"))
]


def hostile_folders(place: Path, cases: Sequence[Case]) -> Outcome:
    """Open folders, the good ones first; of the others none may run, fetch or change anything, or take too much."""
    outcome = Outcome("hostile folders of models and archives")
    bases = place / "bases"
    make_bases(bases)
    used = refused = 0
    slowest = most = 0.0
    with Zygote(*LOADED) as zygote:
        for case in GOOD:
            told = _opened(zygote, bases, place, case)
            if told["refused"] or told["broken"] or told["seen"]:
                raise Broken(f"{case.name}: {told}")
        watched = _opened(zygote, bases, place, Case("the watch", "misbehaving", "static", lambda folder, secret: None))
        if blind := MISBEHAVED - {told.partition(":")[0] for told in watched["seen"]}:
            raise Broken(f"the watch does not see {sorted(blind)}")
        for number, case in enumerate(cases):
            told = {}

            def test(case: Case = case, told: dict[str, Any] = told) -> None:
                told |= _opened(zygote, bases, place, case)
                check(case, told)

            outcome.trial(f"{number} {case.name}", test)
            refused += bool(told.get("refused"))
            used += not told.get("refused")
            slowest, most = max(slowest, told.get("seconds", 0.0)), max(most, told.get("bytes", 0.0))
    outcome.notes |= {
        "refused": refused, "used without harm": used, "slowest s": round(slowest, 1), "most MB": round(most / 1e6),
    }  # fmt: skip
    return outcome


def check(case: Case, told: dict[str, Any]) -> None:
    """Fail unless a folder was refused in a sentence that names it, or was used without harm."""
    if told["seen"] or told["ran"]:
        raise Broken(f"it ran, fetched or changed: {told['seen'][:3]}")
    if told["broken"]:
        raise Broken(f"no clear error: {told['broken'][:300]}")
    if told["seconds"] > SECONDS or told["bytes"] > BYTES:
        raise Broken(f"took {told['seconds']:.0f} s and {told['bytes'] >> 20} MB")
    if case.harmless and told["refused"]:
        raise Broken(f"a model that is of use was refused: {told['refused']}")
    named = told["folder"] in told["refused"] or "article dam is damaged" in told["refused"]
    if told["refused"] and not (named and ";" in told["refused"]):
        raise Broken(f"the refusal names no file or no way out: {told['refused']}")


def _opened(zygote: Zygote, bases: Path, place: Path, case: Case) -> dict[str, Any]:
    """Return what came of opening a folder: what ``guarded.open_folder`` tells, and whether a payload ran."""
    own = place / "case"
    folder, secret, told = own / case.base, own / "secret", own / "told.json"
    try:
        shutil.copytree(bases / case.base, folder)
        secret.mkdir()
        case.change(folder, secret)
        begun = time.monotonic()
        child = zygote.start(own / "out", own / "err", "tests.lanes.safety.guarded:open_folder", case.kind, str(folder),
                             str(secret), str(told))  # fmt: skip
        if not zygote.ended(child, SECONDS + 10):
            os.kill(child, signal.SIGKILL)
        status = zygote.wait()
        if not told.exists() or not told.read_text():
            end = (own / "err").read_text()[-300:]
            raise Broken(f"ended with {status} after {time.monotonic() - begun:.0f} s: {end}")
        found: dict[str, Any] = json.loads(told.read_text())
        return {**found, "folder": str(own), "ran": (secret / RAN).exists()}
    finally:
        shutil.rmtree(own)
