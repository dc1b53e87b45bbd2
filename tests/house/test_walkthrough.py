"""A newcomer's tour: from files to a cited answer, one step after the other."""

from pathlib import Path

import pytest

import qa
from qa.archive import ingest
from qa.models.embedding import load_embedder

pytestmark = pytest.mark.model


def test_from_a_folder_of_files_to_a_cited_answer(tmp_path: Path) -> None:
    news = tmp_path / "news"
    news.mkdir()
    (news / "dam.txt").write_text(
        "This story is over 5 years old.\n\nCourier\n\nDam Closed After Sensors Drift\n\nBy Ada Brook\nMay 11, 2015\n\n"
        "VERRIN (Courier) - The dam at Verrin was closed on Monday. "
        "Engineers found that 11 of 40 sensors had drifted.\n\n"
        "Related: Ten Dams to See This Summer\n\nIt will stay shut until October, the operator said.\n\n"
        "Follow Ada Brook on Twitter: @adabrook_example\n"
    )
    (news / "mayor.md").write_text("# Mayor of Ostra resigns\n\nThe mayor of Ostra resigned on Friday after a vote.\n")

    # Files become articles in an archive: read, cut into passages, embedded, indexed.
    report = ingest.add(tmp_path / "archive", [news], load_embedder())
    assert (report.given, report.added) == (2, 2)

    # A question finds passages, each with a citation.
    retriever = qa.Retriever.open(tmp_path / "archive")
    hit = retriever.retrieve("How many sensors were wrong at the dam?", k=1)[0]
    article = retriever.article(hit.citation.article_id)
    assert article is not None
    assert (article.title, article.published, article.source) == (
        "Dam Closed After Sensors Drift",
        "2015-05-11",
        "Courier",
    )
    assert "Related" not in article.text
    assert "Twitter" not in article.text
    assert article.text[hit.citation.start : hit.citation.end] == hit.citation.quote == hit.passage.text

    # It is answered in the article's own words, or not at all.
    answer = retriever.ask("How many sensors had drifted?")
    assert answer.text.startswith("Engineers found that 11 of 40 sensors had drifted. [1]")
    cited = answer.citations[0]
    assert article.text[cited.start : cited.end] == "Engineers found that 11 of 40 sensors had drifted."
    assert retriever.ask("Who won the chess championship in Reykjavik?").abstained
