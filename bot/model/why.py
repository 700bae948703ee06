"""Why the bot said something, as it is kept beside the message: what decided, never what anybody wrote."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model.channel import OutKind
from bot.model.ledger import RowState


@dataclass(frozen=True, slots=True)
class Reason:
    """What made the bot speak. Kept as JSON in column outbox.why; forgotten with the words of the message."""

    label: str = ""
    """What became of the message that caused it (Outcome.label): "answer:hesuan-time"."""
    ring: str = ""
    """The ring of the clock that caused it (Ring.name); empty when a message did."""
    command: str = ""
    """The command somebody typed; empty for anything else."""
    intent: str = ""
    rule: str = ""
    """The rule that decided (bot.model.understanding.Why.rule)."""
    words: tuple[str, ...] = ()
    """What of the text met it."""
    score: float = 0.0
    runner_up: str = ""
    """The next best intent with its score."""
    urgent: bool = False
    near: tuple[tuple[str, float], ...] = ()
    """The entries of the FAQ most alike, best first."""
    dialogue: str = ""
    """The open question that was answered; empty when none was."""
    version: int = 0
    """The version of data/ that was live."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One message of the bot."""

    id: int
    at: datetime
    """When it was decided."""
    kind: OutKind
    state: RowState
    room: str
    """Empty in private."""
    topic: str
    ticket: str | None
    notice: int | None
    reason: Reason | None
    """None for a message from before reasons were kept, or whose words are forgotten."""


class WhyBook(Protocol):
    """The reasons in table outbox."""

    def put(self, row: int, reason: Reason) -> None:
        """Keep the reason of a message."""
        ...

    def said(self, room_id: str, person_id: str, beginning: str, since: datetime) -> Spoken | None:
        """The latest message in a room (without one: to that person in private) since then that begins with these words,
        however spaces and mentions stand; any, when they are empty."""
        ...

    def before(self, spoken: Spoken, room_id: str, since: datetime) -> datetime | None:
        """When something of the same topic was said in that room the last time before, since then."""
        ...
