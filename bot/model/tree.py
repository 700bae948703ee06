"""The community's tree of branches, and what each room is for."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["community", "compound", "building", "unit"]
"""社区, 小区/院区, 楼栋, 单元: from the widest to the narrowest."""

RoomKind = Literal["residents", "staff", "volunteer", "isolation", "landlord", "admin"]
"""Who talks in a room."""


@dataclass(frozen=True)
class Node:
    """One branch of the tree. Any level between the community and the unit may be missing."""

    name: str
    """What people call it; unique in the tree, because a scope is given by this name."""
    level: Level
    """How wide it is."""
    room: str | None = None
    """The residents' WeChat group, by its name."""
    staff_room: str | None = None
    """The group of those who work for this branch; branches below without one use it, too."""
    volunteer_room: str | None = None
    """The volunteers' group, inherited in the same way."""
    isolation_room: str | None = None
    """The group of households isolating at home."""
    landlord_room: str | None = None
    """The landlords' group."""
    admin_room: str | None = None
    """The group of those who edit data/, told what is wrong with it; without one, the staff's group is told."""
    building: str | None = None
    """Bare value: "17" for 17号楼. A unit takes its building's when it stands below one."""
    unit: str | None = None
    """Bare value: "3" for 3单元."""
    children: tuple["Node", ...] = ()
    """The branches below, each of a narrower level."""


@dataclass(frozen=True)
class Place:
    """What a room is for."""

    room: str
    """The WeChat group's name."""
    node: Node
    """The branch it is bound to."""
    kind: RoomKind
    """Who talks there."""

    @property
    def at_work(self) -> bool:
        """True for the groups of those at work: what is said there is not read by residents."""
        return self.kind in ("staff", "volunteer", "admin")
