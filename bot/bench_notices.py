"""How long ten thousand schedules take to start, and a thousand notices that are due in the same minute."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from bot.app import App, build
from bot.channels.replay import ReplayChannel, TranscriptClock
from bot.groups import Tree
from bot.model.message import LoggedIn, RoomNamed
from bot.model.schedule import EVERY, RESTDAYS, WORKDAYS, NoticeEntry
from bot.model.settings import Settings
from bot.settings import Data
from intents.engine import Engine

SCHEDULES = 10_000
"""So many entries notices.yaml has."""

AT_ONCE = 1_000
"""So many of them are due in one minute."""

SPREAD = timedelta(minutes=60)
"""The others come later than that."""

ASKED = 200
"""So often it is asked whether anything is due."""


@dataclass(frozen=True, slots=True)
class Schedules:
    """What it took, in seconds."""

    start: float
    """From the entries to the first moment at which one is due, the ledger's own start left out."""
    again: float
    """The same after a restart, when the ledger knows every entry."""
    asking: float
    """Asking once whether anything is due."""
    claiming: float
    """The tick that claims and queues those that are due in one minute, on disk."""
    claimed: int
    """How many there were."""


def measure(settings: Settings, data: Data, engine: Engine, folder: Path, start: datetime) -> Schedules:
    """Start on a throw-away ledger with and without the entries, ask, and let a minute's worth fall due."""
    entries = _entries(start, settings)
    database = folder / "notices.db"
    bare = min(_started(settings, data, engine, folder / f"bare{n}.db", start)[1] for n in range(3))
    app, first = _started(settings, replace(data, notices=entries), engine, database, start)
    app.ledger.close()
    app, second = _started(settings, replace(data, notices=entries), engine, database, start)
    begin = perf_counter()
    for _ in range(ASKED):
        app.timekeeper.next()
    asking = (perf_counter() - begin) / ASKED
    due = app.timekeeper.next()
    assert due is not None
    assert isinstance(app.clock, TranscriptClock)
    app.clock.reach(due)  # else the board finds its clock set back and plans anew
    begin = perf_counter()
    app.tick(due)
    claiming = perf_counter() - begin
    claimed = app.ledger.execute("SELECT count(*) FROM notices WHERE state = 'sending'").fetchone()[0]
    app.ledger.close()
    return Schedules(max(first - bare, 0), max(second - bare, 0), asking, claiming, claimed)


def _entries(start: datetime, settings: Settings) -> tuple[NoticeEntry, ...]:
    """A tenth due in the same minute, soon; the others all over the day, on all kinds of days, half of them by cron."""
    soon = (start + timedelta(minutes=5)).astimezone(ZoneInfo(settings.timezone))
    scope = next(node.name for node in Tree(settings.groups).nodes() if node.room and not node.children)
    return tuple(_entry(n, soon, scope) for n in range(SCHEDULES))


def _entry(n: int, soon: datetime, scope: str) -> NoticeEntry:
    entry = NoticeEntry(f"n{n}", "今天 {date} {weekday}，请戴好口罩。", scope)
    if n < AT_ONCE:
        return replace(entry, times=(f"{soon:%H:%M}",))
    later = soon + SPREAD + timedelta(minutes=n % (20 * 60))
    days = (EVERY, WORKDAYS, RESTDAYS, ("周一", "周三"))[n % 4]
    if n % 2:
        return replace(entry, cron=f"{later.minute} {later.hour} * * *", days=days)
    return replace(entry, times=(f"{later:%H:%M}",), days=days)


def _started(
    settings: Settings, data: Data, engine: Engine, database: Path, start: datetime
) -> tuple[App, float]:
    clock = TranscriptClock(start)
    channel = ReplayChannel(clock, lambda said: None)
    begin = perf_counter()
    app = build(settings, data, channel, clock, random.Random(1), database, engine)
    rooms = app.assistant.room_names()
    app.receive([LoggedIn("bench", start), *(RoomNamed(room, room, start) for room in rooms)])
    app.timekeeper.next()
    return app, perf_counter() - begin
