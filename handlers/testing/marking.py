"""What those at work write about doors in a round: 已测 17-3-501, 17-3 501 502测了, 17-3-501 外出，502 要上门. Pure.

Narrow on purpose: the whole message must be read this way, or it is none. The same rooms talk of medicines and keys all day.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.model.testing import Kind
from intents.numbers import arabic


@dataclass(frozen=True, slots=True)
class Door:
    """A door as it was written; an empty part was not said, or is carried on from the door before."""

    compound: str
    building: str
    unit: str
    room: str
    """Empty: the whole unit, or building."""

    @property
    def written(self) -> str:
        """17-3-501, for people."""
        return self.compound + "-".join(part for part in (self.building, self.unit, self.room) if part)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said of one or more doors."""

    kind: Kind | None
    """None: it is not so, a mark is to be taken back."""
    doors: tuple[Door, ...]
    people: int | None = None
    """How many persons of the one door; of several together it does not tell who."""
    but: tuple[str, ...] = ()
    """Of a whole unit: the rooms that are not."""
    note: str = ""
    """Why a household is away: 住院, 方舱."""
    sure: bool = True
    """False for words that are said of other things, too (做完了): they count only while a round is running."""


_LEAD = r"(?:[都全也均刚补重]|已经|已|全部|全都|一家|全家)*"
_STUCK = (
    r"(?:家|的|家里|家有)?(?:有?个?老人|老太太|老大爷|老奶奶|老爷爷|奶奶|爷爷|阿姨|大爷|病人|孕妇)?(?:腿脚不好|腿脚不便|行动不便|卧床)?[,，]?"
    r"(?:下不来|下不去|下不了楼?|不能下楼|不方便下楼)了?"
)
_WHO = r"(?:家|的|家里|他家|有?个?老人(?:家)?|老太太|老大爷|老奶奶|老爷爷|奶奶|爷爷|阿姨|大爷|大妈|孩子|病人|人|都|全家|一家|已经|已|[,，])*"
_PHONE = r"(?:没有?|没得|无)(?:智能)?手机|不会(?:用|弄|使)?(?:手机|扫码)|扫不了码"
_PROXY = (
    rf"(?:{_WHO}(?:{_PHONE}))?[\s,，]*(?:(?:我|我们|麻烦|请)?[帮替代]忙?(?:他|她|我|人|老人|邻居)*(?:妈|爸|爸妈|父母|爷爷|奶奶|姥姥|老伴|家人|孩子)?"
    r"(?:记|登记|报|录|补)?(?:一?下|上|个)?)?[\s,，]*(?:他|她|人|都)?"
)
"""302老人没手机，帮他记一下，测完了; 401替他妈测过了."""
_VERBS: tuple[tuple[Kind | None, bool, str], ...] = (
    (None, True, r"(?:还|都|还都)?(?:没有?|未)(?:测|做|采|检)(?:过|核酸|样)?(?:[\s,，]*[记标写点发]错了?)?"
        r"|取消|撤销|[记标改]错了?|误记了?"),
    ("wanted", True, rf"(?:{_STUCK}[\s,，]*)?(?:要|需要?|得|请|等|待|想|申请)(?:大白|人|有人|志愿者)?上门(?:采样|采|测|做|核酸|做核酸)?"
        rf"|{_STUCK}"),
    ("home", True, rf"{_LEAD}上门(?:采样|采|测|做|检)?(?:核酸)?(?:过|完|好)?了?|{_LEAD}入户采样?(?:过|完|好)?了?"),
    ("isolated", True, rf"{_WHO}(?:(?:阳了|阳性|密接|确诊)了?[\s,，]*)?(?:[被在已]|已经)*(?:(?:去|进|送|拉去|拉到|拉进|在|住)了?方舱"
        r"|(?:转运|拉走|拉去隔离|转走)(?:隔离)?)(?:里|中|走)?了?"
        r"|(?:在|已)?(?:居家)?隔离(?:中|了|户)?"),
    ("vacant", True, rf"(?:{_WHO}搬(?:走|家|出去)了?[\s,，]*)?(?:空置|空房|空户|空着|没人住|没住人|无人居?住)了?|{_WHO}搬(?:走|家|出去)了"),
    ("away", True, rf"{_WHO}(?:外出(?:了|中|未归)?|[人在去]{{0,2}}外地(?:出差|打工|上班|上学)?|出差了?(?:在外地?)?"
        r"|(?:出去|在?外面?|外出|去?外地)打工(?:去)?了?|回老家了?|在老家|(?:在医院)?(?:已经|已)?(?:在|正在)?住院(?:中|呢)?了?)"
        r"(?:[\s,，]*(?:人?不在家?|没在家?|没人在家|没人)了?)?"),
    (
        "tested",
        True,
        rf"{_LEAD}(?:已[测采检](?:样|核酸)?|[测采检](?:样|核酸)?(?:过|完|好|毕|齐)?了|[测采检](?:样|核酸)?(?:过|完|好|毕|齐)"
        rf"|核酸{_LEAD}[做测采](?:过|完|好)?了?|[做测采](?:过|完|好|了)核酸了?|[做测采]核酸了)",
    ),
    ("tested", False, rf"{_LEAD}(?:做(?:过|完|好)?了|做完|做好|做过|已做|完成了?|OK了?|ok了?|[✅✔☑√✓])"),
)  # fmt: skip
_VERB = re.compile("|".join(f"(?P<v{n}>{pattern})" for n, (_, _, pattern) in enumerate(_VERBS)))

