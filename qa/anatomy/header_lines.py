"""What the lines above a story say: byline, dates, outlet, section."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from qa.dates.iso import normalise
from qa.text.words import word_set

_KEYS = {
    "source": "source", "outlet": "source", "publication": "source", "publisher": "source", "site": "source",
    "published": "published", "date": "published", "publication date": "published",
    "published on": "published",
    "updated": "updated", "last updated": "updated", "modified": "updated",
    "url": "url", "link": "url", "web address": "url", "canonical": "url",
    "author": "authors", "authors": "authors", "byline": "authors", "writer": "authors",
    "title": "title", "headline": "title",
    "dek": "dek", "description": "dek", "summary": "dek", "standfirst": "dek", "subtitle": "dek",
    "language": "language", "lang": "language",
    "section": "", "saved": "", "saved on": "", "retrieved": "", "accessed": "", "page": "", "edition": "",
    "category": "",
}  # fmt: skip
_KEY_LINE = re.compile(r"([A-Za-z][A-Za-z ]{2,18}?)\s*:\s*(\S.*)?")
_SECTIONS = word_set(
    "home news local local news world uk us u.s. national regional sport sports business politics opinion "
    "comment culture arts "
    "entertainment lifestyle life travel technology tech science health education environment weather "
    "money economy features "
    "community obituaries crime courts council region international food style music film books letters "
    "editorial analysis "
    "live interview explainer investigations latest breaking news transport housing farming fishing "
    "harbour markets country city "
    "town metro nation front page history media property motoring nature people q&a video in pictures "
    "long read"
) | {
    "local news",
    "breaking news",
    "front page",
    "in pictures",
    "long read",
    "world news",
    "city hall",
    "the interview",
    "u.s. news",
}
_BANNER = re.compile(
    r"(?i:this\s+(?:story|article|page|content|video)\s+(?:is\s+)?(?:was\s+published\s+)?(?:more\s+than|"
    r"over|about)?\s*\w{1,10}\s+"
    r"(?:years?|months?)\s+(?:old|ago)\b.{0,80}|(?:this|you\s+are\s+(?:viewing|"
    r"reading))\s+.{0,20}\b(?:archived?|from\s+our\s+archives?)\b.{0,80}|"
    r"(?:breaking(?:\s+news)?|exclusive|live|live\s+updates?|premium|subscriber[s']*\s+(?:only|exclusive)|"
    r"for\s+subscribers(?:\s+only)?|developing"
    r"(?:\s+story)?|archived?|from\s+the\s+archives?)[.!:]?|this\s+is\s+an?\s+archived?\s+.{0,60})"
)
_ROLE = re.compile(
    r"(?i:\b(?:reporter|correspondent|editor|writer|columnist|staff|contributors?|producer|journalist|"
    r"critic|special\s+to|photographer|"
    r"freelance|bureau\s+chief|guest)\b)"
)
_OUTLET_WORD = re.compile(
    r"(?:News|Times|Post|Enquirer|Inquirer|Republic|TODAY|Wire|Gazette|Herald|Press|Tribune|Chronicle|"
    r"Journal|Daily|Weekly|Observer|Courier|Echo|Mail|Star|Sun|Guardian|"
    r"Telegraph|Reuters|Network|Radio|TV|Review|Magazine|Bulletin|Register|Sentinel|Argus|Advertiser|"
    r"Examiner|Dispatch|Globe|Mercury|"
    r"Ledger|Agency|Media|Online|Recorder|Standard|Beacon|Monitor|Messenger|Packet|Today)\b|^[A-Z]{2,6}$|"
    r"^The\s"
)
_BY = re.compile(
    r"(?:(?:By|BY|by|Words by|Words:|Text by|Written by|Story by|Report by|Reported by|Interview by|"
    r"Text:|Story:|Reporter:|"
    r"Author:|From)\s+)(?P<names>\S.*)"
)
_PARTICLES = word_set("van der den de la le du da dos von bin al el and & of for the in at jr. sr. with y ter")
_DATE_LABEL = re.compile(
    r"(?i:(?:first\s+|originally\s+|last\s+)?(published|posted|updated|modified|created|date|filed|issued|"
    r"edited)(?:\s+(?:on|at))?)\s*:?\s*"
)
_READING_TIME = re.compile(r"(?i:\d+\s?[-–]?\s?min(?:ute)?s?(?:\s+read)?|\d+\s+comments?|share|print|comments?|save)")
_RELATIVE = re.compile(
    r"(?i:(?:\d{1,3}|an?)\s+(?:seconds?|minutes?|mins?|hours?|hrs?|days?|weeks?)\s+ago|(?:yesterday|"
    r"today)(?:\s+at\s+[\d:.apm ]+)?)"
)
_PICTURES_BY = re.compile(r"[.,;|]?\s+(?:Pictures|Photographs|Photography|Photos|Illustrations?)(?:\s+by\b|:).*$")
_SEPARATOR = re.compile(r"\s*[|·•]\s*|\s+[–—/-]\s+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What a line above or below the story says about it; ``""`` for what it does not say."""

    source: str = ""
    authors: str = ""
    published: str = ""
    updated: str = ""
    misread: str = ""


