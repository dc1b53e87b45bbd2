from pathlib import Path

import pytest

from lab.benchmarks.robustness import flakes

OUTPUT = """\
..F.E                                                                    [100%]
=========================== short test summary info ============================
FAILED tests/lanes/browser/test_chat.py::test_a_refusal_says_why[desktop] - AssertionError: x
ERROR tests/lanes/browser/test_kept.py::test_feedback - Failed: timeout
FAILED tests/lanes/browser/test_chat.py::test_other
2 failed, 2 passed, 1 error in 3.2s
"""


def test_failed_tests_are_read_off_the_summary() -> None:
    assert flakes.failed_tests(OUTPUT) == {
        "tests/lanes/browser/test_chat.py::test_a_refusal_says_why[desktop]",
        "tests/lanes/browser/test_chat.py::test_other",
        "tests/lanes/browser/test_kept.py::test_feedback",
    }


def test_a_test_that_fails_every_second_time_is_counted(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    flaky = tmp_path / "test_flaky.py"
    flaky.write_text(
        "from pathlib import Path\n\n"
        f"RUNS = Path({str(tmp_path / 'runs')!r})\n\n\n"
        "def test_fine():\n    pass\n\n\n"
        "def test_odd():\n    RUNS.touch()\n    RUNS.write_text(RUNS.read_text() + 'x')\n"
        "    assert len(RUNS.read_text()) % 2\n"
    )
    assert flakes.main(["--runs", "3", "--select", str(flaky)]) == 1
    out = capfd.readouterr().out
    assert "3 runs, 0 busy processes: 1 failures" in out
    assert out.splitlines()[-1].endswith("test_flaky.py::test_odd")
    assert out.splitlines()[-1].startswith("   1 of 3   ")
    assert flakes.main(["--runs", "1", "--busy", "1", "--select", f"{flaky}::test_fine"]) == 0
