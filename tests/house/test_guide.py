"""The documentation: its links, its commands and options, the paths and marks that it names, the README's length."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import typer

from tests.support.places import PROJECT
from ui.cli.app import app

DOCS = PROJECT / "docs"
GUIDE = DOCS / "guide"
PAGES = sorted(
    [
        *PROJECT.glob("*.md"),
        *DOCS.rglob("*.md"),
        *(PROJECT / ".github").rglob("*.md"),
        *(PROJECT / "lab").rglob("*.md"),
        *(PROJECT / "qa").rglob("*.md"),
        PROJECT / "seeds" / "README.md",
    ]
)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(<?([^)>\s]+)>?\)")
OPTION = re.compile(r"(?<![\w-])(--?[a-z][a-z-]*)(?![\w-])")
COMMANDS: dict[str, click.Command] = typer.main.get_command(app).commands  # type: ignore[attr-defined]
# Options that every program has, and those of other programs.
OTHERS = {"--help", "--user"}


def name(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def options(command: click.Command) -> set[str]:
    found = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return {option for option in found if option.startswith("-")}


def anchors(page: Path) -> set[str]:
    """Return the anchors that a page's headings get: lower case, spaces as hyphens, other signs dropped."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    words = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading) for heading in headings)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in words}


def sections(page: Path) -> Iterator[tuple[str, str]]:
    """Yield the heading and the text of each part of a page that begins with ``##``."""
    for part in re.split(r"^## ", page.read_text(), flags=re.MULTILINE)[1:]:
        heading, _, text = part.partition("\n")
        yield heading, text


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for link in LINK.findall(FENCED.sub("", page.read_text())):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_the_readme_has_at_most_120_lines_and_says_each_name_once() -> None:
    readme = (PROJECT / "README.md").read_text()
    assert len(readme.splitlines()) <= 120
    assert readme.count("dateline-qa") == 1


def test_every_page_of_the_guide_stands_in_its_index() -> None:
    index = (GUIDE / "index.md").read_text()
    assert [page.name for page in sorted(GUIDE.glob("*.md")) if f"({page.name})" not in index] == ["index.md"]


def test_every_decision_stands_in_the_index() -> None:
    index = (DOCS / "decisions" / "index.md").read_text()
    decisions = {page.name for page in (DOCS / "decisions").glob("*.md")} - {"index.md"}
    assert set(re.findall(r"\| \[\d{4}\]\(([^)]+)\)", index)) == decisions
    assert all(f"[{page[:4]}]({page})" in index for page in decisions)


def test_every_command_has_help_and_a_heading_with_its_options_in_the_guide() -> None:
    parts = list(sections(GUIDE / "commands.md"))
    for command, described in COMMANDS.items():
        assert described.help
        part = [text for _, text in parts if re.search(rf"^### qa {command}\b", text, re.MULTILINE)]
        assert len(part) == 1, command
        told = set(OPTION.findall(part[0]))
        assert options(described) - {"--help"} <= told, command


def test_the_table_of_ask_and_search_says_which_takes_what() -> None:
    rows = re.findall(r"^\| (`-.*?) \| (yes|no) \| (yes|no) \|", (GUIDE / "commands.md").read_text(), re.MULTILINE)
    told = {option: (ask == "yes", search == "yes") for cell, ask, search in rows for option in OPTION.findall(cell)}
    asked, searched = (options(COMMANDS[command]) - {"--help"} for command in ("ask", "search"))
    assert told == {option: (option in asked, option in searched) for option in asked | searched}


def test_every_option_that_the_guide_names_exists() -> None:
    known = set().union(*(options(command) for command in COMMANDS.values())) | OTHERS
    for page in (PROJECT / "README.md", *GUIDE.glob("*.md")):
        ours = re.findall(r"`(?!python )[^`\n]+`", page.read_text())
        named = set(OPTION.findall(" ".join(ours)))
        assert named <= known, (page.name, named - known)


def test_every_command_line_that_is_shown_could_be_typed() -> None:
    for page in (PROJECT / "README.md", *GUIDE.glob("*.md")):
        for line in re.findall(r"^(?:\$ )?(?:\.venv/bin/)?qa (.*)$", page.read_text(), re.MULTILINE):
            command, *_ = line.split()
            named = set(OPTION.findall(re.sub(r"'.*?'|\".*?\"|#.*", "", line)))
            assert named <= options(COMMANDS[command]), (page.name, line)


@pytest.mark.parametrize("code", [0, 1, 2, 3, 130])
def test_every_exit_code_stands_in_the_guide(code: int) -> None:
    assert f"\n| {code} | " in (GUIDE / "commands.md").read_text()


def test_every_room_stands_in_the_architecture() -> None:
    text = (DOCS / "architecture.md").read_text()
    for package in ("qa", "ui"):
        for folder in {path.parent for path in (PROJECT / package).rglob("*.py")} - {PROJECT / package}:
            assert f"| `{name(folder)}/` |" in text, name(folder)
        for module in (PROJECT / package).glob("[!_]*.py"):
            assert f"`{name(module)}`" in text, name(module)


@pytest.mark.parametrize("page", [page for page in PAGES if "decisions" not in page.parts], ids=name)
def test_every_path_that_a_page_names_exists(page: Path) -> None:
    for path in re.findall(r"`((?:qa|ui|lab|tests|docs|seeds)/[\w./-]*)`", page.read_text()):
        assert (PROJECT / path).exists(), path


def test_the_tables_of_faults_and_safety_have_their_marks_once() -> None:
    text = (GUIDE / "measurements.md").read_text()
    for mark in ("faults: written by make faults", "end of faults", "safety: written by make safety", "end of safety"):
        assert text.count(f"<!-- {mark} -->") == 1, mark
