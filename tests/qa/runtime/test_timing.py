from pathlib import Path

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.retrieval import Retriever
from qa.runtime.timing import listen, tell, timed
from qa.settings import AskSettings
from tests.qa.search.test_reranking import Liking
from tests.support.plain import WordEmbedder, article


def test_a_listener_hears_each_stage_until_it_is_ended() -> None:
    heard: list[tuple[str, float]] = []
    end = listen(lambda stage, amount: heard.append((stage, amount)))
    tell("wait", 1.5)
    with timed("search"):
        pass
    end()
    tell("wait", 2.5)
    with timed("search"):
        pass
    assert [stage for stage, _ in heard] == ["wait", "search"]
    assert heard[0][1] == 1.5
    assert 0 <= heard[1][1] < 1


def test_an_answer_tells_where_its_time_went(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        writer.upsert(article("The flood reached Verrin on Monday.", id="a", title="Flood"))
        writer.commit()
    heard: list[str] = []
    end = listen(lambda stage, amount: heard.append(stage))
    try:
        reader = Liking("Flood")
        archive = Archive(tmp_path / "archive")
        Retriever(archive, embedder, AskSettings(), reader, reader).ask("Where was the flood?")
        archive.close()
    finally:
        end()
    assert heard == ["embed", "search", "match", "unread", "read", "select", "answer"]
