"""Lists of tickets, as sets: what /工单, the hand-over and the day's report ask for without reading every ticket."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple, Protocol

from bot.model.ticket import Step, Ticket

Which = Literal["open", "untaken", "taken", "held", "emergency"]
"""open: not closed; untaken: nobody has it; taken: somebody has; held: ``holder_id`` has; emergency: 急症火情."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which open tickets are meant."""

    nodes: frozenset[str] | None = None
    """Names of the branches whose tickets are meant; None for every branch."""
    reach_id: str = ""
    """Also those in this person's hands, wherever they belong; empty for nobody's."""
    only: frozenset[str] | None = None
    """Whatever ``nodes`` and ``reach_id`` say, only those of these branches; None for every branch."""
    which: Which = "open"
    late: bool = False
    """Only those whose clock has run out."""
    holder_id: str = ""
    """For "held": who took it or was sent."""
    intents: frozenset[str] | None = None
    """Only these kinds; None for every kind."""
    building: str = ""
    """Bare value; empty for every building."""
    unit: str = ""
    """Bare value; empty for every unit."""
    here: frozenset[str] = frozenset()
    """With ``building``: branches that are that building or unit themselves."""


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has in hand."""

    person_id: str
    name: str
    held: int
    overdue: int
    urgent: int


class Door(NamedTuple):
    """Where a ticket belongs: all that is needed to put thousands in the order of a walk."""

    number: str
    node: str
    building: str
    unit: str
    room: str


class TicketLists(Protocol):
    """Open tickets by the thousand (bot/ledger/lists.py)."""

    def count(self, sought: Sought, at: datetime) -> int:
        """How many there are."""
        ...

    def page(self, sought: Sought, at: datetime, limit: int, offset: int = 0) -> list[Ticket]:
        """Some of them: urgent ones first, then overdue ones, then the oldest."""
        ...

    def doors(self, sought: Sought, at: datetime) -> list[Door]:
        """Where all of them belong, in no order."""
        ...

    def overdue(self, tickets: Sequence[Ticket], at: datetime) -> frozenset[str]:
        """The numbers of those among the tickets whose clock has run out."""
        ...

    def loads(self, sought: Sought, at: datetime) -> list[Load]:
        """Who has how many of them in hand, most first; a ticket that was sent on counts for whom it was sent to."""
        ...

    def done(self, sought: Sought, since: datetime, until: datetime, limit: int) -> tuple[int, list[Ticket]]:
        """How many were closed as done in that time and are still, and the latest of them."""
        ...

    def histories(self, tickets: Sequence[Ticket]) -> dict[str, list[Step]]:
        """Number -> its audit rows, oldest first."""
        ...

    def unjudged(self, limit: int) -> list[Ticket]:
        """Open tickets that changed since it was last worked out when their clock runs out."""
        ...

    def any_unjudged(self) -> bool:
        """True when there is one."""
        ...

    def judge(self, verdicts: Sequence[tuple[Ticket, datetime | None]]) -> None:
        """Keep the moment from which each is overdue, as things are; None: no clock of it runs out."""
        ...
