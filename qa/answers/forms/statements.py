"""What somebody said: the sentences of the articles that give the words of the person asked about.

"What did Hart say about the drill?" is answered by what Hart says, in quotation marks or reported; not by what is said
about Hart.
"""

import re
from dataclasses import dataclass, replace

from qa.answers.context import INVERTS, SAID, people, speaker
from qa.answers.judging.candidates import Candidate
from qa.answers.judging.judgement import Judged
from qa.answers.layout import laid_out, quoted, same_sentence
from qa.answers.question.kind_patterns import OPENER, SAID_OF
from qa.answers.question.qualifiers import Qualifiers, held_terms
from qa.records import Answer, Article, Hit, Level
from qa.text.sentences import sentence_spans
from qa.text.terms import terms
from qa.text.words import content_words, word_set

_MOST = 3  # sentences that are given
_SUBJECT = 6  # words before the verb of saying among which its subject stands
_LEAST = 0.34  # share of the topic's words, by weight, that a statement holds with the sentences beside it
_QUOTED = re.compile(r"[“”\"]|(?<!\w)[‘']\w")
_INVERTS = re.compile(rf"{INVERTS}|according to", re.IGNORECASE)
_ABOUT = word_set("of for to with against into about from on by over")
_SPEECH = re.compile(r"[“\"][^”\"]*[”\"]?")
_REPORTED = re.compile(
    rf"\b(?:{SAID}|believe|denied|promised|vowed|according to|described|admitted|accused|confirmed|predicted"
    r"|suggested)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Statement:
    candidate: Candidate
    worth: float


def said(judged: Judged) -> Answer:
    """Return what the person asked about says on the topic, unmarked unless the reader marked words of it.

    Where no such sentence is found, the usual answer.
    """
    found = judged.found
    question = OPENER.sub("", found.question.strip())
    asked = SAID_OF.match(question)
    usual = quoted(judged)
    if asked is None or judged.level == "none":
        return usual
    whose = [word for word in content_words(asked["who"].partition(",")[0]) if word[0].isalpha()]
    topic = [word for word in content_words(question[asked.end() :]) if word not in whose]
    if not whose:
        return usual
    about = Qualifiers((), {word: (found.weights or {}).get(word, 1.0) for word in topic})
    statements: list[_Statement] = []
    seen: set[tuple[str, int]] = set()
    for number, hit in enumerate(found.hits[: found.read]):
        article = found.articles.get(hit.passage.article_id)
        if article is None or judged.stated.missing(held_terms([article.title, article.dek, article.text])):
            continue
        for one in _statements(article, hit, number, whose, about):
            key = (hit.passage.article_id, one.candidate.start)
            if key not in seen:
                seen.add(key)
                statements.append(one)
    marked = {
        (found.hits[one.hit].passage.article_id, one.start): one
        for one in judged.scored.near()[:1]
        if one.field == "text"
    }
    chosen: list[_Statement] = []
    for one in sorted(statements, key=lambda one: -one.worth):
        if len(chosen) < _MOST and not any(same_sentence(one.candidate.text, other.candidate.text) for other in chosen):
            chosen.append(one)
    if not chosen:
        return usual
    groups: list[list[Candidate]] = []
    level: Level = "possible"
    for one in chosen:
        key = (found.hits[one.candidate.hit].passage.article_id, one.candidate.start)
        if key in marked and judged.level == "answer":
            groups.insert(0, [marked[key]])
            level = "answer"
        else:
            groups.append([one.candidate])
    answer = laid_out(found.question, groups, found.hits, level, found.articles)
    return replace(answer, confidence=judged.scored.confidence(level), reason=judged.reason)


def _statements(article: Article, hit: Hit, number: int, whose: list[str], about: Qualifiers) -> list[_Statement]:
    """Return the sentences of a hit's passage in which the person speaks of the topic."""
    spans = sentence_spans(article.text, hit.passage.start, hit.passage.end)
    found = []
    for place, (start, end) in enumerate(spans):
        text = article.text[start:end]
        if not (_QUOTED.search(text) or _REPORTED.search(text)) or not _is_said_by(article, start, end, whose):
            continue
        beside = [article.text[a:b] for a, b in spans[max(0, place - 1) : place + 2]]
        worth = about.covered(held_terms([text])) + 0.5 * about.covered(held_terms(beside))
        if worth >= _LEAST:
            found.append(_Statement(Candidate(number, start, end, text), worth + 0.2 * bool(_QUOTED.search(text))))
    return found


def _is_said_by(article: Article, start: int, end: int, whose: list[str]) -> bool:
    """Return whether a sentence is said by the person: by name, or by the role that its attribution names."""
    wanted = set(terms(whose[-1]))
    who = speaker(article, start, end)
    return (wanted <= set(terms(who)) and " of " not in who) or _is_subject(article.text[start:end], wanted)


def _is_subject(text: str, wanted: set[str]) -> bool:
    """Return whether a word is the subject of a sentence's verb of saying: "the firm said", "said the firm".

    Not where it is spoken to or about: "told the firm", "critics of the firm said", "the firm's lawyers said".
    """
    outside = _SPEECH.sub(" ", text)
    for verb in _REPORTED.finditer(outside):
        named = people(outside[: verb.start()])[-1:]
        clause = re.split(r"[,;:.]", outside[: verb.start()])[-1].split()[-_SUBJECT:]
        about = next((place for place, word in enumerate(clause) if word.lower() in _ABOUT), len(clause))
        subject = [*clause[:about], *(" ".join(named).split()[-1:] if about == len(clause) else [])]
        after = outside[verb.end() :].split()[:2] if _INVERTS.fullmatch(verb[0]) else []
        for word in (*subject, *after):
            if wanted <= set(terms(word)) and not re.search(r"[’']s?$", word):
                return True
    return False
