"""Wordings of questions by what they ask for: the patterns behind ``qa.answers.question.question_kinds``.

Each is matched against a question without its opening ("And", "Please tell me") and its question mark.
"""

import re

from qa.text.words import word_set


def one_of(words: str) -> str:
    """Return a pattern for any of some words, or of phrases whose words are joined by underscores."""
    return "(?:" + "|".join(word.replace("_", " ") for word in words.split()) + ")"


def _pattern(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(alternatives), re.IGNORECASE)


QUESTION = "(?:who|whom|whose|what|when|where|why|how|which)"
AUXILIARY = one_of(
    "is are was were did does do has have had can could will would should may might must isn['’]t aren['’]t wasn['’]t "
    "weren['’]t didn['’]t doesn['’]t don['’]t hasn['’]t haven['’]t hadn['’]t won['’]t wouldn['’]t"
)
ASKS = _pattern(rf"\b(?:{QUESTION}|{AUXILIARY})\b")
_NO_AUXILIARY = rf"(?!{AUXILIARY}\b)"
_ASIDE = one_of(
    r"and but so or ok(?:ay)? well please then now hi hello hey also by_the_way just quick_question in_total "
    r"all_in_all altogether"
)
OPENER = _pattern(
    rf"^\W*(?:{_ASIDE}\b[\s,:–-]*)+(?=\S)",
    r"^\W+",
    r"^(?:can|could|would) you (?:please )?(?:tell|give|show) me\b\s*",
    rf"^(?:please )?(?:tell|show) me (?={QUESTION}\b)",
    rf"^(?:do you know|any idea|i (?:want|need|would like) to know)\s+(?=(?:{QUESTION}|if|whether)\b)",
)

_HELLO = one_of(
    "hi hello hey hiya howdy yo greetings good_morning good_afternoon good_evening good_day moin hallo hola bonjour "
    "salut servus thanks? thank_you thanks_a_lot thx cheers ta bye goodbye see_you ok(?:ay)? how_are_you(?:_doing)? "
    "who_are_you what_are_you are_you_there are_you_a_(?:bot|robot|human) help test"
)
GREETING = _pattern(rf"{_HELLO}(?: (?:very much|so much|a lot|there|again|all|everyone|bot))?")
_ARCHIVE = r"(?:this|the|your|our) (?:news )?(?:archive|collection|corpus|database)"
ABOUT = _pattern(
    rf"what(?:['’]s| is| does| do| can)?\b.*\b{_ARCHIVE}\b(?: (?:about|contain|cover|hold|have|know|include|in it|"
    rf"here))*",
    r"what can (?:i|you|we) (?:ask|do|find|answer|help)\b.*",
    r"what do you (?:know|have|cover|do)(?: here)?",
    r"what(?:['’]s| is) (?:in here|this(?: about)?|in the archive)",
)

_PIECES = "(?:news )?" + one_of("articles? stories story pieces? reports? items? pages? texts? documents?")
_IN_BETWEEN = one_of("that which to do_we_have have_we have are_there there_are of_ours in_the_archive in_our_archive")
_HOLD = one_of(
    "mention(?:s|ed|ing)? contain(?:s|ed|ing)? name(?:s|d)? naming includ(?:e|es|ed|ing) us(?:e|es|ed|ing) says? "
    "cover(?:s|ed|ing)? discuss(?:es|ed)? refer(?:s|red|ring)?_to talk(?:s|ed|ing)?_about deal(?:s|t)?_with about on "
    "with"
)
_HOW_MANY = r"(?:how many|(?:what(?:['’]s| is) )?(?:the )?number of|count(?: up)?(?: all)?(?: the| of)?)"
COUNT = _pattern(
    rf"{_HOW_MANY}(?: of)?(?: our| the| your| all| different)* {_PIECES} (?:{_IN_BETWEEN} )*{_HOLD}"
    rf"(?: the (?:words?|name|phrase|term))? (?P<topic>.+)",
    r"how (?:often|many times) (?:is|are|was|were|do|does) (?P<often>.+?) "
    r"(?:mentioned|named|appear|come up)(?: in (?:the|our|this) archive)?",
)
_OUTLET = one_of("outlets? papers? newspapers? sources? sites? publications? media")
_COVERED = one_of(
    "covered covers? reported_on report_on wrote_about written_about mention(?:ed|s)? carried ran published"
)
OUTLETS = _pattern(
    rf"(?:which|what|list (?:the|all)|name the) (?:news )?{_OUTLET}(?: that| which)?(?: have| had| has)? {_COVERED}"
    rf"(?: stor(?:y|ies)| articles?| pieces?)?(?: about| on)? (?P<topic>.+)"
)

