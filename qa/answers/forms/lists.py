"""Lists: the items below a sentence, where an article sets them out line by line."""

import re
from dataclasses import replace

from qa.anatomy.dissection import boilerplate_spans
from qa.answers.judging.candidates import Candidate
from qa.answers.judging.judgement import Judged
from qa.answers.layout import laid_out, quoted
from qa.answers.question.qualifiers import held_terms
from qa.records import Answer, Article
from qa.text.terms import terms
from qa.text.words import FUNCTION_WORDS

_ITEM = re.compile(r"^[ \t]*(?:[-–—•*·▪‣]|\(?\d{1,2}[.)])[ \t]+(?P<words>\S[^\n]{1,300}?)[ \t]*$", re.MULTILINE)
_FEWEST, _MOST = 3, 12  # items of a list
_SHARED = 2  # words that the list must share with the likeliest sentence, or with the question


def items(judged: Judged) -> Answer:
    """Return the items of the list that the likeliest article sets out on the topic; else the usual answer."""
    found, usual = judged.found, quoted(judged)
    if judged.level == "none" or not judged.scored.candidates:
        return usual
    best = judged.scored.candidates[0]
    hit = found.hits[best.hit]
    article = found.articles.get(hit.passage.article_id)
    spans = _listed(article, f"{best.text} {found.question}") if article else []
    if not article or not spans:
        return usual
    groups = [[Candidate(best.hit, start, end, article.text[start:end])] for start, end in spans[:_MOST]]
    answer = laid_out(found.question, groups, found.hits, "possible", {})
    return replace(answer, confidence=usual.confidence, reason=judged.reason)


def _listed(article: Article, topic: str) -> list[tuple[int, int]]:
    """Return the places of an article's list items that share most words with a topic; [] without such a list."""
    lists: list[list[tuple[int, int]]] = []
    last = -1
    never_quoted = [(start, end) for start, end, _ in boilerplate_spans(article.text)]
    for line in _ITEM.finditer(article.text):
        if any(start < line.end() and line.start() < end for start, end in never_quoted):
            continue
        if last < 0 or article.text[last : line.start()].strip():
            lists.append([])
        lists[-1].append(line.span("words"))
        last = line.end()
    about = set(terms(" ".join(word for word in topic.split() if word.lower() not in FUNCTION_WORDS)))
    best: list[tuple[int, int]] = []
    most = _SHARED - 1
    for one in lists:
        shared = len(about & held_terms([article.text[start:end] for start, end in one]))
        if len(one) >= _FEWEST and shared > most:
            best, most = one, shared
    return best
