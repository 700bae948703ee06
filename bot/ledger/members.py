"""Names seen in the groups of those at work, and who has spoken to the bot in private."""

from datetime import datetime

from bot.ledger.database import Ledger
from bot.model.clock import millis

PRIVATE = ""
"""The room id under which it is remembered that somebody has spoken in private."""


class Members:
    """Table members."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[tuple[str, str, str], str] = {}
        """(account, room id, person id) -> name, as written down last."""

    def seen(self, room_id: str, person_id: str, name: str, at: datetime) -> None:
        """Remember the name somebody bears in a group of those at work, or, without a room and without their name, that
        they are a friend."""
        name = name if room_id else ""
        key = (self._ledger.account, room_id, person_id)
        if self._known.get(key) == name:
            return
        self._ledger.execute(
            "INSERT INTO members (account, room_id, person_id, name, seen_at) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at",
            (*key, name, millis(at)),
        )
        self._known[key] = name

    def forget_cache(self) -> None:
        """What was written inside a transaction that was rolled back is not written."""
        self._known.clear()

    def friend(self, person_id: str) -> bool:
        """True when this person has spoken to the bot in private, so that it can answer there."""
        return (
            self._ledger.execute(
                "SELECT 1 FROM members WHERE account = ? AND room_id = ? AND person_id = ?",
                (self._ledger.account, PRIVATE, person_id),
            ).fetchone()
            is not None
        )

    def named(self, name: str) -> list[tuple[str, str]]:
        """(room id, person id) of everybody who bears the name in a group of those at work."""
        rows = self._ledger.execute(
            "SELECT room_id, person_id FROM members WHERE account = ? AND room_id <> ? AND name = ?",
            (self._ledger.account, PRIVATE, name),
        )
        return [(room_id, person_id) for room_id, person_id in rows]

    def ending(self, name: str) -> list[tuple[str, str]]:
        """(room id, person id) of everybody whose name in a group of those at work ends so."""
        rows = self._ledger.execute(
            "SELECT room_id, person_id FROM members WHERE account = ? AND room_id <> ? AND substr(name, -length(?)) = ?",
            (self._ledger.account, PRIVATE, name, name),
        )
        return [(room_id, person_id) for room_id, person_id in rows]

    def rooms_of(self, person_id: str) -> list[tuple[str, str]]:
        """(room id, the name borne there) of the groups of those at work in which the person was seen, latest first."""
        rows = self._ledger.execute(
            "SELECT room_id, name FROM members WHERE account = ? AND room_id <> ? AND person_id = ? ORDER BY seen_at DESC",
            (self._ledger.account, PRIVATE, person_id),
        )
        return [(room_id, name) for room_id, name in rows]
