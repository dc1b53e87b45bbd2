"""The model of a disk: what a power loss may leave, written out."""

import random

from tests.lanes.faults.disks import Disk, Operation, Tree


def left(operations: list[Operation]) -> list[Tree]:
    """Every different tree, in any order."""
    disk = Disk()
    for operation in operations:
        disk.do(operation)
    trees: list[Tree] = []
    for tree in disk.after_power_loss(64, random.Random(0)):
        if tree not in trees:
            trees.append(tree)
    return trees


def test_what_was_flushed_with_its_folder_is_left_for_certain() -> None:
    assert left([Operation("create", "a", data=b"x"), Operation("flush", "a"), Operation("flush_folder", "")]) == [
        {"a": b"x"}
    ]


def test_a_flushed_file_may_lose_its_name_and_a_name_its_bytes() -> None:
    assert left([Operation("create", "a", data=b"x"), Operation("flush", "a")]) == [{"a": b"x"}, {}]
    trees = left([Operation("create", "a", data=b"x"), Operation("flush_folder", "")])
    assert {"a": b"x"} in trees
    assert {"a": b""} in trees


def test_a_torn_file_holds_some_of_its_blocks() -> None:
    data = b"a" * 512 + b"b" * 512 + b"c"
    torn = {tree["a"] for seed in range(50) for tree in _torn(data, seed)}
    assert b"a" * 512 + bytes(512) + b"c" in torn
    assert bytes(512) + b"b" * 512 + bytes(1) in torn
    assert b"a" * 512 in torn


def _torn(data: bytes, seed: int) -> list[Tree]:
    disk = Disk()
    disk.do(Operation("create", "a", data=data))
    disk.do(Operation("flush_folder", ""))
    return list(disk.after_power_loss(8, random.Random(seed)))


def test_a_rename_happens_as_a_whole_and_a_later_one_may_survive_alone() -> None:
    made = [
        Operation("create", "a", data=b"x"), Operation("flush", "a"),
        Operation("create", "b", data=b"y"), Operation("flush", "b"), Operation("flush_folder", ""),
    ]  # fmt: skip
    trees = left([*made, Operation("rename", "a", "c"), Operation("rename", "b", "d")])
    assert len(trees) == 4
    assert {"a": b"x", "b": b"y"} in trees
    assert {"c": b"x", "b": b"y"} in trees
    assert {"a": b"x", "d": b"y"} in trees
    assert {"c": b"x", "d": b"y"} in trees


def test_a_folder_that_was_renamed_keeps_what_was_flushed_in_it() -> None:
    made = [
        Operation("mkdir", "f.tmp"), Operation("create", "f.tmp/a", data=b"x"), Operation("flush", "f.tmp/a"),
        Operation("flush_folder", "f.tmp"), Operation("rename", "f.tmp", "f"),
    ]  # fmt: skip
    trees = left(made)
    assert {"f": None, "f/a": b"x"} in trees
    assert {} in trees
    assert all("f" not in tree or "f/a" in tree for tree in trees)
