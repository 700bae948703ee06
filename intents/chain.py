"""接龙, the lists that everybody copies, appends to and posts again: a message's raw text -> Chain.

People post them in many shapes: under #接龙, #接龍, #Group Note, 接龙：, or as nothing but numbered lines; with 1. 1、 1） (1)
① 1: or 1 and a blank; each row on a line, over two lines, or all on one. A numbered notice, recipe or shopping list is
none, unless it calls itself one or its rows name doors or people.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.model.chain import Chain, Entry
from bot.model.understanding import Understanding, Why
from intents.chain_entry import read_entry, said_by_name
from intents.normalise import LONGEST, split_quote

INTENT = "signup.chain"

EMERGENCY = "help.emergency"

HARMLESS = frozenset(
    {
        "chitchat", "thanks", "question", "offer", "help.supplies", "help.parcel", "report.temperature",
        "report.tested", "signup.chain", "signup.volunteer", "signup.reserve",
    }
)  # fmt: skip
"""What a list that does not call itself a 接龙 may be taken for by its words, and is a list all the same."""

TITLE = 40
"""Characters of a title that are kept."""

ROWS = 500
"""Rows that are read: WeChat's longest message holds no more."""

NEAR = 5
"""So many lines further a row is looked for, to tell a row's second line from a comment, and a date from a row."""

_FOLD: dict[int, str | None] = {
    **{0xFEE0 + code: chr(code) for code in range(0x21, 0x7F)},
    **{first + n: f"\n{n + 1}、" for first in (0x2460, 0x2474, 0x2488) for n in range(20)},  # ① ⑴ ⒈
    **dict.fromkeys((0x3000, 0xA0, 0x2005, 0x202F), " "),
    **dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFE0F)),
    **dict.fromkeys(map(ord, "—–－‐"), "-"),
    ord("\r"): "\n",
    0x1F51F: "\n10、",
}
_KEYCAP = re.compile("([0-9]{1,3})\u20e3+|((?:[0-9]\u20e3){2,3})")

_WORD = r"接[龙龍笼籠]"
_HINT = re.compile(
    rf"{_WORD}|(?i:group ?note)|(?:^|\n)\s*[(（【\[]?[1１](?:\s|[.．、)）】\]:：,，。])|[①⑴⒈\u20e3]"
)
"""A text without any of these is no 接龙; most messages are told apart by this alone."""
_HASH = re.compile(rf"\s*#\s*(?:[^\s#]{{0,6}}?{_WORD}|(?i:group\s*note))[\s::,，]*")
_HEAD = re.compile(
    rf"\s*[【\[]?(?:发起|继续|开始|新)?{_WORD}(?:如下|开始)?(?:[】\]]|(?=\s*[:(（]|\s|\s*例|\d)|$)[\s:]*"
)
_NAMED = re.compile(
    rf"\s*(?P<title>[^\s,，。!?！？]{{1,24}}{_WORD}|{_WORD}[^\s,，。!?！？]{{1,16}})\s*[:]?\s*$"
)
_ROW = re.compile(r"\s*[(\[【]?\s*(?P<number>\d{1,3})(?P<mark>\s*[.、)\]】:,，。]+|(?=\s|$))\s*(?P<text>.*)$")
_MARKER = re.compile(
    r"[(\[【]?(?<![\d.\-])(?P<number>[1-9]\d{0,2}) ?[.、)\]】:](?!\d(?!\d)[^\s]{0,5}?[斤元度块米])"
)
"""A row's number within a line; not 2.5斤."""
_TEMPLATE = re.compile(r"\s*[(\[【]?(?:示?例(?!如)|样例|范例|模[板版]|格式)(?:子)?\s*[)\]】]?[\s::,，]*")
_BLANKS = re.compile(
    r"(?:房号|门牌号?|房间号?|楼号|几号楼|单元号?|室号|姓名|名字|昵称|群昵称|数量|份数|人数|几份|几人|电话号?码?|手机号?|体温|备注|品种|规格|[xX]+|某+"
    r"|[\s,，、+/_()-])+"
)
_COMMENT = re.compile(
    r"\s*[(*※@]|\s*(?:注|备注|说明|截止|请|大家|谢谢|ps|以上|最后|接龙|我接|已接|收到|接好)", re.IGNORECASE
)
_OFFICIAL = re.compile(
    r"通知|公告|须知|注意|温馨提示|要求|通报|倡议|步骤|做法|配料|流程|事项|行程|轨迹|如下措施|清单"
)
_ORDERS = re.compile(r"请|应当|须|不得|禁止|严禁|务必|做好|确保|不要|避免|保持|然后|切成|放入|倒入")
_PLEA = re.compile(r"断药|没药|没有了|没了|吃完了|急|救|求助|帮|疼|痛|发烧|晕|孕|透析|怎么办")
_DETAIL = re.compile(r"\s*(?:\d|[一二两三四五六七八九十][份盒箱袋人个瓶斤])")


@dataclass(slots=True)
class _Line:
    """A row while it is being read."""

    number: int
    text: str
    template: bool = False


def hinted(text: str) -> bool:
    """False when the text is certainly no 接龙."""
    return bool(_HINT.search(text))


