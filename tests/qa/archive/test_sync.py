import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from qa.archive import ingest, sync
from qa.archive.archive import Archive
from qa.archive.ingest import AddReport
from qa.archive.storage.origins import is_gone, origin_of
from qa.archive.writer import ArchiveWriter
from qa.errors import BusyError, InputError
from tests.support.plain import WordEmbedder

TEXTS = {
    name: f"The {name} of Verrin was closed on Monday, engineers said." for name in ("dam", "mill", "port", "pier")
}


@pytest.fixture
def folder(tmp_path: Path, embedder: WordEmbedder) -> Path:
    """Four articles in files of their own, two of them in a folder below, and an archive of them."""
    news = tmp_path / "news"
    (news / "sub").mkdir(parents=True)
    for name, text in TEXTS.items():
        (news / ("sub" if name.startswith("p") else "") / f"{name}.txt").write_text(f"{text}\n")
    add(news, embedder)
    return news


def add(news: Path, embedder: WordEmbedder) -> AddReport:
    return ingest.add(news.parent / "archive", [news], embedder)


def synced(news: Path, embedder: WordEmbedder) -> tuple[set[str], int]:
    """Add and remove without asking; return what lost its file, by the name of it, and how many articles are left."""
    known = sync.count_known(news.parent / "archive", [news])
    add(news, embedder)
    plan = sync.plan(news.parent / "archive", [news], known)
    assert sync.carry_out(news.parent / "archive", [news], plan) == len(plan.gone)
    return {Path(one.file).name for one in plan.gone}, len(texts(news))


def texts(news: Path) -> set[str]:
    archive = Archive(news.parent / "archive")
    with archive.view() as view:
        found = {archive_article.text for one in view.articles() if (archive_article := view.article(one.id))}
    archive.close()
    return found


def test_only_the_articles_whose_file_is_gone_are_removed(folder: Path, embedder: WordEmbedder) -> None:
    assert synced(folder, embedder) == (set(), 4)
    (folder / "dam.txt").unlink()
    (folder / "sub" / "pier.txt").unlink()
    assert synced(folder, embedder) == ({"dam.txt", "pier.txt"}, 2)
    assert {text[4:8].strip() for text in texts(folder)} == {"mill", "port"}
    shutil.rmtree(folder / "sub")
    assert synced(folder, embedder) == ({"port.txt"}, 1)


def test_a_moved_file_is_not_removed_and_not_embedded_again(folder: Path, embedder: WordEmbedder) -> None:
    before = Archive(folder.parent / "archive")
    with before.view() as view:
        ids = {one.id for one in view.articles()}
    (folder / "sub").rename(folder / "other")
    (folder / "dam.txt").rename(folder / "other" / "renamed.txt")
    report = add(folder, embedder)
    assert (report.unchanged, report.embedded) == (4, 0)
    assert synced(folder, embedder) == (set(), 4)
    with before.view() as view:
        assert {one.id for one in view.articles()} == ids
    # Its old places are forgotten, so the articles go when the new ones do.
    (folder / "other" / "renamed.txt").unlink()
    assert synced(folder, embedder) == ({"renamed.txt"}, 3)


def test_an_article_that_lies_elsewhere_too_stays(folder: Path, embedder: WordEmbedder) -> None:
    copies = folder.parent / "copies"
    shutil.copytree(folder, copies)
    ingest.add(folder.parent / "archive", [copies], embedder)
    shutil.rmtree(folder / "sub")
    assert synced(folder, embedder) == (set(), 4)
    shutil.rmtree(copies)
    (folder / "mill.txt").unlink()
    assert synced(folder, embedder) == ({"mill.txt"}, 3)  # the two of sub came from copies last, which nobody compares


def test_what_was_read_from_elsewhere_is_never_looked_at(folder: Path, embedder: WordEmbedder) -> None:
    beside = folder.parent / "newsroom"  # its path begins as the folder's does
    beside.mkdir()
    (beside / "fire.txt").write_text("A fire destroyed the old mill. Nobody was hurt.\n")
    ingest.add(folder.parent / "archive", [beside], embedder)
    (beside / "fire.txt").unlink()
    assert synced(folder, embedder) == (set(), 5)


def test_a_folder_is_known_by_its_real_path(folder: Path, embedder: WordEmbedder) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    (folder / "dam.txt").unlink()
    plan = sync.plan(folder.parent / "archive", [link], 4)
    assert [Path(one.file).name for one in plan.gone] == ["dam.txt"]
    (folder / "new.txt").write_text("A new pier was opened in Ostra on Sunday.\n")
    ingest.add(folder.parent / "archive", [link], embedder)
    (folder / "new.txt").unlink()
    assert len(sync.plan(folder.parent / "archive", [folder], 4).gone) == 2
    link.unlink()
    assert len(sync.plan(folder.parent / "archive", [folder], 4).gone) == 1  # where that link led nobody knows now


