"""The wordings of boilerplate on news pages; each matches a whole line unless it says otherwise."""

import re

from qa.text.words import word_set

LONGEST = 420  # characters; no line of boilerplate is longer, and the bound keeps every pattern linear

PLATFORMS = (
    "Twitter|X|Facebook|Instagram|Threads|Bluesky|BlueSky|LinkedIn|TikTok|YouTube|Mastodon|WhatsApp|Telegram|Snapchat"
)
WIRES = r"AP|AFP|UPI|Reuters|Associated Press|Bloomberg"
ROLES = r"reporter|writer|correspondent|editor|columnist|journalist|contributor"
# Parts of lines: how somebody is reached (mail, telephone, handle), that somebody speaks, how prose ends.
HANDLE = re.compile(r"(?<![\w.])@\w")
REACHED_BY = re.compile(rf"[\w.+-]{{1,60}}@[\w-]{{1,60}}\.\w|\d{{3}}[-. ]\d{{4}}|{HANDLE.pattern}")
SOMEBODY_SAYS = re.compile(r"\b(?:said|says|told|according)\b")
ENDS = re.compile(r"[.;,:][\"'”’)]*$")

RELATED_LABEL = re.compile(
    r"(?i:(?P<strong>read\s+more|also\s+(?:on|in)\s+[^:|.]{2,40}|also\s+read|see\s+also|read\s+also|"
    r"read\s+next|also\s+see|related\s+(?:story|stories|article|articles|"
    r"coverage|content|links?|reading|news)|more\s+(?:on|from)\s+[^:|.]{2,40}|you\s+(?:may|"
    r"might)\s+(?:also\s+)?like|"
    r"more\s+(?:news|coverage|stories|to\s+read)|don['’]t\s+miss|in\s+case\s+you\s+missed\s+it|"
    r"for\s+subscribers|"
    r"read\s+the\s+full\s+story(?:\s+here)?|keep\s+reading)"
    r"|(?P<weak>related|more|read|read\s+this|watch|listen|opinion\s+exclusive))\s*(?:[:|»]|"
    r">{1,3})\s*(?P<rest>.+)$",
    re.DOTALL,
)
RELATED_HEADING = re.compile(
    r"(?i:related(?:\s+(?:stories|articles|coverage|content|links|reading|news|topics|posts))?|"
    r"read\s+more|see\s+also|"
    r"more\s+(?:stories|news|coverage|on\s+this\s+story)|you\s+(?:may|might)\s+(?:also\s+)?like|"
    r"most\s+(?:read|popular|viewed)|"
    r"recommended(?:\s+(?:stories|reading|for\s+you))?|top\s+stories|trending(?:\s+now)?|"
    r"also\s+in\s+the\s+news|editors?['’]s?\s+picks?|"
    r"what\s+to\s+read\s+next|read\s+next|more\s+from\s+[\w .&'’-]{2,40})\s*[:»>…]*"
)
RELATED_LINK = re.compile(
    r"(?i:(?:click|tap)\s+here\s+(?:to|for)\s.{2,120}|(?:(?:click|tap)\s+here|click\s+to\s+(?:enlarge|"
    r"expand|play|share))[.!]?|"
    r"read\s+(?:the\s+)?(?:full\s+|rest\s+of\s+the\s+|whole\s+|original\s+)?(?:story|article|more|rest|"
    r"full\s+report)\s+(?:here|online|"
    r"on\s+[\w.]+)\s*[.!»>]*|continue\s+reading(?:\s.{0,80})?|for\s+(?:the\s+full\s+story|"
    r"more),?\s+click\s+here[.!]?)"
)
# A link whose label and title were run together: "► Low water:Ferry stops until Monday".
POINTER = re.compile(r"[^:]{3,60}:(?=[A-Z\"“'‘])[^:]{12,160}(?<![.;,])")
ADVERTISEMENT = re.compile(
    r"(?i:[-–—*_\s\[(]*(?:advertisement|advertising|sponsored(?:\s+content)?|promoted(?:\s+content)?|ad|"
    r"paid\s+content|"
    r"article\s+continues\s+(?:below|after)(?:\s+(?:this\s+|the\s+)?(?:advert\w*|ad))?|(?:story|"
    r"article)\s+continues\s+below|"
    r"advertisement\s*[-–—:]\s*(?:story|article)\s+continues\s+below|(?:scroll|"
    r"keep\s+scrolling)\s+to\s+continue(?:\s+reading)?|"
    r"ad\s+feedback|how\s+relevant\s+is\s+this\s+ad\s+to\s+you\?)[-–—*_\s\])]*)"
)
NEWSLETTER_START = re.compile(
    r"(?i:(?:sign[\s-]+up|signup|subscribe|get|join|want|like|enjoy\w*|receive|don['’]t\s+miss|stay|"
    r"start\s+your|need|never\s+miss|"
    r"\(?you\s+can\s+get|would\s+you\s+like|looking\s+for|what['’]s\s+everyone|love|keep\s+up|"
    r"our\s+(?:free\s+)?\w+\s+newsletter|"
    r"the\s+\w+\s+(?:newsletter|briefing)))\b"
)
NEWSLETTER_WORD = re.compile(
    r"(?i:\bnewsletters?\b|\b(?:your|my)\s+(?:e-?mail\s+)?inbox\b|\bby\s+e-?mail\b|"
    r"\b(?:e-?mail|text)\s+(?:message\s+)?(?:alerts?|updates?)\b|\bnews\s+alerts?\b)"
)
BRIEFING = re.compile(
    r"(?:Sign up|Sign-up|Subscribe) (?:for|to) [\w .&'’-]{2,60} (?:briefing|bulletin|digest|round-?up|"
    r"alerts|e-?mails?)[.!]?"
)
OFFER = re.compile(
    r"(?i:sign[\s-]+up(?:\s+(?:here|now|today|free|for\s+free))?|subscribe(?:\s+(?:now|today|here|"
    r"for\s+free))?|"
    r"subscribe\s+to\s+[\w.' ’-]{2,60}(?:today|now|here|for\s+as\s+little.{0,40})|"
    r"download\s+(?:the|our)\s+[\w ]{0,30}app\b.{0,80}|get\s+(?:the|our)\s+[\w ]{0,30}app\b.{0,80}|"
    r"already\s+a\s+subscriber\?.{0,60}|"
    r"become\s+a\s+(?:member|subscriber|supporter)(?:\s+(?:today|now|of\s.{2,40}))?)\s*[.!»>]*"
)
SHARE = re.compile(
    r"(?i:(?:share|e-?mail|tweet|print|save|bookmark|copy)(?:\s+(?:this|the)\s+(?:article|story|page|post|"
    r"link|url))"
    rf"(?:\s+(?:on|via|to|with|by)\s+(?:{PLATFORMS}|e-?mail|pinterest|reddit|friends|"
    rf"your\s+friends))?\s*[:.!]?|"
    rf"share(?:\s+(?:this|it|(?:on|via)\s+(?:{PLATFORMS}|e-?mail)))?\s*[:.!]?|copy\s+(?:link|"
    rf"(?:this\s+)?url\s+to\s+(?:your\s+)?"
    r"clipboard(?:\s+link\s+copied\s+to\s+clipboard)?(?:\s+share\s+this\s+story)?)|"
    r"link\s+copied(?:\s+to\s+clipboard)?[.!]?)"
)
BULLET = re.compile(r"^(?:[•▪●*→-]\s+|(?:>>+|»|▶|►)\s*)")
ARROW = re.compile(r"^(?:>>+|»|→|▶|►)")
SHARE_ROW = re.compile(
    rf"(?i:(?:(?:share(?:\s+(?:this\s+)?(?:on|via)\s+(?:{PLATFORMS}|e-?mail))?|{PLATFORMS}|pinterest|reddit|e-?mail|print|save|copy\s+link|link|"
    rf"comments?(?:\s*\(?\d+\)?)?|\d+\s+comments?|"
    r"pocket|flipboard|sms|messenger|tweet)(?:\s*[|·•,/]\s*|\s+|$)){2,12}"
    r")"
)
SOCIAL_START = re.compile(
    r"(?:You can (?:also )?)?(?:[Ff]ollow|FOLLOW|Find|[Ll]ike|Join|Connect with|Tweet|Reach) (?P<rest>.+)$",
    re.DOTALL,
)
PLATFORM = re.compile(rf"(?:\bon|\bat|,|and|via)\s+(?:{PLATFORMS})\b")
SOCIAL_TAIL = word_set(
    "on and or at in via the a for to our us his her their more updates news latest here formerly "
    "previously known as page account "
    "channel handle now called"
) | frozenset(name.casefold() for name in PLATFORMS.split("|"))
CREDIT = re.compile(
    r"(?i:\(?\[?(?:photo|photos|photograph|photographs|picture|pictures|image|images|video|illustration|"
    r"graphic|map|credit|"
    r"(?:photo|picture|image)\s+(?:credit|courtesy|source)s?|courtesy)\s*(?::|\s(?=by\s|©))\s*(?!see\b|"
    r"watch\b|how\b|what\b|why\b|inside\b))"
    r"(?P<who>.{2,110})$",
    re.DOTALL,
)
PICTURE = re.compile(r"(?:Photo|Photograph|Picture|Image|PHOTO|IMAGE|PICTURE): ?[A-ZÀ-Þ\"“'‘©].*[^?]")
PHOTO_BY = re.compile(
    r"(?:Photo|Photograph|Picture|Image)s? (?:by|via|from|courtesy of|"
    r"courtesy) [A-ZÀ-Þ][\w .,/&'’-]{2,70}(?<![.?!])"
)
BRACKETED = re.compile(
    r"[\[(](?:Photo|Photograph|Picture|Image|Photos|Pictures|Video|Map|Graphic|Illustration|"
    r"Caption)\b ?[:by].*[\])]"
)
PICTURE_AGENCIES = (
    r"Getty(?: Images)?|AP|AFP|Reuters|EPA|Shutterstock|Associated Press|Bloomberg|PA|PA Wire|Anadolu|ZUMA|Sipa USA|"
    r"iStock|Adobe Stock|USA TODAY(?: Sports| NETWORK| Network)?"
)
AGENCIES = rf"(?:{PICTURE_AGENCIES}|[A-Z][\w.'’-]+ (?:via|for) [A-Z][\w.'’ -]{{1,30}})"
PERSON = r"[A-Z][\w.'’-]*[a-zà-ÿ][\w.'’-]*(?:\s[A-Z][\w.'’-]*){1,3}"
CREDIT_TAIL = re.compile(
    r"[.!?][”\"]?\s+\(?(?:(?:Photo|Photograph|Picture|Image|Credit|Photo credit|PHOTO|CREDIT)(?::|"
    r"\s+(?:by|courtesy))\s*[^.!?]{2,80}|"
    rf"[A-Z][\w.'’ -]{{1,40}}\s?/\s?{AGENCIES}|"
    rf"(?P<slash>{PERSON}\s?/\s?[A-Z][\w&.'’-]*(?:\s[A-Z][\w&.'’-]*){{0,3}}))\)?\.?$"
)
AGENCY_CREDIT = re.compile(
    rf"\(?(?:[A-Z][\w.'’-]+(?:\s[A-Z][\w.'’-]+){{0,3}}\s?[/|]\s?){AGENCIES}\)?(?:\s?/\s?[A-Z]\w+)?\.?"
)
COPYRIGHT = re.compile(r"(?i:(?:©|\(c\)|copyright(?=\s*(?:©|\(c\)|\d{4})))\s*.{0,300})", re.DOTALL)
RIGHTS = re.compile(
    r"(?i:\ball\s+rights\s+reserved\b.{0,160}$|^this\s+material\s+may\s+not\s+be\s+published\b)", re.DOTALL
)
NAVIGATION = re.compile(
    r"(?i:(?:back|return|skip|jump)\s+to\s+(?:the\s+)?(?:top|main\s+content|content|navigation|"
    r"home\s?page|home)|menu|"
    r"(?:log|sign)\s+in(?:\s*[|/]\s*(?:register|sign\s+up|subscribe))?|(?:view|show|read|leave|post|"
    r"add)\s+(?:a\s+|all\s+)?comments?(?:\s*\(\d+\))?|"
    r"comments?\s*\(?\d+\)?|\d+\s+comments?|load\s+more|view\s+(?:gallery|slideshow)|"
    r"\d+\s?[-–]?\s?min(?:ute)?s?\s+(?:read|listen)|"
    r"(?:previous|next)\s+(?:article|story)|listen\s+to\s+(?:this\s+)?(?:article|story)(?:\s*[·|"
    r"]?\s*\d+\s?min\w*)?|"
    r"hide\s+caption|toggle\s+caption|enlarge(?:\s+this)?\s+image|play\s+video|"
    r"\(?(?:comments\s+are\s+closed)\)?)[.\s]*"
)

