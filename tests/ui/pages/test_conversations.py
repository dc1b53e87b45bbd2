"""Conversations as Markdown."""

from qa.records import Answer, Citation, Sentence
from ui.pages.conversations import Turn, to_markdown


def test_a_quoted_sentence_keeps_its_notes_and_what_limits_it() -> None:
    quote = "The town fell on Friday."
    citation = Citation("idlib", "Town falls", "Courier", "", "2015-05-25", 0, len(quote), quote, "d" * 64)
    sentence = Sentence(quote, (1,), (), ("Friday: 22 May 2015",), "None of this has been confirmed.")
    answer = Answer("When?", "When?", quote, "", (sentence,), (citation,), (), 0.9, "", "possible", "date")
    text = to_markdown("", [Turn(answer)], "http://127.0.0.1:7860")
    assert "> The town fell on Friday" in text
    assert "Friday: 22 May 2015" in text.replace("\\", "")
    assert "> *The article goes on:* None of this has been confirmed" in text
