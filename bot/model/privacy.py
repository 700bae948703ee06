"""What is kept about one account, and forgetting it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.model.ticket import State

Counts = Mapping[str, int]
"""What people call a part of the ledger -> how many rows of it."""


@dataclass(frozen=True, slots=True)
class KeptTicket:
    """One ticket somebody asked for, as they themselves may read of it."""

    number: str
    title: str
    state: State
    opened_at: datetime
    marked: bool
    """True when it will be made nameless some days after it is closed."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the ledger holds about one account."""

    door: str
    """The household the account is bound to: 春晓苑17-3-501; empty without a binding."""
    name: str
    """The name given with the binding."""
    tickets: tuple[KeptTicket, ...]
    """All they asked for, latest first."""
    following: tuple[str, ...]
    """Numbers of the tickets of others they wait for, too."""
    records: Mapping[str, int]
    """Intent id -> how many reports, sign-ups, complaints."""
    chain_rows: int
    """Their rows in 接龙."""
    unanswered: int
    """Their messages that were noted as unanswered."""
    said: int
    """Messages of the bot to them or with their name."""
    tested: int = 0
    """Households they said were tested, their own or a neighbour's, in all rounds."""
    receipts: int = 0
    """Notices they answered with 「收到」."""
    asked: int = 0
    """Questions of theirs that the FAQ could serve."""
    votes: int = 0
    """Answers they called useful or useless."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What became of a wish to be forgotten."""

    closed: int
    """Tickets made nameless at once."""
    waiting: tuple[str, ...]
    """Numbers of open tickets, made nameless some days after they are closed."""


class PrivacyBook(Protocol):
    """What is kept about an account, and forgetting it."""

    def kept(self, person_id: str) -> Kept:
        """What is kept about this account."""
        ...

    def forget(self, person_id: str, at: datetime) -> Forgotten:
        """Forget the account: binding, dialogues and unanswered messages go; tickets, reports, 接龙 rows, isolation that
        was over by that moment, who said that a household was tested, 「收到」, what they asked the FAQ and what the bot said to
        them stay as nameless numbers. Open tickets are marked; roles and what somebody did at work stay."""
        ...

    def first_closed(self) -> datetime | None:
        """When the first of the marked tickets was closed; None when none is."""
        ...

    def forget_closed(self, before: datetime) -> int:
        """Make the marked tickets nameless that were closed before that moment; how many."""
        ...
