"""``qa add``: progress, acknowledgements and report in the terminal."""

import json
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from qa import intake
from qa.archive import ingest
from qa.archive.storage.hashing import content_hash
from qa.archive.sync import Comparison
from qa.dates.iso import normalise
from qa.errors import InputError
from qa.intake import Defaults, Reading, Rejection
from qa.intake.sandbox.parent import read_apart
from qa.settings import ARCHIVE_FILE, DEFAULT_EMBEDDER, IndexSettings
from ui.cli import output
from ui.cli.output import exit_code, print_json, print_line, print_notice
from ui.cli.sync import Agreement, Consent, gone_data, show_plan
from ui.render import terminal_text


def given_defaults(source: str, date: str, url: str) -> Defaults:
    """Return the values for fields that files do not state.

    Raises:
        InputError: if the date is malformed.
    """
    published = normalise(date)
    if date and not published:
        raise InputError(f"--date {date!r} is not a date: give YYYY, YYYY-MM, YYYY-MM-DD or an ISO 8601 time")
    return Defaults(source, published, url)


def dry_run(folder: Path, paths: Sequence[str], given: Defaults, consent: Consent, as_json: bool) -> int:
    """Show how each file would be read, and what --sync would remove; return the exit code."""
    comparison = Comparison.begin(folder, paths) if consent.sync else None
    readings: list[Reading | Rejection] = []
    console = output.out()
    with closing(read_apart(paths, given)) as found:
        for reading in found:
            readings.append(reading)
            if not as_json:
                console.print(terminal_text.reading_text(reading))
    rejected = [reading for reading in readings if isinstance(reading, Rejection)]
    articles = [reading.article for reading in readings if isinstance(reading, Reading)]
    plan = comparison.plan({content_hash(article) for article in articles}) if comparison else None
    if as_json:
        shown = {"given": len(readings), "readings": [_plain(reading) for reading in readings]}
        print_json({**shown, **({"gone": gone_data(plan)} if plan else {})})
    else:
        if plan:
            show_plan(plan)
        print_line(f"{len(readings)} given: {len(readings) - len(rejected)} readable, {len(rejected)} rejected")
    return exit_code(len(readings) - len(rejected), rejected)


def _plain(reading: Reading | Rejection) -> dict[str, Any]:
    return {"rejected": isinstance(reading, Rejection), **asdict(reading)}


def add_files(
    folder: Path,
    paths: Sequence[str],
    given: Defaults,
    consent: Consent,
    embedder: str,
    precision: str,
    as_json: bool,
) -> int:
    """Add files to the archive, print the report, and return the exit code."""
    comparison = Comparison.begin(folder, paths) if consent.sync else None
    agreement, removed = Agreement(consent, as_json), 0
    report = ingest.AddReport()
    interrupted = False
    with _Watch(intake.count(paths), as_json) as watch:
        settings = _settings(folder, embedder, precision)
        watch.say(f"loading the embedder {settings.embedder}")
        from qa.models.embedding import load_embedder

        model = load_embedder(settings.embedder, settings.precision)
        try:
            ingest.add(
                folder,
                paths,
                model,
                defaults=given,
                settings=settings,
                callbacks=watch.callbacks(),
                report=report,
            )
        except KeyboardInterrupt:
            interrupted = True
    try:
        if comparison and not interrupted:
            removed = comparison.remove(agreement)
    except KeyboardInterrupt:
        interrupted = True
    finally:  # the additions are reported even if the removal fails
        _print(report, {"removed": removed, "gone": gone_data(agreement.plan)} if comparison else {}, as_json)
    if interrupted:
        print_notice("qa: interrupted; the articles counted above are on disk, the same command continues from there")
        return 130
    return agreement.code or exit_code(report.given - len(report.rejected), report.rejected)


