"""The terminal, in process and with the packaged embedder; each test is a thing that a user types."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import VOTE, Qa

pytestmark = pytest.mark.model

QA = Path(sys.executable).with_name("qa")


def test_added_articles_are_counted_and_acknowledged(qa: Qa, news: Path) -> None:
    code, out, err = qa("add", news, "--json")
    report = json.loads(out)
    assert code == 0
    assert {key: report[key] for key in ("given", "added", "updated", "unchanged", "rejected")} == {
        "given": 3, "added": 3, "updated": 0, "unchanged": 0, "rejected": [],
    }  # fmt: skip
    lines = [json.loads(line)["acknowledged"] for line in err.splitlines() if line.startswith('{"acknowledged"')]
    assert sorted(i for line in lines for i in line)[1:] == ["fire", "vote"]
    code, out, _ = qa("add", news, "--json")
    assert (code, json.loads(out)["unchanged"]) == (0, 3)


def test_a_bad_line_is_rejected_with_its_number_and_the_rest_goes_on(qa: Qa, news: Path) -> None:
    with (news / "more.jsonl").open("a") as file:
        file.write('{"id": "broken", "text": \n{"id": "empty", "text": " "}\n')
    code, out, _ = qa("add", news, "--json")
    report = json.loads(out)
    assert code == 3
    assert report["given"] == 5
    assert report["added"] == 3
    assert [(Path(r["file"]).name, r["line"]) for r in report["rejected"]] == [("more.jsonl", 3), ("more.jsonl", 4)]


def test_nothing_but_rejections_exits_1(qa: Qa, tmp_path: Path) -> None:
    code, out, err = qa("add", tmp_path / "nowhere")
    assert code == 1
    assert "rejected" in err
    assert out.startswith("1 given = 0 added + 0 updated + 0 unchanged + 1 rejected")


def test_what_a_file_does_not_say_can_be_given(qa: Qa, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        "Storm over Ostra\n\nA storm broke windows in Ostra. Nobody was hurt in the storm.\n"
    )
    assert (
        qa("add", tmp_path / "a.txt", "--source", "VICE News", "--date", "2015-05-11", "--url", "https://x.example")[0]
        == 0
    )
    _, out, _ = qa("list", "--json")
    (listed,) = json.loads(out)["articles"]
    assert (listed["source"], listed["published"], listed["url"]) == ("VICE News", "2015-05-11", "https://x.example")
    code, _, err = qa("add", tmp_path / "a.txt", "--date", "yesterday")
    assert (code, "--date 'yesterday' is not a date" in err) == (1, True)


def test_a_dry_run_shows_how_files_would_be_read_and_changes_nothing(qa: Qa, news: Path, tmp_path: Path) -> None:
    code, out, _ = qa("add", news, "--dry-run")
    assert code == 0
    assert "Dam closed" in out
    assert "2015-05-11" in out
    assert not (tmp_path / "archive").exists()


def test_show_remove_and_list_speak_of_the_same_articles(qa: Qa, news: Path) -> None:
    qa("add", news)
    _, out, _ = qa("show", "vote", "--json")
    assert json.loads(out)["text"] == VOTE
    assert qa("show", "nobody")[0] == 1
    (news / "more.jsonl").write_text(json.dumps({"id": "vote", "title": "Mayor stays", "text": "She stays."}) + "\n")
    qa("add", news / "more.jsonl")
    digest = hashlib.sha256(VOTE.encode()).hexdigest()
    code, out, err = qa("show", "vote")
    assert (code, "She stays." in out) == (0, True)
    assert re.fullmatch(rf"earlier version until [^ ]+: --digest {digest[:12]}\n", err)
    code, out, _ = qa("show", "vote", "--digest", digest[:12])
    assert (code, VOTE in " ".join(out.split())) == (0, True)
    code, _, err = qa("show", "vote", "--digest", "abc")
    assert (code, "no version with digest 'abc'" in err) == (1, True)
    code, out, err = qa("remove", "vote", "nobody", "--json")
    assert (code, json.loads(out)) == (3, {"removed": 1, "unknown": ["nobody"]})
    assert "article 'nobody': is not in the archive" in err
    _, out, _ = qa("list", "--json")
    assert {listed["title"] for listed in json.loads(out)["articles"]} == {"Dam closed", "Mill burns"}


def test_status_verify_and_rebuild(qa: Qa, news: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    qa("add", news)
    _, out, _ = qa("status", "--json")
    status = json.loads(out)
    assert (status["articles"], status["passages"], status["undated"]) == (3, 3, 1)
    assert status["stamp"]["settings"] == {
        "embedder": "all-MiniLM-L6-v2", "max_tokens": 240, "overlap_sentences": 0, "precision": "float32",
    }  # fmt: skip
    code, out, _ = qa("verify", "--json")
    assert (code, json.loads(out)) == (0, {"ok": True, "articles": 3, "passages": 3, "problems": []})
    for file in (tmp_path / "archive" / "generations").glob("passages-*/*.term"):
        file.write_bytes(b"x")
    code, out, _ = qa("verify", "--json")
    assert (code, json.loads(out)["ok"]) == (1, False)
    code, out, _ = qa("search", "dam")
    assert (code, "Dam closed" in out) == (0, True)
    assert "is damaged; the articles are safe, rebuild the index with: qa rebuild" in caplog.text
    assert json.loads(qa("rebuild", "--json")[1]) == {"passages": 3}
    assert qa("verify")[0] == 0
    assert qa("search", "dam")[0] == 0


def test_an_evaluation_is_measured_written_and_compared(qa: Qa, news: Path, tmp_path: Path) -> None:
    qa("add", news)
    rows = [
        {"id": "1", "question": "Who resigned on Friday?", "answers": ["The mayor of Ostra"], "type": "fact",
         "evidence": [{"article_id": "vote", "text": "The mayor of Ostra resigned on Friday."}]},
        {"id": "2", "question": "What is the capital of Mongolia?", "answerable": False, "type": "unanswerable"},
    ]  # fmt: skip
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    code, out, _ = qa("eval", file, "--out", tmp_path / "run", "--json")
    report = json.loads(out)
    assert code == 0
    assert set(report) == {
        "questions", "passage", "article", "answers", "abstention", "latency_ms", "risk_coverage", "calibration",
        "verdicts", "detectable", "by_type", "by_source",
    }  # fmt: skip
    assert json.loads((tmp_path / "run" / "settings.json").read_text())["ask"]["reader"] == "packaged"
    assert set(report["by_source"]) == {"Harbour Wire", "unknown"}
    assert report["passage"]["answer"]["mrr@10"]["value"] == 1.0
    assert report["abstention"]["recall"]["value"] == 1.0
    names = {path.name for path in (tmp_path / "run").iterdir()}
    assert names == {"settings.json", "report.json", "latency.json", "questions.jsonl", "run.trec", "report.html"}
    code, out, _ = qa("compare", tmp_path / "run", tmp_path / "run", "--json")
    assert code == 0
    assert all(measure["difference"] == 0 for measure in json.loads(out)["measures"])


def test_an_evaluation_is_made_with_the_reader_that_is_named(qa: Qa, news: Path, tmp_path: Path) -> None:
    qa("add", news)
    question = {"question": "Who resigned?", "answers": ["mayor"], "evidence": [{"article_id": "vote", "text": VOTE}]}
    (tmp_path / "q.jsonl").write_text(json.dumps(question) + "\n")
    assert qa("eval", tmp_path / "q.jsonl", "--reader", "none", "--out", tmp_path / "run")[0] == 0
    assert json.loads((tmp_path / "run" / "settings.json").read_text())["ask"]["reader"] == "none"


def test_a_sweep_is_one_table_and_goes_on_where_it_stopped(qa: Qa, news: Path, tmp_path: Path) -> None:
    qa("add", news)
    question = {"question": "Who resigned?", "answers": ["mayor"], "evidence": [{"article_id": "vote", "text": VOTE}]}
    (tmp_path / "q.jsonl").write_text(json.dumps(question) + "\n")
    (tmp_path / "s.toml").write_text(
        '[[set]]\nname = "news"\nquestions = "q.jsonl"\n[[run]]\nname = "both"\n'
        '[[run]]\nname = "words"\nsettings = {dense_weight = 0}\n'
    )
    code, out, err = qa("sweep", tmp_path / "s.toml", "--out", tmp_path / "runs", "--json")
    table = json.loads(out)
    assert code == 0
    assert [(one["set"], one["run"]) for one in table["runs"]] == [("news", "both"), ("news", "words")]
    assert json.loads((tmp_path / "runs" / "table.json").read_text()) == table
    assert "news: words: 1 questions" in err
    code, out, err = qa("sweep", tmp_path / "s.toml", "--out", tmp_path / "runs")
    assert (code, "news: words: reused; to run it again remove" in err) == (0, True)
    assert "news: article.hit@1\n" in out
    assert "words  1.000 [1.000, 1.000]  +0.000 [+0.000, +0.000]   1.0000  1.0000    -" in out
    (tmp_path / "s.toml").write_text('[[set]]\nname = "news"\nquestion = "q.jsonl"\n[[run]]\nname = "both"\n')
    code, _, err = qa("sweep", tmp_path / "s.toml", "--out", tmp_path / "runs")
    assert (code, err.count("\n"), "s.toml: set 'news': questions: is missing; give a string" in err) == (1, 1, True)


def test_a_missing_archive_is_one_line_that_says_what_to_do(qa: Qa) -> None:
    for command in (["ask", "x"], ["search", "x"], ["list"], ["status"], ["verify"], ["chat"], ["rebuild"]):
        code, out, err = qa(*command)
        assert (code, out, err.count("\n")) == (1, "", 1), command
        assert "qa add FOLDER" in err


def test_wrong_usage_exits_2(qa: Qa) -> None:
    assert qa("search")[0] == 2
    assert qa("search", "x", "-k", "0")[0] == 2
    assert qa("nonsense")[0] == 2


def test_control_characters_of_articles_never_reach_the_terminal(qa: Qa, tmp_path: Path) -> None:
    row = {
        "id": "e\x1b[31m",
        "title": "Red \x1b[31m title \u202e",
        "text": "Plain words \x1b]0;x\x07 here.",
        "source": "S\x9b",
    }
    (tmp_path / "a.jsonl").write_text(json.dumps(row) + "\n")
    qa("add", tmp_path / "a.jsonl")
    for command in (["list"], ["search", "plain words"], ["ask", "plain words"]):
        _, out, err = qa(*command)
        assert not any(c in out + err for c in "\x1b\x07\x9b\u202e"), command


def test_help_is_quick_and_names_every_command() -> None:
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        done = subprocess.run([QA, "--help"], capture_output=True, text=True, check=True)
        times.append(time.perf_counter() - begun)
    commands = (
        "add",
        "list",
        "show",
        "search",
        "ask",
        "eval",
        "sweep",
        "compare",
        "status",
        "verify",
        "rebuild",
        "remove",
        "chat",
    )
    assert all(f"  {command} " in done.stdout for command in commands)
    # 0.5 s is the goal on an idle machine; twice that leaves room for what else the machine does.
    assert min(times) < 1.0


def test_an_interrupt_keeps_what_was_acknowledged(tmp_path: Path) -> None:
    sentence = "Report {n} says that the river rose by {n} feet and that the bridge at Verrin was closed. "
    rows = [{"id": f"r{n}", "text": sentence.format(n=n) * 60} for n in range(400)]
    (tmp_path / "many.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    environment = {**os.environ, "QA_ARCHIVE": str(tmp_path / "archive")}
    process = subprocess.Popen(
        [QA, "add", "--json", str(tmp_path / "many.jsonl")], env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        # A shell starts what runs in the background with SIGINT ignored, and the tests may.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stderr is not None
    acknowledged: list[str] = []
    while not acknowledged:
        line = process.stderr.readline()
        assert line, "the command ended before anything was acknowledged"
        acknowledged = json.loads(line)["acknowledged"] if line.startswith("{") else []
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    acknowledged += [i for line in err.splitlines() if line.startswith("{") for i in json.loads(line)["acknowledged"]]
    assert process.returncode == 130
    assert json.loads(out)["added"] == len(acknowledged)
    done = subprocess.run([QA, "list", "--json"], env=environment, capture_output=True, text=True, check=True)
    assert sorted(listed["id"] for listed in json.loads(done.stdout)["articles"]) == sorted(acknowledged)


def test_an_interrupt_says_so(tmp_path: Path) -> None:
    rows = "".join(json.dumps({"text": f"Rain fell on day {n}."}) + "\n" for n in range(5000))
    (tmp_path / "many.jsonl").write_text(rows)
    with subprocess.Popen(
        [QA, "add", "--dry-run", str(tmp_path / "many.jsonl")], text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline().startswith(str(tmp_path))  # the rest is more than the pipe holds
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[1] == "qa: interrupted\n"
    assert process.returncode == 130


@pytest.mark.offline
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="needs root and unshare")
def test_add_ask_and_eval_work_without_a_network(news: Path, tmp_path: Path) -> None:
    question = {"question": "Who resigned?", "answers": ["mayor"], "evidence": [{"article_id": "vote", "text": VOTE}]}
    (tmp_path / "q.jsonl").write_text(json.dumps(question) + "\n")
    script = f"""
        ip link set lo up
        ip -o link | grep -qv ' lo:' && exit 9
        set -e
        {QA} add {news}
        {QA} ask 'How many sensors had drifted?'
        {QA} eval {tmp_path}/q.jsonl
    """
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", script], env={**os.environ, "QA_ARCHIVE": str(tmp_path / "archive")},
        capture_output=True, text=True, timeout=180,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "11 of 40 sensors had drifted. [1]" in done.stdout
