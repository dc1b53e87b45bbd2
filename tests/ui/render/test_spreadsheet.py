"""Matches as lines of CSV."""

import csv
from io import StringIO

import pytest

from ui.render.export import csv_line


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_of_csv_can_be_a_formula(begin: str) -> None:
    (row,) = csv.reader(StringIO(csv_line([f"{begin}cmd|' /C calc'!A0", "a=b", "1"]), newline=""))
    assert row == [f"'{begin}cmd|' /C calc'!A0", "a=b", "1"]


def test_a_line_of_csv_reads_back_as_it_was_but_for_control_characters() -> None:
    cells = ['He said "no", twice', "two\nlines", "", " x ", "é “q”", "red \x1b[31m \x9b \x00"]
    line = csv_line(cells)
    assert line.endswith("\r\n")
    (row,) = csv.reader(StringIO(line, newline=""))
    assert row == [*cells[:5], "red �[31m � �"]
