"""Which words may be marked: a quantity for "how many", a name for "who", a time for "when".

By rule, from the marked words and the words around them; nothing is looked up.
"""

import calendar
import re
from typing import Literal

from qa.answers.question.kind_patterns import one_of
from qa.answers.question.question_kinds import Asked
from qa.text.terms import terms
from qa.text.words import word_set

Fit = Literal["yes", "no", "open"]
"""Whether words are of the kind asked for; open: the kind has no words of its own."""

_COUNTED = one_of(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion "
    "trillion dozen score half quarter third double twice triple both none zero nobody no_one"
)
_UNIT = one_of(
    "hours? days? weeks? months? years? decades? centur(?:y|ies) minutes? moments? miles? met(?:re|er)s? feet foot "
    "inch(?:es)? kilomet(?:re|er)s? pounds? dollars?"
)
_QUANTITY = re.compile(
    rf"(?<![A-Za-z\d])(?:[A-Z]{{3}}|Rs?)?\d|[½¼¾⅓⅔]|\b{_COUNTED}s?\b|\b(?:an?|several|few|many|no) (?:\w+ )?{_UNIT}\b"
    r"|\b(?:lots|plenty|several|numerous|hardly any)\b",
    re.IGNORECASE,
)
_DURATION = re.compile(
    rf"\b(?:{_UNIT}|immediately|at once|instantly|daily|weekly|monthly|yearly|annually|hourly|twice)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\b(?:category|level|grade|phase|stage|class|flight|boeing|airbus|article|section|chapter|resolution|proposition"
    r"|route|interstate|highway|channel|gate|terminal|platform|room|unit|formula|apollo|windows|covid|no\.?)"
    r"[ -]\d+(?:-\d+)*\b",
    re.IGNORECASE,
)  # a number that is a name
_COUNTS = re.compile(r"\bhow (?:many|much)\b|\b(?:number|amount) of\b|\btoll\b", re.IGNORECASE)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAY_OF_MONTH = r"\d{1,2}(?:st|nd|rd|th)?"
_ONLY_DATE = re.compile(
    rf"\W*(?:(?:in|on|by|since|of|the|early|late|mid)\W+)*"
    rf"(?:(?:{_MONTH}\W*)?(?:{_DAY_OF_MONTH}\W+)?(?:{_MONTH}\W*)?(?:19|20)\d\d|{_MONTH} {_DAY_OF_MONTH}"
    rf"|{_DAY_OF_MONTH} {_MONTH})\W*"
)
_MOMENT = one_of(
    "yesterday today tonight tomorrow weeks? months? years? days? hours? minutes? decades? centur(?:y|ies) mornings? "
    "afternoons? evenings? nights? midnight noon dawn dusk weekends? spring summer autumn winter ago christmas easter "
    "ramadan season soon later earlier immediately moments"
)
_TIME = re.compile(
    rf"\b(?:1\d|20)\d\ds?\b|\b(?:{'|'.join(calendar.month_name[1:])}|Jan|Feb|Apr|Aug|Sept?|Oct|Nov|Dec)\b"
    rf"|\b(?:{'|'.join(calendar.day_name)})s?\b|\b(?i:{_MOMENT})\b"
    r"|\b\d{1,2}(?::\d\d)? ?[ap]\.?m\b|\b\d{1,2}:\d\d\b|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b"
)
_NAME = re.compile(r"(?<![\w’'])(?:[A-Z][\w’'-]*|al-[A-Z]\w+|[a-z]+[A-Z]\w*)")
_DATELINE = re.compile(r"[A-Z]{4,}(?:, [A-Z][a-z]+\.?)?")  # the town in capitals that a report begins with
_NO_NAME = word_set(
    "Lord Lady Sir Mr Mrs Ms Dr Whoever Nobody Everyone Someone He She They We I It This That These Those There The A "
    "An In On At But And"
) | {*calendar.month_name, *calendar.day_name}
_PERSON = one_of(
    r"\w*man \w*men \w*woman \w*women \w*person people child children boys? girls? father mother son daughter brother "
    r"sister wife husband friends? neighbou?rs? residents? workers? soldiers? troops rebels? militants? officers? "
    r"officials? police minister president leader mayor governor senator judge lawyers? doctors? actors? singer "
    r"writer author players? coach manager general commander king queen prince princess pope bishop director producer "
    r"journalists? reporters? scientists? researchers? politicians? candidate spokes\w+ sheriff driver pilot captain "
    r"chief boss team company firm party group club agency bank authority authorities government army ministry "
    r"council committee court jury union association regulators? investors? owners? students? teachers? victims? "
    r"survivors? witness(?:es)? marines? crew passengers? tourists? engineers? miners? teenagers? suspects? family "
    r"parents? couple twins foreman secretary chairman founder editor nurse priest critics? fans shareholders? "
    r"voters? activists? protesters? [a-z]{3,}ist(?:s)? [a-z]{3,}(?:ians?|ers|ors)"
)
_PEOPLE = re.compile(rf"\b{_PERSON}\b", re.IGNORECASE)
_PLACE = one_of(
    "home house hospital school street road city town village country coast sea river mountains? airport station "
    "prison court church mosque hotel park island border abroad overseas outside inside north south east west "
    "offshore headquarters office building centre center square bridge field forest beach camp base everywhere "
    "nowhere miles? kilomet(?:re|er)s?"
)
_PLACES = re.compile(rf"\b{_PLACE}\b", re.IGNORECASE)
_FEWEST = 3  # words that give a reason, or what somebody said
_EXACT_DAY = re.compile(r"\b(?:what|which) (?:\w+ )?(?:date|day|month|year)\b", re.IGNORECASE)
_ABSOLUTE = re.compile(r"\d|\b(?:" + "|".join([*calendar.month_name[1:], *calendar.day_name]) + r")\b")
_HOW_LONG = re.compile(r"\bhow (?:soon|long|often|quickly|recently|late|early)\b", re.IGNORECASE)
_AGE = re.compile(r"\bhow old\b|\bwhat age\b", re.IGNORECASE)
_YEARS = re.compile(r"\bhow long\b|\bwhat year\b|\bhow many years\b", re.IGNORECASE)


