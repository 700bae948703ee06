"""Building, unit and room from the ways people write them: 17-3-501, 17#3#501, 五幢十单元 400, 502弄19号301室.

A text is cut into numbers with what follows them (17号楼, 3-, 501), and read from left to right: a number's word, or its
place after other numbers, tells what it is. A number on a street (凤起东路178号), of a floor (12楼), or without any sign of
being a place (3号 = the third of the month) is none. Expects text as intents.normalise leaves it.
"""

import re
from dataclasses import dataclass

_CHINESE = "零〇一二两三四五六七八九十百"
_DIGIT = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}

_NUMBER = re.compile(
    rf"(?<![a-z\d.])(?P<number>\d{{1,5}}[a-z]?(?![a-z])|[a-z]\d{{0,5}}(?![a-z\d])|[{_CHINESE}]{{1,5}})"
    r" ?(?P<word>号楼|号院|号公寓|#楼|栋楼?|幢楼?|座|单元|号门|门洞?(?![口诊卫店])|楼|层|f(?![a-z])|弄|室|房间?|户|号|-{1,2}|#|/(?=\d))?"
)

_BUILDING = frozenset(("号楼", "号院", "号公寓", "#楼", "栋", "幢", "栋楼", "幢楼", "座"))
_UNIT = frozenset(("单元", "门", "门洞", "号门"))
_FLOOR = frozenset(("楼", "层", "f"))
_ROOM = frozenset(("室", "房", "房间", "户"))
_JOIN = frozenset(("-", "--", "#", "/"))
_UNSPOKEN = frozenset(("", "门", "户", "房", "号"))
"""With these a short Chinese numeral is mostly something else: 一户, 三门课, 二号."""

_STREET = frozenset("路街道巷线")
_PLACE = frozenset(
    "苑园村里区城庄坊府庭邸寓舍湾岭塘桥家组墅郡居厦场馆心楼店座幢栋号期院新轩阁峰岸洲景都廷第地港"
)
_NOT_A_ROOM = re.compile(
    r" ?(?:[年月日天点时分秒元块毛斤个人户次层片盒瓶箱袋件份岁度℃%％万千百折路米公里期例届种号线]"
    r"|周(?![\u4e00-\u9fff])|周[后前内以年]"  # 2周, 3周后; not 502 周奶奶
    r"|kg|km|多|左右|\.\d)"
)
_ADDRESS = re.compile(r"[路街道巷]\d{1,5}弄?号?|^.{2,3}省|^.{1,6}市.{2,6}[区县镇]")
"""A written postal address, where a number at the end is a room."""
_SIDE = re.compile(r"(?:单元|楼|层|栋|幢)\s?[的]?\s?([东西南北中][东西]?户)")
_LETTER = re.compile(r"\d[楼层f]([a-h])(?![a-z\d座栋幢区])")
_OWN_BEFORE = re.compile(
    r"(?:我家?|俺家?|我们家?|阿拉)(?:是|住|在)?[在的]? ?$|住在? ?$|家在 ?$|房号[是:：]? ?$"
)
_OWN_BEHIND = re.compile(
    r" ?(?:要(?!不|是|点|紧|求)|想(?:要|买)|需要|急需|急用|缺|求(?:购|助)?|没|断[了药粮]|家(?:里)?(?:要|没|缺|需|有|停|漏|的|老)|"
    r"住户|报[名备修]|已[测做]|"
    r"(?:的|室的|这边|这里|这儿|家)[,，。!！ ]?$|的(?:老人|孩子|邻居|张|王|李|刘|陈))"
)
"""A number that names its own room: 我家501, 501要买药."""
_NO_ROOM = re.compile(r"1(?:10|19|20|22)$|315$|911$|999$|\d+00$|(?:19[5-9]|20[0-4])\d$")
_NEAR = 6
"""A room without any word for it stands at most this many characters behind its building or unit."""


@dataclass(slots=True)
class Place:
    """A place read so far."""

    building: str | None = None
    unit: str | None = None
    room: str | None = None
    sure: bool = False
    """Whether the building had a word of its own (栋, 号楼): a number that only looked like one gives way to it."""
    floor: bool = False
    lane: bool = False
    """Whether a floor, a lane was named before."""


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    word: str
    start: int
    end: int
    before: str
    """The character before, blanks and lines left out; "" at the start."""

    @property
    def digits(self) -> int:
        return sum(map(str.isdigit, self.value))


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


def find_place(text: str) -> Place:
    """The place a text names; when it names several, the first of each part."""
    tokens = _tokens(text)
    place = Place()
    if not tokens:
        return place
    at, last = 0, -100
    while at < len(tokens):
        token = tokens[at]
        if token.word in _JOIN and at + 1 < len(tokens) and tokens[at + 1].start == token.end:
            run = _run(tokens, at)
            if _read_run(run, place, text):
                last = run[-1].end
            at += len(run)
            continue
        following = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.word == "弄":
            place.lane = True
        elif token.word in _FLOOR:
            place.floor = True
            last = token.end if place.building else last
        elif _read_one(token, following, place, text, last):
            last = token.end
        at += 1
    if place.room is None:
        side = _SIDE.search(text) or (_LETTER.search(text) if place.floor else None)
        place.room = side.group(1).upper() if side else None
    return place


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for found in _NUMBER.finditer(text):
        number, word = found["number"], found["word"] or ""
        spoken = number[0] in _CHINESE
        if not word and not any(map(str.isdigit, number)) and not (spoken and tokens and len(number) >= 3):
            continue
        if spoken and len(number) < 3 and (word in _JOIN or word in _UNSPOKEN):
            behind = (
                word == "号"
                and tokens
                and (tokens[-1].word in _BUILDING or tokens[-1].word in ("弄", "单元"))
            )
            if not behind:
                continue
        start = found.start()
        before = text[max(0, start - 3) : start].rstrip(" _-")[-1:]
        tokens.append(_Token(arabic(number).upper(), word, start, found.end(), before))
    return tokens


