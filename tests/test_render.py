import csv
import hashlib
from dataclasses import replace
from html.parser import HTMLParser
from io import StringIO
from typing import get_args

import pytest

from qa.records import Answer, Article, Citation, Hit, Part, PartName, Passage, Sentence
from tests.plain import article
from ui import escaping, render
from ui.filters import Filters
from ui.reading import Reference, copies_of, fragment, reading, reference, references, shown_date

DIGEST = "d0f4" * 16
# What links to "The dam was closed." hold: the digest of the text and of the quotation, their first digits.
HASHES = f"{DIGEST[:12]}-8f9f14f3727cf299"
HOSTILE = "<script>alert(1)</script> ![](http://evil.example/x) [x](javascript:alert(1)) $$x$$ `a` *b* _c_ [1] &amp; \\"


class Reader(HTMLParser):
    """What a browser makes of HTML: its tags, the addresses of its links, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.text += data


def citation(quote: str = "The dam was closed.", **fields: object) -> Citation:
    values = {
        "article_id": "dam", "title": "Dam closed", "source": "Courier", "url": "https://courier.example/dam",
        "published": "2015-05-11", "start": 0, "end": len(quote), "quote": quote, "digest": DIGEST,
    }  # fmt: skip
    return Citation(**{**values, **fields})  # type: ignore[arg-type]


def hit(text: str = "The dam was closed.", **fields: object) -> Hit:
    parts = (Part("bm25", 1, 7.5, 0.5), Part("dense", 2, 0.25, 0.125))
    return Hit(Passage("p1", "dam", 0, len(text), text), citation(text, **fields), 0.625, parts)


def answer(**fields: object) -> Answer:
    values = {
        "question": "Why was the dam closed?", "asked": "Why was the dam closed?", "text": "The dam was closed.",
        "exact": "", "sentences": (Sentence("The dam was closed.", (1,)),), "citations": (citation(),),
        "hits": (hit(),), "confidence": 0.9,
    }  # fmt: skip
    return Answer(**{**values, **fields})  # type: ignore[arg-type]


def cited(story: Article, quote: str) -> Reference:
    """The reference to the first place where an article has these words."""
    start = story.text.index(quote)
    digest = hashlib.sha256(story.text.encode()).hexdigest()
    made = reference(fragment(citation(quote, article_id=story.id, start=start, end=start + len(quote), digest=digest)))
    assert made is not None
    return made


def test_text_with_markup_of_any_kind_is_shown_as_it_is() -> None:
    html = escaping.inert(HOSTILE)
    assert Reader(html).text == HOSTILE
    assert Reader(html).tags == []
    assert not set(html) & set("<>[]()!$`*_\\\"'|~@.:/=-{}")


def test_lines_that_markdown_would_take_for_blocks_end_up_on_one_line() -> None:
    assert escaping.inert("a\n\n    code\n# heading\n1. item") == "a code &#35; heading 1&#46; item"


def test_marks_that_hide_or_reverse_text_are_dropped() -> None:
    assert escaping.inert("safe\u202etxt\u2069 \u200b\x07end") == "safetxt end"


def test_the_words_of_a_question_are_marked_in_every_inflection_and_common_words_are_not() -> None:
    html = escaping.marked("The dams were closed; the Closing of a dam is rare.", "Why was the dam closed?")
    assert html == (
        "The <mark>dams</mark> were <mark>closed</mark>&#59; the <mark>Closing</mark> of a <mark>dam</mark> "
        "is rare&#46;"
    )


def test_each_sentence_is_followed_by_the_numbers_of_its_citations_as_links() -> None:
    html = render.answer_html(answer())
    link = f"#cite-dam:0-19:{HASHES}"
    assert html.startswith(
        f'<div class="answer"><p class="said">The dam was closed&#46; <a class="cite" href="{link}" '
        'title="Courier&#44; 11 May 2015&#58; Dam closed"><span class="hidden-text">Source </span>[1]</a></p>'
    )
    assert Reader(html).links == [link, link, link]


def test_a_passage_comes_with_its_outlet_date_title_and_the_parts_of_its_score() -> None:
    html = render.answer_html(answer())
    assert "<summary>1 passage found, best first</summary>" in html
    assert '<span class="meta">Courier · 11 May 2015</span>' in html
    assert "<tr><td>Same words (BM25)</td><td>1</td><td>7.500</td><td>0.500</td></tr>" in html
    assert "<tr><td>Same meaning (dense)</td><td>2</td><td>0.250</td><td>0.125</td></tr>" in html
    assert '<td colspan="3">Score</td><td>0.625</td>' in html


def test_copies_of_a_passage_are_named_under_it_and_under_the_sources_made_of_it() -> None:
    copies = tuple(
        citation(article_id=f"copy{day}", source=f"Wire {day}", published=f"2015-05-1{day}") for day in range(5)
    )
    html = render.answer_html(answer(hits=(replace(hit(), copies=copies),)))
    line = (
        '<span class="also">Also: '
        f'<a href="#cite-copy0:0-19:{HASHES}" title="Dam closed">Wire 0 · 10 May 2015</a>, '
        f'<a href="#cite-copy1:0-19:{HASHES}" title="Dam closed">Wire 1 · 11 May 2015</a>, '
        f'<a href="#cite-copy2:0-19:{HASHES}" title="Dam closed">Wire 2 · 12 May 2015</a> and 2 more</span>'
    )
    assert html.count(line) == 2
    assert "Also:" not in render.answer_html(answer())


def test_nothing_in_a_copy_becomes_markup() -> None:
    hostile = citation(source=HOSTILE, title=HOSTILE, published="<b>", article_id='"><script>')
    html = render.answer_html(answer(hits=(replace(hit(), copies=(hostile,)),)))
    assert set(Reader(html).tags) == set(Reader(render.answer_html(answer())).tags)
    assert HOSTILE in Reader(html).text


def test_a_citation_has_the_copies_of_the_passage_that_it_lies_in() -> None:
    copy = citation(article_id="copy")
    burnt = replace(hit("The mill burnt down on Monday.", article_id="mill"), copies=(citation(article_id="b"),))
    hits = (burnt, replace(hit("The dam was closed. It held."), copies=(copy,)))
    assert copies_of(citation("The dam was closed."), hits) == (copy,)
    assert copies_of(citation("It was.", start=25, end=32), hits) == ()
    assert copies_of(citation("The mill", article_id="mill"), hits) == burnt.copies
    assert copies_of(citation("The mill", article_id="unknown"), hits) == ()


def test_an_abstention_says_so_and_calls_the_passages_nearest() -> None:
    html = render.answer_html(answer(text="Nothing about this.", sentences=(), citations=(), hits=(hit(), hit())))
    assert '<p class="abstained">Nothing about this&#46;</p>' in html
    assert "<summary>The nearest passages</summary>" in html
    assert 'class="cite"' not in html


def test_an_abstention_without_passages_says_that_the_filters_leave_nothing() -> None:
    html = render.answer_html(answer(text="No.", sentences=(), citations=(), hits=()), ["Courier"])
    assert Reader(html).text == "Only CourierNo.No article passes the filters."


def test_the_question_that_was_searched_is_shown_only_when_it_differs() -> None:
    assert "Searched for" not in render.answer_html(answer())
    assert 'Searched for: <span class="asked">Dams&#63; Why&#63;</span>' in render.answer_html(
        answer(asked="Dams? Why?")
    )


def test_a_hostile_article_adds_no_tag_and_no_address_to_an_answer() -> None:
    hostile = {"title": HOSTILE, "source": HOSTILE, "url": "javascript:alert(1)", "article_id": 'x" onclick="y:z/#ü'}
    html = render.answer_html(
        answer(
            asked=HOSTILE, text=HOSTILE, sentences=(Sentence(HOSTILE, (1,)),),
            citations=(citation(HOSTILE, **hostile),), hits=(hit(HOSTILE, **hostile),),
        ),
        [HOSTILE],
    )  # fmt: skip
    page = Reader(html)
    assert set(page.tags) <= {
        "div", "p", "a", "span", "ol", "li", "details", "summary", "mark", "table", "thead", "tbody", "tfoot", "tr",
        "th", "td",
    }  # fmt: skip
    assert {link[:30] for link in page.links} == {"#cite-x%22%20onclick%3D%22y%3A", "#edit-asked"}
    assert "\n" not in html


def test_the_exact_words_of_a_sentence_are_marked_and_its_links_say_where_they_stand() -> None:
    quoted = (citation(start=100, end=119), citation("Closed.", start=5, end=12))
    html = render.answer_html(
        answer(sentences=(Sentence("The dam was closed.", (1, 2), ((12, 18),)),), citations=quoted)
    )
    link = f"#cite-dam:100-119:{HASHES}:112-118"
    assert html.startswith(
        f'<div class="answer"><p class="said">The dam was <mark>closed</mark>&#46; <a class="cite" href="{link}" title='
    )
    elsewhere = f"#cite-dam:5-12:{DIGEST[:12]}-e01c351df5b7bfe2"
    passage = f"#cite-dam:0-19:{HASHES}"
    assert Reader(html).links == [link, elsewhere, link, elsewhere, passage]


@pytest.mark.parametrize(
    ("text", "marks", "html"),
    [
        ("May 1991", ((0, 3), (4, 8)), "<mark>May</mark> <mark>1991</mark>"),
        ("🌊🌊 11 m", ((3, 5),), "🌊🌊 <mark>11</mark> m".replace("🌊", "&#127754;")),
        ("👩‍🚒 Ana", ((0, 3),), "<mark>&#128105;&#8205;&#128658;</mark> Ana"),
        ("Cafe\u0301 Nil", ((0, 5),), "<mark>Cafe&#769;</mark> Nil"),
        ("a\n\n    b", ((0, 4),), "<mark>a </mark> b"),
        ("a\u202eb", ((1, 2),), "ab"),
        ("<b>11</b>", ((3, 5),), "&#60;b&#62;<mark>11</mark>&#60;&#47;b&#62;"),
        ("</mark><b>", ((0, 7), (8, 9)), "<mark>&#60;&#47;mark&#62;</mark>&#60;<mark>b</mark>&#62;"),
        ("&lt;", ((0, 2),), "<mark>&#38;l</mark>t&#59;"),
    ],
)  # fmt: skip
def test_marks_are_put_by_code_points_and_the_text_stays_text(
    text: str, marks: tuple[tuple[int, int], ...], html: str
) -> None:
    assert escaping.exact_html(text, marks) == html


def test_no_mark_in_a_hostile_sentence_makes_markup() -> None:
    for start in range(len(HOSTILE)):
        page = Reader(escaping.exact_html(HOSTILE, ((0, start), (start, start + 3))))
        assert page.text == HOSTILE
        assert set(page.tags) == {"mark"}


def test_answers_that_differ_stand_each_with_its_outlet_and_date() -> None:
    sentences = (Sentence("It sank in 1991.", (1,), ((11, 15),)), Sentence("It sank in 1990.", (2,), ((11, 15),)))
    citations = (citation("It sank in 1991."), citation("It sank in 1990.", source="<Wire>", published="2016"))
    html = render.answer_html(answer(sentences=sentences, citations=citations, hits=()))
    assert '[1]</a><span class="by"><span class="meta">Courier · 11 May 2015</span></span></p>' in html
    assert '[2]</a><span class="by"><span class="meta">&#60;Wire&#62; · 2016</span></span></p>' in html
    agreed = (sentences[0], Sentence("In 1991 it sank.", (2,), ((3, 7),)))
    html = render.answer_html(answer(sentences=agreed, citations=citations, hits=()))
    assert "[1]</a></p>" in html
    assert "[2]</a></p>" in html


def test_an_answer_says_how_likely_it_is_that_there_is_one() -> None:
    html = render.answer_html(answer(confidence=0.934))
    assert '<p class="aside">Very likely that the archive holds an answer &#40;93 &#37;&#41;</p><details' in html


def test_a_refusal_gives_its_reason_instead_of_the_filters() -> None:
    refused = answer(text="No.", sentences=(), citations=(), hits=(), reason="The name “<b>Zubair” never occurs.")
    html = render.answer_html(refused, ["Courier"])
    assert '<p class="abstained">No&#46;</p><p class="reason">' in html
    assert Reader(html).text == "Only CourierNo.The name “<b>Zubair” never occurs."


def test_every_ranker_has_a_name_in_plain_words() -> None:
    parts = tuple(Part(name, 1, 1.0, 0.1) for name in get_args(PartName))
    html = render.answer_html(answer(hits=(replace(hit(), why=parts),)))
    assert not [part.name for part in parts if f"<td>{part.name}</td>" in html]
    assert "<td>Read with the question (reader)</td>" in html


def test_a_link_survives_any_article_id() -> None:
    for name in ("a1", "a:b", "a/b#c?d", "50%", "ü 字 😀", '"><script>', "😀" * 500):
        made = reference("#" + fragment(citation("closed", article_id=name, start=3, end=9)))
        assert made == Reference(name, 3, 9, DIGEST[:12], quote=hashlib.sha256(b"closed").hexdigest()[:16])


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
    assert shown["notice"] == "The article has changed since, and the quoted words are no longer in it."
    assert shown["pieces"] == [{"text": "The dam is open again.", "kind": "plain", "exact": False}]
    shown = reading(new, [replace(link, quote="")])
    assert shown["notice"] == "This article has changed since it was quoted, so the quoted words cannot be marked."
    assert shown["pieces"] == [{"text": "The dam is open again.", "kind": "plain", "exact": False}]


def test_quoted_words_are_marked_where_they_stand_after_a_change_and_the_exact_ones_with_them() -> None:
    old = article("🌍 One May. Two.", id="dam")
    new = article("🌍🌍 Corrected: One May. Two.", id="dam")
    link = replace(cited(old, "One May."), marks=((6, 9),))
    shown = reading(new, [link, cited(new, "Two."), cited(old, "Two.")])
    assert shown["notice"] == "The article has changed since; the quoted words still stand in it."
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


@pytest.mark.parametrize(
    ("after", "before", "complaint"),
    [
        ("", "", ""),
        ("2015-05", "2015-06-01", ""),
        ("2015-13-40", "", "After: “2015-13-40” is not a date. Write it as year-month-day, such as 2015-05-11."),
        ("", "May", "Before: “May” is not a date. Write it as year-month-day, such as 2015-05-11."),
        (
            "2016", "2015",
            "No day lies between After (2016) and Before (2015): the first has to be earlier.",
        ),
    ],
)  # fmt: skip
def test_dates_that_cannot_be_used_are_named(after: str, before: str, complaint: str) -> None:
    assert Filters((), after, before).complaint() == complaint


def test_filters_read_as_words() -> None:
    filters = Filters.of(["Courier", ""], " 2015-05-11 ", "2016")
    assert filters.described() == ["Courier or unknown outlet", "from 11 May 2015 on", "before 2016"]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_of_csv_can_be_a_formula(begin: str) -> None:
    (row,) = csv.reader(StringIO(escaping.csv_line([f"{begin}cmd|' /C calc'!A0", "a=b", "1"]), newline=""))
    assert row == [f"'{begin}cmd|' /C calc'!A0", "a=b", "1"]


def test_a_line_of_csv_reads_back_as_it_was_but_for_control_characters() -> None:
    cells = ['He said "no", twice', "two\nlines", "", " x ", "é “q”", "red \x1b[31m \x9b \x00"]
    line = escaping.csv_line(cells)
    assert line.endswith("\r\n")
    (row,) = csv.reader(StringIO(line, newline=""))
    assert row == [*cells[:5], "red �[31m � �"]
