"""WeChat, through a wechaty gateway: hears in order, comes back by itself, and knows when it was deaf.

What happens on the way in: the event stream is read at once and gives ids only; the look-ups they need (the message,
the room's name, the sender's name) run side by side; their results are heard in the order of the stream. A look-up
that an outage breaks off is made again after it. A message the gateway no longer holds then is reported as Deaf with
its number of fellows, logged by id and counted in ``lost``: never dropped in silence.

Alive means proven alive: a message, or the dong that answers a ding. That a stream is open proves nothing.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.channels.wechaty_gateway import Broken, Gateway, GatewayEvent, Refused, TimedOut
from bot.channels.wechaty_names import Names
from bot.channels.wechaty_order import InOrder
from bot.channels.wechaty_payload import heard, spoken, verdict
from bot.model.channel import MaybeSent, NotSent, Outgoing
from bot.model.clock import Clock
from bot.model.message import Deaf, Event, LoggedIn, Message, RoomNamed

log = logging.getLogger("xiaoxiang.channel")

T = TypeVar("T")

_PROOF = frozenset({"message", "dong", "room_join", "room_leave", "room_topic", "room_invite", "friendship"})
"""Events that only a living puppet sends. The gateway itself sends heartbeat, login and ready to any new stream."""

_SILENT, _ENDED, _BROKEN = "网关没有回音", "网关结束了消息流", "与网关的连接断了"
_LOGGED_OUT, _STARTING, _UNREACHABLE = "微信账号掉线了", "还没有连上网关", "连不上网关"
_REFUSALS = {"ALREADY_EXISTS": "网关正被另一个程序占用", "UNAUTHENTICATED": "网关不认口令（token）"}


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the channel waits for what, in seconds."""

    ding: float = 10
    """Quiet after which it asks the gateway for a sign of life."""
    dong: float = 8
    """How long that sign may take."""
    call: float = 10
    """One look-up."""
    send: float = 30
    """Sending one message; after that nobody knows whether it left."""
    first_retry: float = 0.5
    """The first pause before connecting again; it doubles, with jitter, up to…"""
    last_retry: float = 5
    """…this."""
    deaf: float = 20
    """Shorter outages are not reported."""
    names: float = 600
    """Names of rooms and people are asked for anew after this."""


@dataclass(frozen=True, slots=True)
class _Lost:
    """A message of which only the arrival is known."""

    at: datetime