def parse(text: str) -> Chain | None:
    """The list a message holds, or None when it holds none. ``text`` is raw: line breaks tell rows apart."""
    said = split_quote(text[:LONGEST])[1]
    if not _HINT.search(said):
        return None
    lines = _folded(said).split("\n")[: 3 * ROWS]
    start, title, marked, sure = _heading(lines)
    title, rows, comment = _read(title, lines[start:], marked)
    template = tuple(row.text for row in rows if row.template)
    entries = tuple(
        entry
        for row in rows[:ROWS]
        if not row.template and (entry := read_entry(row.number, row.text, nicknames=marked)).text
    )
    chain = Chain(title[:TITLE].strip(), entries, marked, template, comment)
    if marked:
        return chain if sure or any(row.number for row in rows) else None
    return chain if _speaks_for_itself(chain, lines) else None


def own_row(text: str) -> Entry | None:
    """The one row somebody posts who does not copy the list: 「7. 503 王 一份」. It must name a door or a person."""
    head = text.lstrip()[:1]
    if len(text) > TITLE or "\n" in text or not (head.isdigit() or head in tuple("(（[【")):
        return None
    found = _ROW.match(text.translate(_FOLD).strip())
    if found is None or not found["mark"].strip() or _PLEA.search(text) or _ORDERS.search(text):
        return None
    entry = read_entry(int(found["number"]), found["text"], nicknames=False)
    return entry if said_by_name(entry) else None


def heard(text: str, understanding: Understanding) -> Understanding:
    """What a message means once it is known whether it is a list: its rows are nobody's plea or question.

    An emergency stays one: whoever handles the list looks at what is new in it.
    """
    if understanding.intent in (INTENT, EMERGENCY) or understanding.urgent or not hinted(text):
        return understanding
    chain = parse(text)
    if chain is None:
        return understanding
    if not chain.marked and (
        understanding.intent not in HARMLESS or any(_PLEA.search(entry.text) for entry in chain.entries)
    ):
        return understanding
    return listed(understanding, chain.title)


def listed(understanding: Understanding, title: str = "") -> Understanding:
    """The same message, understood as a list."""
    why = Why("chain", (title,) if title else (), f"{understanding.intent} {understanding.score:.2f}")
    return replace(
        understanding,
        intent=INTENT,
        score=0.9,
        urgent=False,
        action="record",
        faq=None,
        suggest=(),
        why=why,
        further=(),
    )


def _folded(text: str) -> str:
    """Half-width, circled and keycap numbers as rows of their own, without invisible characters."""
    text = text.translate(_FOLD)
    if "\u20e3" in text:
        text = _KEYCAP.sub(lambda m: "\n" + m[0].replace("\u20e3", "") + "、", text)
    return text


def _heading(lines: Sequence[str]) -> tuple[int, str, bool, bool]:
    """(index of the first line below, title so far, whether it is marked, whether by a mark of its own).

    A #-mark counts wherever it stands: what is before it is an introduction, with numbered rules perhaps.
    """
    for n in range(len(lines) - 1, -1, -1):
        if mark := _HASH.match(lines[n]):
            return n + 1, lines[n][mark.end() :].strip(), True, True
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    if mark := _HEAD.match(lines[first]):
        return first + 1, lines[first][mark.end() :].strip(), True, False
    if named := _NAMED.match(lines[first]):
        return first + 1, named["title"], True, False
    return 0, "", False, False


def _read(title: str, lines: Sequence[str], marked: bool) -> tuple[str, list[_Line], str]:
    """The title, the rows, and what stands behind them."""
    rows: list[_Line] = []
    loose: list[str] = []
    if title:
        title, template, inline = _head_rows(title)
        rows += [_Line(0, text, True) for text in template] + inline
    gap = False
    for n, line in enumerate(lines):
        if not line.strip():
            gap = True
            continue
        if template_mark := _TEMPLATE.match(line):
            rows.append(_Line(0, line[template_mark.end() :].strip() or line.strip(), True))
        elif (found := _row(line, _last(rows))) and not _before_the_first(found, rows, lines[n + 1 :]):
            rows += _cut(found, lines[n + 1 :])
        elif not title and not _real(rows) and not read_entry(0, line).room:
            title, template, inline = _head_rows(line)
            rows += [_Line(0, text, True) for text in template] + inline
        elif not _real(rows) or read_entry(0, line).door:
            loose.append(line)
            if _real(rows) and not _COMMENT.match(line):
                rows.append(_Line(0, line.strip()))
        elif _continues(line, lines[n + 1 :], rows, gap):
            rows[-1].text += " " + line.strip()
        else:
            return title, rows, "\n".join(lines[n:]).strip()
        gap = False
    if marked and not _real(rows):
        rows += [
            _Line(0, line.strip()) for line in loose if said_by_name(read_entry(0, line, nicknames=False))
        ]
    return title, [row for row in rows if row.template or row.text.strip()], ""


def _before_the_first(row: _Line, rows: Sequence[_Line], below: Sequence[str]) -> bool:
    """Whether what looks like a row is a date above the list: 11.16 核酸."""
    return (
        row.number > 1
        and not _real(rows)
        and any((_row(line, 0) or row).number == 1 for line in below[:NEAR])
    )


