"""A run folder → report.html: one file that opens offline, without a script and without a request.

Plots are inline SVG whose ink is ``currentColor``, so that they follow the reader's light or dark scheme.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from html import escape
from io import StringIO
from pathlib import Path
from textwrap import shorten
from typing import Any

from qa.errors import InputError
from qa.evaluation import QuestionResult
from qa.runs import Run, read_run

Figures = Mapping[str, Mapping[str, Any]]
WORST = 20
TYPES = 12
_LEVELS = {
    "passage.answer": "passage holds the answer",
    "passage.evidence": "passage overlaps the evidence",
    "article": "article",
}
_INK, _COLOURS = "#010203", ("#3f7fbf", "#d07f32", "#4f9f74")
_STYLE = {
    **dict.fromkeys(("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _INK),
    **{"grid.color": _INK, "grid.alpha": 0.15, "axes.grid": True, "axes.axisbelow": True},
    **{"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False, "errorbar.capsize": 3},
    **{"svg.fonttype": "none", "svg.hashsalt": "dateline", "text.parse_math": False, "font.size": 10},
}
_CSS = """
:root{color-scheme:light dark;--paper:#fbfaf7;--ink:#23262b;--soft:#666c75;--line:#e0ddd5;
--card:#fff;--mark:#2f6aa6}
@media(prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e4e2dc;--soft:#9ba1aa;--line:#34383f;
--card:#1d2025;--mark:#7fb2e5}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.55 Georgia,'Times New Roman',serif}
main{max-width:64rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}
h2{font-size:1.25rem;margin:2.75rem 0 .9rem}h3{font-size:1.05rem;margin:0 0 .5rem;overflow-wrap:anywhere}
p{margin:.4rem 0}.soft,dt,figcaption,th span,td span{color:var(--soft)}
table,.soft,dl,figure,.tag{font-family:system-ui,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;
font-size:.875rem}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:1.25rem;
align-items:start}
.wide,figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:8px;
padding:.9rem 1rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption,figcaption{text-align:left;padding-bottom:.5rem;font-weight:600;color:var(--ink)}
th,td{padding:.35rem .5rem;text-align:right;vertical-align:top;font-weight:400;
border-top:1px solid var(--line)}
tr:first-child>*{border-top:0;font-weight:600;vertical-align:bottom}
tr>:first-child{text-align:left;padding-left:0}
.tables{columns:2 25rem;column-gap:1.25rem}.tables>*{break-inside:avoid;margin-bottom:1.25rem}
th span,td span{display:block;font-size:.75rem;font-weight:400;white-space:nowrap}
svg{width:100%;height:auto;display:block;overflow:visible}svg text{font-family:inherit!important}
article{border-top:1px solid var(--line);padding:1.1rem 0}
dl{display:grid;grid-template-columns:7rem 1fr;gap:.25rem .8rem;margin:0}
dt,dd{margin:0;min-width:0;overflow-wrap:anywhere}
.tag{color:var(--mark);margin-right:.6rem;font-weight:400}
@media(max-width:32rem){main{padding:1.25rem 1rem 3rem}h1{font-size:1.5rem}
dl{grid-template-columns:1fr;gap:0}
dd{margin-bottom:.5rem}.wide,figure{padding:.75rem}th,td{padding:.3rem 0 .3rem .3rem}}
@media print{figure,article,tr{break-inside:avoid}}
"""


def write_report(folder: Path) -> Path:
    """Write ``report.html`` into a run folder and return its path.

    Raises:
        InputError: the folder holds no finished, undamaged run, or cannot be written.
    """
    run = read_run(folder)
    name = escape(folder.resolve().name)
    page = (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,">\n'
        f"<title>{name}: evaluation</title>\n<style>{_CSS}</style></head>\n"
        f"<body><main>\n<h1>Evaluation: {name}</h1>\n{''.join(_parts(run))}</main></body></html>\n"
    )
    temporary = folder / "report.html.partial"
    try:
        temporary.write_text(page, encoding="utf-8", newline="\n")
        return temporary.replace(folder / "report.html")
    except OSError as error:
        raise InputError(f"{temporary} cannot be written ({error.strerror}): free space or access") from error


def _parts(run: Run) -> Iterator[str]:
    report = run.report
    levels = {_LEVELS[level]: _at(report, level) for level in _LEVELS}
    yield _summary(report["questions"])
    yield '<h2>Figures</h2>\n<div class="tables">'
    yield _table("Retrieval", levels)
    yield _table("Latency", {"milliseconds": report["latency_ms"]})
    yield _table("Answers", {"answerable questions": report["answers"]})
    yield _table("Abstaining", {"all questions": report["abstention"]})
    yield '</div>\n<p class="soft">Below each figure its 95 % interval over questions.</p>\n'
    yield f'<h2>Plots</h2>\n<div class="grid">{"".join(_plots(run, levels))}</div>\n'
    if len(report["by_type"]) > 1:
        yield f"<h2>By type of question</h2>\n{_by_type(report['by_type'])}"
    worst = sorted(run.results, key=lambda one: (_worth(one), -one.confidence, one.question.id))
    worst = [one for one in worst if _worth(one) < 1]
    if worst:
        yield f"<h2>The worst {min(WORST, len(worst))} of {len(worst):,} questions not fully right</h2>\n"
        yield from map(_question, worst[:WORST])
    yield "<h2>Settings</h2>\n"
    yield _pairs((key, str(value)) for key, value in run.settings.items() if key not in ("kind", "sha256"))


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
    return _grid(caption, head, [(name, [group[name] for group in groups.values()]) for name in names])


def _by_type(by_type: Mapping[str, Any]) -> str:
    names = (*(f"{level}.mrr@10" for level in _LEVELS), "answers.f1", "abstention.accuracy")
    rows = {kind: {name: _at(scores, name) for name in names} for kind, scores in by_type.items()}
    used = [name for name in names if any(row[name]["n"] for row in rows.values())]
    largest = sorted(rows.items(), key=lambda item: -item[1]["abstention.accuracy"]["n"])
    cells = [(f"{kind} ({row[names[-1]]['n']:,})", [row[name] for name in used]) for kind, row in largest]
    return _grid("Number of questions in brackets", [name.replace(".", ".<wbr>") for name in used], cells)


def _grid(caption: str, head: Sequence[str], rows: Iterable[tuple[str, Sequence[Mapping[str, Any]]]]) -> str:
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(map(_cell, cells))}</tr>\n' for name, cells in rows
    )
    table = f"<table><caption>{caption}</caption>\n<tr><td></td>{top}</tr>\n{body}</table>"
    return f'<div class="wide">{table}</div>\n'


def _cell(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "<td>–</td>"
    form = ".3f" if figure["high"] <= 1 else ",.1f"
    return f"<td>{figure['value']:{form}}<span>{figure['low']:{form}}–{figure['high']:{form}}</span></td>"


def _at(groups: Mapping[str, Any], path: str) -> Any:
    return reduce(lambda group, name: group[name], path.split("."), groups)


def _worth(result: QuestionResult) -> float:
    """Return what a question scored in the first of these measures that it is scored for."""
    names = (*(f"{level}.mrr@10" for level in _LEVELS), "answers.f1", "abstention.accuracy")
    return next(result.measures[name] for name in names if name in result.measures)


def _question(result: QuestionResult) -> str:
    question = result.question
    quotes = (f"“{_short(one.quote)}” ({one.article_id})" if one.quote else one.article_id for one in question.evidence)
    ranks = (
        f"{_LEVELS[level]}: {f'rank {rank}' if rank else f'not in {len(result.hits)} hits'}"
        for level, rank in result.first_rank.items()
    )
    facts = {
        "Searched": result.asked if result.asked != question.text else "",
        "Right answer": " · ".join(question.answers) if question.answerable else "not in the archive",
        "Evidence": " · ".join(quotes) if question.answerable else "",
        "First hit": f"{result.top_title}: “{_short(result.top_text)}”" if result.hits else "none",
        "Answered": "abstained" if result.abstained else _short(result.exact or result.answer),
        "Ranks": "; ".join(ranks),
        "Confidence": f"{result.confidence:.2f}",
        "Refused": result.error,
    }
    kind = f'<span class="tag">{escape(question.type)}</span>' if question.type else ""
    pairs = _pairs((name, fact) for name, fact in facts.items() if fact)
    return f"<article><h3>{kind}{escape(question.text)}</h3>{pairs}</article>\n"


def _pairs(pairs: Iterable[tuple[str, str]]) -> str:
    return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(text)}</dd>' for name, text in pairs)}</dl>"


def _short(text: str, most: int = 320) -> str:
    return shorten(text, most, placeholder=" …")


def _plots(run: Run, levels: Mapping[str, Figures]) -> Iterator[str]:
    """Draw each plot that the run has values for."""
    from matplotlib import rc_context

    level = max(_LEVELS, key=lambda level: levels[_LEVELS[level]]["mrr@10"]["n"])
    bars = {kind: _at(scores, level)["mrr@10"] for kind, scores in run.report["by_type"].items()}
    bars = {kind: one for kind, one in sorted(bars.items(), key=lambda item: -item[1]["n"])[:TYPES] if one["n"]}
    sure = {
        name: [one.confidence for one in run.results if one.question.answerable == answerable]
        for name, answerable in (("answerable", True), ("unanswerable", False))
    }
    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name in a script that the font lacks: the browser has one
        if bars:
            yield _recall({name: one for name, one in levels.items() if one["recall@1"]["n"]})
        if len(bars) > 1:
            yield _bars(f"MRR@10 by type, {_LEVELS[level]}", bars)
        if run.results:
            longest = run.report["latency_ms"]["p99"]["value"]
            times = [min(one.latency_ms, longest) for one in run.results]
            yield _histogram("Latency, milliseconds (slowest 1 % in the last bar)", {"questions": times})
        if all(sure.values()):
            yield _histogram("Confidence", sure)


def _recall(levels: Mapping[str, Figures]) -> str:
    figure, axes = _axes()
    for colour, (name, group) in zip(_COLOURS, levels.items(), strict=False):
        depths = (1, 5, 10)
        at = [group[f"recall@{k}"] for k in depths]
        axes.errorbar(depths, [one["value"] for one in at], _errors(at), marker="o", color=colour, label=name)
    axes.set(xlabel="k", ylabel="recall@k", ylim=(0, 1.03), xticks=range(1, 11))
    axes.legend(loc="lower right")
    return _svg(figure, "Recall in the first k hits, with 95 % intervals")


def _bars(title: str, rows: dict[str, Mapping[str, Any]]) -> str:
    shown = [(_short(kind, 24), one) for kind, one in reversed(rows.items())]
    figure, axes = _axes()
    places = range(len(shown))
    values, errors = [one["value"] for _, one in shown], _errors([one for _, one in shown])
    axes.barh(places, values, xerr=errors, color=_COLOURS[0], ecolor=_INK, height=0.6)
    axes.set_yticks(places, [kind for kind, _ in shown])
    axes.set(xlim=(0, 1.03))
    return _svg(figure, title)


def _histogram(title: str, groups: Mapping[str, Sequence[float]]) -> str:
    import numpy as np

    figure, axes = _axes()
    edges = np.histogram_bin_edges(np.concatenate(list(groups.values())), bins=30)
    for colour, (name, values) in zip(_COLOURS, groups.items(), strict=False):
        axes.hist(values, bins=edges, color=colour, alpha=0.65, label=f"{name} ({len(values):,})")
    axes.set(ylabel="questions", xlabel=title.lower())
    if len(groups) > 1:
        axes.legend()
    return _svg(figure, title)


def _errors(figures: Sequence[Mapping[str, Any]]) -> list[list[float]]:
    return [[one["value"] - one["low"] for one in figures], [one["high"] - one["value"] for one in figures]]


def _axes() -> tuple[Any, Any]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3.1), layout="constrained")  # not pyplot, which keeps global state
    figure.patch.set_alpha(0)
    axes = figure.add_subplot()
    axes.patch.set_alpha(0)
    return figure, axes


def _svg(figure: Any, title: str) -> str:
    target = StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    svg = target.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    # Several drawings on one page: each gets ids of its own.
    mark = re.sub(r"\W+", "-", title.lower())
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{mark}-", svg)
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(title)}" ', 1)
    return f"<figure><figcaption>{escape(title)}</figcaption>{svg}</figure>\n"
