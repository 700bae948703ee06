"""Counting a ticket's time: in duty hours or round the clock, standing still in pauses; and the inverse, the moment
at which so many minutes will have passed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

Pause = tuple[datetime, datetime]
"""From when to when a clock stands still."""

_MINUTE = timedelta(minutes=1)
_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of every day in which a clock runs."""

    begin: time
    end: time
    """Later than ``begin``."""
    zone: tzinfo
    """In which both are meant."""

    @property
    def length(self) -> timedelta:
        """Of one day."""
        return _since_midnight(self.end) - _since_midnight(self.begin)

    def worked(self, moment: datetime) -> timedelta:
        """All the hours from the first day of the calendar to a moment."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        today = local - datetime.combine(local.date(), self.begin)
        return (local.toordinal() - 1) * self.length + min(max(today, _NOTHING), self.length)

    def when(self, worked: timedelta) -> datetime:
        """The first moment up to which so much was worked."""
        days, rest = divmod(worked, self.length)
        if not rest:  # the end of a day rather than the begin of the next
            days, rest = days - 1, self.length
        return datetime.combine(datetime.fromordinal(days + 1), self.begin, self.zone) + rest


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """A ticket's own clock."""

    hours: Hours | None = None
    """When it runs; None: always."""
    pauses: tuple[Pause, ...] = ()
    """When it stands still: in order, none touching another."""

    def passed(self, since: datetime, at: datetime) -> float:
        """Minutes on this clock between two moments; 0 when the second is not the later."""
        if at <= since:
            return 0.0
        still = (self._running(max(begin, since), min(end, at)) for begin, end in self.pauses)
        return (self._running(since, at) - sum(still, _NOTHING)) / _MINUTE

    def moment(self, since: datetime, minutes: float) -> datetime:
        """The first moment at which so many minutes have passed on this clock since another; never before it."""
        left = timedelta(minutes=minutes)
        for begin, end in self.pauses:
            if end <= since:
                continue
            running = self._running(since, begin)
            if left <= running:
                break
            left -= running
            since = max(since, end)
        return self._later(since, left)

    def _running(self, begin: datetime, end: datetime) -> timedelta:
        if end <= begin:
            return _NOTHING
        return end - begin if self.hours is None else self.hours.worked(end) - self.hours.worked(begin)

    def _later(self, since: datetime, span: timedelta) -> datetime:
        if self.hours is None:
            return since + span
        return max(since, self.hours.when(self.hours.worked(since) + span))


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute, seconds=moment.second)


def joined(pauses: Sequence[Pause]) -> tuple[Pause, ...]:
    """The same time in order, with what overlaps or touches made one."""
    one: list[Pause] = []
    for begin, end in sorted(pauses):
        if one and begin <= one[-1][1]:
            one[-1] = (one[-1][0], max(one[-1][1], end))
        elif begin < end:
            one.append((begin, end))
    return tuple(one)
