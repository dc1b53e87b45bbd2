"""Lines that only a page scraped whole carries: players, offers, consent forms, links run together with their labels.

As everywhere here, a rule sees whole lines that stand alone.  What could also be a sentence is looked at twice: how it
begins, and how it ends.
"""

import re

from qa.anatomy import boilerplate_patterns as known
from qa.anatomy import scraped_patterns as patterns


def reason(text: str, *, arrow: bool = False) -> str:
    """Return why a line is boilerplate wherever it stands, "" when it may be body.

    ``arrow`` says that an arrow stood before it, which is how some pages set links.
    """
    if "\n" in text or text[:1].islower() or len(text) > patterns.LONGEST_OFFER:
        return ""
    if patterns.PRIVACY.fullmatch(text):
        return "privacy"
    folded = text.casefold()
    if _is_offer(text, folded):
        return "newsletter"
    if len(text) > known.LONGEST:
        return ""
    for pattern, why, signs in _ANYWHERE:
        if any(sign in folded for sign in signs) and pattern.fullmatch(text):
            return why
    if ":" in text and _is_link(text, arrow=arrow):
        return "related"
    if patterns.BRACKETED_LINK.fullmatch(text):
        return "related"
    return "credit" if (text[-1:].isalnum() and _is_caption(text)) else ""


# A pattern is tried where one of its signs stands in the line, which spares prose most of them.
_ANYWHERE: tuple[tuple[re.Pattern[str], str, tuple[str, ...]], ...] = (
    (patterns.VIDEO, "navigation", ("video", "source:", "watched", "player", "embedded")),
    (patterns.FORECAST, "related", ("forecast",)),
    (patterns.SCORES, "related", (":",)),
    (
        patterns.PROMOTION,
        "advertisement",
        ("break", "commission", "links", "accurate", "partner", "offer", "member", "deal"),
    ),
    (patterns.THANKS, "newsletter", ("journalism", "supported", "subscribers")),
    (patterns.NOTE, "footer", ("note",)),
    (patterns.FIRST_SENT, "footer", ("newsletter",)),
    (patterns.AGENCY_ALONE, "banner", ("-", "–", "—", "−")),
    (patterns.BARE_CREDIT, "credit", ("/",)),
    (patterns.CREDITED, "credit", ("credit",)),
)


def foot_reason(text: str) -> str:
    """Return why a line below the story's last sentence is boilerplate, "" when it may be body."""
    if patterns.SEPARATOR.fullmatch(text):
        return "separator"
    if patterns.ADDRESSES.fullmatch(text):
        return "related"
    if patterns.SOURCES.fullmatch(text) or patterns.UPDATED.fullmatch(text):
        return "footer"
    reached_by = known.REACHED_BY.search(text)
    if reached_by and patterns.FOLLOWS.fullmatch(text):
        return "social"
    if reached_by and patterns.REACHED.fullmatch(text):
        return "footer"
    return "footer" if patterns.WRITES.fullmatch(text) else ""


def shouted_label(text: str) -> str:
    """Return the capitals before a colon that may announce a headline, "" when there are none.

    What stands around the line has to say that it is a link and no entry of a list, nor somebody speaking.
    """
    match = patterns.SHOUTED.fullmatch(text)
    if match is None or patterns.NOT_A_LINK.fullmatch(match["label"]) or known.ENDS.search(text):
        return ""
    spoken = re.match(r"(?:I|We|And|But|So|You|Well|He|She|It|Yes|No|Right|OK|Okay)\b", match["title"])
    if spoken or text.endswith(("-", "–", "—", "…")) or len(match["title"].split()) < 4:
        return ""
    return match["label"]


def is_signed(text: str) -> bool:
    """Whether a line says who wrote the section above it."""
    return len(text) <= 80 and bool(patterns.SIGNED.fullmatch(text))


def is_outlet(text: str) -> bool:
    """Whether a line at the very top names whom a story is from."""
    return len(text) <= 60 and any(
        pattern.fullmatch(text) for pattern in (patterns.OUTLET_ALONE, patterns.SPECIAL_TO, patterns.DOMAIN)
    )


def _is_offer(text: str, folded: str) -> bool:
    """Whether the reader is asked to sign up for letters."""
    if not any(sign in folded for sign in ("sign", "subscribe", "inbox")):
        return False
    if known.SOMEBODY_SAYS.search(text):
        return False
    asks = patterns.ASKS_TO_SUBSCRIBE.search(text)
    if asks and known.NEWSLETTER_WORD.search(text):
        return asks.start() == 0 or len(text) <= 330
    return len(text) <= 200 and bool(patterns.DELIVERED.fullmatch(text))


def _is_link(text: str, *, arrow: bool) -> bool:
    match = patterns.JOINED.fullmatch(text)
    if match and not patterns.SPEAKS.search(match["label"]):
        label, title = match["label"], match["title"]
        words = len(label.split())
        short = words <= 14 and not re.search(r"[a-z]{3}[.!?]\s", label)
        ends = known.ENDS.search(title) and not (arrow or (words <= 5 and len(text) <= 150))
        if short and not ends and len(title.split()) >= 3:
            return True
    if arrow and (match := patterns.ARROWED.fullmatch(text)):
        return len(match["title"].split()) >= 4
    if match := patterns.LABELLED.fullmatch(text):
        return len(match["rest"].split()) >= 3
    return bool(patterns.POINTS_OUT.fullmatch(text))


def _is_caption(text: str) -> bool:
    """Whether a photograph's caption ends in who took it."""
    if patterns.AGENCY_LAST.fullmatch(text):
        return True
    for end in patterns.SENTENCE_END.finditer(text, max(15, len(text) - patterns.CREDIT_LONGEST)):
        caption, who = text[: end.start()], text[end.end() :]
        if patterns.CREDIT_SLASHES.fullmatch(who):
            return True
        if patterns.WORD_BEFORE.search(caption[-24:]) and _names_somebody(who):
            words = re.findall(r"[^\W\d_][\w'’]*", caption)
            lower = sum(word[0].islower() for word in words)
            if len(words) >= 6 and lower * 2 >= len(words):  # a headline of two sentences is written in capitals
                return True
    return False


def _names_somebody(who: str) -> bool:
    if not patterns.CREDIT_NAMES.fullmatch(who) or patterns.NO_NAME.match(who):
        return False
    return " " in who or bool(re.fullmatch(r"[A-Z]{3,8}", who))
