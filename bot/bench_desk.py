"""How long the help desk's commands take while thousands of tickets are open, each from hearing to durable on disk."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from bot.app import App, build, steady
from bot.channels.replay import ReplayChannel, TranscriptClock
from bot.groups import Tree
from bot.ledger.tickets import number_of
from bot.ledger.unanswered import Unanswered as UnansweredRows
from bot.model.audit import Actor
from bot.model.message import LoggedIn, Message, RoomNamed
from bot.model.people import Person
from bot.model.settings import Settings
from bot.model.ticket import NewTicket
from bot.model.tree import Node
from bot.model.unanswered import Unanswered
from bot.settings import Data
from handlers.table import COMMANDS
from intents.engine import Engine

OPEN = 5000
"""So many tickets are open."""

HANDS = 40
"""So many people hold some of them."""

QUESTIONS = 300
"""So many questions wait for an answer."""

SPREAD = timedelta(hours=20)
"""They were opened within so long before the bench begins."""

ALSO = (
    "/工单", "/工单 300页", "/工单 我的", "/工单 超时", "/工单 待接", "/工单 17号楼", "/工单 春晓苑", "/工单 负荷", "/工单 今天",
    "/未回", "/路线", "/路线 @小安", "/隔离", "/值班",
)  # fmt: skip
"""Said besides the example of every command."""

UNTIMED = frozenset({"认领"})
"""A code that is none is tried in vain."""

_NUMBER = re.compile(r"(?<=[\s(])[A-Z]?\d{2,3}(?!\d|号|楼|-|天|:|月)")


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one command took, in milliseconds."""

    said: str
    median: float
    p99: float
    slowest: float


def measure(
    settings: Settings, data: Data, engine: Engine, folder: Path, start: datetime, rounds: int
) -> list[Timing]:
    """Fill a throw-away ledger, start on it, let the clock tick, and say every command so many times."""
    database = folder / "desk.db"
    app = _started(settings, data, engine, database, start)
    _fill(app, settings, data, start)
    app.ledger.close()
    app = _started(settings, data, engine, database, start)
    steady()
    timings = [_timing("（开机后第一次走钟）", [_tick(app, start)])]
    at = start + timedelta(minutes=1)
    while (due := app.timekeeper.next()) is not None and due <= at:
        app.tick(at)
    timings.append(_timing("（走钟，没有到点的事）", [_tick(app, at) for _ in range(rounds)]))
    numbers = (number_of(id_) for id_ in range(1, OPEN))
    for said in _said(settings):
        timings.append(_timing(said, list(_say(app, settings, said, numbers, rounds))))
    app.ledger.close()
    return timings


def _timing(said: str, seconds: Sequence[float]) -> Timing:
    ordered = sorted(second * 1000 for second in seconds)
    middle, late = ordered[len(ordered) // 2], ordered[len(ordered) * 99 // 100]
    return Timing(said, round(middle, 2), round(late, 2), round(ordered[-1], 2))


def _started(settings: Settings, data: Data, engine: Engine, database: Path, start: datetime) -> App:
    clock = TranscriptClock(start)
    channel = ReplayChannel(clock, lambda said: None)
    app = build(settings, data, channel, clock, random.Random(1), database, engine)
    rooms = app.assistant.room_names()
    app.receive([LoggedIn("bench", start), *(RoomNamed(room, room, start) for room in rooms)])
    return app


def _fill(app: App, settings: Settings, data: Data, start: datetime) -> None:
    """Open tickets all over the tree, by many people, a third of them taken, a sixth dispatched, with their audit rows,
    and questions that nobody answered."""
    nodes = Tree(settings.groups).nodes()
    titles = [(spec.id, spec.title) for spec in data.intents if spec.id.startswith("help.")]
    unanswered = UnansweredRows(app.ledger)
    with app.ledger.transaction():
        for n in range(OPEN):
            at = start - SPREAD * (OPEN - n) / OPEN
            ticket = app.tickets.open(_plea(n, nodes[n % len(nodes)], titles[n % len(titles)], at))
            hand = Person(f"hand{n % HANDS}", f"网格员{n % HANDS}")
            by = Actor(max(at, start - timedelta(minutes=n % 25)), hand.id, hand.name)
            if n % 3 == 0:
                app.tickets.move(ticket, "taken", by, owner=hand)
            elif n % 6 == 1:
                app.tickets.move(ticket, "dispatched", by, owner=hand, dispatched=(hand.id, hand.name))
            if n % 4 == 0:
                app.tickets.note(ticket, by, "urged")
        for n in range(QUESTIONS):
            node, at = nodes[n % len(nodes)], start - SPREAD * (QUESTIONS - n) / QUESTIONS
            room = node.room or ""
            unanswered.add(
                Unanswered(
                    0, at, room, room, node.name, f"p{n}", f"居民{n}", "question", f"第{n}个问题", f"q{n}"
                )
            )


def _plea(n: int, node: Node, kind: tuple[str, str], at: datetime) -> NewTicket:
    resident = Actor(at, f"resident{n}", f"居民{n}", node.room or "")
    room = str(100 + n % 700) if node.building else ""
    return NewTicket(
        *kind, n % 10 == 0, node.room or "", node.room or "", resident.id, resident.name, node.name,
        node.building or "", node.unit or "", room, "13800000000", "", "家里的药没有了，帮忙买两盒", resident,
    )  # fmt: skip


def _said(settings: Settings) -> Iterator[str]:
    yield from ALSO
    for entry in COMMANDS:
        if entry.name not in UNTIMED:
            yield entry.example


def _say(app: App, settings: Settings, said: str, numbers: Iterator[str], rounds: int) -> Iterator[float]:
    """Seconds of each round. Every round is about other tickets, as long as the text names any."""
    secretary = next(person for person in settings.people if person.role in ("secretary", "admin"))
    staff = next(place.room for place in Tree(settings.groups).rooms() if place.kind == "staff")
    clock = app.clock
    assert isinstance(clock, TranscriptClock)
    private = {entry.example for entry in COMMANDS if entry.role == "resident" and "工单" not in entry.name}
    for n in range(rounds):
        clock.reach(clock.now() + timedelta(minutes=1))
        text = _NUMBER.sub(lambda found: next(numbers), said) if said not in ALSO else said
        room = "" if said in private else staff
        message = Message(
            f"{said}{n}{clock.now()}", clock.now(), room, room, secretary.id, secretary.name, text
        )
        begin = perf_counter()
        app.receive([message])
        yield perf_counter() - begin


def _tick(app: App, at: datetime) -> float:
    begin = perf_counter()
    app.tick(at)
    return perf_counter() - begin