_SUMMARY = one_of("summary overview recap rundown background gist timeline chronology")
_NEWS = one_of("news developments? updates? reports?")
OVERVIEW = _pattern(
    r"(?:(?:please |quickly |briefly )*(?:summari[sz]e|sum up|recap|outline|brief me (?:on|about)|explain|fill me in on"
    r"|catch me up (?:on|about)|bring me up to (?:date|speed) (?:on|about|with))"
    rf"|(?:give me )?(?:a |an |the )?(?:quick |short |brief )?{_SUMMARY} (?:of|on|about|to)"
    rf"|(?:what(?:['’]s| is| are) )?(?:the |any )?(?:latest|newest|recent|last)(?: {_NEWS})?"
    r" (?:on|about|from|with|regarding|in the case of)"
    rf"|(?:what(?:['’]s| is) the |any |the )?{_NEWS} (?:on|about|from|regarding)"
    r"|what(?:['’]s| is| has been| was)? (?:going on|happening|happened|been happening|new|up)"
    r" (?:with|in|at|around|during|regarding)"
    r"|tell me (?:everything |all |more |something )?about|everything (?:on|about)"
    r"|what (?:do|did) (?:we|you|the archive|the articles|the papers|the reports) (?:know|say|have|write|report) "
    r"(?:about|on)"
    r")\s+(?P<topic>.+)"
)

JOINED = _pattern(
    rf"(?:,? and|;|\?|,|&)\s+(?=(?:also |then )?(?:(?:in|on|at|by|from|for|to|with|of|since|until) "
    rf")?(?:{QUESTION}\b(?!ever)"
    rf"|(?:is|was|did|does|has|are|were) (?:he|she|it|they|there|the|that|anyone|anybody|someone)\b))"
)

_SAID = one_of(
    "said says? told tells? claim(?:ed|s) call(?:ed|s) describ(?:ed|es) warn(?:ed|s) ask(?:ed|s) argu(?:ed|es) "
    "announc(?:ed|es) insist(?:ed|s) admit(?:ted|s) den(?:ied|ies) confirm(?:ed|s) predict(?:ed|s) complain(?:ed|s) "
    "accus(?:ed|es) prais(?:ed|es) compar(?:ed|es) critici[sz](?:ed|es) suggest(?:ed|s) declar(?:ed|es) wrote tweeted "
    "posted joked quipped urged demanded promised pledged vowed reckon(?:ed|s) believes? thinks? thought"
)
_SAY = one_of(
    "say tell claim call describe warn argue announce insist admit predict complain accuse suggest declare write "
    "tweet talk speak think reckon believe ask demand promise pledge vow blame make_of give_as put_it"
)
WHO_SAID = _pattern(
    rf"(?:who|whom|(?:which|what) (?:{_NO_AUXILIARY}\w+ ){{1,4}}?)(?: ?(?:was it (?:that|who)|has|had|have|was "
    rf"quoted))? ?"
    rf"{_SAID}\b(?! (?:the |an? |their |his |her )?(?:expenses|allowance|benefits?|money|refund|insurance|strike|"
    rf"elections?|meeting|vote))",
    r"according to wh(?:om|o)\b",
    r"whose (?:words|quote|remark|comment)",
    r"who(?:['’]s| is| was) quoted",
)
SAID_WHAT = _pattern(
    rf"(?:what|how) (?:did|does|do|has|had|have|would) (?:the )?.{{2,80}}?\b{_SAY}\b",
    rf"what (?:has|have|had) (?:the )?.{{2,60}}? {_SAID}\b",
    r"what (?:was|is|were) (?:.+['’]s?|his|her|their|its) (?:reaction|response|comment|verdict|view|reply|words|"
    r"explanation|opinion)\b",
    r"how did .+ (?:react|respond|put it|explain)\b",
)

