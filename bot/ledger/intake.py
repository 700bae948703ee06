"""Which messages were handled, and which rooms are known. A message's words are not kept here, only a fingerprint."""

import json
from collections.abc import Sequence
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
    """Table messages, a batch at a time: one look at the table before, one write after."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: set[str] = set()
        self._prints: dict[str, int] = {}
        self._said: dict[int, list[int]] = {}
        """When each fingerprint of the batch was heard, in the table and in the batch so far."""
        self._handled: list[tuple[str, str, int, int, str]] = []

    def begin(self, messages: Sequence[Message], within: int) -> None:
        """Look up a batch; repeats will be counted ``within`` so many milliseconds."""
        self._handled, self._said = [], {}
        if not messages:
            return
        account = self._ledger.account
        ids = json.dumps([message.id for message in messages])
        self._known = {
            id_
            for (id_,) in self._ledger.execute(
                "SELECT id FROM messages WHERE account = ? AND id IN (SELECT value FROM json_each(?))",
                (account, ids),
            )
        }
        earliest = min(millis(message.at) for message in messages) - within
        self._prints = {message.id: self._fingerprint(message) for message in messages}
        prints = json.dumps(list(self._prints.values()))
        for fingerprint, at in self._ledger.execute(
            "SELECT fingerprint, at FROM messages WHERE fingerprint IN (SELECT value FROM json_each(?)) AND at >= ?",
            (prints, earliest),
        ):
            self._said.setdefault(fingerprint, []).append(at)

    def look(self, message: Message, within: int) -> Heard:
        """What is known of a message of the batch that is about to be handled."""
        fingerprint, at = self._prints[message.id], millis(message.at)
        times = self._said.get(fingerprint)
        if times is None:
            return Heard(fingerprint, at, message.id in self._known, 0)
        lately = any(at - REDELIVERY <= time <= at + REDELIVERY for time in times)
        repeats = sum(at - within <= time <= at + REDELIVERY for time in times)
        return Heard(fingerprint, at, lately or message.id in self._known, repeats)

    def handled(self, message: Message, heard: Heard, outcome: str) -> None:
        """Remember what became of it, for the rest of the batch and for ``write``."""
        self._handled.append((self._ledger.account, message.id, heard.fingerprint, heard.at, outcome))
        self._known.add(message.id)
        self._said.setdefault(heard.fingerprint, []).append(heard.at)

    def write(self) -> None:
        """Write the batch's outcomes down."""
        rows, self._handled = self._handled, []
        self._ledger.executemany(
            "INSERT INTO messages (account, id, fingerprint, at, outcome) VALUES (?, ?, ?, ?, ?)", rows
        )

    def _fingerprint(self, message: Message) -> int:
        words = (
            f"{self._ledger.account}\0{message.room_id}\0{message.sender_id}\0{message.kind}\0{message.text}"
        )
        digest = blake2b(words.encode(), digest_size=8).digest()
        return int.from_bytes(digest, "big", signed=True)


class Rooms:
    """Table rooms."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def get(self, room_id: str) -> RoomBinding | None:
        """What is known of a room."""
        row = self._ledger.execute(
            "SELECT room_id, name, tree_room, left_at IS NOT NULL FROM rooms WHERE account = ? AND room_id = ?",
            (self._ledger.account, room_id),
        ).fetchone()
        return RoomBinding(row[0], row[1], row[2], bool(row[3])) if row else None

    def save(self, binding: RoomBinding, at: datetime) -> None:
        """Keep it, replacing what was known."""
        self._ledger.execute(
            "INSERT INTO rooms (account, room_id, name, tree_room, seen_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET name = excluded.name, tree_room = excluded.tree_room,"
            " seen_at = excluded.seen_at, left_at = NULL",
            (self._ledger.account, binding.room_id, binding.name, binding.tree_room, millis(at)),
        )

    def serving(self, tree_room: str) -> str | None:
        """The id of the room bound to that name of the tree."""
        row = self._ledger.execute(
            "SELECT room_id FROM rooms WHERE account = ? AND tree_room = ?", (self._ledger.account, tree_room)
        ).fetchone()
        return str(row[0]) if row else None

    def leave(self, room_id: str, at: datetime) -> bool:
        """The account is no longer in it; False when that was known, or the room never was."""
        changed = self._ledger.execute(
            "UPDATE rooms SET left_at = ? WHERE account = ? AND room_id = ? AND left_at IS NULL",
            (millis(at), self._ledger.account, room_id),
        )
        return bool(changed.rowcount)

    def release(self, tree_room: str) -> bool:
        """Let another room serve that name of the tree, if the account has left the one bound to it; True when it was so."""
        changed = self._ledger.execute(
            "UPDATE rooms SET tree_room = NULL WHERE account = ? AND tree_room = ? AND left_at IS NOT NULL",
            (self._ledger.account, tree_room),
        )
        return bool(changed.rowcount)


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
