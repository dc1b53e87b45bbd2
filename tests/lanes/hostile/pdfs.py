"""Case 11: PDFs that mean harm, written by hand."""

import random
import zlib

from tests.lanes.hostile.case import ANY, SENTENCE, STORY, Case, Content, file
from tests.lanes.hostile.lines import ZIP


def _stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<<" + extra + b" /Length " + str(len(content)).encode() + b">>\nstream\n" + content + b"\nendstream"


def _pdf(objects: dict[int, bytes], trailer: bytes = b"", *, table: bool = True, root: int = 1) -> bytes:
    """Return a PDF of numbered objects, written by hand."""
    out = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places: dict[int, int] = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    start, size = len(out), max(objects) + 1
    if table:
        out += f"xref\n0 {size}\n0000000000 65535 f \n".encode()
        for number in range(1, size):
            out += f"{places.get(number, 0):010d} 00000 {'n' if number in places else 'f'} \n".encode()
    trailer = f"/Size {size} /Root {root} 0 R ".encode() + trailer
    return out + b"trailer\n<<" + trailer + b">>\nstartxref\n" + str(start).encode() + b"\n%%EOF\n"


def _words(text: str = SENTENCE) -> bytes:
    return b"BT /F1 12 Tf 72 700 Td (" + text.encode() + b") Tj ET"


FONT = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"
CATALOG = b"<</Type /Catalog /Pages 2 0 R>>"
PAGES = b"<</Type /Pages /Kids [3 0 R] /Count 1>>"
PAGE = b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>"


def _sheet(changes: dict[int, bytes] | None = None, trailer: bytes = b"") -> bytes:
    """Return a PDF of one page with a sentence, but for what is changed."""
    objects = {1: CATALOG, 2: PAGES, 3: PAGE, 4: _stream(_words()), 5: FONT}
    return _pdf(objects | (changes or {}), trailer)


def _many_pages(count: int) -> bytes:
    kids = " ".join(f"{number} 0 R" for number in range(10, 10 + count)).encode()
    objects = {1: CATALOG, 2: b"<</Type /Pages /Kids [" + kids + b"] /Count " + str(count).encode() + b">>",
               4: _stream(_words()), 5: FONT}  # fmt: skip
    return _pdf(objects | {number: PAGE for number in range(10, 10 + count)})


def _bomb(size: int, filters: int = 1) -> bytes:
    squeeze = zlib.compressobj(9)
    content = b"".join(squeeze.compress(b" " * (1 << 20)) for _ in range(size >> 20)) + squeeze.flush()
    for _ in range(filters - 1):
        content = zlib.compress(content, 9)
    names = b"/FlateDecode " * filters
    return _sheet({4: _stream(content, b"/Filter [" + names + b"]")})


