"""Detection of follow-ups: questions with a pronoun without antecedent, or with words left out.

Rewriting a stand-alone question would add words that do not belong to it, so every rule needs evidence.  A question
that names something counts as stand-alone unless a pronoun says otherwise.
"""

import re
from collections.abc import Sequence, Set

from qa.dialogue.question_words import (
    AUXILIARIES,
    BE,
    DO,
    HAVE,
    PREPOSITIONS,
    QUESTION_WORDS,
    Word,
    bare,
    parse_words,
    stem,
)
from qa.text.words import word_set

PERSONAL = word_set("he she him his her hers himself herself he's she's")
_SUBJECTS = word_set("he she they it")
_OBJECTS = word_set("him them")
POSSESSIVES = word_set("his her hers its their theirs it's")
_REFLEXIVES = word_set("himself herself itself themselves")
_PRONOUNS = PERSONAL | _SUBJECTS | _OBJECTS | POSSESSIVES | _REFLEXIVES | word_set("they're they've")
_PEOPLE = word_set(
    "man woman person boy girl president minister officer leader soldier player actor actress singer director writer "
    "author judge child people someone anyone somebody everyone everybody nobody anybody king queen pope governor "
    "mayor senator doctor teacher student mother father son daughter brother sister wife husband women men children"
)
# Words that begin a clause, in which a pronoun may refer to something before it.
_CLAUSES = word_set(
    "when while because after before if that who which whose whom where since until although though and but as what "
    "why how whether or so than"
)
_OPENING_CLAUSES = word_set("when if after before while although as since once because during in by at on despite")
_SPANS_OF_TIME = word_set(
    "days week month year morning afternoon evening weekend season summer winter spring autumn fall century"
)
_MOMENTS = word_set("time same day year period point moment night")
_IMPERSONAL = word_set(
    "take takes took taken cost costs mean means meant possible true legal illegal safe like hard easy easier harder "
    "difficult necessary important good bad better best normal okay ok worth dangerous common expected believed "
    "thought said reported helpful rude wrong right healthy required mandatory called shown suggested claimed alleged "
    "argued estimated rumored known clear assumed preferred held essential predicted"
)
_SAYING = word_set("say says said")
_SUBORDINATE = word_set("to that if when the")
_RAIN = word_set("rain raining snow snowing")
_WHOM_THEN = word_set("who with that in at of which whose from living affected killed persons people")

_OPENING = re.compile(
    r"\W*(?:(?:oh|ok|okay|well|hmm|no|yes|great|really|thanks|interesting|cool|wow)\b[\s,.!?]*)*"
    r"(?:and|but|or|so|then|what about|how about|what of|why not|how come|what else|anything else|who else|where else"
    r"|if so)\b",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\"[^\"]{1,200}\"|“[^”]{1,200}”")
_SENTENCE_END = re.compile(r"[.?!]\s")
_MORE = word_set("else other others additional further")
_CONTINUING = _MORE | word_set(
    "another also too then instead again afterwards afterward meanwhile next later still anymore otherwise likewise "
    "subsequently"
)
_CONTINUING_AT_THE_END = word_set("else instead too then again afterwards")
_COMPARING = word_set(
    "cheaper cheapest better best worse worst bigger biggest larger largest smaller smallest older oldest younger "
    "youngest longer longest shorter shortest higher highest lower lowest faster fastest easier hardest harder easiest "
    "safer safest stronger strongest more most less least fewer earlier later"
)
_FRAGMENTS = word_set("any most best only first some")
_DEFINITION = re.compile(
    r"\W*(?:what(?:['’]s| is| are| was| were)|who(?:['’]s| is| are| was| were)|define|explain|describe"
    r"|tell me(?: more)? about|what does|what do you mean by|how do(?:es)?|how to|how can|how is|how are)\b",
    re.IGNORECASE,
)
_RESTRICTING = word_set("of that who which in for from with at on against between to by about")
_IN_GENERAL = word_set("do does can could should would is are")
# Subjects of news stories: "the ferry" was named before, "the sea" need not be.
_STORY = word_set(
    "album band team film movie book song show match game group company party event attack incident fight series tour "
    "novel trial vote suspect suspects victim victims accident crash explosion strike protests record single label "
    "season character characters director lawsuit scandal ship ferry plane train flight hospital rebels bombing "
    "shooting fire siege rescue deal bill ruling verdict investigation inquiry convoy hostages ceasefire truce"
)


def depends(question: str, said: Set[str] = frozenset()) -> bool:
    """Return whether a question cannot be understood alone.

    Args:
        question: as typed.
        said: the stems of the words of earlier turns (``question_words.stem``), to tell "the ferry" from "the sea".
    """
    return bool(reason(question, said))


