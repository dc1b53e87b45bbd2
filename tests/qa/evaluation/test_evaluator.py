import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random

import ir_measures
import pytest

from qa.errors import InputError
from qa.evaluation.evaluator import evaluate
from qa.evaluation.measures import retrieval_measures
from qa.evaluation.report import QuestionResult
from qa.evaluation.runs import write_run
from qa.evaluation.statistics import Figure
from qa.records import Answer, Article, Citation, Evidence, Hit, Passage, Question, Sentence

# Sentences of ten characters each, so that sentence n stands at 10 n.
HARBOUR = "Ada sails.Bo swims..Cy rows...Ada sings.Bo sleeps."
FOREST = "Di climbs.Ed digs...Flo runs..Gus plows"


class Shelf:
    """Gives each question the spans listed for it, as (article id, start, end); answers with the first."""

    def __init__(
        self,
        found: Mapping[str, Sequence[tuple[str, int, int]]],
        *,
        exact: Mapping[str, str] | None = None,
        abstains: Sequence[str] = (),
        confidence: Mapping[str, float] | None = None,
        sources: Mapping[str, str] | None = None,
    ) -> None:
        self.articles = {
            name: Article(name, name.title(), "", text, (sources or {}).get(name, ""), "", "", "", "", "", "en")
            for name, text in {"harbour": HARBOUR, "forest": FOREST}.items()
        }
        self.found, self.exact, self.abstains = found, exact or {}, abstains
        self.confidence = confidence or {}
        self.asked: list[tuple[str, tuple[tuple[str, str], ...], int]] = []

    def article(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), k: int = 5) -> Answer:
        self.asked.append((question, tuple(history), k))
        if question.startswith("!"):
            raise InputError("a question cannot start with !")
        hits = tuple(self.hit(*span, rank) for rank, span in enumerate(self.found.get(question, ())[:k]))
        sure = self.confidence.get(question, 0.5)
        if question in self.abstains or not hits:
            return Answer(question, question, "Nothing on Bo.", "", (), (), hits, sure)
        text = hits[0].passage.text
        cited = (Sentence(text, (1,)),)
        exact = self.exact.get(question, "")
        return Answer(question, question, f"{text} [1]", exact, cited, (hits[0].citation,), hits, sure)

    def hit(self, article_id: str, start: int, end: int, rank: int) -> Hit:
        text = self.articles[article_id].text[start:end]
        passage = Passage(f"p-{article_id}-{start}-{end}", article_id, start, end, text)
        title = self.articles[article_id].title
        return Hit(passage, Citation(article_id, title, "", "", "", start, end, text, ""), 1.0 - rank / 10, ())


def asked_for(
    text: str,
    *evidence: tuple[str, str],
    answers: tuple[str, ...] = (),
    answerable: bool = True,
    kind: str = "",
) -> Question:
    pieces = tuple(Evidence(article_id, quote, -1) for article_id, quote in evidence)
    return Question(text, text, answers, pieces, (), answerable, kind, "")


def result_of(shelf: Shelf, question: Question, k: int = 10) -> QuestionResult:
    return evaluate(shelf, [question], k, resamples=2).results[0]


def level(result: QuestionResult, name: str) -> dict[str, float]:
    prefix = f"{name}."
    return {key.removeprefix(prefix): v for key, v in result.measures.items() if key.startswith(prefix)}


def test_a_hit_on_the_third_rank_scores_by_hand() -> None:
    assert retrieval_measures([[], [], [0], []], 1) == {
        "recall@1": 0.0,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "hit@1": 0.0,
        "hit@10": 1.0,
        "mrr@10": 0.333333,
        "ndcg@10": 0.5,  # 1 / log2(4)
        "map": 0.333333,
    }


