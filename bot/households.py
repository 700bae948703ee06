"""The list of households as an office keeps it: a table becomes households or reasons why not."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.groups import bare
from bot.model.contacts import PHONE, bare_phone
from bot.model.household import Household
from bot.tables import Row, read_rows

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "compound": ("小区", "小区名", "小区名称", "所属小区", "院区", "家属院", "院落"),
    "building": ("楼栋", "楼号", "楼栋号", "楼幢", "楼", "栋", "栋号", "幢", "幢号", "座", "号楼"),
    "unit": ("单元", "单元号", "门洞", "门栋"),
    "room": ("室", "室号", "房号", "房间", "房间号", "门牌", "门牌号", "户号", "门号"),
    "name": ("户主", "户主姓名", "姓名", "业主", "业主姓名", "住户", "住户姓名", "联系人"),
    "people": ("人数", "人口", "人口数", "家庭人数", "家庭人口", "常住人数", "在住人数", "居住人数"),
    "phone": ("电话", "电话号码", "联系电话", "联系方式", "手机", "手机号", "手机号码", "户主电话"),
    "note": ("备注", "说明", "情况", "特殊情况"),
    "tags": ("标签", "类别", "人员类型", "人员类别", "住户类型", "户类型", "重点人群", "特殊人群"),
}
"""Field of Household -> what a column may be called; the first is the title we show."""

TAG_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (tag, re.compile(pattern))
    for tag, pattern in (
        ("独居老人", "独居(?:老人)?|孤寡(?:老人)?|空巢(?:老人)?"),
        ("行动不便", "行动不便|不便下楼|下不了楼|不能下楼|卧床|瘫痪|轮椅|偏瘫|失能"),
        ("居家隔离", "居家隔离|隔离户|居家健康监测|正在隔离|隔离中"),
        ("空置", "空置|空户|空房|无人居住|没人住|无人住|长期不住|未入住"),
        ("孕妇", "孕妇|怀孕|孕产妇"),
        ("残疾", "残疾人?|盲人|聋哑人?"),
        ("高龄", r"高龄(?:老人)?|[89]\d岁"),
    )
)
"""Tag -> how lists say it. Those in 备注 are found between other words, too."""

_ALONE = {"隔离": "居家隔离", "无人": "空置", "空": "空置", "孤老": "独居老人", "残": "残疾"}
"""What means a tag only in a column of tags."""

_NOT_SO = re.compile(r"(?:不是|并非|不|未|非|没有|没|无|解除|解了|曾|已)[^，,；;、。]{0,2}$")
_NO_MORE = re.compile(r"[^，,；;、。]{0,2}(?:解除|结束|期满)")
"""Before, and behind, a word that is no longer so: 已解除居家隔离, 居家隔离已解除."""

_NEEDED = ("building", "room")
_HEADER_WITHIN = 10  # rows: above the header there may be a title and a date
_BUILDING = re.compile(r"\d{1,3}[A-Z]?|[A-Z]\d{0,3}|[\u4e00-\u9fff]{1,4}")
_UNIT = re.compile(r"\d{1,2}|[A-Z]|[\u4e00-\u9fff]{1,2}")
_ROOM = re.compile(r"[A-Z]?-?\d{1,5}[A-Z]?|\d{0,4}[\u4e00-\u9fff]{1,4}\d{0,3}")


@dataclass(frozen=True)
class HouseholdList:
    """What a file says."""

    households: tuple[Household, ...]
    """The rows that are right; to be imported only when there are no problems."""
    problems: tuple[str, ...]
    """All that is wrong, in the file's order, each as "文件:行: 原因"."""
    unused: tuple[str, ...]
    """Headers of columns that nothing was read from, for the person to see."""


class _Problem(Exception):
    """One cell cannot be understood; the text says why, in Chinese."""


def read_households(path: Path, compounds: Collection[str] = ()) -> HouseholdList:
    """Read a list of households from .xlsx or .csv, columns in any order and under their usual names.

    ``compounds`` are the names of the compounds that exist. With exactly one, the column may be missing;
    with none, whatever stands there is taken. Raises TableError when the file itself cannot be read.
    """
    rows = read_rows(path)
    header = _header(rows)
    if header is None:
        return HouseholdList((), (f"{path}:{rows[0].line if rows else 1}: {_headerless()}",), ())
    columns, problems = _columns(header)
    if len(compounds) > 1 and "compound" not in columns:
        problems.append(f"缺少「小区」一列：有 {'、'.join(compounds)}，不写就不知道是哪一家")
    found = [f"{path}:{header.line}: {problem}" for problem in problems]
    households: dict[tuple[str, ...], tuple[int, Household]] = {}
    for row in rows[rows.index(header) + 1 :] if not found else ():
        household, problems = _household(row, columns, compounds)
        first = households.setdefault(household.key, (row.line, household))[0] if household else row.line
        if first != row.line and household:
            problems.append(f"{household.compound}{household.door} 与第 {first} 行重复")
        found += [f"{path}:{row.line}: {problem}" for problem in problems]
    used = set(columns.values())
    unused = tuple(title for index, title in enumerate(header.cells) if title and index not in used)
    return HouseholdList(tuple(household for _, household in households.values()), tuple(found), unused)


def _header(rows: Sequence[Row]) -> Row | None:
    """The first row with the columns that are needed; else the likeliest, with any two columns of ours."""
    near = rows[:_HEADER_WITHIN]
    fields = [{_field(cell) for cell in row.cells} - {None} for row in near]
    full = (row for row, known in zip(near, fields, strict=True) if known.issuperset(_NEEDED))
    some = (row for row, known in zip(near, fields, strict=True) if len(known) > 1)
    return next(full, None) or next(some, None)


