"""How long a notice to four hundred groups takes to queue, and an alert to be the next that leaves."""

import asyncio
import random
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter

from bot.app import App, build
from bot.channels.replay import ReplayChannel, Said, TranscriptClock
from bot.ledger.notices import Notices
from bot.model.ledger import Waiting
from bot.model.message import LoggedIn, Message, RoomNamed
from bot.model.notice import Notice
from bot.model.settings import Settings
from bot.model.tree import Node
from bot.settings import Data
from intents.engine import Engine

GROUPS = 400
"""So many unit groups the community has."""

CRY = "我妈晕倒了没有呼吸，快来人"


@dataclass(frozen=True, slots=True)
class Queueing:
    """What it took, in seconds."""

    queued: float
    """From the tick at which the notice is due to a row for every group, on disk."""
    rows: int
    asking: float
    """Asking once what is due while all of them wait."""
    choosing: float
    """Finding the next message to leave among all that wait."""
    overtaking: int
    """So many messages of the notice left between an emergency and its alert."""


def measure(settings: Settings, data: Data, engine: Engine, folder: Path, start: datetime) -> Queueing:
    """Post one to every group of a large community on a throw-away ledger; half-way somebody cries for help."""
    community = _large(settings)
    clock, said = TranscriptClock(start), list[Said]()
    channel = ReplayChannel(clock, said.append, paced=False)
    app = build(community, data, channel, clock, random.Random(1), folder / "rows.db", engine)
    rooms = app.assistant.room_names()
    app.receive([LoggedIn("bench", start), *(RoomNamed(room, room, start) for room in rooms)])
    units = tuple(room for room in rooms if room.startswith("第"))
    notice = Notice(
        0,
        "今晚21点停水，请提前接水。",
        units,
        "全体",
        community.community,
        start,
        start,
        "important",
        "waiting",
    )
    with app.ledger.transaction():
        Notices(app.ledger).add(notice)
    begin = perf_counter()
    app.tick(start)
    queued = perf_counter() - begin
    count = app.ledger.execute("SELECT count(*) FROM outbox WHERE notice IS NOT NULL").fetchone()[0]
    begin = perf_counter()
    app.timekeeper.next()
    asking = perf_counter() - begin
    begin = perf_counter()
    _send(app)
    choosing = perf_counter() - begin
    cry = Message("cry", start, units[0], units[0], "resident", "王女士", CRY)
    app.receive([cry])
    before = len(said)
    while not any(one.out.kind == "alert" for one in said[before:]):
        _send(app)
    overtaking = sum(one.out.notice is not None for one in said[before:])
    app.ledger.close()
    return Queueing(queued, count, asking, choosing, overtaking)


def _send(app: App) -> None:
    step = app.outbox.next_step(app.clock.now())
    assert isinstance(step, Waiting)
    asyncio.run(app.outbox.send(step))


def _large(settings: Settings) -> Settings:
    """The same community with so many units more, a group each."""
    root = settings.groups[0]
    units = tuple(
        Node(f"第{n}号楼1单元", "unit", f"第{n}号楼1单元群", building=str(1000 + n), unit="1")
        for n in range(GROUPS)
    )
    return replace(settings, groups=(replace(root, children=(*root.children, *units)), *settings.groups[1:]))
