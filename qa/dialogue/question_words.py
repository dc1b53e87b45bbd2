"""The words of a question: names, topic words, function words, and verbs that only ask.

Closed lists of English words decide.  No tagger is loaded, so a follow-up costs nothing.  In another language every
word counts as a topic word, and a question counts as stand-alone.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.text.words import FUNCTION_WORDS, word_set

BE = word_set("is are was were be been being am isn't aren't wasn't weren't")
AUXILIARIES = BE | word_set(
    "do does did has have had can could will would shall should may might must don't doesn't didn't hasn't haven't "
    "hadn't can't couldn't won't wouldn't shouldn't"
)
HAVE = word_set("have has had having hasn't haven't hadn't")
DO = word_set("do does did don't doesn't didn't")
QUESTION_WORDS = word_set("what which who whom whose when where why how whether")
PREPOSITIONS = word_set(
    "in on at of for about after before by with to from like than since besides during into over under through against "
    "without despite except behind near between within including because regarding until concerning toward towards "
    "around among across per via upon beyond"
)
FUNCTION = (
    FUNCTION_WORDS
    | AUXILIARIES
    | QUESTION_WORDS
    | PREPOSITIONS
    | word_set(
        "across ago along although amid another anyone anything away anybody behind cannot down either else ever every "
        "everyone everybody everything herself himself however i'd i'll i'm i've inside instead it's let's like least "
        "less mine maybe myself neither never next nobody none nothing often one ones onto others otherwise ours "
        "outside perhaps please quite rather really regardless shall since somebody someone something somewhere still "
        "that's theirs themselves there's they're though together too unless up us well what's whatever when's "
        "whenever where's wherever whichever who's whoever whose why's yes yet yours yourself ok okay hi hello thanks "
        "thank sorry actually also besides except how's whats lot lots bit kindly currently hmm oh wow great cool "
        "interesting anyway yeah fair enough especially sounds nice wouldn't he's she's we're you're i doesn hasn wasn "
        "didn isn"
    )
)
# Days and months are dates, not topics ("may" is an auxiliary).
_CALENDAR = word_set(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december jan feb mar apr aug sept oct nov dec weekend"
)
# Verbs that ask for something without naming its topic; below, nouns and adjectives too general to be a topic.
_ASKING = word_set(
    "explain describe show saying know known knows want wants need needs find finds found got get gets getting go goes "
    "going went gone come comes came make makes made making take takes took taken taking use used uses using happens "
    "happening mean means meant mention mentioned call called begin began begins start started starts end ends ended "
    "become became think thought see seen look looks looked help please compare compared compares try tried work works "
    "worked ask asked keep kept put let occur occurred occurs leave left tells told talk talking talked speak give "
    "given gave define discuss provide provided hear heard understand believe"
)
_GENERIC = word_set(
    "thing things way ways kind kinds type types sort sorts example examples case cases part parts side number numbers "
    "amount total reason reasons cause causes caused causing result results resulted effect effects affect affects "
    "affected impact impacts impacted role roles year years month months week weeks day days date dates time times "
    "hour hours minute minutes moment period decade today yesterday tomorrow people person persons man men woman women "
    "child children anybody place places location area country countries first second third last latest previous "
    "earlier later early late new newest old older oldest long longer longest short big bigger biggest large larger "
    "largest small smaller smallest high higher highest low lower lowest good better best bad worse worst greatest "
    "main major important popular common famous notable significant different similar specific certain particular "
    "special general additional far near several various possible difference differences advantage advantages "
    "disadvantage disadvantages benefit benefits feature features characteristics aspect aspects detail details "
    "information info fact facts article story subject topic question answer killed died dead injured hurt hit "
    "involved responsible born die kill dies names named meaning definition purpose point points origin origins "
    "background cost costs price expensive cheap cheaper cheapest size problem problems issue issues option options "
    "alternative alternatives solution solutions recently originally eventually finally exactly usually react reacted "
    "reaction reactions respond responded response win won lose lost play played live lived lives change changed "
    "changes related successful success recognition life two three four five six seven eight nine ten half able "
    "available true real likely sure claim claimed claims figure figures count toll difficult easy hard whole entire "
    "instead next exact"
)
# Words that join the parts of a name: University of Michigan, Charles de Gaulle.
_LINKS = word_set("of the de la le al el von van der den du del di da bin ibn y and & for")

WORD = re.compile(r"[^\W_]+(?:['’.&/-][^\W_]+)*")
_SENTENCE = re.compile(r"[.?!:;\n][\s\"”’')]*$")
_CAPITAL = re.compile(r" [A-ZÀ-ÖØ-Þ]")
_OPENING_QUOTE = re.compile(r"[\"“]\s*$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, ``text[start:end]``.

    ``lower`` is its lower case with a straight apostrophe.  ``opens``: it begins a sentence.  ``joined``: only spaces
    separate it from the word before.  ``name``: it is written like a name.  ``tells``: it is a name or topic word.
    ``asks``: it is one of the verbs that only ask.
    """

    text: str
    lower: str
    start: int
    end: int
    opens: bool
    joined: bool
    name: bool
    tells: bool
    asks: bool

    @property
    def content(self) -> bool:
        """Whether it is not a function word."""
        return self.lower not in FUNCTION


