import math
from importlib.resources import files
from pathlib import Path

import pytest

from qa.errors import ModelError
from qa.models.passage_reader import Verdict
from qa.models.reader import WEIGHTS, Pair, PairEncoder, Reader, load_reader, padded

DAM = (
    "Dam at Verrin closed",
    "The dam at Verrin was closed on Monday. Engineers found that 11 of 40 sensors had drifted. Fishing goes on.",
)
FIRE = ("Mill burns", "A fire destroyed the old mill at Ostra. Nobody was hurt, the mayor said.")

pytestmark = pytest.mark.model


def test_a_pair_points_at_the_characters_of_its_passage() -> None:
    (pair,) = PairEncoder().encode("How many?", [("A title", "Eleven sensors.")])
    assert len(pair.ids) == len(pair.segments) == 4 + 1 + 3 + 4  # with [CLS] and three [SEP]
    words = ["Eleven sensors."[start:end] for start, end in pair.offsets]
    assert words == ["Eleven", "sensors", "."]
    assert pair.last - pair.first == 3
    assert pair.segments[pair.first] == 1
    assert pair.segments[0] == 0


def test_an_empty_title_takes_no_place() -> None:
    (bare,) = PairEncoder().encode("How many?", [("", "Eleven sensors.")])
    (titled,) = PairEncoder().encode("How many?", [("A title", "Eleven sensors.")])
    assert len(titled.ids) - len(bare.ids) == 3


def test_a_long_passage_is_read_in_windows_that_overlap() -> None:
    text = "sensor " * 1000
    pairs = PairEncoder().encode("How many?", [("", text), ("", "short")], windowed=True)
    assert [pair.passage for pair in pairs] == [0] * (len(pairs) - 1) + [1]
    assert all(len(pair.ids) <= 384 for pair in pairs)
    covered = {offset for pair in pairs[:-1] for offset in pair.offsets}
    assert len(covered) == 1000
    assert pairs[0].offsets[-64:] == pairs[1].offsets[:64]


def test_the_packaged_reader_marks_the_answer_and_ranks_its_passage_first() -> None:
    dam, fire = load_reader().read("How many sensors had drifted?", [DAM, FIRE])
    best = dam.spans[0]
    assert "11" in DAM[1][best.start : best.end]
    assert dam.relevance > fire.relevance
    assert dam.answerable > fire.answerable


def test_an_answer_at_the_end_of_a_long_passage_is_found() -> None:
    before = "Schools were closed for a day. " * 150
    text = before + DAM[1]
    (reading,) = load_reader().read("How many sensors had drifted?", [("", text)])
    assert reading.spans[0].start >= len(before)
    assert text[reading.spans[0].start : reading.spans[0].end] in DAM[1]


def test_an_empty_list_is_read() -> None:
    assert load_reader().read("How many?", []) == []


def test_a_passage_is_read_the_same_beside_others() -> None:
    (alone,) = load_reader().read("How many sensors had drifted?", [DAM])
    beside = load_reader().read("How many sensors had drifted?", [DAM, FIRE, FIRE])[0]
    assert alone.relevance == pytest.approx(beside.relevance, abs=0.1)  # bfloat16 where the processor has it
    assert alone.spans[0].start == beside.spans[0].start


def test_weights_that_are_no_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.safetensors").write_bytes(b"nothing")
    with pytest.raises(ModelError, match=r"reader .*broken\.safetensors: cannot be loaded"):
        Reader(tmp_path / "broken.safetensors")
    with pytest.raises(ModelError, match=r"missing\.safetensors"):
        Reader(tmp_path / "missing.safetensors")


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import save_file

    save_file({"other": torch.zeros(1)}, tmp_path / "other.safetensors")
    with pytest.raises(ModelError, match="not those of this network"):
        Reader(tmp_path / "other.safetensors")


def changed_weights(file: Path, support: dict[str, list[float]]) -> Path:
    """Write the packaged weights with another support head: its rows all zero, and these biases."""
    import torch
    from safetensors.torch import load, save_file

    state = load((files("qa.models") / "weights" / WEIGHTS).read_bytes())
    kept = {key: value for key, value in state.items() if not key.startswith("support.")}
    half = {key: torch.tensor(value, dtype=torch.float16) for key, value in support.items()}
    save_file({**kept, **half}, file)
    return file


def test_weights_without_the_support_head_are_sure_of_nothing(tmp_path: Path) -> None:
    reader = Reader(changed_weights(tmp_path / "older.safetensors", {}))
    for reading in reader.read("The dam was closed.", [DAM, FIRE]):
        assert reading.verdict == Verdict(*[pytest.approx(1 / 3)] * 3)
    assert reader.read("How many sensors had drifted?", [DAM])[0].spans


def test_the_support_head_gives_the_verdict(tmp_path: Path) -> None:
    support = {"support.weight": [[0.0] * 384] * 3, "support.bias": [math.log(6), math.log(3), 0.0]}
    reader = Reader(changed_weights(tmp_path / "newer.safetensors", support))
    (reading,) = reader.read("The dam was closed.", [DAM])
    expected = pytest.approx((0.6, 0.3, 0.1), abs=0.01)  # float16
    assert (reading.verdict.supports, reading.verdict.contradicts, reading.verdict.neither) == expected


def test_the_verdict_on_a_long_passage_is_that_of_its_most_relevant_window(tmp_path: Path) -> None:
    rows = [[math.sin(row * 384 + column) for column in range(384)] for row in range(3)]
    support = {"support.weight": rows, "support.bias": [0.0, 0.0, 0.0]}
    reader = Reader(changed_weights(tmp_path / "newer.safetensors", support))
    question, text = "How many sensors had drifted?", "Schools were closed for a day. " * 80 + DAM[1]
    windows = PairEncoder().encode(question, [("", text)], windowed=True)
    alone = [reader.read(question, [("", text[one.offsets[0][0] : one.offsets[-1][1]])])[0] for one in windows]
    assert len(alone) > 1
    assert max(alone, key=lambda one: one.relevance) is alone[-1]
    (whole,) = reader.read(question, [("", text)])
    assert whole.verdict.supports == pytest.approx(alone[-1].verdict.supports, abs=0.02)
    assert abs(whole.verdict.supports - alone[0].verdict.supports) > 0.1


def test_weights_with_half_a_support_head_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not those of this network"):
        Reader(changed_weights(tmp_path / "half.safetensors", {"support.bias": [0.0, 0.0, 0.0]}))


def test_batches_come_in_few_lengths() -> None:
    pairs = [Pair([1] * length, [0] * length, 1, length, []) for length in (3, 33, 40)]
    assert [one.shape for one in padded(pairs, 32)] == [(3, 64)] * 3
    assert [int(row.sum()) for row in padded(pairs, 32)[2]] == [3, 33, 40]
    assert padded(pairs[1:2])[0].shape == (1, 33)