def test_a_file_that_cannot_be_read_keeps_its_article(folder: Path, embedder: WordEmbedder) -> None:
    (folder / "dam.txt").write_bytes(b"\x00\x01broken" * 50)
    (folder / "mill.txt").write_text("")
    assert len(add(folder, embedder).rejected) == 2
    assert synced(folder, embedder) == (set(), 4)
    (folder / "dam.txt").unlink()
    (folder / "dam.txt").symlink_to(folder / "nowhere")  # a link to nothing is still there
    assert synced(folder, embedder) == (set(), 4)


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed who may not read")
def test_a_folder_below_that_cannot_be_read_keeps_its_articles(folder: Path) -> None:
    for above in (folder, *folder.parents):
        if above != Path("/tmp") and above.is_relative_to("/tmp"):
            above.chmod(0o755)
    for path in (folder.parent / "archive").rglob("*"):
        path.chmod(0o777)
    (folder.parent / "archive").chmod(0o777)
    (folder / "dam.txt").unlink()
    (folder / "sub").chmod(0)
    child = os.fork()
    if child == 0:
        try:
            os.setgid(65534)
            os.setuid(65534)
            gone = sync.plan(folder.parent / "archive", [folder], 4).gone
            os._exit(0 if [Path(one.file).name for one in gone] == ["dam.txt"] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    (folder / "sub").chmod(0o755)


def test_records_stay_while_their_file_is_there_and_go_with_it(folder: Path, embedder: WordEmbedder) -> None:
    rows = [{"id": f"2015/05/../{n}", "text": f"Report {n} says the river rose {n} feet."} for n in range(3)]
    file = folder / "export.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*rows, {"text": "One without an id was found."}]))
    assert add(folder, embedder).added == 4
    file.write_text(json.dumps(rows[0]) + "\nbroken\n")  # an export may hold only the newest
    assert synced(folder, embedder) == (set(), 8)
    file.unlink()
    assert synced(folder, embedder) == ({"export.jsonl"}, 4)


def test_an_archive_from_before_learns_where_records_lie(folder: Path, embedder: WordEmbedder) -> None:
    file = folder / "export.jsonl"
    file.write_text(json.dumps({"id": "r", "text": "The river rose."}) + "\n")
    ingest.add(folder.parent / "archive", [file], embedder, known_by_file=False)
    assert sync.count_known(folder.parent / "archive", [folder]) == 4
    add(folder, embedder)
    assert sync.count_known(folder.parent / "archive", [folder]) == 5


def test_a_name_that_is_not_utf8_is_found_again(tmp_path: Path) -> None:
    path = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")
    assert is_gone(origin_of(path))
    Path(path).write_text("x")
    assert origin_of(path).endswith(r"caf\udce9.txt")
    assert not is_gone(origin_of(path))
    assert not is_gone(origin_of(path, "a record"))


@pytest.mark.parametrize(
    ("count", "gone", "most"),
    [(4, 4, True), (4, 3, False), (1, 1, True), (40, 20, False), (40, 21, True), (4, 0, False), (0, 0, False)],
)
def test_when_most_of_a_folder_is_gone_that_may_be_a_mistake(count: int, gone: int, most: bool) -> None:
    lost = tuple(sync.Gone(str(number), "", "") for number in range(gone))
    assert sync.Plan(lost, (), count).most is most


def test_what_is_no_whole_folder_is_refused_before_anything_is_added(folder: Path) -> None:
    for path, message in ((folder / "none", "no such folder"), (folder / "dam.txt", "is not a folder")):
        with pytest.raises(InputError, match=f"{path.name}: {message}"):
            sync.check_folders([folder, path])


def test_what_was_not_shown_is_not_removed(folder: Path) -> None:
    archive = folder.parent / "archive"
    (folder / "dam.txt").unlink()
    plan = sync.plan(archive, [folder], 4)
    (folder / "mill.txt").unlink()
    assert sync.carry_out(archive, [folder], plan) == 1
    (folder / "dam.txt").write_text("It is back.")
    (folder / "mill.txt").write_text("It is back.")
    assert len(texts(folder)) == 3


def test_when_the_folder_is_gone_by_then_nothing_is_removed(folder: Path) -> None:
    archive = folder.parent / "archive"
    (folder / "dam.txt").unlink()
    plan = sync.plan(archive, [folder], 4)
    folder.rename(folder.parent / "unmounted")
    with pytest.raises(InputError, match="no such folder"):
        sync.carry_out(archive, [folder], plan)
    with Archive(archive).view() as view:
        assert view.count() == 4


def test_from_the_last_look_to_the_removal_nobody_else_writes(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, plan = folder.parent / "archive", sync.plan
    (folder / "dam.txt").unlink()
    agreed = plan(archive, [folder], 4)
    refused = []

    def look(*arguments: Any) -> sync.Plan:
        with pytest.raises(BusyError) as told:
            ArchiveWriter(archive)
        refused.append(told.value)
        return plan(*arguments)

    monkeypatch.setattr(sync, "plan", look)
    assert sync.carry_out(archive, [folder], agreed) == 1
    assert len(refused) == 1


def test_a_comparison_asks_once_and_removes_only_what_is_agreed_to(news: Path, embedder: WordEmbedder) -> None:
    folder, archive = news, news.parent / "archive"
    ingest.add(archive, [folder], embedder)
    comparison = sync.Comparison.begin(archive, [folder])
    asked: list[sync.Plan] = []

    def refuse(plan: sync.Plan) -> bool:
        asked.append(plan)
        return False

    assert (comparison.articles, comparison.remove(refuse), asked) == (3, 0, [])  # nothing is gone: nobody is asked
    (folder / "dam.txt").unlink()
    assert comparison.remove(refuse) == 0
    assert [one.title for one in asked[0].gone] == ["Dam closed"]
    assert comparison.remove(lambda plan: True) == 1
    assert sync.count_known(archive, [folder]) == 2
