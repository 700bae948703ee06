"""Edits of data/ that were asked for in the chat."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.ledger.database import Ledger
from bot.model.clock import millis, moment
from bot.model.edit import Edit, EditState

_COLUMNS = "id, at, room_id, person_id, person, message_id, kind, entry, given, state, reason"
"""In the order of the model's fields."""
_OPEN = "state IN ('proposed', 'previewed', 'confirmed')"
"""The condition of the index edits_open, word for word: the reloader asks five times a second."""


class Edits:
    """Table edits."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def propose(self, new: Edit) -> Edit:
        """Write one down; the reloader tries it. Returns it with its number."""
        cursor = self._ledger.execute(
            "INSERT INTO edits (account, at, room_id, person_id, person, message_id, kind, entry, given, state, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._ledger.account, millis(new.at), new.room_id, new.person_id, new.person, new.message_id, new.kind,
                new.entry, json.dumps(dict(new.values), ensure_ascii=False), new.state, new.reason,
            ),
        )  # fmt: skip
        return replace(new, id=int(cursor.lastrowid or 0))

    def get(self, number: int) -> Edit | None:
        """By its number."""
        row = self._ledger.execute(f"SELECT {_COLUMNS} FROM edits WHERE id = ?", (number,)).fetchone()
        return _edit(row) if row else None

    def in_state(self, *states: EditState) -> Sequence[Edit]:
        """Those in these states, oldest first."""
        is_open = all(state in ("proposed", "previewed", "confirmed") for state in states)
        rows = self._ledger.execute(
            f"SELECT {_COLUMNS} FROM edits WHERE {_OPEN if is_open else '1'}"
            " AND state IN (SELECT value FROM json_each(?)) ORDER BY id",
            (json.dumps(states),),
        )
        return [_edit(row) for row in rows]

    def confirmed_since(self, person_id: str, room_id: str, since: datetime) -> bool:
        """True when they confirmed an edit there that was asked for since then."""
        row = self._ledger.execute(
            "SELECT 1 FROM edits WHERE at >= ? AND person_id = ? AND room_id = ? AND state IN ('confirmed', 'live')",
            (millis(since), person_id, room_id),
        ).fetchone()
        return row is not None

    def move(self, number: int, state: EditState, at: datetime, reason: str = "") -> None:
        """Change its state."""
        self._ledger.execute(
            "UPDATE edits SET state = ?, reason = ?, settled_at = ? WHERE id = ?",
            (state, reason, millis(at), number),
        )

    def latest(self, entry: str) -> tuple[Edit, datetime] | None:
        """The last one of an entry that went live, and when it did."""
        row = self._ledger.execute(
            f"SELECT {_COLUMNS}, settled_at FROM edits WHERE entry = ? AND state = 'live' ORDER BY id DESC LIMIT 1",
            (entry,),
        ).fetchone()
        return (_edit(row[:-1]), moment(row[-1])) if row else None


def _edit(row: tuple[Any, ...]) -> Edit:
    id_, at, room_id, person_id, person, message_id, kind, entry, given, state, reason = row
    return Edit(
        id_, moment(at), room_id, person_id, person, message_id, kind, entry, json.loads(given), state, reason
    )
