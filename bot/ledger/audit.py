"""The audit beside the tickets': rosters, isolation, merging, forgetting, claimed roles."""

from collections.abc import Iterator
from datetime import datetime

from bot.ledger.database import Ledger
from bot.ledger.tickets import id_of, number_of
from bot.model.audit import Actor, Entry, Trace
from bot.model.clock import millis, moment
from bot.model.ticket import Step

_EVENTS = (
    "SELECT e.at, e.id, e.actor, e.kind, e.note, e.ticket, e.to_state, e.dispatched_to, t.node"
    " FROM ticket_events e JOIN tickets t ON t.id = e.ticket"
)
_OTHERS = "SELECT at, id, actor, action, what, NULL, NULL, NULL, NULL FROM audit"
_LATEST = "ORDER BY 1 DESC, 2 DESC"
_TRAIL = f"{_EVENTS} WHERE e.at >= ? UNION ALL {_OTHERS} WHERE at >= ? {_LATEST}"
_OF_TICKET = f"{_EVENTS} WHERE e.ticket = ? AND e.at >= ? UNION ALL {_OTHERS} WHERE at >= ? AND instr(what, ?) > 0 {_LATEST}"


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
        return [Entry(moment(at), *rest) for at, *rest in rows]

    def trail(self, since: datetime | None = None, number: str = "") -> Iterator[Trace]:
        """Every audit row, of tickets and of everything else, latest first, read as far as somebody looks; those since a
        moment, those of one ticket."""
        begin = millis(since) if since else 0
        of_ticket = _OF_TICKET, (id_of(number)[0], begin, begin, number)
        sql, values = of_ticket if number else (_TRAIL, (begin, begin))
        for at, _, actor, kind, text, ticket, state, sent_to, node in self._ledger.rows(sql, values):
            when = moment(at)
            if ticket is None:
                yield Trace(when, actor, "", "", kind, text)
                continue
            step = Step(when, "", actor, "", kind, None, state, "", "", "", sent_to, text)
            yield Trace(when, actor, number_of(ticket), node, kind, step.what)
