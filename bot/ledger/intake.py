"""Which messages were handled, and which rooms are known. A message's words are not kept here, only a fingerprint."""

from datetime import datetime
from hashlib import blake2b

from bot.ledger.database import Ledger
from bot.model.clock import millis
from bot.model.ledger import Heard, RoomBinding
from bot.model.message import Message

REDELIVERY = 10_000
"""The same words by the same person in the same room within so many milliseconds are one message under two
ids."""


class Intake:
    """Table messages."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def look(self, message: Message, within: int) -> Heard:
        """What is known of a message that has just come; repeats are counted ``within`` so many milliseconds."""
        fingerprint, at = self._fingerprint(message), millis(message.at)
        known, lately, repeats = self._ledger.execute(
            "SELECT EXISTS (SELECT 1 FROM messages WHERE account = ? AND id = ?),"
            " count(*) FILTER (WHERE at >= ?), count(*) FROM messages WHERE fingerprint = ? AND at BETWEEN ? AND ?",
            (self._ledger.account, message.id, at - REDELIVERY, fingerprint, at - within, at + REDELIVERY),
        ).fetchone()
        return Heard(fingerprint, at, bool(known or lately), repeats)

    def handled(self, message: Message, heard: Heard, outcome: str) -> None:
        """Write down what became of it."""
        self._ledger.execute(
            "INSERT INTO messages (account, id, fingerprint, at, outcome) VALUES (?, ?, ?, ?, ?)",
            (self._ledger.account, message.id, heard.fingerprint, heard.at, outcome),
        )

    def _fingerprint(self, message: Message) -> int:
        words = (
            f"{self._ledger.account}\0{message.room_id}\0{message.sender_id}\0{message.kind}\0{message.text}"
        )
        digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


class Rooms:
    """Table rooms."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, room_id: str) -> RoomBinding | None:
        """What is known of a room."""
        row = self._ledger.execute(
            "SELECT room_id, name, tree_room FROM rooms WHERE account = ? AND room_id = ?",
            (self._ledger.account, room_id),
        ).fetchone()
        return RoomBinding(*row) if row else None

    def save(self, binding: RoomBinding, at: datetime) -> None:
        """Keep it, replacing what was known."""
        self._ledger.execute(
            "INSERT INTO rooms (account, room_id, name, tree_room, seen_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET name = excluded.name, tree_room = excluded.tree_room,"
            " seen_at = excluded.seen_at",
            (self._ledger.account, binding.room_id, binding.name, binding.tree_room, millis(at)),
        )

    def serving(self, tree_room: str) -> str | None:
        """The id of the room bound to that name of the tree."""
        row = self._ledger.execute(
            "SELECT room_id FROM rooms WHERE account = ? AND tree_room = ?", (self._ledger.account, tree_room)
        ).fetchone()
        return str(row[0]) if row else None


class State:
    """Table state: small facts that outlive the process."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, key: str) -> str | None:
        """The value, or None."""
        row = self._ledger.execute("SELECT value FROM state WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else None

    def put(self, key: str, value: str) -> None:
        """Keep it."""
        self._ledger.execute(
            "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            (key, value),
        )
