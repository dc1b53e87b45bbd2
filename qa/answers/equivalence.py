"""Equivalence of answers: names with or without their first parts, numbers and dates by value."""

import re

from qa.dates.iso import normalise
from qa.text.words import word_set

_BELOW_TWENTY = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen
"""
_BY_TEN = "twenty thirty forty fifty sixty seventy eighty ninety"
_LITTLE = "a an the of in on at by to for from about around some nearly almost over more than least"
_UNITS = {word: number for number, word in enumerate(_BELOW_TWENTY.split())}
_TENS = {word: 10 * number for number, word in enumerate(_BY_TEN.split(), 2)}
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 1_000_000, "billion": 10**9, "trillion": 10**12}
_SHORT_SCALES = {
    "k": "thousand", "m": "million", "mn": "million", "mln": "million", "b": "billion", "bn": "billion",
    "tn": "trillion",
}  # fmt: skip
_SHORT_SCALE = re.compile(rf"([£$€¥]\s?\d[\d,.]*)\s?({'|'.join(_SHORT_SCALES)})\b")
_MEASURED = re.compile(
    r"(?P<currency>(?:\b(?:US|HK|NZ|C|A|S))?[£$€¥])\s?"
    r"(?P<money>\d[\d,.]*\s?(?:(?:thousand|million|billion|trillion|k|mn?|mln|bn?|tn)\b)?)(?!\s?[-–]\s?\d)"
    r"|(?<![-–\d.,])(?P<share>\d[\d,.]*)\s?(?:%|per ?cent\b)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|[^\W\d_]+")
_EMPTY = word_set(_LITTLE)


def same_answer(one: str, other: str) -> bool:
    """Return whether two answers say the same.

    "three" and "3" do, "May 3, 2015" and "3 May 2015", "Obama" and "Barack Obama", and "40" and "40 sensors".
    """
    dates = normalise(one.strip()), normalise(other.strip())
    if all(dates):
        return dates[0] == dates[1]
    first, second = _words(one), _words(other)
    numbers = [{word for word in words if isinstance(word, float)} for words in (first, second)]
    if numbers[0] != numbers[1]:
        return False
    shorter, longer = sorted((set(first), set(second)), key=len)
    return bool(shorter) and shorter <= longer


def amount(text: str) -> float | None:
    """Return the only number of a text, by value; None where it has none or several."""
    numbers = [word for word in _words(text) if isinstance(word, float)]
    return numbers[0] if len(numbers) == 1 else None


def compared(one: str, other: str) -> tuple[float, float] | None:
    """Return two amounts in the same unit, by value; None where their units differ or one is not clear.

    "$110 (£59)" and "£100" have pounds in common.  Without a currency or a percentage each must be a single number, and
    where words follow both the same word must follow first.
    """
    first, second = _by_unit(one), _by_unit(other)
    if first or second:
        shared = sorted(first.keys() & second.keys())
        return (first[shared[0]], second[shared[0]]) if shared else None
    values = amount(one), amount(other)
    units = {unit for unit in (_unit(one), _unit(other)) if unit}
    return None if values[0] is None or values[1] is None or len(units) > 1 else (values[0], values[1])


def _unit(text: str) -> str:
    """Return the word after the number of a text, without a plural's s; "" for none."""
    words = _words(text)
    after = next((words[place + 1 :] for place, word in enumerate(words) if isinstance(word, float)), [])
    return next((word.removesuffix("s") for word in after if isinstance(word, str)), "")


def _by_unit(text: str) -> dict[str, float]:
    """Return the amounts of money and the percentages of a text by their unit; a unit with two amounts is left out."""
    found: dict[str, list[float]] = {}
    for match in _MEASURED.finditer(text):
        value = amount(f"{match['currency'][-1]}{match['money']}" if match["money"] else match["share"])
        if value is not None:
            found.setdefault((match["currency"] or "%").upper().replace("US$", "$"), []).append(value)
    return {unit: values[0] for unit, values in found.items() if len(set(values)) == 1}


def _words(text: str) -> list[str | float]:
    """Return an answer's words in lower case, its numbers as values, without those that say little."""
    found: list[str | float] = []
    for token in _TOKEN.findall(_SHORT_SCALE.sub(_spelt, text.lower())):
        value = _value(token)
        scale = _SCALES.get(token)
        if scale and found and isinstance(found[-1], float):
            found[-1] *= scale
        elif scale:
            found.append(float(scale))
        elif value is not None:
            tens = found and isinstance(found[-1], float) and token in _UNITS and found[-1] in _TENS.values()
            found[-1:] = [found[-1] + value] if tens else [*found[-1:], value]  # type: ignore[operator]
        elif token not in _EMPTY:
            found.append(token)
    return found


def _spelt(match: re.Match[str]) -> str:
    return f"{match[1]} {_SHORT_SCALES[match[2]]}"


def _value(token: str) -> float | None:
    if token[0].isdigit():
        return float(token.replace(",", ""))
    value = _UNITS.get(token, _TENS.get(token))
    return None if value is None else float(value)
