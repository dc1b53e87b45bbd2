"""Commands for the page: ``qa chat`` serves it, and ``qa password`` manages its users."""

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated, Literal

import typer

from qa.errors import InputError
from qa.settings import AskSettings, archive_path, has_display
from ui.cli.options import DEFAULTS, ArchiveOption, ReaderOption, RerankerOption
from ui.cli.output import print_line, print_notice


def chat(
    archive: ArchiveOption = None,
    host: Annotated[
        str, typer.Option(help="The address to listen on; one that other machines can reach needs --password-file.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on (0: any that is free).")] = 7860,
    reranker: RerankerOption = DEFAULTS.reranker,
    reader: ReaderOption = DEFAULTS.reader,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", help="Require a login by the users in this file; qa password makes it."),
    ] = None,
    allow_upload: Annotated[
        bool,
        typer.Option(
            "--allow-upload",
            help="Let anyone who opens the page (with --password-file: admins only) add and remove articles.",
        ),
    ] = False,
    proxy: Annotated[
        list[str],
        typer.Option("--proxy", help="A reverse proxy's address, whose X-Forwarded-For is trusted (may be repeated)."),
    ] = [],  # noqa: B006 - typer copies it
    log_format: Annotated[
        Literal["text", "json"], typer.Option("--log-format", help="The format of the log on stderr.")
    ] = "text",
    log_questions: Annotated[
        bool, typer.Option("--log-questions", help="Write questions into the log, which otherwise holds none.")
    ] = False,
    open_browser: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = has_display(),
) -> None:
    """Serve the chat page until it is interrupted."""
    from qa.retrieval import Retriever
    from ui.server.logs import log_to

    # Bad options are reported before the models are loaded, which takes seconds.
    if password_file:
        from ui.access.passwords import Users

        Users(password_file)
    else:
        from ui.server.server import check_alone, listen

        with listen(host, 0) as probe:
            check_alone(probe, host)
    if allow_upload:
        from ui.pages.additions import make_archive

        make_archive(archive_path(archive))
    retriever = Retriever.open(archive_path(archive), AskSettings(reranker=reranker, reader=reader))
    from ui.app import serve
    from ui.server.server import leave

    def ready(url: str) -> None:
        print_line(f"Dateline is ready: {url}")

    log_to(sys.stderr, log_format, questions=log_questions)
    interrupted = serve(
        retriever, host, port, open_browser=open_browser, allow_upload=allow_upload, password_file=password_file,
        proxies=proxy, on_ready=ready, log_questions=log_questions,
    )  # fmt: skip
    retriever.archive.close()
    if interrupted:
        print_notice("qa: interrupted")
    leave(130 if interrupted else 0)


def password(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The file, made if there is none; not inside the archive.")
    ],
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="The user's name: small letters a to z, digits and . _ @ -")
    ],
    admin: Annotated[
        bool | None,
        typer.Option(
            "--admin/--reader", help="Whether the user may add and remove articles (default: as before; new users not)."
        ),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the user from the file.")] = False,
) -> None:
    """Add a user to a password file for `qa chat`, or change a password; it is asked for, or read from stdin."""
    from ui.access import passwords

    passwords.check_name(name)
    if remove:
        passwords.remove_user(file, name)
        print_line(f"{name} was removed from {file}")
        return
    role = "" if admin is None else passwords.ADMIN if admin else passwords.READER
    user = passwords.set_password(file, name, _asked(name), role)
    print_line(f"{user.name} may log in as {user.role}")


def _asked(name: str) -> str:
    """Return a password: typed twice and not shown, or, without a terminal, the first line of stdin."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass(f"Password of {name}: ")
    if getpass("Repeat the password: ") != typed:
        raise InputError("password: the two entries differ; try again")
    return typed
