"""The page to log in on: one form, no script."""

from ui.render.templates import fill


def login_page(address: str, onward: str = "", name: str = "", problem: str = "") -> str:
    """Return the page.

    Args:
        address: where the form is sent.
        onward: where to go then; a path of ours, with its query.
        name: what was typed as the name.
        problem: why it did not work, in a sentence.
    """
    return fill("pages/login.html", address=address, onward=onward, name=name, problem=problem)
