"""What the clock has rung, so that a restart neither repeats nor forgets it."""

from datetime import datetime
from typing import Protocol


class RungBook(Protocol):
    """Moments at which something recurring was rung, by name."""

    def last(self, name: str) -> datetime | None:
        """The latest planned moment that was rung; None when none ever was."""
        ...

    def mark(self, name: str, planned: datetime, at: datetime) -> None:
        """Write down that the planned moment was rung, at that moment."""
        ...
