"""Language identification: the code that an article's file states, else the language of its text.

Languages have their ISO 639-1 codes ("en", "de").  The recogniser is langid's naive Bayes over byte n-grams (Lui and
Baldwin, "langid.py: an off-the-shelf language identification tool", ACL 2012), as maintained in py3langid; its model
comes with the package.
"""

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any

from qa.intake.results import Reading
from qa.text.words import word_set

FEWEST_LETTERS = 20
LEAST_SURE = 0.9  # least probability that the recogniser gives; below it the language stays ""
_LOOKED_AT = 600  # characters: enough to identify a language, and the time is proportional to them

# BCP 47: a language, then script, region and the like ("en", "en-US", "zh_Hant").
_STATED = re.compile(r"(?P<language>[A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{1,8}){0,4}")
# ISO 639-1; codes of countries ("jp", "us"), which some files state instead, are not among them.
_CODES = word_set(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv "
    "dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie "
    "ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv "
    "mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm "
    "rn ro ru rw sa sc sd se sg sh si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr "
    "ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu"
)
_NO_LANGUAGE = frozenset({"und", "mul", "zxx", "mis"})


def with_language(reading: Reading) -> Reading:
    """Return a reading with its article's language identified.

    The parsers themselves give only the language that a file states.  They also run in the sandbox, a process for a few
    hundred files, where numpy and the model would take a second, and memory and threads that its limits forbid.
    """
    article = reading.article
    language = article_language(article.language, article.text)
    return replace(reading, article=replace(article, language=language)) if language != article.language else reading


def article_language(stated: str, text: str) -> str:
    """Return the stated code, unchanged, if it is that of a language; else the code recognised from the text."""
    return stated if primary(stated) else recognised(text)


def primary(code: str) -> str:
    """Return the language of a code without region and script ("en" of "en-US"), "" where it names none."""
    match = _STATED.fullmatch(code.strip())
    language = match["language"].casefold() if match else ""
    known = language in _CODES if len(language) == 2 else language not in _NO_LANGUAGE
    return language if known else ""


def recognised(text: str, among: tuple[str, ...] = ()) -> str:
    """Return the ISO 639-1 code of a text's language, "" if the text is too short or the language in doubt.

    Of few languages to choose ``among``, a single sentence tells which it is.
    """
    sample = " ".join(text[:_LOOKED_AT].split())
    if sum(character.isalpha() for character in sample) < FEWEST_LETTERS:
        return ""
    language, probability = _recogniser(among).classify(sample.encode(errors="replace"))
    sure = probability >= LEAST_SURE and len(language) == 2  # three letters: a language without a code of two
    return str(language) if sure else ""


@lru_cache(maxsize=2)
def _recogniser(among: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # loads numpy, and 0.8 s of model with its first text

    recogniser = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    if among:
        recogniser.set_languages(list(among))
    return recogniser
