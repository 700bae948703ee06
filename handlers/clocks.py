"""The clocks of a ticket: first answer, completion, progress. Pure: everything is computed from the audit rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal

from bot.model.settings import Desk
from bot.model.ticket import Step, Ticket

Clock = Literal["take", "finish"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a ticket stands on its clocks at a moment."""

    overdue: bool
    minutes_late: float
    """Minutes past the limit, on the ticket's own clock: duty hours for a routine one. 0 while in time."""
    clock: Clock | None
    """take: until somebody answers; finish: until it is done. None for a ticket that is not open."""
    waiting: bool
    """The resident was asked something; the clock stands still."""


def standing(ticket: Ticket, steps: Sequence[Step], desk: Desk, zone: tzinfo, at: datetime) -> Standing:
    """How the ticket, whose audit rows these are (oldest first), stands at that moment."""
    return Standing(False, 0.0, None, False)
