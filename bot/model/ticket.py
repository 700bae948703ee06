"""The life of a ticket: 下单 → 接单 → 派单 → 办结."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["opened", "taken", "dispatched", "done", "cancelled", "declined"]

STATE_TITLES: dict[State, str] = {
    "opened": "已下单",
    "taken": "已接单",
    "dispatched": "已派单",
    "done": "已办结",
    "cancelled": "已撤单",
    "declined": "无法办理",
}

OPEN: frozenset[State] = frozenset({"opened", "taken", "dispatched"})
"""States in which somebody still has to do something."""

MOVES: dict[State, frozenset[State]] = {
    "opened": frozenset({"taken", "dispatched", "done", "cancelled", "declined"}),
    "taken": frozenset({"dispatched", "done", "cancelled", "declined"}),
    "dispatched": frozenset({"taken", "dispatched", "done", "cancelled", "declined"}),
    "done": frozenset({"opened"}),
    "cancelled": frozenset(),
    "declined": frozenset(),
}
"""Every allowed move; whatever is not here is refused. Done is opened again when the requester got nothing."""


@dataclass(frozen=True, slots=True)
class Plea:
    """What somebody asked for, and where it belongs."""

    intent: str
    title: str
    """What people call its kind: 买药送药."""
    urgent: bool
    room_id: str
    """Where it was said; empty in private."""
    room_name: str
    requester_id: str
    requester: str
    node: str
    """Name of the tree's node it belongs to."""
    building: str
    unit: str
    room: str
    """Room number of the household; never shown in a residents' group."""
    phones: str
    items: str
    text: str
    """The plea and what was added to it later, a line each."""


@dataclass(frozen=True, slots=True)
class NewTicket(Plea):
    """A plea about to be written down."""

    message_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Ticket(Plea):
    """A plea from the moment it was written down."""

    number: str
    """What people say on the phone: A023."""
    state: State
    owner_id: str
    """Who took it; empty while nobody has."""
    owner: str
    dispatched_to: str
    opened_at: datetime
    updated_at: datetime

    @property
    def short(self) -> str:
        """The number as people type it: 23 for A023; from B001 on with its letter."""
        first = self.number.startswith("A") and len(self.number) == 4
        return self.number[1:].lstrip("0") if first else self.number


@dataclass(frozen=True, slots=True)
class Step:
    """One audit row of a ticket, for the staff's eyes."""

    at: datetime
    actor: str
    what: str
    """The state reached, to whom, and the note: 已派单 小冀 带上轮椅."""


class MoveRefused(Exception):
    """The table of moves does not allow it; carries the ticket as it is."""

    def __init__(self, ticket: Ticket, to: State) -> None:
        super().__init__(f"{ticket.number}: {ticket.state} -> {to}")
        self.ticket = ticket
        self.to = to
