"""Sentence boundaries in news text, as exact spans.

Lines are first grouped into blocks (paragraphs, headings, list items).  Each terminal mark of a block is then
judged by the word before it and the word after it.

The rules are our own because learned splitters take plain words of news ("Bank.", "West.") for abbreviations
and break "Lt. Col."; tests/fixtures/sentences.txt holds the cases.  Every look around a mark is bounded and
every pattern possessive or anchored, so that the time is linear in the text.
"""

import math
import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from qa.text.words import word_set

_LOOK_BACK = 48  # characters before a mark: enough for two words of a name
_LOOK_AHEAD = 120  # characters after it: enough for 'Deputy Prime Minister Jane Doe asked'


# Abbreviations are given lower-case and without their last period.
_TITLES = word_set(
    "adm amb atty brig capt cdr cmdr col comdr cpl cpt det dr drs fr gen gens gov govs hon insp lt ltc maj "
    "messrs mgr mlle mme mr mrs ms msgr ofc pfc pres prof profs pvt rep reps rev rt sen sens sgt spc ssgt "
    "supt treas"
)
_PLACES = word_set("ft mt mts pt st ste")  # before a name; but "Main St." can end a sentence
_JOINING = word_set("approx ca cf e.g i.e v v.s viz vs")
_NUMBERED = word_set("art arts c ca ch ext fig figs no nos op p para pp pt rte sec tel vol vols")
_DATES = word_set("apr aug dec feb jan jul jun mar nov oct sep sept mon tue tues wed thu thur thurs fri sat sun")
_FIRMS = word_set("bhd co corp cos esq inc llc llp ltd ph.d plc pty")
_MIDDLES = word_set("assn ave bldg blvd bros dept dist hwy intl jr mfg natl rd sr univ")  # "Warner Bros. Pictures"
_STATES = word_set(
    "ala ariz ark calif colo conn del fla ga ill ind kan kans ky la mass md mich minn miss mo mont neb nev "
    "okla ont ore pa penn que tenn tex va vt wash wis wisc wyo"
)
_PLACE_LETTERS = word_set("b.c d.c l.a n.c n.d n.h n.j n.m n.y p.r r.i s.c s.d w.va")
_STATE_WORDS = word_set("ark del ill ind la mass miss ore wash")  # states only after a comma
_EXCLAIMING = word_set("jeopardy oklahoma wham yahoo yum")  # names that end in "!"
_AFTER_CLOCK = _DATES | word_set(
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday central eastern local mountain pacific utc"
)
_ROLES = word_set(
    "attorney ceo cfo chairman chairwoman chancellor chief congressman congresswoman council councilman "
    "councilwoman deputy director executive founder governor mayor president representative secretary "
    "senator vice"
)
_NAMING = _TITLES | _ROLES | _FIRMS  # after an abbreviation these continue the sentence: "Mobile, Ala. Mayor Smith"
_STARTERS = word_set(  # words that, capitalised in mid-text, begin a sentence
    "a about according after all also although among an and another any anyone are around as asked at "
    "because before both but by can could critics despite did do does during each earlier either even every "
    "few for from had has have he her here hers his how however i if in instead is it it's its last later "
    "left let's like many maybe meanwhile moreover most my neither never nevertheless no nobody nor not "
    "nothing now of officials on once one only or other others our perhaps police prosecutors rather said "
    "several she should since so some still such that that's the their then there there's therefore these "
    "they they're this those though thus to today together tomorrow two until was we we're were what when "
    "where whether which while who whose why will with without would yesterday yet you your"
)
# In text set in capitals only these begin a sentence: "THE U.S . AND BRITAIN" is one, "THE U.S . THE" is two.
_CAPITAL_STARTERS = word_set("but he however it meanwhile she the there these they this those we")
_WEB_SUFFIXES = word_set("biz com edu gov info net org")

_CLOSERS = "\"'`”’»›)\\]}*_"
_OPENERS = "\"'`“‘„«‹([{¿¡*_#•–—-"
_FULL_WIDTH = "。！？｡"  # need no white space after them
_MARK = re.compile(
    rf"(?P<mark>[.!?…‽؟۔।॥{_FULL_WIDTH}]++(?:[ \u00a0][.!?…]++)*+)"
    rf"(?P<closers>[{_CLOSERS}」』）]*+)(?:\[\d{{1,3}}\])*+(?P<space>\s*+)"
)
_FOLLOWER = re.compile(r"(?P<opened>[\"'`“‘„«‹(\[{¿¡*_#]*+)(?P<word>[^\W_][\w.'’-]*+)?")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_CAMEL = re.compile(r"[a-z]{1,2}[A-Z]")  # iPhone, eBay: a capital in disguise
_LETTER = re.compile(r"\w")
_ZONE = re.compile(r"[A-Z]{1,3}T")  # EST, CEST, GMT
_SPACED_CLOSER = re.compile(r"(?P<mark>(?P<sure>''|[)\]}”»])|\"(?=\s|\Z))(?P<space>\s*+)")
_GLUED = re.compile(r"[\"“]?(?P<word>[A-Z][a-z]*)[\s,’']")
_SPEECH = re.compile(
    r"(?:[A-Z][\w.'’-]*+\s+(?:(?:of|for|de|van|von|bin|al|the)\s+)?){1,6}"
    r"(?:added|asked|asks|cried|demanded|inquired|joked|replied|said|says|shouted|wondered|wrote|yelled)\b"
)

