"""A stranger's folder, opened in a process in which all that runs, leads out or is fetched is written down."""

import contextlib
import json
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from qa.errors import QaError

QUESTION = "Why was the dam in Verrin closed?"
# What no folder may bring about, by the names of Python's audit events.
_RUNS = {
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.forkpty", "os.startfile", "subprocess.Popen",
    "pickle.find_class", "sqlite3.load_extension", "sqlite3.enable_load_extension", "pty.spawn",
}  # fmt: skip
_FETCHES = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"}
_CHANGES = {"os.rename", "os.remove", "os.link", "os.symlink", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"}


class Watch:
    """Writes down what happens, from ``begin`` on.

    Args:
        folder: the stranger's; its own files may be read, none of them run.
        writable: where files may be made and changed.
        secret: a folder of which nothing may be touched.
    """

    def __init__(self, folder: Path, writable: tuple[Path, ...], secret: Path) -> None:
        self._folder, self._secret = str(folder.resolve()), str(secret.resolve())
        self._writable = (*(str(path.resolve()) for path in writable), "/dev/null")
        self.seen: list[str] = []
        self._on = False

    def begin(self) -> None:
        sys.addaudithook(self._hear)
        self._on = True

    def end(self) -> None:
        self._on = False

    def _hear(self, event: str, given: tuple[Any, ...]) -> None:
        if not self._on:
            return
        self._on = False
        try:
            if found := self._found(event, given):
                self.seen.append(f"{event}: {found}"[:200])
        finally:
            self._on = True

    def _found(self, event: str, given: tuple[Any, ...]) -> str:
        if event in _RUNS | _FETCHES:
            return repr(given)
        if event in {"exec", "compile"}:
            name = str(given[0].co_filename if event == "exec" else given[1])
            return name if self._inside(os.path.realpath(name), self._folder, self._secret) else ""
        if event in {"import", "ctypes.dlopen"}:
            name = str((given[1] if event == "import" else given[0]) or "")
            return name if self._inside(os.path.realpath(name), self._folder, self._secret) else ""
        if event == "open":
            path, mode, flags = (*given, None, None)[:3]
            if not isinstance(path, (str, bytes, os.PathLike)):
                return ""
            writes = (isinstance(mode, str) and set(mode) & set("wax+")) or (
                isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            )
            return self._outside(path, bool(writes))
        if event in _CHANGES:
            # The first of a link is what it leads to; the last number is the folder that names are relative to.
            paths = given[1:2] if event in {"os.link", "os.symlink"} else given[: 2 if event == "os.rename" else 1]
            near = given[-1] if isinstance(given[-1], int) else -1
            return next((found for one in paths if (found := self._outside(one, True, near))), "")
        return ""

    def _outside(self, path: object, writes: bool, near: int = -1) -> str:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return ""
        name = os.fsdecode(path)
        beside = Path(f"/proc/self/fd/{near}").readlink() if near >= 0 else Path()
        path = beside / name
        # What is removed or made is the name itself, not what it may lead to.
        name = str(path.parent.resolve() / path.name) if writes else os.path.realpath(path)
        if self._inside(name, self._secret):
            return f"touched {name}"
        return f"changed {name}" if writes and not self._inside(name, *self._writable) else ""

    @staticmethod
    def _inside(name: str, *folders: str) -> bool:
        return any(name == folder or name.startswith(f"{folder}/") for folder in folders)


def open_folder(kind: str, folder: str, secret: str, told: str) -> None:
    """Open a folder as ``kind`` says; write what came of it to ``told``, as JSON.

    ``refused`` is the message of a refusal meant for users, ``broken`` any other error; without either it was used.
    """
    place = Path(told).parent / "tmp"
    place.mkdir()
    tempfile.tempdir = str(place)
    watch = Watch(Path(folder), (place, Path(told), *([Path(folder)] if kind == "archive" else [])), Path(secret))
    told_of: dict[str, Any] = {"refused": "", "broken": ""}
    before, begun = _peak(), time.perf_counter()
    watch.begin()
    try:
        for step in ACTIONS[kind](Path(folder)):
            with _refusals(told_of):
                step()
    except BaseException as error:
        told_of["broken"] = f"{type(error).__name__}: {error}"
        import traceback

        traceback.print_exc()
    watch.end()
    told_of |= {"seen": watch.seen, "seconds": time.perf_counter() - begun, "bytes": _peak() - before}
    Path(told).write_text(json.dumps(told_of))


@contextlib.contextmanager
def _refusals(told_of: dict[str, Any]) -> Any:
    try:
        yield
    except QaError as error:
        told_of["refused"] = told_of["refused"] or str(error)


def _peak() -> int:
    return 1024 * int(re.findall(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text())[0])


Steps = list[Callable[[], object]]


def _embedder(folder: Path) -> Steps:
    from qa.models.embedding import SentenceTransformerEmbedder

    return [lambda: SentenceTransformerEmbedder(str(folder)).embed_queries([QUESTION])]


def _reranker(folder: Path) -> Steps:
    from qa.models.cross_encoder import CrossEncoderReranker

    return [lambda: CrossEncoderReranker(str(folder)).read(QUESTION, [("Title", "The dam was closed.")])]


def _reader(folder: Path) -> Steps:
    from qa.models.question_answering import QuestionAnsweringReader

    return [lambda: QuestionAnsweringReader(str(folder)).read(QUESTION, [("Title", "The dam was closed.")])]


def _archive(folder: Path) -> Steps:
    """Ask, look over, change, mend: all that is done with an archive that somebody was given."""
    from qa.archive.archive import Archive
    from qa.archive.care import verification
    from qa.archive.writer import ArchiveWriter
    from qa.models.embedding import load_embedder
    from qa.retrieval import Retriever
    from qa.settings import AskSettings
    from tests.support.plain import article

    settings = AskSettings(reranker="none", reader="none")

    def add() -> None:
        embedder = load_embedder(Archive.open(folder).stamp.settings.embedder)
        with ArchiveWriter(folder, embedder) as writer:
            writer.upsert(article("A bridge was closed in Kell. Its ropes had rusted."))
            writer.commit()

    def rebuild() -> None:
        with ArchiveWriter(folder) as writer:
            writer.rebuild()

    def ask() -> None:
        retriever = Retriever.open(folder, settings)
        retriever.ask(QUESTION)
        retriever.article("dam")

    return [ask, lambda: verification.verify(folder), lambda: verification.status(folder), add, rebuild, ask]


def _misbehave(folder: Path) -> Steps:
    """What the watch is there for, each once, so that it is known to see it."""
    import ctypes
    import importlib
    import pickle
    import socket
    import subprocess

    secret = folder.parent / "secret"

    def tried(what: Callable[[], object]) -> Callable[[], None]:
        def step() -> None:
            with contextlib.suppress(Exception):
                what()

        return step

    sys.path.insert(0, str(folder))
    (folder / "evil_module.py").write_text("x = 1")
    (folder / "evil.pkl").write_bytes(b"cos\ngetpid\n(tR.")
    return [
        tried(lambda: os.system("true")),
        tried(lambda: subprocess.run(["true"], check=True)),
        tried(lambda: pickle.loads((folder / "evil.pkl").read_bytes())),
        tried(lambda: importlib.import_module("evil_module")),
        tried(lambda: ctypes.CDLL(str(folder / "evil.so"))),
        tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
        tried(lambda: (secret / "x").read_text()),
        tried(lambda: (folder.parent / "outside").write_text("x")),
        tried(lambda: (folder.parent / "outside").rename(folder.parent / "other")),
    ]


MISBEHAVED = {
    "os.system", "subprocess.Popen", "pickle.find_class", "exec", "ctypes.dlopen", "socket.connect", "open",
    "os.rename",
}  # fmt: skip
ACTIONS: dict[str, Callable[[Path], Steps]] = {
    "embedder": _embedder,
    "reranker": _reranker,
    "reader": _reader,
    "archive": _archive,
    "misbehaving": _misbehave,
}
