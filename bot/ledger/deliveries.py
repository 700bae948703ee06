"""Rows of notices, counted, and the households behind 「收到」."""

from datetime import datetime

from bot.ledger.database import Ledger
from bot.ledger.notices import UNSEEN
from bot.model.channel import TOO_FAST
from bot.model.clock import millis, moment
from bot.model.deliveries import Underway


class Deliveries:
    """Tables notices, outbox and receipts, read together."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def underway(self) -> list[Underway]:
        """Every notice being sent or paused, by number."""
        rows = self._ledger.execute(
            "SELECT n.id, CASE n.state WHEN 'paused' THEN coalesce(n.paused_at, n.begun_at) END, n.begun_at,"
            " coalesce(sum(o.state <> 'unconfirmed'), 0),"
            " coalesce(sum(o.state = 'pending' AND o.room_id IS NULL AND o.held = ''), 0),"
            " max(CASE o.state WHEN 'unconfirmed' THEN o.settled_at END),"
            " max(CASE WHEN o.state = 'pending' AND o.error = ? THEN o.due_at END)"
            " FROM notices AS n LEFT JOIN outbox AS o ON o.notice = n.id AND o.notice IS NOT NULL"
            " AND o.state IN ('pending', 'sending', 'unconfirmed')"
            " WHERE n.state IN ('sending', 'paused') AND n.begun_at IS NOT NULL GROUP BY n.id ORDER BY n.id",
            (TOO_FAST,),
        )

        def at(value: int | None) -> datetime | None:
            return None if value is None else moment(value)

        return [
            Underway(id_, at(paused), moment(begun), waiting, unseen, at(unsure), at(throttled))
            for id_, paused, begun, waiting, unseen, unsure, throttled in rows
        ]

    def give_up_unseen(self, number: int, at: datetime) -> int:
        """pending -> failed, of its rows for groups never heard of. Returns how many."""
        return self._ledger.execute(
            "UPDATE outbox SET state = 'failed', settled_at = ?, error = ? WHERE notice = ? AND state = 'pending'"
            " AND room_id IS NULL AND held = ''",
            (millis(at), UNSEEN, number),
        ).rowcount

    def unreminded(self) -> list[tuple[int, datetime]]:
        """(number, when its last row was settled) of every notice whose groups are still to be reminded of 「收到」."""
        rows = self._ledger.execute(
            "SELECT id, ended_at FROM notices WHERE asks_receipt = 1 AND reminded_at IS NULL AND ended_at IS NOT NULL"
            " AND state = 'done' ORDER BY ended_at, id"
        )
        return [(id_, moment(ended)) for id_, ended in rows]

    def corrected(self, number: int) -> bool:
        """True when another notice, sent or being sent, replaces this one."""
        row = self._ledger.execute(
            "SELECT 1 FROM notices WHERE corrects = ? AND corrects IS NOT NULL AND begun_at IS NOT NULL LIMIT 1",
            (number,),
        ).fetchone()
        return row is not None

    def answered(self, number: int) -> dict[str, frozenset[str]]:
        """Who answered 「收到」 to it, by group: keys of households, or "person:" and an id."""
        rows = self._ledger.execute(
            "SELECT room, CASE household WHEN '' THEN 'person:' || person_id ELSE household END FROM receipts"
            " WHERE notice = ? ORDER BY room",
            (number,),
        ).fetchall()
        rooms: dict[str, set[str]] = {}
        for room, who in rows:
            rooms.setdefault(room, set()).add(who)
        return {room: frozenset(who) for room, who in rooms.items()}
