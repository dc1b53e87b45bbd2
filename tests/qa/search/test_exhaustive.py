from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.archive.archive import Archive
from qa.archive.writer import ArchiveWriter
from qa.errors import InputError
from qa.filters import where
from qa.records import Article, MatchedArticle
from qa.retrieval import Retriever
from qa.search.exhaustive import Count, Tally, Wanted, find_all, matching, read_words
from qa.text.terms import bare_words, term, terms
from tests.support.plain import WordEmbedder, article, every_match

_WORDS = """
    the a of bomb bombs bombed bombing Truck truck trucks hospital hospitals Idlib Jisr al-Shughour U.S. U.S us
    café cafe Café résumé 2015 11 40 mayor mayors Mayor's siege sieges don't e-mail O'Neill straße groß naïve
"""
WORDS = _WORDS.split()
FURNITURE = ("Related: Truck bomb in Idlib", "Share this article", "Read more: The mayor of Jisr", "ADVERTISEMENT")


def found_in(words: str, *stories: Article) -> list[MatchedArticle]:
    return list(matching(stories, read_words(words)))


def places(words: str, text: str, **fields: str) -> list[tuple[str, str, int, int]]:
    found = found_in(words, article(text, **fields))
    return [(one.words, one.field, one.start, one.end) for each in found for one in each.matches]


def test_every_place_of_a_word_is_found_in_any_inflection_case_and_accent() -> None:
    text = "A bomb. BOMBS bombed the café; the cafes' bombing."
    assert places("bomb", text) == [
        ("bomb", "text", 2, 6), ("bomb", "text", 8, 13), ("bomb", "text", 14, 20), ("bomb", "text", 42, 49),
    ]  # fmt: skip
    assert [one[2:] for one in places("CAFÉ", text)] == [(25, 29), (35, 40)]
    assert places("bom", text) == []  # whole words


def test_all_words_must_stand_in_the_article_in_any_order_and_field() -> None:
    story = {"title": "Truck in Idlib", "dek": "A siege"}
    assert places("hospital siege idlib", "The hospital fell.", **story) == [
        ("idlib", "title", 9, 14), ("siege", "dek", 2, 7), ("hospital", "text", 4, 12),
    ]  # fmt: skip
    assert places("hospital siege river", "The hospital fell.", **story) == []


@pytest.mark.parametrize("phrase", ['"truck bomb"', "“truck bomb”", '"Trucks,  bombs!"'])
def test_the_words_of_a_quoted_phrase_follow_each_other(phrase: str) -> None:
    text = "A truck bomb. A bomb truck. Truck-bombs; a truck\nbomb. Truck. Bomb."
    assert [text[start:end] for _, _, start, end in places(phrase, text)] == [
        "truck bomb", "Truck-bombs", "truck\nbomb", "Truck. Bomb",
    ]  # fmt: skip
    assert places(phrase, "A truck with a bomb.") == []
    assert places(phrase, "the bomb", title="A truck") == []  # not from one field into the next


def test_overlapping_places_each_count() -> None:
    assert [one[2:] for one in places('"ha ha"', "ha ha ha")] == [(0, 5), (3, 8)]
    assert [(one[0], *one[2:]) for one in places('bomb "truck bomb"', "A truck bomb.")] == [
        ("truck bomb", 2, 12), ("bomb", 8, 12),
    ]  # fmt: skip


