"""Mails: subject, sender and date; the body in its kinds and encodings; what is attached."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from qa.settings import Limits
from tests.qa.intake.test_reader import one, refused
from tests.support.documents import LONG, SECOND, mail, put

STORIES = f"""<html><head><title>x</title><style>p {{}}</style></head><body><table><tr><td><h1>Goose returns ring</h1>
<p>{LONG}</p></td></tr><tr><td><h2>Dam closed</h2><p>{SECOND}</p></td></tr></table></body></html>"""
HEAD = {"From": "Mere Post <news@mere.example>", "Subject": "Morning brief", "Date": "Sat, 3 May 2014 07:00:00 +0100"}


def test_a_newsletter_is_an_article_with_all_its_stories(tmp_path: Path) -> None:
    reading = one(put(tmp_path / "a.eml", mail(STORIES, "Read this in a browser.", **HEAD).as_bytes()))
    article = reading.article
    assert (article.title, article.source, article.published) == (
        "Morning brief",
        "Mere Post",
        "2014-05-03T07:00:00+01:00",
    )
    assert article.text == f"Goose returns ring\n\n{LONG}\n\nDam closed\n\n{SECOND}"
    assert (reading.line, reading.notes) == (0, ())


def test_a_mail_of_plain_text_is_read_with_its_wrapped_lines(tmp_path: Path) -> None:
    body = (
        "The goose came back on Monday after a long absence, the\ncouncil said in a statement that was read to all of "
        "the\nreporters outside.\n\nIt had the ring.\n"
    )
    article = one(put(tmp_path / "a.eml", mail(plain=body, **HEAD).as_bytes())).article
    assert article.text.endswith("\n\nIt had the ring.")


def test_plain_text_is_taken_where_the_html_says_nothing(tmp_path: Path) -> None:
    message = mail("<html><body><img src='cid:1'></body></html>", LONG, **HEAD)
    assert one(put(tmp_path / "a.eml", message.as_bytes())).article.text == LONG


def test_texts_in_several_types_are_each_there_once_and_none_is_lost(tmp_path: Path) -> None:
    parts = (("plain", LONG), ("html", f"<p>{SECOND}</p>"), ("plain", "Sent from Mere."))
    mixed = "".join(f"--b\nContent-Type: text/{kind}\n\n{text}\n" for kind, text in parts)
    path = put(tmp_path / "a.eml", f"Subject: Goose\nContent-Type: multipart/mixed; boundary=b\n\n{mixed}--b--\n")
    assert one(path).article.text == f"{LONG}\n\n{SECOND}\n\nSent from Mere."
    alternative = path.read_text().replace("mixed", "alternative")
    assert one(put(path, alternative)).article.text == SECOND


@pytest.mark.parametrize(
    ("sender", "source", "author"),
    [
        ("Mere Post <news@mere.example>", "Mere Post", ""),
        ('"Ada Lunt at Mere Post" <ada@mere.example>', "Mere Post", "Ada Lunt"),
        ('"Ada Lunt, Mere Post" <ada@mere.example>', "Mere Post", "Ada Lunt"),
        ("news@mere.example", "mere.example", ""),
        ("=?utf-8?q?L=C3=A9_Mere?= <news@mere.example>", "Lé Mere", ""),
    ],
)
def test_the_sender_is_outlet_or_person_and_outlet(tmp_path: Path, sender: str, source: str, author: str) -> None:
    article = one(put(tmp_path / "a.eml", f"From: {sender}\nSubject: Goose\n\n{LONG}\n")).article
    assert (article.source, article.authors) == (source, author)


def test_a_forwarded_subject_loses_its_prefix_and_a_bad_date_is_noted(tmp_path: Path) -> None:
    reading = one(put(tmp_path / "a.eml", f"Subject: Fwd: RE: Goose returns\nDate: soon\n\n{LONG}\n"))
    assert (reading.article.title, reading.article.published) == ("Goose returns", "")
    assert reading.notes == ("date 'soon' not understood",)


def test_what_is_attached_is_named_and_not_opened(tmp_path: Path) -> None:
    message = mail(f"<p>{LONG}</p><img src='cid:logo'>", LONG, **HEAD)
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.add_related(b"x", "image", "png", cid="<logo>")
    message.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf")
    message.add_attachment(mail(plain="Inner words.", Subject="Inner"))
    message.add_attachment("Not the body.", filename="notes.txt")
    reading = one(put(tmp_path / "a.eml", message.as_bytes()))
    assert reading.article.text == LONG
    assert reading.notes == ("3 attachments not read: plan.pdf, message/rfc822, notes.txt",)


@pytest.mark.parametrize(
    ("head", "body", "text", "notes"),
    [
        ("Content-Type: text/plain; charset=iso-8859-2", b"\xbelu\xbb.", "žluť.", ("decoded as iso8859-2",)),
        ("Content-Type: text/plain; charset=no-such-one", "Caf\u00e9.".encode(), "Café.", ()),
        ("X-Nothing: said", b"Caf\xe9.", "Café.", ("decoded as cp1252/latin-1",)),
        ("Content-Transfer-Encoding: quoted-printable", b"Caf=C3=A9.", "Café.", ()),
        ("Content-Transfer-Encoding: base64", b"Q2Fmw6ku", "Café.", ()),
        ("Content-Type: text/html", b"<meta charset=cp1251>\xcf\xf0\xe8.", "При.", ("decoded as cp1251",)),
    ],
)  # fmt: skip
def test_every_encoding_is_read(tmp_path: Path, head: str, body: bytes, text: str, notes: tuple[str, ...]) -> None:
    reading = one(put(tmp_path / "a.eml", f"Subject: Goose\n{head}\n\n".encode() + body))
    assert (reading.article.text, reading.notes) == (text, notes)


def test_a_subject_in_bytes_without_a_charset_is_read(tmp_path: Path) -> None:
    assert one(put(tmp_path / "a.eml", f"Subject: Rén fell\n\n{LONG}".encode())).article.title == "Rén fell"
    assert one(put(tmp_path / "b.eml", f"Subject: Rén fell\n\n{LONG}".encode("cp1252"))).article.title == "Rén fell"


def test_parts_within_parts_are_bounded(tmp_path: Path) -> None:
    def nested(depth: int) -> bytes:
        lines = ["Subject: Goose"]
        for level in range(depth):
            lines += [f'Content-Type: multipart/mixed; boundary="b{level}"', "", f"--b{level}"]
        return "\n".join([*lines, "Content-Type: text/plain", "", LONG]).encode()

    assert one(put(tmp_path / "a.eml", nested(10))).article.text == LONG
    for depth in (30, 5000):
        reason = refused(put(tmp_path / "b.eml", nested(depth))).reason
        assert reason == "the mail's parts are nested too deep: save its text as .txt"
    many = 'Subject: Goose\nContent-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\nRain.\n" * 50
    assert refused(put(tmp_path / "c.eml", many), Limits(mail_parts=20)).reason == (
        "over the limit of 20 parts (mail_parts): save its text as .txt"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            "Just text.\n\nMore of it.\n",
            "not a mail: it does not begin with a From, Subject or Date line; save text as .txt",
        ),
        ("Subject: Goose\n\n", "no text recovered: save the mail's text as .txt and add that"),
        ("", "empty: there is nothing to read"),
        ("PK\x03\x04", "the content is a zip archive: unpack it first, then add the folder"),
    ],
)
def test_what_is_no_mail_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    assert refused(put(tmp_path / "a.eml", content)).reason == reason