SAID_OF = _pattern(
    rf"(?:what|how) (?:did|does|do|has|had|have|would) (?:the )?(?P<who>.{{2,80}}?) "
    rf"(?:{_SAY}|{_SAID})\b"
)
"""Whose words are asked for; the topic is what follows."""

_COMPARATIVE = (
    r"(?:more|less|fewer|most|least|better|worse|first|last|"
    r"\w{2,}(?:er|ier)(?= (?:than|when|under|for|in|at|to|,|was|is|did|now|or|down|up)\b|[,?:]|$)|"
    r"(?:old|bigg|larg|long|high|fast|quick|cheap|dear|earli|lat|young|tall|deep|furth|farth)er)"
)
_MOVES = one_of(
    "go_up gone_up go_down gone_down rise risen fall fallen increased? decreased? changed? grow grown shrink drop "
    "dropped"
)
COMPARISON = _pattern(
    rf"(?:which|who|whose|was|were|is|are|did|does|do|what)\b.*\b{_COMPARATIVE}\b.*[\w”\"’'] ?,? or (?!so\b|more\b|"
    rf"less\b|fewer\b)\w.*",
    rf"which (?:of (?:the|these|them|those) (?:two|three|four)\b|one\b).*\b{_COMPARATIVE}\b.*",
    r".*\b(?:compares?|(?<!was )(?<!were )(?<!are )(?<!is )(?<!been )(?<!being )(?<!often )compared"
    r"|differ(?:ed|s|ence|ences|ent)?|disagree[ds]?|contrast)\b.*",
    rf"(?:did|does|do|has|have|is|was|were) .+ {_MOVES}\b.*",
    rf"how (?:did|has|have|does) .+ {_MOVES}\b.*",
    r"(?:which|who|whose)\b.{3,80}[,:] .{2,80} or .{2,80}",
    r"(?:one|the) .+ and (?:one|the other) .+[:,] which of (?:them|the two)\b.*",
    r"(?:is|was|were|are|did) .+ (?:more|less|fewer|\w{2,}er) .*than\b.*",
)

LATEST = _pattern(
    r"\b(?:now(?! that)|currently|at the moment|at present|presently|these days|today|so far|to date|latest|current|"
    r"newest"
    r"|still|as of (?:now|today)|up to now)\b",
    r"\bfinal (?:\w+ )?(?:toll|count|number|figure|tally)\b",
)
TOLL = _pattern(r"\b(?:death|casualty|injury)[ -]?tolls?\b", r"\bnumber of (?:dead|deaths|injured|victims)\b")
YES_NO = _pattern(rf"{AUXILIARY}\b(?! (?:you|i)\b)", r"(?:if|whether)\b", r"(?:is|was|did) (?:it|there)\b")

NOT_PLURAL = word_set(
    "was is has does process news series gas class business basis crisis virus press pass loss bus campus status "
    "address illness success times texas this his its always across plus less happens causes makes means gives says "
    "goes claims costs lies owns runs leads shows wins collins carters"
)
LIST_OPENING = _pattern(
    r"(?:please )?list\b",
    r"name (?:all|every|the|some|each)\b",
    r"give me (?:every\w*|all|the list|a list)\b",
    r"(?:every|all) (?:the )?\w+s\b",
    r"(?:who|what) all\b",
)
LIST_NOUN = _pattern(
    rf"(?:(?:what|which)(?: were| are)?|who (?:were|are))(?: the)?(?: {_NO_AUXILIARY}[\w’'-]+){{0,3}}?"
    rf" (?P<noun>[a-z]{{2,}}(?<!s)s|people|men|women|children)\b(?! (?:is|was|the|an?|his|her|its)\b)"
)

