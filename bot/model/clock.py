"""Time is an argument: whoever needs the time is handed a Clock."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, with a zone."""
        ...


def millis(at: datetime) -> int:
    """A moment as the ledger stores it: whole milliseconds since 1970-01-01 UTC."""
    return int(at.timestamp() * 1000)


def moment(at: int) -> datetime:
    """The moment that the ledger stored as whole milliseconds since 1970-01-01 UTC."""
    return datetime.fromtimestamp(at / 1000, UTC)
