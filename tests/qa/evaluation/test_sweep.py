"""Sweeps and their trials, over archives of a model made here."""

import json
import shutil
from pathlib import Path

import pytest

from qa.archive.writer import ArchiveWriter
from qa.errors import InputError
from qa.evaluation.measures import MEASURES
from qa.evaluation.statistics import Figure, holm
from qa.evaluation.sweep import HEADLINES, SweepTable, perform, read_sweep
from qa.evaluation.trial import Trial
from qa.models.embedding import load_embedder
from qa.settings import AskSettings, IndexSettings
from tests.conftest import DAM, FIRE, VOTE
from tests.support.models import make_static_model
from tests.support.plain import article
from ui.render.reports.sweep_report import write_table

SWEEP = """
measures = ["article.hit@1", "passage.answer.mrr@10"]

[[set]]
name = "dams"
questions = "dams.jsonl"
archive = "archive"

[[set]]
name = "votes"
questions = "votes.jsonl"
archive = "archive"

[[run]]
name = "both"

[[run]]
name = "words (old)"
settings = {dense_weight = 0, pool = 50}
k = 3
sources = ["Courier"]

[[run]]
name = "meaning"
settings = {dense_weight = 1.0}
as_of = "2015-12-31"
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive of three articles and two question files."""
    folder = tmp_path_factory.mktemp("sweeps")
    model = make_static_model(folder / "model")
    with ArchiveWriter(folder / "archive", load_embedder(str(model)), IndexSettings(str(model))) as writer:
        writer.upsert(article(DAM, id="dam", title="Dam closed", source="Courier", published="2015-05-11"))
        writer.upsert(article(VOTE, id="vote", title="Mayor resigns", source="Wire", published="2016-06"))
        writer.upsert(article(FIRE, id="fire", title="Mill burns", source="Courier"))
        writer.commit()
    dams = [
        ("How many sensors had drifted?", "11 of 40", "dam", DAM),
        ("When was the dam closed?", "Monday", "dam", DAM),
        ("What burnt?", "the old mill", "fire", FIRE),
    ]
    votes = [("Who resigned?", "The mayor", "vote", VOTE), ("When will voters choose?", "in June", "vote", VOTE)]
    for name, rows in (("dams", dams), ("votes", votes)):
        lines = [
            {"question": asked, "answers": [answer], "evidence": [{"article_id": where, "text": text}]}
            for asked, answer, where, text in rows
        ]
        lines.append({"question": "What is the capital of Mongolia?", "answerable": False})
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (folder / "sweep.toml").write_text(SWEEP)
    return folder


@pytest.fixture(scope="module")
def swept(place: Path) -> tuple[Path, SweepTable]:
    out = place / "out"
    return out, perform(read_sweep(place / "sweep.toml", place / "none"), out)


def test_a_sweep_file_is_every_run_over_every_set(place: Path) -> None:
    sweep = read_sweep(place / "sweep.toml", place / "none")
    assert [(one.set, one.run) for one in sweep.trials] == [
        ("dams", "both"), ("dams", "words (old)"), ("dams", "meaning"),
        ("votes", "both"), ("votes", "words (old)"), ("votes", "meaning"),
    ]  # fmt: skip
    assert sweep.measures == ("article.hit@1", "passage.answer.mrr@10")
    assert sweep.trials[1].trial == Trial(
        place / "dams.jsonl",
        place / "archive",
        AskSettings(pool=50, dense_weight=0.0),
        3,
        {"sources": ("Courier",)},
    )
    assert sweep.trials[5].trial.conditions == {"as_of": "2015-12-31"}


