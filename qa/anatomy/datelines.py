"""The dateline that a news story begins with: place, sometimes day and outlet, then a dash."""

import re

from qa.text.words import word_set

_NOT_PLACES = word_set(
    "BREAKING UPDATE UPDATED LIVE EXCLUSIVE WATCH VIDEO OPINION ANALYSIS WARNING NOTE QUESTION ANSWER CORRECTION"
)
_REGION = r"(?:, [A-Z][\w.'’-]+(?: [A-Z][\w.'’-]+){0,2}){0,2}"
_PLACE = rf"[A-ZÀ-Þ][A-ZÀ-Þ.'’-]+(?:[ /][A-ZÀ-Þ][A-ZÀ-Þ.'’-]+){{0,4}}{_REGION}"
_CALENDAR = r"(?:, (?:[A-Z][a-z]{2,8}\.? \d{1,2}|\d{1,2} [A-Z][a-z]{2,8}))?"
_TOWN = rf"[A-ZÀ-Þ][\w.'’-]+(?: [A-ZÀ-Þ][\w.'’-]+){{0,3}}{_REGION}"
_OUTLET = r"[A-Z][\w .&/'’-]{1,40}"
_DATELINE = re.compile(
    rf"(?:(?P<place>{_PLACE}){_CALENDAR} ?)?(?P<bracket>\((?P<outlet>{_OUTLET})\))? {{0,3}}(?:--|—|–|-)"
    r"(?= ?[\"“'‘A-ZÀ-Þ0-9]| [a-z])"
    rf"|(?P<town>{_TOWN}){_CALENDAR} (?:\((?P<outlet2>{_OUTLET})\)|(?P<outlet3>CNN|AP|AFP|"
    rf"Reuters)(?: Business)?) {{0,3}}"
    r"(?:--|—|–)(?= )"
)
_NOT_OUTLETS = word_set("CORRECTED REVISED UPDATED CORRECTION UPDATE")


def dateline(text: str) -> tuple[str, str]:
    """Return the dateline that a body begins with and its outlet, each "" when there is none."""
    match = _DATELINE.match(text[:160])
    if match is None or not (match["place"] or match["bracket"] or match["town"]) or match["outlet"] in _NOT_OUTLETS:
        return "", ""
    if match["place"] and not match["bracket"]:
        rest = text[match.end() :].lstrip()
        words = match["place"].split()
        if words[0].strip(".,") in _NOT_PLACES or len(match["place"]) < 3 or rest[:1].islower():
            return "", ""
        if text[match.end() - 1] == "-" and text[match.end() - 2] != "-" and not text[match.end()].isspace():
            return "", ""  # a hyphen inside a word
    outlet = (match["outlet"] or match["outlet2"] or match["outlet3"] or "").strip()
    return match.group().strip(), outlet
