from pathlib import Path

import pytest

from qa.archive import Archive
from qa.writing import ArchiveWriter
from tests.plain import WordEmbedder, article

DAM = "The dam at Verrin was closed on Monday. Engineers found that 11 of 40 sensors had drifted."
VOTE = "The mayor of Ostra resigned on Friday. Voters will choose a successor in June."
FIRE = "A fire destroyed the old mill in Verrin. Nobody was hurt, the brigade said."


@pytest.fixture
def embedder() -> WordEmbedder:
    return WordEmbedder()


@pytest.fixture
def archive(tmp_path: Path, embedder: WordEmbedder) -> Archive:
    """Three articles by two outlets: one of May 2015, one of June 2016, one undated."""
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        writer.upsert(article(DAM, id="dam", title="Dam closed", source="Courier", published="2015-05-11"))
        writer.upsert(article(VOTE, id="vote", title="Mayor resigns", source="Harbour Wire", published="2016-06"))
        writer.upsert(article(FIRE, id="fire", title="Mill burns", source="Courier"))
        writer.commit()
    return Archive(tmp_path / "archive")
