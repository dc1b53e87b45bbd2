"""Plots of an evaluation run as inline SVG, drawn in ``currentColor`` to follow the reader's light or dark scheme."""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from qa.evaluation.runs import Run
from ui.render.escaping import plain
from ui.render.tables import Figures, at, short
from ui.render.templates import trusted

TYPES = 12
# A title and an SVG.
Plot = tuple[str, str]
LEVELS = {
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


def plots(run: Run, levels: Mapping[str, Figures]) -> Iterator[Plot]:
    """Yield each plot that the run has values for."""
    from matplotlib import rc_context

    level = max(LEVELS, key=lambda level: levels[LEVELS[level]]["mrr@10"]["n"])
    bars = {kind: at(scores, level)["mrr@10"] for kind, scores in run.report["by_type"].items()}
    bars = {kind: one for kind, one in sorted(bars.items(), key=lambda item: -item[1]["n"])[:TYPES] if one["n"]}
    sure = {
        name: [one.confidence for one in run.results if one.question.answerable == answerable]
        for name, answerable in (("answerable", True), ("unanswerable", False))
    }
    with rc_context(_STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about letters that the font lacks: the browser's font has them
        if bars:
            yield _recall({name: one for name, one in levels.items() if one["recall@1"]["n"]})
        if len(bars) > 1:
            yield _bars(f"MRR@10 by type, {LEVELS[level]}", bars)
        if run.results:
            longest = run.report["latency_ms"]["p99"]["value"]
            times = [min(one.latency_ms, longest) for one in run.results]
            yield _histogram("Latency, milliseconds (slowest 1 % in the last bar)", {"questions": times})
        if all(sure.values()):
            yield _histogram("Confidence", sure)
        if run.results:
            yield _risk_coverage(run.report["risk_coverage"])
        if run.report["calibration"]["ece"] is not None:
            yield _reliability(run.report["calibration"])


def _recall(levels: Mapping[str, Figures]) -> Plot:
    figure, axes = _axes()
    for colour, (name, group) in zip(_COLOURS, levels.items(), strict=False):
        depths = (1, 5, 10)
        at = [group[f"recall@{k}"] for k in depths]
        axes.errorbar(depths, [one["value"] for one in at], _errors(at), marker="o", color=colour, label=name)
    axes.set(xlabel="k", ylabel="recall@k", ylim=(0, 1.03), xticks=range(1, 11))
    axes.legend(loc="lower right")
    return _svg(figure, "Recall in the first k hits, with 95 % intervals")


def _bars(title: str, rows: dict[str, Mapping[str, Any]]) -> Plot:
    shown = [(short(kind, 24), one) for kind, one in reversed(rows.items())]
    figure, axes = _axes()
    places = range(len(shown))
    values, errors = [one["value"] for _, one in shown], _errors([one for _, one in shown])
    axes.barh(places, values, xerr=errors, color=_COLOURS[0], ecolor=_INK, height=0.6)
    axes.set_yticks(places, [kind for kind, _ in shown])
    axes.set(xlim=(0, 1.03))
    return _svg(figure, title)


def _risk_coverage(curves: Mapping[str, Any]) -> Plot:
    names = {"unanswerable": "the archive holds no answer", "first_hit": "that, or the first hit is not it"}
    figure, axes = _axes()
    for colour, (key, name) in zip(_COLOURS, names.items(), strict=False):
        curve, area = curves[key], curves[key]["area"]
        if area["value"] is None:
            continue
        label = f"{name}: area {area['value']:.3f}"
        coverages = [point["coverage"] for point in curve["points"]]
        axes.plot(coverages, [point["risk"] for point in curve["points"]], color=colour, label=label)
        if curve["chosen"]:
            axes.plot(curve["chosen"]["coverage"], curve["chosen"]["risk"], "o", color=colour)
    axes.set(xlabel="share of questions answered", ylabel="risk", xlim=(0, 1.02), ylim=(0, 1.03))
    axes.legend(loc="upper right", fontsize=9)
    return _svg(figure, "Risk by coverage; dots: the threshold in use")


def _reliability(calibration: Mapping[str, Any]) -> Plot:
    figure, axes = _axes()
    bins = calibration["bins"]
    # Before answers had levels, a run compared confidence with whether there was an answer at all.
    shares = [one["right"] if "right" in one else one["answerable"] for one in bins]
    axes.plot([0, 1], [0, 1], "--", color=_INK, alpha=0.5, linewidth=1)
    axes.errorbar(
        [one["confidence"] for one in bins], [share["value"] for share in shares],
        _errors(shares), marker="o", color=_COLOURS[0],
    )  # fmt: skip
    for one, share in zip(bins, shares, strict=True):
        place = (one["confidence"], share["value"])
        axes.annotate(f"{share['n']:,}", place, (5, -11), textcoords="offset points", fontsize=8)
    axes.set(xlabel="confidence", ylabel="share right", xlim=(0, 1.02), ylim=(0, 1.03))
    return _svg(figure, f"Calibration: ECE {calibration['ece']:.3f}, Brier {calibration['brier']['value']:.3f}")


def _histogram(title: str, groups: Mapping[str, Sequence[float]]) -> Plot:
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


def _svg(figure: Any, title: str) -> Plot:
    target = StringIO()
    figure.savefig(target, format="svg", metadata={"Date": None})
    svg = target.getvalue()
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    # Several drawings share a page, so each needs its own ids.
    mark = re.sub(r"\W+", "-", title.lower())
    svg = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{mark}-", svg)
    return title, trusted(svg.replace("<svg ", f'<svg role="img" aria-label="{plain(title)}" ', 1))
