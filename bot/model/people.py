"""People and what they may do."""

from dataclasses import dataclass
from typing import Literal

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