def _real(rows: Sequence[_Line]) -> bool:
    return any(not row.template for row in rows)


def _last(rows: Sequence[_Line]) -> int:
    return next((row.number for row in reversed(rows) if row.number), 0)


def _plain_title(line: str) -> str:
    return line.strip(" #*=-~【】[]:,，.。")


def _head_rows(line: str) -> tuple[str, list[str], list[_Line]]:
    """The title line's own rows: 「买菜登记 例 房号+份数 1、501」 -> title, templates, rows."""
    title, *example = re.split(r"(?:^|(?<=\s))(?:示?例)[\s:]+", line, maxsplit=1)
    head = example[0] if example else line
    shown = _marker(head, 1, 0) if example else None
    begin = shown.end() if shown and not head[: shown.start()].strip() else 0
    rows: list[_Line] = []
    if first := _marker(head, 1, begin):
        rows = _split(head[first.end() :], 1)
        if len(rows) < 2 and not rows[0].text[:1].isdigit() and not said_by_name(read_entry(1, rows[0].text)):
            rows, first = [], None
    above = (head[: first.start()] if first else head).strip()
    if not example:
        return _plain_title(above), [], rows
    return _plain_title(title), [above] if above else [], rows


def _row(line: str, last: int) -> _Line | None:
    """The numbered row a line begins with; ``last`` is the number before it."""
    found = _ROW.match(line)
    if found is None:
        return None
    number, mark, text = int(found["number"]), found["mark"].strip(), found["text"].strip()
    if not mark and (number != last + 1 if last else number > 2):
        return None
    if mark.endswith(".") and re.match(r"\d(?!\d)", text) and number != last + 1:
        return None  # 36.5
    if mark.endswith(":") and re.match(r"[0-5]\d(?!\d)", text) and number != last + 1:
        return None  # 17:30
    if number >= 100 and last < 90:
        return _Line(0, f"{number} {text}")  # 501、李: a door, and no number at all
    shown = _TEMPLATE.match(text)
    if shown and shown.end() and (text[shown.end() :] or len(text) <= 3):
        return _Line(number, text[shown.end() :], True)
    return _Line(number, text, bool(text and _BLANKS.fullmatch(text)))


def _cut(row: _Line, below: Sequence[str]) -> list[_Line]:
    """The row, or the rows that stand on one line: 1.501李 2.502王. Below a row of its own, the next number is none."""
    following = next((line for line in below if line.strip()), "")
    found = _row(following, row.number)
    if row.template or not row.number or (found and found.number == row.number + 1):
        return [row]
    return _split(row.text, row.number)


def _split(text: str, number: int) -> list[_Line]:
    rows: list[_Line] = []
    while len(rows) < ROWS and (marker := _marker(text, number + 1, 1)):
        rows.append(_Line(number, text[: marker.start()].strip()))
        text, number = text[marker.end() :], number + 1
    return [*rows, _Line(number, text.strip())]


def _marker(text: str, number: int, start: int) -> re.Match[str] | None:
    return next((found for found in _MARKER.finditer(text, start) if int(found["number"]) == number), None)


def _continues(line: str, below: Sequence[str], rows: Sequence[_Line], gap: bool) -> bool:
    """Whether a line without a number belongs to the row above it, and is no comment behind the list."""
    if any(_row(following, rows[-1].number) for following in below[:NEAR]):
        return True
    return not gap and not _COMMENT.match(line) and len(line) <= 20 and bool(_DETAIL.match(line))


def _speaks_for_itself(chain: Chain, lines: Sequence[str]) -> bool:
    """Whether the rows of an unmarked list name doors or people, so that it can be nothing but a 接龙."""
    entries = [entry for entry in chain.entries if entry.number]
    intro = [line for line in lines if line.strip()]
    intro = intro[: next((n for n, line in enumerate(intro) if _row(line, 0)), len(intro))]
    if len(entries) < 2 or entries[0].number > 2 or len(intro) > 3 or _OFFICIAL.search(" ".join(intro)):
        return False
    if sum(len(entry.text) for entry in entries) > 30 * len(entries):
        return False
    if sum(bool(_ORDERS.search(entry.text)) for entry in entries) * 3 > len(entries):
        return False
    doors = sum(bool(entry.room) for entry in entries)
    named = sum(said_by_name(entry) for entry in entries)
    return named * 5 >= len(entries) * 3 and (doors >= 2 or named >= 3)


def placed(entry: Entry, building: str, unit: str) -> Entry:
    """The entry with what its group or its list's title says of where: in 17号楼's group 2-501 is 17-2-501."""
    if (
        building
        and not unit
        and entry.building
        and not entry.unit
        and entry.room
        and entry.building != building
    ):
        spoken = re.match(r"\s*[A-Za-z]?\d+ ?(?:号楼|号院|栋|幢|座|弄)", entry.text)
        return entry if spoken else replace(entry, building=building, unit=entry.building)
    if entry.building or not building or not entry.room:
        return entry
    return replace(entry, building=building, unit=entry.unit or unit)
