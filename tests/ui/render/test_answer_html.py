from dataclasses import replace
from html.parser import HTMLParser
from typing import get_args

import pytest

from qa.records import Answer, Citation, Hit, Part, PartName, Passage, Sentence
from ui.render import answer_html, escaping
from ui.render.citation_view import copies_of

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
        "hits": (hit(),), "confidence": 0.9, "level": "answer",
    }  # fmt: skip
    return Answer(**{**values, **fields})  # type: ignore[arg-type]


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
    html = answer_html.answer_html(answer())
    link = f"#cite-dam:0-19:{HASHES}"
    assert html.startswith(
        f'<div class="answer"><p class="said">The dam was closed&#46; <a class="cite" href="{link}" '
        'title="Courier&#44; 11 May 2015&#58; Dam closed"><span class="hidden-text">Source </span>[1]</a></p>'
    )
    assert Reader(html).links == [link, link, link]


def test_a_passage_comes_with_its_outlet_date_title_and_the_parts_of_its_score() -> None:
    html = answer_html.answer_html(answer())
    assert "<summary>1 passage found, best first</summary>" in html
    assert '<span class="meta">Courier · 11 May 2015</span>' in html
    assert "<tr><td>Same words (BM25)</td><td>1</td><td>7.500</td><td>0.500</td></tr>" in html
    assert "<tr><td>Same meaning (dense)</td><td>2</td><td>0.250</td><td>0.125</td></tr>" in html
    assert '<td colspan="3">Score</td><td>0.625</td>' in html


def test_copies_of_a_passage_are_named_under_it_and_under_the_sources_made_of_it() -> None:
    copies = tuple(
        citation(article_id=f"copy{day}", source=f"Wire {day}", published=f"2015-05-1{day}") for day in range(5)
    )
    html = answer_html.answer_html(answer(hits=(replace(hit(), copies=copies),)))
    line = (
        '<span class="also">Also: '
        f'<a href="#cite-copy0:0-19:{HASHES}" title="Dam closed">Wire 0 · 10 May 2015</a>, '
        f'<a href="#cite-copy1:0-19:{HASHES}" title="Dam closed">Wire 1 · 11 May 2015</a>, '
        f'<a href="#cite-copy2:0-19:{HASHES}" title="Dam closed">Wire 2 · 12 May 2015</a> and 2 more</span>'
    )
    assert html.count(line) == 2
    assert "Also:" not in answer_html.answer_html(answer())


def test_nothing_in_a_copy_becomes_markup() -> None:
    hostile = citation(source=HOSTILE, title=HOSTILE, published="<b>", article_id='"><script>')
    html = answer_html.answer_html(answer(hits=(replace(hit(), copies=(hostile,)),)))
    assert set(Reader(html).tags) == set(Reader(answer_html.answer_html(answer())).tags)
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
    html = answer_html.answer_html(answer(text="Nothing about this.", sentences=(), citations=(), hits=(hit(), hit())))
    assert '<p class="abstained">Nothing about this&#46;</p>' in html
    assert "<summary>The nearest passages</summary>" in html
    assert 'class="cite"' not in html


def test_an_abstention_without_passages_says_that_the_filters_leave_nothing() -> None:
    html = answer_html.answer_html(answer(text="No.", sentences=(), citations=(), hits=()), ["Courier"])
    assert Reader(html).text == "Only CourierNo.No article passes the filters."


def test_the_question_that_was_searched_is_shown_only_when_it_differs() -> None:
    assert "Searched for" not in answer_html.answer_html(answer())
    assert 'Searched for: <span class="asked">Dams&#63; Why&#63;</span>' in answer_html.answer_html(
        answer(asked="Dams? Why?")
    )


