from rich.text import Text

from qa.records import Answer, Citation, Hit, Part, Passage, Sentence
from ui.render.terminal_text import answer_text, hit_text, said


def bold(text: Text) -> list[str]:
    return [text.plain[span.start : span.end] for span in text.spans if "bold" in str(span.style)]


def cited(quote: str, source: str, published: str) -> Citation:
    return Citation("a", "Title", source, "", published, 0, len(quote), quote, "d" * 64)


def test_the_exact_words_are_bold_and_the_rest_of_the_sentence_is_not() -> None:
    text = said(Sentence("🌊 Engineers found that 11 of 40\nsensors had\r\n drifted.", (1,), ((23, 39), (44, 55))))
    assert text.plain == "🌊 Engineers found that 11 of 40 sensors had drifted."
    assert bold(text) == ["11 of 40 sensors", "drifted."]
    assert text.style == ""


def test_a_sentence_without_marks_is_bold_as_a_whole() -> None:
    text = said(Sentence("The dam was closed.", (1,)))
    assert (text.plain, text.style, bold(text)) == ("The dam was closed.", "bold", [])


def test_no_mark_lets_an_article_number_or_control_the_terminal() -> None:
    text = said(Sentence("Eleven [1] \x1b[31m of forty \x9b[2, 3].", (1,), ((8, 9), (11, 13))))
    assert text.plain == "Eleven ［1］ �[31m of forty �［2, 3］."
    assert bold(text) == ["1", "�["]


def test_answers_that_differ_come_with_outlet_and_date() -> None:
    both = (
        Sentence("It sank in 1991.", (1, 2), ((11, 15),)),
        Sentence("It sank in 1990.", (3,), ((11, 15),)),
    )
    citations = (
        cited(both[0].text, "Courier", "2015-05-11"), cited("1991", "", ""), cited(both[1].text, "Wire\x1b", "2016"),
    )  # fmt: skip
    found = Answer("When?", "When?", "", "1991", both, citations, (), 0.95, "", "answer")
    lines = answer_text(found).plain.splitlines()
    assert lines[0] == "It sank in 1991. [1] [2] - Courier, 2015-05-11; unknown outlet, undated"
    assert lines[1] == "It sank in 1990. [3] - Wire�, 2016"
    assert lines[-1] == "Very likely to be right (95 %)"
    alone = Answer("When?", "When?", "", "1991", both[:1], citations, (), 0.95, "", "answer")
    assert answer_text(alone).plain.splitlines()[0] == "It sank in 1991. [1] [2]"


def test_a_refusal_gives_its_reason() -> None:
    refused = Answer("Who?", "Who?", "No answer.", "", (), (), (), 0.0, "The name “Zubair\x1b” never occurs.")
    assert answer_text(refused).plain == "No answer.\nThe name “Zubair�” never occurs.\n"


def test_a_passage_that_there_was_no_time_to_read_says_so() -> None:
    passage = Passage("p1", "a", 0, 4, "Word")
    citation = Citation("a", "Title", "Courier", "", "2015-05-11", 0, 4, "Word", "d" * 64)
    parts = (Part("bm25", 1, 5.0, 0.5), Part("reranker", 0, 0.0, 0.0))
    shown = hit_text(1, Hit(passage, citation, 0.5, parts), "word")
    assert "bm25 0.500 (rank 1), reranker: not read, its time was over" in shown.plain
    parts = (parts[0], Part("reranker", 0, 0.0, 0.0, "7 questions were asked at the same time"))
    shown = hit_text(1, Hit(passage, citation, 0.5, parts), "word")
    assert "reranker: not read, 7 questions were asked at the same time" in shown.plain


def test_notes_and_what_limits_a_sentence_are_printed_behind_it() -> None:
    sentence = Sentence("The town fell.", (1,), (), ("Friday: 22 May 2015",), "None of this has been confirmed.")
    citation = cited("The town fell.", "Courier", "2015-05-25")
    given = Answer("Q?", "Q?", "", "", (sentence,), (citation,), (), 0.9, "", "possible")
    lines = answer_text(given).plain.splitlines()
    assert "The town fell. (Friday: 22 May 2015) [1]" in lines
    assert "    The article goes on: None of this has been confirmed." in lines
