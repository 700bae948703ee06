"""Messages in residents' groups that neither staff nor the bot answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One message that waits for an answer."""

    id: int
    """0 before it is written down."""
    at: datetime
    room_id: str
    room: str
    node: str
    """Name of the branch whose group it was said in."""
    sender_id: str
    sender: str
    intent: str
    text: str
    message_id: str
    how: Literal["silent", "handed", "held"] = "silent"
    """silent: nobody said anything, so it is listed; handed: a person has it as a ticket, so it only counts as a gap of
    the FAQ; held: one of many who ask the same and were told to wait (handlers/faq/surge.py), so it is not listed one by
    one."""

    @property
    def number(self) -> str:
        """What the staff type to tick it off: short, and never two alike within a day."""
        return str((self.id - 1) % 999 + 1)


class UnansweredBook(Protocol):
    """What waits for an answer, and who gave it."""

    def add(self, new: Unanswered) -> None:
        """Write one down."""
        ...

    def of(self, room_id: str, sender_id: str, since: datetime) -> list[Unanswered]:
        """What a person asked in a room since then and nobody answered, latest first."""
        ...

    def in_room(self, room_id: str, since: datetime) -> list[Unanswered]:
        """What anybody asked in a room since then and nobody answered, latest first."""
        ...

    def waiting(self, nodes: Collection[str] | None, since: datetime, until: datetime) -> list[Unanswered]:
        """What was asked in the groups of these branches (None: of all) in that time and nobody answered, oldest
        first."""
        ...

    def nth(self, nodes: Collection[str] | None, since: datetime, n: int) -> datetime | None:
        """When the n-th (from 1) of those was asked that were asked since then and nobody answered; None: there are
        fewer."""
        ...

    def answered(self, rows: Collection[Unanswered], by: str, at: datetime) -> None:
        """Tick them off. ``by``: the name of whoever answered, 小巷, or the asker's own."""
        ...

    def answered_messages(self, message_ids: Collection[str], by: str, since: datetime, at: datetime) -> None:
        """Tick off what these messages asked since then."""
        ...

    def hold(self, message_ids: Collection[str], since: datetime) -> None:
        """What these messages asked since then is what many ask: no longer listed one by one."""
        ...
