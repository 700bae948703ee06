"""People and what they may do."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.model.tree import Node, RoomKind

Role = Literal["resident", "volunteer", "worker", "secretary", "admin"]
"""Roles, each above the one before."""

RANK: dict[Role, int] = {"resident": 0, "volunteer": 1, "worker": 2, "secretary": 3, "admin": 4}

ROLE_TITLES: dict[Role, str] = {
    "resident": "居民",
    "volunteer": "志愿者",
    "worker": "网格员",
    "secretary": "书记",
    "admin": "管理员",
}
"""What people call the roles."""


ROOM_ROLES: dict[RoomKind, Role] = {"staff": "worker", "admin": "worker", "volunteer": "volunteer"}
"""Whoever was let into these rooms holds the role over their node, while speaking there."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role within a branch of the tree."""

    role: Role
    scope: str
    """Name of the node under which the role holds."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who speaks, with all that they may do."""

    id: str
    name: str
    grants: tuple[Grant, ...] = ()

    @property
    def rank(self) -> int:
        """The highest rank held anywhere; 0 for a resident."""
        return max((RANK[grant.role] for grant in self.grants), default=0)


class Colleagues(Protocol):
    """Those at work: named in bot.yaml, come by invitation, or seen in a staff or volunteer group."""

    def named(self, name: str) -> list[Person]:
        """Everybody at work who is called so (an @ before the name is not part of it), each once."""
        ...

    def ending(self, name: str) -> list[Person]:
        """Everybody at work whose name ends so, each once: 小安 is 网格员小安."""
        ...

    def get(self, person_id: str) -> Person | None:
        """Somebody at work, by id."""
        ...

    def holding(self, role: Role, node: Node) -> list[Person]:
        """Everybody who holds the role, or one above it, over the node, by bot.yaml or invitation; nearest scope first."""
        ...

    def seen_in(self, person_id: str) -> list[tuple[str, str, Node]]:
        """(room id, the name borne there, the room's node) of the staff and volunteer groups in which the person was
        seen, latest first."""
        ...

    def seen_at(self, person_id: str, room: str) -> bool:
        """True when the person was seen in the staff or volunteer group that bot.yaml calls so."""
        ...

    def admins_room(self) -> str:
        """Id of the group in which those who edit data/ are told; empty while it was never seen."""
        ...

    def friend(self, person_id: str) -> bool:
        """True when this person, at work or not, has spoken to the bot in private, so that it can answer there."""
        ...
