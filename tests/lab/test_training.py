"""The recipe of the packaged reader: what it is trained on, how, and that what it writes can be read."""

import json
import math
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from lab.training.corpus import Text
from lab.training.evaluate import best_answer, evenly
from lab.training.export import export
from lab.training.groups import CONTRADICTS, NEITHER, SUPPORTS, Group, load
from lab.training.settings import CONFIG, recipe
from lab.training.train import Drawn, Training, batches, draw, losses, state, train, windows
from qa.errors import ModelError
from qa.models.network import Outputs
from qa.models.reader import Pair, PairEncoder, Reader, load_network
from tests.support.places import PROJECT
from tests.support.training_sets import MINE, REST, STORIES, written

DATA = Path(os.environ.get("DATELINE_DATA") or PROJECT.parent / "shared" / "data")
SMOKE = replace(recipe("smoke").train, bfloat16=False)


def group(number: int = 0, kind: str = "hand") -> Group:
    """One story's question, its text, and the other stories as negatives."""
    title, text, question, answer = STORIES[number]
    others = tuple(Text(other[0], other[1]) for other in STORIES if other[0] != title)
    start = text.index(answer)
    return Group(kind, question, (Text(title, text), *others), start, start + len(answer), True, True)


@pytest.mark.model
def test_the_span_of_a_drawn_group_points_at_the_answers_tokens() -> None:
    encoder = PairEncoder()
    drawn = draw(group(2), encoder, SMOKE, random.Random(1))
    (answer,) = encoder.encode("flood walls", [("", "nothing")])
    assert drawn is not None
    assert drawn.pairs[0].ids[drawn.start : drawn.end + 1] == answer.ids[1:-3]  # without [CLS], [SEP] nothing [SEP]
    assert drawn.answerable


@pytest.mark.model
def test_a_group_is_drawn_with_up_to_so_many_negatives_and_ranked_if_it_has_any() -> None:
    encoder, chance = PairEncoder(), random.Random(1)
    drawn = [draw(group(2), encoder, replace(SMOKE, negatives=2), chance) for _ in range(40)]
    assert {(len(one.pairs), one.ranked) for one in drawn if one} == {(1, False), (2, True), (3, True)}
    assert None not in drawn


@pytest.mark.model
def test_a_group_that_teaches_nothing_but_ranking_always_has_a_negative() -> None:
    encoder, chance = PairEncoder(), random.Random(1)
    title = replace(group(2), start=-1, end=-1, answerable=None)
    drawn = [draw(title, encoder, replace(SMOKE, negatives=2), chance) for _ in range(40)]
    assert {(len(one.pairs), one.ranked) for one in drawn if one} == {(2, True), (3, True)}
    without = replace(SMOKE, negatives=0)
    assert draw(title, encoder, without, chance) is None
    judged = draw(replace(title, verdict=NEITHER), encoder, without, chance)
    assert judged is not None
    assert judged.verdict == NEITHER
    assert draw(replace(title, answerable=True), encoder, without, chance) is not None


@pytest.mark.model
def test_a_title_is_kept_as_often_as_the_settings_say() -> None:
    encoder = PairEncoder()
    firsts = []
    for kept in (0.0, 1.0):
        drawn = draw(group(), encoder, replace(SMOKE, title_kept=kept), random.Random(1))
        assert drawn is not None
        firsts.append(drawn.pairs[0].first)
    assert firsts[1] == firsts[0] + 3  # miners, freed, [SEP]


@pytest.mark.model
def test_a_group_whose_answer_lies_beyond_the_last_token_is_not_drawn() -> None:
    # [CLS] what was money spent on ? [SEP] the council spent 3 million on flood walls . [SEP]
    untitled = replace(SMOKE, title_kept=0.0)
    encoder = PairEncoder()
    (whole,) = encoder.encode(STORIES[2][2], [("", STORIES[2][1])])
    needed = len(whole.ids) - 1  # all but the full stop
    for tokens, beyond in ((needed, False), (needed - 1, True), (needed - 2, True)):
        drawn = draw(group(2), encoder, replace(untitled, tokens=tokens), random.Random(1))
        assert (drawn is None) == beyond, tokens


