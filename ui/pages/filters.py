"""Filters of the page: the values of its fields, their validation and their description in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from qa.dates.periods import bound
from qa.errors import InputError
from ui.render.citation_view import shown_date
from ui.render.escaping import line


@dataclass(frozen=True, slots=True)
class Filters:
    """Limits of a search to outlets and dates; the dates are ISO 8601, ``""``: no limit."""

    sources: tuple[str, ...] = ()
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, sources: Sequence[str] | None, after: str | None, before: str | None) -> "Filters":
        """Return the filters from the values of the page's fields."""
        return cls(tuple(sources or ()), (after or "").strip(), (before or "").strip())

    def complaint(self) -> str:
        """Return an error message for the dates, in a sentence; ``""`` if they are valid."""
        moments = []
        for name, value in (("After", self.after), ("Before", self.before)):
            if not value:
                continue
            try:
                moments.append(bound(value, name).seconds)
            except InputError:
                return f"{name}: “{value[:40]}” is not a date. Write it as year-month-day, such as 2015-05-11."
        if len(moments) == 2 and moments[0] >= moments[1]:
            return f"No day lies between After ({self.after}) and Before ({self.before}). After has to be earlier."
        return ""

    def described(self) -> list[str]:
        """Return each filter in a few words."""
        parts = [" or ".join(line(source) or "unknown outlet" for source in self.sources)] if self.sources else []
        if self.after:
            parts.append(f"from {shown_date(self.after)} on")
        if self.before:
            parts.append(f"before {shown_date(self.before)}")
        return parts