def reason(question: str, said: Set[str] = frozenset()) -> str:
    """Return the sign that a question depends on earlier turns, "" for one that stands alone."""
    plain = _QUOTED.sub(" Quoted ", question)
    words = parse_words(plain)
    if not words:
        return "nothing asked"
    begin = max(
        (i for i, w in enumerate(words) if i and _SENTENCE_END.search(plain[words[i - 1].end : w.start])), default=0
    )
    if len(words) - begin < 3 and not any(word.content for word in words[begin:]):
        begin = 0
    named = any(word.name for word in words) or plain != question
    telling = {stem(word.lower) for word in words if word.tells}
    place = unbound(words)
    if place is not None and (place >= begin or not (named or len(telling) > 2)):
        return f"pronoun {words[place].lower}"
    lowers = [word.lower for word in words[begin:]]
    opening = _OPENING.match(plain) or _OPENING.match(plain, words[begin].start)
    if opening and not (len(telling) >= 3 and (named or opening[0].lower().endswith("about"))):
        return "opening"
    if not named and not telling:
        return "names nothing"
    if named:
        return ""
    more = _CONTINUING if len(telling) <= 1 else _MORE
    if lowers[-1] in _CONTINUING_AT_THE_END or (len(telling) <= 2 and not more.isdisjoint(lowers)):
        return "continues"
    if len(telling) <= 1 and not _COMPARING.isdisjoint(lowers) and "than" not in lowers:
        return "compares"
    has_verb = not AUXILIARIES.isdisjoint(lowers) or words[0].lower in QUESTION_WORDS
    if not has_verb and len(words) <= 6 and len(telling) <= 2 and words[0].lower in _FRAGMENTS:
        return "fragment"
    if head := _known(words, telling, said):
        return f"the {head}"
    if len(telling) <= 1 and not _DEFINITION.match(plain) and not _in_general(words):
        return "tells little"
    return ""


def own_topic(question: str) -> list[str]:
    """Return the words that tell what a question is about, though it may follow others; none if a pronoun refers back.

    "How many tugs were used?" has "tugs", "How many did they use?" has none.
    """
    words = parse_words(_QUOTED.sub(" Quoted ", question))
    return [] if unbound(words) is not None else [word.text for word in words if word.tells]


def _in_general(words: Sequence[Word]) -> bool:
    """Whether a question is about a kind of thing: "where do ctenophora live?", "is melatonin bad for you?"."""
    place = next((i for i, word in enumerate(words) if word.tells), 0)
    return place == 0 or words[place - 1].lower in _IN_GENERAL


def _known(words: Sequence[Word], telling: Set[str], said: Set[str]) -> str:
    """Return the head of a noun phrase with "the" that an earlier turn introduced, "" for none."""
    for place, word in enumerate(words[:-1]):
        if word.lower != "the":
            continue
        end = place + 1
        while end < min(len(words), place + 4) and words[end].content and words[end].joined:
            end += 1
        if end - place > 2 and place and words[place - 1].lower in DO:
            end -= 1  # what did the ferry carry?
        head = words[end - 1].lower
        restricted = end < len(words) and words[end].lower in _RESTRICTING and any(w.tells for w in words[end:])
        phrase = words[place + 1 : end]
        if not phrase or restricted or sum(word.tells for word in phrase) > 1:
            continue
        if (stem(head) in said and len(telling) <= 3) or (head in _STORY and len(telling) <= 2):
            return head
    return ""


def unbound(words: Sequence[Word]) -> int | None:
    """Return the index of the first pronoun or demonstrative without an antecedent in the question, None for none."""
    for place, word in enumerate(words):
        lower, after = word.lower, words[place + 1].lower if place + 1 < len(words) else ""
        before = words[place - 1].lower if place else ""
        last = not after or words[place + 1].opens
        if word.name:
            continue
        if lower in _PRONOUNS:
            if not (lower == "it" and _impersonal(words, place)) and not _bound(words, place):
                return place
        elif lower in ("this", "these"):
            if bare(after) not in _SPANS_OF_TIME and after != "article" and not _named_earlier(words, place):
                return place
        elif lower in ("that", "those", "that's"):
            following = words[place + 1] if not last else None
            if (lower == "those" and (after in _WHOM_THEN or (following and following.name))) or after == "of":
                continue
            led = before in PREPOSITIONS and following is not None and following.tells
            points = last or led or (before in AUXILIARIES and place <= 2) or place == 0
            if (points or lower == "those" or after in _MOMENTS) and not _named_earlier(words, place):
                return place
        elif lower == "there":
            exists = before in BE | word_set("has have had will would can could may might still") or after in BE
            idiom = before in ("out", "over", "up", "down") or after in ("any", "be", "been", "has", "have", "had")
            if not exists and not idiom and not any(w.name for w in words[:place]):
                return place
        elif lower == "ones" or (lower == "one" and (last or (before == "which" and after != "of"))):
            if not _named_earlier(words, place):
                return place
        elif lower in ("former", "latter") and before == "the" and (last or after in AUXILIARIES):
            return place
    return None


