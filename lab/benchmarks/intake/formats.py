"""Fidelity of file formats: how much of an article survives a PDF, a Word document, a mail, a table and a feed.

    python -m lab.benchmarks.intake.formats

The articles of ``seeds/`` are written in each format, PDFs by Chromium in several layouts and by fpdf2, and read again.
A paragraph counts as found when it stands in the body as a paragraph, character for character; other
paragraphs of the body count as extra.
"""

import csv
import html
import io
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import docx
from fpdf import FPDF
from playwright.sync_api import Page, sync_playwright

from qa.intake import Reading, read
from qa.records import Article

_SEEDS = Path(__file__).parents[3] / "seeds"
_LAYOUTS = {
    "print": "",
    "print, narrow": "body { width: 9cm; font: 11pt serif }",
    "print, two columns, justified": "body { columns: 2; text-align: justify; font: 10pt serif }",
    "print, indented, no space between": "p { margin: 0; text-indent: 1.2em; font: 11pt/1.25 serif }",
    "print, words parted": "body { columns: 2; hyphens: manual; text-align: justify; font: 10pt serif }",
    "print, double spaced": "body { line-height: 2.2; font: 12pt serif }",
}


@dataclass(slots=True)
class _Score:
    paragraphs: int = 0
    found: int = 0
    extra: int = 0
    titles: int = 0
    dates: int = 0
    articles: int = 0

    def take(self, article: Article, read_back: Article | None) -> None:
        """Count one article."""
        wanted = [" ".join(part.split()) for part in article.text.split("\n") if part.strip()]
        got = [" ".join(part.split()) for part in read_back.text.split("\n") if part.strip()] if read_back else []
        self.articles += 1
        self.paragraphs += len(wanted)
        self.found += sum(part in got for part in wanted)
        self.extra += sum(part not in wanted for part in got)
        self.titles += bool(read_back and read_back.title == article.title)
        self.dates += bool(read_back and read_back.published[:10] == article.published[:10])


def _page(article: Article, style: str = "") -> str:
    parts = [
        f"<h1>{html.escape(article.title)}</h1>",
        f"<p>By {html.escape(article.authors)}</p>" if article.authors else "",
    ]
    parts.append(f"<p>{article.published[:10]}</p>")
    parts += [f"<p>{html.escape(part)}</p>" for part in article.text.split("\n") if part.strip()]
    title = f"<title>{html.escape(article.title)} - {html.escape(article.source)}</title>"
    return f"<html lang=en><head>{title}<style>{style}</style></head><body>{''.join(parts)}</body></html>"


def _parted(word: re.Match[str]) -> str:
    return word[0][:4] + "\u00ad" + word[0][4:]


def _printed(page: Page, style: str) -> Callable[[Article, Path], Path]:
    def write(article: Article, folder: Path) -> Path:
        content = _page(article, style)
        if "hyphens" in style:  # where a word may be parted is said by hand: headless Chromium has no dictionary
            head, body = content.split("</head>")
            content = f"{head}</head>{re.sub('[a-z]{8,}', _parted, body)}"
        page.set_content(content)
        page.pdf(path=folder / "a.pdf", display_header_footer=True, margin={"top": "2cm", "bottom": "2cm"})
        return folder / "a.pdf"

    return write


def _by_fpdf(article: Article, folder: Path) -> Path:
    sheet = FPDF()
    sheet.add_page()
    fonts = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
    sheet.add_font("body", fname=fonts) if fonts.exists() else None
    for size, text in [
        (18, article.title),
        (11, article.published[:10]),
        *((11, part) for part in article.text.split("\n")),
    ]:
        sheet.set_font("body" if fonts.exists() else "helvetica", size=size)
        if text.strip():
            sheet.multi_cell(0, size / 2, text, new_x="LMARGIN", new_y="NEXT")
            sheet.ln(3)
    sheet.output(str(folder / "a.pdf"))
    return folder / "a.pdf"


def _word(article: Article, folder: Path) -> Path:
    document = docx.Document()
    document.add_heading(article.title, 0)
    for text in (article.published[:10], *article.text.split("\n")):
        document.add_paragraph(text)
    document.save(str(folder / "a.docx"))
    return folder / "a.docx"


def _mail(article: Article, folder: Path) -> Path:
    message = EmailMessage()
    message["From"] = f"{article.source} <news@mere.example>"
    message["Subject"] = article.title
    message["Date"] = format_datetime(datetime.fromisoformat(article.published).astimezone(UTC))
    message.set_content(article.text)
    message.add_alternative("".join(f"<p>{html.escape(part)}</p>" for part in article.text.split("\n")), subtype="html")
    (folder / "a.eml").write_bytes(message.as_bytes())
    return folder / "a.eml"


def _table(article: Article, folder: Path) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([("headline", "body", "date"), (article.title, article.text, article.published)])
    (folder / "a.csv").write_text(out.getvalue(), newline="")
    return folder / "a.csv"


def _feed(article: Article, folder: Path) -> Path:
    body = html.escape("".join(f"<p>{html.escape(part)}</p>" for part in article.text.split("\n")))
    (folder / "a.rss").write_text(
        f'<rss version="2.0"><channel><title>x</title><item><title>{html.escape(article.title)}</title>'
        f"<pubDate>{article.published}</pubDate><description>{body}</description></item></channel></rss>"
    )
    return folder / "a.rss"


def _articles() -> Iterator[Article]:
    for found in read([_SEEDS]):
        if isinstance(found, Reading):
            yield found.article


def main() -> None:
    """Print a line of Markdown for each format."""
    articles = list(_articles())
    print("| written as | paragraphs | found | extra | titles | dates |\n|---|---|---|---|---|---|")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        writers = {f"PDF, {name}": _printed(page, style) for name, style in _LAYOUTS.items()}
        writers |= {"PDF, fpdf2": _by_fpdf, "Word": _word, "mail": _mail, "CSV": _table, "RSS": _feed}
        for name, write in writers.items():
            score = _Score()
            for article in articles:
                found = next(iter(read([write(article, Path(folder))])))
                score.take(article, found.article if isinstance(found, Reading) else None)
            print(
                f"| {name} | {score.paragraphs} | {score.found} | {score.extra} | {score.titles}/{score.articles} "
                f"| {score.dates}/{score.articles} |",
                flush=True,
            )
        browser.close()


if __name__ == "__main__":
    main()
