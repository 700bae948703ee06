"""How far the entries of notices.yaml are settled."""

from collections.abc import Mapping
from datetime import datetime

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment


class Schedules:
    """Table schedules."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def known(self) -> Mapping[str, tuple[str, datetime]]:
        """Entry -> its plan and the moment up to which everything it had planned was posted or dropped."""
        rows = self._ledger.execute("SELECT source, plan, settled FROM schedules")
        return {source: (plan, moment(settled)) for source, plan, settled in rows}

    def settle(self, source: str, plan: str, until: datetime) -> None:
        """Everything this entry had planned up to that moment is settled."""
        self._ledger.execute(
            "INSERT INTO schedules (source, plan, settled) VALUES (?, ?, ?)"
            " ON CONFLICT (source) DO UPDATE SET plan = excluded.plan, settled = excluded.settled",
            (source, plan, millis(until)),
        )

    def settled(self, source: str) -> datetime | None:
        """Up to when; None for an unknown entry."""
        row = self._ledger.execute("SELECT settled FROM schedules WHERE source = ?", (source,)).fetchone()
        return None if row is None else moment(row[0])

    def forget(self, source: str) -> None:
        """The entry is gone: if it ever comes back, it is a new one."""
        self._ledger.execute("DELETE FROM schedules WHERE source = ?", (source,))