def _run(tokens: list[_Token], at: int) -> list[_Token]:
    """Numbers joined without a gap: 17-3-501."""
    run = [tokens[at]]
    while (
        run[-1].word in _JOIN and at + len(run) < len(tokens) and tokens[at + len(run)].start == run[-1].end
    ):
        run.append(tokens[at + len(run)])
    return run


def _read_run(run: list[_Token], place: Place, text: str) -> bool:
    """Whether a run of joined numbers was a place, which is then filled in."""
    values = [token.value for token in run]
    tail = run[-1]
    if tail.word in _BUILDING and len(run) == 2:
        if not place.sure:
            place.building, place.sure = tail.value, True
        return True
    if run[0].before in _STREET and run[0].before and not _building_word_before(text, run[0].start):
        if tail.word not in ("号", "") or len(run) < 2 or place.building:
            return False
        values = values[1:]
        if len(values) == 1 and tail.digits > 2 and tail.word == "":
            return False
    elif tail.word == "" and _NOT_A_ROOM.match(text, tail.end):
        return False
    if len(values) > 3 or (len(values[0]) == 4 and values[0][:2] in ("19", "20") and not place.building):
        return False
    if place.building and not place.unit and len(values) == 2:
        place.unit, place.room = values[0], place.room or values[1]
    elif (place.building or place.unit) and len(values) == 2:
        place.room = place.room or values[1]
    elif place.building is None:
        return _fill(values, place, tail, run[0].before)
    return True


def _fill(values: list[str], place: Place, tail: _Token, before: str) -> bool:
    if len(values) == 3:
        place.building, place.unit, place.room = values
    elif len(values) == 1:
        place.building = values[0]
    elif tail.word in _UNIT:
        place.building, place.unit = values
    elif tail.digits >= 3 or tail.word in _ROOM or (tail.word == "号" and tail.digits >= 2):
        place.building, place.room = values
    elif before in _PLACE and before:
        place.building, place.unit = values
    else:
        return False
    return True


def _building_word_before(text: str, start: int) -> bool:
    return text[max(0, start - 2) : start] in ("号楼", "大楼")


def _read_one(token: _Token, following: _Token | None, place: Place, text: str, last: int) -> bool:
    """Whether a single number was part of the place, which is then filled in."""
    word = token.word
    if word in _BUILDING:
        if not place.sure:
            place.building, place.sure = token.value, True
            place.unit = place.room = None
        elif place.unit is None and word == "座":
            place.unit = token.value
        return True
    if word in _UNIT:
        if word == "单元" or (place.building and place.unit is None):
            place.unit = place.unit or token.value
            return True
        return False
    if word in _ROOM:
        return _read_room(token, place)
    if word == "号":
        return _read_number(token, following, place)
    return _read_bare(token, place, text, last)


def _read_room(token: _Token, place: Place) -> bool:
    if place.room is not None or (token.word == "户" and token.digits < 3):
        return False
    split = (
        token.value[:1].isalpha()
        and token.digits >= 3
        and place.building is None
        and token.before not in "楼层"
    )
    if split and token.before in _PLACE:
        place.building, place.room = token.value[0], token.value[1:]
    else:
        place.room = token.value
    return True


def _read_number(token: _Token, following: _Token | None, place: Place) -> bool:
    """N号: a building in a lane, a unit or room behind a building, a house in a village, or no place at all."""
    near = following is not None and following.start - token.end <= 1
    roomy = (
        near
        and following is not None
        and (following.word in _ROOM or (not following.word and following.digits >= 3))
    )
    if place.building is None and place.lane:
        place.building = token.value
    elif place.building or place.unit:
        if place.unit is None and place.room is None and (token.digits < 3 or roomy):
            place.unit = token.value
        elif place.room is None:
            place.room = token.value
    elif token.before in _STREET and token.before:
        return False
    elif place.floor or (token.before and token.before in "厦城心店场馆"):
        place.room = token.value
    elif roomy or (token.before and token.before in _PLACE):
        place.building = token.value
    else:
        return False
    return True


def _own(token: _Token, text: str) -> bool:
    """Whether a bare number is said to be the speaker's room."""
    if token.digits > 4 or not token.value.isdigit() or _NO_ROOM.match(token.value):
        return False
    head = text[max(0, token.start - 8) : token.start]
    if _OWN_BEFORE.search(head):
        return True
    return not head.strip(" ,，。!！:：") and bool(_OWN_BEHIND.match(text, token.end))


def _read_bare(token: _Token, place: Place, text: str, last: int) -> bool:
    """A number without a word: a room, if it has three or four digits and stands behind a building or place name."""
    if (
        place.room is not None
        or token.word
        or not 3 <= token.digits <= 5
        or _NOT_A_ROOM.match(text, token.end)
    ):
        return False
    behind = token.start - last <= _NEAR and (place.building or place.unit)
    ending = (
        token.end == len(text) and token.before and (token.before in _PLACE or bool(_ADDRESS.search(text)))
    )
    if not behind and not ending and not _own(token, text):
        return False
    if token.value[0].isalpha() and place.building is None and token.before not in "楼层":
        place.building, place.room = token.value[0], token.value[1:]
    else:
        place.room = token.value
    return True
