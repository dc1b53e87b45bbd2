"""Commands for the care of an archive: ``qa status``, ``verify``, ``rebuild`` and ``doctor``."""

from dataclasses import asdict
from typing import Annotated

import typer

from qa.settings import archive_path
from ui.cli import output
from ui.cli.options import ArchiveOption, JsonOption
from ui.cli.output import print_json, print_line
from ui.render.escaping import safe


def status(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Show an archive's sizes, and the settings that were fixed when it was made."""
    from qa.archive.care import verification

    found = asdict(verification.status(archive_path(archive)))
    if as_json:
        print_json(found)
        return
    stamp = found.pop("stamp")
    flat = {**found, **stamp.pop("settings"), **stamp}
    output.out().print(output.table(("", ""), [(name.replace("_", " "), str(value)) for name, value in flat.items()]))


def verify(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Compare every article, passage, vector and index file with its hash; exit code 1 if anything is damaged."""
    from qa.archive.care import verification

    verdict = verification.verify(archive_path(archive))
    if as_json:
        print_json({"ok": verdict.ok, **asdict(verdict)})
    else:
        console = output.out()
        for problem in verdict.problems:
            console.print(safe(f"{problem.kind} {problem.id}: {problem.message}"))
        found = f"{len(verdict.problems)} problems" if verdict.problems else "nothing is damaged"
        console.print(f"{verdict.articles} articles, {verdict.passages} passages: {found}")
    raise typer.Exit(0 if verdict.ok else 1)


def rebuild(
    archive: ArchiveOption = None,
    signatures: Annotated[
        bool,
        typer.Option("--signatures", help="Also recompute the signatures that find near duplicates; takes longer."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Rebuild both indexes from the stored texts and vectors; nothing is embedded again."""
    from qa.archive.writer import ArchiveWriter

    with ArchiveWriter(archive_path(archive)) as writer:
        passages = writer.rebuild(signatures=signatures)
    print_json({"passages": passages}) if as_json else print_line(f"{passages} passages indexed")


def doctor(archive: ArchiveOption = None, as_json: JsonOption = False) -> None:
    """Show versions, limits and the state of the archive, with advice; exit code 1 if there is a problem."""
    from qa.archive.care.doctor import examine

    found = examine(archive_path(archive))
    well = all(finding.state != "problem" for finding in found)
    if as_json:
        print_json({"ok": well, "findings": [asdict(finding) for finding in found]})
    else:
        console = output.out()
        console.print(output.table(("", ""), [(one.name, one.value) for one in found]))
        for one in found:
            if one.state != "fact":
                console.print(safe(f"{one.state}: {one.name} {one.value}: {one.advice}"))
    raise typer.Exit(0 if well else 1)
