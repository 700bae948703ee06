"""What the assistant and the outbox ask of the ledger, besides what handlers may ask (bot/model/services.py)."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from bot.model.channel import Brief, Outgoing, OutKind
from bot.model.message import Message
from bot.model.notice import Level
from bot.model.people import Grant


class LedgerBroken(Exception):
    """The file is no ledger, or cannot be read."""


class LedgerRefused(Exception):
    """The disk or the lock refused: nothing of the transaction happened, and it may be tried again."""


RowState = Literal["pending", "sending", "sent", "failed", "cancelled", "unconfirmed"]


@dataclass(frozen=True, slots=True)
class NewOutgoing:
    """A message about to become an outbox row."""

    kind: OutKind
    room_id: str | None
    """None while the room has not been seen yet: the row waits for ``room``."""
    room: str
    to_id: str
    text: str
    mentions: tuple[tuple[str, str], ...]
    ticket: str | None
    message_id: str
    """The message that caused it; empty when none did."""
    at: datetime
    urgent: bool = False
    """Before everything else."""
    topic: str = ""
    """What it is about: "faq:hours"."""
    notice: int | None = None
    """Number of the notice it belongs to."""
    level: Level = "normal"
    """How much a notice matters: urgent ones leave before replies."""
    attachment: str = ""
    """Id of a message to be sent on, or "file:" and the path of a file to be sent, instead of a text."""
    held: str = ""
    """Why it waits from the start (bot.model.notice.DeliveryRow.held); empty: it does not."""
    brief: Brief | None = None
    """What stands for it where it leaves together with others; None: it is always said alone."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pending row, as the pace needs to see it."""

    out: Outgoing
    due: datetime
    """Not to be sent before this moment."""
    attempts: int
    brief: Brief | None = None
    """What stands for it where it leaves together with others that wait; None: it leaves alone."""
    first: bool = False
    """An emergency's: nothing takes its turn."""


@dataclass(frozen=True, slots=True)
class RoomBinding:
    """A room the channel knows, and the room of the tree it serves as."""

    room_id: str
    name: str
    """What it is called now."""
    tree_room: str | None
    """The name in bot.yaml it was bound to when first seen; None for a room outside the tree."""
    left: bool = False
    """True when the account is no longer in it; saving it anew says that it is."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the ledger knows of a message that has just come."""

    fingerprint: int
    """Of account, room, sender, kind and words; 64 bits."""
    at: int
    """When it came, in the ledger's milliseconds."""
    again: bool
    """This id was handled, or the same sender said the same here under another id within 10 s."""
    repeats: int
    """How often the same sender said the same in the same room within the time asked about."""


class Intake(Protocol):
    """Which messages were handled, a batch at a time. The text itself is not kept, only its fingerprint."""

    def begin(self, messages: Sequence[Message], within: int) -> None:
        """Look up a batch; repeats will be counted ``within`` so many milliseconds."""
        ...

    def look(self, message: Message, within: int) -> Heard:
        """What is known of a message of the batch that is about to be handled."""
        ...

    def handled(self, message: Message, heard: Heard, outcome: str) -> None:
        """Remember what became of it, for the rest of the batch and for ``write``."""
        ...

    def write(self) -> None:
        """Write the batch's outcomes down."""
        ...


class Rooms(Protocol):
    """Rooms by id."""

    def get(self, room_id: str) -> RoomBinding | None:
        """What is known of a room."""
        ...

    def save(self, binding: RoomBinding, at: datetime) -> None:
        """Keep it, replacing what was known."""
        ...

    def serving(self, tree_room: str) -> str | None:
        """The id of the room bound to that name of the tree."""
        ...

    def leave(self, room_id: str, at: datetime) -> bool:
        """The account is no longer in it; False when that was known, or the room never was."""
        ...

    def release(self, tree_room: str) -> bool:
        """Let another room serve that name of the tree, if the account has left the one bound to it; True when it was so."""
        ...