def pairs(*lengths: int) -> list[Pair]:
    return [Pair(list(range(length)), [0] * length, 2, length - 1, []) for length in lengths]


def test_a_batch_stays_within_its_tokens_and_every_group_is_in_one() -> None:
    chance = random.Random(3)
    drawn = [Drawn(pairs(*chance.choices(range(10, 90), k=4)), -1, -1, True, True) for _ in range(300)]
    drawn.append(Drawn(pairs(2000, 2000), -1, -1, True, True))
    made = list(batches(drawn, replace(SMOKE, batch_tokens=1000), random.Random(0)))
    sizes = [sum(len(one.pairs) for one in batch) * max(one.tokens for one in batch) for batch in made]
    assert sorted(sizes)[-1] == 4000  # the one that is too large stands alone
    assert sorted(sizes)[-2] <= 1000
    assert sum(sizes) / len(sizes) > 700  # and there is little room left
    assert Counter(id(one) for batch in made for one in batch) == Counter(map(id, drawn))


def several(count: int) -> list[Group]:
    """Groups that differ in their question."""
    return [replace(group(number % 5), question=f"{number}: {group(number % 5).question}") for number in range(count)]


def first_pairs(made: list[list[Drawn]]) -> list[tuple[int, ...]]:
    return [tuple(one.pairs[0].ids) for batch in made for one in batch]


def test_a_share_of_the_groups_is_the_same_in_every_epoch() -> None:
    groups, encoder = several(10), PairEncoder()
    half = replace(SMOKE, epochs=2, share=0.5, title_kept=1.0)
    told = [ids for window in windows(groups, encoder, half) for ids in first_pairs(window.batches)]
    assert (len(told), len(set(told))) == (10, 5)
    assert told == [ids for window in windows(groups, encoder, half) for ids in first_pairs(window.batches)]
    everything = windows(groups, encoder, replace(half, share=1.0))
    assert len({ids for window in everything for ids in first_pairs(window.batches)}) == 10


def test_a_second_training_reads_what_the_first_passed_over() -> None:
    groups, encoder = several(10), PairEncoder()

    def read(skip: float, share: float) -> set[tuple[int, ...]]:
        settings = replace(SMOKE, epochs=1, skip=skip, share=share, title_kept=1.0)
        return {ids for window in windows(groups, encoder, settings) for ids in first_pairs(window.batches)}

    first, second = read(0, 0.4), read(0.4, 0.6)
    assert (len(first), len(second), len(first | second)) == (4, 6, 10)
    assert len(read(0.8, 0.6)) == 2


def test_every_group_is_in_one_window_of_an_epoch_and_the_epochs_differ_in_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("lab.training.train._WINDOW", 4)
    made = list(windows(several(10), PairEncoder(), replace(SMOKE, epochs=2, title_kept=1.0)))
    assert [one.number for one in made] == [0, 1, 2, 3, 4, 5]
    assert [len(first_pairs(one.batches)) for one in made] == [4, 4, 2, 4, 4, 2]
    assert [one.begin for one in made] == pytest.approx([0, 1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6])
    assert [one.end for one in made] == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])
    epochs = [[ids for one in part for ids in first_pairs(one.batches)] for part in (made[:3], made[3:])]
    assert len(set(epochs[0])) == 10
    assert sorted(epochs[0]) == sorted(epochs[1])
    assert set(first_pairs(made[0].batches)) != set(first_pairs(made[3].batches))


