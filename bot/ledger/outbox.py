"""Outgoing messages, a row each, with their states."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from bot.ledger.database import Ledger
from bot.model.channel import Outgoing, OutKind
from bot.model.clock import millis, moment
from bot.model.ledger import NewOutgoing, RowState, Waiting

PRIORITY: dict[OutKind, int] = {"alert": 0, "reply": 1, "private": 1, "call": 2, "notice": 3}
"""Lower leaves first; what an emergency causes is at -1."""

LONGEST_WAIT = timedelta(hours=1)
"""An alert that waited longer for its turn is no longer something just called out."""

_OUT = "id, kind, room_id, room, to_id, text, mentions, ticket, attachment, notice"


def priority(new: NewOutgoing) -> int:
    """Lower leaves first: emergencies, then alerts and urgent notices, then replies, calls, other notices."""
    if new.urgent:
        return -1
    return 0 if new.kind == "notice" and new.level == "urgent" else PRIORITY[new.kind]


class OutboxRows:
    """Table outbox."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, new: NewOutgoing) -> int:
        """Queue a message; returns the row's id."""
        at = millis(new.at)
        cursor = self._ledger.execute(
            "INSERT INTO outbox (account, kind, priority, room_id, room, to_id, text, mentions,"
            " ticket, message_id, created_at, due_at, topic, notice, attachment)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._ledger.account, new.kind, priority(new), new.room_id, new.room, new.to_id, new.text,
                json.dumps(new.mentions, ensure_ascii=False) if new.mentions else "[]", new.ticket, new.message_id, at, at, new.topic,
                new.notice, new.attachment,
            ),
        )  # fmt: skip
        return int(cursor.lastrowid or 0)

    def waiting(self, limit: int) -> Iterator[Waiting]:
        """Pending rows whose room is known: by priority, then in the order they were queued."""
        return self._pending("ORDER BY priority, id LIMIT ?", (limit,))

    def heads(self) -> Iterator[Waiting]:
        """The first pending row of each room and person: slower than ``waiting``, and complete."""
        return self._pending(
            "AND id IN (SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY room_id, to_id"
            " ORDER BY priority, id) AS place FROM outbox WHERE state = 'pending' AND held = '') WHERE place = 1)"
            " ORDER BY priority, id",
            (),
        )

    def _pending(self, rest: str, parameters: tuple[int, ...]) -> Iterator[Waiting]:
        rows = self._ledger.rows(
            f"SELECT {_OUT}, due_at, attempts FROM outbox WHERE state = 'pending' AND held = '' AND account = ?"
            f" AND room_id IS NOT NULL {rest}",
            (self._ledger.account, *parameters),
        )
        for row in rows:
            yield Waiting(_outgoing(row), moment(row[10]), row[11])

    def stranded(self, at: datetime) -> list[Outgoing]:
        """Rows that wait for another account than the present one; they become failed."""
        rows = self._ledger.execute(
            f"SELECT {_OUT} FROM outbox WHERE state = 'pending' AND account <> ? ORDER BY id",
            (self._ledger.account,),
        ).fetchall()
        self._ledger.execute(
            "UPDATE outbox SET state = 'failed', settled_at = ?, error = 'another account'"
            " WHERE state = 'pending' AND account <> ?",
            (millis(at), self._ledger.account),
        )
        return [_outgoing(row) for row in rows]

    def claim(self, row: int, text: str) -> None:
        """pending -> sending, with the words that really leave."""
        self._ledger.execute(
            "UPDATE outbox SET state = 'sending', text = ?, attempts = attempts + 1"
            " WHERE id = ? AND state = 'pending'",
            (text, row),
        )

    def settle(self, row: int, state: RowState, at: datetime, gateway_id: str = "", error: str = "") -> None:
        """sending -> sent, failed or unconfirmed."""
        self._ledger.execute(
            "UPDATE outbox SET state = ?, settled_at = ?, gateway_id = ?, error = ? WHERE id = ?",
            (state, millis(at), gateway_id, error, row),
        )

    def postpone(self, row: int, due: datetime, error: str, counted: bool) -> None:
        """sending -> pending again, not before ``due``; ``counted`` when it counts as an attempt."""
        self._ledger.execute(
            "UPDATE outbox SET state = 'pending', due_at = ?, error = ?, attempts = attempts - ? WHERE id = ?",
            (millis(due), error, 0 if counted else 1, row),
        )

    def interrupted(self, at: datetime) -> list[Outgoing]:
        """Rows left in sending by a process that died; they become unconfirmed, for every account."""
        rows = self._ledger.execute(
            f"SELECT {_OUT} FROM outbox WHERE state = 'sending' ORDER BY id"
        ).fetchall()
        self._ledger.execute(
            "UPDATE outbox SET state = 'unconfirmed', settled_at = ?, error = 'interrupted' WHERE state = 'sending'",
            (millis(at),),
        )
        return [_outgoing(row) for row in rows]

    def bind_room(self, room: str, room_id: str) -> None:
        """Give waiting rows for a room by name its id."""
        self._ledger.execute(
            "UPDATE outbox SET room_id = ? WHERE state = 'pending' AND account = ? AND room_id IS NULL AND room = ?",
            (room_id, self._ledger.account, room),
        )

    def sent_since(self, since: datetime) -> list[tuple[datetime, str]]:
        """(when, room id) of rows sent after that moment, oldest first."""
        rows = self._ledger.execute(
            "SELECT settled_at, coalesce(room_id, '') FROM outbox"
            " WHERE settled_at > ? AND state = 'sent' AND account = ? ORDER BY settled_at",
            (millis(since), self._ledger.account),
        )
        return [(moment(at), room_id) for at, room_id in rows]

    def roomless(self) -> int:
        """Pending rows whose room has not been seen yet."""
        row = self._ledger.execute(
            "SELECT count(*) FROM outbox WHERE state = 'pending' AND room_id IS NULL AND account = ?",
            (self._ledger.account,),
        ).fetchone()
        return int(row[0])

    def waiting_count(self) -> int:
        """How many messages wait to leave, held ones not counted."""
        row = self._ledger.execute(
            "SELECT count(*) FROM outbox WHERE state = 'pending' AND held = '' AND account = ?",
            (self._ledger.account,),
        ).fetchone()
        return int(row[0])

    def called_out(self, room_id: str, person_id: str, since: datetime) -> list[str]:
        """Numbers of the tickets that alerts sent to a room after that moment were about (without a room: to this
        person in private), latest first, each once."""
        to_id = "" if room_id else person_id
        rows = self._ledger.execute(
            "SELECT ticket FROM outbox WHERE ticket IS NOT NULL AND room_id = ? AND created_at >= ? AND to_id = ?"
            " AND account = ? AND kind = 'alert' AND state IN ('sent', 'unconfirmed') AND settled_at >= ?"
            " ORDER BY settled_at DESC",
            (room_id, millis(since - LONGEST_WAIT), to_id, self._ledger.account, millis(since)),
        )
        return list(dict.fromkeys(number for (number,) in rows))

    def counts(self, since: datetime) -> dict[str, int]:
        """How many rows are in each state: all pending and sending ones, others since a moment."""
        rows = self._ledger.execute(
            "SELECT 'pending', count(*) FROM outbox WHERE state = 'pending'"
            " UNION ALL SELECT 'sending', count(*) FROM outbox WHERE state = 'sending'"
            " UNION ALL SELECT state, count(*) FROM outbox WHERE settled_at > ? GROUP BY state",
            (millis(since),),
        )
        return {state: int(count) for state, count in rows}


def _outgoing(row: tuple[Any, ...]) -> Outgoing:
    id_, kind, room_id, room, to_id, text, named, ticket, attachment, notice = row[:10]
    mentions = tuple((person_id, name) for person_id, name in json.loads(named))
    return Outgoing(id_, kind, room_id or "", room, to_id, text, mentions, ticket, attachment, notice)
