"""Lines that surround a story on its page and are none of it: links to other stories, offers, credits.

A body sentence that is lost is worse than a line of furniture that stays, so a rule sees only whole lines that
stand alone, and those that prose could also begin with look at how the line ends.
"""

import re

LONGEST = 420  # characters; no line of furniture is longer, and the bound keeps every pattern linear

_PLATFORMS = "Twitter|X|Facebook|Instagram|Threads|Bluesky|BlueSky|LinkedIn|TikTok|YouTube|Mastodon|WhatsApp|Telegram|Snapchat"
_MAIL = re.compile(r"[\w.+-]{1,60}@[\w-]{1,60}\.\w")
_HANDLE = re.compile(r"(?<![\w.])@\w")

_RELATED_LABEL = re.compile(
    r"(?i:(?P<strong>read\s+more|also\s+(?:on|in)\s+[^:|.]{2,40}|also\s+read|see\s+also|read\s+also|read\s+next|also\s+see|related\s+(?:story|stories|article|articles|"
    r"coverage|content|links?|reading|news)|more\s+(?:on|from)\s+[^:|.]{2,40}|you\s+(?:may|might)\s+(?:also\s+)?like|"
    r"more\s+(?:news|coverage|stories|to\s+read)|don['’]t\s+miss|in\s+case\s+you\s+missed\s+it|for\s+subscribers|"
    r"read\s+the\s+full\s+story(?:\s+here)?|keep\s+reading)"
    r"|(?P<weak>related|more|read|read\s+this|watch|listen|opinion\s+exclusive))\s*(?:[:|»]|>{1,3})\s*(?P<rest>.+)$",
    re.DOTALL,
)
_RELATED_HEADING = re.compile(
    r"(?i:related(?:\s+(?:stories|articles|coverage|content|links|reading|news|topics|posts))?|read\s+more|see\s+also|"
    r"more\s+(?:stories|news|coverage|on\s+this\s+story)|you\s+(?:may|might)\s+(?:also\s+)?like|most\s+(?:read|popular|viewed)|"
    r"recommended(?:\s+(?:stories|reading|for\s+you))?|top\s+stories|trending(?:\s+now)?|also\s+in\s+the\s+news|editors?['’]s?\s+picks?|"
    r"what\s+to\s+read\s+next|read\s+next|more\s+from\s+[\w .&'’-]{2,40})\s*[:»>…]*"
)
_RELATED_LINK = re.compile(
    r"(?i:(?:click|tap)\s+here\s+(?:to|for)\s.{2,120}|(?:(?:click|tap)\s+here|click\s+to\s+(?:enlarge|expand|play|share))[.!]?|"
    r"read\s+(?:the\s+)?(?:full\s+|rest\s+of\s+the\s+|whole\s+|original\s+)?(?:story|article|more|rest|full\s+report)\s+(?:here|online|"
    r"on\s+[\w.]+)\s*[.!»>]*|continue\s+reading(?:\s.{0,80})?|for\s+(?:the\s+full\s+story|more),?\s+click\s+here[.!]?)"
)
_POINTER = re.compile(r"(?:>>+|»|→|▶|►)\s*[A-Z\"“'‘].{8,160}(?<![.;,])")
_ADVERTISEMENT = re.compile(
    r"(?i:[-–—*_\s\[(]*(?:advertisement|advertising|sponsored(?:\s+content)?|promoted(?:\s+content)?|ad|paid\s+content|"
    r"article\s+continues\s+(?:below|after)(?:\s+(?:this\s+|the\s+)?(?:advert\w*|ad))?|(?:story|article)\s+continues\s+below|"
    r"advertisement\s*[-–—:]\s*(?:story|article)\s+continues\s+below|(?:scroll|keep\s+scrolling)\s+to\s+continue(?:\s+reading)?|"
    r"ad\s+feedback|video\s+ad\s+feedback|how\s+relevant\s+is\s+this\s+ad\s+to\s+you\?)[-–—*_\s\])]*)"
)
_NEWSLETTER_START = re.compile(
    r"(?i:(?:sign[\s-]+up|signup|subscribe|get|join|want|like|enjoy\w*|receive|don['’]t\s+miss|stay|start\s+your|need|never\s+miss|"
    r"\(?you\s+can\s+get|would\s+you\s+like|looking\s+for|what['’]s\s+everyone|love|keep\s+up|our\s+(?:free\s+)?\w+\s+newsletter|"
    r"the\s+\w+\s+(?:newsletter|briefing)))\b"
)
_NEWSLETTER_WORD = re.compile(
    r"(?i:\bnewsletters?\b|\b(?:your|my)\s+(?:e-?mail\s+)?inbox\b|\bby\s+e-?mail\b|\be-?mail\s+(?:alerts?|updates?)\b|\bbreaking\s+news\s+"
    r"alerts?\b)"
)
_BRIEFING = re.compile(r"(?:Sign up|Sign-up|Subscribe) (?:for|to) [\w .&'’-]{2,60} (?:briefing|bulletin|digest|round-?up|alerts|e-?mails?)[.!]?")
_OFFER = re.compile(
    r"(?i:sign[\s-]+up(?:\s+(?:here|now|today|free|for\s+free))?|subscribe(?:\s+(?:now|today|here|for\s+free))?|"
    r"subscribe\s+to\s+[\w.' ’-]{2,60}(?:today|now|here|for\s+as\s+little.{0,40})|support\s+(?:local|independent|our)\s+journalism\b.{0,120}|"
    r"download\s+(?:the|our)\s+[\w ]{0,30}app\b.{0,80}|get\s+(?:the|our)\s+[\w ]{0,30}app\b.{0,80}|already\s+a\s+subscriber\?.{0,60}|"
    r"become\s+a\s+(?:member|subscriber|supporter)(?:\s+(?:today|now|of\s.{2,40}))?)\s*[.!»>]*"
)
_SHARE = re.compile(
    r"(?i:(?:share|e-?mail|tweet|print|save|bookmark|copy)(?:\s+(?:this|the)\s+(?:article|story|page|post|link|url))"
    rf"(?:\s+(?:on|via|to|with|by)\s+(?:{_PLATFORMS}|e-?mail|pinterest|reddit|friends|your\s+friends))?\s*[:.!]?|"
    rf"share(?:\s+(?:this|it|(?:on|via)\s+(?:{_PLATFORMS}|e-?mail)))?\s*[:.!]?|copy\s+(?:link|(?:this\s+)?url\s+to\s+(?:your\s+)?"
    r"clipboard(?:\s+link\s+copied\s+to\s+clipboard)?(?:\s+share\s+this\s+story)?)|link\s+copied(?:\s+to\s+clipboard)?[.!]?)"
)
_SHARE_ROW = re.compile(
    rf"(?i:(?:(?:share|{_PLATFORMS}|pinterest|reddit|e-?mail|print|save|copy\s+link|link|comments?(?:\s*\(?\d+\)?)?|\d+\s+comments?|"
    r"pocket|flipboard|sms|messenger|tweet)(?:\s*[|·•,/]\s*|\s+|$)){2,12}"
    r")"
)
_SOCIAL_START = re.compile(
    r"(?:You can (?:also )?)?(?:[Ff]ollow|FOLLOW|Find|[Ll]ike|Join|Connect with|Tweet|Reach) (?P<rest>.+)$", re.DOTALL
)
_PLATFORM = re.compile(rf"(?:\bon|\bat|,|and|via)\s+(?:{_PLATFORMS})\b")
_SOCIAL_TAIL = frozenset(
    "on and or at in via the a for to our us his her their more updates news latest here formerly previously known as page account "
    "channel handle now called".split()
) | frozenset(name.casefold() for name in _PLATFORMS.split("|"))
_CREDIT = re.compile(
    r"(?i:\(?\[?(?:photo|photos|photograph|photographs|picture|pictures|image|images|video|illustration|graphic|map|credit|"
    r"(?:photo|picture|image)\s+(?:credit|courtesy|source)s?|courtesy)\s*(?::|\s(?=by\s|©))\s*(?!see\b|watch\b|how\b|what\b|why\b|inside\b))"
    r"(?P<who>.{2,110})$",
    re.DOTALL,
)
_PICTURE = re.compile(r"(?:Photo|Photograph|Picture|Image|PHOTO|IMAGE|PICTURE): ?[A-ZÀ-Þ\"“'‘©].*[^?]")
_PHOTO_BY = re.compile(r"(?:Photo|Photograph|Picture|Image)s? (?:by|via|from|courtesy of|courtesy) [A-ZÀ-Þ][\w .,/&'’-]{2,70}(?<![.?!])")
_BRACKETED = re.compile(r"[\[(](?:Photo|Photograph|Picture|Image|Photos|Pictures|Video|Map|Graphic|Illustration|Caption)\b ?[:by].*[\])]")
_AGENCIES = (
    r"(?:Getty(?: Images)?|AP|AFP|Reuters|EPA|Shutterstock|Associated Press|Bloomberg|PA|PA Wire|Anadolu|ZUMA|iStock|Adobe Stock|"
    r"USA TODAY(?: Sports| NETWORK| Network)?|[A-Z][\w.'’-]+ (?:via|for) [A-Z][\w.'’ -]{1,30})"
)
_PERSON = r"[A-Z][\w.'’-]*[a-zà-ÿ][\w.'’-]*(?:\s[A-Z][\w.'’-]*){1,3}"
_CREDIT_TAIL = re.compile(
    r"[.!?][”\"]?\s+\(?(?:(?:Photo|Photograph|Picture|Image|Credit|Photo credit|PHOTO|CREDIT)(?::|\s+(?:by|courtesy))\s*[^.!?]{2,80}|"
    rf"[A-Z][\w.'’ -]{{1,40}}\s?/\s?{_AGENCIES}|"
    rf"(?P<slash>{_PERSON}\s?/\s?[A-Z][\w&.'’-]*(?:\s[A-Z][\w&.'’-]*){{0,3}}))\)?\.?$"
)
_AGENCY_CREDIT = re.compile(rf"\(?(?:[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){{0,3}}\s?[/|]\s?){_AGENCIES}\)?(?:\s?/\s?[A-Z]\w+)?\.?")
_CONTRIBUTED = re.compile(
    r"(?i:contributing|contributors?|reporting\s+by|additional\s+reporting(?:\s+by)?|writing\s+by|editing\s+by|edited\s+by|"
    r"compiled\s+by|with\s+reporting\s+by)\s*:?\s+(?=[A-Z“])(?P<names>.{2,300})$",
    re.DOTALL,
)
_CONTRIBUTED_TAIL = re.compile(
    r"(?:contributed(?:\s+(?:to\s+(?:this|the)\s+(?:report|story|article)|(?:additional\s+)?reporting|from\s+[A-Z][\w ,]{2,60}))|"
    r"reported\s+from\s+[A-Z][\w ,]{2,60}\s+for\s+this\s+(?:story|article))(?:\s+(?:from|for|in)\s+[A-Z][\w ,.]{2,40})?\.?$"
)
_COPYRIGHT = re.compile(r"(?i:(?:©|\(c\)|copyright(?=\s*(?:©|\(c\)|\d{4})))\s*.{0,300})", re.DOTALL)
_RIGHTS = re.compile(r"(?i:\ball\s+rights\s+reserved\b.{0,160}$|^this\s+material\s+may\s+not\s+be\s+published\b)", re.DOTALL)
_NAVIGATION = re.compile(
    r"(?i:(?:back|return|skip|jump)\s+to\s+(?:the\s+)?(?:top|main\s+content|content|navigation|home\s?page|home)|menu|"
    r"(?:log|sign)\s+in(?:\s*[|/]\s*(?:register|sign\s+up|subscribe))?|(?:view|show|read|leave|post|add)\s+(?:a\s+|all\s+)?comments?(?:\s*\(\d+\))?|"
    r"comments?\s*\(?\d+\)?|\d+\s+comments?|load\s+more|view\s+(?:gallery|slideshow)|\d+\s?[-–]?\s?min(?:ute)?s?\s+(?:read|listen)|"
    r"(?:previous|next)\s+(?:article|story)|listen\s+to\s+(?:this\s+)?(?:article|story)(?:\s*[·|]?\s*\d+\s?min\w*)?|"
    r"hide\s+caption|toggle\s+caption|enlarge(?:\s+this)?\s+image|play\s+video|\(?(?:comments\s+are\s+closed)\)?)[.\s]*"
)

