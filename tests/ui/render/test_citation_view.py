"""A citation as a link, and what the reading panel shows of its article."""

import hashlib
from dataclasses import replace

import pytest

from qa.records import Article, Field
from tests.support.plain import article
from tests.ui.render.test_answer_html import DIGEST, citation
from ui.render.citation_view import Reference, fragment, reading, reference, references, shown_date
from ui.render.citation_view import cited as view_cited


def cited(story: Article, quote: str) -> Reference:
    """The reference to the first place where an article has these words."""
    start = story.text.index(quote)
    digest = hashlib.sha256(story.text.encode()).hexdigest()
    made = reference(fragment(citation(quote, article_id=story.id, start=start, end=start + len(quote), digest=digest)))
    assert made is not None
    return made


def test_a_link_survives_any_article_id() -> None:
    for name in ("a1", "a:b", "a/b#c?d", "50%", "ü 字 😀", '"><script>', "😀" * 500):
        made = reference("#" + fragment(citation("closed", article_id=name, start=3, end=9)))
        assert made == Reference(name, 3, 9, DIGEST[:12], quote=hashlib.sha256(b"closed").hexdigest()[:16])


@pytest.mark.parametrize("field", ["title", "dek"])
def test_a_quoted_headline_or_dek_is_marked_and_the_text_is_shown_whole(field: Field) -> None:
    story = article("It was closed.", id="dam", title="Dam closed", dek="A sober report")
    words = getattr(story, field)
    digest = hashlib.sha256(story.text.encode()).hexdigest()
    link = fragment(citation(words, article_id="dam", start=0, end=len(words), digest=digest, field=field))
    assert link.endswith(f"@{field}")
    made = reference(link)
    assert made is not None
    assert made.field == field
    shown = reading(story, [made])
    assert (shown["head"], shown["notice"]) == (field, "")
    assert [piece["text"] for piece in shown["pieces"]] == ["It was closed."]
    found = view_cited(story, made)
    assert found is not None
    assert (found[0].quote, found[0].field) == (words, field)


def test_a_headline_that_has_changed_is_said_to_be_gone() -> None:
    story = article("It was closed.", id="dam", title="Dam closed")
    digest = hashlib.sha256(story.text.encode()).hexdigest()
    made = reference(fragment(citation("Dam open", article_id="dam", start=0, end=8, digest=digest, field="title")))
    assert made is not None
    shown = reading(story, [made])
    assert shown["head"] == ""
    assert shown["notice"].endswith("It no longer contains the quoted words.")


def test_links_of_before_they_had_a_hash_of_the_quotation_still_work() -> None:
    assert reference("#cite-a:3-9:d0f4d0f4d0f4:4-6") == Reference("a", 3, 9, "d0f4d0f4d0f4", ((4, 6),))


@pytest.mark.parametrize(
    "link",
    [None, 7, [], "", "#cite-", "#cite-a:1-2", "#cite-a:5-5:d0f4d0f4d0f4", "#cite-a:9-5:d0f4d0f4d0f4",
     "#cite-a:-1-5:d0f4d0f4d0f4", "#cite-a:0-5:xyz", "#cite-a:0-9999999999:d0f4d0f4d0f4",
     "#cite-a:3-9:d0f4d0f4d0f4-", "#cite-a:3-9:d0f4d0f4d0f4-0123456789abcde",
     "#cite-a:3-9:d0f4d0f4d0f4:", "#cite-a:3-9:d0f4d0f4d0f4:2-4", "#cite-a:3-9:d0f4d0f4d0f4:8-10",
     "#cite-a:3-9:d0f4d0f4d0f4:6-7,4-5", "#cite-a:3-9:d0f4d0f4d0f4:4-6,5-7", "#cite-a:3-9:d0f4d0f4d0f4:4",
     "#cite-a:3-9:d0f4d0f4d0f4" + ":" + ",".join(["3-3"] * 17),
     "#cite-" + "a" * 7000 + ":0-5:d0f4d0f4d0f4"],
)  # fmt: skip
def test_what_is_not_a_link_is_refused(link: object) -> None:
    assert reference(link) is None
    assert references([link]) == []


def test_the_quoted_characters_are_counted_in_code_points() -> None:
    story = article("🌍🌍 Élan: the dam was closed. More.", id="dam", title="Dam")
    made = cited(story, "the dam was closed.")
    assert reading(story, [made])["pieces"] == [
        {"text": "🌍🌍 Élan: ", "kind": "plain", "exact": False},
        {"text": "the dam was closed.", "kind": "chosen", "exact": False},
        {"text": " More.", "kind": "plain", "exact": False},
    ]