def test_a_word_that_the_analysis_takes_apart_stands_whole() -> None:
    assert [one[2:] for one in places("al-Shughour", "Al Shughour, al-shughour; al, then Shughour.")] == [
        (0, 11), (13, 24),
    ]  # fmt: skip
    assert places("U.S.", "It's us. The U. of S.") == []
    assert [one[2:] for one in places("U.S.", "The U.S. army")] == [(4, 7)]


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("bomb", [("bomb", ("bomb",))]),
        ('the "truck bomb" now', [("the", ("the",)), ("now", ("now",)), ("truck bomb", ("truck", "bomb"))]),
        ('truck"bomb"', [("truck", ("truck",)), ("bomb", ("bomb",))]),
        ('"truck bomb', [('"truck', ("truck",)), ("bomb", ("bomb",))]),
        ('"a b" c"', [('c"', ("c",)), ("a b", ("a", "b"))]),
        ("“truck bomb", [("“truck", ("truck",)), ("bomb", ("bomb",))]),
        ('""', None),
        ("?! — …", None),
        ("", None),
        ("bomb Bombs bombed", [("bomb", ("bomb",))]),
        ('"- ," bomb &', [("bomb", ("bomb",))]),
    ],
)
def test_what_is_typed_is_read_as_words_and_phrases(
    words: str, wanted: list[tuple[str, tuple[str, ...]]] | None
) -> None:
    if wanted is None:
        with pytest.raises(InputError, match="holds no word; give words or a quoted phrase to look for"):
            read_words(words)
    else:
        assert read_words(words) == tuple(Wanted(*one) for one in wanted)


def test_words_that_cannot_be_searched_are_refused_at_once(archive: Archive) -> None:
    with pytest.raises(InputError, match="'xxxxxxxxxxxxxxxxxxxx'… is longer than any word that is searched"):
        find_all(archive, "bomb " + "x" * 90)
    with pytest.raises(InputError, match="more than 2000 characters; shorten"):
        find_all(archive, "bomb " * 500)
    with pytest.raises(InputError, match="half a surrogate pair"):
        find_all(archive, "bomb \ud800")


def test_boilerplate_is_not_searched_and_no_phrase_reaches_across_it() -> None:
    text = "The mayor saw the truck.\n\nRelated: Truck bomb in Idlib\n\nBomb squads came late."
    assert places("idlib", text) == []
    assert places('"truck bomb"', text) == []
    assert places("truck bomb", text) == [("truck", "text", 18, 23), ("bomb", "text", 56, 60)]


def test_a_match_cites_the_sentence_around_it() -> None:
    text = "The dam broke. A truck bomb went off in Idlib on Monday. A truck. Bombs fell."
    (found,) = found_in('"truck bomb"', article(text, id="a", title="T", source="S", url="u", published="2015"))
    assert [one.citation.quote for one in found.matches] == [
        "A truck bomb went off in Idlib on Monday.",
        "A truck. Bombs fell.",  # it touches both
    ]
    for one in found.matches:
        assert one.quote == text[one.start : one.end]
        assert one.citation.quote == text[one.citation.start : one.citation.end]
        assert (one.citation.article_id, one.citation.source, one.citation.digest) == ("a", "S", found.digest)


def test_a_match_in_the_title_names_the_article_and_quotes_nothing() -> None:
    (found,) = found_in("idlib", article("Nothing here.", title="In Idlib"))
    citation = found.matches[0].citation
    assert (citation.title, citation.start, citation.end, citation.quote) == ("In Idlib", 0, 0, "")


def a_story(random: Random, number: int) -> Article:
    def some(least: int, most: int) -> str:
        words = random.choices(WORDS, k=random.randint(least, most))
        return "".join(word + random.choice([" ", " ", " ", ", ", ". ", "; ", " – ", "\n", "\n\n"]) for word in words)

    text = "\n\n".join(
        random.choice(FURNITURE) if random.random() < 0.2 else some(1, 25).strip() for _ in range(random.randint(1, 6))
    )
    return article(
        text.strip() or "the",
        id=f"a{number}",
        title=some(0, 4).strip(),
        dek=some(0, 4).strip() if random.random() < 0.3 else "",
        source=random.choice(["Courier", "Wire", ""]),
        published=random.choice(["2015", "2015-05", "2015-05-11", "2016-01-02T10:00Z", ""]),
    )


def a_query(random: Random) -> list[str]:
    """Words and phrases of one to three words, each another one to the analysis."""
    chosen: dict[tuple[str, ...], str] = {}
    for _ in range(random.randint(1, 3)):
        words = " ".join(random.choices(WORDS, k=random.choice([1, 1, 2, 3])))
        chosen.setdefault(tuple(terms(words)), words)
    return list(chosen.values())