# Only at the foot of a page: prose may look like these.
_TOPICS = re.compile(r"(?i:(?:topics?|tags?|filed\s+under|keywords|categories|more\s+topics|posted\s+in)\s*:\s*.{2,200})")
_BIO = re.compile(
    r"(?:[A-Z][\w.'’-]+\s){1,4}(?:is|covers|writes|reports|was)\s.{0,200}?\b(?:reporter|writer|correspondent|editor|columnist|journalist|"
    r"covers|writes|reports|contributor)\b",
    re.DOTALL,
)
_CONTACT = re.compile(
    r"(?:Contact|Reach|Email|E-mail|Write to|Got a tip\?|Have a (?:news )?tip\b)(?:\s+(?:the\s+)?(?:reporter|writer|author|newsroom|editor)\b|"
    r"\s+[A-Z][\w'’-]+\s(?:[A-Z]\.\s)?[A-Z][\w'’-]+\b|.{0,80}\b(?:reporter|newsroom|editor)\b)"
)
_ADDRESS = re.compile(r"(?:[^\W\d_][\w ,&'’-]{2,50}:\s*)?[\w.+-]{1,60}@[\w.-]{1,80}\w\.?")
_OWNER = re.compile(r"(?:Copyright|COPYRIGHT),?\s+(?:of\s+)?[A-Z][\w .,&'’-]{2,60}")
_CORRECTIONS = re.compile(r"(?i:(?:to\s+)?(?:report|submit|send)\s+(?:a\s+|us\s+)?(?:corrections?|an?\s+error|news\s+tips?)\b.{0,120})")
_REPORT_FROM = re.compile(
    r"[A-Z][^.!?]{0,120}\b(?:correspondents?|reporters?)\b[^.!?]{0,80}\b(?:reports?|reported)\s+from\s+[A-Z][^.!?]{2,60}\.?"
)
_UPDATED_NOTE = re.compile(
    r"(?i:\(?this\s+(?:story|article|report|page|post|live\s+blog)\s+(?:has\s+been|was)\s+(?:updated|(?:first|originally)\s+(?:published|posted))"
    r".{0,160})"
)