def test_json_says_the_same_as_toml_and_archives_can_be_named_by_set_or_not_at_all(place: Path, tmp_path: Path) -> None:
    (tmp_path / "q.jsonl").write_text('{"question": "Who?"}\n')
    runs = [{"name": "own"}, {"name": "by set", "archive": "made/{set}-128"}]
    sweep = {"set": [{"name": "one", "questions": "q.jsonl"}], "run": runs}
    (tmp_path / "sweep.json").write_text(json.dumps(sweep))
    read = read_sweep(tmp_path / "sweep.json", Path("elsewhere"))
    assert [one.trial.archive for one in read.trials] == [Path("elsewhere"), tmp_path / "made" / "one-128"]
    assert read.measures == HEADLINES
    assert set(HEADLINES) <= set(MEASURES)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("measures", "measure"), r"sweep.toml: measure: is not a key; remove it"),
        (("article.hit@1", "hit@1"), r"measures: 'hit@1' is not a measure; choose from passage\.evidence"),
        (('archive = "archive"\n\n[[set]]', "limit = 3\n\n[[set]]"), r"set 'dams': limit: is not a key; remove it"),
        (("k = 3", "depth = 3"), r"run 'words \(old\)': depth: is not a key; allowed: k, sources, articles"),
        (("pool = 50", "poool = 50"), r"run 'words \(old\)': settings: poool: is not a key; allowed: pool, matched"),
        (("pool = 50", 'pool = "50"'), r"settings: pool: '50' is not a whole number"),
        (("pool = 50", "pool = true"), r"settings: pool: True is not a whole number"),
        (("pool = 50", "pool = 0"), r"run 'words \(old\)': settings: pool=0 is out of range: give 1 to 10000"),
        (("k = 3", "k = 0"), r"run 'words \(old\)': k=0 is out of range: give 1 to 1000"),
        (("k = 3", "per_article = -1"), r"per_article=-1 is out of range"),
        (('["Courier"]', '"Courier"'), r"sources: 'Courier' is not a list of strings"),
        (("2015-12-31", "soon"), r"run 'meaning': as_of='soon' is not a date"),
        (('"2015-12-31"', "2015-12-31"), r"as_of: datetime\.date\(2015, 12, 31\) is not a string"),
        (('name = "meaning"', 'name = "both"'), r"run: name 'both' is used twice; give each run its own"),
        (('name = "meaning"', 'name = "../meaning"'), r"run 3: name: '\.\./meaning' cannot be a folder's name"),
        (('name = "meaning"\n', ""), r"run 3: name: is missing; give a string"),
        (('"dams.jsonl"', '"nowhere.jsonl"'), r"set 'dams': questions: .*nowhere.jsonl is not a file"),
        (("[[run]]", "[[ran]]"), r"run: is missing; give at least one \[\[run\]\]"),
        (("[[set]]", "[[set"), r"sweep.toml is not TOML \("),
    ],
)
def test_what_a_sweep_file_must_not_say_is_refused_by_name(
    place: Path, tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    for name in ("dams.jsonl", "votes.jsonl"):
        shutil.copy(place / name, tmp_path)
    assert change[0] in SWEEP
    (tmp_path / "sweep.toml").write_text(SWEEP.replace(*change))
    with pytest.raises(InputError, match=message):
        read_sweep(tmp_path / "sweep.toml", Path("archive"))


def test_a_sweep_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml cannot be read .*: give a sweep file, in TOML or JSON"):
        read_sweep(tmp_path / "none.toml", Path("archive"))


def test_each_run_gets_its_folder_and_the_table_a_row_a_measure(swept: tuple[Path, SweepTable]) -> None:
    out, table = swept
    assert sorted(path.parent.relative_to(out).as_posix() for path in out.rglob("settings.json")) == [
        "dams/both", "dams/meaning", "dams/words (old)", "votes/both", "votes/meaning", "votes/words (old)",
    ]  # fmt: skip
    rows = {(row.set, row.measure, row.run): row for row in table.rows}
    assert len(rows) == len(table.rows) == 12
    # Only Courier is searched, so that Wire's article is never found: 1, 1 becomes 0, 0.
    lost = rows["votes", "article.hit@1", "words (old)"]
    assert lost.figure == Figure(0.0, 0.0, 0.0, 2)
    assert lost.versus is not None
    assert (lost.versus.difference, lost.versus.p, lost.versus.detectable) == (-1.0, 0.5, None)
    first = rows["votes", "article.hit@1", "both"]
    assert (first.figure.value, first.versus, first.p_holm) == (1.0, None, None)


def test_holms_correction_is_over_the_whole_table(swept: tuple[Path, SweepTable]) -> None:
    tested = [row for row in swept[1].rows if row.versus]
    assert len(tested) == 8
    assert [row.p_holm for row in tested] == holm([row.versus.p for row in tested if row.versus])


def test_the_tables_json_is_flat_and_says_nothing_of_the_first_run(swept: tuple[Path, SweepTable]) -> None:
    first, second = swept[1].to_dict()["rows"][:2]
    names = ["set", "run", "measure", "value", "low", "high", "n", "difference", "difference_low", "difference_high"]
    assert list(first) == list(second) == [*names, "p", "detectable", "p_holm"]
    assert (first["run"], first["difference"], first["p"], first["p_holm"]) == ("both", None, None, None)
    assert second["difference"] == round(second["value"] - first["value"], 6)
    runs = swept[1].to_dict()["runs"]
    assert [list(one) for one in runs] == [["set", "run", "folder", "questions", "latency_ms"]] * 6


def test_finished_runs_are_kept_and_changed_ones_are_made_again(place: Path, tmp_path: Path) -> None:
    told: list[str] = []

    def sweep(text: str) -> list[str]:
        told.clear()
        (place / "again.toml").write_text(text)
        perform(
            read_sweep(place / "again.toml", place),
            tmp_path,
            reused=lambda one: told.append(f"kept {one.run}"),
            done=lambda one, rejected: told.append(f"made {one.run}, {rejected} rejected"),
        )
        return told

    text = '[[set]]\nname = "s"\nquestions = "s.jsonl"\narchive = "archive"\n[[run]]\nname = "a"\n[[run]]\nname = "b"\n'
    shutil.copy(place / "dams.jsonl", place / "s.jsonl")
    assert sweep(text) == ["made a, 0 rejected", "made b, 0 rejected"]
    assert sweep(text) == ["kept a", "kept b"]
    assert sweep(text + "settings = {pool = 9}\n") == ["kept a", "made b, 0 rejected"]
    assert sweep(text + "per_article = 1\n") == ["kept a", "made b, 0 rejected"]
    with (place / "s.jsonl").open("a") as file:
        file.write("nonsense\n")
    assert sweep(text) == ["made a, 1 rejected", "made b, 1 rejected"]
    (tmp_path / "s" / "a" / "settings.json").unlink()  # as when a run is cut short
    for name in ("questions.jsonl", "report.json", "run.trec", "latency.json"):
        (tmp_path / "s" / "a" / name).unlink()
    assert sweep(text) == ["made a, 1 rejected", "kept b"]


def test_a_changed_archive_is_noticed(place: Path, tmp_path: Path) -> None:
    shutil.copytree(place / "archive", tmp_path / "archive")
    trial = Trial(place / "dams.jsonl", tmp_path / "archive", AskSettings())
    trial.perform(tmp_path / "run")
    assert trial.performed(tmp_path / "run")
    assert Trial(place / "dams.jsonl", place / "archive", AskSettings()).performed(tmp_path / "run")
    with ArchiveWriter(tmp_path / "archive") as writer:
        writer.delete(["fire"])
        writer.commit()
    assert not trial.performed(tmp_path / "run")


def test_an_archive_made_anew_in_its_place_is_noticed_though_its_generation_has_the_same_number(
    place: Path, tmp_path: Path
) -> None:
    made = []
    for text in (DAM, VOTE):
        shutil.rmtree(tmp_path / "archive", ignore_errors=True)
        model = str(place / "model")
        with ArchiveWriter(tmp_path / "archive", load_embedder(model), IndexSettings(model)) as writer:
            writer.upsert(article(text, id="dam"))
            writer.commit()
        trial = Trial(place / "dams.jsonl", tmp_path / "archive", AskSettings())
        made.append(trial.performed(tmp_path / "run"))
        trial.perform(tmp_path / "run")
        assert trial.performed(tmp_path / "run")
    assert made == [False, False]


def test_the_same_evaluation_gives_the_same_bytes_but_for_the_time(place: Path, tmp_path: Path) -> None:
    trial = Trial(place / "dams.jsonl", place / "archive", AskSettings())
    for name in ("a", "b"):
        trial.perform(tmp_path / name)
    for name in ("questions.jsonl", "report.json", "run.trec"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_conditions_reach_every_question(place: Path) -> None:
    report, _ = Trial(place / "dams.jsonl", place / "archive", AskSettings(), 1, {"before": "2016"}).perform()
    assert {hit.article_id for one in report.results for hit in one.hits} == {"dam"}
    assert {len(one.hits) for one in report.results} == {1}


def test_the_page_of_a_sweep_shows_every_row_and_links_every_run(swept: tuple[Path, SweepTable]) -> None:
    out, table = swept
    page = write_table(out, table).read_text("utf-8")
    assert page.count('<th scope="row">words (old)</th>') == 4
    assert 'href="dams/words%20%28old%29/report.html"' in page
    assert "correction covers all 8 comparisons" in page
    assert "<td>-1.000<span>-1.000 to -1.000</span></td><td>0.5000</td>" in page
    assert json.loads((out / "table.json").read_text()) == json.loads(json.dumps(table.to_dict()))
