"""How much of each kind is tried: a quick lane with every test run, a full one for the table of the guide."""

from dataclasses import dataclass
from pathlib import Path

from tests.lanes.faults.outcomes import Outcome
from tests.lanes.safety import containing, opening
from tests.lanes.safety import jamming as jams
from tests.lanes.safety.hostile_archives import CASES as ARCHIVES
from tests.lanes.safety.hostile_models import CASES as MODELS


@dataclass(frozen=True, slots=True)
class Lane:
    """Counts; of the hostile archives each ``archives_every``-th is tried, all hostile models are."""

    name: str
    archives_every: int
    jammed: int


QUICK = Lane("quick", archives_every=8, jammed=2)
FULL = Lane("full", archives_every=1, jammed=6)


def hostile_folders(place: Path, lane: Lane) -> Outcome:
    return opening.hostile_folders(place, [*MODELS, *ARCHIVES[:: lane.archives_every]])


def poisoned(place: Path, lane: Lane) -> Outcome:
    return containing.poisoned(place)


def jamming(place: Path, lane: Lane) -> Outcome:
    return jams.jam(place, lane.jammed)