_JOIN = r"[-\u2013\u2014－#]"
_NUMERAL = "一二三四五六七八九十"
_ROOM = r"(?:[A-Za-z]?\d{3,5}[A-Za-z]?|(?:商铺|门面|底商)\d{1,3}|[东西南北中]{1,2}户)(?![\d.])(?!号楼|栋|幢|单元)(?:室|房|号|户)?"
_BUILDING = (
    rf"(?P<compound>[\u4e00-\u9fff]{{2,8}}?)??(?P<building>\d{{1,3}}|[A-Za-z]\d?|[{_NUMERAL}]{{1,3}}(?=号楼|栋|幢|座))"
    rf"(?:\s?(?:号楼|号院|栋|幢|座|楼)\s?{_JOIN}?\s?|\s?{_JOIN}\s?)"
)
_FULL = re.compile(
    rf"{_BUILDING}(?:(?P<unit>\d{{1,2}}|[{_NUMERAL}]{{1,2}})(?:\s?(?:单元|门)\s?{_JOIN}?\s?|\s?{_JOIN}\s?|\s*[:：]\s*|\s+))?"
    rf"(?P<room>{_ROOM})"
)
_NO_COMPOUND = re.compile(
    "[测采检做没未了]|完成|外出|出差|外地|隔离|空置|空房|上门|住院|方舱|转运|拉走|取消|撤销|误记|下来|ok",
    re.IGNORECASE,
)
"""What is said of a door, before the next one: in 101测了3-1-102没测 测了 is no compound."""
_BARE = re.compile(_ROOM)
_WHOLE = re.compile(
    rf"{_BUILDING}(?:(?P<unit>\d{{1,2}}|[{_NUMERAL}]{{1,2}})(?:单元|门)?)?\s*(?:的|整(?:个)?单元|整栋)?(?:全部|全都|全|都)(?:已经|已)?"
    rf"(?:[测采检]|核酸做)(?:样)?(?:完|过|好|齐)?了?"
)
_PEOPLE = re.compile(
    rf"(?:共|一共)?(?P<people>\d{{1,2}}(?=\s?[个人口位])|[两俩仨](?=个?[人口位]|了?$)|[{_NUMERAL}](?=\s?[个人口位]))\s?(?:个人|人|口人|口|位)?(?:都|全)?"
)
_OTHERS = re.compile(
    rf"[\s,，]*(?:还有|还差|还剩|就差|差)(?:\d|两|[{_NUMERAL}])个?人?(?:没有?|未)?(?:[做测采]|来)?(?:样|核酸)?"
)
"""Of 3 two are tested, 还有一个没做: the number of those who are says it already."""
_BUT = re.compile(
    rf"{_BUILDING}(?:(?P<unit>\d{{1,2}}|[{_NUMERAL}]{{1,2}})(?:单元|门)?)?\s*(?:[,，]\s*)?"
    rf"(?:(?:就|只|还)?(?:差|剩)(?:下)?(?P<left>[^差剩都]+?)(?:没有?[做测采]?|未[做测采])?(?:了|其[他余]都?[做测采](?:完|过|好)?了)?"
    rf"|除了?(?P<but>.+?)(?:以外|之外|外)?[,，\s]*(?:其[他余])?(?:全部|全|都)(?:已经|已)?(?:[测采检做])(?:样|核酸)?(?:完|过|好|齐)?了?)"
)
"""17-3还差501和602, 1-5除了501和602都测了: a whole unit but for some doors."""
_BETWEEN = re.compile(r"[\s,，、/和及与跟+:：]*")
_AFTER = re.compile(r"[\s,，、;；。.!！~:：]*")
_EDGE = " \t\n。.!！~,，;；"
_THANKS = re.compile(r"(?:谢谢|辛苦)(?:了|您|啦|大家)?$")
_FIRST = re.compile(
    r"\A(?:(?:报告|收到|好的?(?=[\s,，。])|刚才|刚刚|(?:麻烦|帮忙?|请)?(?:再)?(?:登记|记)(?:一?下|上)?)[\s:,，。]*)+(?=[\dA-Za-z\u4e00-\u9fff])"
)
"""What people say before they come to the point."""
_DICTATED = re.compile(
    r"(?<![\d零〇一二三四五六七八九幺])[一二三四五六七八九幺]{1,2}[零〇][一二三四五六七八九幺](?![零〇一二三四五六七八九十单号栋幢])"
)
"""A door that somebody dictated: 五零一, 一二零三."""
_FIGURES = dict(zip("零〇一二三四五六七八九幺", "001234567891", strict=True))
_SPAN = re.compile(r"(?<!\d)(\d{3,4})\s*[-~–—－到至]+\s*(\d{3,4})(?![\d-])")
"""501-504, 501到504."""
_FOR_THEM = re.compile(_PROXY)
_NO_PHONE = re.compile(rf"{_WHO}(?:{_PHONE})")
_WHY = re.compile(r"住院|方舱|转运|拉走|打工|老家|出差|外地|阳了")
"""What stands in the note of whoever is excused."""
_NOTE = re.compile(r"[(（][^()（）]{0,20}[)）]")


