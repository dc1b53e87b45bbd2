from pathlib import Path

import pytest

from tests.lanes.serving.served import make_archive


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An archive of one article, for a server in a process of its own."""
    return make_archive(tmp_path)
