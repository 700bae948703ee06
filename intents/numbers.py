"""The numbers of a text with the words around them: 17号楼3单元501 -> 17 号楼, 3 单元, 501.

Expects text as intents.normalise leaves it.
"""

import re
from typing import NamedTuple

_CHINESE = "零〇一二两三四五六七八九十百"
_DIGIT = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}

BUILDING = {
    **dict.fromkeys(("号楼", "#楼", "栋", "幢", "栋楼", "幢楼"), 2),
    **dict.fromkeys(("号院", "号公寓", "座"), 1),
}
"""Words of a building; one of rank 2 (栋) is meant where one of rank 1 (座) is named, too."""
UNIT = frozenset(("单元", "门", "门洞", "号门"))
FLOOR = frozenset(("楼", "层", "f"))
_SHOP = ("商铺", "铺面", "店面", "门面", "档口", "铺")
ROOM = frozenset(("室", "房", "房间", "户", "办公室", "信箱", *_SHOP, *(f"号{shop}" for shop in _SHOP)))
JOIN = frozenset(("-", "--", "---", "_", "一", "杠", "号-", "#", "/"))
"""Between two numbers without a gap; 一 is a dash that dictation or a keyboard made."""
_UNSPOKEN = frozenset(("", "门", "户", "房", "号"))
"""With these a short Chinese numeral is mostly something else: 一户, 三门课, 二号."""
_COUNTABLE = frozenset((*BUILDING, "弄", "单元", "楼", "层"))
"""Behind these 二号 is a house or a room."""

_NUMBER = re.compile(
    r"(?<![a-z\d.])(?P<number>"
    r"\d{1,3}[a-z]\d{2,4}(?!\d|[a-z]{1,2}(?![a-z]))"  # 13a503
    r"|\d{1,6}(?:[a-eg-z](?![a-z\d]))?(?!\d|(?!f(?![a-z]))[a-z]{1,2}(?![a-z]))"  # 17, 17a; not 5kg
    r"|[a-z]\d{0,5}(?![a-z\d])|[a-z]{1,2}\d{2,5}(?!\d)"
    rf"|[{_CHINESE}]{{3,5}}|[{_CHINESE}]{{1,2}}(?= ?[号栋幢座单楼层弄门室房杠商铺店档办信#]))"
    r" ?(?P<word>号楼|号院|号公寓|#楼|[栋幢]楼(?![下上里道长门顶梯])|栋|幢|座|单元(?! ?(?:练习|考试|测|试|卷|作文|课|复习|词))"
    r"|号?(?:商铺|铺面|店面|门面|档口|铺(?![\u4e00-\u9fff]))|办公室|信箱|号门|门洞?(?![口诊卫店面])|楼|层|f(?![a-z])|弄"
    r"|室(?!.厅)|房间?|户|号-(?=[a-z\d])|号|-{1,3}(?=[a-z\d])|_(?=\d{1,5}(?!\d))|一(?=\d)|杠|#|/(?=\d))?"
)
_NOT_A_HOUSE = re.compile(
    r"大?街|路|桥|公路|线|窗|岗|摊|台|通[告知]|公告|令|病|机|车|[上下中]午|早|晚|凌晨|开|到\d|之?[前后]|以[前后]|做|全员|\d{1,2}点"
)
"""What follows N号 that is a day, the name of a street or a window."""


_DOOR = re.compile(r"[口上前后外里开没锁关禁铃牌把]")
"""What follows 门 that is a door, not a unit: 201 门开着."""


class Number(NamedTuple):
    """A number of a text."""

    value: str
    """In digits and capitals: 17, B, 13A, B12."""
    word: str
    """What follows and tells what it is, like 号楼 or -; "" when nothing does."""
    start: int
    end: int
    """Where it starts, and where its word ends."""
    before: str
    """The character before, blanks left out; a blank at the start."""
    digits: int
    """How many digits it has."""


def arabic(text: str) -> str:
    """A Chinese numeral in digits: 十七 -> 17, 五零一 -> 501, 一百二十 -> 120; anything else unchanged."""
    if not text or any(char not in _CHINESE for char in text):
        return text
    if not ({"十", "百"} & set(text)):
        return "".join(str(_DIGIT[char]) for char in text)
    total, digit = 0, 0
    for char in text:
        if char in "十百":
            total += (digit or 1) * (10 if char == "十" else 100)
            digit = 0
        else:
            digit = _DIGIT[char]
    return str(total + digit)


def numbers(text: str) -> list[Number]:
    """The numbers that may be part of a place, in order."""
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        number, word = match.groups("")
        digits = len(number) if number.isdigit() else sum(map(str.isdigit, number))
        if number[0] in _CHINESE:
            if not _house(number, word, found[-1].word if found else None):
                continue
            number = arabic(number)
            digits = len(number)
        elif not word and not digits:
            continue
        if word == "号" and _NOT_A_HOUSE.match(text, match.end()):
            continue
        if word == "门" and (digits > 2 or _DOOR.match(text, match.end())):
            word = ""
        start = match.start()
        before = text[max(0, start - 3) : start].rstrip(" _-")[-1:] or " "
        found.append(Number(number.upper(), word, start, match.end(), before, digits))
    return found


def _house(number: str, word: str, last: str | None) -> bool:
    """Whether a Chinese numeral counts houses, not things: 五零一 behind another number, 二号 behind 三栋."""
    if word == "杠" or last == "杠":
        return True
    if word in ("栋楼", "幢楼") and number in ("一", "两"):
        return False
    if len(number) >= 3:
        return bool(word) or last is not None
    if word == "号":
        return last in _COUNTABLE
    return word not in _UNSPOKEN and word not in JOIN