@pytest.mark.parametrize("seed", range(6))
def test_every_match_of_generated_archives_is_that_of_a_plain_scan(
    tmp_path: Path, embedder: WordEmbedder, seed: int
) -> None:
    random = Random(seed)
    stories = [a_story(random, number) for number in range(40)]
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for story in stories:
            writer.upsert(story)
        writer.commit()
    retriever = Retriever(Archive(tmp_path / "archive"), embedder)
    hits = 0
    for _ in range(60):
        query = a_query(random)
        typed = " ".join(random.choice(['"{}"', "“{}”"]).format(one) if " " in one else one for one in query)
        sources = random.choice([(), ("Courier",), ("Courier", "Wire")])
        expected = {
            story.id: sorted(one[1:] for one in every_match(story, query))
            for story in stories
            if every_match(story, query) and (not sources or story.source in sources)
        }
        found = list(retriever.find_all(typed, sources=sources))
        assert {each.id: sorted((one.field, one.start, one.end) for one in each.matches) for each in found} == expected
        hits += len(found)
    assert hits > 200


@given(st.text())
def test_bare_words_are_those_of_the_index_whatever_the_script(text: str) -> None:
    bare = bare_words(text)
    assert len(bare) == len(text)
    assert [own for word in bare.split() if (own := term(word))] == terms(text)


@pytest.mark.parametrize("text", ["हिन्दी में", "e\u0301te\u0301", "Ⓐⓑ x", "ⅣⅤ", "x\u200dy", "東京都 1½", "a_b"])
def test_bare_words_of_scripts_with_marks_and_odd_letters_are_those_of_the_index(text: str) -> None:
    assert [term(word) for word in bare_words(text).split()] == terms(text)


def test_articles_come_newest_first_and_pass_the_filters(archive: Archive) -> None:
    def ids(**filters: object) -> list[str]:
        return [one.id for one in find_all(archive, "the", where(filters))]  # type: ignore[arg-type]

    assert ids() == ["vote", "dam", "fire"]  # 2016-06, 2015-05-11, undated
    assert ids(sources=["Courier"]) == ["dam", "fire"]
    assert ids(articles=["fire", "vote"]) == ["vote", "fire"]
    assert ids(after="2016") == ["vote"]
    assert ids(before="2016") == ["dam"]
    assert ids(as_of="2016-06-15") == ["dam"]  # June 2016 is not over
    assert ids(sources=["nobody"]) == []


def test_counts_are_added_up_by_outlet_and_month(archive: Archive) -> None:
    tally = Tally()
    for one in find_all(archive, "verrin"):
        tally.add(one)
    totals = tally.totals()
    assert (totals.articles, totals.matches) == (2, 2)
    assert totals.by_source == (Count("Courier", 2, 2),)
    assert totals.by_month == (Count("", 1, 1), Count("2015-05", 1, 1))
    assert Tally().totals().articles == 0


def test_an_archive_that_changes_meanwhile_is_seen_as_it_was(tmp_path: Path, embedder: WordEmbedder) -> None:
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        for number in range(3):
            writer.upsert(article(f"The dam broke {number} times.", id=f"a{number}"))
        writer.commit()
    archive = Archive(tmp_path / "archive")
    found = find_all(archive, "dam")
    first = next(found)
    with ArchiveWriter(tmp_path / "archive", embedder) as writer:
        writer.delete(["a1", "a2"])
        writer.commit()
    assert [first.id, *(one.id for one in found)] == ["a0", "a1", "a2"]
    assert [one.id for one in find_all(archive, "dam")] == ["a0"]


def test_articles_are_read_one_at_a_time() -> None:
    read: list[int] = []

    def stories() -> Iterator[Article]:
        for number in range(5):
            read.append(number)
            yield article("The dam broke.", id=str(number))

    found = matching(stories(), read_words("dam"))
    assert read == []
    assert (next(found).id, read) == ("0", [0])
    assert (next(found).id, read) == ("1", [0, 1])
