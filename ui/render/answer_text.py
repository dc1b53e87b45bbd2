"""Answer parts that the page, the terminal and the report share: exact words, citations and confidence in words."""

from collections.abc import Iterable, Iterator, Sequence

from qa.records import Answer, Citation, Part, Sentence

Marks = Sequence[tuple[int, int]]
# Pieces of a text, each with whether it is marked.
Pieces = Sequence[tuple[str, bool]]

# Words by their least per cent: the calibrated language of the IPCC's guidance note on uncertainties (2010).
_LIKELIHOODS = (
    (99, "virtually certain"),
    (90, "very likely"),
    (66, "likely"),
    (34, "about as likely as not"),
    (11, "unlikely"),
    (2, "very unlikely"),
    (0, "exceptionally unlikely"),
)


def pieces(text: str, marks: Marks) -> Iterator[tuple[str, bool]]:
    """Yield a text in pieces, each with whether it is marked; joined, the pieces are the text.

    Parts of marks that overlap or lie outside the text are ignored, so that no marks can add, lose or repeat a word.
    """
    position = 0
    for start, end in marks:
        start, end = max(start, position), min(end, len(text))
        if start < end:
            if position < start:
                yield text[position:start], False
            yield text[start:end], True
            position = end
    if position < len(text):
        yield text[position:], False


def unread(part: Part) -> str:
    """Return why the reranker did not read a passage, in a few words; ``""`` if it did, or for other parts."""
    return (part.note or "its time was over") if part.name == "reranker" and not part.rank else ""


def exact_words(sentence: Sentence) -> str:
    """Return the marked words of a sentence, which answer the question; ``""`` if none are marked."""
    return " … ".join(words for words, exact in pieces(sentence.text, sentence.marks) if exact)


def differing(sentences: Iterable[Sentence]) -> bool:
    """Return whether the exact words of sentences differ, so that each needs its outlet and date beside it."""
    answers = {" ".join(exact_words(sentence).casefold().split()) for sentence in sentences}
    return len(answers - {""}) > 1


def marks_of(number: int, answer: Answer) -> tuple[tuple[int, int], ...]:
    """Return the offsets of the exact words in the article of a citation; empty if it quotes other words.

    A sentence's offsets hold for every citation that quotes the same text, so nothing is searched for.
    """
    citation = answer.citations[number - 1]
    found = {
        (citation.start + start, citation.start + end)
        for sentence in answer.sentences
        if number in sentence.citations and sentence.text == citation.quote
        for start, end in sentence.marks
    }
    return tuple(sorted(found))


def proofs(sentence: Sentence, answer: Answer) -> tuple[Citation, ...]:
    """Return the citations of a sentence."""
    return tuple(answer.citations[number - 1] for number in sentence.citations)


def outlets_beside(sentence: Sentence, answer: Answer) -> tuple[Citation, ...]:
    """Return the citations whose outlet and date stand beside a sentence, because other sentences differ.

    None where its notes name the outlet, or where all sentences agree.
    """
    cited = proofs(sentence, answer)
    told = any(one.source and one.source in note for one in cited for note in sentence.notes)
    return cited if not told and (answer.kind == "overview" or differing(answer.sentences)) else ()


def told_confidence(answer: Answer) -> str:
    """Return how probably this answer is right, in words and per cent; "" where it is only possible, or was counted."""
    if answer.abstained or answer.level != "answer" or answer.kind in ("count", "outlets", "overview"):
        return ""
    percent = round(100 * answer.confidence)
    words = next(words for least, words in _LIKELIHOODS if percent >= least)
    shown = "over 99" if percent > 99 else "under 1" if percent < 1 else f"{percent}"
    return f"{words.capitalize()} to be right ({shown} %)"


def told_level(answer: Answer) -> str:
    """Return what is said above an answer that is no more than possible; "" above any other."""
    return "This may answer it." if answer.level == "possible" else ""


def told_exact(answer: Answer) -> str:
    """Return the short answer that stands above the sentences because it stands in none of them: "Yes", a winner."""
    return answer.exact if answer.kind in ("yes-no", "comparison") and answer.level == "answer" else ""
