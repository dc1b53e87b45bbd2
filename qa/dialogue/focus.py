"""Discourse focus: the weighted names and topic words of a conversation that a follow-up may carry over.

A phrase weighs most in the turn that says it.  Its weight fades with every later turn, and a pronoun that refers to it
restores the weight (the centre of Grosz, Joshi and Weinstein, "Centering", Computational Linguistics 21, 1995).  A
question that stands alone and names something begins a new topic.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from qa.dialogue.dependence import PERSONAL, reason
from qa.dialogue.question_words import BE, DO, WORD, Word, bare, is_plural, parse_words, stem, telling_stems
from qa.text.words import word_set

_LINKS = word_set("of the de la le al el von van der den du del di da bin ibn y for a")
_PLACING = word_set("in at near from to around across outside inside")
_BEFORE_VERBS = word_set(
    "i you we he she it they to who how not and or that can could will would shall should may might must"
)
SEVERAL = word_set("they them their theirs these those they're ones")
_ONE = word_set("it its this that it's")
# Who did it, but not who somebody is: "Who is Angela Merkel?", "Who was Hume's father?"
_WHO = re.compile(
    r"\W*(?:(?:[Aa]nd|[Bb]ut|[Ss]o)\s+)?(?:[Tt]o |[Bb]y |[Ff]or |[Ww]ith )?[Ww]ho(?:m)?\b"
    r"(?! (?:is|was) [A-Z])(?!.*['’]s\b)"
)
_ASKS_WHO = re.compile(r"\W*(?:(?:and|but|so)\s+)?(?:who|whom)\b", re.IGNORECASE)
_BODIES = word_set(
    "party group company firm bank university council court police army government ministry union club team united "
    "city state republic front brigade agency office department association airlines qaeda taliban hamas labour inc "
    "ltd corporation committee college hospital times news post"
)
_QUOTED = re.compile(r"\"[^\"]{2,80}\"|“[^”]{2,80}”")
_SHORT = 5  # words of a reply in which a single word can name the person
_LONGEST, _CHARACTERS = 6, 80  # limits of a phrase, in words and in characters
_AFTER_NAME = 2  # words that may follow a name in its phrase: the Alma ferry

# Weights, chosen on half of the conversations of `python -m lab.benchmarks.quality.followups`.
FADE = 0.75  # factor on every phrase with each question
LEFT = 0.3  # the same factor when another topic begins
NAME = 1.6  # weight of a name; a topic word has 1
OPENER = 0.5  # share added in the question that begins a topic
VERB = 0.3  # weight of a topic word that seems to be a verb
REPLY = 0.35  # factor on a name in a reply, relative to one in a question
REPLY_WORDS = 25  # words of a reply that are searched for names
CENTRE = 1.0  # least weight of a phrase that a follow-up has referred to
PLACED = 0.8  # factor on a place, relative to people and things
AGREES = 1.6  # factor on a phrase that agrees in number with the pronoun


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of words in a turn, at ``[start:end]`` of its text.

    ``stems`` are those of its content words.  ``name``: it is written like a name.  ``place``: "in", "at" or the like
    comes before it.  ``article``: "the" or "a" comes before it.  ``verb``: it seems to be a verb.
    """

    text: str
    stems: frozenset[str]
    name: bool = False
    place: bool = False
    article: bool = False
    verb: bool = False
    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


def phrases(text: str, *, names_only: bool = False) -> list[Phrase]:
    """Return the names and, unless ``names_only``, the other runs of topic words of a text; quoted ones first."""
    words = parse_words(text)
    found: list[Phrase] = []
    quoted = [match.span() for match in _QUOTED.finditer(text)]
    for start, end in quoted:
        stems = frozenset(stem(word.lower) for word in words if start <= word.start < end and word.content)
        if stems:
            found.append(Phrase(text[start + 1 : end - 1].strip(), stems, name=True, start=start, end=end))
    place = 0
    while place < len(words):
        if not words[place].tells or any(start <= words[place].start < end for start, end in quoted):
            place += 1
            continue
        begin = place
        end = _name_end(words, place) if words[place].name else _topic_end(words, place)
        if words[place].name and not names_only:
            end = _with_what_follows(words, place, end)
        if words[place].name or not names_only:
            numbered = words[begin].name and words[begin].joined and words[begin - 1].lower.isdigit()  # 2018 World Cup
            found.append(_phrase(text, words, begin - numbered, end))
        place = end
    return [phrase for phrase in found if len(phrase.text) <= _CHARACTERS]


def _name_end(words: Sequence[Word], begin: int) -> int:
    """Return where a name ends: University of Michigan, Charles de Gaulle, Falcon 9."""
    end, seen = begin + 1, {words[begin].lower}
    while end < len(words) and not words[end - 1].lower.endswith("'s"):
        after = end
        while after < min(len(words) - 1, end + 2) and words[after].lower in _LINKS and words[after].joined:
            after += 1
        word = words[after]
        numbered = after == end and word.lower.isdigit()
        if not (word.joined and (word.name or numbered)) or word.lower in seen or after - begin > _LONGEST:
            break
        seen.add(word.lower)
        end = after + 1
    return end


def _topic_end(words: Sequence[Word], begin: int) -> int:
    """Return where a run of topic words ends; in "does exercise affect it" the verb is left out."""
    end = begin + 1
    while end < min(len(words), begin + _LONGEST) and words[end].joined and words[end].content:
        if words[end].name or words[end].asks:
            break
        end += 1
    while not words[end - 1].tells:
        end -= 1
    verb_follows = _after_do(words, begin) or (begin == 1 and words[0].lower in ("which", "what"))
    if end - begin == 2 and verb_follows and not any(word.lower in BE for word in words[end : end + 1]):
        return end - 1
    return end


