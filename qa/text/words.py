"""Content words of a question: all but the function words listed here."""

import re


def word_set(text: str) -> frozenset[str]:
    """Return the words of a line as a set."""
    return frozenset(text.split())


_FUNCTION = """
    a about above after again against all also am an and any are as at be because been before being below
    between both but by can could did do does doing during each few for from further had has have having he
    her here hers him his how i if in into is it its itself just me more most my no nor not now of off on once
    only or other our out over own said same say says she should so some such than that the their them then
    there these they this those through to too under until up us very was we were what when where which while
    who whom whose why will with would you your tell give name list many much happen happened
"""
FUNCTION_WORDS = word_set(_FUNCTION)


def content_words(question: str) -> list[str]:
    """Return the content words of a question, as written, each once; all its words if it has none."""
    words = re.findall(r"\w+(?:['’.-]\w+)*", question)
    kept = [word for word in words if word.lower() not in FUNCTION_WORDS]
    return list(dict.fromkeys(kept or words))