def _form(inside: bytes) -> bytes:
    return _stream(inside, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</X 6 0 R>>>>")


def _read(name: str, content: Content, text: str = SENTENCE, rejected: str = ANY) -> Case:
    return Case(f"pdf: {name}", 11, file("a.pdf", content), text, rejected, bool(text and rejected), ".pdf")


DRAWS = PAGE.replace(b"/Resources <<", b"/Resources <</XObject <</X 6 0 R>> ")
CASES = (
    _read("10,000 pages of one content", lambda full: _many_pages(10_000 if full else 200)),
    _read("a gigabyte in a page", lambda full: _bomb(1 << 30 if full else 1 << 27), "", ANY),
    _read("deflated four times", lambda full: _bomb(1 << 30 if full else 1 << 27, 4), "", ANY),
    _read("3 million operators", lambda full: _sheet({4: _stream(
        _words() + b" q Q 0 0 m" * (1_000_000 if full else 20_000))})),
    _read("table of places that comes before itself", _sheet(trailer=b"/Prev 0 ")),
    _read("table of places before the file", _sheet(trailer=b"/Prev 99999999999999 ")),
    _read("pages that hold themselves", _sheet({2: b"<</Type /Pages /Kids [2 0 R 3 0 R] /Count 2>>"})),
    _read("page that is its own parent", _sheet({3: PAGE.replace(b"/Parent 2 0 R", b"/Parent 3 0 R")})),
    _read("quadrillions of pages", _sheet({2: PAGES.replace(b"/Count 1", b"/Count 9000000000000000")})),
    _read("fewer than no pages", _sheet({2: PAGES.replace(b"/Count 1", b"/Count -5")})),
    _read("no pages", _sheet({2: b"<</Type /Pages /Kids [] /Count 0>>"}), "", ANY),
    _read("no catalogue", _sheet({1: b"null"}), "", ANY),
    _read("locked", _sheet(trailer=b"/Encrypt <</Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <" + b"41" * 32
                           + b"> /U <" + b"42" * 32 + b">>> /ID [<41><41>]"), "", ANY),
    _read("locked in no known way", _sheet(trailer=b"/Encrypt <</Filter /Nobody /V 99>>"), "", ANY),
    _read("cut in half", _sheet()[:300], "", ANY),
    _read("nothing but its first line", b"%PDF-1.7\n", "", ANY),
    _read("noise", b"%PDF-1.7\n" + random.Random(1).randbytes(50_000), "", ANY),
    _read("noise in its middle", _sheet()[:200] + random.Random(2).randbytes(500) + _sheet()[200:]),
    _read("no table of places", _sheet().replace(b"xref", b"none")),
    _read("place of the table beyond the file", _sheet().replace(b"startxref\n", b"startxref\n9")),
    _read("stream of quadrillions", _sheet({4: b"<</Length 9000000000000000>>\nstream\n" + _words() + b"\nendstream"})),
    _read("stream of negative length", _sheet({4: b"<</Length -1>>\nstream\n" + _words() + b"\nendstream"})),
    _read("content that is itself", _sheet({4: b"[4 0 R 4 0 R]"}), "", ANY),
    _read("arrays nested 50,000 deep", _sheet({6: b"[" * 50_000 + b"]" * 50_000, 4: b"6 0 R"}), "", ANY),
    _read("arrays nested 5,000 deep in a page", _sheet({4: _stream(b"[" * 5000 + _words())})),
    _read("form that draws itself", _sheet({3: DRAWS, 6: _form(_words() + b" /X Do"), 4: _stream(b"/X Do")})),
    _read("billion forms", _sheet({3: DRAWS, 4: _stream(b"/X Do " * 20), 6: _form(b"/X Do " * 20 + _words())})),
    _read("unknown filter", _sheet({4: _stream(_words(), b"/Filter /Nobody")}), "", ANY),
    _read("filters without end", _sheet({4: _stream(_words(), b"/Filter [" + b"/ASCIIHexDecode " * 2000 + b"]")}),
          "", ANY),
    _read("run lengths", _sheet({4: _stream(b"\x81 " * 200_000, b"/Filter /RunLengthDecode")}), "", ANY),
    _read("prediction over billions of columns", _sheet({4: _stream(
        zlib.compress(_words()), b"/Filter /FlateDecode /DecodeParms <</Predictor 12 /Columns 2000000000>>")}),
          "", ANY),
    _read("damaged deflation", _sheet({4: _stream(zlib.compress(_words())[:-9], b"/Filter /FlateDecode")})),
    _read("letters mapped to all of Unicode", _sheet({
        5: FONT.replace(b">>", b" /ToUnicode 6 0 R>>"),
        6: _stream(b"1 begincodespacerange <0000> <FFFF> endcodespacerange 1 beginbfrange <0000> <FFFFFFFF> <0000> "
                   b"endbfrange"),
    })),
    _read("letters mapped to megabytes", _sheet({
        5: FONT.replace(b">>", b" /ToUnicode 6 0 R>>"),
        6: _stream(b"1 beginbfchar <64> <" + b"0041" * 50_000 + b"> endbfchar"),
    }), "am at Verrin"),
    _read("page of no size", _sheet({3: PAGE.replace(b"[0 0 612 792]", b"[0 0 0 0]")})),
    _read("page of no numbers", _sheet({3: PAGE.replace(b"[0 0 612 792]", b"[/a (b) null <<>>]")})),
    _read("script that runs when opened", _sheet({
        1: CATALOG.replace(b">>", b" /OpenAction <</S /JavaScript /JS (app.alert\\(1\\))>>>>")})),
    _read("program that runs when opened", _sheet({
        1: CATALOG.replace(b">>", b" /OpenAction <</S /Launch /F (/bin/touch escaped)>>>>")})),
    _read("attached files that climb", _sheet({
        1: CATALOG.replace(b">>", b" /Names <</EmbeddedFiles <</Names [(../../escaped.txt) 6 0 R]>>>>>>"),
        6: b"<</Type /Filespec /F (../../escaped.txt) /EF <</F 4 0 R>>>>",
    })),
    _read("title that is a list", _sheet({6: b"<</Title [1 2] /Author <<>> /CreationDate 7>>"}, b"/Info 6 0 R")),
    _read("date of no calendar", _sheet({6: b"<</CreationDate (D:99999999999999)>>"}, b"/Info 6 0 R")),
    _read("numbers of a thousand digits", _sheet({4: _stream(b"9" * 1000 + b" 0 Td " + _words())})),
    _read("picture without text", _sheet({4: _stream(b"0 0 10 10 re f")}), "", ANY),
    _read("zip in disguise", ZIP, "", ANY),
    _read("text in disguise", STORY, "", ANY),
    _read("nothing", b"", "", "empty"),
)  # fmt: skip