def _with_what_follows(words: Sequence[Word], begin: int, end: int) -> int:
    """Return the end of a name with the topic words after it: the Alma ferry, but not "did Netflix shift"."""
    if words[end - 1].lower.endswith("'s"):
        return end
    last = end
    most = _AFTER_NAME + 1 if _after_do(words, begin) else _AFTER_NAME
    for place in range(end, min(len(words), end + most)):
        word = words[place]
        if not (word.joined and word.content) or word.asks or word.name:
            break
        last = place + 1 if word.tells else last
    return max(end, last - 1) if most > _AFTER_NAME else last  # did the Turkish lira fall


def _after_do(words: Sequence[Word], begin: int) -> bool:
    return any(word.lower in DO for word in words[max(0, begin - 2) : begin])


def _phrase(text: str, words: Sequence[Word], begin: int, end: int) -> Phrase:
    before = words[begin - 1].lower if begin else ""
    further = words[begin - 2].lower if begin > 1 else ""
    name = any(word.name for word in words[begin : min(begin + 2, end)])
    follows_name = words[begin].joined and begin > 0 and (words[begin - 1].name or words[begin - 1].asks)
    passive = before in BE and begin > 1 and words[begin - 2].content  # the vessels were held
    piece = bare(text[words[begin].start : words[end - 1].end])
    return Phrase(
        piece,
        frozenset(stem(word.lower) for word in words[begin:end] if word.content),
        name,
        before in _PLACING or (before in ("the", "a", "an") and further in _PLACING),
        before in ("the", "a", "an"),
        not name and (before in _BEFORE_VERBS or follows_name or passive),
        words[begin].start,
        words[begin].start + len(piece),
    )


@dataclass(slots=True)
class Focus:
    """The phrases of a conversation so far with their weights, and the stems of all its topic words."""

    weights: dict[Phrase, float] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    person: Phrase | None = None  # named in the reply to a question that asked who
    asks_who: bool = False  # the last question does, and begins a topic

    def ask(self, question: str) -> bool:
        """Add a question; return whether it begins a new topic."""
        sign = reason(question, self.said) if self.said else ""
        found = phrases(question)
        begins = not sign and (any(phrase.name for phrase in found) or sum(len(phrase.stems) for phrase in found) > 1)
        centre = self.ranked(question, sign.removeprefix("pronoun "))[:1] if sign else []
        for phrase in self.weights:
            self.weights[phrase] *= LEFT if begins else FADE
        for phrase in centre:
            self.weights[phrase] = max(self.weights[phrase] / FADE, CENTRE)
        for phrase in found:
            weight = NAME if phrase.name else VERB if phrase.verb else 1.0
            self._add(phrase, weight * (1 + OPENER * (begins or not self.said)))
        own = telling_stems(question)
        self.asks_who = bool(begins and _WHO.match(question) and own.isdisjoint(self.said))
        self.said |= own
        if begins or _ASKS_WHO.match(question):
            self.person = None
        return begins

    def hear(self, reply: str) -> None:
        """Add a reply."""
        found = phrases(" ".join(reply.split(None, REPLY_WORDS)[:REPLY_WORDS]), names_only=True)
        if self.asks_who:
            new = [phrase for phrase in found if not any(phrase.stems <= known.stems for known in self.weights)]
            short = len(reply.split()) < _SHORT
            able = [one for one in _people(new) if _is_person(one) and (short or " " in one.text)]
            self.person = able[0] if len(able) == 1 or (able and short) else None
        for phrase in found:
            self._add(phrase, REPLY * NAME)
        self.said |= telling_stems(reply)

    def _add(self, phrase: Phrase, weight: float) -> None:
        for known in list(self.weights):
            if phrase.stems <= known.stems:
                self.weights[known] += weight
                return
            if known.stems < phrase.stems and known.name == phrase.name:
                self.weights[phrase] = self.weights.pop(known) + weight
                return
        self.weights[phrase] = weight

    def ranked(self, question: str, pronoun: str = "") -> list[Phrase]:
        """Return the phrases that a question lacks, by their weight and their agreement with the pronoun."""
        own = {stem(match[0].lower()) for match in WORD.finditer(question)}
        lacking = [phrase for phrase in self.weights if not phrase.stems <= own]
        if pronoun in PERSONAL:
            lacking = [one for one in lacking if one is self.person] or _people(lacking)
        return sorted(lacking, key=lambda phrase: -self.weights[phrase] * _fit(phrase, pronoun))


def _is_person(phrase: Phrase) -> bool:
    """Whether a name may be a person's: no article before it, and no word in it of bodies and places."""
    return phrase.name and not phrase.article and _BODIES.isdisjoint(word.lower() for word in phrase.text.split())


def _people(found: list[Phrase]) -> list[Phrase]:
    """Return the names that may be a person's, else all names, else all phrases."""
    names = [phrase for phrase in found if phrase.name]
    return [phrase for phrase in names if not phrase.place] or names or found


def _fit(phrase: Phrase, pronoun: str) -> float:
    """Return how well a phrase agrees with a pronoun."""
    if pronoun in ("there", "here"):
        return AGREES if phrase.place else 1.0
    fit = PLACED if phrase.place else 1.0
    if pronoun in SEVERAL:
        return fit * AGREES if is_plural(phrase.text) else fit
    return fit / AGREES if pronoun in _ONE and is_plural(phrase.text) else fit
