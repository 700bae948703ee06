"""Days as people say them: 今天, 周三, 下周一, 11-25, 11月25日, 25号, 到周五, 11-25 到 11-27. Pure."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_WEEK = "一二三四五六"
_NEAR = {
    "大后天": 3,
    "后天": 2,
    "后日": 2,
    "明天": 1,
    "明日": 1,
    "明晚": 1,
    "今天": 0,
    "今日": 0,
    "今晚": 0,
    "今早": 0,
    "今夜": 0,
    "明早": 1,
    "当天": 0,
}
_DAY = (
    r"(?:大后天|后天|后日|明天|明日|明晚|明早|今天|今日|今晚|今早|今夜|当天"
    r"|(?:下下|下|本|这)?个?(?:周|星期|礼拜)[一二三四五六日天末]"
    r"|(?<![\d.-])(?:20\d\d[-/.年])?\d{1,2}(?:[-/.]|月)\d{1,2}(?:[日号](?!楼)|(?![\d.-]|楼|[斤个元块米吨公千度℃]))"
    r"|(?<![\d.-])\d{1,2}[日号](?!楼|院|[-\d]))"
)
_UNTIL = r"\s*(?:到|至|~|—+|－)\s*"
_RANGE = re.compile(
    rf"(?:从\s*)?(?P<first>{_DAY}){_UNTIL}(?P<last>{_DAY}|\d{{1,2}}(?![\d.-]|月|号楼|楼|点|时|:))(?:为止|止)?"
)
_LAST = re.compile(
    rf"(?:一直)?(?:到|至)\s*(?P<last>{_DAY}|\d{{1,2}}(?![\d.-]|月|号楼|楼|点|时|:))(?:为止|止)?"
)
_ONE = re.compile(rf"(?:从\s*)?(?P<first>{_DAY})(?P<on>起|开始)?")

ROLLS_OVER = timedelta(days=60)
"""A date without a year that lies farther back than this is next year's."""


@dataclass(frozen=True, slots=True)
class Days:
    """What a text says about days."""

    first: date | None
    """None when it names no first day."""
    last: date | None
    """The last day, itself included; None when it names none. A single day is first and last."""
    rest: str
    """The text without them."""


def read_days(text: str, today: date) -> Days:
    """The first days a text names. What only looks like a date (13-40) is left in the rest."""
    for pattern in (_RANGE, _LAST, _ONE):
        for found in pattern.finditer(text):
            parts = found.groupdict()
            first = read_day(parts["first"], today) if parts.get("first") else None
            after = first or today
            last = read_day(parts["last"], after, bare=True) if parts.get("last") else None
            if (parts.get("first") and first is None) or (parts.get("last") and last is None):
                continue
            if pattern is _ONE and not parts["on"]:
                last = first
                if first and parts["first"].endswith("末"):  # both days of it
                    first = max(first - timedelta(days=1), today)
            rest = f"{text[: found.start()]} {text[found.end() :]}".strip()
            return Days(first, last, rest)
    return Days(None, None, text)


def read_day(text: str, today: date, *, bare: bool = False) -> date | None:
    """One day; None when it is none. A weekday is the coming one, today included. ``bare``: 27 is a day, too."""
    text = re.sub(r"\s", "", text)
    if text in _NEAR:
        return today + timedelta(days=_NEAR[text])
    if found := re.fullmatch(r"(下下|下|本|这)?个?(?:周|星期|礼拜)([一二三四五六日天末])", text):
        return _weekday(found[1] or "", found[2], today)
    if found := re.fullmatch(r"(?:(20\d\d)[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?", text):
        return _date(found[1], int(found[2]), int(found[3]), today)
    if found := re.fullmatch(r"(\d{1,2})([日号])?", text):
        return _of_month(int(found[1]), today) if found[2] or bare else None
    return None


def _weekday(week: str, day: str, today: date) -> date:
    number = _WEEK.find(day) if day in _WEEK else 6
    this = today + timedelta(days=number - today.weekday())
    weeks = {"下下": 2, "下": 1}.get(week, 0)
    if weeks or week:
        return this + timedelta(weeks=weeks)
    return this if this >= today else this + timedelta(weeks=1)


def _date(year: str | None, month: int, day: int, today: date) -> date | None:
    try:
        if year:
            return date(int(year), month, day)
        this = date(today.year, month, day)
        return this if this >= today - ROLLS_OVER else date(today.year + 1, month, day)
    except ValueError:
        return None


def _of_month(day: int, today: date) -> date | None:
    """The coming day of this number."""
    month = today.replace(day=1)
    for _ in range(3):
        try:
            found = month.replace(day=day)
        except ValueError:
            found = None
        if found is not None and found >= today:
            return found
        month = (month + timedelta(days=32)).replace(day=1)
    return None


def day_title(day: date, today: date) -> str:
    """A day for people: 今天（11月16日 周三）."""
    near = {0: "今天", 1: "明天", 2: "后天", -1: "昨天"}.get((day - today).days)
    written = f"{day.month}月{day.day}日 周{'一二三四五六日'[day.weekday()]}"
    return f"{near}（{written}）" if near else written
