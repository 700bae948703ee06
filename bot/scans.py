"""A scanner's export: who was tested, matched with the list of households by door, by phone, or by name and building."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from bot.groups import bare
from bot.model.contacts import bare_phone
from bot.model.coverage import Key
from bot.model.household import Household
from bot.model.testing import Mark, Round
from bot.tables import Row, read_rows
from intents.places import find_place

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("姓名", "受检人", "受检人姓名", "被采样人", "采样人姓名", "被检人", "居民姓名", "人员姓名"),
    "phone": ("电话", "手机", "手机号", "手机号码", "联系电话", "联系方式", "电话号码"),
    "address": ("门牌", "门牌号", "地址", "住址", "详细地址", "现住址", "居住地址", "家庭住址", "房屋"),
    "compound": ("小区", "小区名称", "所属小区", "院区"),
    "building": ("楼栋", "楼号", "楼栋号", "栋", "栋号", "幢", "幢号", "座"),
    "unit": ("单元", "单元号"),
    "room": ("室", "室号", "房号", "房间", "房间号", "户号"),
    "time": ("时间", "采样时间", "扫码时间", "登记时间", "采集时间", "检测时间"),
    "result": ("结果", "状态", "采样状态", "采样结果", "检测结果"),
    "person": ("身份证", "身份证号", "证件号", "证件号码", "条码", "人员编号"),
}
"""What is read -> what a column may be called; the first is the title we show."""

EARLY, LATE = timedelta(hours=12), timedelta(hours=24)
"""Scans from so long before a round's beginning until so long after its end belong to it."""

_NOT_TAKEN = re.compile(r"未采|未测|未检|待采|没采|作废|取消|无效|撤销|失败")
_HEADER_WITHIN = 10
_FORMATS = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y.%m.%d %H:%M",
    "%Y-%m-%d",
)
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - of spreadsheets, whose days have no zone
_IN_WORDS = re.compile(
    r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})[日号]\s*(?P<hour>\d{1,2})[:时点](?P<minute>\d{1,2})"
)
"""2022年11月16日 7:05, 11月16日 7点05分."""


@dataclass(frozen=True)
class Scans:
    """What an export says."""

    marks: tuple[Mark, ...]
    """One for each household that was found, with how many of it were scanned."""
    people: int
    """Persons behind them."""
    problems: tuple[str, ...]
    """Rows that fit no household, each as "文件:行: 原因"."""
    skipped: int
    """Rows of people who were not tested, by the export's own word."""


@dataclass(frozen=True)
class _Lists:
    """The list of households by all that may find one."""

    by_door: Mapping[tuple[str, str], Sequence[Household]]
    """(building, room)"""
    by_phone: Mapping[str, Sequence[Household]]
    by_name: Mapping[tuple[str, str], Sequence[Household]]
    """(name, building)"""
    compounds: Collection[str]
    elsewhere: Collection[str]
    """Names of compounds of which nobody is on the list."""


class Headerless(Exception):
    """The file has no header that can be read; the text says what to write, in Chinese."""


def read_scans(
    path: Path,
    of: Round,
    households: Collection[Household],
    at: datetime,
    zone: tzinfo,
    compounds: Collection[str] = (),
) -> Scans:
    """Read an export for a round, given the list of its households. ``at``: the moment of rows that say none;
    ``compounds``: the names of all there are, so that 和谐小区17-3-501 is not taken for 春晓苑17-3-501.

    Rows that fit no household, or more than one, are problems, and the others count all the same. Raises TableError when the
    file cannot be read, Headerless when it has no header.
    """
    rows = read_rows(path)
    header, columns = _header(rows)
    if header is None:
        titles = "、".join(names[0] for names in COLUMNS.values())
        raise Headerless(f"{path}: 没有找到表头。要有门牌，或者楼栋和室，或者电话；认得的列：{titles}")
    lists = _lists(households, compounds)
    found: dict[Key, tuple[Household, set[str], datetime]] = {}
    problems, skipped = [], 0
    for row in rows[rows.index(header) + 1 :]:
        cells = {name: row.cells[i] for name, i in columns.items() if i < len(row.cells)}
        if _NOT_TAKEN.search(cells.get("result", "")):
            skipped += 1
            continue
        when = _time(cells.get("time", ""), of.begins.astimezone(zone).year, zone)
        home, problem = _match(cells, lists)
        if home is None or (problem := _wrong_time(when, of, zone)):
            problems.append(f"{path}:{row.line}: {problem}")
            continue
        _, persons, latest = found.setdefault(home.key, (home, set(), when or at))
        persons.add(_person(cells, row.line))
        found[home.key] = (home, persons, max(latest, when or latest))
    marks = tuple(
        Mark(home, "tested", "scanner", when, len(persons), by_name="扫码")
        for home, persons, when in found.values()
    )
    return Scans(marks, sum(mark.people or 0 for mark in marks), tuple(problems), skipped)


def never_fewer(marks: Sequence[Mark], before: Mapping[Key, Mark]) -> list[Mark]:
    """The marks, none with fewer persons than an earlier export told: each may show a part of the line."""
    kept = []
    for mark in marks:
        known = before.get(mark.household.key)
        same = known is not None and known.source == "scanner" and known.people is not None
        most = max(mark.people or 0, known.people or 0) if known and same else mark.people
        kept.append(replace(mark, people=most))
    return kept


