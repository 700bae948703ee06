"""Households isolating at home (居家隔离)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Isolation:
    """A household that stays behind its door for a while."""

    id: int
    """0 before it is written down."""
    compound: str
    """Name of the compound; empty where the tree has none."""
    building: str
    """Bare value: "17"."""
    unit: str
    """Bare value; empty in a building without units."""
    room: str
    """Bare value. That somebody isolates there is never said in a residents' group."""
    node: str
    """Name of the branch it belongs to."""
    name: str
    """Whom to ask for at the door; empty when unknown."""
    people: int | None
    """How many stay there; None when unknown."""
    begins: datetime
    ends: datetime
    """The midnight after the last day."""
    note: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What no two households share."""
        return (self.compound, self.building, self.unit, self.room)

    @property
    def door(self) -> str:
        """The place for the staff's eyes, without the compound: 17-3-501."""
        return "-".join(part for part in (self.building, self.unit, self.room) if part)


@dataclass(frozen=True, slots=True)
class Temperature:
    """Somebody's report of a temperature, wherever it was said."""

    at: datetime
    node: str
    """The branch of the group it was said in; empty in private."""
    sender_id: str
    text: str
    building: str
    """What the report itself names; empty when it does not."""
    unit: str
    room: str
    degrees: float | None
    """Celsius; None when no number was said: 体温正常."""


class IsolationBook(Protocol):
    """Households isolating at home, and what they reported."""

    def begin(self, new: Isolation) -> Isolation:
        """Write one down; what still runs for the same household is replaced."""
        ...

    def of(self, compound: str, building: str, unit: str, room: str, at: datetime) -> Isolation | None:
        """The household's isolation at that moment. An empty compound or unit stands for any, if only one fits."""
        ...

    def active(self, at: datetime) -> list[Isolation]:
        """All that hold at that moment, in walking order."""
        ...

    def coming(self, at: datetime) -> list[Isolation]:
        """All that begin later, the next one first."""
        ...

    def accounts(self, isolation: Isolation) -> list[str]:
        """The ids of those who said (/我是) that they live there."""
        ...

    def all(self) -> list[Isolation]:
        """All there ever were, the latest first; for exports."""
        ...

    def extend(self, isolation: Isolation, ends: datetime) -> Isolation:
        """Let it end at another moment."""
        ...

    def end(self, isolation: Isolation, at: datetime) -> None:
        """End it now."""
        ...

    def temperatures(self, since: datetime, until: datetime) -> list[Temperature]:
        """What was reported in that time, oldest first."""
        ...

    def listed(self, since: datetime, until: datetime) -> list[tuple[str, Temperature]]:
        """What rows of lists that name a door said in that time, oldest first, each with its list's title; the degrees
        are still in the text."""
        ...

    def reports_of(self, sender_id: str, since: datetime) -> list[Temperature]:
        """What this person reported since then, latest first."""
        ...