def _named_earlier(words: Sequence[Word], place: int) -> bool:
    return any(word.tells for word in _earlier(words, place))


def _earlier(words: Sequence[Word], place: int) -> Sequence[Word]:
    """Return the words of earlier clauses and sentences."""
    for i in range(place, 0, -1):
        clause = i < place and (words[i].opens or words[i].lower in _CLAUSES)
        if clause or not words[i].joined:  # a comma, say
            return words[:i]
    return ()


def _impersonal(words: Sequence[Word], place: int) -> bool:
    """Whether "it" is impersonal: "how long does it take to cook rice", "is it raining"."""
    rest = words[place + 1 : place + 8]
    if rest and rest[0].lower in _RAIN:
        return True
    for i, word in enumerate(rest):
        if (word.lower in _SUBORDINATE or word.name) and any(w.lower in _IMPERSONAL for w in rest[:i]):
            return word.name or any(w.content for w in words[place + i + 2 :])
    return False


def _bound(words: Sequence[Word], place: int) -> bool:
    """Whether a pronoun can have an antecedent before it in the question.

    An object never refers to the subject of its own clause ("what causes it?"); a possessive may.  A subject after an
    auxiliary ("what did he do?") needs a sentence or a clause before it.
    """
    pronoun, before = words[place].lower, words[place - 1].lower if place else ""
    personal = pronoun in PERSONAL

    def candidate(word: Word) -> bool:
        name = word.name or (word.opens and word.tells and word.text[0].isupper())
        return name or bare(word.lower) in _PEOPLE or (word.tells and not personal)

    if pronoun in _REFLEXIVES:
        return any(word.content for word in words[:place])
    if pronoun == "it" and before == "worth":
        return True
    if place >= 4 and words[0].lower in _OPENING_CLAUSES and any(map(candidate, words[1 : place - 1])):
        return True  # when Tesla moved to New York, what did he do?
    who = words[0].lower in ("who", "which")
    goes_on = place + 1 < len(words) and not words[place + 1].opens
    clear = before not in AUXILIARIES | _CLAUSES | PREPOSITIONS and not words[place].opens and place >= 2
    if (
        pronoun in _SUBJECTS and clear and goes_on and (words[place - 1].content or before in _SAYING)
    ):  # Biden announced he …
        said = any(map(candidate, words[: place - 1]))
        if (pronoun != "it" and (said or who)) or (pronoun == "it" and said and words[place + 1].lower in AUXILIARIES):
            return True
    if pronoun in _SUBJECTS and before in AUXILIARIES:
        sentence = max((i for i in range(place) if words[i].opens), default=0)
        joined = max((i for i in range(sentence, place) if words[i].lower in ("and", "but", "or")), default=sentence)
        lenient = joined > sentence
        return any(candidate(w) or (lenient and w.tells) for w in words[: joined or sentence])
    if pronoun in _OBJECTS or (pronoun == "it" and before not in AUXILIARIES):
        things = [
            word for word in words[:place] if (word.name or bare(word.lower) in _PEOPLE if personal else word.tells)
        ]
        within = (
            before in PREPOSITIONS
            and words[0].lower in ("what", "which", "how")
            and any(word.lower in HAVE for word in words)
        )
        if len(things) >= (2 if personal else 4) or (within and things):
            return True  # how much did Tesla say Edison offered him; what mountain has snow on it?
    if pronoun in POSSESSIVES and any(candidate(word) or word.lower in _PRONOUNS for word in words[:place]):
        return True
    if any(map(candidate, _earlier(words, place))):
        return True
    if place == 2 and words[0].lower in ("who", "what") and words[1].lower in BE:
        return False  # who were his parents?
    if words[0].lower in ("who", "which") or (words[0].lower in ("what", "how") and not personal):
        clause = any(word.lower in _CLAUSES for word in words[1:place])
        subject = words[1].lower not in AUXILIARIES if words[0].lower == "who" else words[1].tells
        if len(words) > 1 and subject and place >= 2 and (pronoun in POSSESSIVES or clause):
            return True  # who said that he …, which company lost its …
    opening = words[0].lower in PREPOSITIONS
    return pronoun in POSSESSIVES and opening and any(word.name for word in words[place + 1 :])  # in his speech, …
