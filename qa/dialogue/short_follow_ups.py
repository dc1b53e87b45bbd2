"""Follow-ups of a few words: "Why?", "When?", "Tell me more".

They ask nothing by themselves; what they ask is the last question with another question word, or more about its topic.
"""

import re

from qa.dialogue.question_words import AUXILIARIES, BE
from qa.text.words import word_set

_ASIDE = r"\W*(?:(?:and|but|so|ok(?:ay)?|oh|thanks|yes|no|really)\b[\s,.!?]*)*"
_BARE = re.compile(
    rf"{_ASIDE}(?P<asks>why not|why|how come|since when|until when|when|where|how)"
    r"(?: (?:exactly|so|was that|is that))?\W*",
    re.IGNORECASE,
)
_MORE = re.compile(
    rf"{_ASIDE}(?:(?:please )?(?:can you |could you )?tell me more|(?:any |some )?more(?: details?| information)?"
    r"|go on|and then|details|continue|elaborate|(?:what|anything) else)"
    r"(?: please)?\W*",
    re.IGNORECASE,
)
_AUXILIARY = "|".join(sorted(AUXILIARIES, key=len, reverse=True))
_TELL = re.compile(
    r"^(?:(?:can|could|would) you )?(?:please )?(?:tell|show) me (?=(?:who|what|when|where|why|how)\b)", re.IGNORECASE
)
_SECOND = re.compile(r",? and (?:why|when|where|how)$", re.IGNORECASE)
_INVERTED = re.compile(
    rf"(?:(?:(?:on|in|at|by) )?(?:when|where|how|why|(?:what|which) \w+)\s+)?(?P<clause>(?:{_AUXILIARY})\s+\S.*)",
    re.IGNORECASE,
)
_ASKING = re.compile(
    rf"\W*(?:(?:and|but|so)\s+)?(?:tell me (?:more )?about\s+|what happened (?:to|in|with|at|on)\s+"
    rf"|(?:who|whom|whose|what|which|when|where|why|how)(?:[’']s|[’']re)?\b\s*"
    rf"(?:(?:many|much|long|far|old|come)\b\s*)?)?(?:(?:{_AUXILIARY})\s+)?",
    re.IGNORECASE,
)
_ADDED = re.compile(r"\s*\(([^()]*)\)\s*$")  # words that an earlier rewriting appended


_PRONOUNS = word_set("he she it they we you i that this these those there")
_LEAD = r"(?P<lead>how (?:many|much|long|old|far|often)|what|when|where|why|how|who|whom)"
_ELLIPTICAL = re.compile(
    rf"{_ASIDE}{_LEAD} (?P<aux>{_AUXILIARY}) "
    r"(?P<subject>(?:the |his |her |its )?[^\s?.!,]+(?: (?-i:[A-Z])[^\s?.!,]*){0,3})\W*",
    re.IGNORECASE,
)
_WHOLE = re.compile(
    rf"(?P<lead>[^,;]*?) (?P<aux>{_AUXILIARY}) "
    r"(?P<subject>(?:(?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,3})) (?P<rest>.+)"
)


def asks_for_more(question: str) -> bool:
    """Return whether a question only asks for more about the topic: "Tell me more", "What else?"."""
    return bool(_MORE.fullmatch(question))


def expanded(question: str, last: str) -> str:
    """Return what a bare question word asks after another question; "" for any other question.

    "Why?" after "When did the mine collapse?" is "Why did the mine collapse?", after "Who led it?" "Why? (led it)".

    Args:
        question: as typed.
        last: the question before, as it was searched.
    """
    asks = _BARE.fullmatch(question)
    if not asks:
        return ""
    added = _ADDED.search(last)
    plain = re.split(r"(?<=[?!.])\s+", (last[: added.start()] if added else last).strip())[-1]
    plain = _TELL.sub("", _SECOND.sub("", plain.strip(" ?!.…")))
    word = asks["asks"].capitalize()
    inverted = _INVERTED.fullmatch(plain)
    if inverted and word != "Why not":
        clause = inverted["clause"]
        return f"{word} {clause[0].lower()}{clause[1:]}?{added[0].rstrip() if added else ''}"
    topic = ", ".join(part for part in (_ASKING.sub("", plain, count=1), added[1] if added else "") if part)
    return f"{word}? ({topic})" if topic else ""


def about_another(question: str, last: str) -> str:
    """Return the last question about another person or thing, "" where the question does not only name one.

    "How many did Lund?" after "How many votes did Renner get in May?" is "How many votes did Lund get in May?".
    "Who is Lund?" is whole as it is.
    """
    own, whole = _ELLIPTICAL.fullmatch(question), _WHOLE.fullmatch(last.strip(" ?!.…"))
    if not own or not whole or own["subject"].lower() in _PRONOUNS:
        return ""
    if own["aux"].lower() in BE and not re.match(r"\W*(?:and|but|or)\b", question, re.IGNORECASE):
        return ""
    same = whole["lead"].lower().startswith(own["lead"].lower()) and whole["aux"].lower() == own["aux"].lower()
    return f"{whole['lead']} {whole['aux']} {own['subject']} {whole['rest']}?" if same else ""
