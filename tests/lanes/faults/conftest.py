import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lanes.faults.lanes import BRIEF, QUICK, Lane

MEMORY = Path("/dev/shm")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A folder in memory where there is such a file system: thousands of flushes would wear a disk and take minutes."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        yield Path(name)


@pytest.fixture
def lane(pytestconfig: pytest.Config) -> Lane:
    """How many faults of each kind are tried."""
    return QUICK if pytestconfig.getoption("--all") else BRIEF