def test_a_hostile_article_adds_no_tag_and_no_address_to_an_answer() -> None:
    hostile = {"title": HOSTILE, "source": HOSTILE, "url": "javascript:alert(1)", "article_id": 'x" onclick="y:z/#ü'}
    html = answer_html.answer_html(
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
    html = answer_html.answer_html(
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
    html = answer_html.answer_html(answer(sentences=sentences, citations=citations, hits=()))
    assert '[1]</a><span class="by"><span class="meta">Courier · 11 May 2015</span></span></p>' in html
    assert '[2]</a><span class="by"><span class="meta">&#60;Wire&#62; · 2016</span></span></p>' in html
    agreed = (sentences[0], Sentence("In 1991 it sank.", (2,), ((3, 7),)))
    html = answer_html.answer_html(answer(sentences=agreed, citations=citations, hits=()))
    assert "[1]</a></p>" in html
    assert "[2]</a></p>" in html


def test_an_answer_says_how_likely_it_is_to_be_right() -> None:
    html = answer_html.answer_html(answer(confidence=0.934))
    assert '<p class="aside">Very likely to be right &#40;93 &#37;&#41;</p><details' in html


def test_a_possible_answer_says_so_with_the_reason_and_has_no_marks() -> None:
    given = answer(level="possible", reason="The article quoted does not mention “<b>Zubair”.", exact="")
    html = answer_html.answer_html(given)
    assert '<p class="level">This may answer it&#46; The article quoted does not mention' in html
    assert "<b>" not in html


def test_a_verdict_and_notes_stand_beside_the_quotation() -> None:
    sentence = Sentence("It sank on Friday.", (1,), (), ("Friday: 22 May 2015",))
    html = answer_html.answer_html(answer(sentences=(sentence,), exact="Yes", kind="yes-no", level="answer"))
    assert '<p class="exact-answer">Yes</p><p class="said">It sank on Friday&#46; <span class="gloss">' in html
    assert "Friday&#58; 22 May 2015" in html


def test_what_limits_a_sentence_stands_faintly_below_it() -> None:
    sentence = Sentence("The town fell.", (1,), caveat="None of <b>this</b> has been confirmed.")
    html = answer_html.answer_html(answer(sentences=(sentence,)))
    assert '<span class="caveat"><span class="gloss">The article goes on:</span> None of ' in html
    assert "<b>" not in html
    assert "caveat" not in answer_html.answer_html(answer())


def test_a_quoted_headline_is_called_one() -> None:
    html = answer_html.answer_html(answer(citations=(replace(citation(), field="title"),)))
    assert '<span class="meta">· headline</span>' in html


def test_a_refusal_gives_its_reason_instead_of_the_filters() -> None:
    refused = answer(text="No.", sentences=(), citations=(), hits=(), reason="The name “<b>Zubair” never occurs.")
    html = answer_html.answer_html(refused, ["Courier"])
    assert '<p class="abstained">No&#46;</p><p class="reason">' in html
    assert Reader(html).text == "Only CourierNo.The name “<b>Zubair” never occurs."


def test_every_ranker_has_a_name_in_plain_words() -> None:
    parts = tuple(Part(name, 1, 1.0, 0.1) for name in get_args(PartName))
    html = answer_html.answer_html(answer(hits=(replace(hit(), why=parts),)))
    assert not [part.name for part in parts if f"<td>{part.name}</td>" in html]
    assert "<td>Read with the question (reader)</td>" in html


def test_a_passage_that_was_not_read_because_many_asked_says_so() -> None:
    parts = (Part("bm25", 1, 5.0, 0.5), Part("reranker", 0, 0.0, 0.0, "7 questions were asked <b>at once</b>"))
    hit = Hit(Passage("p1", "dam", 0, 19, "The dam was closed."), citation(), 0.5, parts)
    shown = Reader(answer_html.answer_html(Answer("Why?", "Why?", "No answer.", "", (), (), (hit,), 0.1)))
    assert "Read with the question (reader)not read: 7 questions were asked <b>at once</b>" in shown.text
    assert "b" not in shown.tags


def test_each_refusal_differs_from_the_one_before() -> None:
    one, two = (answer_html.refusal_html("Ask again in <2> seconds.", number) for number in (1, 2))
    assert one != two
    assert Reader(one).text == Reader(two).text == "Ask again in <2> seconds."