def read(text: str, building: str = "", unit: str = "") -> list[Said] | None:
    """What a message says of doors; None when it says anything else besides. ``building`` and ``unit`` stand for bare doors
    (502) before any other was written: those of the group."""
    text = _plain(text)
    if whole := _WHOLE.fullmatch(text):
        return [Said("tested", (_door(whole, ""),))]
    if (but := _BUT.fullmatch(text)) and (unit_ := _door(but, "")).building:
        doors, at = _doors(but["left"] or but["but"], 0, unit_)
        if (
            doors
            and at == len(but["left"] or but["but"])
            and all((one.building, one.unit) == (unit_.building, unit_.unit) for one in doors)
        ):
            return [Said("tested", (unit_,), but=tuple(one.room for one in doors))]
    carried = Door("", building, unit, "")
    found = list(_statements(text, carried))
    return found if found and None not in found else None  # type: ignore[return-value]


def in_figures(text: str) -> str:
    """The text with doors that were dictated in figures, and each span of doors on one floor written out: 501-504 is 501
    502 503 504."""
    text = _DICTATED.sub(lambda room: "".join(_FIGURES.get(sign, sign) for sign in room[0]), text)
    return _SPAN.sub(_written_out, text)


def _written_out(found: re.Match[str]) -> str:
    first, last = found[1], found[2]
    if len(first) != len(last) or first[:-2] != last[:-2] or first >= last:
        return found[0]  # over several floors: which doors are there is not known
    return " ".join(f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))


