"""The entries of notices.yaml and when each is due. ``moments`` and ``due`` are pure: time is an argument.

The board itself keeps a heap of the next moment of every entry, so that asking costs nothing; up to which moment an entry is
settled is the ledger's to know. An entry that is new, or whose times were changed, or that a switch between everyday and
wartime brings in, is settled up to that moment: nothing was planned before.
"""

import heapq
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import takewhile

import chinese_calendar
from cronsim import CronSim, CronSimError

from bot.model.clock import Clock, millis, moment
from bot.model.mode import Modes
from bot.model.notice import Notice, Planned
from bot.model.schedule import (
    EVERY,
    LEVELS,
    RESTDAYS,
    WEEK,
    WORKDAYS,
    NoticeEntry,
    ScheduleBook,
    moment_of,
    time_of,
    weekdays_of,
)  # fmt: skip
from bot.model.services import Groups
from bot.model.tree import Node
from handlers.notices.quiet import PROMPT, goes_at, too_late
from handlers.notices.targets import Targets, read_targets

LOOK_BACK = timedelta(days=7)
"""What was planned longer ago than this, while the bot was off, is not even listed as dropped."""

LOOK_AHEAD = timedelta(days=800)
"""An entry that is not due within so long is never due: over two years, for the 29th of February."""

TOO_LATE, OVERTAKEN = "到点时小巷不在线，现在太晚了", "到点时小巷不在线，后面又到了一次"

BOARD = ""
"""Stands in the book of schedules for the board itself: when it was last written."""

Works = Callable[[date], bool | None]
"""Whether China works on a day; None when nobody knows yet."""


def china_works(day: date) -> bool | None:
    """By the State Council's announcements, 调休 and all; None for a year that has not been announced."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return None


def cron_mistake(line: str) -> str:
    """What is wrong with a cron line, in cronsim's words; "" when nothing is."""
    try:
        CronSim(line, datetime(2024, 1, 1))  # noqa: DTZ001 - only the fields are looked at
    except CronSimError as error:
        return str(error)
    return ""


def moments(
    entry: NoticeEntry, after: datetime, zone: tzinfo, works: Works = china_works
) -> Iterator[datetime]:
    """Every moment after another one at which an entry is planned, in order, for LOOK_AHEAD of idle days at most."""
    begin = moment_of(entry.valid_from, zone) if entry.valid_from else after
    end = moment_of(entry.valid_until, zone, end=True) if entry.valid_until else None
    start = max(after, begin - timedelta(microseconds=1))
    fits = _fits(entry, works)
    last = start
    for at in _cron(entry.cron, start, zone) if entry.cron else _times(entry.times, start, zone):
        if (end is not None and at >= end) or at - last > LOOK_AHEAD:
            return
        if fits(at.astimezone(zone).date()):
            last = at
            yield at


def due(
    entry: NoticeEntry, after: datetime, until: datetime, zone: tzinfo, works: Works = china_works
) -> list[datetime]:
    """The moments planned after one moment and up to another."""
    return list(takewhile(lambda at: at <= until, moments(entry, after, zone, works)))


def _fits(entry: NoticeEntry, works: Works) -> Callable[[date], bool]:
    weekdays = weekdays_of(entry.days)
    if weekdays is not None:
        return lambda day: day.weekday() in weekdays
    if entry.days == EVERY:
        return lambda day: True
    return lambda day: _works(day, works) == (entry.days == WORKDAYS)


def _works(day: date, works: Works) -> bool:
    """A day of a year that has not been announced is a workday from Monday to Friday."""
    known = works(day)
    return day.weekday() < 5 if known is None else known


def _times(times: Sequence[str], after: datetime, zone: tzinfo) -> Iterator[datetime]:
    ordered = sorted({time_of(text) for text in times})
    day = after.astimezone(zone).date()
    while ordered:
        planned = [datetime.combine(day, at, zone) for at in ordered]
        real = sorted({moment(millis(at)) for at in planned})  # 02:30 in the night that skips it is 03:30
        yield from (at.astimezone(zone) for at in real if at > after)
        day += timedelta(days=1)


