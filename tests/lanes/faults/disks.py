"""A disk that remembers what was flushed: what a power loss may leave of a run of file operations.

What is in a file survives once the file is flushed, a name in a folder once the folder is flushed (POSIX ``fsync``).
Until then each change of a name may have reached the disk or not, whatever became of the others, and each block of
512 bytes of a file likewise.  A rename reaches the disk as a whole.
"""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

BLOCK = 512
Tree = dict[str, bytes | None]  # what a folder holds: bytes by path; None is a folder


@dataclass(frozen=True, slots=True)
class Operation:
    """A change of a disk.

    ``kind`` is one of create, flush, rename, link, unlink, mkdir, rmdir, flush_folder; the path is that of the file or
    folder, ``target`` the new name of a rename or link, ``data`` what a created file holds.
    """

    kind: str
    path: str
    target: str = ""
    data: bytes = b""


@dataclass(slots=True)
class _Node:
    """A file or a folder; folders have ``data`` None, and ``names`` as they are on the disk for certain."""

    data: bytes | None = None
    flushed: bool = False
    names: dict[str, "_Node"] = field(default_factory=dict)


@dataclass(slots=True)
class _Change:
    """A change of names in a folder that may or may not be on the disk: what appears, what goes."""

    folder: _Node
    appears: tuple[tuple[str, _Node], ...]
    goes: tuple[str, ...]


class Disk:
    """A folder tree in memory, as programs see it and as far as the disk is certain to hold it."""

    def __init__(self) -> None:
        self._root = _Node()
        self._pending: list[_Change] = []
        self._seen: dict[str, _Node] = {"": self._root}

    def do(self, operation: Operation) -> None:
        """Carry out an operation."""
        kind, path, target = operation.kind, operation.path, operation.target
        if kind in {"create", "mkdir"}:
            self._seen[path] = node = _Node(operation.data if kind == "create" else None)
            self._change(path, appears=node)
        elif kind == "flush":
            self._seen[path].flushed = True
        elif kind == "flush_folder":
            self._flush_folder(self._seen[path])
        elif kind == "link":
            self._seen[target] = self._seen[path]
            self._change(target, appears=self._seen[path])
        elif kind == "rename":
            folder, name = self._place(path)
            node = self._seen[path]
            self._pending.append(_Change(folder, ((self._place(target)[1], node),), (name,)))
            for old in [one for one in self._seen if one == path or one.startswith(path + "/")]:
                self._seen[target + old[len(path) :]] = self._seen.pop(old)
        elif kind in {"unlink", "rmdir"}:
            self._change(path)
            del self._seen[path]
        else:
            raise ValueError(kind)

    @property
    def paths(self) -> dict[str, bytes | None]:
        """What programs see: the content of each file by path, None for folders."""
        return {path: node.data for path, node in self._seen.items() if path}

    def after_power_loss(self, most: int, chance: random.Random) -> Iterator[Tree]:
        """Yield trees that a power loss at this moment may leave, about ``most`` of them when there are more."""
        pending = self._pending
        choices = list(_subsets(len(pending), most, chance))
        for number, kept in enumerate(choices):
            survived = [change for change, stays in zip(pending, kept, strict=True) if stays]
            # Contents: as written, nothing of them, torn; once each over the choices of names, all for the extremes.
            extremes = number < 2
            for content in ("written", "dropped", "torn", "cut") if extremes else (chance.choice(_CONTENTS),):
                yield _tree(self._root, survived, content, chance)

    def _place(self, path: str) -> tuple[_Node, str]:
        parent, _, name = path.rpartition("/")
        return self._seen[parent], name

    def _change(self, path: str, appears: _Node | None = None) -> None:
        folder, name = self._place(path)
        self._pending.append(_Change(folder, ((name, appears),) if appears else (), () if appears else (name,)))

    def _flush_folder(self, folder: _Node) -> None:
        for change in [one for one in self._pending if one.folder is folder]:
            _apply(folder.names, change)
        self._pending = [one for one in self._pending if one.folder is not folder]


_CONTENTS = ("written", "dropped", "torn", "cut")


def _apply(names: dict[str, _Node], change: _Change) -> None:
    for name in change.goes:
        names.pop(name, None)
    names.update(change.appears)


def _subsets(count: int, most: int, chance: random.Random) -> Iterator[Sequence[bool]]:
    """Yield which of ``count`` changes survive: all, none, then every way or the likely ones and some by chance."""
    yield [True] * count
    if not count:
        return
    yield [False] * count
    if 2**count <= most:
        yield from (kept for kept in itertools.product((False, True), repeat=count) if any(kept) and not all(kept))
        return
    for index in range(count):  # in order up to one; one alone is lost; one alone survives
        yield [place < index for place in range(count)]
        yield [place != index for place in range(count)]
        yield [place == index for place in range(count)]
    for _ in range(max(0, most - 3 * count)):
        yield [chance.random() < 0.5 for _ in range(count)]


def _tree(root: _Node, survived: Sequence[_Change], content: str, chance: random.Random) -> Tree:
    held: dict[int, dict[str, _Node]] = {}

    def names(folder: _Node) -> dict[str, _Node]:
        if id(folder) not in held:
            held[id(folder)] = dict(folder.names)
        return held[id(folder)]

    for change in survived:
        _apply(names(change.folder), change)
    tree: Tree = {}

    def walk(folder: _Node, prefix: str) -> None:
        for name, node in names(folder).items():
            tree[prefix + name] = node.data if node.flushed or node.data is None else _left(node.data, content, chance)
            if node.data is None:
                walk(node, f"{prefix}{name}/")

    walk(root, "")
    return tree


def _left(data: bytes, content: str, chance: random.Random) -> bytes:
    """Return what may be left of a file that was not flushed."""
    if content == "written":
        return data
    if content == "dropped":
        return b""
    blocks = [data[at : at + BLOCK] for at in range(0, len(data), BLOCK)]
    if content == "cut":
        return b"".join(blocks[: chance.randrange(len(blocks) + 1)])
    return b"".join(block if chance.random() < 0.5 else bytes(len(block)) for block in blocks)