def _header(rows: Sequence[Row]) -> tuple[Row | None, dict[str, int]]:
    """The first row by which a household can be found, and where its columns are."""
    for row in rows[:_HEADER_WITHIN]:
        columns: dict[str, int] = {}
        for index, title in enumerate(row.cells):
            plain = re.sub(r"\(.*?\)|[\s*:]", "", unicodedata.normalize("NFKC", title))
            field = next((name for name, titles in COLUMNS.items() if plain in titles), None)
            if field is not None:
                columns.setdefault(field, index)
        if columns.keys() & {"address", "phone"} or columns.keys() >= {"building", "room"}:
            return row, columns
    return None, {}


def _lists(households: Collection[Household], compounds: Collection[str]) -> _Lists:
    by_phone: dict[str, list[Household]] = {}
    by_name: dict[tuple[str, str], list[Household]] = {}
    for home in households:
        for phone in filter(None, (home.phone, *re.findall(r"\d{11,12}", home.note))):
            by_phone.setdefault(phone, []).append(home)
        if home.name:
            by_name.setdefault((home.name, home.building), []).append(home)
    by_door: dict[tuple[str, str], list[Household]] = {}
    for home in households:
        by_door.setdefault((home.building, home.room), []).append(home)
    mine = frozenset(home.compound for home in households if home.compound)
    return _Lists(by_door, by_phone, by_name, mine, frozenset(compounds) - mine)


def _match(cells: Mapping[str, str], lists: _Lists) -> tuple[Household | None, str]:
    """The household of a row, or why there is none."""
    building, unit, room = _door(cells)
    compound = cells.get("compound", "")
    address = f"{compound}{cells.get('address', '')}"
    if other := _elsewhere(address, lists):
        return None, f"{other}不在这一轮里"
    tried = []
    if building and room:
        found = [
            home
            for home in lists.by_door.get((building, room), ())
            if (not unit or home.unit in (unit, ""))
            and (not (named := _named(address, lists)) or home.compound == named)
        ]
        if len(found) == 1:
            return found[0], ""
        door = "-".join(part for part in (building, unit, room) if part)
        tried.append(f"{door} 有 {len(found)} 户符合" if found else f"名单里没有 {door}")
    phones = re.findall(r"\d[\d -]{6,}\d", unicodedata.normalize("NFKC", cells.get("phone", "")))
    owners = {home.key: home for phone in phones for home in lists.by_phone.get(bare_phone(phone), ())}
    if len(owners) == 1:
        return next(iter(owners.values())), ""
    if phones:
        tried.append("电话对不上" if not owners else "电话对上了几户")
    name = cells.get("name", "").strip()
    same = lists.by_name.get((name, building), ()) if name and building else ()
    if len(same) == 1:
        return same[0], ""
    return None, f"{name}：{'，'.join(tried)}".lstrip("：") if tried else "没有门牌，也没有电话"


def _elsewhere(address: str, lists: _Lists) -> str:
    """The compound that an address names, if it is none of the list's."""
    said = [name for name in (*lists.compounds, *lists.elsewhere) if name in address]
    longest = max(said, key=len, default="")
    return longest if longest in lists.elsewhere else ""


def _named(address: str, lists: _Lists) -> str:
    """The compound that an address names; empty when it names none of the list's."""
    said = [name for name in lists.compounds if name in address]
    return said[0] if len(said) == 1 else ""


def _door(cells: Mapping[str, str]) -> tuple[str, str, str]:
    """Building, unit and room, from their own columns, else from the address."""
    building, unit, room = cells.get("building", ""), cells.get("unit", ""), cells.get("room", "")
    address = cells.get("address", "")
    if not (building and room) and address:
        place = find_place(unicodedata.normalize("NFKC", address).lower())
        plain = re.fullmatch(r"\D{0,10}(\w{1,3})-(?:(\w{1,2})-)?([A-Za-z]?\d{3,5})(?:室)?", address.strip())
        if plain:
            return bare(plain[1]), bare(plain[2]) if plain[2] else "", plain[3].upper().lstrip("0")
        building, unit, room = (
            building or place.building or "",
            unit or place.unit or "",
            room or place.room or "",
        )
        if not room and building and re.fullmatch(r"[A-Za-z]?\d{3,5}室?", address.strip()):
            room = address.strip()
    room = re.sub(r"[室号房]+$", "", unicodedata.normalize("NFKC", room)).upper().lstrip("0")
    return bare(building) if building else "", bare(unit) if unit.strip("无-/ ") else "", room


def _person(cells: Mapping[str, str], line: int) -> str:
    """What tells the persons of a household apart, so that nobody scanned twice counts twice."""
    return cells.get("person") or cells.get("name") or f"{line}"


def _time(text: str, year: int, zone: tzinfo) -> datetime | None:
    """The moment that a cell names, also as the number by which spreadsheets count days; without a year ``year``."""
    text = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"[34]\d{4}(?:\.\d+)?", text):
        return (_DAY_ZERO + timedelta(days=float(text))).replace(tzinfo=zone)
    if said := _IN_WORDS.match(text):
        parts = (int(said["year"] or year), *(int(said[name]) for name in ("month", "day", "hour", "minute")))
        text = "{}-{}-{} {}:{}".format(*parts)
    for form in _FORMATS:
        try:
            return datetime.strptime(text, form).replace(tzinfo=zone)
        except ValueError:
            continue
    return None


def _wrong_time(when: datetime | None, of: Round, zone: tzinfo) -> str:
    """Why a scan is not of this round; empty when it is, or says no time."""
    if when is None or of.begins - EARLY <= when <= (of.ended_at or of.ends) + LATE:
        return ""
    return f"{when.astimezone(zone):%m-%d %H:%M} 不是{of.name}的时间"