class WechatyChannel:
    """A Channel (bot.model.channel) on a gateway. One process, one account, one gateway, one WechatyChannel."""

    paced = True

    def __init__(
        self,
        endpoint: str = "127.0.0.1:8788",
        token: str = "",
        *,
        clock: Clock,
        rng: random.Random | None = None,
        patience: Patience = Patience(),
        tls_ca: Path | None = None,
        tls_name: str | None = None,
        window: int = 64,
    ) -> None:
        """endpoint is host:port; without tls_ca (a PEM file; tls_name: the name in the certificate) the line is not
        encrypted, and belongs on loopback or into a tunnel. window is how many messages are looked up at once."""
        self._gateway = Gateway(endpoint, token, tls_ca=tls_ca, tls_name=tls_name, call_seconds=patience.call)
        self._names = Names(self._gateway, keep_seconds=patience.names)
        self._clock = clock
        self._rng = rng or random.Random()
        self._patience = patience
        self._window = window
        self._account = ""
        """Whose messages these are; "" while nobody is logged in or the line is down."""
        self._session = 0
        """Counts connections, to tell an answer of this one from one of an earlier one."""
        self._proven = False
        """True when the puppet has shown life on this connection."""
        self._logged_in = asyncio.Event()
        self._sign = asyncio.Event()
        self._last_sign: datetime | None = None
        self._deaf_since: datetime | None = clock.now()
        self._deaf_reason = _STARTING
        self._named: dict[str, str] = {}
        self._missing: list[datetime] = []
        self._hear: Callable[[Event], None] = lambda event: None
        self.lost = 0
        """Messages whose content the gateway did not give, since the start."""

    @property
    def ready(self) -> bool:
        """True when the puppet is alive and an account logged in."""
        return self._deaf_since is None

    @property
    def deaf_since(self) -> datetime | None:
        """Since when nothing has been heard for sure; None when all is well."""
        return self._deaf_since

    @property
    def deaf_reason(self) -> str:
        """Why, in Chinese; the last known reason when all is well."""
        return self._deaf_reason

    async def run(self, hear: Callable[[Event], None]) -> None:
        """Listen until cancelled; see Channel.run."""
        if self._gateway.in_the_clear:
            log.warning("gateway beyond loopback without TLS", extra={"action": "in_the_clear"})
        self._hear = hear
        self._order: InOrder[Event | _Lost] = InOrder(self._pass_on, window=self._window)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._order.run())
            tasks.create_task(self._keep_connected())

    async def send(self, out: Outgoing) -> str:
        """Say it; see Channel.send."""
        if not self.ready:
            raise NotSent("网关未连接或账号未登录")
        try:
            await self._gateway.reach()
        except Broken:
            raise NotSent("连不上网关") from None
        to, text, mention_ids = spoken(out)
        try:
            return await self._gateway.say(to, text, mention_ids, self._patience.send)
        except Refused as refused:
            error = verdict(refused)
        except Broken:
            error = MaybeSent("发送途中与网关失去联系")
        log.warning(
            "not confirmed", extra={"action": "send_failed", "outbox": out.id, "error": type(error).__name__}
        )
        raise error

    # The connection

    async def _keep_connected(self) -> None:
        """Connection after connection, without limit; the pauses between them grow until one is proven."""
        failures = 0
        while True:
            self._session += 1
            try:
                reason = await self._one_connection()
            except Refused as refused:
                reason = _REFUSALS.get(refused.status, f"网关报错（{refused.status}）")
            except Broken:
                reason = _BROKEN
            failures = 0 if self._proven else failures + 1
            self._proven = False
            self._fall_deaf(reason)
            pause = min(self._patience.last_retry, self._patience.first_retry * 2.0 ** min(failures, 16))
            pause *= self._rng.uniform(0.5, 1)
            log.info("retry", extra={"action": "retry", "session": self._session, "seconds": round(pause, 2)})
            await asyncio.sleep(pause)

    async def _one_connection(self) -> str:
        """Connect and listen; returns why it ended, or raises Refused or Broken."""
        tasks: list[asyncio.Task[str]] = []
        try:
            try:
                await self._gateway.open()
            except Broken:
                return _UNREACHABLE
            tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._watch())]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            first = next(iter(done))
            return (
                _BROKEN if first.cancelled() else first.result()
            )  # grpclib breaks off a task by cancelling it
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._gateway.close()

    async def _read(self) -> str:
        async for event in self._gateway.events():
            self._take(event)
        return _ENDED

    async def _watch(self) -> str:
        """Start the puppet if it sleeps, ask for signs of life, and refresh the rooms' names now and then."""
        loop = asyncio.get_running_loop()
        await self._gateway.start()
        quiet, refresh = 0.0, loop.time() + self._patience.names
        while True:
            self._sign.clear()
            if not await self._sign_within(quiet):
                await self._gateway.ding()
                if not await self._sign_within(self._patience.dong):
                    return _SILENT
            quiet = self._patience.ding if quiet else min(3, self._patience.ding)
            if loop.time() > refresh and self._logged_in.is_set():
                refresh = loop.time() + self._patience.names
                self._order.put(self._list_rooms)

    async def _sign_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._sign.wait()
        except TimeoutError:
            return False
        return True

    def _fall_deaf(self, reason: str) -> None:
        """From the last sign of life on, nothing is sure to have been heard."""
        self._logged_in.clear()
        self._deaf_reason = reason
        if self._deaf_since is None:
            self._deaf_since = self._last_sign or self._clock.now()
            log.warning("deaf", extra={"action": "deaf", "session": self._session})

    def _hear_again(self) -> None:
        """The end of being deaf: the puppet is alive and logged in."""
        if self._deaf_since is None or not self._proven or not self._logged_in.is_set():
            return
        since, until, self._deaf_since = self._deaf_since, self._clock.now(), None
        log.info("hearing", extra={"action": "hearing", "session": self._session})
        if (until - since).total_seconds() >= self._patience.deaf:
            self._put(Deaf(since, until, self._deaf_reason))

    # Events

    def _take(self, event: GatewayEvent) -> None:
        """Note an event at once; what it makes heard takes its place in the order."""
        if event.kind in _PROOF:
            self._last_sign = self._clock.now()
            self._proven = True
            self._sign.set()
            self._hear_again()
        room_id = str(event.data.get("roomId") or "")
        match event.kind:
            case "message":
                message_id = str(event.data.get("messageId") or "")
                self._order.put(partial(self._message, message_id, self._clock.now(), self._session))
            case "login":
                self._log_in(str(event.data.get("contactId") or ""))
            case "logout":
                self._fall_deaf(_LOGGED_OUT)
            case "ready" if self._logged_in.is_set():
                self._order.put(self._list_rooms)
            case "room_topic":
                self._names.renamed(room_id, str(event.data.get("newTopic") or ""))
                self._order.put(partial(self._name_room, room_id))
            case "room_join" | "room_leave":
                self._names.forget(room_id)
                self._order.put(partial(self._name_room, room_id))
            case "dirty":
                self._forget(str(event.data.get("payloadId") or ""))
            case "scan" | "error":
                log.warning(
                    "gateway says", extra={"action": f"gateway_{event.kind}", "session": self._session}
                )

    def _log_in(self, account: str) -> None:
        self._account = account
        self._names.forget_all()
        self._logged_in.set()
        self._put(LoggedIn(account, self._clock.now()))
        self._order.put(self._list_rooms)
        self._hear_again()

    def _forget(self, payload_id: str) -> None:
        """A dirty event names a room, a contact or a message; what is not a room costs one dictionary pass."""
        self._names.forget_person(payload_id)
        if payload_id in self._named:
            self._names.forget(payload_id)
            self._order.put(partial(self._name_room, payload_id))

    def _put(self, event: Event) -> None:
        async def found() -> list[Event | _Lost]:
            return [event]

        self._order.put(found)

    # Look-ups

    async def _message(self, message_id: str, at: datetime, session: int) -> list[Event | _Lost]:
        """A message with the names in it."""
        try:
            payload = await self._ask(partial(self._gateway.message, message_id), session)
        except Refused as refused:
            self.lost += 1
            extra = {"action": "lost", "message": message_id, "status": refused.status}
            log.error("lost", extra=extra)
            return [_Lost(at)]
        room_id, talker_id, talker = payload.room_id, payload.talker_id, None
        room = await self._ask(partial(self._names.topic, room_id), session) if room_id else ""
        if talker_id and talker_id != room_id:
            talker = await self._ask(partial(self._names.person, room_id, talker_id), session)
        return [heard(message_id, at, payload, room, talker, self._account)]

    async def _name_room(self, room_id: str) -> list[Event | _Lost]:
        name = await self._ask(partial(self._names.topic, room_id), self._session)
        return [RoomNamed(room_id, name, self._clock.now())]

    async def _list_rooms(self) -> list[Event | _Lost]:
        """All rooms, by name. A gateway that will not list them leaves them to be known by their messages."""
        try:
            room_ids = await self._ask(self._gateway.rooms, self._session)
        except Refused as refused:
            log.warning("no rooms", extra={"action": "rooms_refused", "status": refused.status})
            return []
        found = await asyncio.gather(*map(self._name_room, room_ids))
        return [event for events in found for event in events]

    async def _ask(self, look_up: Callable[[], Awaitable[T]], session: int) -> T:
        """Ask until there is an answer, across outages; raises Refused.

        On the connection the question arose on, a refusal is tried again twice within a second (some puppets announce
        a message before they hold it); on a later one it is final: the gateway has lost it.
        """
        for pause in (0.2, 0.6, None):
            while True:
                await self._logged_in.wait()
                asked_on = self._session
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
            if pause is None or asked_on != session:
                raise refused
            await asyncio.sleep(pause)
        raise AssertionError  # the last pause is None

    # What is heard

    def _pass_on(self, found: list[Event | _Lost], last: bool) -> None:
        """Let the house hear it; lost messages that follow one another make one report."""
        for event in found:
            if isinstance(event, _Lost):
                self._missing.append(event.at)
                continue
            self._report_missing()
            if isinstance(event, LoggedIn):
                self._named.clear()
            if isinstance(event, Message) and event.room_id:
                self._hear_name(RoomNamed(event.room_id, event.room, event.at))
            if isinstance(event, RoomNamed):
                self._hear_name(event)
            else:
                self._hear(event)
        if last:
            self._report_missing()

    def _hear_name(self, named: RoomNamed) -> None:
        if named.name and self._named.get(named.room_id) != named.name:
            self._named[named.room_id] = named.name
            self._hear(named)

    def _report_missing(self) -> None:
        if self._missing:
            since, until, count = self._missing[0], self._missing[-1], len(self._missing)
            self._missing.clear()
            self._hear(Deaf(since, until, f"网关没有给出 {count} 条消息的内容"))