def test_two_of_three_items_found_scores_by_hand() -> None:
    scores = retrieval_measures([[1], [], [0]], 3)
    assert scores["recall@1"] == 0.333333
    assert scores["recall@5"] == 0.666667
    assert scores["map"] == 0.555556  # (1/1 + 2/3) / 3
    assert scores["ndcg@10"] == 0.703918  # (1 + 1/2) / (1 + 1/log2(3) + 1/2)


def test_overlapping_the_evidence_is_not_yet_holding_the_answer() -> None:
    question = asked_for("Who swims?", ("harbour", "Ada sails.Bo swims.."), answers=("Bo",))
    spans = [("forest", 0, 10), ("harbour", 0, 10), ("harbour", 9, 11), ("harbour", 10, 12)]
    result = result_of(Shelf({"Who swims?": spans}), question)
    assert result.first_rank == {"passage.evidence": 2, "passage.answer": 4, "article": 2}
    assert level(result, "passage.evidence")["mrr@10"] == 0.5
    assert level(result, "passage.answer")["mrr@10"] == 0.25
    assert level(result, "article")["mrr@10"] == 0.5


def test_articles_are_ranked_by_their_best_hit() -> None:
    question = asked_for("Who digs?", ("forest", ""))
    spans = [("harbour", 0, 10), ("harbour", 10, 20), ("harbour", 20, 30), ("forest", 0, 10)]
    result = result_of(Shelf({"Who digs?": spans}), question)
    assert result.first_rank == {"article": 2}
    assert level(result, "article")["mrr@10"] == 0.5
    assert level(result, "passage.evidence") == {}


def test_each_piece_of_evidence_is_an_item_of_its_own() -> None:
    question = asked_for("Who?", ("harbour", "Ada sails."), ("harbour", "Bo sleeps."), ("forest", "Ed digs..."))
    spans = [("harbour", 0, 10), ("harbour", 5, 8), ("forest", 10, 20)]
    result = result_of(Shelf({"Who?": spans}), question)
    scores = level(result, "passage.evidence")
    assert (scores["recall@1"], scores["recall@5"], scores["map"]) == (0.333333, 0.666667, 0.555556)
    assert level(result, "article")["recall@5"] == 1.0


def test_only_the_hits_asked_for_count() -> None:
    question = asked_for("Who?", ("forest", "Ed digs..."))
    spans = [("harbour", 0, 10), ("harbour", 10, 20), ("forest", 10, 20)]
    shelf = Shelf({"Who?": spans})
    assert result_of(shelf, question, k=2).first_rank["passage.evidence"] == 0
    assert result_of(shelf, question, k=3).first_rank["passage.evidence"] == 3
    assert [k for _, _, k in shelf.asked] == [2, 3]


def test_a_question_that_finds_nothing_scores_zero_instead_of_vanishing() -> None:
    questions = [
        asked_for("Found?", ("harbour", "Bo swims.."), answers=("Bo",)),
        asked_for("No hits?", ("harbour", "Bo swims.."), answers=("Bo",)),
        asked_for("Not in the article?", ("harbour", "Bo flies.."), answers=("Bo",)),
        asked_for("Not in the archive?", ("desert", "Ida walks."), answers=("Ida",)),
        asked_for("!Refused?", ("harbour", "Bo swims.."), answers=("Bo",)),
    ]
    everything = [("harbour", 10, 20), ("forest", 0, 39), ("harbour", 0, 50)]
    shelf = Shelf({one.text: everything for one in questions if one.text != "No hits?"})
    report = evaluate(shelf, questions)
    for figures in (report.scores.evidence, report.scores.answer):
        assert (figures["hit@1"].value, figures["hit@1"].n) == (0.2, 5)
    assert (report.scores.article["hit@1"].value, report.scores.article["hit@1"].n) == (0.4, 5)
    assert report.questions == {
        "given": 5,
        "rejected": 0,
        "failed": 1,
        "scored": 5,
        "unanswerable": 0,
        "without_evidence": 0,
        "evidence_not_found": 2,
        "articles_not_found": 1,
        "quotes_not_found": 1,
        "without_answer_position": 0,
    }
    refused = report.results[4]
    assert (refused.error, refused.abstained, refused.hits) == ("a question cannot start with !", True, ())


