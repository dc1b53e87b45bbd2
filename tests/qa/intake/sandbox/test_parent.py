"""Files parsed in a process of its own: results, crashes and limits, traces."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from qa.archive import ingest
from qa.archive.ingest import AddReport, Callbacks
from qa.errors import InputError
from qa.intake import Defaults, Reading, Rejection, read
from qa.intake.sandbox.child import Child
from qa.intake.sandbox.framing import Frames, encode, frame, made_reading
from qa.intake.sandbox.parent import read_apart
from qa.settings import Limits
from tests.qa.intake.test_reader import STORY, lines, write
from tests.support.places import PROJECT
from tests.support.plain import WordEmbedder

# Takes trafilatura many seconds: a paragraph of inline tags.
SLOW = "<html><body><p>The dam was closed. " + "<b>rain</b> " * 150_000 + "</p></body></html>"
# A record of 18 MB, under every limit but that of memory below: the wave makes each of its letters four bytes wide.
BIG = {"text": "🌊" + "rain " * 3_600_000}
TIGHT = Limits(parse_memory_bytes=120_000_000, parse_deaths=3)


def children() -> set[int]:
    """The processes that this one has started and not reaped."""
    found: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        found |= set(map(int, path.read_text().split()))
    return found


def told(paths: Sequence[Path], limits: Limits = Limits()) -> list[str]:  # noqa: B008
    """What came of each file: its text's first words, or why it was rejected."""
    return [
        one.article.text[:12] if isinstance(one, Reading) else f"{one.line}: {one.reason}"
        for one in read_apart(paths, limits=limits)
    ]


def until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether a condition comes true in so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_what_comes_back_is_what_is_read_here(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", STORY)
    write(tmp_path / os.fsdecode(b"caf\xe9 \xff.txt"), STORY.encode() + b"\n\nRain \xff fell.")
    write(tmp_path / "c.html", "<html><head><title>x</title></head><body></body></html>")
    lines(tmp_path / "d.jsonl", [{"text": "Rain \ud800 fell.", "id": "é\u2028🌊"}, {"text": 7}, {"question": "Who?"}])
    write(tmp_path / "e.exe", "x")
    defaults = Defaults(source="Mere Wire", published="11 May 2015")
    here = list(read([tmp_path, tmp_path / "none.txt"], defaults))
    assert list(read_apart([tmp_path, tmp_path / "none.txt"], defaults)) == here
    assert len(here) == 8
    assert sum(isinstance(one, Reading) for one in here) == 3


def test_a_default_date_must_be_a_date() -> None:
    with pytest.raises(InputError, match="date 'soon' is not understood"):
        read_apart([], Defaults(published="soon"))


def test_a_relative_path_is_read_and_told_as_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "a.txt", STORY)
    (found,) = read_apart(["a.txt"])
    assert found.file == "a.txt"


def test_nothing_in_the_working_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    for name in ("json.py", "struct.py", "qa.py", "sitecustomize.py"):
        write(tmp_path / name, "raise SystemExit('run')")
    assert told([write(tmp_path / "a.txt", STORY)]) == ["The goose ca"]


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(parse_seconds=1), "takes longer than 1 seconds to read (parse_seconds)"),
        (Limits(parse_cpu_seconds=1), "takes more than 1 seconds of a processor to read (parse_cpu_seconds)"),
    ],
    ids=["by the clock", "of a processor"],
)
def test_a_file_that_takes_too_long_is_rejected_and_the_next_is_read(
    tmp_path: Path, limits: Limits, reason: str
) -> None:
    paths = [write(tmp_path / "a.html", SLOW), write(tmp_path / "b.txt", STORY)]
    assert told(paths, limits) == [f"0: {reason}: save its text as .txt and add that", "The goose ca"]