def furniture_reason(text: str) -> str:
    """Return why a line that stands alone is furniture wherever it stands, "" when it may be body."""
    if len(text) > LONGEST or text[:1].islower():  # the rest of a sentence that was broken above
        return ""
    if _ADVERTISEMENT.fullmatch(text):
        return "advertisement"
    if _is_newsletter(text):
        return "newsletter"
    if _is_related(text):
        return "related"
    if _is_credit(text):
        return "credit"
    if _SHARE.fullmatch(text) or _SHARE_ROW.fullmatch(text) or _is_social(text):
        return "social"
    if _NAVIGATION.fullmatch(text):
        return "navigation"
    if (_COPYRIGHT.fullmatch(text) and len(text) <= 300) or (_RIGHTS.search(text) and len(text) <= 300):
        return "footer"
    if _contribution(text):
        return "footer"
    return ""


def foot_reason(text: str) -> str:
    """Return why a line below the story's last sentence is furniture, "" when it may be body."""
    if reason := furniture_reason(text):
        return reason
    if len(text) > LONGEST:
        return ""
    if _ADDRESS.fullmatch(text) or _OWNER.fullmatch(text):
        return "footer"
    contact = bool(_MAIL.search(text) or _HANDLE.search(text) or re.search(r"\d{3}[-. ]\d{4}", text))
    if _TOPICS.fullmatch(text) or _CORRECTIONS.fullmatch(text) or _UPDATED_NOTE.fullmatch(text) or _REPORT_FROM.fullmatch(text):
        return "footer"
    if contact and (_CONTACT.match(text) or _BIO.match(text)):
        return "footer"
    if _BIO.match(text) and re.search(r"(?i)\b(?:for|at|with)\s+(?:the\s+)?[A-Z]", text) and len(text) <= 160:
        return "footer"
    return ""