def bare(word: str) -> str:
    """Return a word without its possessive ending: Tittle's, workers'."""
    return word.removesuffix("'s").removesuffix("’s").rstrip("'’")


def stem(word: str) -> str:
    """Return the common stem of singular and plural: sharks, shark; cities, city."""
    word = bare(word.lower())
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-2] if word.endswith(("ches", "shes", "xes", "sses")) else word[:-1]
    return word


@lru_cache(maxsize=64)  # every turn of a conversation is analysed several times
def parse_words(text: str) -> tuple[Word, ...]:
    """Return the words of a text; where nearly all are capitalised, as in a headline, none counts as a name."""
    matches = list(WORD.finditer(text))
    lowers = [match[0].lower().replace("’", "'") for match in matches]
    content = [match[0] for match, lower in zip(matches, lowers, strict=True) if lower not in FUNCTION]
    capitals = sum(word[0].isupper() for word in content)
    headline = len(content) >= 4 and capitals == len(content) and not any(word.isupper() for word in content)
    headline = headline and any(
        m[0][0].isupper() for m, low in zip(matches[1:], lowers[1:], strict=True) if low in FUNCTION and low != "i"
    )
    words: list[Word] = []
    for place, (match, lower) in enumerate(zip(matches, lowers, strict=True)):
        gap = text[matches[place - 1].end() : match.start()] if place else ""
        opens = not place or bool(_SENTENCE.search(gap))
        word = match[0]
        timely = bare(lower) in _CALENDAR
        generic = bare(lower) in _ASKING or bare(lower) in _GENERIC or timely
        following = text[match.end() : matches[place + 1].end()] if place + 1 < len(matches) else ""
        led_on = bool(_CAPITAL.match(following))  # another capitalised word follows
        led_to = bool(words) and words[-1].name and not gap.strip(" ")
        # Ever Given, Westwood One, IT: small words may be part of a name.
        part = not opens and lower != "i" and (led_on or led_to or (len(word) > 1 and word.isupper()))
        small = lower in FUNCTION and not part
        name = word[0].isupper() and not small and not headline and not timely
        if name and (opens or _OPENING_QUOTE.search(gap)) and not (len(word) > 1 and word.isupper()):
            name = not generic and (lower.endswith("'s") or (led_on and lowers[place + 1] not in FUNCTION))
        tells = name or (lower not in FUNCTION and not generic and len(lower) > 1 and not lower.isdigit())
        joined = bool(place) and not gap.strip(" ")
        words.append(Word(word, lower, match.start(), match.end(), opens, joined, name, tells, bare(lower) in _ASKING))
    return tuple(words)


def is_plural(phrase: str) -> bool:
    """Whether the last word of a phrase looks like a plural."""
    return phrase.endswith("s") and not phrase.endswith(("ss", "us", "is"))


def telling_stems(text: str) -> set[str]:
    """Return the stems of the topic words of a text."""
    lowers = {bare(match.lower().replace("’", "'")) for match in WORD.findall(text)}
    return {
        stem(word)
        for word in lowers - FUNCTION - _ASKING - _GENERIC - _CALENDAR
        if len(word) > 1 and not word.isdigit()
    }
