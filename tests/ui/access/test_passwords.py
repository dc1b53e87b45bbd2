import io
import itertools
import random
import re
import stat
import string
import subprocess
import sys
from base64 import b64encode
from hashlib import scrypt
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from qa.errors import InputError
from tests.conftest import Qa
from tests.support.users import ANNA, CHEAP, ROLF, password_file
from ui.access.passwords import Argon2Hash, ScryptHash, Users, read_users, remove_user, set_password
from ui.cli import serve

PASSWORD = "größere Möwe"


def typed(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


# As earlier versions wrote it: the password is "battery staple".
SCRYPT = "rolf:reader:scrypt$16384$8$5$TXjH2PV9R+jvMi+0xvwwHQ==$QFcUdMWQ1n7VvhDLZScNsXXtnkz8SOcKbcCOy5KUWf8="


def cheap_scrypt(name: str, password: str) -> str:
    """Return a reader's line as earlier versions wrote it, but cheap to check."""
    digest = scrypt(password.encode(), salt=name.encode(), n=2, r=1, p=1, dklen=32)
    return f"{name}:reader:scrypt$2$1$1${b64encode(name.encode()).decode()}${b64encode(digest).decode()}"


def mixed_file(folder: Path, *names: str) -> Path:
    """Return the file of Anna and Rolf, with lines of earlier versions added."""
    path = password_file(folder)
    path.write_text(path.read_text() + "".join(f"{cheap_scrypt(name, 'a password')}\n" for name in names))
    return path


def test_the_command_adds_a_reader_whose_line_holds_a_salted_argon2id_hash(
    qa: Qa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "passwords"
    typed(monkeypatch, f"{PASSWORD}\nnot this line\n")
    assert qa("password", path, "rolf") == (0, "rolf may log in as reader\n", "")
    line = r"rolf:reader:(\$argon2id\$v=19\$m=65536,t=3,p=4\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43})\n"
    first = re.fullmatch(line, path.read_text())
    assert first
    assert PasswordHasher().verify(first[1], PASSWORD.encode())
    typed(monkeypatch, PASSWORD)
    qa("password", path, "rolf")
    second = re.fullmatch(line, path.read_text())
    assert second
    assert first[1] != second[1]  # another salt
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
    assert qa("password", path, "anna", "--remove") == (
        1,
        "",
        f"qa: {path}: has no user 'anna'; the file lists the names\n",
    )


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
    assert asked == ["Password of anna: ", "Repeat the password: "]
    with pytest.raises(InputError, match="the two entries differ"):
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
    with pytest.raises(InputError, match=r"^name=.* cannot be used: give 1 to 64 characters, small letters a to z"):
        set_password(tmp_path / "passwords", name, PASSWORD)


def test_a_missing_file_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    with pytest.raises(InputError, match=rf"^{path}: there is no such file; make it with: qa password {path} NAME$"):
        Users(path)


def test_a_file_that_names_nobody_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "passwords"
    path.write_text("# nobody yet\n")
    path.chmod(0o600)
    with pytest.raises(InputError, match=rf"^{path}: holds no user, so nobody could log in"):
        Users(path)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_that_others_may_open_is_refused_and_mended_by_the_command(tmp_path: Path, mode: int) -> None:
    path = password_file(tmp_path)
    path.chmod(mode)
    told = rf"^{path}: other users may read or change it \(mode {mode:o}\); run: chmod 600 {path}$"
    with pytest.raises(InputError, match=told):
        Users(path)
    remove_user(path, "rolf")
    assert list(Users(path).current()) == ["anna"]


OLD = cheap_scrypt("eva", "a password")
NEW = "eva:reader:$argon2id$v=19$m=8,t=1,p=1$c2FsdCBvZiB0aGlzIHRlc3Q$D2aLdtIM3SH1jlvWeYw/F0/+XUH/XT3Wu4fMfcep87k"


@pytest.mark.parametrize(
    "line",
    ["eva", "eva:reader", "eva:reader:", "eva:owner:" + NEW.split(":")[2], "Eva" + NEW[3:], NEW + ":more",
     OLD.replace("$2$", "$3$"), OLD.replace("$2$", "$x$"), OLD.replace("$2$1$", "$65536$1$"),
     OLD.replace("$1$", "$0$", 1), OLD.replace("scrypt", "md5"), OLD[:-4], OLD.replace("$1$1$", "$1$1$!"),
     NEW.replace("argon2id", "argon2i"), NEW.replace("argon2id", "argon2d"), NEW.replace("v=19", "v=16"),
     NEW.replace("$v=19", ""), NEW.replace("m=8", "m=7"), NEW.replace("m=8", "m=x"), NEW.replace("m=8", "m=08"),
     NEW.replace("m=8", "m=-8"), NEW.replace("m=8", "m=8_0"), NEW.replace("m=8", "m=99999999999"),
     NEW.replace("t=1", "t=0"), NEW.replace("p=1", "p=0"), NEW.replace("p=1", "p=2"), NEW.replace("t=1", "t=1,d=AA"),
     NEW.replace("m=8,t=1", "t=1,m=8"), NEW[:-1], NEW + "A", NEW + "=", NEW[:-1] + "-", NEW[:-1] + "B",
     NEW.rpartition("$")[0], NEW.rpartition("$")[0].rpartition("$")[0] + "$c2FsdA$" + NEW.rpartition("$")[2],
     NEW.replace("$argon2id", "argon2id"), "eva:reader:plain text"],
    ids=itertools.count(),  # the hashes differ from run to run, and workers have to agree on names
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_by_its_number(tmp_path: Path, line: str) -> None:
    path = password_file(tmp_path)
    path.write_text(f"{path.read_text()}# next\n{line}\n")
    told = rf"^{path}, line 4: is not name:role:hash; remove the line and run: qa password {path} NAME$"
    with pytest.raises(InputError, match=told):
        read_users(path)
    with pytest.raises(InputError, match=told):
        set_password(path, "rolf", PASSWORD)


@pytest.mark.parametrize(
    "line",
    [OLD.replace("$2$1$1$", "$1073741824$8$1$"), OLD.replace("$2$1$1$", "$1048576$2$1$"),
     OLD.replace("$2$1$1$", "$16384$8$17$"), OLD.replace("$2$1$1$", "$131072$8$9$"),
     NEW.replace("m=8", "m=262145"), NEW.replace("m=8", "m=4294967295"), NEW.replace("m=8,t=1", "m=65536,t=17"),
     NEW.replace("t=1", "t=4294967295"), NEW.replace("m=8,t=1,p=1", "m=65536,t=1,p=17"),
     NEW.replace("m=8,t=1,p=1", "m=128,t=257,p=16")],
)  # fmt: skip
def test_a_hash_that_costs_more_than_a_check_may_is_refused_with_the_limits(tmp_path: Path, line: str) -> None:
    path = password_file(tmp_path)
    path.write_text(f"{path.read_text()}{line}\n")
    told = (
        f"{path}, line 3: its hash exceeds the limits of one check (256 MiB of memory, 1 GiB filled in all passes, "
        f"16 lanes); remove the line and run: qa password {path} NAME"
    )
    with pytest.raises(InputError, match=f"^{re.escape(told)}$"):
        read_users(path)


@pytest.mark.parametrize(
    "line",
    [SCRYPT, OLD.replace("$2$1$1$", "$131072$8$8$"), NEW.replace("m=8,t=1", "m=262144,t=4"),
     NEW.replace("m=8,t=1,p=1", "m=65536,t=16,p=16"), NEW.replace("m=8,t=1,p=1", "m=128,t=256,p=16")],
)  # fmt: skip
def test_a_hash_that_costs_what_a_check_may_is_read(tmp_path: Path, line: str) -> None:
    path = tmp_path / "passwords"
    path.write_text(f"{line}\n")
    path.chmod(0o600)
    assert [str(user) for user in read_users(path).values()] == [line]


def test_whatever_line_is_read_can_be_checked(tmp_path: Path) -> None:
    random.seed(36)
    read = 0
    for _ in range(3_000):
        hashed = (NEW if random.random() < 0.5 else OLD).split(":")[2]
        place = random.randrange(len(hashed))
        changed = hashed[:place] + random.choice(string.printable) + hashed[place + random.randrange(2) :]
        try:
            parsed = Argon2Hash.parse(changed) if changed.startswith("$") else ScryptHash.parse(changed)
        except ValueError:
            continue
        if parsed.allowed:
            read += 1
            assert parsed.matches("a password") in {True, False}
    assert read > 500


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = password_file(tmp_path)
    path.write_text(path.read_text() * 2)
    with pytest.raises(InputError, match="line 3: 'anna' is listed twice; remove one of the lines"):
        read_users(path)


def test_a_file_that_is_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_text("#" * 1_000_001)
    told = {
        "binary": r"is not a password file \(not UTF-8 text\)", "large": r"is not .* \(more than 1,000,000 bytes\)",
        ".": "cannot be read",
    }  # fmt: skip
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


def test_a_hash_of_the_reference_implementation_is_read_and_right() -> None:
    text = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
    assert [Argon2Hash.parse(text).matches(password) for password in ("password", "Password")] == [True, False]


def test_passwords_of_earlier_versions_are_right_as_before_beside_new_ones(tmp_path: Path) -> None:
    path = password_file(tmp_path)
    path.write_text(f"{path.read_text().splitlines()[0]}\n{SCRYPT}\n")
    users = Users(path)
    given = [ROLF, ("rolf", "battery stapl"), ANNA, ("anna", ROLF[1]), ("rolf", ANNA[1])]
    found = [users.check(*one) for one in given]
    assert [user and user.name for user in found] == ["rolf", None, "anna", None, None]


def test_a_new_password_takes_the_place_of_one_of_earlier_versions(
    qa: Qa, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = mixed_file(tmp_path, "eva", "otto")
    before = path.read_text().splitlines()
    typed(monkeypatch, PASSWORD)
    assert qa("password", path, "eva") == (0, "eva may log in as reader\n", "")
    after = path.read_text().splitlines()
    assert (after[:2], after[3:]) == (before[:2], before[3:])
    assert after[2].startswith("eva:reader:$argon2id$v=19$m=65536,t=3,p=4$")
    found = [Users(path).check("eva", PASSWORD), Users(path).check("eva", "a password")]
    assert [user and user.name for user in found] == ["eva", None]


def test_the_time_does_not_tell_which_names_are_there_while_a_file_holds_both_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    users, kinds = Users(mixed_file(tmp_path, "eva", "otto", "karl", "lena")), []
    for kind in (Argon2Hash, ScryptHash):
        matches = kind.matches

        def noted(self: Any, password: str, matches: Any = matches) -> bool:
            kinds.append(type(self).__name__)
            return bool(matches(self, password))

        monkeypatch.setattr(kind, "matches", noted)
    names = [f"nobody{n}" for n in range(300)]
    for password in (ANNA[1], ROLF[1], "a password"):  # which are right, but not for these names
        assert [users.check(name, password) for name in names] == [None] * 300
    assert kinds[:300] == kinds[300:600] == kinds[600:]
    assert 60 < kinds[:300].count("Argon2Hash") < 140  # two of six
    again = Users(tmp_path / "passwords")  # a server that begins anew
    assert [again.check(name, "x") for name in names] == [None] * 300
    assert kinds[900:] == kinds[:300]


def test_in_a_file_that_names_nobody_any_more_nobody_is_found(tmp_path: Path) -> None:
    path = password_file(tmp_path)
    users = Users(path)
    path.write_text("# nobody\n")
    assert users.check(*ANNA) is None


def test_a_check_without_memory_is_an_error_and_no_wrong_password(tmp_path: Path) -> None:
    path = password_file(tmp_path)
    name, role, _ = path.read_text().splitlines()[0].split(":")
    path.write_text(f"{name}:{role}:{PasswordHasher(1, 2**18, 1).hash(ANNA[1])}\n")
    code = (
        "import resource, sys; from pathlib import Path; from ui.access.passwords import Users, set_password\n"
        "from qa.errors import InputError\n"
        "path = Path(sys.argv[1]); users = Users(path)\n"
        "pages = int(Path('/proc/self/statm').read_text().split()[0])\n"
        "most = pages * resource.getpagesize() + 2**25; resource.setrlimit(resource.RLIMIT_AS, (most, most))\n"
        f"for work in (lambda: users.check(*{ANNA!r}), lambda: set_password(path, 'eva', 'a password')):\n"
        "    try: print(work())\n"
        "    except InputError as error: print(error)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    told = "a password cannot be checked or hashed now (Memory allocation error); free memory, or allow more threads"
    assert run.stdout.splitlines() == [told, told]
    assert run.stderr == f"{told}\n"  # the log


def test_a_password_may_be_typed_on_any_keyboard() -> None:
    hashed = Argon2Hash.of("caf\u00e9 au lait", CHEAP)
    assert hashed.matches("cafe\u0301 au lait")
    assert not hashed.matches("cafe au lait")
    assert Argon2Hash.of("\ud800 half a pair", CHEAP).matches("\ud800 half a pair")


def test_a_change_of_the_file_counts_at_once_and_a_broken_one_lets_nobody_in(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = password_file(tmp_path)
    users: Any = Users(path)
    remove_user(path, "rolf")
    assert list(users.current()) == ["anna"]
    path.write_text("nonsense\n")
    for _ in range(2):
        with pytest.raises(InputError, match="line 1: is not name:role:hash"):
            users.current()
    path.unlink()
    with pytest.raises(InputError, match="there is no such file"):
        users.current()
    assert [record.message.split("; ")[0] for record in caplog.records] == [
        f"{path}, line 1: is not name:role:hash", f"{path}: there is no such file",
    ]  # fmt: skip
    password_file(tmp_path)
    assert list(users.current()) == ["anna", "rolf"]
