"""Who did what: every audit row, of tickets and of everything else, names an actor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

BOT = "小巷"
"""The name in audit rows of what the clock did by itself."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, when, and from where."""

    at: datetime
    id: str = ""
    """The person's id; empty for the clock."""
    name: str = BOT
    room_id: str = ""
    """Where they said so; empty in private and for the clock."""
    message_id: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit row about something that is no ticket."""

    at: datetime
    actor: str
    action: str
    """One word: duty, owner, delegation, isolation, merge, forget, claim …"""
    what: str
    """What was done, for the staff's eyes."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One audit row of either kind, as administrators look through them."""

    at: datetime
    actor: str
    number: str
    """The ticket's; empty for what is no ticket's."""
    node: str
    """The branch the ticket belongs to; empty for what is no ticket's."""
    action: str
    """Step.kind of a ticket's row, Entry.action of others."""
    what: str
    """Step.what of a ticket's row, Entry.what of others."""


class AuditBook(Protocol):
    """Everything done at the desk that is not a move of a ticket."""

    def write(self, by: Actor, action: str, what: str) -> None:
        """Keep a row."""
        ...

    def entries(self, since: datetime, limit: int) -> list[Entry]:
        """Rows since a moment, latest first."""
        ...

    def trail(self, since: datetime | None = None, number: str = "") -> Iterator[Trace]:
        """Every audit row, of tickets and of everything else, latest first, read as far as somebody looks; those since a
        moment, those of one ticket."""
        ...