def is_related_heading(text: str) -> bool:
    """Whether a line announces a list of other stories."""
    return len(text) <= 60 and bool(_RELATED_HEADING.fullmatch(text))


def _is_related(text: str) -> bool:
    if len(text) > 260:
        return False
    if is_related_heading(text) or _RELATED_LINK.fullmatch(text):
        return True
    if _POINTER.fullmatch(text):
        return True
    match = _RELATED_LABEL.match(text)
    if not match or "\n" in text:
        return False
    rest = match["rest"].strip()
    if not (rest[:1].isupper() or rest[:1].isdigit() or rest[:1] in "'\"‘“$£€¿"):
        return False  # "Related: prices rose in March, and..." is a sentence
    ends = bool(re.search(r"[.;:,][\"'”’)]*$", rest))
    if match["strong"]:
        return not ends or len(rest) <= 110
    return not ends and len(rest.split()) >= 3 and not re.search(r"[.;]\s+[A-Z]", rest)


def _is_newsletter(text: str) -> bool:
    if len(text) > 330:
        return False
    if _OFFER.fullmatch(text):
        return True
    if _BRIEFING.fullmatch(text):
        return True
    return bool(_NEWSLETTER_START.match(text) and _NEWSLETTER_WORD.search(text) and _asks_reader(text))


