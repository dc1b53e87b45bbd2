import re
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qa.errors import InputError
from qa.evaluation.evaluator import evaluate
from qa.evaluation.runs import write_run
from qa.records import Answer, Article, Citation, Evidence, Hit, Passage, Question, Sentence
from ui.render.reports.run_report import write_report
from ui.render.tables import marked

EVIL = '<script>alert("x")</script>&<b>'
BODY = f"Bo swims. {EVIL} Ada sails in the harbour."


class OneArticle:
    """Finds its only passage for every question but those about nothing."""

    def article(self, article_id: str) -> Article | None:
        return Article("a", EVIL, "", BODY, "", "", "", "", "", "", "en") if article_id == "a" else None

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
        if "nothing" in question:
            return Answer(question, f"{question} {EVIL}", "", "", (), (), (), 0.1, f"The name “{EVIL}” never occurs.")
        citation = Citation("a", EVIL, "", "", "", 0, len(BODY), BODY, "")
        hit = Hit(Passage("p", "a", 0, len(BODY), BODY), citation, 1.0, ())
        marks = ((0, 2), (4, len(EVIL) + 4)) if "marked" in question else ()
        sentence = Sentence(f"Bo. {EVIL}", (1,), marks)
        return Answer(question, question, "Bo.", "", (sentence,), (citation,), (hit,), 0.9, "", "answer")