_HOW = one_of(
    "many much long old far fast tall high deep big large wide heavy often near close soon strong hot cold severe "
    "frequently quickly steep loud thick small few weak rich late early much_weaker much_stronger"
)
_MEASURE = one_of(
    "number amount percentage percent per_cent share proportion price cost costs total age size length height depth "
    "speed distance rate score odds sum salary budget fine value magnitude temperature bill figure lead margin "
    "majority turnout population capacity jackpot worth toll(?!_(?:road|bridge|booth))"
)
_LEADS = "(?:about |roughly |exactly |just |at |by |for |in |over |to |within |after |of )?"
NUMBER = _pattern(
    rf"{_LEADS}how (?!long ago\b){_HOW}\b",
    rf"{_LEADS}(?:what|which)(?:['’]s| is| was| were| are)? (?:the )?(?:\w+ ){{0,2}}?{_MEASURE}\b",
    r".*\b(?:death toll|final score)\b.*",
    r".{3,60}\bhow (?:many|much)\b.*",
    r"what (?:did|do|does|will|would) .+(?<!the) cost\b(?! of| cuts?\b).*",
    rf"what (?:did|do|does) (?:(?!about|after|when|if|whether)\S+ )+?(?:say|think|reckon|believe|estimate|expect) "
    rf"(?:that )?(?:the|its|their|his|her) (?:\w+ )?{_MEASURE} (?:was|is|were|are|would be|will be)\b.*",
    r"what was .+ said to have cost\b.*",
)
DATE = _pattern(
    r"(?:(?:by|since|until|till|from|on|in|at|during|around|before|after) )?when\b",
    r"(?:(?:by|since|until|till|from|on|in|at|during|around|before|after) )?(?:what|which) (?:exact |calendar )?"
    r"(?:date|day|year|month|time|century|decade|week|morning|evening|night|weekend|season)s?\b",
    r"(?:what|which) (?:is|was|were|are) the (?:\w+ )?(?:date|day|deadline)\b",
    r"how long ago\b",
)
_PLACE = one_of(
    "city cities country town village province region district county continent island airport hospital street place "
    "area venue stadium port river mountain location constituency neighbou?rhood suburb museum hotel prison court"
)
WHERE = _pattern(
    r"(?:from |to )?where\b",
    rf"(?:(?:in|at|from|to|on|near|off) )?(?:what|which) (?:{_NO_AUXILIARY}[\w’'-]+ ){{0,3}}?{_PLACE}\b",
    r"in (?:what|which) state\b",
    r"what part of\b",
)
_PLAIN = rf"(?!(?:{AUXILIARY}|to|the|of|in|an?|happened)\b)[\w’'-]+"
_PERSON = one_of(
    "person man woman men women boy girl minister president leader mayor governor senator judge lawyer doctor actor "
    "actress singer writer author player coach manager officer official general commander king queen prince princess "
    "royal pope bishop director producer journalist reporter scientist researcher politician candidate spokesman "
    "spokeswoman spokesperson sheriff runner athlete driver pilot captain soldier chief boss head team company firm "
    "party group club organi[sz]ation agency bank airline carmaker body ministry department authority colonel "
    "secretary chairman founder owner"
)
WHO = _pattern(
    r"(?:(?:by|to|for|with|from|of|against) )?(?:who|whom|whose)\b",
    rf"(?:(?:by|to|for|with|from|of|against) )?(?:which|what) (?:{_PLAIN} ){{0,3}}?{_PERSON}\b",
    rf"what(?:['’]s| is| was)(?: the)? (?:real |full |first |last )?name of the {_PERSON}",
)
_MADE = one_of("caused? led_to made makes stopped triggered prompted drove forced sparked explains kept prevented")
CAUSE = _pattern(rf"what (?:exactly |else )?{_MADE}\b", r"what (?:\w+ ){1,6}?(?:caused?|led to|triggered|sparked)\b")
REASON = _pattern(
    r"why\b|how come\b|for what reason",
    r"(?:what|which)(?: is| was| were)?(?: the)? (?:reasons?|causes?|motives?|explanation|grounds?)\b",
    r"how (?:did|do|does|is|was|were|are|can|could|has|have|will|would)\b",
)