# Only at the foot of a page: prose may look like these.
TOPICS = re.compile(
    r"(?i:(?:topics?|tags?|filed\s+under|keywords|categories|more\s+topics|posted\s+in)\s*:\s*.{2,200})"
)
BIO = re.compile(
    rf"(?:[A-Z][\w.'’-]+\s){{1,4}}(?:is|covers|writes|reports|was)\s.{{0,200}}?\b(?:{ROLES}|covers|writes|reports)\b",
    re.DOTALL,
)
CONTACT = re.compile(
    r"(?:Contact|Reach|Email|E-mail|Write to|Got a tip\?|"
    r"Have a (?:news )?tip\b)(?:\s+(?:the\s+)?(?:reporter|writer|author|newsroom|editor)\b|"
    r"\s+[A-Z][\w'’-]+\s(?:[A-Z]\.\s)?[A-Z][\w'’-]+\b|.{0,80}\b(?:reporter|newsroom|editor)\b)"
)
ADDRESS = re.compile(r"(?:[^\W\d_][\w ,&'’-]{2,50}:\s*)?[\w.+-]{1,60}@[\w.-]{1,80}\w\.?")
OWNER = re.compile(r"(?:Copyright|COPYRIGHT),?\s+(?:of\s+)?[A-Z][\w .,&'’-]{2,60}")
CORRECTIONS = re.compile(
    r"(?i:(?:to\s+)?(?:report|submit|send)\s+(?:a\s+|us\s+)?(?:corrections?|an?\s+error|"
    r"news\s+tips?)\b.{0,120})"
)
REPORT_FROM = re.compile(
    r"[A-Z][^.!?]{0,120}\b(?:correspondents?|reporters?)\b[^.!?]{0,80}\b(?:reports?|"
    r"reported)\s+from\s+[A-Z][^.!?]{2,60}\.?"
)
UPDATED_NOTE = re.compile(
    r"(?i:\(?this\s+(?:story|article|report|page|post|live\s+blog)\s+(?:has\s+been|was)\s+(?:updated|"
    r"(?:first|originally)\s+(?:published|posted))"
    r".{0,160})"
)
APPEARED = (
    r"(?:a\s+version\s+of\s+)?this\s+(?:article|story|piece|column|interview)\s+(?:first\s+|originally\s+|also\s+)?"
    r"(?:appears?|appeared|ran)\b"
)
_APPEARED_ELSEWHERE = re.compile(rf"(?i:{APPEARED}.{{2,160}})")
_VIEWS = re.compile(r"(?i:the\s+(?:views|opinions)(?:\s+and\s+opinions)?\s+expressed\b.{2,300})", re.DOTALL)
_AUTHOR = re.compile(
    r"(?:[A-ZÀ-Þ][\w.'’-]+\s){1,4}(?:is|was)\s+(?:the|an?)\s+(?:[\w-]+\s){0,3}(?:author|editor|co-author)\s+of\s[A-ZÀ-Þ“\"‘'].{2,160}"
)
_CALL = re.compile(
    r"(?i:(?:do\s+you|have\s+you|have\s+a|got\s+an?|know\s+(?:more|something)|were\s+you)\b[^?]{0,80}\?.{0,40}"
    r"\b(?:call|e-?mail|contact|write\s+to|tell\s+us|get\s+in\s+touch|let\s+us\s+know|send)\b.{0,100})"
)
_RESERVED = re.compile(
    r"(?i:(?=.{0,160}$)(?:.{0,60}©.{0,120}|.{0,60}\b(?:do\s+not|may\s+not\s+be|no\s+part\s+may\s+be)\s+(?:be\s+)?"
    r"(?:reprint|reproduc|republish|copy|copied)\w*.{0,80}))"
)
_PAGE_LINKS = re.compile(
    r"(?i:(?:(?:about(?:\s+us)?|contact(?:\s+us)?|terms(?:\s+(?:of|and)\s+\w+)?|privacy(?:\s+policy)?|cookies?(?:\s+policy)?|"
    r"careers|advertise(?:\s+with\s+us)?|help|subscribe|sitemap|newsletters?|rss|log\s+in)(?:\s*[|·•/,]\s*|\s+|$)){2,12})"
)
FOOT = (
    TOPICS,
    CORRECTIONS,
    UPDATED_NOTE,
    REPORT_FROM,
    ADDRESS,
    OWNER,
    _APPEARED_ELSEWHERE,
    _VIEWS,
    _AUTHOR,
    _CALL,
    _RESERVED,
    _PAGE_LINKS,
)  # whole lines, at the foot only