class Tags(HTMLParser):
    """Collects what a page is made of, and fails on elements that are not closed."""

    EMPTY = frozenset({"meta", "link", "wbr"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def a_question(
    text: str, answer: str = "Bo", kind: str = "", quote: str = "Bo swims.", answerable: bool = True
) -> Question:
    return Question(text, text, (answer,), (Evidence("a", quote, -1),), (), answerable, kind, "")


def a_page(folder: Path, *questions: Question) -> str:
    report = evaluate(OneArticle(), questions, resamples=50, clock=lambda: 0.0)
    write_run(folder / "run", report, {"k": 10, "archive": EVIL})
    path = write_report(folder / "run")
    assert path == folder / "run" / "report.html"
    return path.read_text("utf-8")


def test_the_page_shows_figures_with_intervals_and_the_worst_questions(tmp_path: Path) -> None:
    page = a_page(
        tmp_path,
        a_question("Who swims?", kind="who"),
        a_question("Who flies?", "Ida", kind="who", quote="Ida flies."),
        a_question("What about nothing?", kind="what"),
        a_question("Is nothing known?", kind="what", answerable=False),
        a_question("Who rows?", kind="who", answerable=False),
    )
    tags = Tags(page)
    assert "Questions: 5 given · 3 scored · 2 unanswerable · 1 evidence not found" in page
    assert re.search(r"<th scope=\"row\">mrr@10</th><td>0\.333<span>0\.000–[01]\.\d{3}</span></td>", page)
    assert [title for title in ("Retrieval", "Latency", "Answers", "Abstaining") if title in tags.texts] == [
        "Retrieval",
        "Latency",
        "Answers",
        "Abstaining",
    ]
    assert tags.names.count("svg") == 6
    assert "Risk by coverage; dots: the threshold in use" in tags.texts
    assert "Calibration: ECE 0.567, Brier 0.543" in tags.texts  # one of the three given at .9 is right
    assert "The worst 3 of 3 questions not fully right" in page
    worst = page[page.index("The worst") :]
    assert worst.index("Who flies?") < worst.index("Who rows?") < worst.index("What about nothing?")
    assert "Who swims?" not in worst
    assert "<dt>Right answer</dt><dd>not in the archive</dd>" in worst
    assert "<dt>Ranks</dt><dd>passage overlaps the evidence: not in 1 hits;" in worst
    assert "<dt>Answered</dt><dd>abstained: The name “&lt;script&gt;" in worst


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    tags = Tags(a_page(tmp_path, a_question("Who swims?"), a_question("Who?", answerable=False)))
    assert not {"script", "img", "iframe", "object", "embed", "form"} & set(tags.names)
    loading = [value for name, value in tags.attributes if name in ("src", "href", "xlink:href", "action")]
    assert [value for value in loading if not value.startswith("#")] == ["data:,"]
    assert not any(name.startswith("on") for name, _ in tags.attributes)
    styles = "".join(tags.texts)
    assert "@import" not in styles
    assert re.findall(r"url\((?!#)", styles) == []
    assert "prefers-color-scheme:dark" in styles


def test_everything_from_articles_and_questions_is_escaped(tmp_path: Path) -> None:
    page = a_page(
        tmp_path,
        a_question(f"Who? {EVIL}", EVIL, kind=EVIL, quote="Ida flies."),
        a_question(f"nothing {EVIL}", EVIL, kind="$x_1$", quote=EVIL),
    )
    tags = Tags(page)
    assert "script" not in tags.names
    assert "b" not in tags.names
    assert page.count("&lt;script&gt;") >= 8
    plots = "".join(re.findall(r"<svg.*?</svg>", page, re.DOTALL))
    assert ">$x_1$<" in plots  # not read as a formula


def test_the_exact_words_are_marked_in_the_whole_sentence(tmp_path: Path) -> None:
    page = a_page(tmp_path, a_question("Who, marked, flies?", "Ida", quote="Ida flies."))
    evil = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&amp;&lt;b&gt;"
    assert f"<dt>Answered</dt><dd><mark>Bo</mark>. <mark>{evil}</mark></dd>" in page
    assert "script" not in Tags(page).names


def test_a_long_answer_is_cut_between_words_and_its_marks_with_it() -> None:
    text = "word " * 200
    assert marked(text, ((0, 4), (590, 700), (900, 904)), 600) == [
        ("word", True),
        (" " + "word " * 117, False),
        ("word word", True),
        (" …", False),
    ]
    assert marked("x" * 700, (), 600) == [("x" * 600, False), (" …", False)]
    assert marked("short", ((0, 5),), 600) == [("short", True)]


def test_plots_are_well_formed_and_share_no_ids(tmp_path: Path) -> None:
    page = a_page(
        tmp_path,
        a_question("Who swims?", kind=f"{EVIL} 什么"),
        a_question("nothing", kind="what"),
        a_question("Who?", answerable=False),
    )
    plots = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    ids = []
    for plot in plots:
        root = ElementTree.fromstring(plot)
        ids += [element.get("id") for element in root.iter() if element.get("id")]
        targets = re.findall(r"url\(#([^)]+)\)", plot) + re.findall(r'href="#([^"]+)"', plot)
        assert targets
        assert set(targets) <= set(ids)
        assert "currentColor" in plot
        assert "#010203" not in plot
    assert len(plots) == 6
    assert len(ids) == len(set(ids))


def test_the_same_run_gives_the_same_page(tmp_path: Path) -> None:
    questions = [a_question("Who swims?"), a_question("Who?", answerable=False)]
    (tmp_path / "again").mkdir()
    assert a_page(tmp_path, *questions) == a_page(tmp_path / "again", *questions)


def test_a_run_without_anything_to_score_still_has_a_page(tmp_path: Path) -> None:
    page = a_page(tmp_path, Question("1", "Who?", (), (), (), True, "", ""))
    assert "Questions: 1 given · 0 scored · 1 without evidence" in page
    assert "Retrieval" not in Tags(page).texts


def test_a_run_with_every_question_right_lists_no_worst(tmp_path: Path) -> None:
    page = a_page(tmp_path, a_question("Who swims?"))
    assert "The worst" not in page


def test_only_the_twenty_worst_are_shown(tmp_path: Path) -> None:
    page = a_page(tmp_path, *(a_question(f"Who flies {n}?", "Ida", quote="Ida flies.") for n in range(23)))
    assert "The worst 20 of 23 questions not fully right" in page
    assert Tags(page).names.count("article") == 20


def test_a_folder_that_is_no_run_has_no_page(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not a run folder of this version"):
        write_report(tmp_path)
    assert list(tmp_path.iterdir()) == []