_NEWLINES = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_LINE = re.compile(rf"\S[^{_NEWLINES}]*+")
_BULLET = re.compile(r"(?:[•·▪●◦‣*]|[–—-]{1,2}|\(?(?:\d{1,2}|[A-Za-z])[.)])\s")
_OPEN_ENDED = word_set(
    "a an and are as at but by for from has have in into is of on or over said says that the their to was "
    "were which who will with"
)


class _Line(NamedTuple):
    start: int
    end: int
    indent: int  # columns before its first character
    breaks: int  # line ends since the line before: 1, or 2 and more for a blank line


def sentence_spans(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """Return the half-open code-point spans of the sentences in ``text[start:end]``, in order.

    Spans are disjoint and have no white space at their ends; every other character of the range lies in
    exactly one.  A blank line always ends a sentence, a line end does where the line plainly stands alone.
    """
    first, stop, _ = slice(start, end).indices(len(text))
    spans: list[tuple[int, int]] = []
    for block_start, block_end in _blocks(text, first, stop):
        spans.extend(_split_block(text, block_start, block_end))
    return spans


def _lines(text: str, start: int, stop: int) -> list[_Line]:
    lines: list[_Line] = []
    previous_end = start
    for match in _LINE.finditer(text, start, stop):
        gap = text[previous_end : match.start()]
        breaks, indent = 1, 0
        if gap not in {"", "\n"}:
            breaks = max(gap.count("\n"), gap.count("\r")) + 2 * gap.count("\u2029") + gap.count("\u2028")
            indent = len(gap) - max(gap.rfind(character) for character in "\n\r\u2028\u2029") - 1
        previous_end = match.end()
        lines.append(_Line(match.start(), match.start() + len(match.group().rstrip()), indent, breaks))
    return lines


def _blocks(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """Yield the spans of paragraphs, headings and list items, which no sentence crosses."""
    lines = _lines(text, start, stop)
    if not lines:
        return
    width = _wrap_width(text, lines)
    block_start = lines[0].start
    opens_paragraph = True
    for above, below in pairwise(lines):
        if below.breaks > 1 or _parts(text, above, below, width, opens_paragraph):
            yield block_start, above.end
            block_start = below.start
        opens_paragraph = below.breaks > 1
    yield block_start, lines[-1].end


def _wrap_width(text: str, lines: list[_Line]) -> int:
    """Return the column at which the text was hard-wrapped, 0 if it was not.

    A text counts as hard-wrapped if nearly all lines are short and most are full: the next line's first word did
    not fit, or that line begins in lower case.
    """
    pairs = [(above, below) for above, below in pairwise(lines) if below.breaks == 1]
    if not pairs:
        return 0
    lengths = sorted(line.indent + line.end - line.start for line in lines)
    width = lengths[math.ceil(0.95 * (len(lengths) - 1))]
    if not 40 <= width <= 110:
        return 0
    full = sum(text[below.start].islower() or _is_full(text, above, below, width) for above, below in pairs)
    return width if full >= 0.6 * len(pairs) else 0


def _is_full(text: str, above: _Line, below: _Line, width: int) -> bool:
    first_word = text[below.start : min(below.end, below.start + _LOOK_BACK)].split(maxsplit=1)[0]
    return above.indent + above.end - above.start + 1 + len(first_word) > width


def _parts(text: str, above: _Line, below: _Line, width: int, opens_paragraph: bool) -> bool:
    """Whether the line end between two adjacent lines ends a sentence, whatever its punctuation."""
    first, last = text[below.start], text[above.end - 1]
    bullet = _BULLET.match(text, below.start, min(below.end, below.start + 8)) is not None
    words = text[max(above.start, above.end - _LOOK_BACK) : above.end].split()
    if width:
        if bullet and (first in "•▪●◦‣" or not _is_full(text, above, below, width)):
            return True
        if below.indent >= above.indent + 2:
            return True  # an indented first line
        if _is_full(text, above, below, width) or first.islower() or last in ".!?,;:-":
            return False
        heading = text[above.start : above.end].isupper() and not text[below.start : below.end].isupper()
        short = above.end - above.start < 0.6 * width and words[-1].lower() not in _OPEN_ENDED
        return heading or (short and not opens_paragraph)
    if bullet:
        return True
    if first.islower() or first in ".,;:)]…" or last == ",":
        return False
    last_word = words[-1].lower()
    return last_word not in _OPEN_ENDED and last_word.strip("\"'“‘(").rstrip(".") not in _TITLES


def _split_block(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    sentence = start  # where the current sentence begins
    wordless = start  # it has no letter or digit before this position
    counted, quotes = start, 0  # number of straight quotation marks before ``counted``
    for match in _MARK.finditer(text, start, stop):
        after, follower = match.end("closers"), match.end()
        if follower == stop:
            break
        closing = _SPACED_CLOSER.match(text, follower, stop) if match["space"] else None
        if closing:
            # Text set with spaces around its marks: a closing quotation mark belongs to the sentence.
            quotes += text.count('"', counted, follower)
            counted = follower
            if closing["sure"] or quotes % 2:
                after, follower = closing.end("mark"), closing.end()
                if follower == stop:
                    break
        if _LETTER.search(text, wordless, match.start()) is None:
            wordless = match.start()
            continue
        if _ends(text, sentence, match, follower, stop):
            yield sentence, match.start("space") if after == match.end("closers") else after
            sentence = wordless = follower
    yield sentence, stop


def _ends(text: str, sentence: int, match: re.Match[str], follower: int, stop: int) -> bool:
    """Whether the mark ends its sentence, given the words around it."""
    mark, position = match["mark"], match.start()
    if mark[-1] in _FULL_WIDTH:
        return True
    glued = None
    if not match["space"]:
        glued = _GLUED.match(text, follower, min(stop, follower + _LOOK_BACK))
        if glued is None or glued["word"].lower() in _WEB_SUFFIXES:
            return False
    tokens = text[max(sentence, position - _LOOK_BACK) : position].split()
    token = re.split(r"[—–/-]", tokens[-1].lstrip(_OPENERS))[-1] if tokens else ""
    if glued:  # "the talks failed.The minister"
        return token.isalpha() and token.islower() and len(token) > 2
    ahead = _FOLLOWER.match(text, follower, min(stop, follower + _LOOK_AHEAD))
    word = ahead["word"] or "" if ahead else ""
    if word[:1].islower() and not _CAMEL.match(word):
        return False
    if mark[-1] in "!?‽؟":
        if _starts(word) or not (match["closers"] or (mark == "!" and token.lower() in _EXCLAIMING)):
            return True
        limit = min(stop, follower + _LOOK_AHEAD)
        return bool(match["closers"]) and _SPEECH.match(text, follower, limit) is None
    if "…" in mark or mark.count(".") > 1:
        spaced = mark.count(".") < 4 and text[position - 1].isspace()
        return mark.count(".") > 3 or (word != "I" and (_starts(word) or not spaced))
    if mark != ".":
        return True  # the stops of other scripts
    enumerates = (token.isdigit() and len(token) < 4) or (len(token) == 1 and token.isalpha())
    if enumerates and position - sentence < 8 and text[sentence:position].strip(_OPENERS + " ") == token:
        return False
    if tokens and tokens[-1][0] == "(" and ")" in match["closers"]:
        return position - len(tokens[-1]) == sentence  # "Gen. (ret.) Smith", but "(Applause.) Thank you."
    before = tokens[-2] if len(tokens) > 1 else ""
    return _period_ends(token, before, text[follower], word)


def _starts(word: str) -> bool:
    plain = word.lower().replace("’", "'")
    if len(word) > 1 and word.isupper():
        return plain in _CAPITAL_STARTERS
    return plain in _STARTERS


def _period_ends(token: str, before: str, first: str, word: str) -> bool:
    """Whether a single period after ``token`` ends the sentence.

    ``before`` is the word before the token, ``word`` the one after the period, behind opening marks, and
    ``first`` the first character after the period.
    """
    key = token.lower()
    numbered = word[:1].isdigit()
    if key in _JOINING or (key in _TITLES and token[0].isupper()):
        return key == "dr" and word in {"The", "A", "It", "They", "She"}  # a street
    if key in _PLACES and token[0].isupper():
        return _starts(word)
    if (key in _DATES and token[0].isupper()) or (key in _NUMBERED and (len(token) > 1 or token.islower())):
        return not numbered
    acronym = _ACRONYM.fullmatch(token) is not None
    state = key in _STATES and (before.endswith(",") or key not in _STATE_WORDS)
    if not (acronym or state or key in _FIRMS or key in _MIDDLES or (len(token) == 1 and token.isupper())):
        # An abbreviation we do not know: a capital and no vowel, as in "Kft." or "Fmr."
        unknown = key.isascii() and token.isalpha() and token.istitle() and not set("aeiouy") & set(key)
        return not unknown or _starts(word)
    if not word or first in "([-–—":
        return False  # a dash, a sign: the dateline "WASHINGTON, D.C. (AP) --"
    if len(token) == 1:
        degrees = token in "CF" and before[:1].isdigit() and before[-1:].isdigit()
        return degrees or (_starts(word) and word not in {"A", "I"})
    if _starts(word):
        return True
    if key in {"a.m", "p.m"}:
        day = word.lower().rstrip(".").split("-")[0].removesuffix("s")
        return day not in _AFTER_CLOCK and not _ZONE.fullmatch(word.rstrip("."))
    if word.lower().rstrip(".") in _NAMING:
        return False
    if state or key in _PLACE_LETTERS:
        return before.endswith(",")  # a place is named in full: "Washington, D.C. Smith"
    return (key in _FIRMS and not numbered) or (acronym and token.islower())  # measures: "m.p.h."
