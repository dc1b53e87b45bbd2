"""The page to log in on: one form, no script."""

from html import escape

from ui.render.escaping import inert
from ui.render.shell import shell

_CSS = """
main{max-width:24rem;padding-top:16vh}
form{font-family:system-ui,sans-serif;margin-top:1.6rem}
label{display:block;font-size:.9rem;font-weight:600;margin-top:1rem}
input,button{display:block;width:100%;min-height:2.75rem;font:inherit;font-size:1rem;border-radius:8px}
input{margin-top:.3rem;padding:0 .7rem;color:inherit;background:var(--card);border:1px solid var(--soft)}
input{font-weight:400}button{margin-top:1.6rem;font-weight:600;color:var(--paper);background:var(--ink);border:0;cursor:pointer}
input:focus-visible,button:focus-visible{outline:2px solid var(--mark);outline-offset:2px}
.notice{font-family:system-ui,sans-serif;font-size:.95rem;margin-top:1.2rem;
border-left:3px solid #b45309;padding:.15rem 0 .15rem .8rem}
"""


def login_page(address: str, onward: str = "", name: str = "", problem: str = "") -> str:
    """Return the page.

    Args:
        address: where the form is sent.
        onward: where to go then; a path of ours, with its query.
        name: what was typed as the name.
        problem: why it did not work, in a sentence.
    """
    told = f'<p class="notice" role="alert">{inert(problem)}</p>\n' if problem else ""
    first, second = ("", " autofocus") if name else (" autofocus", "")
    return shell(
        "Log in · Dateline",
        f'<h1>Dateline</h1>\n<p class="soft">Log in to ask this archive.</p>\n{told}'
        f'<form method="post" action="{escape(address)}">\n'
        f'<input type="hidden" name="next" value="{escape(onward)}">\n'
        f'<label>Name<input name="name" value="{escape(name)}" autocomplete="username" autocapitalize="none" '
        f'spellcheck="false" maxlength="64" required{first}></label>\n'
        '<label>Password<input name="password" type="password" autocomplete="current-password" maxlength="1000" '
        f"required{second}></label>\n<button>Log in</button>\n</form>\n",
        _CSS,
    )
