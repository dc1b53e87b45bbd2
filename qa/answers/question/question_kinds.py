"""What a question asks for: its kind, by rule, from its wording alone.

The kind decides which words may be marked as the answer (``qa.answers.question.expected``), and the answer's form.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from qa.answers.question import kind_patterns as patterns

Kind = Literal[
    "fact", "who", "where", "date", "number", "reason", "who-said", "said-what", "yes-no", "list", "count", "outlets",
    "comparison", "latest", "overview", "several", "keywords", "greeting", "about",
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question's kind.

    ``topic`` is what a count, a list of outlets or an overview is about; ``parts`` are the questions of several in one;
    ``single`` is the kind of the words that answer, for "latest" and "comparison" too.
    """

    kind: Kind
    topic: str = ""
    parts: tuple[str, ...] = ()
    single: Kind = "fact"


_SINGLE: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (patterns.CAUSE, "reason"),
    (patterns.NUMBER, "number"),
    (patterns.DATE, "date"),
    (patterns.WHERE, "where"),
    (patterns.WHO, "who"),
    (patterns.REASON, "reason"),
)
_KEYWORDS = 8  # the most words of a query that is no question
_TAIL = re.compile(r"\s*\b(?:for me|please|in (?:brief|short|a few (?:words|lines|sentences)))$", re.IGNORECASE)


def asked_for(question: str) -> Asked:
    """Return what a question asks for.

    Rules are tried in order: what is asked of the archive as a whole, several questions in one, then the wording of a
    single question.
    """
    text = " ".join(question.split()).strip()
    bare = patterns.OPENER.sub("", text).strip(' ?!.…"“”') or text.strip(" ?!.…")
    return _of_archive(text, bare) or _several(text) or _single(text, bare)


def asks_the_archive(question: str) -> bool:
    """Return whether something is asked of the archive as a whole (a count, say), or nothing at all (a greeting).

    Such a question never depends on earlier ones.
    """
    return asked_for(question).kind in ("greeting", "about", "count", "outlets")


def _of_archive(text: str, bare: str) -> Asked | None:
    """Return the kind of what is asked of the archive as a whole; None for any other question."""
    if patterns.GREETING.fullmatch(text.strip(" ?!.,…")) or patterns.GREETING.fullmatch(bare):
        return Asked("greeting")
    if patterns.ABOUT.fullmatch(bare):
        return Asked("about")
    if found := patterns.COUNT.fullmatch(bare):
        return Asked("count", (found["topic"] or found["often"]).strip(" ?.!"))
    if found := patterns.OUTLETS.fullmatch(bare):
        return Asked("outlets", found["topic"].strip(" ?.!"))
    return None


def _several(text: str) -> Asked | None:
    parts = _parts(text)
    return Asked("several", parts=parts) if len(parts) > 1 else None


def _single(text: str, bare: str) -> Asked:
    if found := patterns.OVERVIEW.match(bare):
        topic = _TAIL.sub("", found["topic"].strip(" ?.!"))
        if topic and not patterns.ASKS.match(topic):
            return Asked("overview", topic)
    single: Kind = next((kind for pattern, kind in _SINGLE if pattern.match(bare)), "fact")
    kind: Kind = single
    if patterns.WHO_SAID.match(bare):
        kind, single = "who-said", "who"
    elif patterns.COMPARISON.fullmatch(bare) and single != "date":
        kind = "comparison"
    elif single not in ("date", "number", "reason") and _lists(bare):
        kind = "list"
    elif patterns.SAID_WHAT.match(bare) and single not in ("number", "date"):
        kind = "said-what"
    elif (single in ("number", "who", "where") and patterns.LATEST.search(bare)) or patterns.TOLL.search(bare):
        kind, single = "latest", "number" if patterns.TOLL.search(bare) else single
    elif re.match(r"who(?:['’]s| is) the \w+", bare, re.IGNORECASE):
        kind = "latest"
    elif patterns.YES_NO.match(bare):
        kind = "yes-no"
    elif single == "fact" and "?" not in text and not patterns.ASKS.search(bare) and len(bare.split()) <= _KEYWORDS:
        kind = "keywords"
    return Asked(kind, single=single)


def _lists(bare: str) -> bool:
    """Return whether a question asks for several things: "list …", or "which" with a plural."""
    if patterns.LIST_OPENING.match(bare):
        return True
    found = patterns.LIST_NOUN.match(bare)
    return bool(found and found["noun"].lower() not in patterns.NOT_PLURAL)


def _parts(text: str) -> tuple[str, ...]:
    """Return the questions of several in one; one that stands alone as itself."""
    found: list[str] = []
    for piece in re.split(r"(?<=\?)\s+(?!\()", text):  # in parentheses a follow-up's names are added
        begin = 0
        for cut in patterns.JOINED.finditer(piece):
            before, after = piece[begin : cut.start()], piece[cut.end() :]
            if _parted(before, cut[0].strip(), after):
                found.append(before.strip(" ,;?"))
                begin = cut.end()
        found.append(piece[begin:].strip(" ,;"))
    kept = [part for part in found if part]
    return tuple(part if part.endswith("?") else f"{part}?" for part in kept) if len(kept) > 1 else (text,)


def _parted(before: str, by: str, after: str) -> bool:
    """Return whether a comma or "and" parts two questions, and not a clause from the one it belongs to."""
    if not patterns.ASKS.search(before) or len(before.split()) < 3 or not re.match(r"why\b|\w+ \w", after):
        return False
    if by != ",":
        return True
    # "When she resigned, who took over" opens with a clause, "the firm, which sold it" goes on with one.
    opens = re.match(rf"\W*(?:in |on |at )?{patterns.QUESTION}\b", before, re.IGNORECASE)
    goes_on = re.match(r"(?:which|who|whom|whose|when|where)\b", after, re.IGNORECASE)
    return bool(opens and re.match(rf"{patterns.QUESTION}\b", after, re.IGNORECASE) and not goes_on)