def _plain(text: str) -> str:
    """The text without courtesies, its numbers in figures."""
    text = _FIRST.sub("", unicodedata.normalize("NFKC", text).replace("\ufe0f", "").strip(_EDGE))
    text = _THANKS.sub("", text).strip(_EDGE)
    return in_figures(text)


_ROUND = re.compile(rf"\s*第\s?(\d{{1,3}}|[{_NUMERAL}]{{1,3}})[轮次](?:核酸)?的?[\s:：,，]*(?=\S)")
_NOBODY = re.compile(
    r"(?:家里?|家中|都|还|敲门)*(?:(?:没人|没有人|无人)(?:在家|在|应门?|开门|答应|应答)?|不在家|没在家|不在|没开门"
    r"|没有?(?:下来|下楼|来|到)|没见着?人?)[了的啊呢]*"
)


def round_said(text: str) -> tuple[str, str]:
    """第5轮, and the words behind it; "" where they do not begin with a round."""
    found = _ROUND.match(text)
    return (f"第{int(arabic(found[1]))}轮", text[found.end() :]) if found else ("", text)


def nobody(text: str, building: str = "", unit: str = "") -> list[Door]:
    """The doors at which nobody opened, 17-3-301没人: not at home now, away, or nobody lives there, so no mark. Empty when
    the message says anything else."""
    text = _plain(text).removeprefix("敲了").removeprefix("敲")
    doors, at = _doors(text, 0, Door("", building, unit, ""))
    return doors if doors and _NOBODY.fullmatch(text[at:].strip(_EDGE)) else []


_SWABBED = re.compile(r"(?<!自)(?<!没)(?<!未)[测采](?:样|核酸)?(?:完|过|好|毕|齐)?了|已[测采]")
_ABOUT = re.compile(
    r"核酸|[采检]|[补没未都][测做]|阳|密接|方舱|拉走|转运|隔离|住院|出院|搬|没人|不在|外出|外地|打工|上班|出差|老家|[没下][来去]|下楼"
    r"|[还就只]?[差剩缺][\d一两俩个]|没手机|扫码|登记|记一?下|做了|做完"
)
"""What is said of testing, and of where people are."""
_NEED = re.compile(
    r"药|快递|菜|米|饭|奶|肉|送|买|取|拿|放|修|漏|停|血|体温|发烧|发热|疼|痛|摔|晕|昏|急|救|120|透析|手术|产检|钥匙|门禁|垃圾|电话"
    r"|[要想]|需|求|请|办结|接单|派|工单"
)
"""What residents need: such lines are about a plea."""
_ASKS = re.compile(r"[?？]|[吗么嘛呢]$|谁|怎么|几[户个家点]")
_TAKES_BACK = re.compile(r"错|误|不[对是算]|改|刚才|刚刚|上面|取消|[都全]没")
_LONGEST_UNREAD = 80
"""Characters; a longer message is no mark that somebody wrote in another way."""


def unread(text: str, building: str = "", unit: str = "") -> str:
    """The words that could not be read of a message that begins with a door and is about testing or whereabouts; empty
    when it is no such message. Whoever wrote it believes that it was kept."""
    return partly(text, building, unit)[1]


def partly(text: str, building: str = "", unit: str = "") -> tuple[list[Said], str]:
    """What can be kept of such a message, and the words that could not be read. Nothing can be kept where the rest begins
    with no door of its own, or may take back what was read before it."""
    text = _plain(text)
    carried = Door("", building, unit, "")
    doors, at = _doors(text, 0, carried)
    if not doors or len(text) > _LONGEST_UNREAD or _ASKS.search(text):
        return [], ""
    about = doors[0].building and _ABOUT.search(text, at) and not _NEED.search(text, at)
    if not (about or _SWABBED.search(text, at)):
        return [], ""
    said: list[Said] = []
    at = 0
    while (found := _statement(text, at, carried)) is not None:
        one, end = found
        said.append(one)
        carried, at = replace(one.doors[-1], room=""), _end(_AFTER, text, end)
    rest = text[at:]
    others, _ = _doors(rest, 0, carried)
    known = {door for one in said for door in one.doors}
    safe = others and not known & set(others) and not _TAKES_BACK.search(rest)
    return (said if safe and all(one.kind for one in said) else []), rest


