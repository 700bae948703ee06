"""What tests share: the sample community, a clock that is told the time, a channel that remembers what was said."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import App, build
from bot.groups import Tree
from bot.inspector import Memory
from bot.learnt import engine_of
from bot.model.channel import Outgoing
from bot.model.ledger import Waiting
from bot.model.message import Event, LoggedIn, Message, RoomNamed
from bot.model.settings import Settings
from bot.settings import Data, load_data, load_settings
from bot.shelf import Shelf
from intents.engine import Engine

ROOT = Path(__file__).parent.parent
MEMORY = Memory()
"""What checking data/ has already found out: every test would find out the same again, which takes seconds."""
MORNING = datetime(2022, 11, 16, 8, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
UNIT_ROOM = "春晓苑17号楼3单元群"
COMPOUND_ROOM = "春晓苑居民群"
STAFF_ROOM = "百合社区工作群"
VOLUNTEER_ROOM = "百合社区志愿者群"


class FakeClock:
    """Tells the time it was told."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def advance(self, **span: float) -> None:
        self.at += timedelta(**span)


@dataclass
class FakeChannel:
    """Remembers what was said; fails when told to."""

    paced: bool = False
    takes_files: bool = False
    ready: bool = True
    deaf_since: datetime | None = None
    deaf_reason: str = ""
    said: list[Outgoing] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    """Raised by the next sends, one each."""
    meanwhile: list[Callable[[], object]] = field(default_factory=list)
    """What happens while the next sends are on their way, one each."""

    async def run(self, hear: Callable[[Event], None]) -> None:
        await asyncio.Event().wait()

    async def send(self, out: Outgoing) -> str:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if self.failures:
            raise self.failures.pop(0)
        self.said.append(out)
        return f"sent-{out.id}"


@dataclass
class Chat:
    """A community to talk in: say(...) returns all that the bot says to it, as "room: @names text"."""

    app: App
    clock: FakeClock
    channel: FakeChannel
    ids: itertools.count = field(default_factory=itertools.count)

    def say(self, sender: str, text: str, room: str = UNIT_ROOM, **extra: object) -> list[str]:
        """One message, a second after the last, and what it makes the bot say."""
        self.clock.advance(seconds=1)
        self.app.receive([self.message(sender, text, room, **extra)])
        self.app.reload_now()
        return self.hear()

    def message(self, sender: str, text: str, room: str = UNIT_ROOM, **extra: object) -> Message:
        people = {person.name: person.id for person in self.app.settings.people}
        given = {
            "id": f"m{next(self.ids)}",
            "sender_id": people.get(sender, sender),
            "room_id": room,
            **extra,
        }
        return Message(at=self.clock.now(), room=room, sender=sender, text=text, **given)  # type: ignore[arg-type]

    def hear(self) -> list[str]:
        """Send all that may go now; the lines said since the last call."""
        asyncio.run(self._send())
        lines = [
            f"{out.room or '私聊'}: {''.join(f'@{name} ' for _, name in out.mentions)}{out.text}"
            for out in self.channel.said
        ]
        self.channel.said.clear()
        return lines

    async def _send(self) -> None:
        while isinstance(step := self.app.outbox.next_step(self.clock.now()), Waiting):
            await self.app.outbox.send(step)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The sample bot.yaml."""
    return load_settings(ROOT / "bot.yaml")


@pytest.fixture(scope="session")
def data(settings: Settings) -> Data:
    """The sample data/."""
    return load_data(settings.data)


@pytest.fixture(scope="session")
def engine(data: Data) -> Engine:
    """What understands by the sample data."""
    return engine_of(data)


@pytest.fixture
def open_chat(settings: Settings, data: Data, engine: Engine) -> Iterator[Callable[..., Chat]]:
    """Make a Chat: on a ledger in memory, or on the file given."""
    opened: list[Chat] = []

    def make(
        database: Path | None = None,
        at: datetime = MORNING,
        rooms: list[str] | None = None,
        community: Settings = settings,
        told: Data = data,
        shelf: Shelf | None = None,
        knowing: Engine = engine,
        **channel: object,
    ) -> Chat:
        clock, fake = FakeClock(at), FakeChannel(**channel)  # type: ignore[arg-type]
        app = build(community, told, fake, clock, random.Random(1), database, knowing, shelf, MEMORY)
        seen = rooms if rooms is not None else [place.room for place in Tree(community.groups).rooms()]
        app.receive([LoggedIn("bot", at), *(RoomNamed(room, room, at) for room in seen)])
        opened.append(Chat(app, clock, fake))
        return opened[-1]

    yield make
    for one in opened:
        one.app.ledger.close()


@pytest.fixture
def chat(open_chat: Callable[..., Chat]) -> Chat:
    """A community on a ledger in memory."""
    return open_chat()
