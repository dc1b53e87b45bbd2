"""Commands ``qa backup`` and ``qa restore``."""

import time
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Annotated, Self

import typer
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from qa.settings import archive_path
from ui.cli import output
from ui.cli.options import ArchiveOption, JsonOption
from ui.cli.output import print_json, print_line, print_notice

_SILENCE = 30.0  # seconds between two lines if no bar can be drawn

ForceOption = Annotated[bool, typer.Option("--force", help="Replace the existing one, once the new one is complete.")]


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to make.")],
    archive: ArchiveOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Copy the archive into one verified file, even while it is in use."""
    from qa.archive.care.backup import make_backup

    with _Watch() as watch:
        made = make_backup(archive_path(archive), file, force=force, progress=watch.show)
    if as_json:
        print_json(asdict(made))
        return
    kept = f", and {', '.join(made.kept)}" if made.kept else ""
    print_line(
        f"{made.articles} articles, {made.passages} passages{kept} in {made.file}: every text and vector verified, "
        f"{made.bytes / 1e6:.1f} MB"
    )


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A backup made by `qa backup`.")],
    archive: ArchiveOption = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
) -> None:
    """Make an archive from a backup, in a new or empty folder; its indexes are rebuilt, nothing is embedded again."""
    from qa.archive.care.restore import restore_backup

    with _Watch() as watch:
        done = restore_backup(file, archive_path(archive), force=force, progress=watch.show)
    if as_json:
        print_json(asdict(done))
        return
    kept = f", and {', '.join(done.kept)}" if done.kept else ""
    where = f"{done.archive}{' in place of the earlier one' if done.replaced else ''}"
    print_line(
        f"{done.articles} articles, {done.passages} passages{kept} restored to {where} as they were on {done.made}; "
        "nothing is damaged"
    )


class _Watch:
    """Progress on stderr: a bar in a terminal, else a line every 30 seconds."""

    def __init__(self) -> None:

        console = output.notices()
        self._bar: Progress | None = None
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
                console=console, transient=True,
            )  # fmt: skip
            self._task: TaskID = self._bar.add_task("opening", total=None)
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, doing: str, done: int, total: int) -> None:
        """Show the current step and its progress."""
        if self._bar:
            self._bar.update(self._task, description=doing, completed=done, total=total or None)
        elif time.monotonic() - self._said >= _SILENCE:
            self._said = time.monotonic()
            print_notice(f"{doing}: {done} of {total}" if total else doing)