class Outbox(Protocol):
    """Rows of outgoing messages."""

    def add(self, new: NewOutgoing) -> int:
        """Queue a message; returns the row's id."""
        ...

    def heads(self) -> Iterator[Waiting]:
        """The first pending row of each room and person: slower than ``waiting``, and complete."""
        ...

    def stranded(self, at: datetime) -> list[Outgoing]:
        """Rows that wait for another account than the present one; they become failed."""
        ...

    def waiting(self, limit: int) -> Iterator[Waiting]:
        """Pending rows whose room is known: by priority, then in the order they were queued."""
        ...

    def answers(self, limit: int, before: datetime) -> Iterator[Waiting]:
        """The same of answers alone that could have left by that moment."""
        ...

    def fellows(self, row: Waiting, limit: int, at: datetime) -> list[Waiting]:
        """Rows that may leave together with this one, itself among them: of the same kind, for the same people, due by
        that moment; pressing ones first."""
        ...

    def claim(self, row: int, text: str, was: str) -> bool:
        """pending -> sending, with the words that really leave. False when it was cancelled, held or reworded meanwhile:
        ``was`` is how it was read."""
        ...

    def claim_together(self, rows: Sequence[Waiting], text: str, at: datetime) -> Outgoing | None:
        """pending -> sending, of all of them, carried by a new row with these words, which is returned; whatever becomes of
        that row becomes of them. None, and nothing done, when one of them was cancelled, held or reworded meanwhile."""
        ...

    def settle(self, row: int, state: RowState, at: datetime, gateway_id: str = "", error: str = "") -> None:
        """sending -> sent, failed or unconfirmed; with it the rows that it carries."""
        ...

    def heard(self, out: Outgoing) -> bool:
        """True when the account was heard saying it."""
        ...

    def gone(self, room_id: str) -> bool:
        """True for a room the account is no longer in."""
        ...

    def echo(self, message: Message, since: datetime) -> bool:
        """The account was heard saying this: confirm the row it comes from, by the gateway's id, else by room and words
        among those sent without an id, being sent or unconfirmed since then. False when it is no row's."""
        ...

    def fail_room(self, room_id: str, at: datetime, error: str) -> list[Outgoing]:
        """pending -> failed, of every row for that room; returns them."""
        ...

    def postpone(self, row: int, at: datetime, due: datetime, error: str, counted: bool) -> None:
        """sending -> pending again, not before ``due``; ``counted`` when it counts as an attempt. What was taken back,
        corrected or paused while it was leaving is cancelled or held instead; rows that it carried wait on their own
        again."""
        ...

    def interrupted(self, at: datetime) -> list[Outgoing]:
        """Rows left in sending by a process that died; they become unconfirmed."""
        ...

    def bind_room(self, room: str, room_id: str) -> None:
        """Give waiting rows for a room by name its id."""
        ...

    def sent_since(self, since: datetime) -> list[tuple[datetime, str]]:
        """(when, room id) of rows sent after that moment, oldest first."""
        ...

    def roomless(self) -> int:
        """Pending rows whose room has not been seen yet."""
        ...


class Claims(Protocol):
    """Roles that were claimed by invitation."""

    def everyone(self) -> dict[str, tuple[Grant, ...]]:
        """All who claimed a role, by id."""
        ...

    def grants(self, person_id: str) -> tuple[Grant, ...]:
        """What the person may do."""
        ...


class Members(Protocol):
    """Names seen in the groups of those at work, and who has spoken in private."""

    def seen(self, room_id: str, person_id: str, name: str, at: datetime) -> None:
        """Remember the name somebody bears in a group of those at work, or, without a room, that they are a friend."""
        ...

    def forget_cache(self) -> None:
        """What was written inside a transaction that was rolled back is not written."""
        ...


class State(Protocol):
    """Small facts that outlive the process."""

    def get(self, key: str) -> str | None:
        """The value, or None."""
        ...

    def put(self, key: str, value: str) -> None:
        """Keep it."""
        ...


class Transactions(Protocol):
    """Begin, commit, roll back."""

    account: str
    """The account whose rooms, messages and outbox rows are meant."""

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, durable when it returns."""
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """All or nothing within the transaction."""
        ...