def fits(asked: Asked, question: str, words: str) -> Fit:
    """Return whether marked words are of the kind that a question asks for."""
    kind = asked.single if asked.kind in ("latest", "comparison", "who-said") else asked.kind
    if kind == "number":
        return "yes" if is_quantity(words, question) else "no"
    if kind == "who":
        offered = asked.kind == "comparison" or re.search(r",? or \S", question)
        named = has_name(words) and (offered or not _repeats(words, question))
        return "yes" if named or _PEOPLE.search(words) else "no"
    if kind == "date":
        if _EXACT_DAY.search(question) and not _ABSOLUTE.search(words):
            return "open" if _TIME.search(words) else "no"  # "next week" for "which day?"
        return "yes" if _TIME.search(words) else "no"
    if kind == "where":
        return "yes" if has_name(words) or _PLACES.search(words) else "no"
    if kind in ("reason", "said-what"):
        return "open" if len(words.split()) >= _FEWEST else "no"
    return "no" if kind == "keywords" else "open"


def is_quantity(words: str, question: str = "") -> bool:
    """Return whether words hold an amount; a date alone is none, unless years are asked for.

    Where something is counted, "Category 4" is none either.
    """
    if _HOW_LONG.search(question) and _DURATION.search(words):
        return True  # "within hours", "weekly"
    if not _QUANTITY.search(_LABEL.sub(" ", words) if _COUNTS.search(question) else words):
        return False
    return not _ONLY_DATE.fullmatch(words) or bool(_YEARS.search(question) or _AGE.search(question))


def _repeats(words: str, question: str) -> bool:
    """Return whether all names of some words stand in the question: who somebody is, is another name."""
    asked = set(terms(question))
    return all(set(terms(found[0])) <= asked for found in _NAME.finditer(words) if found[0] not in _NO_NAME)


def has_name(words: str) -> bool:
    """Return whether words hold a name: a capitalised word that is no month, weekday or common opening."""
    return any(found[0] not in _NO_NAME and not _DATELINE.fullmatch(words) for found in _NAME.finditer(words))
