"""How long it takes to queue a notice for four hundred groups, and how a round of testing is counted over two thousand
households, each from hearing to durable on disk."""

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from bot.app import App, build, steady
from bot.channels.replay import ReplayChannel, TranscriptClock
from bot.model.household import Household
from bot.model.message import LoggedIn, Message, RoomNamed
from bot.model.settings import PersonSpec, Settings
from bot.model.tree import Node
from bot.settings import Data
from intents.engine import Engine

BUILDINGS, UNITS, DOORS = 80, 5, 25
"""Four hundred groups: one for all, one for each unit but the last. The first sixteen buildings have two thousand
households."""

TESTED_BUILDINGS = 16

STAFF = "百姓社区工作群"
FIRST, SECOND = (
    PersonSpec("bench1", "书记甲", "secretary", "百姓社区"),
    PersonSpec("bench2", "书记乙", "secretary", "百姓社区"),
)

ROUNDS = 20
"""So often each question is asked."""


@dataclass(frozen=True, slots=True)
class Calls:
    """What it took, in milliseconds."""

    groups: int
    preview: float
    """Reading the targets, the draft and its preview."""
    queue: float
    """The second person's 「确认」: a row for each group."""
    one_reply: float
    """The same from hearing to disk for a message that is answered with a single row: what queueing is measured by."""
    households: int
    tested: int
    mark: float
    """「已测」 of one household, the median."""
    progress: float
    """/核酸 进度, the median."""
    missing: float
    """/核酸 未测, the median."""


def measure(settings: Settings, data: Data, engine: Engine, folder: Path, start: datetime) -> Calls:
    """Build a community of four hundred groups on a throw-away ledger and speak to it."""
    at = start.astimezone(ZoneInfo(settings.timezone)).replace(hour=9)
    community = replace(
        settings,
        community="百姓社区",
        groups=(_tree(),),
        people=(FIRST, SECOND),
        notices=replace(settings.notices, quiet_hours=""),
    )
    clock = TranscriptClock(at)
    app = build(
        community, replace(data, notices=()), ReplayChannel(clock, lambda said: None), clock, random.Random(1),
        folder / "calls.db", engine,
    )  # fmt: skip
    rooms = app.assistant.room_names()
    app.receive([LoggedIn("bench", at), *(RoomNamed(room, room, at) for room in rooms)])
    said = _Said(app, clock)
    steady()
    one = said.median(["/状态"] * ROUNDS)
    preview = said("/通知 全体 今天起进出请扫码，量体温，戴好口罩。")
    said("确认")
    before = _rows(app)
    queue = said("确认 1", SECOND)
    groups = _rows(app) - before
    homes = _homes()
    app.roster.import_households(homes)
    said(f"/核酸 开始 百姓苑 第1轮 北门 {clock.now():%H:%M}-18:00")
    said("确认")
    marks = [f"已测 {home.door}" for home in homes[::2]]
    said("\n".join(marks[ROUNDS:]))
    mark = said.median(marks[:ROUNDS])
    found = Calls(
        groups, preview, queue, one, len(homes), _tested(app), mark, said.median(["/核酸 进度"] * ROUNDS),
        said.median(["/核酸 未测 3号楼"] * ROUNDS),
    )  # fmt: skip
    app.ledger.close()
    return found


class _Said:
    """Says something in the staff's group, a minute after the last, and tells the milliseconds it took."""

    def __init__(self, app: App, clock: TranscriptClock) -> None:
        self._app, self._clock, self._ids = app, clock, itertools.count()

    def __call__(self, text: str, who: PersonSpec = FIRST) -> float:
        self._clock.reach(self._clock.now() + timedelta(seconds=20))
        message = Message(f"b{next(self._ids)}", self._clock.now(), STAFF, STAFF, who.id, who.name, text)
        begin = perf_counter()
        self._app.receive([message])
        return round((perf_counter() - begin) * 1000, 2)

    def median(self, texts: Sequence[str]) -> float:
        return sorted(map(self, texts))[len(texts) // 2]


def _tree() -> Node:
    buildings = tuple(
        Node(
            f"{n}号楼", "building", building=str(n),
            children=tuple(
                Node(f"{n}号楼{m}单元", "unit", f"百姓苑{n}号楼{m}单元群", building=str(n), unit=str(m))
                for m in range(1, UNITS + 1)
                if (n, m) != (BUILDINGS, UNITS)
            ),
        )
        for n in range(1, BUILDINGS + 1)
    )  # fmt: skip
    compound = Node("百姓苑", "compound", children=buildings)
    return Node("百姓社区", "community", "百姓社区居民群", STAFF, children=(compound,))


def _homes() -> list[Household]:
    doors: Iterator[tuple[int, int, int]] = itertools.product(
        range(1, TESTED_BUILDINGS + 1), range(1, UNITS + 1), range(DOORS)
    )
    return [
        Household("百姓苑", str(building), str(unit), f"{n // 5 + 1}0{n % 5 + 1}", people=3)
        for building, unit, n in doors
    ]


def _rows(app: App) -> int:
    return int(app.ledger.execute("SELECT count(*) FROM outbox WHERE notice IS NOT NULL").fetchone()[0])


def _tested(app: App) -> int:
    return int(app.ledger.execute("SELECT count(*) FROM coverage WHERE kind = 'tested'").fetchone()[0])
