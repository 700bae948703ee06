"""The audit beside the tickets': rosters, isolation, merging, forgetting, claimed roles."""

from datetime import UTC, datetime

from bot.ledger.database import Ledger
from bot.model.audit import Actor, Entry
from bot.model.clock import millis


class Audit:
    """Table audit."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def write(self, by: Actor, action: str, what: str) -> None:
        """Keep a row."""
        self._ledger.execute(
            "INSERT INTO audit (at, actor_id, actor, account, room_id, message_id, action, what)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (millis(by.at), by.id, by.name, self._ledger.account, by.room_id, by.message_id, action, what),
        )

    def entries(self, since: datetime, limit: int) -> list[Entry]:
        """Rows since a moment, latest first."""
        rows = self._ledger.execute(
            "SELECT at, actor, action, what FROM audit WHERE at >= ? ORDER BY id DESC LIMIT ?",
            (millis(since), limit),
        )
        return [Entry(datetime.fromtimestamp(at / 1000, UTC), *rest) for at, *rest in rows]
