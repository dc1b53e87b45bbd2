import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.text.sentences import sentence_spans
from tests.support.clock import cpu_seconds
from tests.support.places import FIXTURES

FIXTURE = FIXTURES / "sentences.txt"


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


def paragraphs(part: str) -> list[list[str]]:
    """The fixture's paragraphs of one part, each a list of sentences."""
    content = FIXTURE.read_text(encoding="utf-8").split(f"# part: {part}\n")[1].split("# part:")[0]
    return [block.splitlines() for block in content.strip().split("\n\n")]


def boundary_f1(blocks: list[list[str]], text: str) -> float:
    """F1 of exact spans; ``text`` holds the paragraphs with a blank line between them."""
    gold, position = set(), 0
    for block in blocks:
        for sentence in block:
            gold.add((position, position + len(sentence)))
            position += len(sentence) + 1
        position += 1
    found = set(sentence_spans(text))
    return 2 * len(gold & found) / (len(gold) + len(found))


def test_the_fixture_holds_over_200_sentences() -> None:
    tuned, untouched = paragraphs("tuned"), paragraphs("untouched")
    assert sum(map(len, tuned)) >= 140
    assert sum(map(len, untouched)) >= 70


def test_nearly_all_boundaries_of_the_fixture_are_found() -> None:
    blocks = paragraphs("tuned") + paragraphs("untouched")
    assert boundary_f1(blocks, "\n\n".join(" ".join(block) for block in blocks)) >= 0.98


def test_most_boundaries_are_found_in_paragraphs_that_did_not_shape_the_rules() -> None:
    blocks = paragraphs("untouched")
    assert boundary_f1(blocks, "\n\n".join(" ".join(block) for block in blocks)) >= 0.95


@pytest.mark.parametrize("width", [50, 66, 72, 80])
def test_hard_wrapping_a_text_hardly_changes_its_sentences(width: int) -> None:
    blocks = paragraphs("tuned") + paragraphs("untouched")
    wrapper = textwrap.TextWrapper(width, break_long_words=False, break_on_hyphens=False)
    assert boundary_f1(blocks, "\n\n".join(wrapper.fill(" ".join(block)) for block in blocks)) >= 0.98


@pytest.mark.parametrize(
    "sentence",
    [
        "Lt. Col. Dana Whitlock left.",
        "Gov. Lee met Sen. Ortiz and Rep. Doyle.",
        "They sailed at 5 p.m. Friday.",
        "They sailed at 5 p.m. EST.",
        "The U.S. President spoke.",
        "J. K. Farrow and George W. Marsh met C.J. Boyle.",
        "It fell 3.2 percent to $4.50 on Sept. 11.",
        "No. 1 on the list is Peale v. Larkin.",
        '"Why?" he asked.',
        '"Will it last?" Coach Marta Velez wondered.',
        "The minister paused ... then he sat down.",
        "Yahoo! News reported it.",
        "WASHINGTON, D.C. (AP) -- Senators went home.",
        "HARLOW BAY (Reuters) - The port is shut.",
        "(CNN) -- A teacher has won.",
        "THE U.S . FLEET STAYED IN PORT .",
        "Lt. Gen. (ret.) Oscar Brandt came.",
        "See www.example.com or version 2.0.1 now.",
        "She paid Warner Bros. Pictures.",
        "The Kft. Holding is Hungarian.",
    ],
)
def test_what_only_looks_like_an_end_keeps_a_sentence_whole(sentence: str) -> None:
    assert split(sentence + " Then it was over.") == [sentence, "Then it was over."]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("They met in Washington, D.C.", "The senator said no."),
        ("They met in Macon, Ga.", "Police came."),
        ("It opens at 9 a.m.", "The public is not admitted."),
        ("He lives in the U.S.", "However, he votes here."),
        ('"We won."', "He left."),
        ("“We won.”", "He left."),
        ("(Nobody spoke.)", "He left."),
        ("The storm killed 12.", "43 were hurt."),
        ("It closed in Nov.", "The owner died."),
        ("He told The Bank.", "Eurozone shares fell."),
        ("It went on…", "The lawyers left."),
        ("What a night!!!", "Nobody slept."),
        ("Was it a foul?!", "The referee thought not."),
        ("He works for Larkin Inc.", "Shares rose."),
        ("He has one.[12]", "She has two."),
        ("STRIKE FORCE .", "BUT EUROPE WAS NOT READY ."),
        ('HE SAID : " NO . "', "THEN HE LEFT ."),
        ("He said `` no . ''", "Then he left ."),
        ("It is out.", "iPhone owners know."),
    ],
)
def test_two_sentences_are_parted(first: str, second: str) -> None:
    assert split(f"{first} {second}") == [first, second]


