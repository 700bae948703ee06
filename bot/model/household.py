"""A household: the smallest branch of the tree, one door."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Household:
    """One household, as the community's list or a resident names it. Its place is what makes it one."""

    compound: str
    """Name of the compound; empty where the tree has no compounds or nobody said."""
    building: str
    """Bare value: "17"."""
    unit: str
    """Bare value: "3"; empty in a building without units."""
    room: str
    """Bare value without leading zeros: "501" for 0501室."""
    name: str = ""
    """The head of the household, or whoever registered it; empty when unknown."""
    people: int | None = None
    """How many live there; None when unknown."""
    phone: str = ""
    """Digits only, one number; empty when unknown. Never shown in a residents' group."""
    note: str = ""
    """What the staff wrote about it. Never shown in a residents' group."""
    tags: tuple[str, ...] = ()
    """What has to be known of it at its door: 独居老人, 行动不便, 居家隔离, 空置, or any other word. Never shown in a
    residents' group."""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What no two households share."""
        return (self.compound, self.building, self.unit, self.room)

    @property
    def door(self) -> str:
        """The place for the staff's eyes, without the compound: "17-3-501", or "17-501" without units."""
        return "-".join(part for part in (self.building, self.unit, self.room) if part)


@dataclass(frozen=True, slots=True)
class Resident:
    """An account bound to a household. Nobody has proved to live there."""

    person_id: str
    name: str
    household: Household
