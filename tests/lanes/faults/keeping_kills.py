"""SIGKILL before every step of a backup or restoration: each run one step later, until a run comes to its end.

    python keeping_kills.py backup|new|force FOLDER [named]

Steps are what Python's audit hooks tell of (files opened, renamed, removed, databases connected) and what progress
tells of.  After each kill, what lay under the final name has to be as it was or as it will be, and the next run has to
do its work and to leave nothing of the kill.  Prints how many kills were survived.  This process loads all that is
needed and works in forks of itself.  With ``named`` only folders made, names changed and progress are steps, and no
file that is opened.
"""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path


def in_child(work: Callable[[], object]) -> int:
    """Do something in a fork; return its exit status, negative when a signal ended it."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    """Kill, check, go on."""
    what, place, named = sys.argv[1], Path(sys.argv[2]), sys.argv[3:] == ["named"]
    from qa.archive.care import verification
    from qa.archive.care.backup import make_backup
    from qa.archive.care.restore import restore_backup
    from qa.archive.writer import ArchiveWriter
    from tests.support.plain import WordEmbedder, article

    source, target, file = place / "source", place / "target", place / "news.backup"
    old, new = {"old"}, {"new", "newer"}

    def write(folder: Path, ids: set[str]) -> None:
        with ArchiveWriter(folder, WordEmbedder()) as writer:
            for name in sorted(ids):
                writer.upsert(article(f"The {name} report: the river rose in Verrin.", id=name))
            writer.commit()

    def held(folder: Path) -> set[str]:
        from qa.archive.archive import Archive

        verdict = verification.verify(folder)
        assert verdict.ok, verdict
        with Archive(folder).view() as view:
            return {listed.id for listed in view.articles()}

    def prepare() -> None:
        write(source, new)
        if what == "force":
            write(target, old)
        if what != "backup":
            make_backup(source, file)

    def work(progress: Callable[[str, int, int], None]) -> None:
        if what == "backup":
            make_backup(source, file, force=True, progress=progress)
        else:
            restore_backup(file, target, force=what == "force", progress=progress)

    def killed_at(number: int) -> None:
        left = number

        def step(*_: object) -> None:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            watched = event in {"os.rename", "os.mkdir"} or (
                not named and event in {"open", "os.remove", "os.rmdir", "sqlite3.connect"}
            )
            # What the libraries open for themselves is not ours.
            if (watched and str(place) in str(arguments)) or event == "ctypes.dlsym":
                step()

        sys.addaudithook(hook)
        work(step)

    def check() -> None:
        if what == "backup":
            if file.exists():
                restore_backup(file, place / "looked")
                assert held(place / "looked") == new
                in_child(lambda: __import__("shutil").rmtree(place / "looked"))
        elif (target / "archive.sqlite").exists():
            assert held(target) in ((new,) if what == "new" else (old, new))
        else:
            assert what == "new"

    def check_next() -> None:
        """The next run after a kill finishes and leaves nothing lying about; what it made is put back for the next."""
        import shutil

        if not (what == "new" and (target / "archive.sqlite").exists()):
            work(lambda *_: None)
        left = {path.name for path in place.iterdir()}
        assert left <= {"source", "target", "news.backup"}, left
        if what == "backup":
            file.unlink()
        else:
            assert held(target) == new
            shutil.rmtree(target)
            if what == "force":
                write(target, old)

    assert in_child(prepare) == 0
    kills = 0
    while (status := in_child(partial(killed_at, kills))) != 0:
        assert status == -signal.SIGKILL, status
        kills += 1
        assert in_child(check) == 0, kills
        assert in_child(check_next) == 0, kills
    assert in_child(check) == 0
    sys.stdout.write(f"{kills}\n")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[3]))
    main()
