"""The one door to the HTML templates in ``html/``: every value that they show is escaped here, whatever they forget.

A template's folder says how. ``pages`` and ``archive_page`` show text of strangers, which is made ``inert``.
``documents`` are made of our words and of evaluations, are also read as source, and their text stays ``plain``.
"""

from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ui.render.escaping import inert, plain, verbatim

Escape = Callable[[str], str]
ESCAPES: dict[str, Escape] = {"pages": inert, "archive_page": inert, "documents": plain}


def fill(template: str, **values: object) -> str:
    """Return a template with its values put in.

    Args:
        template: where it lies in ``html/``, such as ``pages/login.html``.
        values: what its variables stand for; text is escaped, and only ``trusted`` HTML is put in as it is.
    """
    return environment(ESCAPES[template.partition("/")[0]]).get_template(template).render(values)


def trusted(html: str) -> Markup:
    """Return HTML that we made, in which all text is escaped already, as a value for a template."""
    return Markup(html)


@cache
def environment(escape: Escape) -> Environment:
    """Return what loads the templates, compiles each once, and shows every value through ``escape``."""
    made = Environment(
        loader=PackageLoader(__package__, "html"), undefined=StrictUndefined, autoescape=True,
        finalize=_through(escape), trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    # Jinja2's own filters go, "safe" among them: no template can show a value as it is.
    made.filters = {"plain": _through(plain), "verbatim": _through(verbatim)}
    return made


def _through(escape: Escape) -> Callable[[object], Markup]:
    """Return what makes markup of a value: what is markup already stays, all else is escaped text."""

    def shown(value: object) -> Markup:
        return value if isinstance(value, Markup) else Markup(escape(str(value)))

    return shown