def test_a_record_that_takes_too_much_memory_is_rejected_and_those_around_it_are_read(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.jsonl", [{"text": "One."}, {"text": "Two."}, BIG, {"text": "Four."}, BIG, {"text": "6."}]
    )
    reason = (
        "takes more than 120000000 bytes of memory to read (parse_memory_bytes): split it or leave it out; "
        "reading went on after it"
    )
    assert told([path, write(tmp_path / "b.txt", STORY)], TIGHT) == [
        "One.", "Two.", f"3: {reason}", "Four.", f"5: {reason}", "6.", "The goose ca",
    ]  # fmt: skip


def test_after_many_records_that_end_it_the_rest_of_the_file_is_left(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [{"text": "One."}, BIG, {"text": "Three."}, BIG, {"text": "Five."}])
    found = told([path, write(tmp_path / "b.txt", STORY)], replace(TIGHT, parse_deaths=2))
    assert [one[:7] for one in found] == ["One.", "2: take", "Three.", "4: take", "0: 2 of", "The goo"]
    assert found[4] == "0: 2 of its records ended the process that parses it (parse_deaths): the rest is not read"


def test_what_is_read_may_not_be_larger_than_its_limit(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [{"text": "x" * 6000}, {"text": "Two."}])
    assert told([path], Limits(parse_result_bytes=5000)) == [
        "1: its parsed content is over the limit of 5000 bytes (parse_result_bytes): split it",
        "Two.",
    ]


