"""Who was told which answer of the FAQ, what still waits to be told, and which answers were superseded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Told:
    """One time an answer, or a notice that corrects it, was said, or may have been."""

    at: datetime
    """When it left."""
    queued: datetime
    """When it was decided to say it."""
    room_id: str
    """Empty in private."""
    room: str
    """Name of the group: in bot.yaml, where it stands there; empty in private."""
    people: tuple[str, ...]
    """Ids of those it was said to: named in the group, or the one in private."""
    text: str
    """Its words; empty when somebody whom they named is forgotten."""
    correction: bool
    """True for a notice that corrects an earlier answer."""


@dataclass(frozen=True, slots=True)
class Queued:
    """An answer that has not left, or one that shows where it stands."""

    row: int
    """The outbox row's id."""
    room: str
    """Name of the group: in bot.yaml, where it stands there; empty in private."""
    people: tuple[str, ...]
    """Ids of those it is to be said to."""
    text: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """An answer that no longer is what people are told, of which somebody at work was told."""

    at: datetime
    entry: str
    title: str
    answer: str
    """What it was."""
    room_id: str = ""
    """Where the change was asked for in the chat; empty in private, and for an edit of the files."""
    person_id: str = ""
    """Who asked for it; empty for an edit of the files."""


class ToldBook(Protocol):
    """Answers of the FAQ in the outbox, and table superseded. Every change needs an open transaction."""

    def told(self, entry: str, since: datetime) -> Sequence[Told]:
        """Every time an answer of this entry, or a correction of it (drills not counted), left since then or may have left,
        oldest first."""
        ...

    def served(self, entry: str, since: datetime) -> frozenset[str]:
        """Ids of those who asked since then and have this answer, be it that they were shown where it stands."""
        ...

    def queued(self, entry: str) -> Sequence[Queued]:
        """Answers of this entry that wait or are just leaving, and messages that show where one stands."""
        ...

    def reword(self, row: int, text: str, topic: str) -> None:
        """A row that waits says this instead; one that is just leaving does so if it does not leave."""
        ...

    def remember(self, new: Superseded) -> None:
        """Write one down."""
        ...

    def superseded(self, since: datetime) -> Sequence[Superseded]:
        """Those since then, latest first."""
        ...

    def answer_before(self, entry: str, text: str) -> str:
        """The superseded answer of an entry that these words said; empty when none of them did."""
        ...

    def corrections(self, entry: str) -> Sequence[int]:
        """Numbers of the notices that correct this entry and are previewed, wait or are being sent, oldest first."""
        ...
