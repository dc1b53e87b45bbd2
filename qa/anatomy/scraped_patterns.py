"""The wordings of boilerplate that a page carries when it was scraped whole; each matches a whole line.

They are general: what a line asks of its reader, and the form of links whose label and title were run together.
"""

import re

from qa.anatomy.boilerplate_patterns import AGENCIES, APPEARED, PERSON, PICTURE_AGENCIES, ROLES, WIRES

LONGEST_OFFER = 800  # characters; the offers of a newsletter, its terms included, are the longest boilerplate

VIDEO = re.compile(
    r"(?i:just watched\s.{0,250}\bmust watch\b.{0,250}|video ad feedback\b.{0,250}|"
    r".{0,160}\b\d{1,2}:\d\d\s-\ssource:\s\w.{0,40}|"
    r"(?:story|article)\s+continues\s+(?:after|below)\s+(?:the\s+)?video(?:\s+player)?|"
    r"embedded\s+content:\s*https?://\S+|(?:hit|press|click)\s+play\s+on\s+the\s+player\b.{0,250}|"
    r".{0,40}\bplayer with autoplay)\.?"
)
PROMOTION = re.compile(
    r"(?i:(?:do\s+you\s+)?need\s+a\s+(?:\w+\s+)?break\?\s.{2,120}|"
    r"(?=.{0,330}$)(?:[-–—]\s*)?(?:recommendations\s+are\s+independently\b|(?:if\s+you\s+)?purchases?\s+(?:you\s+make|made|something)\b|"
    r"we\s+may\s+(?:earn|receive)\b).{0,120}\b(?:commission|links?)\b.{0,160}|"
    r"prices\s+(?:were|are)\s+accurate\s+at\s+the\s+time\b.{0,80}|"
    r"(?=.{0,300}$).{2,150}\bcontent\s+partner\b.{0,150}\bproduced\s+independently\b.{0,60}|"
    r"offer\s+from\s+the\s+.{2,40}:.{4,80}|"
    r"sign\s+up\s+for\s+an?\s+[\w'’ ]{2,30}\bmembership|"
    r"[^.:]{3,30}\bdeals?:\s*shop\s.{5,100})[.!]?"
)
PRIVACY = re.compile(
    r"(?i:we\s+will\s+use\s+the\s+(?:details|information|data)\s+you\s+(?:have\s+shared|shared|provide)\b.{0,500}|"
    r"if\s+you\s+wish\s+to\s+object\s+to\s+the\s+use\s+of\s+your\s+data\b.{0,120}|"
    r"by\s+(?:submitting|providing|entering|signing|clicking|continuing|using)\b.{0,100}\byou\s+(?:agree|consent|accept)\b.{0,300}|"
    r"(?:we|this\s+(?:web)?site|our\s+(?:web)?site)\s+uses?\s+cookies\b.{0,300}|"
    r"['‘\"“]we['’\"”]\s+(?:includes?|means?)\s.{0,150}|"
    r"(?:accept|reject|manage)\s+(?:all\s+)?cookies(?:\s+(?:settings|preferences))?)\.?"
)
ASKS_TO_SUBSCRIBE = re.compile(
    r"(?i:(?:^|[.!?:,)–—-][\"”’]?\s*|\b(?:you\s+can|please|or)\s+)(?:sign[\s-]+up|subscribe)\b|\bto\s+get\s+it\s+in\s+your\s+inbox\b)"
)
DELIVERED = re.compile(
    r"(?i:.{2,160}\b(?:delivered\s+)?(?:directly\s+|right\s+|straight\s+)?(?:in|to)\s+your\s+(?:e-?mail\s+)?inbox)[.!]?"
)
THANKS = re.compile(
    r"(?i:thank\s+you\s+for\s+supporting\s+(?:our|local|independent)?\s*journalism\b.{0,200}|"
    r"support\s+(?:(?:strong|great|good|quality|trusted|local|independent|our)\s+)*journalism\b.{0,160}|"
    r"our\s+[\w-]+(?:\s+\w+)?\s+(?:work|coverage|reporting)\s+is\s+supported\s+(?:in\s+part\s+)?by\b.{2,100}|"
    r"these\s+(?:articles|stories)\s+are\s+for\s+.{2,40}\bsubscribers\b.{0,80}|just\s+for\s+subscribers:?)"
)
FORECAST = re.compile(
    r"(?i:(?:what['’]s\s+the\s+weather\s+(?:today|like)\?\s*)?check\s+your\s+local\s+forecast(?:\s+here)?\W{0,5})"
)
NOTE = re.compile(
    r"(?i:editor['’]?s?['’]?\s+note:?\s.{0,200}(?:newsletter|\bsign\s+up\b|\bthis\s+(?:page|story|article|report|column|live\s+blog|file)\b|"
    r"\b(?:opinions|views)\s+expressed\b|\blive\s+updates\b|\bhere\s+for\b).{0,200})"
)
FIRST_SENT = re.compile(rf"(?i:(?=.{{0,360}}$){APPEARED}.{{2,160}}\bnewsletter\b.{{0,160}})")
# "Ferry strike:What travellers should know": no space after the colon, so a link and its label.
JOINED = re.compile(
    r"(?P<label>[^:\n]{2,80}):(?P<title>(?=[A-ZÀ-Þ\"“'‘¿¡])(?![\"'’”]\s)(?![^\n]{0,200}\b(?:misstated|misspelled|misidentified|incorrectly)\b)[^\n]{12,200})",
)
SPEAKS = re.compile(
    r"(?i:^(?:note|file|image|category|q|a|corrections?|clarifications?)$|\b(?:said|says|asked|added|wrote|told|tweeted|replied|reads?|is|was|were|are|that|q|a)\s*$)"
)
# "FLOODS IN KERSEY: How to claim for a car": capitals before the colon, a headline behind it.
SHOUTED = re.compile(r"(?P<label>[A-Z0-9][A-Z0-9'’.,&/ -]{3,60}[A-Z0-9'’]): (?P<title>[A-ZÀ-Þ\"“'‘0-9][^\n]{11,160})")
NOT_A_LINK = re.compile(
    r"(?:UP NEXT|WHO|WHAT|WHEN|WHERE|HOW|WHY|WINNER|WARNING|"
    r"CORRECTION|CLARIFICATION|NOTE|BREAKING|POLL|SCORE|FINAL)\b.*"
)
ARROWED = re.compile(r"(?P<label>[^:\n]{3,80}): ?(?P<title>[A-ZÀ-Þ\"“'‘][^\n]{11,180}[^.;,])")
LABELLED = re.compile(
    r"(?i:fact[- ]check|learn\s+more|previous\s+coverage|also\s+at\s+[^:]{2,30}|"
    r"prep\s+for\s+[^:]{2,30}|test\s+your\s+knowledge[^:]{0,40}):\s?"
    r"(?P<rest>.{8,160}[^.;,])"
)
BRACKETED_LINK = re.compile(r"\[(?![Ee]ditor)[A-ZÀ-Þ'‘\"“][^\[\]]{20,140}[^\[\].!?]\]")
POINTS_OUT = re.compile(
    r"(?P<label>[^.:?!\n]{3,50}): ?(?:See|Check|Follow|Find|Read|Watch|Browse|Explore|Play|Take|Compare|Listen)\s"
    r"(?=.{0,140}\b(?:our|your|here|latest)\b).{10,140}[^.;,]"
)
SCORES = re.compile(
    r"(?i:(?:follow\s+every\s+\w+|live\s+(?:leaderboard|scores|updates)|[\w ']{3,30}\bcentral):\s.{8,120})"
)
# A caption whose credit stands behind its last full stop: "A crane lifts the span on Monday. Ann Lowe/Kersey Wire".
NAMED = r"[A-ZÀ-Þ][\w.'’&-]*(?:\s(?:[A-ZÀ-Þ][\w.'’&-]*|de|del|di|da|von|van|el|al|for|of|the|via)){0,6}"
CREDIT_LONGEST = 130  # characters
SENTENCE_END = re.compile(r"[.!?][”\"’')]*\s+")
CREDIT_NAMES = re.compile(rf"{NAMED}(?<!\.)")
CREDIT_SLASHES = re.compile(rf"{NAMED}(?:\s?/\s?{NAMED}){{1,4}}")
# No abbreviation: what stands before the full stop ends a sentence.
WORD_BEFORE = re.compile(r"(?:[a-zà-ÿ]{3}|\d{4}|[A-ZÀ-Þ][a-zà-ÿ]{4,20}|[a-z][)”\"’'])$")
# What a sentence that was broken off begins with, where a credit would name somebody.
NO_NAME = re.compile(
    r"(?:The|A|An|There|That|This|It|He|She|They|We|I|You|And|But|In|On|At|For|As|His|Her|Its|Their|Our|My|No|Yes|Mr|Mrs|Ms|Dr|"
    r"Gen|Maj|Lt|Col|Capt|Sgt|Sen|Rep|Gov|Rev|Prof|St|President|Prime|Former|Judge|Sir|Lord|Here|What|Why|How|When|Where|"
    r"Who|Read|See|Watch|More|Then|Now|So|If|Not|Just|All|New)\b"
)
# Where an agency's name behind a slash ends the line, no full stop need stand before it.
AGENCY_LAST = re.compile(rf".{{20,400}}\s?/\s?(?:{PICTURE_AGENCIES})(?: via (?:AP|Getty Images))?")
CREDITED = re.compile(r".{10,400}\((?:[Ii]mage|[Pp]hoto|[Pp]icture)s? [Cc]redit: ?[^()]{2,90}\)")
BARE_CREDIT = re.compile(
    rf"(?:{PERSON}\s?/\s?)(?:{NAMED}\s?/\s?){{0,2}}(?:{AGENCIES}|CNN|BBC|NPR|"
    rf"[A-ZÀ-Þ][\w ]{{2,30}}\b(?:Agency|Images|Pictures|Group|News|Wire|Press))"
)
# Who wrote a section of a live report: "— Ann Lowe, KERSEY WIRE"; the name may be the agency's alone.
SIGNED = re.compile(rf"(?:[-–−]\s?|—\s)(?:{PERSON}(?:\s(?:and|&)\s{PERSON})?(?:,\s[A-Z][\w.&'’ ]{{1,40}})?|{WIRES})")
AGENCY_ALONE = re.compile(r"(?:[A-Z]{2,5}|Reuters|Bloomberg)(?: [A-Z][a-z]+)? ?[-–—−]")
OUTLET_ALONE = re.compile(
    rf"(?:(?:The )?(?:{WIRES})|[A-Z][\w-]+(?:\s[A-Z][\w-]+){{0,3}}\s(?:Network|Wire|Press|News Service))"
)
SPECIAL_TO = re.compile(
    r"(?i:(?:special|exclusive)\s+(?:to|for)\s+.{2,50}|(?:opinion\s+)?(?:contributor|columnist|correspondent))"
)
DOMAIN = re.compile(r"(?i:[\w.+-]{1,50}@[\w-]{2,40}(?:\.[a-z]{2,8}){1,3}|(?:\w[\w-]*\.)+(?:com|org|net|co\.uk))")
# Only at the foot.
SEPARATOR = re.compile(r"[\W_]{1,60}")
ADDRESSES = re.compile(r"[^:\n]{2,60}:\s*https?://\S+(?:\s+(?:and|or|,)?\s*https?://\S+){0,3}")
REACHED = re.compile(
    r"(?s:(?:[A-ZÀ-Þ][\w.'’-]+,?\s){2,5}.{0,200}\b(?i:can\s+be\s+reached|reach\s+(?:him|her|them)|contact\s+(?:him|her|them)|e-?mail|phone|follow\s+(?:him|her|them)|loves?)\b.{0,160})"
)
WRITES = re.compile(
    r"(?:Dr\.\s)?(?:[A-ZÀ-Þ][\w.'’-]+,?\s){2,4}(?:is|are)\s(?:a|an|the)\s(?:[\w,'’-]+\s){0,6}?"
    rf"(?:{ROLES}|producer|professor|student|economist|author)\b.{{0,260}}"
)
FOLLOWS = re.compile(r"(?:Follow|Reach|Contact|Email|Find)\s.{2,380}")
SOURCES = re.compile(r"(?:Sources?|SOURCES?):?\s+(?=.{0,300};).{10,300}")
UPDATED = re.compile(
    r"(?i:this\s+(?:story|article|report)\s+contains\s+previously\s+reported\b.{0,200}|"
    r"this\s+(?:story|article|headline)\s+and\s+\w+\s+have\s+been\s+updated\b.{0,120}|"
    r"(?:republishing|reproduction|reprinting)\b.{2,120}\bprohibited\.?)"
)
