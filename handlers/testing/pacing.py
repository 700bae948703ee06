"""When the next ones are called: the line's real speed, and what a batch takes as long as that is unknown. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from bot.model.testing import Round, Stop
from handlers.testing.stops import upcoming

QUICKEST = 0.4
"""However fast the line seems, nobody is called sooner than this part of what was reckoned with."""
SLOWEST = 2.0
"""However slow it seems, nobody waits longer than this many times of it: people forget to say 「下一个」."""
ONE_ALONE = 0.7
"""The same as long as only one stretch was measured: one early 「下一个」 is no speed."""
LATEST_TURNS = 3
"""The speed of so many last stretches counts: at seven one desk is open, at eight there are three."""
SHORTEST = timedelta(minutes=2)
"""Two 「下一个」 that are nearer to each other count as one."""
WINDOW = timedelta(minutes=20)
"""So far back reports of tested households tell how fast the line is."""
FEW = 10
"""With fewer reports, or in fewer minutes, they tell nothing."""
LAGS = 0.4
"""Where doors are written down, and so small a part of those called, the line is long or the list lies behind."""
LAGGING = 1.5
"""Calls by themselves then take so many times what was reckoned with."""
TOLD = 0.6
"""Only where so large a part of those called was reported do reports tell how long the line is."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is known of the line at a moment."""

    called: int
    """Households called so far."""
    seen: int
    """Of them, those reported as tested, or as not coming."""
    lately: int
    """Reported as tested within the last ``window``."""
    window: timedelta

    @property
    def told(self) -> bool:
        """True where reports come in so completely that the rest is the line."""
        return self.seen >= FEW and self.seen >= self.called * TOLD

    @property
    def waiting(self) -> int:
        """Households called and not seen yet."""
        return max(0, self.called - self.seen)


def speed(one: Round, stops: Iterable[Stop], line: Line | None) -> float | None:
    """Households a minute: from what was said to be through, else from reports while people queue; None when unknown."""
    if measured := _measured(one, stops):
        if len(measured) == 1:
            return min(measured[0], one.batch / max(one.minutes, 0.5) / ONE_ALONE)
        return median_low(measured[-LATEST_TURNS:])
    if line is None or not line.told or line.lately < FEW or line.waiting < one.batch / 2:
        return None  # without a queue, reports tell how fast we call, not how fast they test
    minutes = line.window.total_seconds() / 60
    return line.lately / minutes if minutes >= FEW else None


def _measured(one: Round, stops: Iterable[Stop]) -> list[float]:
    """Households a minute between moments at which somebody said that those called were through, oldest first. Whoever
    was called before them is through, too; whoever was called after them still stands in line. A stretch with a pause in
    it does not count."""
    known = [stop for stop in stops if stop.called_at is not None]
    said = sorted({stop.done_at for stop in known if stop.done_at is not None})
    since = min((stop.called_at for stop in known if stop.called_at), default=None)
    passed: datetime | None = None  # when the last of those who are through was called
    found = []
    for moment in said:
        if since is None or moment - since < SHORTEST:
            continue  # belongs to the next stretch: nobody is tested in so short a time
        last = max(stop.called_at for stop in known if stop.called_at and stop.done_at == moment)
        households = sum(
            stop.households
            for stop in known
            if stop.called_at and stop.called_at <= last and (passed is None or stop.called_at > passed)
        )
        if not households:
            continue  # said late of those who were through long ago: it tells nothing new
        if not (one.paused_at and since <= one.paused_at <= moment):
            found.append(households / ((moment - since).total_seconds() / 60))
        since, passed = moment, last
    return found


def takes(one: Round, turn: Sequence[Stop], pace: float | None) -> timedelta:
    """What a turn takes at this pace (households a minute; None: as was reckoned with when the round was begun)."""
    households = sum(stop.households for stop in turn) or one.batch  # not on the list: as many as a batch
    reckoned = one.minutes * households / max(one.batch, 1)
    minutes = reckoned if not pace else min(max(households / pace, reckoned * QUICKEST), reckoned * SLOWEST)
    return timedelta(minutes=minutes)


def lags(one: Round, stops: Iterable[Stop], line: Line) -> bool:
    """True when doors are written down and lie far behind the calls, and nobody says how fast the line is."""
    behind = line.seen >= FEW and line.seen < line.called * LAGS and line.waiting > one.batch * 3
    return behind and len(_measured(one, stops)) < 2


def last_ends(one: Round, stops: Sequence[Stop], at: datetime, pace: float | None) -> datetime:
    """About when the last turn will be through; ``at`` is when the next one may be called."""
    return at + sum((takes(one, turn, pace) for turn in upcoming(stops)), timedelta())


def too_long(one: Round, turn: Sequence[Stop], line: Line | None, at: datetime) -> bool:
    """True when so many stand in line that the next ones had better stay at home a little; never for ever."""
    if line is None or not line.told or line.waiting <= one.batch * 1.5:
        return False
    called_at = max((stop.called_at for stop in turn if stop.called_at), default=at)
    return at - called_at < takes(one, turn, None) * SLOWEST