def _settings(folder: Path, embedder: str, precision: str) -> IndexSettings:
    """Return the settings stored in the archive; if there is no archive yet, those of the options."""
    if embedder and Path(embedder).is_dir():
        embedder = str(Path(embedder).resolve())  # later commands may run in other folders
    wanted = IndexSettings(embedder or DEFAULT_EMBEDDER, precision=precision or "float32")
    if not (folder / ARCHIVE_FILE).exists():
        return wanted
    from qa.archive.archive import Archive

    archive = Archive(folder)
    settings = archive.stamp.settings
    archive.close()
    for option, given, stored in (
        ("--embedder", embedder, settings.embedder),
        ("--precision", precision, settings.precision),
    ):
        if given and given != stored:
            raise InputError(
                f"{option} {given}: {folder} was made with {stored}; leave the option out, or make a new archive "
                "with --archive"
            )
    return settings


def _print(report: ingest.AddReport, synced: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "given": report.given, "added": report.added, "updated": report.updated, "unchanged": report.unchanged,
                "rejected": [{"file": r.file, "line": r.line, "reason": r.reason} for r in report.rejected],
                "notes": [{"file": file, "line": line, "note": note} for file, line, note in report.notes],
                "embedded": report.embedded, "languages": dict(report.languages.most_common()),
                "other_languages": report.other_languages,
                **synced,
            }
        )  # fmt: skip
        return
    for file, line, note in report.notes[:20]:
        print_notice(f"note: {file}{f':{line}' if line else ''}: {note}")
    if len(report.notes) > 20:
        print_notice(f"… and {len(report.notes) - 20} more notes (all with --json)")
    for rejection in report.rejected[:50]:
        where = f"{rejection.file}:{rejection.line}" if rejection.line else rejection.file
        print_notice(f"rejected: {where}: {rejection.reason}")
    if len(report.rejected) > 50:
        print_notice(f"… and {len(report.rejected) - 50} more rejections (all with --json)")
    if report.language_note:
        print_notice(f"note: {report.language_note}")
    embedded = f"{report.embedded} passage{'' if report.embedded == 1 else 's'}"
    removed = f"; {synced['removed']} removed" if synced else ""
    print_line(
        f"{report.given} given = {report.added} added + {report.updated} updated + {report.unchanged} unchanged + "
        f"{len(report.rejected)} rejected; {embedded} embedded{removed}"
    )


class _Watch:
    """Progress on stderr: a bar in a terminal, else a line every 30 seconds; with JSON, acknowledgements instead."""

    def __init__(self, total: int, as_json: bool) -> None:
        self._as_json = as_json
        self._total = total
        self._read = self._passages = 0
        self._begun = self._said = time.monotonic()
        console = output.notices()
        self._bar: Progress | None = None
        if console.is_terminal and not as_json:
            self._bar = Progress(
                TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("articles"),
                TextColumn("{task.fields[rate]}"), TextColumn("time left"), TimeRemainingColumn(), console=console,
            )  # fmt: skip
            self._task: TaskID = self._bar.add_task("reading", total=total, rate="")

    def __enter__(self) -> "_Watch":
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def callbacks(self) -> ingest.Callbacks:
        """Return the callbacks for the ingest."""
        return ingest.Callbacks(acknowledged=self._acknowledged, read=self._on_read, embedded=self._on_embedded)

    def say(self, text: str) -> None:
        """Show the current step."""
        if self._bar:
            self._bar.update(self._task, description=text)

    def _acknowledged(self, ids: list[str]) -> None:
        if self._as_json:
            sys.stderr.write(json.dumps({"acknowledged": ids}) + "\n")
            sys.stderr.flush()

    def _on_read(self, reading: Reading | Rejection) -> None:
        self._read += 1
        self._show()

    def _on_embedded(self, count: int) -> None:
        self._passages += count
        self._show()

    def _show(self) -> None:
        now = time.monotonic()
        rate = self._passages / max(now - self._begun, 1e-9)
        if self._bar:
            text = f"{self._passages} passages, {rate:.0f}/s"
            self._bar.update(self._task, completed=self._read, description="adding", rate=text)
        elif not self._as_json and now - self._said >= 30:
            self._said = now
            print_notice(
                f"{self._read} of {self._total} articles read, {self._passages} passages embedded, {rate:.0f} a second"
            )