def _asks_reader(text: str) -> bool:
    """Whether the line speaks to the reader, as an offer does and a sentence about newsletters does not."""
    return bool(re.search(r"(?i)\bsign[\s-]*up\b|\bsubscribe\b|\byour\b|\byou\b|\bour\b|\bmy\b|\bus\b", text)) and not re.search(
        r"\b(?:said|says|told|according)\b", text
    )


def _is_social(text: str) -> bool:
    """Whether the line says whom to follow where, and after the first platform nothing but more of them."""
    match = _SOCIAL_START.match(text)
    if not match or len(text) > 260 or "\n" in text:
        return False
    rest = match["rest"]
    found = _PLATFORM.search(rest) or _HANDLE.search(rest)
    if not found or len(rest[: found.start()].split()) > 14:
        return False
    return all(
        "@" in word or "/" in word or word.strip(".,():;!&|").casefold() in _SOCIAL_TAIL or word.strip(".,():;!&|") == ""
        for word in rest[found.start() :].split()
    )


def _is_credit(text: str) -> bool:
    if "\n" in text:
        return False
    if len(text) <= 260 and (_PICTURE.fullmatch(text) or _PHOTO_BY.fullmatch(text) or _BRACKETED.fullmatch(text)):
        return True
    match = _CREDIT.match(text)
    if match:
        who = match["who"].strip()
        proper = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", who) if len(word) > 3]
        capital = sum(word[0].isupper() for word in proper)
        return not (who[-1:] in "?!") and (not proper or capital * 3 >= len(proper) * 2)
    if len(text) <= 110 and _AGENCY_CREDIT.fullmatch(text):
        return True
    tail = _CREDIT_TAIL.search(text) if len(text) <= 300 else None
    return tail is not None and (tail["slash"] is None or len(text[: tail.start()].split()) >= 6)


def _contribution(text: str) -> bool:
    if "\n" in text:
        return False
    if match := _CONTRIBUTED.match(text):
        words = [word for word in re.findall(r"[^\W\d_][\w'’.-]*", match["names"]) if len(word) > 3]
        return sum(word[0].isupper() or word in ("editing", "reporting", "writing", "staff", "wire") for word in words) * 4 >= len(words) * 3
    return len(text) <= 260 and bool(_CONTRIBUTED_TAIL.search(text)) and text[:1].isupper()
