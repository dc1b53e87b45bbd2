"""Classification of the lines above a story: byline, date, section, banner, role, name.

``classify`` says what a line can be by its own words.  The lines around it decide what it is: see
``qa.anatomy.header``.
"""

import re
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
_BREADCRUMB = re.compile(r"(?:Home|HOME)\s*[>/»›|]")
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
_NOT_FIRST_NAMES = word_set("The What How Why When Where Who A An In On At For No New More By BY From")
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
_SECTION_SEPARATOR = re.compile(r"\s*[|/>»›·•]\s*|\s+[-–—]\s+")
_SEPARATOR = re.compile(r"\s*[|·•]\s*|\s+[–—/-]\s+")


@dataclass(frozen=True, slots=True)
class Facts:
    """Values that a line states about the story; ``""`` for a value that it does not state.

    ``misread`` is a date that the line states in words that have no single reading.
    """

    source: str = ""
    authors: str = ""
    published: str = ""
    updated: str = ""
    misread: str = ""


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Everything that a line can be by its own words; several may hold at once.

    A fact of type ``Facts`` is None if the line cannot be such a line; else it holds the values that the line states.

    Attributes:
        is_banner: A notice above the story ("This story is over 5 years old.").
        is_breadcrumb: The path to the page ("Home > News > Local").
        byline: Authors, outlet and dates, after "By" or a word like it.
        date: Dates, in a line of nothing else; a month alone ("July 2018") is one only right below a byline.
        section: A section of the page and perhaps its outlet ("Sport / Football", "Local | Harbour Wire").
        masthead: The part of the line that makes it a section line on a page of the outlet with this name.
        role: A position or an outlet, as below a byline.
        name: One or two people's names, or an outlet's, without "By".
    """

    is_banner: bool
    is_breadcrumb: bool
    byline: Facts | None
    date: Facts | None
    section: Facts | None
    masthead: str
    role: Facts | None
    name: Facts | None


def classify(text: str, below_byline: bool = False) -> LineFacts:
    """Return the facts of one line; ``below_byline`` says whether the line above may be a byline."""
    section, masthead = section_line(text)
    return LineFacts(
        is_banner=len(text) <= 160 and bool(_BANNER.fullmatch(text)),
        is_breadcrumb=len(text) <= 120 and bool(_BREADCRUMB.match(text)),
        byline=byline(text),
        date=date_line(text) or (month_line(text) if below_byline else None),
        section=section,
        masthead=masthead,
        role=role_line(text),
        name=name_line(text),
    )


def key_line(text: str) -> tuple[str, str] | None:
    """Return (field, value) of a line such as ``Source: Harbour Wire``; the field "" is not stored."""
    match = _KEY_LINE.fullmatch(text) if len(text) <= 2000 else None
    if match is None or match[1].casefold() not in _KEYS:
        return None
    return _KEYS[match[1].casefold()], (match[2] or "").strip()


def section_line(text: str) -> tuple[Facts | None, str]:
    """Return (facts of a section line or None, masthead), as in ``LineFacts``."""
    if len(text) > 80 or text[-1:] in ".!?":
        return None, ""
    parts = [part.strip() for part in _SECTION_SEPARATOR.split(text) if part.strip()]
    others = [part for part in parts if part.casefold() not in _SECTIONS]
    if not others:
        return Facts() if parts else None, ""
    if len(others) > 1:
        return None, parts[0] if len(parts) == 2 and len(parts[1].split()) <= 2 else ""
    name = others[0]
    if len(parts) == 1 or len(name.split()) > 4 or not name[:1].isupper():
        return None, name
    return Facts(source=name if _OUTLET_WORD.search(name) else ""), name


def date_line(text: str) -> Facts | None:
    """Return the dates of a line of nothing but dates (and a reading time), else None."""
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
    """Whether the line begins with a label such as "Published" or "Last updated on"."""
    return bool(_DATE_LABEL.match(text))


def _is_clock(text: str) -> bool:
    return bool(re.fullmatch(r"(?i)(?:at\s+)?\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?(?:\s+[a-z]{1,5})?", text))


def byline(text: str) -> Facts | None:
    """Return authors, outlet and dates of a line such as "By A B, Harbour Wire | 11 May 2015", else None."""
    match = _BY.fullmatch(text) if len(text) <= 200 else None
    if match is None:
        return None
    words = _PICTURES_BY.sub("", match["names"])
    parts = [part for part in _SEPARATOR.split(words) if part]
    if not parts:  # "By |"
        return None
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
    """Return (authors, outlet) of the words after "By", ("", "") if they are not names."""
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
    """Whether the words can be a name: each is capitalised or a particle."""
    words = text.split()
    return (
        1 <= len(words) <= 14
        and words[0][:1].isupper()
        and all(word[:1].isupper() or word.casefold() in _PARTICLES for word in words)
    )


def name_line(text: str) -> Facts | None:
    """Return the authors and outlet of a byline without "By", else None; an outlet's name has no author."""
    words = text.split(maxsplit=6)
    if not 2 <= len(words) <= 6 or text[-1:] in ".!?:" or words[0] in _NOT_FIRST_NAMES or not _proper(text):
        return None
    authors, source = _names(text)
    return Facts(source=authors) if names_outlet(authors) and not source else Facts(source=source, authors=authors)


def role_line(text: str) -> Facts | None:
    """Return the outlet of a short line that names a position or an outlet, as below a byline, else None."""
    if text[-1:] in ".!?:" or len(text.split(maxsplit=6)) > 6:
        return None
    if _ROLE.search(text):
        return Facts()
    return Facts(source=re.sub(r"^[Ff]or (?:the )?", "", text)) if _OUTLET_WORD.search(text) else None


def names_outlet(text: str) -> bool:
    """Whether a short line has a word that is common in outlets' names ("Harbour Wire")."""
    return text.casefold() not in _SECTIONS and bool(_OUTLET_WORD.search(text)) and not _ROLE.search(text)


def copyright_outlet(text: str) -> str:
    """Return the owner named in a copyright line, "" for none."""
    match = re.match(
        r"(?i:(?:©|\(c\)|copyright)\s*)+(?:\d{4}(?:\s*[-–]\s*\d{4})?)?,?\s*(?:by\s+)?([^.,|©]{2,50})", text
    )
    if match is None:
        return ""
    owner = re.split(r"(?i)\s*\ball rights\b|\s+(?:is|are|and)\s", match[1])[0]
    owner = re.sub(r"\s*\d{4}$|\s+(?:Ltd|Limited|Inc|plc|PLC|LLC|GmbH)\.?$", "", owner).strip(" -–—")
    return owner if owner[:1].isupper() else ""
