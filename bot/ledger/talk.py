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

    def of(self, message: Message) -> Dialogue | None:
        """What this person was asked in this room and has not answered in time."""
        if (message.room_id, message.sender_id) not in self._asked:
            return None
        row = self._ledger.execute(
            "SELECT kind, ticket, options FROM dialogues WHERE account = ? AND room_id = ? AND sender_id = ?"
            " AND expires_at > ?",
            (self._ledger.account, message.room_id, message.sender_id, millis(message.at)),
        ).fetchone()
        return Dialogue(row[0], row[1], tuple(json.loads(row[2]))) if row else None

    def begin(self, request: Request, dialogue: Dialogue, expires: datetime) -> None:
        """Open one, replacing an older one of the same person in the same room."""
        self._asked.add((request.message.room_id, request.message.sender_id))
        self._ledger.execute(
            "INSERT OR REPLACE INTO dialogues (account, room_id, sender_id, kind, ticket, options, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                self._ledger.account,
                request.message.room_id,
                request.message.sender_id,
                dialogue.kind,
                dialogue.ticket,
                json.dumps(dialogue.options, ensure_ascii=False),
                millis(expires),
            ),
        )

    def end(self, request: Request) -> None:
        """Close the person's dialogue in this room."""
        self._ledger.execute(
            "DELETE FROM dialogues WHERE account = ? AND room_id = ? AND sender_id = ?",
            (self._ledger.account, request.message.room_id, request.message.sender_id),
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