def test_the_exact_words_are_told_apart_inside_every_quotation() -> None:
    story = article("🌍 One May. Two June. Three.", id="dam", title="Dam")
    digest = hashlib.sha256(story.text.encode()).hexdigest()
    chosen = reference(fragment(citation("One May.", start=2, end=10, digest=digest), ((6, 9),)))
    other = reference(fragment(citation("Two June.", start=11, end=20, digest=digest), ((11, 14), (15, 19))))
    assert chosen is not None
    assert other is not None
    pieces = [(piece["text"], piece["kind"], piece["exact"]) for piece in reading(story, [chosen, other])["pieces"]]
    assert pieces == [
        ("🌍 ", "plain", False), ("One ", "chosen", False), ("May", "chosen", True), (".", "chosen", False),
        (" ", "plain", False), ("Two", "cited", True), (" ", "cited", False), ("June", "cited", True),
        (".", "cited", False), (" Three.", "plain", False),
    ]  # fmt: skip
    passage = cited(story, "One May. Two June.")
    pieces = [(piece["text"], piece["kind"], piece["exact"]) for piece in reading(story, [passage, other])["pieces"]]
    assert [piece for piece in pieces if piece[2]] == [("Two", "chosen", True), ("June", "chosen", True)]


def test_the_other_citations_of_the_same_article_are_marked_where_the_chosen_one_leaves_room() -> None:
    story = article("One. Two. Three. Four.", id="dam")
    links = [cited(story, text) for text in ("Two. Three.", "One. Two.", "Four.")]
    elsewhere = cited(article("One. Two. Three. Four.", id="vote"), "Three.")
    pieces = reading(story, [*links, elsewhere])["pieces"]
    assert [(piece["text"], piece["kind"]) for piece in pieces] == [
        ("One. ", "cited"), ("Two. Three.", "chosen"), (" ", "plain"), ("Four.", "cited"),
    ]  # fmt: skip


def test_an_article_that_has_changed_is_shown_unmarked_where_the_words_are_gone_and_says_so() -> None:
    old, new = article("The dam is shut.", id="dam"), article("The dam is open again.", id="dam")
    link = cited(old, "The dam is shut.")
    shown = reading(new, [link])
    assert shown["notice"] == "The article has changed since it was quoted. It no longer contains the quoted words."
    assert shown["pieces"] == [{"text": "The dam is open again.", "kind": "plain", "exact": False}]
    shown = reading(new, [replace(link, quote="")])
    assert shown["notice"] == "The article has changed since it was quoted, so the quoted words cannot be marked."
    assert shown["pieces"] == [{"text": "The dam is open again.", "kind": "plain", "exact": False}]


def test_quoted_words_are_marked_where_they_stand_after_a_change_and_the_exact_ones_with_them() -> None:
    old = article("🌍 One May. Two.", id="dam")
    new = article("🌍🌍 Corrected: One May. Two.", id="dam")
    link = replace(cited(old, "One May."), marks=((6, 9),))
    shown = reading(new, [link, cited(new, "Two."), cited(old, "Two.")])
    assert shown["notice"] == "The article has changed since it was quoted. It still contains the quoted words."
    assert [(piece["text"], piece["kind"], piece["exact"]) for piece in shown["pieces"]] == [
        ("🌍🌍 Corrected: ", "plain", False), ("One ", "chosen", False), ("May", "chosen", True),
        (".", "chosen", False), (" ", "plain", False), ("Two.", "cited", False),
    ]  # fmt: skip


def test_a_link_whose_place_and_words_do_not_agree_marks_nothing() -> None:
    story = article("One. Two. Three.", id="dam")
    for damaged in (replace(cited(story, "Two."), start=4, end=8), replace(cited(story, "Two."), end=99, quote="")):
        shown = reading(story, [damaged])
        assert shown["notice"].startswith("This link is damaged")
        assert [piece["kind"] for piece in shown["pieces"]] == ["plain"]


def test_a_link_to_an_article_that_is_gone_says_so() -> None:
    shown = reading(None, [cited(article("Gone.", id="gone"), "Gone.")])
    assert shown["error"] == "This article is not in the archive."


def test_a_very_long_article_is_cut_far_from_the_quoted_words() -> None:
    story = article("a" * 300_000 + " NEEDLE " + "b" * 300_000, id="dam")
    pieces = reading(story, [cited(story, "NEEDLE")])["pieces"]
    assert [(len(piece["text"]), piece["kind"]) for piece in pieces] == [
        (4, "plain"), (200_000, "plain"), (6, "chosen"), (200_004, "plain"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://courier.example/a", ("https://courier.example/a", "courier.example")),
        ("http://courier.example:8080/a", ("http://courier.example:8080/a", "courier.example")),
        ("javascript:alert(1)", ("", "")),
        ("data:text/html,x", ("", "")),
        ("//courier.example", ("", "")),
        ("https://[broken", ("", "")),
        ("", ("", "")),
    ],
)
def test_only_web_addresses_become_links(url: str, shown: tuple[str, str]) -> None:
    story = article("The dam.", id="dam", url=url)
    result = reading(story, [cited(story, "The dam.")])
    assert (result["url"], result["host"]) == shown


@pytest.mark.parametrize(
    ("published", "shown"),
    [("2015-05-11", "11 May 2015"), ("2015-05-11T10:00:00+02:00", "11 May 2015"), ("2015-05", "May 2015"),
     ("2015", "2015"), ("", "undated"), ("last week", "last week")],
)  # fmt: skip
def test_a_date_is_shown_as_precisely_as_it_is_known(published: str, shown: str) -> None:
    assert shown_date(published) == shown
