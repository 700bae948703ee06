"""What the hand-over and the day's report count."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Figures:
    """Counted from the ledger over a span of time and some branches."""

    opened: int
    """Tickets written down."""
    done: int
    """Tickets closed as done in the span and still so at its end; those that another took in do not count."""
    done_urgent: int
    done_at_door: int
    """Of these, the kinds that somebody carries to the door."""
    open: int
    """Tickets open at the end of the span."""
    emergencies: int
    """急症火情 written down."""
    posted: int
    """Notices and calls that were sent, one for each group that got it."""
    answered: int
    """Questions answered: from the FAQ, by the staff in a group, or handed over as a ticket."""
    unanswered: int
    """Questions in groups to which nobody replied, however old."""
    first_answers: tuple[float, ...]
    """Minutes from a ticket of the span to its first answer by somebody else than whoever asked, in no order."""


class FigureBook(Protocol):
    """Figures (bot/ledger/figures.py)."""

    def of(
        self,
        nodes: Collection[str] | None,
        rooms: Collection[str] | None,
        since: datetime,
        until: datetime,
        waited: datetime,
        at_door: Collection[str],
    ) -> Figures:
        """Count. ``nodes`` and ``rooms``: names of the branches and of their groups, None for all; ``waited``: what was
        asked after that moment may still be answered in time; ``at_door``: the intents carried to the door."""
        ...