def _cron(line: str, after: datetime, zone: tzinfo) -> Iterator[datetime]:
    last = after
    for at in CronSim(line, after.astimezone(zone)):
        if at - last > LOOK_AHEAD:
            return
        last = at
        yield at


def target_text(entry: NoticeEntry) -> str:
    """Where an entry goes, in one line as it would be typed in a command: 1号楼、3-12栋 除8栋."""
    but = f" 除{'、'.join(entry.excluded)}" if entry.excluded else ""
    return "、".join(entry.scopes) + but


class Noticeboard:
    """Every scheduled notice, with the moment it is due next."""

    def __init__(
        self,
        entries: Sequence[NoticeEntry],
        groups: Groups,
        zone: tzinfo,
        clock: Clock,
        modes: Modes,
        schedules: ScheduleBook,
        duty_phone: Callable[[Node | None], str],
    ) -> None:
        self._entries = tuple(entries)
        self._groups = groups
        self._zone = zone
        self._clock = clock
        self._modes = modes
        self._schedules = schedules
        self._targets: dict[str, Targets] = {}
        self._duty_phone = duty_phone
        self._heap: list[tuple[datetime, int]] = []
        self._mode: str | None = None
        """The mode for which the heap was made; None before it is."""
        self._written: datetime | None = None
        """What the board's own row in the ledger says, unless the last transaction was rolled back."""

    def renew(self, entries: Sequence[NoticeEntry]) -> None:
        """From now on these are the entries. When each is due is worked out when the clock next asks; what was claimed or
        settled stays so."""
        if tuple(entries) != self._entries:
            self._entries = tuple(entries)
            self._targets.clear()
            self._mode = None

    def stands(self, source: str) -> bool:
        """True while the entry of this id is in the file and of the present mode."""
        return any(entry.id == source and entry.active(self._modes.name) for entry in self._entries)

    def meant_on(self, source: str, at: datetime) -> bool:
        """True when the entry of this id may be read on the day of that moment: its days and its validity."""
        entry = next((entry for entry in self._entries if entry.id == source), None)
        if entry is None:
            return False
        end = moment_of(entry.valid_until, self._zone, end=True) if entry.valid_until else None
        return (end is None or at < end) and _fits(entry, china_works)(at.astimezone(self._zone).date())

    def next(self) -> datetime | None:
        """The first moment at which an entry is due; now, when everything has to be planned anew."""
        if self._stale():
            return self._clock.now()
        return self._heap[0][0] if self._heap else None

    def _stale(self) -> bool:
        lost = self._schedules.settled(BOARD) != self._written
        return lost or self._modes.name != self._mode or self._set_back()

    def _set_back(self) -> bool:
        """True when the machine's clock was wrong and was put right: everything was planned from a moment to come."""
        return self._written is not None and self._written - self._clock.now() > PROMPT

    def plan(self, at: datetime) -> None:
        """Work out when every entry is due next, from what the ledger knows. Needs an open transaction."""
        known = dict(self._schedules.known())
        known.pop(BOARD, None)
        active = {entry.id: n for n, entry in enumerate(self._entries) if entry.active(self._modes.name)}
        for gone in known.keys() - active.keys():
            self._schedules.forget(gone)
        heap: list[tuple[datetime, int]] = []
        for source, n in active.items():
            entry = self._entries[n]
            plan, settled = known.get(source, ("", at))
            if plan != entry.plan:
                settled = at
                self._schedules.settle(source, entry.plan, at)
            since = max(
                min(settled, at), at - LOOK_BACK
            )  # what was claimed before the clock was set back stays so
            if (first := next(moments(entry, since, self._zone), None)) is not None:
                heap.append((first, n))
        heapq.heapify(heap)
        self._heap = heap
        self._write(at)

    def _write(self, at: datetime) -> None:
        """Mark what the heap was made from: when the mark is not in the ledger, neither is the rest."""
        mark = at
        if self._written and not self._set_back():
            mark = max(at, self._written + timedelta(milliseconds=1))
        self._mode, self._written = self._modes.name, moment(millis(mark))
        self._schedules.settle(BOARD, self._modes.name, mark)

    def due(self, at: datetime) -> Sequence[Planned]:
        """Everything due by that moment, oldest first, settled with that; see bot.model.notice.Noticeboard."""
        if self._stale():
            self.plan(at)
        found: list[Planned] = []
        while self._heap and self._heap[0][0] <= at:
            first, n = heapq.heappop(self._heap)
            entry = self._entries[n]
            found += self._fallen_due(entry, first, at)
            self._schedules.settle(entry.id, entry.plan, at)
            if (following := next(moments(entry, at, self._zone), None)) is not None:
                heapq.heappush(self._heap, (following, n))
        if found:
            self._write(at)
        return sorted(found, key=lambda one: one.notice.planned_at)

    def _fallen_due(self, entry: NoticeEntry, first: datetime, at: datetime) -> Iterator[Planned]:
        """Of what was planned from ``first`` on, the latest is posted, unless that is too late; the rest is dropped."""
        since = max(first - timedelta(milliseconds=1), at - LOOK_BACK)
        found = due(entry, since, at, self._zone)
        if not found:
            return
        *older, latest = found
        for planned in older:
            yield self._planned(entry, planned, at, OVERTAKEN)
        hours = self._modes.notices.quiet_hours
        over = too_late(latest, LEVELS[entry.level], self._late(entry), at, hours, self._zone)
        yield self._planned(entry, latest, at, TOO_LATE if over else "")

    def _late(self, entry: NoticeEntry) -> float:
        return self._modes.notices.late_minutes if entry.late_minutes is None else entry.late_minutes

    def coming(self, at: datetime, until: datetime) -> Sequence[Planned]:
        """What will be due between two moments, in order; claims nothing."""
        mode = self._modes.name
        if mode == self._mode:
            entries = [self._entries[n] for first, n in self._heap if first <= until]
        else:  # switched just now: nothing is planned yet
            entries = [entry for entry in self._entries if entry.active(mode)]
        found = [
            self._planned(entry, planned, at)
            for entry in entries
            for planned in due(entry, at, until, self._zone)
        ]
        return sorted(found, key=lambda one: one.notice.planned_at)

    def _planned(self, entry: NoticeEntry, planned: datetime, at: datetime, dropped: str = "") -> Planned:
        target = self._target(target_text(entry))
        level = LEVELS[entry.level]
        goes = goes_at(planned, level, self._modes.notices.quiet_hours, self._zone)
        valid = timedelta(minutes=entry.valid_minutes) if entry.valid_minutes else None
        notice = Notice(
            id=0,
            text=self._text(entry, target, goes),
            rooms=target.rooms,
            scope=target.scope,
            node=(target.node or self._groups.root).name,
            planned_at=planned,
            created_at=at,
            level=level,
            state="dropped" if dropped else "waiting",
            reason=dropped,
            source=entry.id,
            late_minutes=self._late(entry),
            valid_until=planned + valid if valid else None,
            drill=entry.drill,
            asks_receipt=entry.receipt,
            begin_at=goes if goes != planned else None,
        )
        day = planned.astimezone(self._zone).date()
        return Planned(notice, entry.days in (WORKDAYS, RESTDAYS) and china_works(day) is None)

    def _target(self, text: str) -> Targets:
        """Worked out once; ``xiaoxiang check`` and the start see to it that there is no problem."""
        if text not in self._targets:
            self._targets[text] = read_targets(text, None, self._groups)
        return self._targets[text]

    def _text(self, entry: NoticeEntry, target: Targets, at: datetime) -> str:
        today = at.astimezone(self._zone).date()
        tomorrow = today + timedelta(days=1)
        return entry.text.format(
            date=f"{today.month}月{today.day}日",
            weekday=f"周{WEEK[today.weekday()]}",
            tomorrow=f"{tomorrow.month}月{tomorrow.day}日 周{WEEK[tomorrow.weekday()]}",
            community=self._groups.root.name,
            scope=target.scope,
            duty_phone=self._duty_phone(target.node),
        )
