"""Lines that surround a story on its page and are none of it: links to other stories, offers, credits.

A body sentence that is lost is worse than a line of furniture that stays, so a rule sees only whole lines
that stand alone, and those that prose could also begin with look at how the line ends.
"""

import re

from qa.anatomy import boilerplate_patterns as patterns
from qa.anatomy import scraped


def furniture_reason(text: str) -> str:
    """Return why a line that stands alone is furniture wherever it stands, "" when it may be body."""
    arrow = patterns.ARROW.match(text)
    text = patterns.BULLET.sub("", text, count=1)
    if arrow and patterns.POINTER.fullmatch(text):
        return "related"
    if reason := scraped.reason(text, arrow=bool(arrow)):
        return reason
    if len(text) > patterns.LONGEST or text[:1].islower():  # the rest of a sentence that was broken above
        return ""
    if patterns.ADVERTISEMENT.fullmatch(text):
        return "advertisement"
    if _is_newsletter(text):
        return "newsletter"
    if _is_related(text):
        return "related"
    if _is_credit(text):
        return "credit"
    if patterns.SHARE.fullmatch(text) or patterns.SHARE_ROW.fullmatch(text) or _is_social(text):
        return "social"
    if patterns.NAVIGATION.fullmatch(text):
        return "navigation"
    if (patterns.COPYRIGHT.fullmatch(text) and len(text) <= 300) or (patterns.RIGHTS.search(text) and len(text) <= 300):
        return "footer"
    if _contribution(text):
        return "footer"
    return ""


def foot_reason(text: str) -> str:
    """Return why a line below the story's last sentence is furniture, "" when it may be body."""
    if reason := furniture_reason(text):
        return reason
    text = patterns.BULLET.sub("", text, count=1)
    if len(text) > patterns.LONGEST:
        return ""
    if reason := scraped.foot_reason(text):
        return reason
    if any(pattern.fullmatch(text) for pattern in patterns.FOOT):
        return "footer"
    if patterns.REACHED_BY.search(text) and (patterns.CONTACT.match(text) or patterns.BIO.match(text)):
        return "footer"
    if patterns.BIO.match(text) and re.search(r"(?i)\b(?:for|at|with)\s+(?:the\s+)?[A-Z]", text) and len(text) <= 160:
        return "footer"
    return ""


def is_related_heading(text: str) -> bool:
    """Whether a line announces a list of other stories."""
    return len(text) <= 60 and bool(patterns.RELATED_HEADING.fullmatch(text))


def _is_related(text: str) -> bool:
    if len(text) > 260:
        return False
    if is_related_heading(text) or patterns.RELATED_LINK.fullmatch(text):
        return True
    match = patterns.RELATED_LABEL.match(text)
    if not match or "\n" in text:
        return False
    rest = match["rest"].strip()
    if not (rest[:1].isupper() or rest[:1].isdigit() or rest[:1] in "'\"‘“$£€¿"):
        return False  # "Related: prices rose in March, and..." is a sentence
    ends = bool(patterns.ENDS.search(rest))
    if match["strong"]:
        return not ends or len(rest) <= 110
    return not ends and len(rest.split()) >= 3 and not re.search(r"[.;]\s+[A-Z]", rest)


def _is_newsletter(text: str) -> bool:
    if len(text) > 330:
        return False
    if patterns.OFFER.fullmatch(text):
        return True
    if patterns.BRIEFING.fullmatch(text):
        return True
    return bool(patterns.NEWSLETTER_START.match(text) and patterns.NEWSLETTER_WORD.search(text) and _asks_reader(text))


def _asks_reader(text: str) -> bool:
    """Whether the line speaks to the reader, as an offer does and a sentence about newsletters does not."""
    return bool(
        re.search(r"(?i)\bsign[\s-]*up\b|\bsubscribe\b|\byour\b|\byou\b|\bour\b|\bmy\b|\bus\b", text)
    ) and not patterns.SOMEBODY_SAYS.search(text)


def _is_social(text: str) -> bool:
    """Whether the line says whom to follow where, and after the first platform nothing but more of them."""
    match = patterns.SOCIAL_START.match(text)
    if not match or len(text) > 260 or "\n" in text:
        return False
    rest = match["rest"]
    found = patterns.PLATFORM.search(rest) or patterns.HANDLE.search(rest)
    if not found or len(rest[: found.start()].split()) > 14:
        return False
    return all(
        "@" in word
        or "/" in word
        or word.strip(".,():;!&|").casefold() in patterns.SOCIAL_TAIL
        or word.strip(".,():;!&|") == ""
        for word in rest[found.start() :].split()
    )


def _is_credit(text: str) -> bool:
    if "\n" in text:
        return False
    if len(text) <= 260 and (
        patterns.PICTURE.fullmatch(text) or patterns.PHOTO_BY.fullmatch(text) or patterns.BRACKETED.fullmatch(text)
    ):
        return True
    match = patterns.CREDIT.match(text)
    if match:
        who = match["who"].strip()
        proper = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", who) if len(word) > 3]
        capital = sum(word[0].isupper() for word in proper)
        return who[-1:] not in "?!" and (not proper or capital * 3 >= len(proper) * 2)
    if len(text) <= 110 and patterns.AGENCY_CREDIT.fullmatch(text):
        return True
    tail = patterns.CREDIT_TAIL.search(text) if len(text) <= 300 else None
    if tail is None:
        return False
    return tail["slash"] is None or len(text[: tail.start()].split()) >= 6


def _contribution(text: str) -> bool:
    text = text.lstrip("-–—− ")
    if "\n" in text:
        return False
    if match := patterns.CONTRIBUTED.match(text):
        words = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", match["names"]) if len(word) > 3]
        fitting = [word for word in words if word[0].isupper() or word in patterns.CONTRIBUTED_WORDS]
        return len(fitting) * 4 >= len(words) * 3
    return len(text) <= 260 and bool(patterns.CONTRIBUTED_TAIL.search(text)) and text[:1].isupper()
