"""Lines that surround a story on its page and are none of it: links to other stories, offers, credits.

A body sentence that is lost is worse than a line of boilerplate that stays, so a rule sees only whole lines
that stand alone, and those that prose could also begin with look at how the line ends.
"""

import re

from qa.anatomy import boilerplate_patterns as patterns
from qa.anatomy import closing_credits, scraped
from qa.anatomy.closing_credits import Strength
from qa.anatomy.credit_patterns import LONGEST_CREDIT
from qa.text.sentences import sentence_spans

_LAST = 8  # sentences; no more of credits, authors and addresses stand behind a story


def boilerplate_reason(text: str) -> str:
    """Return why a line that stands alone is boilerplate wherever it stands, "" when it may be body."""
    if _closes(text, Strength.ALONE):
        return "footer"
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
    if patterns.COPYRIGHT.fullmatch(text) and len(text) <= 300:
        return "footer"
    if patterns.RIGHTS.search(text) and len(text) <= 300 and closing_credits.signature_start(text) == len(text):
        return "footer"
    return ""


def foot_reason(text: str) -> str:
    """Return why a line below the story's last sentence is boilerplate, "" when it may be body."""
    if reason := boilerplate_reason(text):
        return reason
    if _closes(text, Strength.FOOT):
        return "footer"
    text = patterns.BULLET.sub("", text, count=1)
    if len(text) > patterns.LONGEST:
        return ""
    if reason := scraped.foot_reason(text):
        return reason
    if any(pattern.fullmatch(text) for pattern in patterns.FOOT) and closing_credits.signature_start(text) == len(text):
        return "footer"
    if patterns.REACHED_BY.search(text) and (patterns.CONTACT.match(text) or patterns.BIO.match(text)):
        return "footer"
    if patterns.BIO.match(text) and re.search(r"(?i)\b(?:for|at|with)\s+(?:the\s+)?[A-Z]", text) and len(text) <= 160:
        return "footer"
    return ""


def tail_start(text: str, *, last: bool) -> int:
    """Return where credits behind a paragraph's last sentence begin, its length when there are none.

    ``last`` says that the story ends with the paragraph: elsewhere only an agency's signature is looked for.
    """
    end = closing_credits.signature_start(text)
    if not last or not closing_credits.may_hold(text[max(0, end - LONGEST_CREDIT) : end]):
        return end
    for start, _ in sentence_spans(text, 0, end)[1:][-_LAST:]:
        if _closes(text[start:end].rstrip(), Strength.CERTAIN):
            return start
    return end


def _closes(text: str, least: Strength) -> bool:
    """Whether a line is credits, perhaps with whom to follow and who the authors are."""
    if closing_credits.signature_strength(text) >= least:
        return True
    if not closing_credits.may_hold(text):
        return False
    if (found := closing_credits.credit_strength(text)) or len(text) > LONGEST_CREDIT:
        return found >= least
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    if not 2 <= len(sentences) <= _LAST:
        return False
    strengths = [closing_credits.credit_strength(sentence) for sentence in sentences]
    surest = strengths[0] if least == Strength.CERTAIN else max(strengths)
    return surest >= least and all(
        strength or foot_reason(sentence) for strength, sentence in zip(strengths, sentences, strict=True)
    )


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
