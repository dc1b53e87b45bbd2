"""The wordings of closing credits and the words that may stand in them; each matches a whole text unless it says so."""

import re

from qa.text.words import word_set

LONGEST_CREDIT = 2000  # characters; long live reports name a hundred people
LONGEST_SIGNATURE = 120

_WIRES = (
    r"AFP|AP|UPI|PTI|ANI|IANS|UNI|AAP|dpa|DPA|EFE|ANSA|TASS|Tass|KUNA|SPA|WAM|IRNA|Reuters|Xinhua|Interfax|Yonhap|Bernama|"
    r"Antara|Kyodo(?:\sNews)?|Anadolu(?:\sAgency)?|PA(?:\sMedia)?|Bloomberg\sNews|RIA\sNovosti|Agence\sFrance[\s-]Presse|"
    r"(?:The\s)?(?:Associated|Canadian)\sPress|Press\s(?:Association|Trust\sof\sIndia)"
)
LAST_WORDS = (  # how these names end
    "AFP", "AP", "UPI", "PTI", "ANI", "IANS", "UNI", "AAP", "dpa", "DPA", "EFE", "ANSA", "TASS", "Tass", "KUNA", "SPA",
    "WAM", "IRNA", "Reuters", "Xinhua", "Interfax", "Yonhap", "Bernama", "Antara", "Kyodo", "News", "Anadolu", "Agency",
    "PA", "Media", "Novosti", "Presse", "Press", "Association", "India", "gencies",
)  # fmt: skip
AGENCY = re.compile(
    rf"\b(?:{_WIRES}|CNN|BBC|NPR|NBC|CBS|ABC\sNews|USA\sT(?:ODAY|oday)|Al\sJazeera)\b"
)  # found in a text

OUTLETS = word_set(
    "News Times Post Enquirer Inquirer Republic Wire Gazette Herald Press Tribune Chronicle Journal Daily Weekly "
    "Observer Courier Echo Mail Star Sun Guardian Telegraph Network Radio TV Review Magazine Bulletin Register "
    "Sentinel Argus Advertiser Examiner Dispatch Globe Mercury Ledger Recorder Standard Beacon Monitor Messenger "
    "Record Bloomberg"
)
JOBS = word_set(
    "reporter reporters writer writers correspondent correspondents editor editors producer producers journalist "
    "journalists photographer photographers photojournalist photojournalists columnist columnists stringer "
    "stringers"
)
STAFF = word_set("agencies local media news press reports service services staff staffers wire wires")
DESKS = STAFF | word_set(  # what stands beside a job
    "accountability agency arts assistant associate bureau bureaus business chief city colleague colleagues "
    "contributor contributors county courts crime data deputy desk digital director education engagement "
    "enterprise environment fellow fellows film food foreign freelance freelancer freelancers government health "
    "intern interns international investigative managing medical member members multimedia music national "
    "newsroom newsrooms newspaper outlets partner partners political politics radio regional researcher "
    "researchers science senior special sport sports staffer state statewide storm team teams technology "
    "television travel tv video visual watchdog weather"
)
LINKS = word_set(  # between names, and within them
    "a aboard af al also an and as at aus av both by da dal dalla das de degli dei del della den der des di do "
    "dos du e el for from in la las le les lo los near of on or our outside the und van ver vom von with y zu zum "
    "zur bin binti bint ibn ben abu ul ur ten ter te"
)
CLAUSES = word_set("reported reporting contributed research additional writing editing")  # of a credit before
NUMBERS = word_set("two three four five six seven eight nine ten former")
# "al-Shughour", "d'Ivoire", "ez-Zor"; but "pro-Western" is no name.
PARTICLE = re.compile(
    r"(?!(?:anti|ex|mid|neo|non|post|pre|pro|un)-)[^\W\d_]{1,5}['’‑-](?=[^\W\d_])"
)  # how a word begins
POSSESSIVE = re.compile(r"(?:['’]s|(?<=s)['’])$")
WORD = re.compile(r"[^\s,;:/&|()\[\]“”\"]+")
BEGINS_PROSE = word_set(
    "he she it they we i you this that these those who which what many most some several few all none each every "
    "everyone everybody anybody nobody somebody others another no not but and or so when while if as after before "
    "since in on at by from to there here more less nearly almost about over under only even such one his her its "
    "their my your how why where than then now later still yet rain snow wind weather fog experts scientists "
    "officials researchers academics economists authors volunteers students teachers doctors residents readers "
    "members people women men children parents police prosecutors lawyers politicians ministers governments "
    "countries states cities companies firms banks donors investors engineers nurses workers employees neighbors "
    "neighbours friends fans players"
)
DATES = word_set(
    "january february march april may june july august september october november december monday tuesday "
    "wednesday thursday friday saturday sunday spring summer autumn winter"
)
BEFORE_DATE = word_set("in on last since until of from")
NO_PLACE = re.compile(r"\b(?:as|by|for|with)\b")  # found in a text
SAYS = re.compile(r"\b(?:said|says|told|admitted|according|revealed|showed|found)\b")  # found in a text