def test_windows_from_a_later_number_on_are_those_of_the_whole_training(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.training.train._WINDOW", 4)
    settings = replace(SMOKE, epochs=2, title_kept=0.5, batch_tokens=200)
    whole = list(windows(several(10), PairEncoder(), settings))
    assert list(windows(several(10), PairEncoder(), settings, first=4)) == whole[4:]


def test_the_losses_are_those_computed_by_hand() -> None:
    # A single pair that holds no answer, a ranked group of two pairs with its answer at tokens 2 to 3, two statements.
    batch = [
        Drawn(pairs(4), -1, -1, False, False), Drawn(pairs(5, 4), 2, 3, True, True),
        Drawn(pairs(4), -1, -1, False, None, CONTRADICTS), Drawn(pairs(4), -1, -1, False, None, SUPPORTS),
    ]  # fmt: skip
    mask = torch.tensor([[1, 1, 1, 1, 0], [1, 1, 1, 1, 1], *[[1, 1, 1, 1, 0]] * 3])
    span = torch.full((5, 5, 2), 50.0)  # what lies outside of the passages does not count
    span[:, 2:4] = 0.0
    span[1, 2, 0] = math.log(6.0)  # the start: 6 of 6 + 1 + 1 (tokens 2 and 3 of the first pair, 2 of the second)
    support = torch.full((5, 3), 50.0) * torch.tensor([1.0, 0.0, -1.0])  # of pairs without a verdict: does not count
    support[3:] = torch.tensor([[0.0, math.log(2.0), math.log(5.0)], [math.log(6.0), 0.0, 0.0]])
    outputs = Outputs(
        torch.tensor([9.0, math.log(3.0), 0.0, 9.0, 9.0]), torch.tensor([math.log(3.0), 0.0, 0.0, 9.0, 9.0]),
        span, support,
    )  # fmt: skip
    ranking, spans, answerable, verdicts = losses(outputs, batch, mask)
    assert ranking.item() == pytest.approx(math.log(4 / 3))
    assert spans.item() == pytest.approx((math.log(8 / 6) + math.log(3)) / 2)
    assert answerable.item() == pytest.approx((math.log(2) + math.log(2) + math.log(4)) / 3)
    assert verdicts.item() == pytest.approx((math.log(8 / 2) + math.log(8 / 6)) / 2)


def test_losses_without_a_ranked_or_marked_group_are_zero() -> None:
    outputs = Outputs(torch.zeros(1), torch.zeros(1), torch.zeros(1, 4, 2), torch.zeros(1, 3))
    ranking, spans, answerable, verdicts = losses(outputs, [Drawn(pairs(4), -1, -1, False, True)], torch.ones(1, 4))
    assert (ranking.item(), spans.item(), verdicts.item()) == (0, 0, 0)
    assert answerable.item() == pytest.approx(math.log(2))


def test_a_group_of_which_nothing_is_known_takes_no_part_in_the_answerable_loss() -> None:
    outputs = Outputs(torch.zeros(3), torch.tensor([5.0, 5.0, 0.0]), torch.zeros(3, 4, 2), torch.zeros(3, 3))
    batch = [Drawn(pairs(4, 4), -1, -1, True, None), Drawn(pairs(4), -1, -1, False, False)]
    assert losses(outputs, batch, torch.ones(3, 4))[2].item() == pytest.approx(math.log(2))
    assert losses(outputs, batch[:1], torch.ones(2, 4))[2].item() == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("negatives = 2", "negatives = 2.5", "negatives=2.5 is not of type int"),
        ("compile = true", "compile = 1", "compile=1 is not of type bool"),
        ("clip = 1.0", "", "TrainSettings differs in clip"),
        ("clip = 1.0", "clip = 1.0\nclap = 2", "TrainSettings differs in clap"),
        ("train.epochs = 1\n", "trian.epochs = 1\n", "profile 'small' has the unknown section trian"),
        ("{ squad = 1200,", "{ squat = 1200,", "no questions of the kind squat"),
        ("[train]", "[train", "not TOML"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "config.toml"
    text = CONFIG.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=message) as caught:
        recipe("small", file)
    assert str(file) in str(caught.value)


def test_a_profile_changes_single_values_and_an_unknown_one_is_named() -> None:
    full, half, small = recipe("full"), recipe("half"), recipe("small")
    assert (full.train.share, half.train.share) == (1.0, 0.5)
    assert half.train == replace(full.train, share=0.5)
    assert small.data.most["squad"] == 1200
    assert small.data == replace(full.data, most=small.data.most)
    with pytest.raises(ValueError, match="no profile 'huge'; there are full, small, eighth, quarter, half, smoke"):
        recipe("huge")


def test_questions_are_chosen_evenly() -> None:
    rows = [{"id": number} for number in range(10)]
    assert [row["id"] for row in evenly(rows, 4)] == [0, 2, 5, 7]
    assert evenly(rows, 0) == evenly(rows, 10) == evenly(rows, 99) == rows


@pytest.mark.model
def test_a_few_steps_on_groups_written_by_hand_teach_the_reader_to_find_their_answers(tmp_path: Path) -> None:
    groups = [group(number) for number in range(len(STORIES))]
    groups.append(Group("hand", "Who paid the miners?", (Text("", MINE),), -1, -1, False, False))
    settings = replace(SMOKE, epochs=20, batch_tokens=400, learning_rate=3e-4, title_kept=1.0)
    weights = tmp_path / "reader.safetensors"
    history = train(groups, settings, weights, tmp_path / "log.jsonl")
    assert sum(history[-10:]) < 0.5 * sum(history[:10])
    last = json.loads((tmp_path / "log.jsonl").read_text().splitlines()[-1])
    assert last["step"] == len(history)
    assert {path.name for path in tmp_path.iterdir()} == {"reader.safetensors", "log.jsonl"}
    export(weights, tmp_path / "models" / "reader.safetensors")
    reader = Reader(tmp_path / "models" / "reader.safetensors")
    texts = [(title, text) for title, text, _, _ in STORIES]
    assert [best_answer(reader, question, texts) for _, _, question, _ in STORIES] == [one[3] for one in STORIES]
    for number, (_, _, question, _) in enumerate(STORIES):
        relevance = [reading.relevance for reading in reader.read(question, texts)]
        assert relevance.index(max(relevance)) == number


@pytest.mark.model
def test_weights_that_hold_no_numbers_are_not_exported(tmp_path: Path) -> None:
    weights, to = tmp_path / "reader.safetensors", tmp_path / "models" / "reader.safetensors"
    train([group()], replace(SMOKE, epochs=1), weights, tmp_path / "log.jsonl")
    trained = load_file(weights)
    save_file({**trained, "relevance.bias": trained["relevance.bias"] * math.nan}, weights)
    with pytest.raises(ValueError, match="values that are not finite"):
        export(weights, to)
    save_file({key: value.float() for key, value in trained.items()}, weights)
    with pytest.raises(ValueError, match=r"more than the 25,000,000 that may be shipped"):
        export(weights, to)
    assert not to.exists()


class Interrupted(Exception):
    pass


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Several threads add numbers in changing orders, and weights differ in the last digits."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def interrupt_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the training interrupted once it has taken so many steps."""
    untouched = Training.step

    def step(training: Training, batch: Sequence[Drawn], done: float) -> tuple[float, ...]:
        if training.steps == steps:
            raise Interrupted
        return untouched(training, batch, done)

    monkeypatch.setattr(Training, "step", step)


@pytest.mark.model
@pytest.mark.parametrize("statements", [True, False])
def test_an_interrupted_training_goes_on_to_the_weights_of_one_that_ran_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_thread: None, statements: bool
) -> None:
    monkeypatch.setattr("lab.training.train._WINDOW", 4)
    groups = several(8)
    if statements:  # else the support head has never been trained when the checkpoint is written
        groups[1::2] = [replace(one, verdict=number % 3) for number, one in enumerate(groups[1::2])]
    settings = replace(SMOKE, epochs=2, batch_tokens=150, learning_rate=3e-4, checkpoint_every=1, log_every=1)
    through, halted = tmp_path / "through" / "reader.safetensors", tmp_path / "halted" / "reader.safetensors"
    history = train(groups, settings, through, tmp_path / "through.jsonl")
    assert [path.name for path in through.parent.iterdir()] == ["reader.safetensors"]

    counts = [len(one.batches) for one in windows(groups, PairEncoder(), settings)]
    assert len(counts) == 4
    assert counts[3] > 1
    with monkeypatch.context() as patched:  # in the last window, a step after the checkpoint
        interrupt_after(sum(counts[:3]) + 1, patched)
        with pytest.raises(Interrupted):
            train(groups, settings, halted, tmp_path / "halted.jsonl")
    assert [path.name for path in halted.parent.iterdir()] == ["checkpoint.safetensors"]

    assert train(groups, settings, halted, tmp_path / "halted.jsonl") == history[-counts[3] :]
    weights, expected = load_file(halted), load_file(through)
    assert set(weights) == set(expected)
    assert not [key for key in weights if not torch.equal(weights[key], expected[key])]
    assert [path.name for path in halted.parent.iterdir()] == ["reader.safetensors"]
    lines = [json.loads(line) for line in (tmp_path / "halted.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == list(range(1, len(history) + 1))
    assert [line["loss"] for line in lines] == pytest.approx(history, abs=1e-4)


@pytest.mark.model
def test_the_checkpoint_of_another_training_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.training.train._WINDOW", 2)
    settings = replace(SMOKE, epochs=1, checkpoint_every=1)
    weights, log, groups = tmp_path / "reader.safetensors", tmp_path / "log.jsonl", several(4)
    with monkeypatch.context() as patched:
        interrupt_after(1, patched)
        with pytest.raises(Interrupted):
            train(groups, settings, weights, log)
    for others, changed in ((groups, replace(settings, learning_rate=1e-5)), (several(5), settings)):
        with pytest.raises(ValueError, match=r"checkpoint\.safetensors: of other groups or settings; remove it"):
            train(others, changed, weights, log)
    train(groups, replace(settings, log_every=1, checkpoint_every=7), weights, log)  # these do not change the weights
    assert weights.exists()


@pytest.mark.model
def test_training_begins_with_the_weights_of_an_earlier_reader(tmp_path: Path) -> None:
    earlier = state(load_network())
    earlier["relevance.bias"] = torch.tensor([5.0], dtype=torch.float16)
    start, weights = tmp_path / "earlier.safetensors", tmp_path / "new" / "reader.safetensors"
    save_file({key: value for key, value in earlier.items() if not key.startswith("support.")}, start)
    train([group()], replace(SMOKE, epochs=1, learning_rate=1e-7), weights, tmp_path / "log.jsonl", start)
    trained = load_file(weights)
    assert trained["relevance.bias"].item() == 5
    assert not trained["support.weight"].any()  # a head that the earlier reader lacks is sure of nothing
    assert torch.allclose(trained["span.weight"], earlier["span.weight"], atol=1e-4)

    save_file({"other": torch.zeros(1)}, start)
    with pytest.raises(ModelError, match="not those of this network"):
        train([group()], SMOKE, weights, tmp_path / "log.jsonl", start)


def step(*arguments: str | Path, data: Path = DATA, seed: str = "0") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab.training", *map(str, arguments)]
    environment = {**os.environ, "DATELINE_DATA": str(data), "PYTHONHASHSEED": seed}
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=PROJECT, timeout=900)


@pytest.mark.long
@pytest.mark.model
@pytest.mark.timeout(600)
def test_one_command_makes_the_weights_and_the_same_data_make_the_same_groups(tmp_path: Path) -> None:
    data, work = written(tmp_path / "data"), tmp_path / "work"
    run = step("--profile", "smoke", "--work", work, "--results", tmp_path / "results", "--questions", "4", data=data)
    assert run.returncode == 0, run.stderr
    assert "| squad1, given the paragraph | F1 | " in run.stdout
    assert {path.name for path in (tmp_path / "results").iterdir()} == {"smoke.log.jsonl", "smoke.evaluation.json"}
    reader = Reader(work / "smoke" / "models" / "reader.safetensors")
    assert len(reader.read("Who resigned?", [("Minister resigns", STORIES[3][1])])) == 1

    again = step("prepare", "--profile", "smoke", "--work", tmp_path / "again", data=data, seed="1")
    assert again.returncode == 0, again.stderr
    files = [folder / "smoke" / "groups.jsonl.gz" for folder in (work, tmp_path / "again")]
    assert files[0].read_bytes() == files[1].read_bytes()

    groups = load(files[0])
    kinds = {one.kind for one in groups}
    assert kinds == {
        "squad", "squad_unanswerable", "qamr", "scifact", "ramdocs", "blanked", "sentence", "title",
        "paragraphs", "sentence_answers", "unanswerable", "sentences", "swapped", "support",
    }  # fmt: skip
    assert {one.kind for one in groups if one.answerable is None} == {
        "scifact", "sentence", "title", "sentences", "support",
    }  # fmt: skip
    assert {one.kind for one in groups if one.verdict is not None} == {"support"}
    for kind in ("squad", "squad_unanswerable", "qamr"):
        assert [one for one in groups if one.kind == kind and f"hill {REST}?" in one.question], kind
    assert not [text for one in groups if one.kind == "title" for text in one.texts if text.title]
    squad = [one for one in groups if one.kind.startswith("squad")]
    assert len({text.title for one in squad for text in one.texts}) == 7  # of 10 articles every fourth is held out
    assert not [one for one in groups if "newsqa" in one.texts[0].text]
    assert not [one for one in groups if one.kind == "scifact" and "hill 0?" in one.question]  # its test part
    for one in groups:
        marked = one.texts[0].text[one.start : one.end] if one.start >= 0 else None
        assert not marked or not [text for text in one.texts[1:] if marked in text.text], one
        if one.kind in {"squad", "qamr", "ramdocs"}:
            assert marked == next(answer for _, text, _, answer in STORIES if text in one.texts[0].text)


def test_a_step_without_the_one_before_it_says_which_to_run(tmp_path: Path) -> None:
    run = step("train", "--profile", "smoke", "--work", tmp_path)
    assert run.returncode == 1
    assert "run python -m lab.training prepare --profile smoke first" in run.stderr
    missing = step("prepare", "--profile", "smoke", "--work", tmp_path, data=tmp_path)
    assert missing.returncode == 1
    assert "set DATELINE_DATA to its folder" in missing.stderr


@pytest.mark.long
@pytest.mark.data
@pytest.mark.model
@pytest.mark.timeout(900)
@pytest.mark.skipif(not DATA.is_dir(), reason=f"the evaluation data is not in {DATA}")
def test_the_smoke_profile_learns_from_real_articles(tmp_path: Path) -> None:
    for name in ("prepare", "train", "export"):
        run = step(name, "--profile", "smoke", "--work", tmp_path, "--results", tmp_path / "results")
        assert run.returncode == 0, run.stderr
    log = [json.loads(line) for line in (tmp_path / "results" / "smoke.log.jsonl").read_text().splitlines()]
    assert len(log) >= 3
    third = len(log) // 3
    first, last = (sum(line["loss"] for line in part) / third for part in (log[:third], log[-third:]))
    assert last < 0.85 * first
    reader = Reader(tmp_path / "smoke" / "models" / "reader.safetensors")
    (reading,) = reader.read("How many miners were pulled out?", [("Miners freed", MINE)])
    assert reading.spans
