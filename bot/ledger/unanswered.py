"""Messages that neither staff nor the bot answered."""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.unanswered import Unanswered as Row

_COLUMNS = "id, at, room_id, room, node, sender_id, sender, intent, text, message_id, how"
"""In the order of the model's fields."""

_WAITS = "answered_at IS NULL AND how = 'silent'"
"""What was handed to a person is that ticket's business; a surge is told as one."""

_UNANSWERED = "answered_at IS NULL AND how <> 'handed'"
"""What somebody's words in the group may answer."""


class Unanswered:
    """Table unanswered."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, new: Row) -> None:
        """Write one down."""
        self._ledger.execute(
            "INSERT INTO unanswered (account, at, room_id, room, node, sender_id, sender, intent, text, message_id,"
            " how) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._ledger.account, millis(new.at), new.room_id, new.room, new.node, new.sender_id, new.sender,
                new.intent, new.text, new.message_id, new.how,
            ),
        )  # fmt: skip

    def of(self, room_id: str, sender_id: str, since: datetime) -> list[Row]:
        """What a person asked in a room since then and nobody answered, latest first."""
        return self._select(
            f"{_UNANSWERED} AND account = ? AND room_id = ? AND at >= ? AND sender_id = ? ORDER BY at DESC, id DESC",
            (self._ledger.account, room_id, millis(since), sender_id),
        )

    def in_room(self, room_id: str, since: datetime) -> list[Row]:
        """What anybody asked in a room since then and nobody answered, latest first."""
        return self._select(
            f"{_UNANSWERED} AND account = ? AND room_id = ? AND at >= ? ORDER BY at DESC, id DESC",
            (self._ledger.account, room_id, millis(since)),
        )

    def waiting(self, nodes: Collection[str] | None, since: datetime, until: datetime) -> list[Row]:
        """What was asked in the groups of these branches (None: of all) in that time and nobody answered, oldest
        first."""
        where, names = _branches(nodes)
        return self._select(
            f"{_WAITS} AND at > ? AND at <= ?{where} ORDER BY at, id", (millis(since), millis(until), *names)
        )

    def nth(self, nodes: Collection[str] | None, since: datetime, n: int) -> datetime | None:
        """When the n-th (from 1) of those was asked that were asked since then and nobody answered; None: there are
        fewer."""
        where, names = _branches(nodes)
        row = self._ledger.execute(
            f"SELECT at FROM unanswered WHERE {_WAITS} AND at > ?{where} ORDER BY at, id LIMIT 1 OFFSET ?",
            (millis(since), *names, n - 1),
        ).fetchone()
        return None if row is None else moment(row[0])

    def answered(self, rows: Collection[Row], by: str, at: datetime) -> None:
        """Tick them off. ``by``: the name of whoever answered, 小巷, or the asker's own."""
        if not rows:
            return
        self._ledger.execute(
            "UPDATE unanswered SET answered_at = ?, answered_by = ? WHERE id IN (SELECT value FROM json_each(?))",
            (millis(at), by, json.dumps([row.id for row in rows])),
        )

    def answered_messages(self, message_ids: Collection[str], by: str, since: datetime, at: datetime) -> None:
        """Tick off what these messages asked since then."""
        self._ledger.execute(
            "UPDATE unanswered SET answered_at = ?, answered_by = ? WHERE at >= ? AND answered_at IS NULL"
            " AND message_id IN (SELECT value FROM json_each(?))",
            (millis(at), by, millis(since), json.dumps(sorted(message_ids))),
        )

    def hold(self, message_ids: Collection[str], since: datetime) -> None:
        """What these messages asked since then is what many ask: no longer listed one by one."""
        self._ledger.execute(
            "UPDATE unanswered SET how = 'held' WHERE at >= ? AND how = 'silent' AND answered_at IS NULL"
            " AND message_id IN (SELECT value FROM json_each(?))",
            (millis(since), json.dumps(sorted(message_ids))),
        )

    def _select(self, where: str, parameters: tuple[Any, ...]) -> list[Row]:
        rows = self._ledger.execute(f"SELECT {_COLUMNS} FROM unanswered WHERE {where}", parameters)
        return [Row(id_, moment(at), *rest) for id_, at, *rest in rows]


def _branches(nodes: Collection[str] | None) -> tuple[str, tuple[str, ...]]:
    """The condition that a row belongs to one of these branches, and its value."""
    if nodes is None:
        return "", ()
    return " AND node IN (SELECT value FROM json_each(?))", (json.dumps(sorted(nodes)),)