# Behind who did it: "contributed reporting from Oslo".
CONTRIBUTED = re.compile(
    r"\s(?:(?:also|each|both|all|jointly)\s)*(?:contributed|(?P<helped>assisted|provided|helped))\b(?!-)"
)
_ITSELF = (
    r"(?:this|our)\s(?:(?:news|live|breaking|developing)\s)?"
    r"(?:report|story|article|piece|dispatch|column|obituary|coverage|blog|liveblog|newsletter|item)"
)
_SOME = (
    r"(?:(?:additional|further|extra|some)\s)?reporting(?:(?:,\s|\sand\s|,\sand\s)(?:research|writing|photographs))?"
)
_PLACE = r"(?:\s(?:from|in)\s(?P<place>.+))?"
TO_ITSELF = re.compile(
    rf"\s(?:(?:{_SOME}|research|writing)\s(?:to|for|on)\s|to\s(?:the\sreporting\s(?:of|for|on)\s)?){_ITSELF}{_PLACE}"
)
REPORTING = re.compile(rf"\s{_SOME}{_PLACE}")
HELPED = re.compile(
    rf"\s(?:(?:with|in)\s(?:the\s)?reporting|{_SOME}|(?:with|in)(?=\sth)|(?:to\s)?report(?=\sth))"
    rf"(?P<itself>\s(?:(?:of|on|for|to)\s)?{_ITSELF})?{_PLACE}"
)
TO_A_REPORT = re.compile(
    r"\sto\s(?:the\s(?:report|story|article|piece|coverage)|this\s(?:investigation|project|analysis|series))"
)
RESEARCH = re.compile(r"\s(?:(?:(?:additional|further)\s)?research|to\s(?:the\s)?reporting)")
FROM_PLACE = re.compile(r"\sfrom\s(?P<place>.+)")
REPORTED_FROM = re.compile(r"\sreported(?:\sthis\s(?:story|article))?\sfrom\s")  # found in a text

# Before who did it: "Additional reporting by"; the start of a text, or of a part of it.
_WORK = r"(?:reporting|research|writing|editing|copy[\s-]?editing|fact[\s-]checking|translation|production)"
_WORKED = r"(?:reported|edited|written|compiled|translated|produced|researched|copy[\s-]?edited|fact[\s-]checked)"
_AND = r"(?:\s?,\s|\sand\s|,\sand\s|\s&\s|/)"
REPORTING_BY = re.compile(
    r"(?i:(?:with\s)?\b(?:additional|further|extra|other|original|local|previous|earlier|supplementary)\s(?:\w+\s)?"
    rf"reporting(?:{_AND}{_WORK})*(?:\s(?:by|from)\b:?|:)|"
    rf"(?:with\s)?\breporting(?:{_AND}{_WORK})*\s(?:was\s)?(?:contributed\s|provided\s)?by\b:?|"
    r"with\s(?:(?:additional|further|some)\s)?(?:reporting|files|inputs)\s(?:from|by)\b:?|"
    rf"(?:also\s)?\bcontributing\sto\s{_ITSELF}\b(?:\s(?:were|was|are))?:?)"
)
INCLUDING = re.compile(
    rf"(?i:(?:{_ITSELF}\s)?\b(?:includes?|contains?|uses|incorporates)\s(?:(?:additional|some)\s)?"
    r"(?:reporting|reports|material|information)\s(?:by|from)\b|"
    r"with\s(?:(?:additional|further|some)\s)?(?:reports?|input|contributions?|assistance|material)\s(?:from|by)\b:?)"
)
LABEL = re.compile(
    rf"(?i:\b(?:(?:additional|further)\s)?{_WORK}(?:{_AND}{_WORK})*\sby\b:?|"
    rf"\b{_WORKED}(?:{_AND}{_WORKED})*\sby\b:?|\bcontribut(?:ing|ors?|ed)(?:\sby\b)?\s?[:;]?(?=\s))"
)
EDITED_BY = re.compile(r"(?i:(?:reported|edited|compiled|editing|writing|contribut\w+)\b)")  # how a text begins
OF_FILMS = re.compile(rf"(?i:(?:written|produced|production)(?:{_AND}{_WORKED})*\sby\b)")  # how a text begins
CONTRIBUTING = re.compile(r"(?i:contribut(?:ing|ors?|ed)(?:\sby)?\s?[:;])\s*(?P<names>\S.*)")
WIRE_REPORTS = re.compile(
    r"(?i:(?:compiled\s)?(?:from|with)\s(?:(?:additional|inputs?)\s(?:from\s)?)?(?:the\s)?"
    r"(?:(?:staff|wire|news|agency|agencies|local)(?:,\s|\sand\s|/|\s))*"
    r"(?:(?:reports?|inputs?|services?)(?:\sfrom\sagencies)?|agencies|wires)|agencies)"
)
PRODUCED = re.compile(
    r"(?i:this\s(?P<of>article|story|report)\s(?:was|is|has\sbeen)\s(?:(?:first|originally|also)\s)?"
    r"(?:(?P<produced>(?:co-?)?produced|(?:co-?)?published(?=\s(?:with|in\s(?:part|coll|coop)))|made\spossible)|"
    r"reported|edited|provided|supplied|supported|funded|(?:co-?)?published|(?<=article\swas\s)(?:written|compiled|translated))"
    r"(?:\sand\s\w+)?\s(?:in\s(?:partnership|collaboration|cooperation)\swith\s|with\sthe\s(?:support|help)\sof\s|"
    r"with\s(?:(?:support|help)\sfrom\s)?|by\s|as\spart\sof\s|through\s)(?:(?:the|an?|our)\s)?)"
    r"(?P<names>[^\W\d_].{2,300})"
)