def key_line(text: str) -> tuple[str, str] | None:
    """Return (field, value) of a line such as ``Source: Harbour Wire``; the field "" is not kept."""
    match = _KEY_LINE.fullmatch(text) if len(text) <= 2000 else None
    if match is None or match[1].casefold() not in _KEYS:
        return None
    return _KEYS[match[1].casefold()], (match[2] or "").strip()


def is_banner(text: str) -> bool:
    """Whether a line is a notice above the story ("This story is over 5 years old.")."""
    return len(text) <= 160 and bool(_BANNER.fullmatch(text))


def is_breadcrumb(text: str) -> bool:
    """Whether a line is the way to the page ("Home > News > Local")."""
    return len(text) <= 120 and bool(re.match(r"(?:Home|HOME)\s*[>/»›|]", text))


def section_line(text: str, outlets: Mapping[str, str]) -> str | None:
    """Return the outlet that a section line names ("" for none), or None when the line is no section line."""
    if len(text) > 80 or text[-1:] in ".!?":
        return None
    parts = [part.strip() for part in re.split(r"\s*[|/>»›·•]\s*|\s+[-–—]\s+", text) if part.strip()]
    others = [part for part in parts if part.casefold() not in _SECTIONS]
    if parts and not others:
        return ""
    named = [part for part in others if part.casefold() in outlets]
    if named and (len(others) == 1 or (len(parts) == 2 and parts[0] == named[0] and len(parts[1].split()) <= 2)):
        return outlets[named[0].casefold()]
    if len(others) == 1 and len(parts) >= 2 and len(others[0].split()) <= 4 and others[0][:1].isupper():
        return others[0] if _OUTLET_WORD.search(others[0]) else ""
    return None


def date_line(text: str) -> Facts | None:
    """Return the dates of a line that holds nothing but dates (and a reading time), else None."""
    if len(text) > 160:
        return None
    published = updated = misread = ""
    pieces = [
        piece
        for piece in re.split(r"\s*[|·•;]\s*|\s+/\s+|\s*[(),]?\s*(?<!ast )(?=(?:[Ll]ast )?[Uu]pdated\b)", text)
        if piece.strip(" ()")
    ]
    known = False
    for piece in pieces:
        piece = piece.strip(" ()")
        label = _DATE_LABEL.match(piece)
        value = piece[label.end() :].strip() if label else piece
        stamp = normalise(value.rstrip(".") if label else value) if re.search(r"\d", value) else ""
        if stamp and (label or len(stamp) >= 10):
            known = True
            if label and label[1].casefold() in ("updated", "modified", "edited"):
                updated = updated or stamp
            else:
                published = published or stamp
        elif (
            label
            and value
            and (_RELATIVE.fullmatch(value) or re.fullmatch(r"[\d/.:, -]{4,30}", value) or _is_clock(value))
        ):
            known, misread = True, misread or value
        elif not _READING_TIME.fullmatch(piece) and not (known and _is_clock(piece)):
            return None
    return Facts(published=published, updated=updated, misread=misread) if known else None


def month_line(text: str) -> Facts | None:
    """Return the month of a line such as "July 2018", else None."""
    stamp = normalise(text) if len(text) <= 20 else ""
    return Facts(published=stamp) if len(stamp) == len("2018-07") else None


def is_labelled_date(text: str) -> bool:
    """Whether the line begins as "Published ..." or "Last updated ..." do."""
    return bool(_DATE_LABEL.match(text))


def _is_clock(text: str) -> bool:
    return bool(re.fullmatch(r"(?i)(?:at\s+)?\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?(?:\s+[a-z]{1,5})?", text))