def test_a_crash_is_the_files_fault_and_named(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a.txt", STORY), write(tmp_path / "b.html", SLOW), write(tmp_path / "c.txt", "Rain.")]
    before = children()
    with closing(read_apart(paths)) as found:
        assert isinstance(next(found), Reading)
        time.sleep(0.3)  # it has begun the next one
        os.kill((children() - before).pop(), signal.SIGSEGV)
        crashed, after = list(found)
    reason = "crashes the process that parses it (SIGSEGV): save its text as .txt and add that"
    assert crashed == Rejection(str(paths[1]), 0, reason)
    assert isinstance(after, Reading)


@pytest.mark.parametrize(
    "answer",
    [b"\xff" * 4, frame(b"7"), frame(b"[7]"), frame(b"[[]]"), frame(b'[["reading", 0]]'), frame(b'[["failed", 7]]')],
    ids=["too long", "no list", "no event", "an empty event", "no reading", "no cause"],
)
def test_a_process_that_tells_nonsense_is_ended_and_its_file_rejected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr("qa.intake.sandbox.child._START", f"import os, time; os.write(1, {answer!r}); time.sleep(60)")
    paths = [write(tmp_path / "a.txt", STORY), write(tmp_path / "b.txt", STORY)]
    reason = "its parsed content is malformed or too long (parse_result_bytes): save its text as .txt and add that"
    assert told(paths) == [f"0: {reason}"] * 2


def test_a_process_reads_many_files_and_then_another_takes_over(tmp_path: Path) -> None:
    for number in range(7):
        write(tmp_path / f"{number}.txt", STORY)
    used: set[int] = set()
    others = children()
    with closing(read_apart([tmp_path], limits=Limits(parse_files=3))) as found:
        for _ in found:
            used |= children()
    assert len(used - others) == 3
    with closing(read_apart([tmp_path])) as found:
        assert len({frozenset(children()) for _ in found}) == 1


def test_a_process_that_retires_within_a_file_says_so_and_nothing_more(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", [{"text": f"Rain {number}."} for number in range(150)])
    limits = Limits(parse_files=1)
    with closing(Child(Defaults(), limits)) as child:
        child.ask(1, str(path), ".jsonl", False, "", 0, 0, [])
        events = list(iter(child.event, None))
        assert [event[0] for event in events] == ["reading"] * 64
        assert (child.retired, child.cause) == (True, "")
    assert told([path], limits) == [f"Rain {number}." for number in range(150)]


def test_nothing_is_left_when_reading_ends_early_or_not(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a.txt", STORY), write(tmp_path / "b.html", SLOW)]
    before, opened = children(), len(os.listdir("/proc/self/fd"))  # noqa: PTH208
    reading = read_apart(paths)
    next(reading)
    assert len(children() - before) == 1
    reading.close()
    assert list(read_apart(paths[:1]))
    assert children() == before
    assert len(os.listdir("/proc/self/fd")) == opened  # noqa: PTH208


def test_an_interrupt_leaves_no_process(tmp_path: Path, embedder: WordEmbedder) -> None:
    before = children()
    report = AddReport()

    def interrupt(one: Reading | Rejection) -> None:
        raise KeyboardInterrupt

    paths = [write(tmp_path / "a.txt", STORY), write(tmp_path / "b.html", SLOW)]
    with pytest.raises(KeyboardInterrupt):
        ingest.add(tmp_path / "archive", paths, embedder, callbacks=Callbacks(read=interrupt), report=report)
    assert children() == before
    assert report.given == 0


def test_it_dies_with_the_one_who_started_it_also_in_the_middle_of_a_file(tmp_path: Path) -> None:
    write(tmp_path / "a.html", SLOW)
    code = (
        "import sys, threading, time; from tests.qa.intake.sandbox.test_parent import children, read_apart\n"
        "threading.Thread(target=lambda: list(read_apart([sys.argv[1]])), daemon=True).start()\n"
        "while not children(): time.sleep(0.02)\n"
        "time.sleep(0.7); print(*children(), flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "a.html")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as started:
        assert started.stdout
        child = Path(f"/proc/{int(started.stdout.readline())}")
        assert child.exists()
        started.kill()
        # Its new parent may not have reaped it yet: then it is a zombie, which has no command line.
        assert until(lambda: not child.exists() or (child / "cmdline").read_bytes() == b"", seconds=3)


def test_it_loads_nothing_heavy() -> None:
    heavy = ["torch", "numpy", "faiss", "gradio", "tantivy", "datasketch", "trafilatura", "lxml", "dateparser", "rich"]
    code = f"import sys, qa.intake.sandbox.worker; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_it_can_write_no_file_and_open_few(tmp_path: Path) -> None:
    code = (
        "import sys; from qa.intake.sandbox.worker import _restrict\n"
        "from qa.settings import Limits; _restrict(Limits())\n"
        "try: open(sys.argv[1], 'w').write('x' * 10000)\n"
        "except OSError as error: print(error.strerror)\n"
        "try: kept = [open('/dev/null') for _ in range(100)]\n"
        "except OSError as error: print(error.strerror)\n"
        "try: bytearray(1 << 31)\n"
        "except MemoryError: print('no memory')"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "x")], capture_output=True, text=True)
    assert done.stdout == "File too large\nToo many open files\nno memory\n"


def test_a_frame_comes_whole_or_not_at_all() -> None:
    frames = Frames(100)
    content = frame(encode(["é\udcff", 7]))
    for place in range(len(content) - 1):
        frames.feed(content[place : place + 1])
        assert frames.take() is None
    frames.feed(content[-1:] + content)
    assert frames.take() == ["é\udcff", 7]
    assert frames.take() == ["é\udcff", 7]
    assert frames.take() is None
    frames.feed(frame(b"[" + b" " * 100 + b"]"))
    with pytest.raises(ValueError, match="a frame of 102 bytes"):
        frames.take()


@pytest.mark.parametrize(
    "values",
    [
        [],
        [1, ["x"] * 10, [], []],
        [1, ["x"] * 12, [], []],
        [1, [*["x"] * 10, 7], [], []],
        ["1", ["x"] * 11, [], []],
        [1, ["x"] * 11, [[1, 2, 3]], []],
        [1, ["x"] * 11, [], [None]],
        [1, ["x"] * 11, 7, []],
        [1, None, [], []],
    ],
)
def test_what_makes_no_reading_is_refused(values: list[object]) -> None:
    with pytest.raises(ValueError, match=r"not a reading|unpack"):
        made_reading(values, "a.txt")
