from pathlib import Path

import pytest

from lab.measure import write_between

MARKS = ("<!-- begin -->", "<!-- end -->")


def test_a_table_takes_the_place_of_the_one_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A\n\n<!-- begin -->\nold\n\nold\n<!-- end -->\n\nB\n")
    write_between(page, MARKS, r"| \1 |")
    assert page.read_text() == "# A\n\n<!-- begin -->\n| \\1 |\n<!-- end -->\n\nB\n"


@pytest.mark.parametrize(
    "text",
    ["none", "<!-- begin -->\n", "<!-- end -->\n<!-- begin -->\n", "<!-- begin -->\n<!-- begin -->\n<!-- end -->\n"],
)
def test_a_page_without_both_marks_once_in_order_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    with pytest.raises(ValueError, match=r"page\.md: needs the marks <!-- begin --> and <!-- end -->, once each"):
        write_between(page, MARKS, "new")
    assert page.read_text() == text
