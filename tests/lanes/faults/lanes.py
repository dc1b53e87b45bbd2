"""Counts of faults tried: brief by `make test`, quick by `make test-all`, full before a release."""

from dataclasses import dataclass
from pathlib import Path

from tests.lanes.faults import damage, full_disk, killing, power, sharing, steps
from tests.lanes.faults.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Lane:
    """Counts; of the named steps each ``named_every``-th is tried, of the power-loss states ``power_sample``."""

    name: str
    seed: int
    random_kills: int
    command_kills: int
    named_every: int
    power_every: int
    power_sample: int
    disks: int
    limits: tuple[int, ...]
    flips: int
    truncations: int
    zeroed: int
    database_flips: int
    republications: int


QUICK = Lane(
    "quick", 20150511, random_kills=40, command_kills=4, named_every=7, power_every=12, power_sample=300, disks=8,
    limits=(64, 300, 400), flips=140, truncations=30, zeroed=30, database_flips=200, republications=40,
)  # fmt: skip
BRIEF = Lane(
    "brief", 20150511, random_kills=12, command_kills=1, named_every=14, power_every=40, power_sample=60, disks=3,
    limits=(64, 300, 400), flips=40, truncations=8, zeroed=8, database_flips=50, republications=12,
)  # fmt: skip
FULL = Lane(
    "full", 1, random_kills=2000, command_kills=60, named_every=1, power_every=1, power_sample=6000, disks=60,
    limits=tuple(range(40, 640, 60)), flips=1000, truncations=200, zeroed=200, database_flips=1000,
    republications=200,
)  # fmt: skip


def random_kills(folder: Path, lane: Lane) -> Outcome:
    return killing.random_kills(folder, lane.random_kills, lane.seed)


def command_kills(folder: Path, lane: Lane) -> Outcome:
    return killing.command_kills(folder, lane.command_kills, lane.seed)


def named_kills(folder: Path, lane: Lane) -> Outcome:
    return steps.every_kill(folder, lane.named_every)


def power_loss(folder: Path, lane: Lane) -> Outcome:
    return power.every_state(folder, lane.seed, every=lane.power_every, sample=lane.power_sample)


def full_disks(folder: Path, lane: Lane) -> Outcome:
    return full_disk.full_disks(folder, full_disk.spread_sizes(lane.disks))


def file_limits(folder: Path, lane: Lane) -> Outcome:
    return full_disk.file_size_limits(folder, list(lane.limits))


def damaged_indexes(folder: Path, lane: Lane) -> Outcome:
    counts = {"flips": lane.flips, "truncations": lane.truncations, "zeroed pages": lane.zeroed}
    return damage.damaged_indexes(folder, counts, lane.seed)


def damaged_database(folder: Path, lane: Lane) -> Outcome:
    return damage.damaged_database(folder, lane.database_flips, lane.seed)


def republications(folder: Path, lane: Lane) -> Outcome:
    return sharing.republish(folder, lane.republications)


FAULTS = (
    random_kills, command_kills, named_kills, power_loss, full_disks, file_limits, damaged_indexes, damaged_database,
    republications,
)  # fmt: skip
