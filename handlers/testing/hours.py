"""Hours as people write them: 6:30-9:00, 六点半到九点, 下午2点-4点半, 到9:40. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from handlers.days import read_day
from intents.numbers import arabic

_NUMERAL = re.compile(r"[零一二两三四五六七八九十]{1,3}(?=[点时])")
_HALF = r"凌晨|早上|早晨|上午|早|中午|下午|傍晚|晚上|晚"
_CLOCK = rf"(?:(?P<{{0}}half>{_HALF})\s*)?(?P<{{0}}hour>\d{{{{1,2}}}})(?:[:.](?P<{{0}}minute>[0-5]\d)|[点时](?P<{{0}}some>半|一刻|三刻|[0-5]?\d分?)?)"
_BARE = r"(?:(?P<ahalf>{0})\s*)?(?P<ahour>\d{{1,2}})"
_TO = r"\s*(?:-+|~|–|—|－|到|至)\s*"
_RANGE = re.compile(rf"(?<![\d.:])(?:从\s*)?{_CLOCK.format('a')}{_TO}{_CLOCK.format('z')}(?![\d:])")
_SHORT = re.compile(rf"(?<![\d.:])(?:从\s*)?{_BARE.format(_HALF)}{_TO}{_CLOCK.format('z')}(?![\d:])")
"""6-9点."""
_UNTIL = re.compile(rf"(?:延长|推迟)?\s*(?:到|至)\s*{_CLOCK.format('z')}(?![\d:])")
_DAY = re.compile(
    r"今[天日早晚]|明[天日早晚]|后天|(?:下|这|本)?(?:周|星期|礼拜)[一二三四五六日天]|\d{1,2}月\d{1,2}[日号]|(?<!\d)\d{1,2}日"
)
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}


@dataclass(frozen=True, slots=True)
class Hours:
    """What a text says about when."""

    begins: datetime | None
    ends: datetime | None
    rest: str
    """The text without it."""


def read_hours(text: str, at: datetime, zone: tzinfo, *, until: bool = False) -> Hours:
    """The hours a text names; both None when it names none or none that can be. Without a day the coming ones are
    meant, those that run now included. ``until``: 「到9:40」 names the end alone."""
    text = unicodedata.normalize("NFKC", text)
    text = _NUMERAL.sub(lambda part: arabic(part[0]), text)
    today = at.astimezone(zone).date()
    said = _DAY.search(text)
    day = read_day(said[0], today) if said else None
    if said and day:
        text = f"{text[: said.start()]} {'晚上' if said[0].endswith('晚') else ''}{text[said.end() :]}"
    for pattern in (_RANGE, _SHORT):
        if found := pattern.search(text):
            first, last = _clock(found, "a"), _clock(found, "z")
            if first is None or last is None:
                return Hours(None, None, text)
            if last <= first and not found["zhalf"] and last.hour < 12 <= first.hour < last.hour + 12:
                last = last.replace(hour=last.hour + 12)  # 下午2点-4点
            rest = _without(text, found)
            return Hours(*_on(day or today, first, last, at, zone, fixed=day is not None), rest)
    if until and (found := _UNTIL.search(text)) and (last := _clock(found, "z")):
        ends = datetime.combine(day or today, last, zone)
        return Hours(None, ends, _without(text, found))
    return Hours(None, None, text)


def shown(begins: datetime, ends: datetime, zone: tzinfo) -> str:
    """Hours for people: 06:30-09:00, 22:00-次日01:00; beyond that with the day."""
    first, last = begins.astimezone(zone), ends.astimezone(zone)
    days = (last.date() - first.date()).days
    day = "" if days == 0 else "次日" if days == 1 else f"{last.month}月{last.day}日"
    return f"{first:%H:%M}-{day}{last:%H:%M}"


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"


def _clock(found: re.Match[str], which: str) -> time | None:
    """The time of the day; None when there is no such time."""
    parts = found.groupdict()
    hour, half = int(parts[f"{which}hour"]), parts.get(f"{which}half") or ""
    some = parts.get(f"{which}some") or ""
    minute = int(parts.get(f"{which}minute") or 0) or _PARTS.get(some) or int(some.rstrip("分") or 0)
    if half in ("下午", "傍晚", "晚上", "晚") and hour < 12:
        hour += 12
    return time(hour % 24, minute) if hour <= 24 and minute < 60 else None


def _on(
    day: date, first: time, last: time, at: datetime, zone: tzinfo, *, fixed: bool
) -> tuple[datetime, datetime]:
    begins, ends = datetime.combine(day, first, zone), datetime.combine(day, last, zone)
    if ends <= begins:
        ends += timedelta(days=1)  # over midnight
    if ends <= at and not fixed:
        begins, ends = begins + timedelta(days=1), ends + timedelta(days=1)
    return begins, ends