def test_a_missing_space_parts_sentences_but_not_names_on_the_web() -> None:
    assert split("The talks failed.The minister left Booking.com alone.") == [
        "The talks failed.",
        "The minister left Booking.com alone.",
    ]


def test_full_stops_of_other_scripts_part_sentences() -> None:
    assert split("大雨下了三天。“河水上涨！”没有人受伤。") == [
        "大雨下了三天。",
        "“河水上涨！”",
        "没有人受伤。",
    ]
    assert split("सच है। वह गया।") == ["सच है।", "वह गया।"]


def test_a_blank_line_always_ends_a_sentence() -> None:
    for blank in ("\n\n", "\n \t\n", "\r\n\r\n", "\u2029"):
        assert split(f"Said Mr.{blank}smith of") == ["Said Mr.", "smith of"]


def test_hard_wrapped_lines_are_read_through_and_indented_ones_begin_anew() -> None:
    text = (
        "The harbour authority closed two of its three piers on Tuesday\n"
        "after divers from Lt. Col. Whitlock's unit found cracks. It will\n"
        "take Harlow Bay a year to mend them, the mayor said\n"
        "    Ferries go on from the third pier, which was built in the last\n"
        "century and has never been closed.\n"
    )
    assert [sentence.replace("\n", " ") for sentence in split(text)] == [
        "The harbour authority closed two of its three piers on Tuesday after divers from Lt. Col. "
        "Whitlock's unit found cracks.",
        "It will take Harlow Bay a year to mend them, the mayor said",
        "Ferries go on from the third pier, which was built in the last century and has never been closed.",
    ]


def test_short_paragraphs_headings_and_list_items_on_lines_of_their_own_are_parted() -> None:
    text = (
        "Bridge closed\nBy Ruth Adeyemi\n"
        "The bridge over the Orrin was closed on Monday after engineers found rust in eleven of its forty "
        "cables\n"
        "What to know:\n- Buses go by the old road\n• Trains do not run\n1. Stay at home.\n2. Call first."
    )
    assert split(text) == text.split("\n")


def test_a_byline_of_short_lines_and_long_unwrapped_lines_are_parted() -> None:
    assert split("By Ruth Adeyemi\nHarbour Wire") == ["By Ruth Adeyemi", "Harbour Wire"]
    long = "Ferries " + "and ferries " * 15 + "sail"
    assert split(f"{long}\n{long}\n{long}") == [long] * 3


def test_only_the_range_asked_for_is_read_and_offsets_stay_those_of_the_text() -> None:
    text = "One here. Two there. Three."
    assert sentence_spans(text, 4, 15) == [(4, 9), (10, 15)]
    assert sentence_spans(text, 10) == [(10, 20), (21, 27)]
    assert sentence_spans(text, 9, 10) == []


pieces = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["Mr. ", "U.S . ", "p.m. ", "(a.) ", "A. ", "1. ", "- b\n", "The ", "word ", "x.The ", "。"]),
    st.sampled_from([". ", "? ", '" ', "'' ", "...", "[1]", "\n", "\r\n", "\n\n", "\t", "\u2028", "\x0b", "\u200b"]),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(pieces, max_size=40).map("".join), st.integers(0, 30), st.integers(0, 200))
def test_every_character_but_white_space_lies_in_exactly_one_span(text: str, start: int, end: int) -> None:
    position = start
    for span_start, span_end in sentence_spans(text, start, end):
        assert position <= span_start < span_end <= end
        assert not text[position:span_start].strip()
        assert not text[span_start].isspace()
        assert not text[span_end - 1].isspace()
        assert "\n\n" not in text[span_start:span_end]
        position = span_end
    assert not text[position:end].strip()


REPEATED = [
    ".",
    "x",
    " ",
    "\n",
    "\r",
    ". ",
    "a.",
    "A. ",
    "Mr. ",
    '." ',
    "(a.) ",
    "a\n",
    "? ",
    "'' . ",
    "。",
    "[1].",
]


@pytest.mark.parametrize("most", [200_000, pytest.param(1_000_000, marks=pytest.mark.long)])
@pytest.mark.parametrize("unit", [*REPEATED, "... ", "ab.Abc ", "The court sat. ", '?" Al Al '])
def test_a_million_characters_take_seconds_and_twice_the_text_twice_the_time(unit: str, most: int) -> None:
    seconds = []
    for length in (most // 2, most):
        text = (unit * length)[:length]
        seconds.append(cpu_seconds(lambda text=text: sentence_spans(text)))
    assert seconds[1] < 10 * most / 1_000_000 + 1
    assert seconds[1] < 3 * seconds[0] + 0.2
