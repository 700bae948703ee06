"""接龙: sign-up lists that everybody copies and appends to, as somebody posts them and as they are kept."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Flag = Literal["", "overwritten", "missing"]
"""overwritten: whoever posted last had copied a list without it; missing: they had copied one with it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row, as somebody wrote it."""

    number: int
    """The number before it; 0 without."""
    text: str
    """What stands behind the number, on one line."""
    building: str = ""
    """Bare values, "" where the row (and the group it was posted in) does not say."""
    unit: str = ""
    room: str = ""
    name: str = ""
    """Who, where that is plain: 张三, 王阿姨, a nickname at the head of the row."""
    full_name: bool = False
    """Whether the name is a surname with a given name, which tells people apart; 王阿姨 does not."""
    what: str = ""
    """What is left of the row without place and name: 大米 2袋."""
    quantity: str = ""
    """Amounts in it: 2袋."""

    @property
    def door(self) -> str:
        """The place for the staff's eyes: "17-3-501"; empty without a room."""
        return "-".join(part for part in (self.building, self.unit, self.room) if part) if self.room else ""


@dataclass(frozen=True, slots=True)
class Chain:
    """A list as one message holds it."""

    title: str
    """Its heading, one line; may be empty."""
    entries: tuple[Entry, ...]
    marked: bool = True
    """Whether it calls itself one (#接龙); else its rows alone tell."""
    template: tuple[str, ...] = ()
    """Rows that only show how to write one: 例：1. 房号 姓名 数量."""
    comment: str = ""
    """What stands behind the last row."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a kept list: somebody's newest entry."""

    serial: int
    """Its number within the list, in order of first appearance; never used again."""
    entry: Entry
    author_id: str
    """Who posted it first: only they may take it back."""
    author: str
    at: datetime
    changed_by: str
    """Who last changed its words; the author when nobody has."""
    changed_at: datetime
    earlier: tuple[str, ...] = ()
    """What it said before, so that an old copy does not bring it back."""
    removed: bool = False
    """Taken back by its author."""
    flag: Flag = ""
    """Why the newest copy does not show it; empty when it does."""
    flagged_by: str = ""
    told: bool = False
    """Whether the group was told that it was overwritten."""


@dataclass(frozen=True, slots=True)
class KeptChain:
    """A list in the ledger, without its rows."""

    number: int
    """What people type: /接龙 名单 12."""
    room_id: str
    room: str
    node: str
    """Name of the tree's node its group is bound to."""
    title: str
    marked: bool
    begun_at: datetime
    updated_at: datetime
    told_at: datetime | None = None
    """When the group was last told that rows were overwritten."""


@dataclass(frozen=True, slots=True)
class NewChain:
    """A list about to be kept."""

    room_id: str
    room: str
    node: str
    title: str
    marked: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Copy:
    """One posting of a list: which of its rows it showed."""

    poster_id: str
    serials: frozenset[int]


class ChainBook(Protocol):
    """Lists with their rows. Everything belongs to one account."""

    def begin(self, new: NewChain) -> KeptChain:
        """Keep a new list."""
        ...

    def of_room(self, room_id: str, since: datetime) -> list[KeptChain]:
        """The lists of a group that were posted after a moment, latest first."""
        ...

    def recent(self, since: datetime) -> list[KeptChain]:
        """All lists that were posted after a moment, latest first."""
        ...

    def get(self, number: int) -> KeptChain | None:
        """A list by its number."""
        ...

    def rows(self, chain: KeptChain) -> list[Row]:
        """Its rows in order, those taken back included."""
        ...

    def copies(self, chain: KeptChain, limit: int) -> list[Copy]:
        """Its latest postings, latest first."""
        ...

    def save(
        self, chain: KeptChain, changed: Sequence[Row], copy: Copy, message_id: str, at: datetime
    ) -> None:
        """Write down a posting: the rows that are new or changed, and which rows it showed."""
        ...

    def told(self, chain: KeptChain, serials: Collection[int], at: datetime) -> None:
        """Remember that the group was told of these overwritten rows."""
        ...