# An agency's signature.
_AGENCIES = rf"(?:{_WIRES}|[Aa]gencies)(?:\s?(?:,|/|&|;|\band\b)\s?(?:the\s)?(?:{_WIRES}|[Aa]gencies))*"
_FROM = (
    r"(?:(?:[Ww]ith|[Vv]ia|[Ff]rom|Source:|[Aa]vec|[Mm]it|[Cc]on)\s(?:(?:inputs?|reports?|files)\sfrom\s)?)?(?:the\s)?"
)
SIGNED = re.compile(rf"(?:[-–—―−]{{1,3}}\s?{_FROM}{_AGENCIES}|[(\[]{_FROM}{_AGENCIES}[)\]])\.?")
WITH_AGENCY = re.compile(rf"(?:[Ww]ith|[Vv]ia|Source:)\s(?:the\s)?{_AGENCIES}\.?")
SIGNED_LAST = re.compile(rf"(?<=[.!?])\s*(?P<sign>{SIGNED.pattern})$")  # found in a text
OWNED_LAST = re.compile(  # found in a text
    r"(?<=[.!?\"”’)])\s+(?P<sign>(?:©|\([cC]\)|Copyright\s(?:©\s?)?(?=\d{4}))\s?(?:Copyright\s)?"
    r"(?:\d{4}(?:\s?[-–]\s?\d{4})?\s?,?\s?)(?:by\s)?(?P<owner>[^.!?©]{2,60})(?:\.?\s*All\s[Rr]ights\s[Rr]eserved)?\.?)$"
)

# Each credit has one of these and fits the pattern; looking for them first spares prose the rest.  All in lower case.
SIGNS = (
    "contribut", "reporting", "reported ", "report this", "reports from", "edited", "editing by", "compiled",
    "translat", "research", "writing by", "written by", "files from", "input", "assist", "material from",
    "information from", "this story", "this article", "this report", "staff reports", "produced by", "production by",
    "agencies", "wire",
)  # fmt: skip
FIXED = re.compile(  # found in a text
    r"\bcontribut(?:ed|ing|ors?)\b|\breporting:|\breported\s(?:this\s\w+\s)?from\b|"
    r"\b(?:assisted|helped|provided)\s.{0,40}\breport|"
    r"\b(?:reporting|research|writing|editing|checking|translation|production|reported|edited|written|compiled|"
    r"translated|produced|researched|checked|files|reports?|inputs?|contributions?|assistance|material|"
    r"information|provided)\s(?:by|from)\b|\bthis\s(?:article|story|report)\s(?:was|is|has)\b|"
    r"\b(?:reports?|inputs?|services?|agencies|wires)[)\].*_]*$"
)