def test_questions_that_cannot_be_scored_for_retrieval_are_counted() -> None:
    questions = [
        asked_for("Scored?", ("harbour", "Bo swims..")),
        asked_for("No evidence?", answers=("Bo",)),
        asked_for("No answer?", ("harbour", "Bo swims.."), answerable=False),
    ]
    report = evaluate(Shelf({"Scored?": [("harbour", 10, 20)]}), questions, rejected=4)
    assert report.questions["given"] == 7
    assert report.questions["rejected"] == 4
    assert report.questions["scored"] == 1
    assert report.questions["unanswerable"] == 1
    assert report.questions["without_evidence"] == 1
    assert report.questions["without_answer_position"] == 1
    assert report.scores.evidence["mrr@10"] == Figure(1.0, 1.0, 1.0, 1)
    assert report.scores.answer["mrr@10"] == Figure(None, None, None, 0)
    assert report.scores.answers["f1"].n == 1


def test_the_exact_words_are_scored_where_there_are_some_and_markers_never() -> None:
    question = asked_for("Who?", ("harbour", "Bo swims.."), answers=("Bo",))
    found = {"Who?": [("harbour", 10, 20)]}
    assert level(result_of(Shelf(found, exact={"Who?": "Bo"}), question), "answers") == {
        "exact_match": 1.0,
        "f1": 1.0,
        "contains": 1.0,
    }
    assert level(result_of(Shelf(found), question), "answers") == {
        "exact_match": 0.0,
        "f1": 0.666667,  # "bo swims", without the marker [1]
        "contains": 1.0,
    }
    assert set(level(result_of(Shelf(found, abstains=["Who?"]), question), "answers").values()) == {0.0}


def test_random_rankings_score_as_ir_measures_says_of_the_run_file(tmp_path: Path) -> None:
    random = Random(7)
    sentences = [("harbour", start, start + 10) for start in range(0, 50, 10)]
    sentences += [("forest", start, min(start + 10, 39)) for start in range(0, 40, 10)]
    texts = {"harbour": HARBOUR, "forest": FOREST}
    questions, found, qrels = [], {}, {}
    for number in range(60):
        name = f"question {number}"
        right = random.sample(sentences, random.randint(1, 4))
        found[name] = random.sample(sentences, random.randint(0, 9))
        evidence = [Evidence(one, texts[one][start:end], -1) for one, start, end in right]
        questions.append(Question(name, name, (), tuple(evidence), (), True, "", ""))
        qrels[name.replace(" ", "%20")] = {f"p-{one}-{start}-{end}": 1 for one, start, end in right}
    report = evaluate(Shelf(found), questions)
    folder = write_run(tmp_path / "run", report, {})
    names = {"recall@1": "R@1", "recall@5": "R@5", "recall@10": "R@10", "hit@1": "Success@1", "hit@10": "Success@10",
             "mrr@10": "RR@10", "ndcg@10": "nDCG@10", "map": "AP"}  # fmt: skip
    measures = [ir_measures.parse_measure(name) for name in names.values()]
    peer = ir_measures.calc_aggregate(measures, qrels, ir_measures.read_trec_run(str(folder / "run.trec")))
    for name, measure in zip(names, measures, strict=True):
        assert report.scores.evidence[name].value == pytest.approx(peer[measure], abs=1e-6), name


def test_importing_the_evaluation_is_light() -> None:
    heavy = "{'ir_measures', 'scipy', 'matplotlib', 'torch', 'faiss', 'gradio'}"
    modules = "qa.evaluation.evaluator, qa.evaluation.comparison, ui.render.reports.run_report"
    code = f"import sys, {modules}; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
