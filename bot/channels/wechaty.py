"""WeChat, through a wechaty gateway: hears in order, comes back by itself, and knows when it was deaf.

Alive means proven alive: a message, or the dong that answers a ding. That a stream is open proves nothing: a gateway
greets every new stream with a heartbeat and the account, whatever has become of the puppet behind it.

The puppet is started, never stopped: stopping logs the account out. A gateway serves one event stream at a time; one
that is taken is waited for, never taken over.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.channels.wechaty_ear import Ear
from bot.channels.wechaty_gateway import Broken, Gateway, GatewayEvent, NotReached, Refused
from bot.channels.wechaty_payload import FILE, spoken, verdict
from bot.model.channel import MaybeSent, NotSent, Outgoing, Unsendable
from bot.model.clock import Clock
from bot.model.message import Deaf, Event

log = logging.getLogger("xiaoxiang.channel")

_PROOF = frozenset({"message", "dong", "room_join", "room_leave", "room_topic", "room_invite", "friendship"})
"""Events that only a living puppet sends. The gateway itself sends heartbeat, login and ready to any new stream."""

_SILENT, _ENDED, _BROKEN = "网关没有回音", "网关结束了消息流", "与网关的连接断了"
_SLOW, _LOGGED_OUT, _STARTING, _UNREACHABLE = (
    "网关给消息太慢",
    "微信账号掉线了",
    "还没有连上网关",
    "连不上网关",
)
_REFUSALS = {"ALREADY_EXISTS": "网关正被另一个程序占用", "UNAUTHENTICATED": "网关不认口令（token）"}


LARGEST_FILE = 3_000_000
"""Bytes: as text (base64) a third more, which must fit into the 4 MB a gRPC server takes."""


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
    slow: float = 2
    """After so long with a message announced but not given, the channel counts as deaf."""
    deaf: float = 20
    """Shorter outages are not reported."""
    names: float = 600
    """Names of rooms and people are asked for anew after this."""


class WechatyChannel:
    """A Channel (bot.model.channel) on a gateway. One process, one account, one gateway, one WechatyChannel."""

    paced = True
    takes_files = True

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
        self._ear = Ear(self._gateway, clock, names_seconds=patience.names, window=window)
        self._clock = clock
        self._rng = rng or random.Random()
        self._patience = patience
        self._connections = 0
        self._proven = False
        """True when the puppet has shown life on this connection."""
        self._sign = asyncio.Event()
        self._last_sign: datetime | None = None
        self._deaf_since: datetime | None = clock.now()
        self._deaf_reason = _STARTING

    @property
    def ready(self) -> bool:
        """True when the puppet is alive and an account logged in."""
        return self._deaf_since is None

    @property
    def deaf_since(self) -> datetime | None:
        """Since when it is not sure that all was heard; None when all is well."""
        return self._deaf_since or self._overdue()

    @property
    def deaf_reason(self) -> str:
        """Why, in Chinese; "" when all is well."""
        if self._deaf_since:
            return self._deaf_reason
        return _SLOW if self._overdue() else ""

    @property
    def lost(self) -> int:
        """How many messages the gateway announced and did not give, since the start."""
        return self._ear.lost

    def _overdue(self) -> datetime | None:
        """When that arrived which the gateway has been slow to give."""
        oldest = self._ear.oldest
        late = oldest is not None and self._clock.now() - oldest > timedelta(seconds=self._patience.slow)
        return oldest if late else None

    async def run(self, hear: Callable[[Event], None]) -> None:
        """Listen until cancelled; see Channel.run."""
        if self._gateway.in_the_clear:
            log.warning("gateway beyond loopback without TLS", extra={"action": "in_the_clear"})
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._ear.run(hear))
            tasks.create_task(self._keep_connected())

    async def send(self, out: Outgoing) -> str:
        """Say it; see Channel.send."""
        if not self.ready:
            raise NotSent("网关未连接或账号未登录")
        content = await _content(out)
        error: NotSent | MaybeSent
        try:
            message_id = await self._hand_over(out, content)
        except NotReached:
            error = NotSent("连不上网关")
        except Refused as refused:
            error = verdict(refused, out)
        except Broken:
            error = MaybeSent("发送途中与网关失去联系")
        else:
            self._ear.said(message_id)
            return message_id
        log.warning(
            "not confirmed", extra={"action": "send_failed", "outbox": out.id, "error": type(error).__name__}
        )
        raise error

    async def _hand_over(self, out: Outgoing, content: bytes) -> str:
        """Give the gateway the words, the file, or the message that is to be sent on."""
        to, text, mention_ids = spoken(out)
        if out.attachment.startswith(FILE):
            name = Path(out.attachment.removeprefix(FILE)).name
            return await self._gateway.send_file(to, name, content, self._patience.send)
        if out.attachment:
            return await self._gateway.forward(to, out.attachment, self._patience.send)
        return await self._gateway.say(to, text, mention_ids, self._patience.send)

    # The connection

    async def _keep_connected(self) -> None:
        """Connection after connection, without limit; the pauses between them grow until one is proven."""
        failures = 0
        while True:
            self._connections += 1
            try:
                reason = await self._one_connection()
            except Refused as refused:
                reason = _REFUSALS.get(refused.status, f"网关报错（{refused.status}）")
            except Broken:
                reason = _BROKEN
            except Exception as error:  # whatever it is, the next connection may not have it
                log.error("failed", extra={"action": "connection_failed", "error": type(error).__name__})
                reason = _BROKEN
            failures = 0 if self._proven else failures + 1
            self._proven = False
            self._fall_deaf(reason)
            pause = min(self._patience.last_retry, self._patience.first_retry * 2.0 ** min(failures, 16))
            pause *= self._rng.uniform(0.5, 1)
            log.info(
                "retry",
                extra={"action": "retry", "connection": self._connections, "seconds": round(pause, 2)},
            )
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
            if first.cancelled():  # grpclib breaks off a task by cancelling it
                return _BROKEN
            return first.result()
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
            if loop.time() > refresh and self._ear.logged_in.is_set():
                refresh = loop.time() + self._patience.names
                self._ear.list_rooms()

    async def _sign_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._sign.wait()
        except TimeoutError:
            return False
        return True

    def _fall_deaf(self, reason: str) -> None:
        """From the last sign of life on, nothing is sure to have been heard."""
        self._ear.logged_in.clear()
        self._deaf_reason = reason
        if self._deaf_since is None:
            self._deaf_since = self._last_sign or self._clock.now()
            log.warning("deaf", extra={"action": "deaf", "connection": self._connections})

    def _hear_again(self) -> None:
        """The end of being deaf: the puppet is alive and logged in."""
        if self._deaf_since is None or not self._proven or not self._ear.logged_in.is_set():
            return
        since, until, self._deaf_since = self._deaf_since, self._clock.now(), None
        log.info("hearing", extra={"action": "hearing", "connection": self._connections})
        if (until - since).total_seconds() >= self._patience.deaf:
            self._ear.tell(Deaf(since, until, self._deaf_reason))

    def _take(self, event: GatewayEvent) -> None:
        """What an event says about being alive and logged in; the rest is for the ear."""
        match event.kind:
            case "login":
                self._ear.log_in(str(event.data.get("contactId") or ""))
            case "logout":
                self._fall_deaf(_LOGGED_OUT)
            case "scan" | "error":
                extra = {"action": f"gateway_{event.kind}", "connection": self._connections}
                log.warning("gateway says", extra=extra)
        if event.kind in _PROOF:
            self._proven = True
            self._sign.set()
        self._hear_again()
        self._ear.take(event)
        if event.kind in _PROOF:
            self._last_sign = self._clock.now()


async def _content(out: Outgoing) -> bytes:
    """What is in the file that is to be sent, if one is. Raises Unsendable."""
    if not out.attachment.startswith(FILE):
        return b""
    try:
        content = await asyncio.to_thread(Path(out.attachment.removeprefix(FILE)).read_bytes)
    except OSError:
        raise Unsendable("要发的文件打不开") from None
    if len(content) > LARGEST_FILE:
        raise Unsendable("文件太大，网关不收")
    return content
