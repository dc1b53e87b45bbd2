"""HTML report of an evaluation run: one file that opens offline, without scripts and without requests.

Plots are inline SVG in ``currentColor``, so that they follow the reader's light or dark scheme.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa.evaluation.report import QuestionResult
from qa.evaluation.runs import Run, read_run
from ui.render.answer_text import Pieces
from ui.render.reports.plots import LEVELS, plots
from ui.render.tables import Figures, Table, at, bare, cell, marked, short, whole, write_page

WORST = 20
MOST = 30


def write_report(folder: Path) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Raises:
        InputError: if the folder holds no finished, undamaged run, or cannot be written.
    """
    run = read_run(folder)
    return write_page(
        folder / "report.html", "documents/run_report.html", name=folder.resolve().name, **_values(run, run.report)
    )


def _values(run: Run, report: Mapping[str, Any]) -> dict[str, object]:
    """Return the values of a run for the template."""
    levels = {LEVELS[level]: at(report, level) for level in LEVELS}
    power = report["detectable"]
    tables = (
        _table("Retrieval", levels),
        _table("Latency", {"milliseconds": report["latency_ms"]}),
        _table("Answers", {"answerable questions": report["answers"]}),
        _table("Abstaining", {"all questions": report["abstention"]}),
        _table("Smallest difference shown", _detectable(report)),
    )
    groups = (("By type of question", report["by_type"]), ("By outlet of the evidence", report["by_source"]))
    worst = sorted(run.results, key=lambda one: (_worth(one), -one.confidence, one.question.id))
    worst = [one for one in worst if _worth(one) < 1]
    return {
        "counts": _counts(report["questions"]),
        "tables": [table for table in tables if table],
        "alpha": power["alpha"],
        "power": f"{power['power']:.0%}",
        "correlation": power["correlation"],
        "plots": list(plots(run, levels)),
        "breakdowns": [(heading, _breakdown(group)) for heading, group in groups if len(group) > 1],
        "worst": [_question(one) for one in worst[:WORST]],
        "shown": min(WORST, len(worst)),
        "wrong": f"{len(worst):,}",
        "settings": [(key, whole(str(value))) for key, value in run.settings.items() if key not in ("kind", "sha256")],
    }


def _counts(counts: Mapping[str, int]) -> str:
    always = ("given", "scored")
    return " · ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in counts.items() if n or name in always)


def _table(caption: str, groups: Mapping[str, Figures]) -> Table | None:
    """Return a table with one row for each measure and one column for each group; empty groups are left out."""
    groups = {name: one for name, one in groups.items() if any(figure["n"] for figure in one.values())}
    if not groups:
        return None
    head = [(name, f"n = {max(figure['n'] for figure in group.values()):,}") for name, group in groups.items()]
    names = next(iter(groups.values()))
    return Table(caption, head, [(name, [cell(group[name]) for group in groups.values()]) for name in names])


def _detectable(report: Mapping[str, Any]) -> dict[str, Figures]:
    """Return the smallest detectable differences, by level."""
    found = report["detectable"]["measures"]
    return {
        LEVELS[level]: {
            name: {**figure, "value": found.get(f"{level}.{name}"), "low": None, "high": None}
            for name, figure in at(report, level).items()
        }
        for level in LEVELS
        if any(name.startswith(f"{level}.") for name in found)
    }


def _breakdown(groups: Mapping[str, Any]) -> Table:
    names = (*(f"{level}.mrr@10" for level in LEVELS), "answers.f1", "abstention.accuracy")
    rows = {kind: {name: at(scores, name) for name in names} for kind, scores in groups.items()}
    used = [name for name in names if any(row[name]["n"] for row in rows.values())]
    largest = sorted(rows.items(), key=lambda item: -item[1]["abstention.accuracy"]["n"])
    cells = [(f"{kind} ({row[names[-1]]['n']:,})", [cell(row[name]) for name in used]) for kind, row in largest[:MOST]]
    more = f"; {len(largest) - MOST} smaller ones are in report.json" if len(largest) > MOST else ""
    return Table(f"Number of questions in brackets{more}", bare(*used), cells)


def _worth(result: QuestionResult) -> float:
    """Return a question's score in the first of these measures that it has a score for."""
    names = (*(f"{level}.mrr@10" for level in LEVELS), "answers.f1", "abstention.accuracy")
    return next(result.measures[name] for name in names if name in result.measures)


def _question(result: QuestionResult) -> tuple[str, str, list[tuple[str, Pieces]]]:
    """Return a question's type, its text, and the facts of its result."""
    question = result.question
    quotes = (f"“{short(one.quote)}” ({one.article_id})" if one.quote else one.article_id for one in question.evidence)
    ranks = (
        f"{LEVELS[level]}: {f'rank {rank}' if rank else f'not in {len(result.hits)} hits'}"
        for level, rank in result.first_rank.items()
    )
    facts: dict[str, Pieces] = {
        "Searched": whole(result.asked if result.asked != question.text else ""),
        "Right answer": whole(" · ".join(question.answers) if question.answerable else "not in the archive"),
        "Evidence": whole(" · ".join(quotes) if question.answerable else ""),
        "First hit": whole(f"{result.top_title}: “{short(result.top_text)}”" if result.hits else "none"),
        "Answered": _answered(result),
        "Ranks": whole("; ".join(ranks)),
        "Confidence": whole(f"{result.confidence:.2f}"),
        "Refused": whole(result.error),
    }
    return question.type, question.text, [(name, fact) for name, fact in facts.items() if any(text for text, _ in fact)]


def _answered(result: QuestionResult) -> Pieces:
    """Return the answer: its sentences with the exact words marked, or the abstention."""
    if result.abstained:
        return whole(f"abstained: {result.reason}" if result.reason else "abstained")
    if result.exact and not result.marks:  # words that stand in none of the sentences
        return whole(f"{result.exact}: {short(result.answer)}")
    return marked(result.answer, result.marks)