def _headerless() -> str:
    titles = "、".join(names[0] for names in COLUMNS.values())
    return f"没有找到表头。第一行请写列名：{titles}（楼栋和室必须有，其余可以没有）"


def _field(title: str) -> str | None:
    plain = re.sub(r"\(.*?\)|[\s*:]", "", _plain(title))
    return next((field for field, names in COLUMNS.items() if plain in names), None)


def _columns(header: Row) -> tuple[dict[str, int], list[str]]:
    """Field -> index of its column, and what is wrong with the header."""
    columns: dict[str, int] = {}
    problems = []
    for index, title in enumerate(header.cells):
        field = _field(title)
        if field in columns:
            other = header.cells[columns[field]]
            problems.append(f"「{other}」和「{title}」说的是同一件事，请只留一列，或给另一列换个名字")
        elif field:
            columns[field] = index
    for field in _NEEDED:
        if field not in columns:
            title, *others = COLUMNS[field]
            problems.append(f"缺少「{title}」一列（也可以叫{'、'.join(others[:4])}）")
    return columns, problems


def _household(
    row: Row, columns: Mapping[str, int], compounds: Collection[str]
) -> tuple[Household | None, list[str]]:
    """The row's household, None when its place is not clear, and all that is wrong with the row."""
    cells = {field: row.cells[index] for field, index in columns.items() if index < len(row.cells)}
    values: dict[str, Any] = {"people": None, "phone": []}
    problems = {}
    readers = {"compound": lambda text: _compound(text, compounds), **_READERS}
    for field, read in readers.items():
        try:
            values[field] = read(cells.get(field, ""))
        except _Problem as problem:
            problems[field] = str(problem)
    if problems.keys() & {"compound", "building", "unit", "room"}:
        return None, list(problems.values())
    phone, *others = values["phone"] or [""]
    notes = [values["note"], f"另有电话 {'、'.join(others)}" if others else ""]
    tags = dict.fromkeys([*values["tags"], *tags_within(cells.get("note", ""))])
    values |= {"phone": phone, "note": "；".join(note for note in notes if note), "tags": tuple(tags)}
    return Household(**values), list(problems.values())


def _compound(text: str, compounds: Collection[str]) -> str:
    if text in compounds or not compounds:
        return text
    if not text and len(compounds) == 1:
        return next(iter(compounds))
    if not text:
        raise _Problem(f"没写小区，应是 {'、'.join(compounds)} 之一")
    close = difflib.get_close_matches(text, compounds, n=1, cutoff=0.5)
    meant = f"，是不是「{close[0]}」？" if close else f"，bot.yaml 里有 {'、'.join(compounds)}"
    raise _Problem(f"没有叫「{text}」的小区{meant}")


def _building(text: str) -> str:
    if not text:
        raise _Problem("没写楼栋")
    if not _BUILDING.fullmatch(value := bare(_close(text))):
        raise _Problem(f"看不懂楼栋「{text}」，只写楼号，例如 17")
    return value


def _unit(text: str) -> str:
    if text in ("", "无", "-", "/"):
        return ""
    if not _UNIT.fullmatch(value := bare(_close(text))):
        raise _Problem(f"看不懂单元「{text}」，只写数字，例如 3；没有单元就空着")
    return value


def _room(text: str) -> str:
    if not text:
        raise _Problem("没写室（房号）")
    value = re.sub(r"[室号房]+$", "", _close(text)).upper().lstrip("0")
    if not _ROOM.fullmatch(value) or "单元" in value:
        raise _Problem(f"看不懂室「{text}」，只写房号，例如 501")
    return value


def _people(text: str) -> int | None:
    if not text:
        return None
    number = re.sub(r"口?人?$", "", _plain(text))
    if not number.isdecimal() or int(number) > 99:
        raise _Problem(f"人数「{text}」不是数字")
    return int(number)


def _phones(text: str) -> list[str]:
    numbers = [part.strip() for part in re.split(r"[、,;/\n]", _plain(text)) if part.strip()]
    for number in numbers:
        if re.fullmatch(r"[\d.]+E\+?\d+", number, re.IGNORECASE):
            raise _Problem(f"电话「{number}」被表格软件改坏了，请把这一列设成文本格式再重新填")
        if not PHONE.fullmatch(number):
            raise _Problem(f"电话「{number}」不对，手机号是 11 位，固定电话请带区号")
    return [bare_phone(number) for number in numbers]


def tags_of(text: str) -> list[str]:
    """What a cell of tags says: the usual words under their usual name, others as they are, without blanks."""
    found = []
    for part in re.split(r"[、,;/|\n+]|\s+", _plain(text).replace("，", ",")):
        word = part.strip(" 。.")
        if word and word not in ("-", "无", "正常", "普通", "一般", "/"):
            found += tags_within(word) or [_ALONE.get(word, word)]
    return list(dict.fromkeys(found))


def tags_within(text: str) -> list[str]:
    """The tags that words about a household hold, those that are denied left out."""
    plain = _plain(text)
    return [
        tag
        for tag, pattern in TAG_WORDS
        if any(
            not _NOT_SO.search(plain[max(0, found.start() - 6) : found.start()])
            and not _NO_MORE.match(plain, found.end())
            for found in pattern.finditer(plain)
        )
    ]


def _plain(text: str) -> str:
    """Full-width figures, letters and marks as half-width ones."""
    return unicodedata.normalize("NFKC", text)


def _close(text: str) -> str:
    """The same without any space: 17 号楼."""
    return "".join(_plain(text).split())


_READERS: Mapping[str, Callable[[str], object]] = {
    "building": _building,
    "unit": _unit,
    "room": _room,
    "name": str,
    "people": _people,
    "phone": _phones,
    "note": str,
    "tags": tags_of,
}
