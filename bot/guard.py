"""The privacy guard: what may never be read in a residents' group. It sits at the outbox's door.

People write numbers in many ways (full-width, with blanks, 一三八…, over two lines), so the text is folded to plain
digits first, numbers are found in the folded copy, and what they came from is masked in the original.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator

from bot.model.contacts import bare_phone

HIDDEN_PHONE = "［电话已隐去］"
HIDDEN_ID = "［证件号已隐去］"
HIDDEN_ROOM = "***"

_NUMERALS = {
    numeral: digit
    for digit, numerals in enumerate(("零〇", "一幺", "二两", *"三四五六七八九"))
    for numeral in numerals
}
_GAP = r"[ .\-/_,，、~]{0,3}"
"""What may stand between the digits of one number."""

_ID = re.compile(
    rf"(?<!\d)\d(?:{_GAP}\d){{14,18}}[Xx]?(?!\d)|(?<!\d)\d(?:{_GAP}\d){{16}}{_GAP}[Xx]|(?<![A-Za-z])[EGDPHMegdphm]\d{{8}}(?!\d)"
)
"""Identity numbers (18 or 15 characters, GB 11643), bank cards (16 to 19), passports."""
_MOBILE = re.compile(rf"(?<!\d)(?:\+?\d{{1,3}}{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)")
_MOBILES = re.compile(r"(?<!\d)(?:1[3-9]\d{9}){2,}(?!\d)")
_LANDLINE = re.compile(
    rf"(?<!\d)\(?0\d{{2,3}}\)?{_GAP}[2-9]\d{{2,3}}{_GAP}\d{{4}}(?!\d)|(?<!\d)[48]00{_GAP}\d{{3,4}}{_GAP}\d{{3,4}}(?!\d)"
)
_LOCAL = re.compile(
    r"(?<![\d.])(?!20[0-3]\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d))[2-9]\d{2,3}[ -]?\d{4}(?![\d.]|[年元斤])"
)
_FOREIGN = re.compile(rf"\+\d{{1,3}}(?:{_GAP}\d){{7,11}}(?!\d)")
_QQ = re.compile(r"(?i)(?<=qq)[ :：号]{0,3}\d{5,11}|(?<=微信)[ :：号]{0,3}[A-Za-z0-9_-]{6,20}")
_PHONES = (_MOBILES, _FOREIGN, _MOBILE, _LANDLINE, _LOCAL, _QQ)

_NOT_A_ROOM = r"(?!\d| ?[人份元斤块户号个袋盒箱米栋幢年月日点层例次条路]|:\d|单元|公里)"
_WHO = "王|李|张|刘|陈|杨|赵|黄|周|吴|孙|奶奶|爷爷|阿姨|大爷|大妈|女士|先生"
_DOOR = rf"[A-Za-z]?\d{{3,5}}[A-Za-z]?{_NOT_A_ROOM}"
_ROOMS = (
    re.compile(
        rf"(\d{{1,3}}(?:号楼|号|栋|幢|座|楼|弄)? ?[-#/~_. ] ?(?:\d{{1,2}}(?:单元)? ?[-#/~_. ] ?)?){_DOOR}"
    ),
    re.compile(rf"((?:单元|号楼|楼|栋|幢|座|门牌|房号|室号|住|住在|户|家)(?:的|是|号|:)? ?){_DOOR}"),
    re.compile(
        r"(?<![\d.])()[A-Za-z]?\d{3,5}[A-Za-z]?(?= ?(?:室|房间|房|门|户主|家|的?(?:{_WHO})|已?[放送交挂搁][到在给去了门完达]|已[放送交取拿收]))"
    ),
    re.compile(
        rf"((?:[送放交敲挂搁]|拿|给)(?:[到在给至了去]|上去?)? ?){_DOOR}(?! ?(?:克|毫|升|多|余|支|只|张|条|粒|颗|名|桶|米|[A-Za-z]))"
    ),
    re.compile(r"((?<=[,，、 ]))\d{3,4}(?=$|[,，。;；!！\n])"),
)
"""Doors: 17-3-501, 17#501, 17号楼3单元501, 住501, 501门口, 五零一室, 送到501了. What stands before the number stays."""

_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d[-./年]\d{1,2}(?:[-./月]\d{1,2}日?)?|(?<!\d)\d{1,2}:\d\d(?:[-~]\d{1,2}:\d\d)?"
    r"|(?<!\d)1(?:10|19|20|22)(?!\d)|(?<!\d)12345(?!\d)|(?<!\d)123(?:55|56)(?!\d)"
    r"|(?<![A-Za-z0-9号楼栋幢座住元])[A-Z]{1,2}\d{3}(?!\d)"
)
"""Dates, times, hotlines and ticket numbers: numbers that are nobody's."""


def guarded(text: str, public_phones: Collection[str]) -> str:
    """The text with phones, identity numbers and door numbers masked.

    ``public_phones`` (digits only) stay readable: the duty phone, the clinic. Masking twice changes nothing.
    """
    folded, origin = _folded(text)
    if not any(c.isdigit() for c in folded):
        return text
    masks = sorted(_masks(folded, public_phones))
    parts, end = [], 0
    for start, stop, mask in masks:
        if start < end:
            continue
        parts += [text[origin[end] : origin[start]], mask]
        end = stop
    return "".join([*parts, text[origin[end] :]])


def _masks(folded: str, public_phones: Collection[str]) -> Iterator[tuple[int, int, str]]:
    """(start, stop, what to say instead) in the folded text; overlaps are possible."""
    taken = bytearray(len(folded))

    def free(start: int, stop: int) -> bool:
        if any(taken[start:stop]):
            return False
        taken[start:stop] = b"\1" * (stop - start)
        return True

    for match in _DATE.finditer(folded):
        free(*match.span())
    for match in _ID.finditer(folded):
        if free(*match.span()):
            yield *match.span(), HIDDEN_ID
    for pattern in _PHONES:
        for match in pattern.finditer(folded):
            digits = re.sub(r"\D", "", match[0])
            if free(*match.span()) and not {digits, bare_phone(match[0])} & set(public_phones):
                yield *match.span(), HIDDEN_PHONE
    for pattern in _ROOMS:
        for match in pattern.finditer(folded):
            start = match.end(1)
            if free(start, match.end()):
                yield start, match.end(), HIDDEN_ROOM


def _folded(text: str) -> tuple[str, list[int]]:
    """Plain half-width characters, numerals in rows of three or more as digits, invisible ones dropped, line breaks
    within numbers as blanks; and for each folded character (and the end) where it came from."""
    folded: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        if unicodedata.category(char) == "Cf":
            continue
        plain = unicodedata.normalize("NFKC", char) if char > "\x7f" else char
        plain = " " if plain.isspace() else plain
        for one in plain:
            if one == " " and folded and folded[-1] == " ":
                continue
            folded.append(one)
            origin.append(at)
    joined = _NUMERAL_RUN.sub(lambda m: "".join(str(_NUMERALS.get(c, c)) for c in m[0]), "".join(folded))
    return joined, [*origin, len(text)]


_NUMERAL_RUN = re.compile(rf"(?:[{''.join(_NUMERALS)}\d][ -]?){{3,}}")
