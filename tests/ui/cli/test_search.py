"""``qa search`` and ``qa ask`` in the terminal."""

import csv
import io
import json
import re
from pathlib import Path

import pytest

from tests.conftest import DAM, Qa

pytestmark = pytest.mark.model


def test_search_gives_hits_with_citations_as_json(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, out, _ = qa("search", "How many sensors had drifted?", "-k", 2, "--json")
    found = json.loads(out)
    assert code == 0
    assert found["question"] == found["asked"] == "How many sensors had drifted?"
    assert found["undated_left_out"] == 0
    best = found["hits"][0]
    assert best["rank"] == 1
    assert best["citation"]["quote"] == best["passage"]["text"] == DAM
    assert best["citation"]["published"] == "2015-05-11"
    names = ["bm25", "dense", "article", "title", "topic", "lead", "sentence", "reranker"]
    assert [part["name"] for part in best["why"]] == names


def test_copies_of_a_hit_are_named_with_it(qa: Qa, news: Path, tmp_path: Path) -> None:
    rows = [{"id": f"reprint{n}", "text": DAM, "source": f"Wire {n}", "date": f"2015-05-0{n}"} for n in (1, 2, 3, 4)]
    (tmp_path / "reprints.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    qa("add", news, tmp_path / "reprints.jsonl")
    _, out, _ = qa("search", "How many sensors had drifted?", "-k", 2)
    named = re.search(
        r"also in: (Wire \d, 2015-05-0\d); (Wire \d, 2015-05-0\d); (Wire \d, 2015-05-0\d); … \(4 copies\)", out
    )
    assert named, out
    assert len(set(named.groups())) == 3
    _, out, _ = qa("search", "How many sensors had drifted?", "-k", 2, "--json")
    best, other = json.loads(out)["hits"]
    assert best["citation"]["published"] == "2015-05-11"
    assert {(copy["article_id"], copy["published"], copy["quote"]) for copy in best["copies"]} == {
        (f"reprint{n}", f"2015-05-0{n}", DAM) for n in (1, 2, 3, 4)
    }
    assert other["copies"] == []
    _, out, _ = qa("status", "--json")
    assert json.loads(out)["copied"] == 5
    _, out, _ = qa("ask", "How many of 40 sensors at Verrin had drifted?", "-k", 2)
    assert "(4 copies)" in out


def test_a_date_filter_says_how_many_undated_articles_it_left_out(qa: Qa, news: Path) -> None:
    qa("add", news)
    _, out, _ = qa("search", "Verrin", "--as-of", "2015-05-11", "--json")
    found = json.loads(out)
    assert [hit["citation"]["title"] for hit in found["hits"]] == ["Dam closed"]
    assert found["undated_left_out"] == 1


def test_search_all_gives_every_match_as_a_table_as_json_and_as_csv(qa: Qa, news: Path) -> None:
    with (news / "more.jsonl").open("a") as file:
        row = {
            "id": "=1+1",
            "title": "@Verrin",
            "text": "Verrin \x1b[31m sleeps.",
            "source": "-x",
            "date": "2015-05-30",
        }
        file.write(json.dumps(row) + "\n")
    qa("add", news)
    code, out, _ = qa("search", "verrin", "--all")
    assert code == 0
    assert out.startswith("3 articles, 4 matches\n")
    assert re.search(r"2015-05 +2 +3", out)
    assert re.search(r"1 +Courier +fire +Mill burns", out)
    code, out, _ = qa("search", 'Verrin "sensors had drifted"', "--all", "--json")
    found = json.loads(out)
    assert (code, list(found)) == (0, ["words", "searched", "articles", "totals", "undated_left_out"])
    assert found["searched"] == ["Verrin", "sensors had drifted"]
    (dam,) = found["articles"]
    assert [one["quote"] for one in dam["matches"]] == ["Verrin", "sensors had drifted"]
    assert dam["matches"][1]["citation"]["quote"] == "Engineers found that 11 of 40 sensors had drifted."
    assert found["totals"] == {
        "articles": 1, "matches": 2, "by_source": [{"name": "Courier", "articles": 1, "matches": 2}],
        "by_month": [{"name": "2015-05", "articles": 1, "matches": 2}],
    }  # fmt: skip
    _, out, _ = qa("search", "verrin", "--all", "--csv")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [(row["article_id"], row["field"], row["start"], row["match"]) for row in rows][:2] == [
        ("'=1+1", "title", "1", "Verrin"), ("'=1+1", "text", "0", "Verrin"),
    ]  # fmt: skip
    assert (rows[0]["title"], rows[0]["source"]) == ("'@Verrin", "'-x")
    assert "\x1b" not in out
    assert rows[3]["sentence"] == "A fire destroyed the old mill in Verrin."


def test_search_all_filters_counts_what_is_undated_and_finds_nothing_in_peace(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, out, err = qa("search", "verrin", "--all", "--before", "2016")
    assert (code, out.splitlines()[0]) == (0, "1 article, 1 match")
    assert "1 undated article was left out by the date filter" in err
    code, out, _ = qa("search", "zebra", "--all")
    assert (code, out) == (0, "0 articles, 0 matches\n")
    assert json.loads(qa("search", "zebra", "--all", "--json")[1])["totals"]["articles"] == 0
    assert qa("search", "zebra", "--all", "--csv")[1].count("\n") == 1


def test_search_all_refuses_what_it_has_no_use_for(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, _, err = qa("search", "?!", "--all")
    assert (code, err) == (1, "qa: words='?!': holds no word; give words or a quoted phrase to look for\n")
    for options in (["--all", "-k", "5"], ["--all", "--per-article", "3"], ["--all", "--csv", "--json"], ["--csv"]):
        assert qa("search", "dam", *options)[0] == 2, options


def test_ask_answers_with_the_words_of_the_article(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, out, _ = qa("ask", "How many sensors had drifted?", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["abstained"] is False
    sentence = answer["sentences"][0]
    assert list(sentence) == ["text", "citations", "marks", "notes", "caveat"]
    assert (sentence["text"], sentence["citations"]) == ("Engineers found that 11 of 40 sensors had drifted.", [1])
    assert answer["exact"] == " ".join(sentence["text"][start:end] for start, end in sentence["marks"])
    assert answer["reason"] == ""
    assert answer["citations"][0]["quote"] == "Engineers found that 11 of 40 sensors had drifted."
    _, out, _ = qa("ask", "How many sensors had drifted?")
    assert "Engineers found that 11 of 40 sensors had drifted. [1]" in out


def test_ask_says_so_when_the_archive_holds_no_answer(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, out, _ = qa("ask", "What is the capital of Mongolia?", "--json")
    answer = json.loads(out)
    assert (code, answer["abstained"], answer["citations"], answer["exact"]) == (0, True, [], "")
    assert len(answer["hits"]) == 3


def test_without_a_reader_no_words_are_marked(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, out, _ = qa("ask", "How many sensors had drifted?", "--reader", "none", "--json")
    answer = json.loads(out)
    assert (code, answer["exact"], answer["sentences"][0]["marks"]) == (0, "", [])


def test_the_dates_understood_are_said_beside_the_result(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, out, err = qa("search", "dam in May 2015", "--json")
    assert code == 0
    assert "understood: published from 2015-05-01 to 2015-05-31 (preferred), from “May 2015”" in err
    assert {hit["passage"]["article_id"] for hit in json.loads(out)["hits"]} >= {"vote", "fire"}
    code, out, err = qa("search", "articles before 2016 on the dam", "--json")
    assert "understood: published on or before 2015-12-31 (only these), from “before 2016”" in err
    found = json.loads(out)
    assert [hit["citation"]["title"] for hit in found["hits"]] == ["Dam closed"]
    assert found["undated_left_out"] == 1


def test_an_ask_whose_dates_leave_nothing_says_so(qa: Qa, news: Path) -> None:
    qa("add", news)
    code, out, err = qa("ask", "As of 3 May 1999, who resigned?")
    assert code == 0
    assert "No answer" in out
    assert "published on or before 1999-05-03 (only these)" in err
    assert "no passage has these dates of publication, so none could answer" in err
    code, _, err = qa("ask", "Who resigned?")
    assert (code, err) == (0, "")
