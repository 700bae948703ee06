"""data/notices.yaml: what is posted again and again, and when."""

import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Literal, Protocol

from bot.model.notice import Level

EVERY, WORKDAYS, RESTDAYS = "每天", "工作日", "休息日"
"""What ``days`` may be besides days of the week. Workdays are China's, with 调休."""

LEVELS: dict[str, Level] = {"普通": "normal", "重要": "important", "紧急": "urgent"}

MODES: dict[str, str] = {"日常": "everyday", "战时": "wartime", "都发": ""}

VARIABLES: dict[str, str] = {
    "date": "当天的日期，11月16日",
    "weekday": "星期几，周三",
    "tomorrow": "明天的日期，11月17日 周四",
    "community": "社区的名字",
    "scope": "发给哪里，春晓苑",
    "duty_phone": "那一块的值班电话",
}
"""What may stand in the text as {name} -> what it becomes. All of it is of the moment the notice goes out."""

WEEK = "一二三四五六日"

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_MOMENT = re.compile(r"(\d{4}-\d{1,2}-\d{1,2})(?:[ T]+(\d{1,2}:\d{2}))?")


@dataclass(frozen=True)
class NoticeEntry:
    """One entry of data/notices.yaml."""

    id: str
    """Its name for the ledger: once it was posted for a planned time, it is not posted for it again."""
    text: str
    """What the groups read, with {variables}."""
    scope: str | tuple[str, ...]
    """Where it goes, in the words of handlers/notices/targets.py: 春晓苑; [1号楼, 3-12栋]; 全体."""
    times: tuple[str, ...] = ()
    """Times of the day: ["08:00", "18:30"]. Either these or ``cron``."""
    cron: str | None = None
    """A cron line of five fields: minute, hour, day, month, day of the week (0 and 7 are Sunday)."""
    days: str | tuple[str, ...] = EVERY
    """每天, 工作日, 休息日, or days of the week: [周一, 周三]. Of a cron line's moments, those on such days count."""
    exclude: str | tuple[str, ...] = ()
    """Where it does not go, though ``scope`` covers it: 8号楼."""
    valid_from: str | None = None
    """The first day, or the first moment, on which it is posted: 2022-11-18, 2022-11-18 12:00."""
    valid_until: str | None = None
    """The last day, itself included, or the moment from which it is no longer posted."""
    level: Literal["普通", "重要", "紧急"] = "普通"
    """How much it matters: quiet hours hold 普通 ones only."""
    mode: Literal["日常", "战时", "都发"] = "都发"
    """In which mode it is posted."""
    late_minutes: float | None = None
    """So long after its time it may still be posted; without it, what bot.yaml says."""
    valid_minutes: float | None = None
    """So many minutes after its time it no longer holds: groups it has not reached by then do not get it."""
    receipt: bool = False
    """True when 「收到」 is asked for and counted."""
    drill: bool = False
    """True for an exercise (演练): marked as one."""

    @property
    def scopes(self) -> tuple[str, ...]:
        """``scope`` as a list."""
        return (self.scope,) if isinstance(self.scope, str) else self.scope

    @property
    def excluded(self) -> tuple[str, ...]:
        """``exclude`` as a list."""
        return (self.exclude,) if isinstance(self.exclude, str) else self.exclude

    @property
    def plan(self) -> str:
        """A mark of when it is posted: it changes with the times, not with the words or the groups."""
        when = (
            sorted(self.times), self.cron, self.days, self.valid_from, self.valid_until, self.mode,
        )  # fmt: skip
        return hashlib.sha256(repr(when).encode()).hexdigest()[:16]

    def active(self, mode: str) -> bool:
        """True when it is posted in this mode (bot.model.services.Modes.name)."""
        return MODES[self.mode] in ("", mode)


class NotATime(ValueError):
    """A time, a day or a date that is none; the text is what was written."""


def time_of(text: str) -> time:
    """「08:00」 as a time of the day. Raises NotATime."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise NotATime(text)
    return time(int(found[1]), int(found[2]))


def weekdays_of(days: str | Collection[str]) -> frozenset[int] | None:
    """The days of the week meant by ``days``, Monday 0; None for 每天, 工作日 and 休息日. Raises NotATime."""
    if days in (EVERY, WORKDAYS, RESTDAYS):
        return None
    named = (days,) if isinstance(days, str) else days
    found = {text: _WEEKDAY.fullmatch(text.strip()) for text in named}
    for text, match in found.items():
        if match is None:
            raise NotATime(text)
    return frozenset(WEEK.index(match[1].replace("天", "日")) for match in found.values() if match)


def moment_of(text: str, zone: tzinfo, *, end: bool = False) -> datetime:
    """A date or a date-time as a moment; a date alone is its midnight, as an end the midnight after it. Raises
    NotATime."""
    found = _MOMENT.fullmatch(text.strip())
    if not found:
        raise NotATime(text)
    try:
        year, month, day = map(int, found[1].split("-"))
        on = date(year, month, day)
    except ValueError as error:
        raise NotATime(text) from error
    if found[2]:
        return datetime.combine(on, time_of(found[2]), zone)
    return datetime.combine(on + timedelta(days=1) if end else on, time(), zone)


class ScheduleBook(Protocol):
    """Up to which moment each entry of notices.yaml is settled (bot/ledger/schedules.py). Changes need an open
    transaction."""

    def known(self) -> Mapping[str, tuple[str, datetime]]:
        """Entry -> its plan and the moment up to which everything it had planned was posted or dropped."""
        ...

    def settle(self, source: str, plan: str, until: datetime) -> None:
        """Everything this entry had planned up to that moment is settled."""
        ...

    def settled(self, source: str) -> datetime | None:
        """Up to when; None for an unknown entry."""
        ...

    def forget(self, source: str) -> None:
        """The entry is gone: if it ever comes back, it is a new one."""
        ...
