"""From the gateway's events to what the house hears: look-ups side by side, hearing in order.

The event stream gives ids only. The look-ups they need (the message, the room's name, the sender's name) run side by
side; their results are heard in the order of the stream. A look-up that an outage breaks off is made again after it.
A message that the gateway no longer holds then is reported as Deaf, together with its fellows, logged by id and
counted in ``lost``: never dropped in silence.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TypeVar

from bot.channels.wechaty_gateway import Broken, Gateway, GatewayEvent, Refused, TimedOut
from bot.channels.wechaty_names import Names
from bot.channels.wechaty_order import InOrder
from bot.channels.wechaty_payload import heard
from bot.model.clock import Clock
from bot.model.message import Deaf, Event, LoggedIn, Message, RoomLeft, RoomNamed

log = logging.getLogger("xiaoxiang.channel")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Lost:
    """A message of which only the arrival is known."""

    at: datetime


@dataclass(frozen=True, slots=True)
class _TakenIn:
    """The account was taken into a room, be it again."""

    named: RoomNamed


_Found = Event | _Lost | _TakenIn


class Ear:
    """What one account hears, over all its connections."""

    def __init__(self, gateway: Gateway, clock: Clock, *, names_seconds: float, window: int) -> None:
        self._gateway = gateway
        self._names = Names(gateway, keep_seconds=names_seconds)
        self._clock = clock
        self._order: InOrder[_Found] = InOrder(self._pass_on, window=window)
        self._hear: Callable[[Event], None] = lambda event: None
        self._account = ""
        self._connection = 0
        """Counts log-ins, to tell an answer of this connection from one of an earlier one."""
        self.logged_in = asyncio.Event()
        """Set while look-ups make sense."""
        self._named: dict[str, str] = {}
        self._gone: set[str] = set()
        """Rooms the account has left: a gateway may go on listing them."""
        self._missing: list[datetime] = []
        self._own: deque[str] = deque(maxlen=1000)
        self.lost = 0
        """Messages whose content the gateway did not give, since the start."""

    @property
    def oldest(self) -> datetime | None:
        """When that arrived which is next to be heard; None when all is heard."""
        return self._order.oldest

    async def run(self, hear: Callable[[Event], None]) -> None:
        """Let ``hear`` hear, in order, until cancelled."""
        self._hear = hear
        await self._order.run()

    def log_in(self, account: str) -> None:
        """The account messages are heard for from here on; names may have changed meanwhile."""
        self._account = account
        self._connection += 1
        self._names.forget_all()
        self.logged_in.set()
        self.tell(LoggedIn(account, self._clock.now()))
        self.list_rooms()

    def said(self, message_id: str) -> None:
        """These were the account's own words: nothing is lost when the gateway has forgotten them."""
        self._own.append(message_id)

    def tell(self, event: Event) -> None:
        """Let an event be heard when its turn comes."""

        async def found() -> list[_Found]:
            return [event]

        self._order.put(self._clock.now(), found)

    def list_rooms(self) -> None:
        """Ask what all rooms are called; what has changed is heard."""
        self._order.put(self._clock.now(), self._all_rooms)

    def take(self, event: GatewayEvent) -> None:
        """Note an event at once; what it makes heard takes its place in the order."""
        room_id = str(event.data.get("roomId") or "")
        at = self._clock.now()
        match event.kind:
            case "message":
                message_id = str(event.data.get("messageId") or "")
                self._order.put(at, partial(self._message, message_id, at, self._connection))
            case "ready" if self.logged_in.is_set():
                self.list_rooms()
            case "room_topic":
                self._names.renamed(room_id, str(event.data.get("newTopic") or ""))
                self._order.put(at, partial(self._room, room_id))
            case "room_leave" if self._account in _ids(event, "removeeIdList"):
                self._names.forget(room_id)
                self.tell(RoomLeft(room_id, at))
            case "room_join" if self._account in _ids(event, "inviteeIdList"):
                self._names.forget(room_id)
                self._order.put(at, partial(self._back, room_id))
            case "room_join" | "room_leave":
                self._names.forget(room_id)
                self._order.put(at, partial(self._room, room_id))
            case "dirty":
                self._forget(str(event.data.get("payloadId") or ""))

    def _forget(self, payload_id: str) -> None:
        """A dirty event names a room (its name or its members have changed), a contact or a message."""
        self._names.forget_person(payload_id)
        if payload_id in self._named:
            self._names.forget(payload_id)
            self._order.put(self._clock.now(), partial(self._room, payload_id))

    # Look-ups

    async def _message(self, message_id: str, at: datetime, connection: int) -> list[_Found]:
        """A message with the names in it."""
        try:
            payload = await self._ask(partial(self._gateway.message, message_id), connection)
        except Refused as refused:
            if message_id in self._own:
                return []
            self.lost += 1
            extra = {"action": "lost", "message_id": message_id, "status": refused.status}
            log.error("lost", extra=extra)
            return [_Lost(at)]
        room_id, talker_id, talker = payload.room_id, payload.talker_id, None
        room = await self._ask(partial(self._names.topic, room_id), connection) if room_id else ""
        if talker_id and talker_id != room_id:
            talker = await self._ask(partial(self._names.person, room_id, talker_id), connection)
        return [heard(message_id, at, payload, room, talker, self._account)]

    async def _room(self, room_id: str) -> list[_Found]:
        name = await self._ask(partial(self._names.topic, room_id), self._connection)
        return [RoomNamed(room_id, name, self._clock.now())]

    async def _back(self, room_id: str) -> list[_Found]:
        name = await self._ask(partial(self._names.topic, room_id), self._connection)
        return [_TakenIn(RoomNamed(room_id, name, self._clock.now()))]

    async def _all_rooms(self) -> list[_Found]:
        """All rooms, by name. A gateway that will not list them leaves them to be known by their messages."""
        try:
            room_ids = await self._ask(self._gateway.rooms, self._connection)
        except Refused as refused:
            log.warning("no rooms", extra={"action": "rooms_refused", "status": refused.status})
            return []
        found = await asyncio.gather(*map(self._room, room_ids))
        return [event for events in found for event in events]

    async def _ask(self, look_up: Callable[[], Awaitable[T]], connection: int) -> T:
        """Ask until there is an answer, across outages; raises Refused.

        On the connection the question arose on, a refusal is tried again twice within a second (some puppets announce
        a message before they hold it); on a later one it is final: the gateway has lost it.
        """
        for pause in (0.2, 0.6, None):
            while True:
                await self.logged_in.wait()
                asked_on = self._connection
                try:
                    return await look_up()
                except TimedOut:
                    refused = Refused("DEADLINE_EXCEEDED", "")
                except Refused as error:
                    refused = error
                except Broken:
                    await asyncio.sleep(0.1)
                    continue
                break
            if pause is None or asked_on != connection:
                raise refused
            await asyncio.sleep(pause)
        raise AssertionError  # the last pause is None

    # What is heard

    def _pass_on(self, found: list[_Found], last: bool) -> None:
        """Let the house hear it; lost messages that follow one another make one report."""
        for event in found:
            if isinstance(event, _Lost):
                self._missing.append(event.at)
                continue
            self._report_missing()
            if isinstance(event, _TakenIn):
                event = event.named
                self._gone.discard(event.room_id)
                self._named.pop(event.room_id, None)
            if isinstance(event, LoggedIn):
                self._named.clear()
            if isinstance(event, RoomLeft):
                self._gone.add(event.room_id)
                self._named.pop(event.room_id, None)
            if isinstance(event, Message) and event.room_id:
                if event.sender_kind == "person":
                    self._gone.discard(event.room_id)  # whoever hears people talk in it is in it
                self._hear_name(RoomNamed(event.room_id, event.room, event.at))
            if isinstance(event, RoomNamed):
                self._hear_name(event)
            else:
                self._hear(event)
        if last:
            self._report_missing()

    def _hear_name(self, named: RoomNamed) -> None:
        if named.name and named.room_id not in self._gone and self._named.get(named.room_id) != named.name:
            self._named[named.room_id] = named.name
            self._hear(named)

    def _report_missing(self) -> None:
        if self._missing:
            since, count = self._missing[0], len(self._missing)
            self._missing.clear()
            self._hear(Deaf(since, self._clock.now(), f"网关没有给出 {count} 条消息的内容", count))


def _ids(event: GatewayEvent, key: str) -> Sequence[str]:
    """A list of ids in an event; empty where a gateway writes something else."""
    ids = event.data.get(key)
    return [str(one) for one in ids] if isinstance(ids, list) else []
