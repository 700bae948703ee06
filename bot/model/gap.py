"""Questions that the FAQ had nothing for, in clusters of those that ask for the same thing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

GapState = Literal["open", "drafted", "dropped"]
"""open: nobody did anything about it; drafted: an edit of the FAQ was proposed for it, which settles it as soon as it is
live and leaves it open when it is refused; dropped: nobody wants to see it again (不用)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One cluster, counted over a span of time."""

    number: int
    """What people type; it stays, whatever is asked meanwhile."""
    people: int
    """So many different people asked."""
    times: int
    handed: int
    """So many of the times the question was handed to a person."""
    last: datetime
    """When it was asked last."""
    texts: tuple[str, ...]
    """What was asked, each wording once, those of most people first; empty where all who asked are forgotten."""


class GapBook(Protocol):
    """Table gaps, and the questions of table unanswered that belong to them."""

    def due(self) -> datetime | None:
        """When some more questions are to be put into clusters; None: all are in one."""
        ...

    def sort(self, at: datetime, most: int) -> int:
        """Put so many questions into clusters, oldest first; how many there were. Needs an open transaction."""
        ...

    def listed(self, since: datetime, most: int) -> tuple[Sequence[Gap], int]:
        """The clusters that want something done, counted since then: those of most people first, of these the ones asked
        last; and how many there are in all."""
        ...

    def get(self, number: int, since: datetime) -> Gap | None:
        """One that wants something done and was asked since then."""
        ...

    def drop(self, number: int, at: datetime) -> None:
        """Never list it again."""
        ...

    def draft(self, number: int, edit: int, at: datetime) -> None:
        """An edit was proposed for it."""
        ...

    def drafted(self, number: int) -> str:
        """What became of the edit that was proposed for it last (bot.model.edit.EditState); empty: none was."""
        ...