def _statements(text: str, carried: Door) -> Iterator[Said | None]:
    """Statement after statement; None, and no more, where the rest cannot be read."""
    at = 0
    while at < len(text):
        found = _statement(text, at, carried)
        if found is None:
            yield None
            return
        said, at = found
        carried = replace(said.doors[-1], room="")
        yield said
        at = _end(_AFTER, text, at)


def _statement(text: str, at: int, carried: Door) -> tuple[Said, int] | None:
    """已测 and doors, or doors and 已测; with how many persons, if it is one door."""
    verb = _VERB.match(text, at)
    if verb:
        at = _end(_BETWEEN, text, verb.end())
    doors, at = _doors(text, at, carried)
    people, at = _persons(text, at)
    if verb is None:
        verb = _VERB.match(text, at) or _proxy(text, at)
        at = verb.end() if verb else at
        if verb and people is None:
            behind = _end(_BETWEEN, text, at)
            people, at = _persons(text, behind) if _PEOPLE.match(text, behind) else (None, at)
        if verb and people and (others := _OTHERS.match(text, at)):
            at = others.end()
    for extra in (_NOTE, _NO_PHONE):
        more = extra.match(text, _end(_BETWEEN, text, at))
        at = more.end() if more and verb else at
    if verb is None or not doors:
        return None
    stuck = at < len(text) and _end(_AFTER, text, at) == at and not _AFTER.fullmatch(text[at - 1])
    if stuck and not _FULL.match(text, at):
        return None
    kind, sure, _ = _VERBS[int(str(verb.lastgroup)[1:])]
    why = _WHY.search(verb[0]) if kind in ("away", "isolated") else None
    return Said(
        kind, tuple(doors), people if len(doors) == 1 else None, note=why[0] if why else "", sure=sure
    ), at


def _proxy(text: str, at: int) -> re.Match[str] | None:
    """Swabbed, behind a word on who has no phone, or for whom it is said."""
    verb = _VERB.match(text, _end(_FOR_THEM, text, at))
    return verb if verb and _VERBS[int(str(verb.lastgroup)[1:])][0] == "tested" else None


def _doors(text: str, at: int, carried: Door) -> tuple[list[Door], int]:
    doors: list[Door] = []
    while True:
        start = _end(_BETWEEN, text, at) if doors else at
        if (full := _FULL.match(text, start)) and not _NO_COMPOUND.search(full["compound"] or ""):
            carried = _door(full, full["room"])
            doors.append(carried)
            at = full.end()
        elif (carried.building or carried.unit) and (bare := _BARE.match(text, start)):
            doors.append(replace(carried, room=_bare(bare[0])))
            at = bare.end()
        else:
            return doors, _end(_BETWEEN, text, at)


def _persons(text: str, at: int) -> tuple[int | None, int]:
    found = _PEOPLE.match(text, at)
    if found is None:
        return None, at
    number = {"俩": "2", "仨": "3"}.get(found["people"], found["people"])
    return int(arabic(number)), _end(_BETWEEN, text, found.end())


def _door(found: re.Match[str], room: str) -> Door:
    building, unit = found["building"].upper(), found["unit"] or ""
    return Door(found["compound"] or "", _number(building), _number(unit), _bare(room))


def _number(value: str) -> str:
    value = arabic(value) if value and value[0] in _NUMERAL else value
    return value.lstrip("0")


def _bare(room: str) -> str:
    return re.sub(r"(?<=[\dA-Za-z])[室房号户]$", "", room).upper().lstrip("0")


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
