"""Floods, slow and vanishing clients, and ends by signal; ``make safety`` tries more of the same."""

from pathlib import Path

import pytest

from tests.lanes.serving import figures
from tests.lanes.serving.ends import ends as ends_by_signal

pytestmark = pytest.mark.faults


def test_slow_clients_lose_their_places_and_others_are_answered(folder: Path) -> None:
    figures.slow_clients(folder, 3).assert_whole(3 * 3 + 6)


def test_others_are_answered_beside_two_hundred_half_open_sockets(folder: Path) -> None:
    figures.half_open(folder, 200).assert_whole(21)


def test_tabs_closed_in_mid_stream_leave_nothing_behind(folder: Path) -> None:
    figures.vanishing(folder, 40).assert_whole(43)


def test_a_flood_is_told_when_to_come_back_and_others_are_answered(folder: Path, tmp_path: Path) -> None:
    figures.floods(folder, tmp_path, 200).assert_whole(2 * 200 + 1)


def test_a_signal_ends_the_server_within_ten_seconds_and_what_ran_is_answered(folder: Path) -> None:
    ends_by_signal(folder, 1).assert_whole(7)
