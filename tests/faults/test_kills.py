from pathlib import Path

import pytest

from tests.faults.killing import Killer
from tests.models import make_static_model

pytestmark = [pytest.mark.faults, pytest.mark.model]


def test_a_kill_at_a_random_moment_loses_nothing_acknowledged(tmp_path: Path) -> None:
    killer = Killer(tmp_path, make_static_model(tmp_path / "model"), seed=20150511)
    try:
        number = 0
        while killer.kills < 20:
            killer.trial(number)
            killer.check()
            number += 1
    finally:
        killer.close()
    assert killer.acknowledged
