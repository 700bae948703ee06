"""The audit beside the tickets': rosters, isolation, merging, forgetting, claimed roles."""

from collections.abc import Iterator
from datetime import UTC, datetime

from bot.ledger.database import Ledger
from bot.ledger.tickets import number_of
from bot.model.audit import Actor, Entry, Trace
from bot.model.clock import millis
from bot.model.ticket import Step

_TRAIL = """
SELECT e.at, e.id, e.actor, e.kind, e.note, e.ticket, e.to_state, e.dispatched_to, t.node
    FROM ticket_events e JOIN tickets t ON t.id = e.ticket
UNION ALL
SELECT at, id, actor, action, what, NULL, NULL, NULL, NULL FROM audit
ORDER BY 1 DESC, 2 DESC
"""


class Audit:
    """Table audit, and all audit rows together."""

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

    def trail(self) -> Iterator[Trace]:
        """Every audit row, of tickets and of everything else, latest first, read as far as somebody looks."""
        for at, _, actor, kind, text, ticket, state, sent_to, node in self._ledger.rows(_TRAIL.strip()):
            moment = datetime.fromtimestamp(at / 1000, UTC)
            if ticket is None:
                yield Trace(moment, actor, "", "", kind, text)
                continue
            step = Step(moment, "", actor, "", kind, None, state, "", "", "", sent_to, text)
            yield Trace(moment, actor, number_of(ticket), node, kind, step.what)
