"""Jinja2 templates of ``html/``, with an escape on every value.

The folder of a template decides the escape.  ``pages`` and ``archive_page`` show text that anyone may have written, so
it is made ``inert``.  ``documents`` show our own words and evaluations and are also read as source, so their text is
``plain``.
"""

from collections.abc import Callable
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ui.render.escaping import inert, plain, verbatim

Escape = Callable[[str], str]
ESCAPES: dict[str, Escape] = {"pages": inert, "archive_page": inert, "documents": plain}


def fill(template: str, **values: object) -> str:
    """Return a template rendered with values.

    Args:
        template: its path in ``html/``, such as ``pages/login.html``.
        values: its variables; text is escaped, and only ``trusted`` HTML is inserted unchanged.
    """
    return environment(ESCAPES[template.partition("/")[0]]).get_template(template).render(values)


def trusted(html: str) -> Markup:
    """Return our own HTML, in which all text is escaped already, as a value for a template."""
    return Markup(html)


@cache
def environment(escape: Escape) -> Environment:
    """Return the environment that loads the templates, compiles each once, and applies ``escape`` to every value."""
    made = Environment(
        loader=PackageLoader(__package__, "html"), undefined=StrictUndefined, autoescape=True,
        finalize=_through(escape), trim_blocks=True, lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    # Jinja2's own filters are removed, "safe" among them, so that no template can show an unescaped value.
    made.filters = {"plain": _through(plain), "verbatim": _through(verbatim)}
    return made


def _through(escape: Escape) -> Callable[[object], Markup]:
    """Return a function that turns a value into markup: markup stays, anything else becomes escaped text."""

    def shown(value: object) -> Markup:
        return value if isinstance(value, Markup) else Markup(escape(str(value)))

    return shown
