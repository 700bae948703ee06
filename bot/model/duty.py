"""Who is on duty, who looks after which branch, and who stands in for whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bot.model.people import Person


@dataclass(frozen=True, slots=True)
class Shift:
    """One turn of duty."""

    day: date
    """The day on which it begins: the small hours belong to the night before."""
    name: str
    """白班, 夜班; 中班 in between; 全天 where there is only one."""
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class OnDuty:
    """One line of the roster."""

    day: date
    shift: str
    """A shift's name; empty for the whole day."""
    node: str
    """Name of the branch it covers, with everything below it."""
    person_id: str
    name: str
    lead: bool
    """True for whoever leads the shift (带班)."""


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody's work done by somebody else for a while."""

    absent_id: str
    absent: str
    stand_in_id: str
    stand_in: str
    begins: datetime
    ends: datetime


class DutyBook(Protocol):
    """The roster, the owners of branches, and stand-ins."""

    def set_duty(self, day: date, shift: str, node: str, lines: list[OnDuty]) -> None:
        """Replace the roster of a day, shift and node by these lines, in their order; none clears it."""
        ...

    def duty(self, day: date) -> list[OnDuty]:
        """The roster of a day, in order."""
        ...

    def set_owners(self, node: str, people: list[Person]) -> None:
        """Make these the owners (认领) of a branch; none clears it."""
        ...

    def nearest_owners(self, path: Sequence[str]) -> list[tuple[str, str]]:
        """(id, name) of the owners of the last of these nodes that has any."""
        ...

    def owners(self, node: str) -> list[tuple[str, str]]:
        """(id, name) of the owners of this very node."""
        ...

    def all_owners(self) -> list[tuple[str, str, str]]:
        """(node, id, name) of every owner."""
        ...

    def delegate(self, stand_in: StandIn) -> None:
        """Let somebody stand in; an earlier arrangement of the same person that overlaps ends where this begins."""
        ...

    def end_stand_ins(self, absent_id: str, at: datetime) -> None:
        """End what holds or is to come for somebody who is back."""
        ...

    def stand_ins(self, at: datetime) -> list[StandIn]:
        """Arrangements that hold at that moment or begin later."""
        ...