def byline(text: str) -> Facts | None:
    """Return who wrote the story, for whom and when, from "By A B, Harbour Wire | 11 May 2015", else None."""
    match = _BY.fullmatch(text) if len(text) <= 200 else None
    if match is None:
        return None
    words = _PICTURES_BY.sub("", match["names"])
    parts = [part for part in _SEPARATOR.split(words) if part]
    dates = Facts()
    names = [parts[0]]
    for part in parts[1:]:
        if found := date_line(part):
            dates = found
        elif not _READING_TIME.fullmatch(part):
            names.append(part)
    authors, source = _names(names[0])
    if not authors or (text[-1:] in ".!?" and not re.search(r"\b(?:Jr|Sr)\.$|\b[A-Z]\.$", text)):
        return None
    for part in names[1:]:
        if not _proper(part) and not _ROLE.search(part):
            return None
        if not _ROLE.search(part):
            source = source or part
    return Facts(source, authors, dates.published, dates.updated, dates.misread)


def _names(text: str) -> tuple[str, str]:
    """Return (authors, outlet) of the words after "By"; ("", "") when they are not names."""
    if found := re.search(
        r",? (?:(?:[Ss]pecial|SPECIAL) )?(?:for|FOR|to|TO|of the|OF THE) (?:the )?([A-Z].{2,40})$", text
    ):
        head, outlet = text[: found.start()], found[1].strip()
    else:
        head, outlet = text, ""
    head = re.sub(r"(?i),?\s+(?:and|&)\s+(?:staff|agencies|wire\s+services)(?:\s+(?:reporters?|writers?))?$", "", head)
    head = re.sub(r"\s+(?:in|at|from|aboard|near|on)\s+(?:the\s+)?[A-ZÀ-Þ].*$", "", head)
    pieces = [piece.strip() for piece in head.split(",") if piece.strip()]
    if not pieces or not all(_proper(piece) or _ROLE.search(piece) for piece in pieces):
        return "", ""
    joined = bool(re.search(r"(?:\band\b|&)", pieces[-1]))
    people = [piece for piece in pieces if not _ROLE.search(piece)]
    if len(people) > 1 and not joined and not outlet:  # a list of people ends in "and", so the last names the outlet
        outlet = people.pop()
    return ", ".join(people), outlet


def _proper(text: str) -> bool:
    """Whether every word is a name's: capitalised, or a particle."""
    words = text.split()
    return (
        1 <= len(words) <= 14
        and words[0][:1].isupper()
        and all(word[:1].isupper() or word.casefold() in _PARTICLES for word in words)
    )


def is_name(text: str) -> bool:
    """Whether a line by itself could be one or two people's names, without "By"."""
    words = text.split()
    return 2 <= len(words) <= 6 and text[-1:] not in ".!?:" and _proper(text) and words[0] not in (
        "The", "What", "How", "Why", "When", "Where", "Who", "A", "An", "In", "On", "At", "For", "No",
        "New", "More",
        "By", "BY", "From",
    )  # fmt: skip


def bare_byline(text: str) -> Facts:
    """Return who and for whom, from a byline without "By"; a line that is an outlet's name has no author."""
    authors, source = _names(text)
    return Facts(source=authors) if names_outlet(authors) and not source else Facts(source=source, authors=authors)


def is_role(text: str) -> bool:
    """Whether a short line names a position or an outlet, as below a byline."""
    return len(text.split()) <= 6 and text[-1:] not in ".!?:" and bool(_ROLE.search(text) or _OUTLET_WORD.search(text))


def names_outlet(text: str) -> bool:
    """Whether a short line above the title has a word that outlets are called by ("Harbour Wire")."""
    return text.casefold() not in _SECTIONS and bool(_OUTLET_WORD.search(text)) and not _ROLE.search(text)


def outlet_in_role(text: str) -> str:
    """Return the outlet that a line below a byline names, "" when it names a position."""
    return "" if _ROLE.search(text) else re.sub(r"^[Ff]or (?:the )?", "", text)


def copyright_outlet(text: str) -> str:
    """Return the owner named in a copyright line, "" when there is none."""
    match = re.match(
        r"(?i:(?:©|\(c\)|copyright)\s*)+(?:\d{4}(?:\s*[-–]\s*\d{4})?)?,?\s*(?:by\s+)?([^.,|©]{2,50})", text
    )
    if match is None:
        return ""
    owner = re.split(r"(?i)\s*\ball rights\b|\s+(?:is|are|and)\s", match[1])[0]
    owner = re.sub(r"\s*\d{4}$|\s+(?:Ltd|Limited|Inc|plc|PLC|LLC|GmbH)\.?$", "", owner).strip(" -–—")
    return owner if owner[:1].isupper() else ""
