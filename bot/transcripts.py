"""Plays a transcript through the bot in the transcript's own time."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.app import App, build
from bot.channels.replay import ACCOUNT, Moment, ReplayChannel, Said, TranscriptClock
from bot.inspector import Memory
from bot.model.household import Household
from bot.model.ledger import Waiting
from bot.model.message import LoggedIn, Message, RoomNamed
from bot.model.settings import Settings
from bot.settings import Data

SEED = 20200210
"""Of the distances between messages, so that a transcript gives the same again."""


@dataclass
class Summary:
    """What a replay did."""

    messages: int = 0
    said: Counter[str] = field(default_factory=Counter)
    """Outgoing messages by kind."""
    unknown_rooms: Counter[str] = field(default_factory=Counter)
    """Messages in rooms that bot.yaml does not have."""
    left: int = 0
    """Outgoing messages that could not leave, because their group is never seen."""


class Player:
    """Feeds messages to an app and lets the outbox send in between, at the times its pace gives."""

    def __init__(
        self,
        settings: Settings,
        data: Data,
        database: Path | None,
        write: Callable[[Said], None],
        start: datetime,
        households: Sequence[Household] = (),
        memory: Memory | None = None,
    ) -> None:
        """``households``: the list that is there from the beginning. ``memory``: what another player worked out."""
        self.clock = TranscriptClock(start)
        self.summary = Summary()

        def count(said: Said) -> None:
            self.summary.said[said.out.kind] += 1
            write(said)

        self._channel = ReplayChannel(self.clock, count)
        self.app: App = build(
            settings, data, self._channel, self.clock, random.Random(SEED), database, memory=memory
        )
        if households:
            self.app.roster.import_households(households)
        self._rooms = self.app.assistant.room_names()
        self.app.receive([LoggedIn(ACCOUNT, start), *(RoomNamed(room, room, start) for room in self._rooms)])

    def close(self) -> None:
        """Close the ledger."""
        self.app.ledger.close()

    async def play(self, rows: Iterable[Message | Moment]) -> None:
        """Hear the messages in order, then send what is still to be sent."""
        for row in rows:
            await self.say(row)
        await self.send_until(None)
        self.summary.left = self.app.outbox.waiting_for_rooms()

    async def say(self, message: Message | Moment) -> None:
        """One message, after all that the clock brings and the outbox sends before its time."""
        await self.send_until(message.at)
        self.clock.reach(message.at)
        if isinstance(message, Moment):
            return
        self._channel.heard(message)
        self.summary.messages += 1
        if not message.private and message.room not in self._rooms:
            self.summary.unknown_rooms[message.room] += 1
        self.app.receive([message])
        self.app.reload_now()

    async def send_until(self, until: datetime | None) -> None:
        """Do what the clock brings and send what may leave up to that moment; None: only send what still can leave."""
        while True:
            now = self.clock.now()
            if until is not None:
                self.app.tick(now)
            step = self.app.outbox.next_step(now)
            if isinstance(step, Waiting):
                await self.app.outbox.send(step)
                continue
            due = None if until is None else self.app.timekeeper.next()
            moments = [moment for moment in (step, due) if moment is not None]
            if not moments or (until is not None and min(moments) > until):
                return
            self.clock.reach(min(moments))
