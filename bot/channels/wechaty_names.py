"""What rooms and people are called, asked for once and remembered for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.channels.wechaty_gateway import Broken, Gateway, Refused, TimedOut
from bot.model.message import SenderKind

_ACCOUNTS_OF_WECHAT = frozenset({
    "weixin", "fmessage", "newsapp", "notifymessage", "notification_messages", "weixinreminder", "officialaccounts",
    "filehelper", "medianote", "floatbottle", "qmessage", "tmessage", "qqmail", "weibo", "masssendapp", "feedsapp",
    "mphelper", "brandsessionholder",
})  # fmt: skip
"""Senders that WeChat itself runs (news, notices, one's own notes), most of npm wechat4u's SPECIALUSERS."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as a room sees them."""

    name: str
    kind: SenderKind


@dataclass(slots=True)
class _Kept:
    answer: "asyncio.Future[str | Person]"
    until: float
    """Of the event loop's clock."""


class Names:
    """A cache in front of the gateway's look-ups, forgetful by event and by time.

    A look-up the gateway refuses, or leaves without an answer, gives the name known before, or "" when there was none:
    a message is never held back for want of a name.
    """

    def __init__(self, gateway: Gateway, *, keep_seconds: float, most: int = 20_000) -> None:
        self._gateway = gateway
        self._keep_seconds = keep_seconds
        self._most = most
        self._kept: dict[tuple[str, str], _Kept] = {}
        self._last: dict[tuple[str, str], str | Person] = {}

    async def topic(self, room_id: str) -> str:
        """What a room is called; raises Broken."""
        name = await self._ask((room_id, ""), lambda: self._gateway.topic(room_id), "")
        assert isinstance(name, str)
        return name

    async def person(self, room_id: str, contact_id: str) -> Person:
        """Who somebody is in a room (or in private, room_id ""); raises Broken."""

        async def ask() -> Person:
            if room_id:
                return Person(await self._gateway.member(room_id, contact_id), kind)
            name, official = await self._gateway.contact(contact_id)
            return Person(name, "official" if official else kind)

        kind: SenderKind = "person"
        if contact_id.startswith("gh_") or contact_id in _ACCOUNTS_OF_WECHAT:
            kind = "official"
        person = await self._ask((room_id, contact_id), ask, Person("", kind))
        assert isinstance(person, Person)
        return person

    def renamed(self, room_id: str, topic: str) -> None:
        """An event says what the room is called from now on; the gateway's own cache may lag behind it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[str | Person] = loop.create_future()
        answer.set_result(topic)
        self._kept[room_id, ""] = _Kept(answer, loop.time() + self._keep_seconds)

    def forget(self, room_id: str) -> None:
        """Something about a room or its members has changed."""
        for key in [key for key in self._kept if key[0] == room_id]:
            del self._kept[key]

    def forget_person(self, contact_id: str) -> None:
        """Something about a person has changed."""
        for key in [key for key in self._kept if key[1] == contact_id]:
            del self._kept[key]

    def forget_all(self) -> None:
        """The connection is new: anything may have changed meanwhile."""
        self._kept.clear()

    async def _ask(
        self, key: tuple[str, str], ask: Callable[[], Awaitable[str | Person]], default: str | Person
    ) -> str | Person:
        """The kept answer, or one asked for now; many who want the same share one question."""
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(key)
        if kept is None or kept.until < now:
            if len(self._kept) >= self._most:
                self._kept.clear()
                self._last.clear()
            answer = asyncio.create_task(_answer(ask))
            answer.add_done_callback(_seen)
            kept = _Kept(answer, now + self._keep_seconds)
            self._kept[key] = kept
        try:
            self._last[key] = await asyncio.shield(kept.answer)
        except (Refused, TimedOut):
            kept.until = min(kept.until, now + 60)  # ask again, but not at every message
            return self._last.get(key, default)
        except Broken:
            if self._kept.get(key) is kept:
                del self._kept[key]
            raise
        return self._last[key]


async def _answer(ask: Callable[[], Awaitable[str | Person]]) -> str | Person:
    return await ask()


def _seen(answer: "asyncio.Task[str | Person]") -> None:
    """An outage may leave nobody who awaits the answer; asyncio would then complain on stderr, naming names."""
    if not answer.cancelled():
        answer.exception()
