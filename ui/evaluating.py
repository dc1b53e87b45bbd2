"""``qa eval`` and ``qa compare`` in the terminal."""

from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import track

import qa
from qa import comparison, evaluation
from qa.evaluation import Report
from qa.files import hash_file
from qa.questions import read_questions
from qa.records import Answer, Article
from qa.retrieval import Retriever
from qa.runs import RunWriter
from ui import terminal
from ui.cli import exit_code, print_json, print_line, print_notice

_HEADLINES = ("hit@1", "recall@5", "recall@10", "mrr@10", "ndcg@10", "map")


class _Asker:
    """The retriever with the options of one evaluation."""

    def __init__(self, retriever: Retriever, per_article: int) -> None:
        self._retriever = retriever
        self._per_article = per_article

    def ask(self, question: str, history: Any = (), k: int = 5) -> Answer:
        return self._retriever.ask(question, history, k, per_article=self._per_article)

    def article(self, article_id: str) -> Article | None:
        return self._retriever.article(article_id)


def run(retriever: Retriever, file: Path, out: Path | None, k: int, per_article: int, as_json: bool) -> int:
    """Evaluate a question file, write the run folder if one is named, print the figures; return the exit code."""
    questions, rejected = read_questions(file)
    for one in rejected:
        print_notice(f"rejected: {file}:{one.line}: {one.reason}")
    settings = {
        "questions": str(file), "questions_sha256": hash_file(file), "archive": str(retriever.archive.folder),
        "generation": _generation(retriever), "k": k, "per_article": per_article, "seed": 0, "version": qa.__version__,
        "embedder": retriever.archive.stamp.settings.embedder, "ask": asdict(retriever.settings),
        "index": asdict(retriever.archive.stamp.settings),
    }  # fmt: skip
    retriever.retrieve(questions[0].text, 1)  # loads what is loaded once, so that no question's latency counts it
    with RunWriter(out, settings) if out else nullcontext() as writer:
        bar = _Bar(len(questions))
        report = evaluation.evaluate(
            _Asker(retriever, per_article), questions, k,
            rejected=len(rejected), progress=bar.show, each=writer.add if writer else None,
        )  # fmt: skip
        bar.close()
        if writer:
            writer.finish(report)
    if out:
        from ui.report import write_report

        print_notice(f"report: {write_report(out)}")
    print_json(report.to_dict()) if as_json else _print(report)
    return exit_code(len(questions), rejected)


def compare(a: Path, b: Path, as_json: bool) -> None:
    """Compare two run folders and print what differs."""
    found = comparison.compare(a, b)
    if as_json:
        print_json(found.to_dict())
        return
    console = terminal.out()
    rows = [
        (
            *(m.name, f"{m.a:.3f}", f"{m.b:.3f}", f"{m.difference:+.3f}"),
            *(f"{m.low:+.3f} to {m.high:+.3f}", f"{m.p:.4f}", f"{m.p_holm:.4f}"),
        )
        for m in found.measures
    ]
    console.print(terminal.table(("measure", "A", "B", "B - A", "95 %", "p", "p (Holm)"), rows))
    if found.changed:
        print_line("\nThe questions that changed most:")
        changed = [(f"{c.a:.2f} → {c.b:.2f}", c.measure, c.id, c.question[:60]) for c in found.changed]
        console.print(terminal.table(("A → B", "measure", "id", "question"), changed))


def _generation(retriever: Retriever) -> int:
    with retriever.archive.view() as view:
        return view.generation


def _print(report: Report) -> None:
    counts = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in report.questions.items())
    print_line(f"questions: {counts}\n")
    scores = report.scores
    groups = {
        "passage: evidence": (scores.evidence, _HEADLINES),
        "passage: answer": (scores.answer, _HEADLINES),
        "article": (scores.article, _HEADLINES),
        "answers": (scores.answers, tuple(scores.answers)),
        "abstention": (scores.abstention, tuple(scores.abstention)),
        "latency, ms": (report.latency_ms, tuple(report.latency_ms)),
    }
    rows = []
    for group, (figures, names) in groups.items():
        for name in names:
            figure = figures[name]
            if figure.value is not None:
                interval = (figure.value, figure.low, figure.high)
                rows.append((group, name, *(f"{v:.3f}" if v is not None else "" for v in interval), str(figure.n)))
                group = ""
    terminal.out().print(terminal.table(("", "measure", "value", "95 % from", "to", "n"), rows))


class _Bar:
    """Progress on stderr, in a terminal."""

    def __init__(self, total: int) -> None:
        console = terminal.notices()
        self._steps = (
            iter(track(range(total + 1), "asking", total=total, console=console)) if console.is_terminal else None
        )

    def show(self, done: int, total: int) -> None:
        if self._steps:
            next(self._steps, None)

    def close(self) -> None:
        if self._steps:
            next(self._steps, None)
