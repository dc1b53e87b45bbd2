import io
import re
import stat
import sys
from base64 import b64decode
from hashlib import scrypt
from pathlib import Path
from typing import Any

import pytest

from qa.errors import InputError
from tests.conftest import Qa
from tests.support.users import ANNA, cheap, password_file
from ui.access.passwords import Hashed, Users, read_users, remove_user, set_password
from ui.cli import serve

PASSWORD = "größere Möwe"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_the_command_adds_a_reader_whose_line_holds_a_salted_scrypt_hash(
    qa: Qa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "passwords"
    typed(monkeypatch, f"{PASSWORD}\nnot this line\n")
    assert qa("password", path, "rolf") == (0, "rolf may log in as reader\n", "")
    match = re.fullmatch(r"rolf:reader:scrypt\$16384\$8\$5\$(\S{24})\$(\S{44})\n", path.read_text())
    assert match
    salt, digest = map(b64decode, match.groups())
    assert digest == scrypt(PASSWORD.encode(), salt=salt, n=16384, r=8, p=5, dklen=32, maxmem=2**26)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["passwords"]


def test_the_command_makes_an_admin_keeps_the_role_and_takes_it_away(
    qa: Qa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, told = tmp_path / "passwords", []
    for options in (["--admin"], [], ["--reader"]):
        typed(monkeypatch, "another password\n")
        told.append(qa("password", path, "anna", *options)[1])
    assert told == [
        "anna may log in as admin\n", "anna may log in as admin\n", "anna may log in as reader\n",
    ]  # fmt: skip
    assert len(path.read_text().splitlines()) == 1


def test_the_command_removes_somebody_and_leaves_all_other_lines(qa: Qa, tmp_path: Path) -> None:
    path = password_file(tmp_path)
    path.write_text("# the desk\n\n" + path.read_text())
    assert qa("password", path, "anna", "--remove") == (0, f"anna was removed from {path}\n", "")
    lines = path.read_text().splitlines()
    assert (lines[:2], [line.split(":")[0] for line in lines[2:]]) == (["# the desk", ""], ["rolf"])
    assert qa("password", path, "anna", "--remove") == (1, "", f"qa: {path}: there is no 'anna' in it\n")


def test_a_password_is_typed_twice_at_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    asked: list[str] = []
    answers = iter([PASSWORD, PASSWORD, PASSWORD, "something else"])

    def prompt(question: str) -> str:
        asked.append(question)
        return next(answers)

    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr(serve, "getpass", prompt)
    serve.password(tmp_path / "passwords", "anna", admin=True)
    assert asked == ["Password of anna: ", "The same again: "]
    with pytest.raises(InputError, match="the two are not the same"):
        serve.password(tmp_path / "passwords", "anna")
    user = read_users(tmp_path / "passwords")["anna"]
    assert (user.admin, user.password.matches(PASSWORD)) == (True, True)


@pytest.mark.parametrize(
    ("password", "told"),
    [("", "password: is empty; give 8 to 1,000 characters"),
     ("short", "password: has 5 characters; give 8 to 1,000 characters"),
     ("x" * 1001, "password: has 1001 characters; give 8 to 1,000 characters")],
)  # fmt: skip
def test_a_password_that_is_empty_short_or_endless_is_refused(tmp_path: Path, password: str, told: str) -> None:
    with pytest.raises(InputError, match=f"^{told}$"):
        set_password(tmp_path / "passwords", "anna", password)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "Anna", "an na", "an:na", "-anna", "ann\u0430", "anna\n", "a" * 65, "#anna"])
def test_a_name_with_odd_characters_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"^name=.* cannot be used: give up to 64 of the letters a to z"):
        set_password(tmp_path / "passwords", name, PASSWORD)


def test_a_missing_file_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    with pytest.raises(InputError, match=rf"^{path}: there is no such file; make it with: qa password {path} NAME$"):
        Users(path)


