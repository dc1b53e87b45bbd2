"""Kills, power loss, full disks and damage, in the counts of a lane (see ``lanes.py``)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lanes.faults import full_disk, lanes, power
from tests.lanes.faults.lanes import Lane
from tests.lanes.faults.outcomes import Outcome

pytestmark = pytest.mark.faults


def test_a_kill_at_a_random_moment_loses_nothing_acknowledged(memory: Path, lane: Lane) -> None:
    outcome = lanes.random_kills(memory, lane)
    outcome.assert_whole(lane.random_kills)
    assert int(outcome.notes["batches acknowledged"]) > 0


@pytest.mark.model
def test_a_kill_of_a_whole_command_loses_nothing_acknowledged(memory: Path, lane: Lane) -> None:
    lanes.command_kills(memory, lane).assert_whole(lane.command_kills)


def test_a_kill_before_or_after_a_named_step_loses_nothing_acknowledged(memory: Path, lane: Lane) -> None:
    outcome = lanes.named_kills(memory, lane)
    outcome.assert_whole(1050 // lane.named_every)
    assert {"write", "rename", "link", "flush_folder", "flush_and_hash", "remove_folder", "commit"} <= set(
        outcome.notes
    )


def test_a_power_loss_leaves_an_archive_that_opens_with_all_that_was_acknowledged(memory: Path, lane: Lane) -> None:
    lanes.power_loss(memory, lane).assert_whole(lane.power_sample)


@pytest.mark.parametrize("forgotten", ["flush", "flush_folder"])
def test_a_program_that_did_not_flush_would_be_found_out(memory: Path, forgotten: str) -> None:
    outcome = power.every_state(memory, seed=1, most=2, every=90, sample=12, forget=forgotten)
    assert outcome.tried == 12
    assert outcome.survived < 12


@pytest.mark.skipif(not full_disk.can_mount(), reason="file systems cannot be mounted here: that takes root")
def test_a_full_disk_is_told_and_more_room_is_enough(memory: Path, lane: Lane) -> None:
    lanes.full_disks(memory, lane).assert_whole(lane.disks)


@pytest.mark.parametrize(
    "fault", [lanes.file_limits, lanes.damaged_indexes, lanes.damaged_database], ids=lambda fault: str(fault.__name__)
)
def test_what_cannot_be_written_or_is_damaged_is_told_and_never_shown(
    memory: Path, lane: Lane, fault: Callable[[Path, Lane], Outcome]
) -> None:
    fault(memory, lane).assert_whole(3)
