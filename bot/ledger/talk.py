"""Open dialogues, and records of what was said that is nobody's task."""

import json
from datetime import datetime

from bot.ledger.database import Ledger
from bot.model.clock import millis
from bot.model.handling import Dialogue, Request
from bot.model.message import Message


class Dialogues:
    """Table dialogues: one open question a person and room."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._asked: set[tuple[str, str]] = set(ledger.execute("SELECT room_id, sender_id FROM dialogues"))
        """Whoever may have an open dialogue: nobody else's messages need a look at the table."""

    def of(self, message: Message) -> tuple[Dialogue, ...]:
        """What this person was asked in this room and has not answered in time, latest first."""
        if (message.room_id, message.sender_id) not in self._asked:
            return ()
        rows = self._ledger.execute(
            "SELECT kind, ticket, options FROM dialogues WHERE account = ? AND room_id = ? AND sender_id = ?"
            " AND expires_at > ? ORDER BY begun_at DESC",
            (self._ledger.account, message.room_id, message.sender_id, millis(message.at)),
        )
        return tuple(Dialogue(kind, ticket, tuple(json.loads(options))) for kind, ticket, options in rows)

    def begin(self, room_id: str, person_id: str, dialogue: Dialogue, expires: datetime) -> None:
        """Open one, replacing an older one of the same kind with the same person in the same room."""
        self._asked.add((room_id, person_id))
        self._ledger.execute(
            "INSERT OR REPLACE INTO dialogues (account, room_id, sender_id, kind, ticket, options, begun_at,"
            " expires_at) VALUES (?, ?, ?, ?, ?, ?, (SELECT coalesce(max(begun_at), 0) + 1 FROM dialogues"
            " WHERE account = ? AND room_id = ? AND sender_id = ?), ?)",
            (
                self._ledger.account, room_id, person_id, dialogue.kind, dialogue.ticket,
                json.dumps(dialogue.options, ensure_ascii=False) if dialogue.options else "[]",
                self._ledger.account, room_id, person_id, millis(expires),
            ),
        )  # fmt: skip

    def end(self, request: Request, kind: str) -> None:
        """Close the person's dialogue of that kind in this room."""
        self._ledger.execute(
            "DELETE FROM dialogues WHERE account = ? AND room_id = ? AND sender_id = ? AND kind = ?",
            (self._ledger.account, request.message.room_id, request.message.sender_id, kind),
        )

    def waiting(self, room_id: str, person_id: str, kind: str, at: datetime) -> Dialogue | None:
        """The person's open one of that kind in a room."""
        row = self._ledger.execute(
            "SELECT kind, ticket, options FROM dialogues WHERE account = ? AND room_id = ? AND sender_id = ?"
            " AND kind = ? AND expires_at > ?",
            (self._ledger.account, room_id, person_id, kind, millis(at)),
        ).fetchone()
        return Dialogue(row[0], row[1], tuple(json.loads(row[2]))) if row else None

    def close(self, room_id: str, person_id: str, kind: str) -> None:
        """Close somebody's dialogue of that kind in a room."""
        self._ledger.execute(
            "DELETE FROM dialogues WHERE account = ? AND room_id = ? AND sender_id = ? AND kind = ?",
            (self._ledger.account, room_id, person_id, kind),
        )

    def forget(self, at: datetime) -> None:
        """Drop those whose time is over."""
        self._ledger.execute("DELETE FROM dialogues WHERE expires_at <= ?", (millis(at),))
        self._asked = set(self._ledger.execute("SELECT room_id, sender_id FROM dialogues"))


class Records:
    """Table records."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def add(self, request: Request) -> None:
        """Keep what was understood, with its slots."""
        understanding, message = request.understanding, request.message
        assert understanding is not None
        self._ledger.execute(
            "INSERT INTO records (account, at, intent, room_id, room, node, sender_id, sender, text, slots,"
            " message_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._ledger.account, millis(message.at), understanding.intent, message.room_id, message.room,
                request.place.node.name if request.place else "", message.sender_id, message.sender, request.text,
                json.dumps(understanding.slots.said(), ensure_ascii=False), message.id,
            ),
        )  # fmt: skip
