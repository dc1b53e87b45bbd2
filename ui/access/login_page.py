"""Login page: one form, no script."""

from ui.render.templates import fill


def login_page(address: str, onward: str = "", name: str = "", problem: str = "") -> str:
    """Return the login page as HTML.

    Args:
        address: the address that the form is sent to.
        onward: the path to open after the login, with its query.
        name: the name that was typed before.
        problem: why the login failed, in a sentence.
    """
    return fill("pages/login.html", address=address, onward=onward, name=name, problem=problem)
