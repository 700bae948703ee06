"""Lists of open tickets, as sets."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.ledger.tickets import COLUMNS, OPEN_ROWS, STEP_COLUMNS, id_of, number_of, ticket_of
from bot.model.clock import millis, moment
from bot.model.lists import Door, Load, Sought
from bot.model.ticket import Step, Ticket

NEVER = 2**62
"""tickets.late_at of a ticket whose clock does not run out as things are; NULL: not worked out since it changed."""

_WHICH = {
    "open": "1",
    "untaken": "owner_id = '' AND dispatched_id = '' AND dispatched_to = ''",
    "taken": "(owner_id <> '' OR dispatched_id <> '' OR dispatched_to <> '')",
    "held": "(owner_id = :holder AND dispatched_to = '' OR dispatched_id = :holder)",
    "emergency": "intent = 'help.emergency'",
}


class Lists:
    """Table tickets, read by the thousand; its column late_at."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def count(self, sought: Sought, at: datetime) -> int:
        """How many there are."""
        where, values = _where(sought, at)
        row = self._run(f"SELECT count(*) FROM tickets WHERE {OPEN_ROWS} AND {where}", values)[0]
        return int(row[0])

    def page(self, sought: Sought, at: datetime, limit: int, offset: int = 0) -> list[Ticket]:
        """Some of them: urgent ones first, then overdue ones, then the oldest."""
        where, values = _where(sought, at)
        ids = self._run(
            f"SELECT id FROM tickets WHERE {OPEN_ROWS} AND {where}"
            " ORDER BY urgent DESC, coalesce(late_at <= :at, 0) DESC, id LIMIT :limit OFFSET :offset",
            values | {"limit": limit, "offset": offset},
        )
        return self._tickets([id_ for (id_,) in ids])

    def doors(self, sought: Sought, at: datetime) -> list[Door]:
        """Where all of them belong, in no order."""
        where, values = _where(sought, at)
        rows = self._run(
            f"SELECT id, node, building, unit, room FROM tickets WHERE {OPEN_ROWS} AND {where}", values
        )
        return [Door(number_of(id_), *rest) for id_, *rest in rows]

    def overdue(self, tickets: Sequence[Ticket], at: datetime) -> frozenset[str]:
        """The numbers of those among the tickets whose clock has run out."""
        rows = self._run(
            "SELECT id FROM tickets WHERE id IN (SELECT value FROM json_each(:ids)) AND late_at <= :at",
            {"ids": _ids(tickets), "at": millis(at)},
        )
        return frozenset(number_of(id_) for (id_,) in rows)

    def loads(self, sought: Sought, at: datetime) -> list[Load]:
        """Who has how many of them in hand, most first; a ticket that was sent on counts for whom it was sent to."""
        where, values = _where(sought, at)
        rows = self._run(
            "SELECT holder_id, holder, count(*), sum(late), sum(urgent) FROM (SELECT"
            " CASE WHEN dispatched_to <> '' THEN dispatched_id ELSE owner_id END AS holder_id,"
            " CASE WHEN dispatched_to <> '' THEN dispatched_to ELSE owner END AS holder,"
            f" coalesce(late_at <= :at, 0) AS late, urgent FROM tickets WHERE {OPEN_ROWS} AND {where})"
            " WHERE holder <> '' OR holder_id <> ''"
            " GROUP BY CASE WHEN holder_id <> '' THEN holder_id ELSE holder END ORDER BY 3 DESC, holder",
            values,
        )
        return [Load(*row) for row in rows]

    def done(self, sought: Sought, since: datetime, until: datetime, limit: int) -> tuple[int, list[Ticket]]:
        """How many were closed as done in that time and are still, and the latest of them."""
        where, values = _where(sought, until)
        rows = self._run(
            "SELECT id FROM tickets WHERE state = 'done' AND id IN (SELECT ticket FROM ticket_events"
            " WHERE at >= :since AND at < :at AND to_state = 'done' AND from_state <> 'done')"
            f" AND {where} ORDER BY updated_at DESC, id DESC",
            values | {"since": millis(since)},
        )
        return len(rows), self._tickets([id_ for (id_,) in rows[:limit]])

    def histories(self, tickets: Sequence[Ticket]) -> dict[str, list[Step]]:
        """Number -> its audit rows, oldest first."""
        found: dict[str, list[Step]] = {ticket.number: [] for ticket in tickets}
        rows = self._run(
            f"SELECT ticket, {STEP_COLUMNS} FROM ticket_events WHERE ticket IN (SELECT value FROM json_each(:ids))"
            " ORDER BY ticket, id",
            {"ids": _ids(tickets)},
        )
        for ticket, at, *rest in rows:
            found[number_of(ticket)].append(Step(moment(at), *rest))
        return found

    def unjudged(self, limit: int) -> list[Ticket]:
        """Open tickets that changed since it was last worked out when their clock runs out."""
        ids = self._run(
            f"SELECT id FROM tickets WHERE late_at IS NULL AND {OPEN_ROWS} LIMIT :limit", {"limit": limit}
        )
        return self._tickets([id_ for (id_,) in ids])

    def any_unjudged(self) -> bool:
        """True when there is one."""
        return bool(self._run(f"SELECT 1 FROM tickets WHERE late_at IS NULL AND {OPEN_ROWS} LIMIT 1", {}))

    def judge(self, verdicts: Sequence[tuple[Ticket, datetime | None]]) -> None:
        """Keep the moment from which each is overdue, as things are; None: no clock of it runs out."""
        for ticket, late in verdicts:
            self._ledger.execute(
                "UPDATE tickets SET late_at = ? WHERE id = ?",
                (NEVER if late is None else millis(late), id_of(ticket.number)[0]),
            )

    def _tickets(self, ids: Sequence[int]) -> list[Ticket]:
        rows = self._run(
            f"SELECT {COLUMNS} FROM tickets WHERE id IN (SELECT value FROM json_each(:ids))",
            {"ids": json.dumps(list(ids))},
        )
        found = {number_of(row[14]): ticket_of(row) for row in rows}
        return [found[number_of(id_)] for id_ in ids]

    def _run(self, sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        return self._ledger.execute(sql, values).fetchall()


def _where(sought: Sought, at: datetime) -> tuple[str, dict[str, Any]]:
    """The condition, and the values of its names."""
    parts = [_WHICH[sought.which], *(["late_at <= :at"] if sought.late else [])]
    if sought.nodes is not None:
        reach = " OR owner_id = :reach OR dispatched_id = :reach" if sought.reach_id else ""
        parts.append(f"(node IN (SELECT value FROM json_each(:nodes)){reach})")
    if sought.only is not None:
        parts.append("node IN (SELECT value FROM json_each(:only))")
    if sought.intents is not None:
        parts.append("intent IN (SELECT value FROM json_each(:intents))")
    if sought.building:
        unit = " AND unit = :unit" if sought.unit else ""
        parts.append(f"((building = :building{unit}) OR node IN (SELECT value FROM json_each(:here)))")
    values = {
        "at": millis(at), "holder": sought.holder_id, "reach": sought.reach_id, "building": sought.building,
        "unit": sought.unit, "nodes": json.dumps(sorted(sought.nodes or ())), "here": json.dumps(sorted(sought.here)),
        "only": json.dumps(sorted(sought.only or ())),
        "intents": json.dumps(sorted(sought.intents or ())),
    }  # fmt: skip
    return " AND ".join(parts), values


def _ids(tickets: Sequence[Ticket]) -> str:
    return json.dumps([id_of(ticket.number)[0] for ticket in tickets])
