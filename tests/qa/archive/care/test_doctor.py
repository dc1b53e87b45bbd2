"""What `qa doctor` finds of an installation and of an archive."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from qa.archive.archive import Archive
from qa.archive.care.doctor import Finding, at_risk, examine, file_system
from qa.archive.writer import ArchiveWriter
from qa.models.embedding import fingerprint
from qa.settings import DEFAULT_EMBEDDER
from tests.conftest import Qa
from tests.support.plain import WordEmbedder


def named(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


@pytest.mark.parametrize(
    ("version", "risk"),
    [((3, 6, 23), False), ((3, 7, 0), True), ((3, 40, 1), True), ((3, 44, 5), True), ((3, 44, 6), False),
     ((3, 45, 0), True), ((3, 50, 6), True), ((3, 50, 7), False), ((3, 51, 2), True), ((3, 51, 3), False)],
)  # fmt: skip
def test_the_versions_of_sqlite_that_can_damage_a_database_are_known(version: tuple[int, int, int], risk: bool) -> None:
    assert at_risk(version) is risk


def test_versions_limits_and_the_archive_are_told(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    embedder.name, embedder.fingerprint = DEFAULT_EMBEDDER, fingerprint(DEFAULT_EMBEDDER)
    with ArchiveWriter(tmp_path / "archive", embedder):
        pass
    found = named(examine(tmp_path / "archive"))
    assert found["Python"].value == sys.version.split()[0]
    assert found["limit file_bytes"].value == "200,000,000"
    assert found["format"] == Finding("format", "3")
    assert found["generation"].value == "1"
    assert found["articles"].value == "0, with 0 earlier versions"
    assert found["writer"].value == "none"
    assert found["embedder"].value.startswith("all-MiniLM-L6-v2 (")
    assert {finding.state for finding in found.values()} <= {"fact", "care"}


def test_the_embedder_of_an_archive_that_is_not_here_is_a_problem(archive: Archive) -> None:
    found = named(examine(archive.folder))["embedder"]
    assert (found.value, found.state) == ("words", "problem")
    assert "not on this machine" in found.advice


def test_another_embedder_of_the_same_name_is_a_problem(tmp_path: Path) -> None:
    embedder = WordEmbedder()
    embedder.name = DEFAULT_EMBEDDER
    with ArchiveWriter(tmp_path / "archive", embedder):
        pass
    found = named(examine(tmp_path / "archive"))["embedder"]
    assert (found.state, "made with another model of that name (words-1)" in found.advice) == ("problem", True)


def test_who_writes_is_told_without_disturbing_it(archive: Archive, embedder: WordEmbedder) -> None:
    with ArchiveWriter(archive.folder, embedder):
        assert named(examine(archive.folder))["writer"].value == f"process {os.getpid()}"
    assert named(examine(archive.folder))["writer"].value == "none"


def test_a_network_file_system_is_told_by_the_longest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(
        f"disk / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\nshm {tmp_path}/with\\040space tmpfs rw 0 0\n"
    )
    (tmp_path / "with space").mkdir()
    assert file_system(tmp_path, mounts) == "nfs4"
    assert file_system(tmp_path / "with space", mounts) == "tmpfs"
    assert file_system(Path("/"), mounts) == "ext4"
    assert file_system(Path("/"), tmp_path / "none") == ""


def test_without_an_archive_the_command_that_makes_one_is_told(qa: Qa, tmp_path: Path) -> None:
    code, out, _ = qa("doctor", "--json")
    told = json.loads(out)
    assert (code, told["ok"]) == (0, True)
    (articles,) = [one for one in told["findings"] if one["name"] == "articles"]
    assert articles["state"] == "care"
    assert articles["advice"] == f"make one with: qa add FOLDER --archive {tmp_path / 'archive'}"


def test_a_damaged_archive_is_a_problem_and_ends_with_1(qa: Qa, archive: Archive) -> None:
    file = archive.folder / "archive.sqlite"
    archive.close()
    file.write_bytes(b"x" * file.stat().st_size)
    code, out, _ = qa("doctor")
    assert code == 1
    assert "problem: " in out
    assert "cannot be read" in out


def test_nothing_heavy_is_loaded() -> None:
    code = "import sys; from qa.archive.care.doctor import examine; from pathlib import Path; examine(Path('none')); "
    code += "print([m for m in ('torch', 'gradio', 'transformers') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
