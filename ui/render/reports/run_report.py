"""A run folder → report.html: one file that opens offline, without a script and without a request.

Plots are inline SVG whose ink is ``currentColor``, so that they follow the reader's light or dark scheme.
"""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from qa.evaluation.report import QuestionResult
from qa.evaluation.runs import Run, read_run
from ui.render.reports.plots import LEVELS, plots
from ui.render.shell import Figures, at, defined, grid, listed, marked, short, write_page

WORST = 20
MOST = 30


def write_report(folder: Path) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Raises:
        InputError: the folder holds no finished, undamaged run, or cannot be written.
    """
    run = read_run(folder)
    name = folder.resolve().name
    return write_page(folder / "report.html", f"Evaluation: {name}", "".join(_parts(run)))


def _parts(run: Run) -> Iterator[str]:
    report = run.report
    levels = {LEVELS[level]: at(report, level) for level in LEVELS}
    yield _summary(report["questions"])
    yield '<h2>Figures</h2>\n<div class="tables">'
    yield _table("Retrieval", levels)
    yield _table("Latency", {"milliseconds": report["latency_ms"]})
    yield _table("Answers", {"answerable questions": report["answers"]})
    yield _table("Abstaining", {"all questions": report["abstention"]})
    yield _table("Smallest difference shown", _detectable(report))
    yield f'</div>\n<p class="soft">Below each figure its 95 % interval over questions. {_power(report)}</p>\n'
    yield f'<h2>Plots</h2>\n<div class="grid">{"".join(plots(run, levels))}</div>\n'
    if len(report["by_type"]) > 1:
        yield f"<h2>By type of question</h2>\n{_breakdown(report['by_type'])}"
    if len(report["by_source"]) > 1:
        yield f"<h2>By outlet of the evidence</h2>\n{_breakdown(report['by_source'])}"
    worst = sorted(run.results, key=lambda one: (_worth(one), -one.confidence, one.question.id))
    worst = [one for one in worst if _worth(one) < 1]
    if worst:
        yield f"<h2>The worst {min(WORST, len(worst))} of {len(worst):,} questions not fully right</h2>\n"
        yield from map(_question, worst[:WORST])
    yield "<h2>Settings</h2>\n"
    yield listed((key, str(value)) for key, value in run.settings.items() if key not in ("kind", "sha256"))


def _summary(counts: Mapping[str, int]) -> str:
    always = ("given", "scored")
    facts = [f"{n:,} {name.replace('_', ' ')}" for name, n in counts.items() if n or name in always]
    return f'<p class="soft">Questions: {escape(" · ".join(facts))}</p>\n'


def _table(caption: str, groups: Mapping[str, Figures]) -> str:
    """Return a table with a row a measure and a column a group; groups without any value are left out."""
    groups = {name: one for name, one in groups.items() if any(cell["n"] for cell in one.values())}
    if not groups:
        return ""
    sizes = {name: max(cell["n"] for cell in group.values()) for name, group in groups.items()}
    head = [f"{escape(name)}<span>n = {n:,}</span>" for name, n in sizes.items()]
    names = next(iter(groups.values()))
    return grid(caption, head, [(name, [group[name] for group in groups.values()]) for name in names])


def _detectable(report: Mapping[str, Any]) -> dict[str, Figures]:
    """Return by level the smallest differences that the questions could be expected to show."""
    found = report["detectable"]["measures"]
    return {
        LEVELS[level]: {
            name: {**figure, "value": found.get(f"{level}.{name}"), "low": None, "high": None}
            for name, figure in at(report, level).items()
        }
        for level in LEVELS
        if any(name.startswith(f"{level}.") for name in found)
    }


def _power(report: Mapping[str, Any]) -> str:
    told = report["detectable"]
    return (
        f"The smallest difference shown is what one paired test at α = {told['alpha']} finds in {told['power']:.0%} of "
        f"samples of this size, if both systems' scores spread alike and correlate by {told['correlation']}."
    )


def _breakdown(groups: Mapping[str, Any]) -> str:
    names = (*(f"{level}.mrr@10" for level in LEVELS), "answers.f1", "abstention.accuracy")
    rows = {kind: {name: at(scores, name) for name in names} for kind, scores in groups.items()}
    used = [name for name in names if any(row[name]["n"] for row in rows.values())]
    largest = sorted(rows.items(), key=lambda item: -item[1]["abstention.accuracy"]["n"])
    cells = [(f"{kind} ({row[names[-1]]['n']:,})", [row[name] for name in used]) for kind, row in largest[:MOST]]
    more = f"; {len(largest) - MOST} smaller ones are in report.json" if len(largest) > MOST else ""
    return grid(f"Number of questions in brackets{more}", [name.replace(".", ".<wbr>") for name in used], cells)


def _worth(result: QuestionResult) -> float:
    """Return what a question scored in the first of these measures that it is scored for."""
    names = (*(f"{level}.mrr@10" for level in LEVELS), "answers.f1", "abstention.accuracy")
    return next(result.measures[name] for name in names if name in result.measures)


def _question(result: QuestionResult) -> str:
    question = result.question
    quotes = (f"“{short(one.quote)}” ({one.article_id})" if one.quote else one.article_id for one in question.evidence)
    ranks = (
        f"{LEVELS[level]}: {f'rank {rank}' if rank else f'not in {len(result.hits)} hits'}"
        for level, rank in result.first_rank.items()
    )
    facts = {
        "Searched": result.asked if result.asked != question.text else "",
        "Right answer": " · ".join(question.answers) if question.answerable else "not in the archive",
        "Evidence": " · ".join(quotes) if question.answerable else "",
        "First hit": f"{result.top_title}: “{short(result.top_text)}”" if result.hits else "none",
        "Answered": "",
        "Ranks": "; ".join(ranks),
        "Confidence": f"{result.confidence:.2f}",
        "Refused": result.error,
    }
    kind = f'<span class="tag">{escape(question.type)}</span>' if question.type else ""
    shown = {name: escape(fact) for name, fact in facts.items()} | {"Answered": _answered(result)}
    pairs = defined((name, fact) for name, fact in shown.items() if fact)
    return f"<article><h3>{kind}{escape(question.text)}</h3>{pairs}</article>\n"


def _answered(result: QuestionResult) -> str:
    """Return what was answered as HTML: the sentences, the words in them that answer marked."""
    if result.abstained:
        return escape(f"abstained: {result.reason}" if result.reason else "abstained")
    if result.exact and not result.marks:  # words that stand in none of the sentences
        return escape(f"{result.exact}: {short(result.answer)}")
    return marked(result.answer, result.marks)