def test_a_file_that_names_nobody_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    path.write_text("# nobody yet\n")
    path.chmod(0o600)
    with pytest.raises(InputError, match=rf"^{path}: names nobody, so that nobody could log in"):
        Users(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_open_is_refused_and_mended_by_the_command(tmp_path: Path, mode: int) -> None:
    path = password_file(tmp_path)
    path.chmod(mode)
    told = rf"^{path}: others may read or change it \(mode {mode:o}\); run: chmod 600 {path}$"
    with pytest.raises(InputError, match=told):
        Users(path)
    remove_user(path, "rolf")
    assert list(Users(path).current()) == ["anna"]


LINE = str(cheap("eva", "reader", "a password"))


@pytest.mark.parametrize(
    "line",
    ["eva", "eva:reader", "eva:owner:" + LINE.split(":")[2], "Eva" + LINE[3:], LINE + ":more",
     LINE.replace("$2$", "$3$"), LINE.replace("$2$", "$x$"), LINE.replace("$2$", "$1073741824$"),
     LINE.replace("$1$", "$0$", 1), LINE.replace("scrypt", "md5"), LINE[:-4],
     LINE.replace("$1$1$", "$1$1$!"), "eva:reader:plain text"],
    ids=range(13),
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = password_file(tmp_path)
    path.write_text(f"{path.read_text()}# next\n{line}\n")
    told = rf"^{path}, line 4: cannot be read as name:role:hash; remove it and run: qa password {path} NAME$"
    with pytest.raises(InputError, match=told):
        read_users(path)
    with pytest.raises(InputError, match=told):
        set_password(path, "rolf", PASSWORD)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = password_file(tmp_path)
    path.write_text(path.read_text() * 2)
    with pytest.raises(InputError, match="line 3: 'anna' stands here a second time; remove one"):
        read_users(path)


def test_a_file_that_is_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("#" * 1_000_001)
    told = {"binary": "is no text", "large": "is larger than 1,000,000 bytes", ".": "cannot be read"}
    for name, reason in told.items():
        with pytest.raises(InputError, match=reason):
            read_users(tmp_path / name)


def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = password_file(tmp_path)
    before = path.read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ui.access.passwords.os.fsync", full)
    with pytest.raises(InputError, match=rf"^{path}: cannot be written \(No space left on device\)"):
        set_password(path, "eva", PASSWORD)
    assert (path.read_text(), [one.name for one in tmp_path.iterdir()]) == (before, ["passwords"])


def test_a_link_to_the_file_stays_a_link(tmp_path: Path) -> None:
    path = password_file(tmp_path)
    (tmp_path / "link").symlink_to(path)
    remove_user(tmp_path / "link", "rolf")
    assert (tmp_path / "link").is_symlink()
    assert list(read_users(path)) == ["anna"]


def test_a_right_password_says_who_it_is_and_all_else_says_nobody(tmp_path: Path) -> None:
    users = Users(password_file(tmp_path))
    found = [users.check(*given) for given in (ANNA, ("anna", "Correct horse"), ("nobody", ANNA[1]), ("", ""))]
    assert [user and (user.name, user.admin) for user in found] == [("anna", True), None, None, None]


def test_a_name_that_nobody_has_costs_as_much_work_as_a_new_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, costs = Users(password_file(tmp_path)), []
    matches = Hashed.matches

    def noted(self: Hashed, password: str) -> bool:
        costs.append((self.n, self.r, self.p))
        return matches(self, password)

    monkeypatch.setattr(Hashed, "matches", noted)
    assert users.check("nobody", "a password") is None
    set_password(tmp_path / "passwords", "eva", PASSWORD)
    assert users.check("eva", "another one") is None
    assert costs == [(16384, 8, 5)] * 2


def test_a_password_may_be_typed_on_any_keyboard() -> None:
    hashed = Hashed.of("caf\u00e9 au lait", 2, 1, 1)
    assert hashed.matches("cafe\u0301 au lait")
    assert not hashed.matches("cafe au lait")
    assert Hashed.of("\ud800 half a pair", 2, 1, 1).matches("\ud800 half a pair")


def test_a_change_of_the_file_counts_at_once_and_a_broken_one_lets_nobody_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = password_file(tmp_path)
    users: Any = Users(path)
    remove_user(path, "rolf")
    assert list(users.current()) == ["anna"]
    path.write_text("nonsense\n")
    for _ in range(2):
        with pytest.raises(InputError, match="line 1: cannot be read"):
            users.current()
    path.unlink()
    with pytest.raises(InputError, match="there is no such file"):
        users.current()
    assert [record.message.split("; ")[0] for record in caplog.records] == [
        f"{path}, line 1: cannot be read as name:role:hash", f"{path}: there is no such file",
    ]  # fmt: skip
    password_file(tmp_path)
    assert list(users.current()) == ["anna", "rolf"]
