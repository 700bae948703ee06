"""What the house asks of a channel. Adapters live in bot/channels/."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.model.message import Event

OutKind = Literal["alert", "reply", "call", "notice", "private"]
"""What an outgoing message is; alert, reply, call, notice is also the order in which they leave
(private ranks with reply)."""


Bundle = Literal["tickets", "acks", "take", "finish", "return"]
"""What may be said together when much waits: new tickets to the staff, 「已登记」 to those who asked; to the staff, what nobody
took or finished in time, and what goes back to the queue."""


BUNDLED = "bundle"
"""What the topic of a message begins with that says several together; the numbers of their tickets follow."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What stands for a message where it is said together with others of its kind that wait for the same people."""

    kind: Bundle
    line: str
    """A line, or a few, with all that must not be lost."""
    pressing: bool = False
    """Urgent: named before the others."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message on its way out, as the outbox hands it to the channel."""

    id: int
    """The outbox row."""
    kind: OutKind
    room_id: str
    """Where to; empty when it goes to a person in private."""
    room: str
    """The room's name, for people's eyes; empty in private."""
    to_id: str
    """The person, when private; else empty."""
    text: str
    """What is said, mentions not included."""
    mentions: tuple[tuple[str, str], ...] = ()
    """Whom to @ at the start of the text: (sender id, the name they bear in this room)."""
    ticket: str | None = None
    """The ticket it speaks of, like A023."""
    attachment: str = ""
    """Id of a message to be sent on, or "file:" and the path of a file to be sent, instead of a text."""
    notice: int | None = None
    """Number of the notice it belongs to."""
    topic: str = ""
    """What it is about, where that is not a ticket: the stop of a round that it calls."""


class NotSent(Exception):
    """The message certainly did not leave; it may be tried again."""


STOPPED = "小巷中途停了"
"""Why a row is unconfirmed that was leaving when the process ended."""

TOO_FAST = "操作过于频繁"
"""What WeChat says then, and what the row shows while it waits."""


class TooFast(NotSent):
    """The message did not leave because WeChat says 操作过于频繁: slow down, then try again."""


class Unsendable(NotSent):
    """The message cannot be sent, now or later; the exception's text says why, in Chinese, for the staff."""


GONE = "小巷已不在这个群"
"""Why a row failed whose room the account has left."""


class RoomGone(Unsendable):
    """The account is no longer in the room, or there is no such room any more."""


class MaybeSent(Exception):
    """Nobody can know whether the message left; it is never tried again, and the staff are told."""


class Channel(Protocol):
    """A way in and out. One process serves one channel and one account."""

    paced: bool
    """True where WeChat's limits apply, so that the outbox keeps its distances."""
    takes_files: bool
    """True where pictures and files can be sent, and messages sent on."""

    @property
    def ready(self) -> bool:
        """True while sending can work; the outbox waits otherwise."""
        ...

    @property
    def deaf_since(self) -> datetime | None:
        """Since when nothing can be heard; None while all is well."""
        ...

    @property
    def deaf_reason(self) -> str:
        """Why, in Chinese; empty while all is well."""
        ...

    async def run(self, hear: Callable[[Event], None]) -> None:
        """Listen until the channel ends by itself (end of input) or the task is cancelled.

        Calls ``hear`` in order of arrival; ``hear`` never blocks. Reconnects by itself, without limit.
        """
        ...

    async def send(self, out: Outgoing) -> str:
        """Say it, and return the channel's id of what was said (may be empty).

        Raises NotSent (TooFast, Unsendable, RoomGone) or MaybeSent.
        """
        ...
