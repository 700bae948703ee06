"""What the clock has rung."""

from datetime import datetime

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment


class Rung:
    """Table rung."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def last(self, name: str) -> datetime | None:
        """The latest planned moment that was rung; None when none ever was."""
        row = self._ledger.execute("SELECT max(planned) FROM rung WHERE name = ?", (name,)).fetchone()
        return None if row[0] is None else moment(row[0])

    def mark(self, name: str, planned: datetime, at: datetime) -> None:
        """Write down that the planned moment was rung, at that moment."""
        self._ledger.execute(
            "INSERT OR IGNORE INTO rung (name, planned, at) VALUES (?, ?, ?)",
            (name, millis(planned), millis(at)),
        )
