"""Counts and lists over every article: how many mention something, and which outlets do."""

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.answers.found import Sources
from qa.answers.layout import abstention, numbered
from qa.answers.question.question_kinds import Asked
from qa.answers.reasons import COUNTED
from qa.errors import InputError
from qa.records import Answer, Citation, MatchedArticle, Sentence
from qa.text.words import FUNCTION_WORDS

_SHOWN = 10  # articles that a count cites
_QUOTES = re.compile(r"[\"“”‘’']")
_CLAUSE = re.compile(r"\b(?:in (?:the|our|this|your) (?:archive|collection)|at all|altogether|in total|so far)\b", re.I)


def searched_words(topic: str) -> str:
    """Return a topic as a query of the exhaustive search: names as phrases, other words alone."""
    if _QUOTES.search(topic[:1]) or "“" in topic or '"' in topic:
        return topic.replace("‘", '"').replace("’", '"')
    words = _CLAUSE.sub("", topic).split()
    kept: list[str] = []
    name: list[str] = []
    for word in [*words, ""]:
        if word[:1].isupper() or (name and word.lower() in ("of", "de", "al", "bin", "van", "von") and name):
            name.append(word)
            continue
        if name:
            kept.append(f'"{" ".join(name)}"' if len(name) > 1 else name[0])
            name = []
        if word and word.lower() not in FUNCTION_WORDS:
            kept.append(word)
    return " ".join(kept) or topic


def counted(question: str, asked: Asked, sources: Sources) -> Answer:
    """Return how many articles hold a topic's words, with the rule of counting; an abstention where none does."""
    words = searched_words(asked.topic)
    total = 0
    shown: list[MatchedArticle] = []
    for article in _every(sources, words):
        total += 1
        if len(shown) < _SHOWN:
            shown.append(article)
    if not total:
        return _none(question, asked, words, filtered=sources.filtered())
    among = _among(sources.filtered(), "passes" if total == 1 else "pass")
    many = f"1 article{among} mentions" if total == 1 else f"{total:,} articles{among} mention"
    said = f"{many} {_plain(words)}."
    sentences = [Sentence(said, (), ((0, len(f"{total:,}")),))]
    return _cited(question, asked, sentences, shown, f"{total:,}")


def outlets(question: str, asked: Asked, sources: Sources) -> Answer:
    """Return which outlets have articles with a topic's words, most articles first."""
    words = searched_words(asked.topic)
    counts: dict[str, int] = {}
    first: dict[str, MatchedArticle] = {}
    for article in _every(sources, words):
        name = article.source or "an unnamed outlet"
        counts[name] = counts.get(name, 0) + 1
        first.setdefault(name, article)
    if not counts:
        return _none(question, asked, words, filtered=sources.filtered())
    order = sorted(counts, key=lambda name: (-counts[name], name))
    named = ", ".join(f"{name} ({counts[name]:,})" for name in order[:_SHOWN])
    more = f" and {len(order) - _SHOWN:,} more" if len(order) > _SHOWN else ""
    many = "1 outlet mentions" if len(order) == 1 else f"{len(order):,} outlets mention"
    sentences = [Sentence(f"{many} {_plain(words)}: {named}{more}.", ())]
    return _cited(question, asked, sentences, [first[name] for name in order[:_SHOWN]], ", ".join(order[:_SHOWN]))


def _every(sources: Sources, words: str) -> Iterator[MatchedArticle]:
    try:
        yield from sources.every(words)
    except InputError:  # no word that can be searched
        return


def _cited(
    question: str, asked: Asked, sentences: list[Sentence], articles: list[MatchedArticle], exact: str
) -> Answer:
    """Return computed sentences, which all the articles' first matches prove."""
    citations = tuple(map(_citation, articles))
    numbers = tuple(range(1, len(citations) + 1))
    proved = tuple(Sentence(one.text, numbers, one.marks) for one in sentences)
    return Answer(
        question, question, numbered(proved), exact, proved, citations, (), 1.0, COUNTED, "answer", asked.kind
    )  # fmt: skip


def _citation(article: MatchedArticle) -> Citation:
    """Return the citation of an article's first match, in the text if there is one, else of its headline or dek."""
    match = next((one for one in article.matches if one.field == "text"), article.matches[0])
    if match.field == "text":
        return match.citation
    c = match.citation
    return Citation(
        c.article_id, c.title, c.source, c.url, c.published, match.start, match.end, match.quote, c.digest, match.field
    )


def _none(question: str, asked: Asked, words: str, *, filtered: bool) -> Answer:
    refused = abstention(question, (), 1.0, COUNTED, asked.kind)
    return replace(refused, text=f"No article{_among(filtered, 'passes')} mentions {_plain(words)}.")


def _among(filtered: bool, passes: str) -> str:
    return f" that {passes} the filters" if filtered else ""


def _plain(words: str) -> str:
    """Return a query in words: each word or phrase in quotation marks."""
    pieces = re.findall(r'"([^"]*)"|(\S+)', words)
    return " and ".join(f"“{phrase or word}”" for phrase, word in pieces)
